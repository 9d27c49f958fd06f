//! A switch between all nodes: [`Switched<P>`] sends what `P` sends by way of one node, which forwards packets one at a
//! time and has room for so many (Kurose and Ross, *Computer Networking*, §1.4: queuing delay and packet loss).
//!
//! The switch is node A, with a worldline of its own, for influence has to travel along something. It has a queue for
//! each node that it forwards to. What comes to a full queue is dropped (tail drop), and nobody is told.

use std::collections::BTreeMap;

use imbl::Vector;
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::layer::{Beside, Layer, Meaning, joined};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, LogView, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The switch.
pub const SWITCH: NodeId = NodeId::server(0);

/// A protocol whose messages pass a switch.
#[derive(Debug)]
pub struct Switched<P> {
    options: Options,
    inside: P,
}

/// What the switch can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How long it takes to forward a packet.
    pub service: Ns,
    /// How many packets a queue has room for, the one that is being forwarded included.
    pub queue: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { service: Ns::ms(20), queue: 5 }
    }
}

const MEANINGS: [Meaning; 2] = [
    ("service", "how long the switch takes to forward a packet, in ns"),
    ("queue", "how many packets each of its queues has room for"),
];

/// A message on its way by the switch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Packet<M> {
    from: NodeId,
    to: NodeId,
    msg: M,
}

/// A node: the protocol inside, and, at the switch, its queues.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port<S, M: Clone> {
    inside: S,
    /// `None`: not the switch.
    queues: Option<Queues<M>>,
}

/// What the switch holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Queues<M: Clone> {
    waiting: BTreeMap<NodeId, Vector<Packet<M>>>,
    forwarded: u64,
    dropped: u64,
}

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Timer<T> {
    /// Something of the protocol inside.
    Inside(T),
    /// The next packet for that node is forwarded.
    Forward(NodeId),
}

impl<P: Protocol> Switched<P> {
    const MEANINGS: [Meaning; 24] = joined(&MEANINGS, P::PARAMS);

    /// A packet comes to the switch.
    fn enqueue(&self, queues: &mut Queues<P::Msg>, packet: &Packet<P::Msg>, ctx: &mut Ctx<'_, Self>) {
        let to = packet.to;
        let queue = queues.waiting.entry(to).or_default();
        if queue.len() >= self.options.queue as usize {
            queues.dropped += 1;
            return ctx.note(|| format!("My queue to {to} is full: I drop this packet, and tell nobody."));
        }
        queue.push_back(packet.clone());
        if queue.len() == 1 {
            ctx.set_timer(Timer::Forward(to), self.options.service, self.options.service);
        }
    }

    fn forward(&self, queues: &mut Queues<P::Msg>, to: NodeId, ctx: &mut Ctx<'_, Self>) {
        let Some(queue) = queues.waiting.get_mut(&to) else { return };
        if let Some(packet) = queue.pop_front() {
            queues.forwarded += 1;
            ctx.send(to, packet);
        }
        if queue.is_empty() {
            queues.waiting.remove(&to);
        } else {
            ctx.set_timer(Timer::Forward(to), self.options.service, self.options.service);
        }
    }

    fn is_full(&self, queues: &Queues<P::Msg>) -> bool {
        queues.waiting.values().any(|queue| queue.len() >= self.options.queue as usize)
    }
}

impl<P: Protocol> Layer<P> for Switched<P> {
    fn inside(&self) -> &P {
        &self.inside
    }

    fn state_inside(port: &Self::State) -> &P::State {
        &port.inside
    }

    fn state_inside_mut(port: &mut Self::State) -> &mut P::State {
        &mut port.inside
    }

    fn timer_of(timer: P::Timer) -> Timer<P::Timer> {
        Timer::Inside(timer)
    }

    fn send_for(&self, _: &mut Self::State, to: NodeId, msg: P::Msg, ctx: &mut Ctx<'_, Self>) {
        let from = ctx.me();
        let next = if from == SWITCH { to } else { SWITCH };
        ctx.send(next, Packet { from, to, msg });
    }
}

impl<P: Protocol> Protocol for Switched<P> {
    type Params = Beside<Options, P::Params>;
    type State = Port<P::State, P::Msg>;
    type Stable = P::Stable;
    type Msg = Packet<P::Msg>;
    type Timer = Timer<P::Timer>;
    type Op = P::Op;
    type Ret = P::Ret;
    const NAME: &'static str = P::NAME;
    const TITLE: &'static str = P::TITLE;
    const SUMMARY: &'static str = P::SUMMARY;
    const PARAMS: &'static [Meaning] = Self::MEANINGS.split_at(MEANINGS.len() + P::PARAMS.len()).0;
    const OPS: &'static [&'static str] = P::OPS;

    fn new(params: Self::Params, nodes: Nodes) -> Result<Self, String> {
        let options = params.layer;
        if options.service > Ns::s(3_600) || !(1..=10_000).contains(&options.queue) {
            return Err("`service` must be at most an hour, and `queue` from 1 to 10000".to_owned());
        }
        Ok(Switched { options, inside: P::new(params.inside, nodes)? })
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
        let queues = Queues { waiting: BTreeMap::new(), forwarded: 0, dropped: 0 };
        let queues = (ctx.me() == SWITCH).then_some(queues);
        self.boot_inside(ctx, |inside| Port { inside, queues })
    }

    fn on(&self, port: &mut Self::State, event: Event<'_, Self>, ctx: &mut Ctx<'_, Self>) {
        match (event, &mut port.queues) {
            (Event::Message { msg: packet, .. }, Some(queues)) if packet.to != SWITCH => {
                self.enqueue(queues, packet, ctx);
            }
            (Event::Message { msg: Packet { from, msg, .. }, .. }, _) => {
                self.step_inside(port, Event::Message { from: *from, msg }, ctx);
            }
            (Event::Timer(Timer::Forward(to)), Some(queues)) => self.forward(queues, to, ctx),
            (Event::Timer(Timer::Forward(_)), None) => {}
            (Event::Timer(Timer::Inside(timer)), _) => self.step_inside(port, Event::Timer(timer), ctx),
            (Event::Op { id, op, at }, _) => self.step_inside(port, Event::Op { id, op, at }, ctx),
        }
    }

    fn status(&self, port: &Self::State, disk: &P::Stable) -> Status {
        let Some(queues) = &port.queues else { return self.inside.status(&port.inside, disk) };
        match queues.waiting.is_empty() {
            true => Status { role: "switch", weight: Weight::Thin, epoch: None },
            false if self.is_full(queues) => Status { role: "full", weight: Weight::Thick, epoch: Some(1) },
            false => Status { role: "forwards", weight: Weight::Dashed, epoch: None },
        }
    }

    fn epoch_name(&self, epoch: u64) -> String {
        self.inside.epoch_name(epoch)
    }

    fn view(&self, port: &Self::State, disk: &P::Stable) -> View {
        let Some(queues) = &port.queues else { return self.inside.view(&port.inside, disk) };
        let view = View::default().field("forwarded", queues.forwarded).field("dropped", queues.dropped);
        queues
            .waiting
            .iter()
            .fold(view, |view, (to, queue)| view.field("queue", format!("{} to {to}", queue.len())))
    }

    fn log(&self, port: Option<&Self::State>, disk: &P::Stable, before: u64, count: u64) -> Option<LogView> {
        self.inside.log(port.map(|port| &port.inside), disk, before, count)
    }

    fn describe(&self, packet: &Packet<P::Msg>) -> MsgView {
        let Packet { from, to, msg } = packet;
        let told = self.inside.describe(msg);
        MsgView { sentence: format!("From {from} to {to}: {}", told.sentence), ..told }
    }

    fn describe_timer(&self, timer: &Self::Timer) -> String {
        match timer {
            Timer::Inside(timer) => self.inside.describe_timer(timer),
            Timer::Forward(to) => format!("forward to {to}"),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Self>>> {
        self.monitors_inside()
    }
}
