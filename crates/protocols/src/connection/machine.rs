//! What an end does: RFC 9293 §3.5 (handshake), §3.8 (retransmission, window) and §3.10.7 (arriving segments).

use imbl::Vector;
use lightcone_sim::ids::NodeId;
use lightcone_sim::layer::Layer;
use lightcone_sim::protocol::{Ctx, Event, Protocol};
use lightcone_sim::time::Ns;

use super::end::{End, Phase, Refused};
use super::segment::{Number, Pair, Segment};
use super::usual::{Transport, Usual};
use super::{Connected, Host, Timer};

/// The retransmission time-out doubles up to so many times what it was at first.
const MOST_BACKOFF: u64 = 16;

type HostOf<P> = Host<<P as Protocol>::State, <P as Protocol>::Msg>;
type EndOf<P> = End<<P as Protocol>::Msg>;
type SegmentOf<P> = Segment<<P as Protocol>::Msg>;

impl<P: Protocol, U: Usual> Connected<P, U> {
    /// The protocol inside sends a message.
    pub(super) fn hand_in(&self, host: &mut HostOf<P>, to: NodeId, msg: P::Msg, ctx: &mut Ctx<'_, Self>) {
        // Nobody needs a connection to itself.
        if self.options.transport == Transport::Datagrams || to == ctx.me() {
            return ctx.send(to, Segment::Datagram(msg));
        }
        match host.ends.get_mut(&to) {
            Some(end) => {
                end.queue.push_back(msg);
                self.flush(to, end, ctx);
            }
            None => self.open(host, to, Vector::unit(msg), ctx),
        }
    }

    fn end(&self, phase: Phase, queue: Vector<P::Msg>, ctx: &mut Ctx<'_, Self>) -> EndOf<P> {
        let number = Number(1_000 + ctx.pick(9_000) as u16);
        End::new(phase, number, queue, self.options.window, self.options.rto)
    }

    fn open(&self, host: &mut HostOf<P>, peer: NodeId, queue: Vector<P::Msg>, ctx: &mut Ctx<'_, Self>) {
        let mut end = self.end(Phase::SynSent, queue, ctx);
        ctx.note(|| format!("I have no connection to {peer}: I ask for one, which I call {}.", end.mine));
        ctx.send(peer, Segment::Syn(end.mine));
        self.watch(peer, &mut end, ctx);
        host.ends.insert(peer, end);
    }

    /// Sends what may be sent: no more than the other end has room for.
    fn flush(&self, peer: NodeId, end: &mut EndOf<P>, ctx: &mut Ctx<'_, Self>) {
        while end.phase == Phase::Established && end.sent < end.limit && end.waiting() > 0 {
            end.sent += 1;
            end.data(end.sent).into_iter().for_each(|data| ctx.send(peer, data));
        }
        if end.phase == Phase::Established && end.waiting() > 0 {
            let (waiting, flying) = (end.waiting(), end.in_flight());
            ctx.note(|| {
                format!("{flying} are unacknowledged, and {peer} has room for no more: {waiting} wait here.")
            });
        }
        self.watch(peer, end, ctx);
    }

    /// Lets the retransmission timer run while an answer is owed (RFC 6298 §5).
    fn watch(&self, peer: NodeId, end: &mut EndOf<P>, ctx: &mut Ctx<'_, Self>) {
        if end.is_owed() && !end.timed {
            ctx.set_timer(Timer::Retransmission(peer), end.rto, end.rto);
        } else if !end.is_owed() && end.timed {
            ctx.cancel(Timer::Retransmission(peer));
        }
        end.timed = end.is_owed();
    }

    fn send_ack(&self, peer: NodeId, end: &EndOf<P>, ctx: &mut Ctx<'_, Self>) {
        let limit = end.room(self.options.window, self.options.read == Ns::ZERO);
        if let Some(pair) = end.pair() {
            ctx.send(peer, Segment::Ack { pair, next: end.received + 1, limit });
        }
    }

    /// A segment arrives.
    pub(super) fn segment(
        &self,
        host: &mut HostOf<P>,
        from: NodeId,
        segment: &SegmentOf<P>,
        ctx: &mut Ctx<'_, Self>,
    ) {
        match *segment {
            Segment::Datagram(ref msg) => self.step_inside(host, Event::Message { from, msg }, ctx),
            Segment::Syn(number) => self.syn(host, from, number, ctx),
            Segment::SynAck(pair) => self.syn_ack(host, from, pair, ctx),
            Segment::Ack { pair, next, limit } => {
                if let Some(end) = self.belongs(host, from, pair, ctx) {
                    self.ack(from, end, next, limit, ctx);
                }
            }
            Segment::Data { pair, seq, ref msg } => {
                if let Some(end) = self.belongs(host, from, pair, ctx) {
                    self.data(from, end, seq, msg, ctx);
                    self.read_on(host, from, ctx);
                }
            }
            Segment::Rst(pair) => {
                if host.ends.get(&from).is_some_and(|end| end.is(pair)) {
                    self.break_off(host, from, "has been reset", ctx);
                }
            }
        }
    }

    /// Someone asks for a connection.
    fn syn(&self, host: &mut HostOf<P>, from: NodeId, number: Number, ctx: &mut Ctx<'_, Self>) {
        let agree = |end: &mut EndOf<P>, ctx: &mut Ctx<'_, Self>| {
            end.phase = Phase::SynReceived;
            end.yours = Some(number);
            ctx.send(from, Segment::SynAck(Pair { mine: end.mine, yours: number }));
            self.watch(from, end, ctx);
        };
        match host.ends.get_mut(&from) {
            None => {
                let mut end = self.end(Phase::SynReceived, Vector::new(), ctx);
                agree(&mut end, ctx);
                host.ends.insert(from, end);
            }
            // Both ask at once (figure 7 of the RFC).
            Some(end) if end.phase == Phase::SynSent => agree(end, ctx),
            Some(end) if end.phase == Phase::SynReceived && end.yours == Some(number) => agree(end, ctx),
            Some(end) => {
                ctx.note(|| {
                    format!(
                        "I have a connection with {from}. If {from} has forgotten it, it will say so when it hears this."
                    )
                });
                self.send_ack(from, end, ctx);
            }
        }
    }

    /// Someone agrees to a connection.
    fn syn_ack(&self, host: &mut HostOf<P>, from: NodeId, pair: Pair, ctx: &mut Ctx<'_, Self>) {
        let end = host.ends.get_mut(&from);
        let asked = |end: &EndOf<P>| end.phase == Phase::SynSent && end.mine == pair.yours;
        let Some(end) = end.filter(|end| asked(end) || end.is(pair)) else {
            return self.reset(host, from, pair, ctx);
        };
        end.yours = Some(pair.mine);
        self.establish(from, end, ctx);
        self.send_ack(from, end, ctx);
        self.flush(from, end, ctx);
    }

    fn establish(&self, peer: NodeId, end: &mut EndOf<P>, ctx: &mut Ctx<'_, Self>) {
        if end.phase == Phase::Established {
            return;
        }
        let name = end.pair();
        ctx.note(|| match name {
            Some(Pair { mine, yours }) => {
                format!("We have a connection: I call it {mine}, {peer} calls it {yours}.")
            }
            None => String::new(),
        });
        end.phase = Phase::Established;
        (end.tries, end.rto) = (0, self.options.rto);
        self.restart(peer, end, ctx);
    }

    /// The retransmission timer begins anew.
    fn restart(&self, peer: NodeId, end: &mut EndOf<P>, ctx: &mut Ctx<'_, Self>) {
        if end.is_owed() {
            end.timed = false;
        }
        self.watch(peer, end, ctx);
    }

    /// The end that a segment of this connection is for. There may be none: what speaks of another connection is of
    /// one that is over, and its other end is told so.
    fn belongs<'a>(
        &self,
        host: &'a mut HostOf<P>,
        from: NodeId,
        pair: Pair,
        ctx: &mut Ctx<'_, Self>,
    ) -> Option<&'a mut EndOf<P>> {
        if !host.ends.get(&from).is_some_and(|end| end.is(pair)) {
            self.reset(host, from, pair, ctx);
            return None;
        }
        let end = host.ends.get_mut(&from)?;
        self.establish(from, end, ctx);
        Some(end)
    }

    fn reset(&self, host: &mut HostOf<P>, to: NodeId, pair: Pair, ctx: &mut Ctx<'_, Self>) {
        ctx.note(|| format!("What {to} calls {} is no connection of mine. I say so.", pair.mine));
        ctx.send(to, Segment::Rst(pair.turned()));
        // Whoever said that is there, and can soon be asked again (figure 9 of RFC 9293).
        if let Some(end) = host.ends.get_mut(&to).filter(|end| end.phase == Phase::SynSent) {
            (end.tries, end.rto) = (0, self.options.rto);
            self.restart(to, end, ctx);
        }
    }

    /// An acknowledgement.
    fn ack(&self, from: NodeId, end: &mut EndOf<P>, next: u32, limit: u32, ctx: &mut Ctx<'_, Self>) {
        let was_shut = end.limit <= end.acked;
        end.tries = 0;
        end.limit = end.limit.max(limit);
        let news = end.acknowledged(next);
        if news {
            end.rto = self.options.rto;
        }
        // What was sent before the time-out and is still missing is sent again at once (RFC 6582), and so is what was
        // sent to learn whether a window that was shut has opened.
        let is_missing = news && end.acked < end.recover || was_shut && end.limit > end.acked;
        if is_missing && end.in_flight() > 0 {
            end.rto = self.options.rto;
            end.data(end.acked + 1).into_iter().for_each(|data| ctx.send(from, data));
            self.restart(from, end, ctx);
        } else if news {
            self.restart(from, end, ctx);
        }
        self.flush(from, end, ctx);
    }

    /// A message. It is acknowledged when it has come, whether or not it is ever read.
    fn data(&self, from: NodeId, end: &mut EndOf<P>, seq: u32, msg: &P::Msg, ctx: &mut Ctx<'_, Self>) {
        let room = end.room(self.options.window, self.options.read == Ns::ZERO);
        let refused = end.take_in(seq, msg, room).err();
        let missing = end.received + 1;
        match refused {
            Some(Refused::Known) => {
                ctx.note(|| format!("Number {seq} has come before, in this connection: I drop it."));
            }
            Some(Refused::NoRoom) => ctx.note(|| format!("I have no room for number {seq}: I drop it.")),
            Some(Refused::Early) => {
                ctx.note(|| {
                    format!("Number {seq} came before number {missing}: I keep it until that comes.")
                });
            }
            None => {}
        }
        self.send_ack(from, end, ctx);
    }

    /// Hands on what has come in order: at once, or as fast as the application reads.
    fn read_on(&self, host: &mut HostOf<P>, from: NodeId, ctx: &mut Ctx<'_, Self>) {
        let pace = self.options.read;
        if pace == Ns::ZERO {
            while let Some(msg) = host.ends.get_mut(&from).and_then(End::read) {
                self.step_inside(host, Event::Message { from, msg: &msg }, ctx);
            }
        } else if let Some(end) = host.ends.get_mut(&from).filter(|end| !end.reading) {
            end.reading = !end.inbox.is_empty();
            if end.reading {
                ctx.set_timer(Timer::Read(from), pace, pace);
            }
        }
    }

    /// The application has read a message.
    pub(super) fn reads(&self, host: &mut HostOf<P>, from: NodeId, ctx: &mut Ctx<'_, Self>) {
        let Some(end) = host.ends.get_mut(&from) else { return };
        end.reading = false;
        let was_full = end.room(self.options.window, false) <= end.received;
        let msg = end.read();
        if was_full {
            ctx.note(|| format!("There is room again, and {from} does not know: I say so."));
            self.send_ack(from, end, ctx);
        }
        msg.into_iter().for_each(|msg| self.step_inside(host, Event::Message { from, msg: &msg }, ctx));
        self.read_on(host, from, ctx);
    }

    /// The retransmission timer fires.
    pub(super) fn time_out(&self, host: &mut HostOf<P>, peer: NodeId, ctx: &mut Ctx<'_, Self>) {
        let Some(end) = host.ends.get_mut(&peer) else { return };
        end.timed = false;
        if end.tries >= self.options.retries {
            return self.break_off(host, peer, "has timed out", ctx);
        }
        end.tries += 1;
        let (rto, most) = (end.rto, self.options.rto.0.saturating_mul(MOST_BACKOFF));
        end.rto = Ns(rto.0.saturating_mul(2).min(most));
        let again = match (end.phase, end.yours) {
            (Phase::SynSent, _) => Some(Segment::Syn(end.mine)),
            (Phase::SynReceived, Some(yours)) => Some(Segment::SynAck(Pair { mine: end.mine, yours })),
            _ => {
                // Nothing is under way, and still the timer ran: the window is shut. Something is sent to learn whether it is.
                end.sent = end.sent.max(end.acked + 1);
                end.recover = end.sent;
                end.data(end.acked + 1)
            }
        };
        let doubled = end.rto;
        ctx.note(|| {
            format!(
                "No answer from {peer} within {rto}: I send it again, and wait {doubled}. Lost or late, I cannot know."
            )
        });
        again.into_iter().for_each(|segment| ctx.send(peer, segment));
        self.watch(peer, end, ctx);
    }

    /// A connection is over. Of what was not acknowledged nobody here knows whether it has come.
    fn break_off(&self, host: &mut HostOf<P>, peer: NodeId, why: &str, ctx: &mut Ctx<'_, Self>) {
        let Some(end) = host.ends.remove(&peer) else { return };
        if end.timed {
            ctx.cancel(Timer::Retransmission(peer));
        }
        if end.reading {
            ctx.cancel(Timer::Read(peer));
        }
        host.broken += 1;
        let (name, count, resend) = (end.mine, end.queue.len(), self.options.resend);
        ctx.note(|| {
            let what = match (count, resend) {
                (0, _) => "Nothing was unacknowledged.".to_owned(),
                (_, true) => format!("{count} not acknowledged: I send them on a new connection."),
                (_, false) => format!("{count} not acknowledged: I give them up. They may have come or not."),
            };
            format!("My connection {name} with {peer} {why}. {what}")
        });
        if resend && count > 0 {
            self.open(host, peer, end.queue, ctx);
        } else {
            host.given_up += count as u32;
        }
    }
}
