//! Connections, as TCP has them (RFC 9293), for any protocol: [`Connected<P>`] carries what `P` sends in order and once,
//! within one connection.
//!
//! A three-way handshake opens a connection when something is to be sent; both ends draw a number for it, so that
//! segments of an older one are told apart. Messages are numbered, acknowledged cumulatively, and sent again when the
//! retransmission time-out passes, which then doubles (RFC 6298). The receiver says how much room it has, and no more is
//! sent: a slow reader shuts the window. After so many retransmissions without an answer the connection breaks, at this end
//! alone: the other learns of it by its own time-outs, or when it speaks and is reset. What was unacknowledged then may
//! have come or not. That is all that a connection promises: nothing is said about what the next one brings.
//!
//! Unlike TCP it counts messages and not bytes, keeps the first time-out as it is set instead of measuring round trips,
//! leaves out congestion control and orderly closing, and the window it announces never shrinks.

mod end;
mod machine;
mod segment;
mod usual;

use std::collections::BTreeMap;
use std::marker::PhantomData;

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::layer::{Beside, Layer, Meaning, joined};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, LogView, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;

pub use end::End;
pub use segment::{Number, Pair, Segment};
use usual::MEANINGS;
pub use usual::{Alone, Asked, Options, OrDatagrams, Settings, Transport, Usual};

/// A protocol over connections, or over datagrams; `U` says what is usual.
#[derive(Debug)]
pub struct Connected<P, U = Alone> {
    options: Options,
    inside: P,
    usual: PhantomData<fn() -> U>,
}

/// How long a segment without a message is on the wire, in bytes.
const HEADER: u32 = 100;

/// A node: the protocol inside, and its ends of connections.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host<S, M: Clone> {
    inside: S,
    ends: BTreeMap<NodeId, End<M>>,
    /// How many connections have broken here.
    broken: u32,
    /// How many messages were given up with them.
    given_up: u32,
}

impl<S, M: Clone> Host<S, M> {
    /// This node's end of its connection with another, if there is one.
    pub fn end(&self, peer: NodeId) -> Option<&End<M>> {
        self.ends.get(&peer)
    }
}

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Timer<T> {
    /// Something of the protocol inside.
    Inside(T),
    /// An answer from that node is late.
    Retransmission(NodeId),
    /// The application has read a message from that node.
    Read(NodeId),
}

impl<P: Protocol, U: Usual> Connected<P, U> {
    const MEANINGS: [Meaning; 24] = joined(&MEANINGS, P::PARAMS);
}

impl<P: Protocol, U: Usual> Layer<P> for Connected<P, U> {
    fn inside(&self) -> &P {
        &self.inside
    }

    fn state_inside(host: &Self::State) -> &P::State {
        &host.inside
    }

    fn state_inside_mut(host: &mut Self::State) -> &mut P::State {
        &mut host.inside
    }

    fn timer_of(timer: P::Timer) -> Timer<P::Timer> {
        Timer::Inside(timer)
    }

    fn send_for(&self, host: &mut Self::State, to: NodeId, msg: P::Msg, ctx: &mut Ctx<'_, Self>) {
        self.hand_in(host, to, msg, ctx);
    }
}

impl<P: Protocol, U: Usual> Protocol for Connected<P, U> {
    type Params = Beside<Settings<U>, P::Params>;
    type State = Host<P::State, P::Msg>;
    type Stable = P::Stable;
    type Msg = Segment<P::Msg>;
    type Timer = Timer<P::Timer>;
    type Op = P::Op;
    type Ret = P::Ret;
    const NAME: &'static str = P::NAME;
    const TITLE: &'static str = P::TITLE;
    const CHAPTER: &'static str = P::CHAPTER;
    const SUMMARY: &'static str = P::SUMMARY;
    const PARAMS: &'static [Meaning] = Self::MEANINGS.split_at(MEANINGS.len() + P::PARAMS.len()).0;
    const OPS: &'static [&'static str] = P::OPS;

    fn new(params: Self::Params, nodes: Nodes) -> Result<Self, String> {
        let Settings(options, _) = params.layer;
        let most = Ns::s(3_600);
        if options.rto < Ns::us(1) || options.rto > most || options.read > most {
            return Err("`rto` must be from 1 µs to an hour, and `read` at most an hour".to_owned());
        }
        if !(1..=1_000).contains(&options.window) || options.retries > 100 {
            return Err("`window` must be from 1 to 1000, and `retries` at most 100".to_owned());
        }
        Ok(Connected { options, inside: P::new(params.inside, nodes)?, usual: PhantomData })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        P::scenario(nodes)
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        P::examples()
    }

    fn disk(&self, node: NodeId) -> P::Stable {
        self.inside.disk(node)
    }

    fn boot(&self, ctx: &mut Ctx<'_, Self>) -> Self::State {
        self.boot_inside(ctx, |inside| Host { inside, ends: BTreeMap::new(), broken: 0, given_up: 0 })
    }

    fn on(&self, host: &mut Self::State, event: Event<'_, Self>, ctx: &mut Ctx<'_, Self>) {
        match event {
            Event::Message { from, msg } => self.segment(host, from, msg, ctx),
            Event::Timer(Timer::Retransmission(peer)) => self.time_out(host, peer, ctx),
            Event::Timer(Timer::Read(peer)) => self.reads(host, peer, ctx),
            Event::Timer(Timer::Inside(timer)) => self.step_inside(host, Event::Timer(timer), ctx),
            Event::Op { id, op, at } => self.step_inside(host, Event::Op { id, op, at }, ctx),
        }
    }

    fn status(&self, host: &Self::State, disk: &P::Stable) -> Status {
        self.inside.status(&host.inside, disk)
    }

    fn epoch_name(&self, epoch: u64) -> String {
        self.inside.epoch_name(epoch)
    }

    fn view(&self, host: &Self::State, disk: &P::Stable) -> View {
        let view = self.inside.view(&host.inside, disk);
        let view = host.ends.iter().fold(view, |view, (&peer, end)| view.field("connection", end.told(peer)));
        let view = if host.broken > 0 { view.field("broken", host.broken) } else { view };
        if host.given_up > 0 { view.field("given up", host.given_up) } else { view }
    }

    fn log(&self, host: Option<&Self::State>, disk: &P::Stable, before: u64, count: u64) -> Option<LogView> {
        self.inside.log(host.map(|host| &host.inside), disk, before, count)
    }

    fn describe(&self, msg: &Segment<P::Msg>) -> MsgView {
        msg.describe(|msg| self.inside.describe(msg), U::COLOURS)
    }

    fn size(&self, msg: &Segment<P::Msg>) -> u32 {
        msg.message().map_or(HEADER, |msg| self.inside.size(msg))
    }

    fn facts(&self, msg: &Segment<P::Msg>) -> Vec<(&'static str, i64)> {
        msg.message().map_or(Vec::new(), |msg| self.inside.facts(msg))
    }

    fn with_fact(&self, msg: &Segment<P::Msg>, name: &str, value: i64) -> Option<Segment<P::Msg>> {
        Some(msg.carrying(self.inside.with_fact(msg.message()?, name, value)?))
    }

    fn describe_timer(&self, timer: &Self::Timer) -> String {
        match timer {
            Timer::Inside(timer) => self.inside.describe_timer(timer),
            Timer::Retransmission(peer) => format!("retransmission to {peer}"),
            Timer::Read(peer) => format!("read from {peer}"),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Self>>> {
        self.monitors_inside()
    }
}
