//! Mutual exclusion by logical clocks: Lamport, *Time, Clocks, and the Ordering of Events in a Distributed System*
//! (Communications of the ACM 21, 1978), the algorithm that shows what the total ordering of events is good for.
//!
//! Processes share a resource that one may have at a time. There is no central scheduler. The paper asks for:
//!
//! - I: a process which has been granted the resource must release it before it can be granted to another;
//! - II: different requests must be granted in the order in which they are made;
//! - III: if every process which is granted the resource eventually releases it, every request is eventually granted.
//!
//! Every process has a logical clock and a queue of requests, ordered by time, and where times are the same by process
//! (⇒). Its rules, which bear their numbers in [`process`]:
//!
//! 1. to request, a process puts *Tm:Pi* into its queue and sends it to every other process;
//! 2. who receives it puts it into its queue and sends an acknowledgement with its own time;
//! 3. to release, it takes the request out and sends a release with its time to every other process;
//! 4. who receives that takes the request out;
//! 5. the resource is granted to a process when its request is before any other in its queue, and it has received a
//!    message from every other process that is later than the request.
//!
//! **What is assumed.** The paper assumes that messages between two processes arrive in the order in which they were sent,
//! and all of them. Here they are numbered and handled in order ([`crate::fifo`]); a lost one stops its channel, so that
//! nobody enters wrongly and perhaps nobody enters at all, unless `resend` says after how long messages are repeated.
//! The paper has no failures: "the failure of a single process will make it impossible for any other process to execute
//! state machine commands, thereby halting the system". So a process that comes back from a crash knows (by a mark on its
//! disk) that it has forgotten its clock, its queue and its channels, and takes no part any more.
//!
//! I and II hold under any delays, reordering, copies, losses, cuts, pauses, clocks and crashes, as long as no disk is lost.
//! III holds if in addition messages are repeated, nobody crashes, and every cut heals.

use lightcone_sim::ids::{MsgId, NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::{Action, Latency, Scenario, WeightedOp};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

mod describe;
pub mod messages;
pub mod monitors;
pub mod process;

use crate::fifo::{Channels, Packet};
use messages::{Body, Enter, Request, Served, Timer};
use process::Process;

/// The algorithm for one set of parameters and processes.
#[derive(Clone, Debug)]
pub struct Mutex {
    params: Params,
    servers: u16,
}

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The algorithm, or one of two that lack something.
    pub variant: Variant,
    /// How long a process stays inside, in local time.
    pub hold: Ns,
    /// After how long what was not acknowledged is repeated, in local time; 0: never.
    pub resend: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { variant: Variant::Correct, hold: Ns::ms(80), resend: Ns::ZERO }
    }
}

/// The algorithm, or one that lacks something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// As in the paper.
    #[default]
    Correct,
    /// A process enters as soon as its own request is the first in its own queue (rule 5 without its second half).
    NoAcknowledgement,
    /// Messages are handled as they come, and not in the order in which they were sent.
    NoFifo,
}

/// What a node keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server.
    Process(Process),
    /// A client, which has channels and nothing else.
    Client(Channels<Body>),
    /// Who has forgotten everything in a crash.
    Gone,
}

impl Mutex {
    /// Every process.
    pub fn servers(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.servers).map(NodeId::server)
    }

    /// A request as one number, in the total order.
    pub fn number(&self, request: Request) -> u64 {
        request.time.saturating_sub(1) * u64::from(self.servers) + u64::from(request.process.number()) + 1
    }

    fn client(&self, channels: &mut Channels<Body>, event: Event<'_, Mutex>, ctx: &mut Ctx<'_, Mutex>) {
        match event {
            Event::Op { id, at, .. } => {
                // Unless it is told otherwise, c1 asks A, c2 asks B, and so on.
                let own = NodeId::server(ctx.me().number() % self.servers);
                channels.send(at.unwrap_or(own), Body::Enter(id), ctx);
            }
            Event::Message { from, msg } => {
                for body in channels.receive(from, msg, ctx) {
                    if let Body::Done(op, request) = body {
                        ctx.reply(op, Served(request));
                    }
                }
            }
            Event::Timer(_) => channels.repeat(ctx),
        }
    }
}

impl Protocol for Mutex {
    type Params = Params;
    type State = State;
    type Stable = bool; // Whether the node has run before.
    type Msg = Packet<Body>;
    type Timer = Timer;
    type Op = Enter;
    type Ret = Served;

    const NAME: &'static str = "mutex";
    const TITLE: &'static str = "Mutual exclusion by logical clocks";
    const SUMMARY: &'static str =
        "Requests are ordered by Lamport clocks, and each process enters when all have answered";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("variant", "correct, or broken: no-acknowledgement, no-fifo"),
        ("hold", "how long a process stays inside, in ns of local time"),
        ("resend", "after how long unacknowledged messages are repeated, in ns of local time; 0: never"),
    ];
    const OPS: &'static [&'static str] = &["enter"];

    fn new(params: Params, nodes: Nodes) -> Result<Mutex, String> {
        if params.hold < Ns::us(1) {
            return Err(format!("hold is {}: it takes at least 1 µs (1000)", params.hold));
        }
        if params.resend > Ns::ZERO && params.resend < Ns::ms(1) {
            return Err(format!("resend is {}: at least 1 ms (1000000), or 0 for never", params.resend));
        }
        Ok(Mutex { params, servers: nodes.servers })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(3), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 2;
        scenario.workload.start = Ns::ms(100);
        scenario.workload.every = Ns::ms(200);
        scenario.workload.ops = vec![WeightedOp { op: "enter".to_owned(), weight: 1 }];
        scenario
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        examples()
    }

    fn boot(&self, ctx: &mut Ctx<'_, Mutex>) -> State {
        if *ctx.stable() {
            ctx.note(|| {
                "I have run before, and have forgotten my clock, my queue and my channels: I take no part."
                    .to_owned()
            });
            return State::Gone;
        }
        ctx.persist(|ran| *ran = true);
        let channels = Channels::new(self.params.resend, self.params.variant != Variant::NoFifo);
        match ctx.me().is_client() {
            true => State::Client(channels),
            false => State::Process(Process::new(channels)),
        }
    }

    fn on(&self, state: &mut State, event: Event<'_, Mutex>, ctx: &mut Ctx<'_, Mutex>) {
        match (state, event) {
            (State::Client(channels), event) => self.client(channels, event, ctx),
            (State::Process(process), Event::Message { from, msg }) => {
                for body in process.channels.receive(from, msg, ctx) {
                    process.handle(self, from, body, ctx);
                }
            }
            (State::Process(process), Event::Timer(Timer::Leave)) => process.leave(self, ctx),
            (State::Process(process), Event::Timer(Timer::Again)) => process.channels.repeat(ctx),
            (State::Gone, _) | (State::Process(_), Event::Op { .. }) => {}
        }
    }

    fn status(&self, state: &State, _: &bool) -> Status {
        describe::status(self, state)
    }

    fn epoch_name(&self, epoch: u64) -> String {
        let (servers, number) = (u64::from(self.servers).max(1), epoch.saturating_sub(1));
        let process = NodeId::server((number % servers) as u16);
        Request { time: number / servers + 1, process }.to_string()
    }

    fn view(&self, state: &State, _: &bool) -> View {
        describe::view(self, state)
    }

    fn describe(&self, msg: &Packet<Body>) -> MsgView {
        msg.describe(|body| describe::message(self, body))
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Leave => "leaves".to_owned(),
            Timer::Again => "repeats".to_owned(),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Mutex>>> {
        vec![Box::new(monitors::MutualExclusion::default()), Box::new(monitors::Order::default())]
    }
}

/// A and C are asked to enter within 5 ms, by c1 and c2; every message takes 20 ms.
fn two_ask() -> Scenario {
    let mut scenario = Scenario { until: Ns::ms(600), ..Mutex::scenario(None) };
    scenario.workload.ops.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    for (client, node, at) in [(0, 0, 100), (1, 2, 105)] {
        let (client, node) = (NodeId::client(client), Some(NodeId::server(node)));
        scenario.push(Ns::ms(at), Action::Op { client, op: Enter.to_string(), node });
    }
    scenario
}

fn examples() -> Vec<(&'static str, Scenario)> {
    let with = |variant: Variant| {
        let mut scenario = two_ask();
        let value = serde_json::to_value(variant).unwrap_or_default();
        scenario.params.insert("variant".to_owned(), value);
        scenario
    };
    let mut stopped = two_ask();
    stopped.push(Ns::ms(110), Action::Crash { node: NodeId::server(1) });
    let mut overtaken = with(Variant::NoFifo);
    let request = MsgId::new(NodeId::server(0), 2);
    overtaken.push(Ns::ms(125), Action::Hold { message: request });
    overtaken.push(Ns::ms(190), Action::Deliver { message: request });
    vec![
        ("Two ask at once", two_ask()),
        ("One process crashes, and nobody enters", stopped),
        ("Broken: nobody waits for acknowledgements", with(Variant::NoAcknowledgement)),
        ("Broken: a request is overtaken", overtaken),
    ]
}
