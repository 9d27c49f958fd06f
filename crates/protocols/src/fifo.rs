//! Channels that keep order, for protocols whose papers assume them over a network that does not.
//!
//! Lamport's mutual exclusion (1978) and Chandy and Lamport's snapshots (1985) both assume that *for any two processes, the
//! messages sent from one to the other are received in the order in which they are sent*, and that every message comes.
//! Here messages overtake one another, come twice, and may be lost. So each is numbered on its channel, one that comes early
//! waits for those before it, and a copy is not handled again. What is lost leaves a gap, and all behind it waits for ever,
//! unless the channel repeats what was not acknowledged ([`Channels::new`]).

use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::{Ctx, MsgView, Protocol};
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;

/// How many messages of one channel are repeated at a time, oldest first.
const REPEATED_AT_ONCE: usize = 4;

/// What travels on a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Packet<M> {
    /// A message with its number on the channel, from 1.
    Numbered(u32, M),
    /// All up to this number has come. Only where channels repeat.
    Received(u32),
}

impl<M> Packet<M> {
    /// The packet for a reader: as its message, which is described by `body`.
    pub fn describe(&self, body: impl FnOnce(&M) -> MsgView) -> MsgView {
        match self {
            Packet::Numbered(_, message) => body(message),
            Packet::Received(upto) => MsgView {
                kind: "received",
                label: format!("got {upto}"),
                sentence: format!("I have your messages up to number {upto}."),
                epoch: None,
                routine: true,
            },
        }
    }
}

/// The timer after which unacknowledged messages are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Again;

/// One node's ends of its channels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Channels<M> {
    /// After how long what was not acknowledged is repeated; 0: never.
    resend: Ns,
    /// Whether one that comes early waits.
    in_order: bool,
    outgoing: Map<NodeId, Outgoing<M>>,
    incoming: Map<NodeId, Incoming<M>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Outgoing<M> {
    sent: u32,
    /// Not acknowledged yet; empty where channels do not repeat.
    open: Vec<(u32, M)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Incoming<M> {
    /// All up to this number has come.
    upto: u32,
    /// What came before its turn.
    early: Map<u32, M>,
}

impl<M> Default for Outgoing<M> {
    fn default() -> Outgoing<M> {
        Outgoing { sent: 0, open: Vec::new() }
    }
}

impl<M> Default for Incoming<M> {
    fn default() -> Incoming<M> {
        Incoming { upto: 0, early: Map::new() }
    }
}

impl<M: Clone> Channels<M> {
    /// Channels on which nothing has been sent. What is not acknowledged within `resend` of local time is sent again; 0:
    /// nothing is acknowledged or repeated, as in the papers, and a lost message stops its channel. With `in_order` false
    /// messages are handled as they come, which is the mistake that the papers' assumption rules out.
    pub fn new(resend: Ns, in_order: bool) -> Channels<M> {
        Channels { resend, in_order, outgoing: Map::new(), incoming: Map::new() }
    }

    /// Sends a message, after all that was sent to the same node before.
    pub fn send<P>(&mut self, to: NodeId, message: M, ctx: &mut Ctx<'_, P>)
    where
        P: Protocol<Msg = Packet<M>, Timer: From<Again>>,
    {
        let was_idle = self.is_idle();
        let channel = self.outgoing.or_default(to);
        channel.sent += 1;
        let number = channel.sent;
        if self.resend > Ns::ZERO {
            channel.open.push((number, message.clone()));
            if was_idle {
                ctx.set_timer(Again.into(), self.resend, self.resend);
            }
        }
        ctx.send(to, Packet::Numbered(number, message));
    }

    /// Whether nothing waits to be acknowledged.
    fn is_idle(&self) -> bool {
        self.outgoing.values().all(|channel| channel.open.is_empty())
    }

    /// A packet has come: the messages that are to be handled now, in order.
    pub fn receive<P>(&mut self, from: NodeId, packet: &Packet<M>, ctx: &mut Ctx<'_, P>) -> Vec<M>
    where
        P: Protocol<Msg = Packet<M>, Timer: From<Again>>,
    {
        match packet {
            Packet::Received(upto) => {
                self.outgoing.or_default(from).open.retain(|(number, _)| number > upto);
                if self.is_idle() {
                    ctx.cancel(Again.into());
                }
                Vec::new()
            }
            Packet::Numbered(number, message) => {
                let ready = self.incoming.or_default(from).take(*number, message, self.in_order);
                let upto = self.incoming.or_default(from).upto;
                if self.resend > Ns::ZERO {
                    ctx.send(from, Packet::Received(upto));
                }
                let number = *number;
                if ready.is_empty() && number > upto {
                    ctx.note(|| {
                        format!(
                            "This is {from}'s message {number} to me, and {} has not come: it waits.",
                            upto + 1
                        )
                    });
                } else if ready.is_empty() {
                    ctx.note(|| format!("I have had {from}'s message {number} before: this is a copy."));
                }
                ready
            }
        }
    }

    /// [`Again`] has fired: what was not acknowledged is repeated.
    pub fn repeat<P>(&mut self, ctx: &mut Ctx<'_, P>)
    where
        P: Protocol<Msg = Packet<M>, Timer: From<Again>>,
    {
        for (&to, channel) in &self.outgoing {
            for (number, message) in channel.open.iter().take(REPEATED_AT_ONCE) {
                ctx.send(to, Packet::Numbered(*number, message.clone()));
            }
        }
        ctx.set_timer(Again.into(), self.resend, self.resend);
    }

    /// How many messages wait for one that has not come.
    pub fn early(&self) -> usize {
        if self.in_order { self.incoming.values().map(|channel| channel.early.len()).sum() } else { 0 }
    }
}

impl<M: Clone> Incoming<M> {
    /// Takes in a message, and gives out those whose turn it is.
    fn take(&mut self, number: u32, message: &M, in_order: bool) -> Vec<M> {
        let mut ready = Vec::new();
        if number <= self.upto || self.early.contains_key(&number) {
            return ready;
        }
        if !in_order {
            ready.push(message.clone());
        }
        self.early.insert(number, message.clone());
        while let Some(message) = self.early.remove(&(self.upto + 1)) {
            self.upto += 1;
            if in_order {
                ready.push(message);
            }
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handled at each arrival of these numbers.
    fn handled(numbers: &[u32], in_order: bool) -> Vec<Vec<u32>> {
        let mut channel = Incoming::default();
        numbers.iter().map(|&number| channel.take(number, &number, in_order)).collect()
    }

    #[test]
    fn what_comes_early_waits_for_its_turn() {
        assert_eq!(handled(&[1, 3, 4, 2], true), [vec![1], vec![], vec![], vec![2, 3, 4]]);
        assert_eq!(handled(&[3, 1, 2], false), [vec![3], vec![1], vec![2]]);
    }

    #[test]
    fn a_copy_is_not_handled_again() {
        assert_eq!(handled(&[1, 1, 3, 3, 2, 3], true), [vec![1], vec![], vec![], vec![], vec![2, 3], vec![]]);
        assert_eq!(handled(&[2, 2, 1, 2, 1], false), [vec![2], vec![], vec![1], vec![], vec![]]);
    }
}
