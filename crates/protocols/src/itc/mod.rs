//! Interval tree clocks at work (Almeida, Baquero and Fonte, *Interval Tree Clocks: A Logical Clock for Dynamic Systems*,
//! OPODIS 2008): processes come and go, and nobody keeps a list of them.
//!
//! There is one process at first, on A; the other servers are empty homes. A process works (an event), tells another what it
//! knows (event and peek; join and event at the other end), invites another (fork: half of its part of the line travels to
//! an empty home, where a process begins), and retires (its whole part travels to another, which joins it to its own). Which
//! of two knows what the other knows is told by their stamps alone.
//!
//! Beside its stamp each process carries a vector clock, for comparison: it needs an entry for every process that ever did
//! something, and keeps it for ever. A stamp becomes simple again when parts are joined. What is lost on its way with a
//! message, or dies with a disk, is nobody's from then on: no stamp becomes wrong by that, but the line stays in pieces.
//!
//! A gift that comes twice must be taken once. Without that (`remember`) one part of the line gets two owners.
//!
//! - `process`: what a process does with its stamp;
//! - [`monitors`]: stamps are ordered as what is known, and each point of the line has one owner.

use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Scenario, WeightedOp, WorkloadMode};
use lightcone_sim::sorted::Set;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

pub mod messages;
pub mod monitors;
mod process;

use messages::{Gift, Knowledge, Msg, Op, Process, Ret};

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Whether a node remembers which gifts it has taken, so that one that comes twice is taken once.
    pub remember: bool,
}

impl Default for Params {
    fn default() -> Params {
        Params { remember: true }
    }
}

/// Processes with interval tree clocks.
#[derive(Clone, Debug)]
pub struct Itc {
    params: Params,
}

/// What is on a server's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Home {
    /// The process that lives here.
    pub life: Option<Life>,
    /// How many gifts were made from here.
    pub gifts: u32,
    /// The gifts that were taken here.
    pub taken: Set<Gift>,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Life {
    /// Which one it is, for the vector clock. Its stamp has no need of that.
    pub process: Process,
    /// What it knows.
    pub knows: Knowledge,
}

/// What is in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server's process is on its disk.
    Server,
    /// A client knows, more or less, where processes live, and what it waits for.
    Client {
        /// Where it believes that processes live.
        alive: Set<NodeId>,
        /// Calls without an answer yet.
        waits: Set<OpId>,
    },
}

impl Protocol for Itc {
    type Params = Params;
    type State = State;
    type Stable = Home;
    type Msg = Msg;
    type Timer = ();
    type Op = Op;
    type Ret = Ret;
    const NAME: &'static str = "itc";
    const TITLE: &'static str = "Interval tree clocks";
    const SUMMARY: &'static str =
        "Processes come and go, and their stamps tell who knows what, with no list of names";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("remember", "whether a gift (of a fork or a retirement) that comes twice is taken once only")];
    const OPS: &'static [&'static str] =
        &["work", "tell", "fork", "retire", "tell A", "fork B", "fork C", "retire A"];

    fn new(params: Params, nodes: Nodes) -> Result<Itc, String> {
        if nodes.servers == 0 {
            return Err("the first process needs a server to live on".to_owned());
        }
        Ok(Itc { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(5)) };
        scenario.workload.mode = WorkloadMode::Open;
        scenario.workload.start = Ns::ms(100);
        scenario.workload.every = Ns::ms(120);
        let op = |op: &str, weight| WeightedOp { op: op.to_owned(), weight };
        scenario.workload.ops = vec![op("work", 3), op("tell", 4), op("fork", 3), op("retire", 2)];
        scenario
    }

    fn disk(&self, node: NodeId) -> Home {
        let first = node == NodeId::server(0);
        Home { life: first.then(|| Life::first(node)), ..Home::default() }
    }

    fn boot(&self, ctx: &mut Ctx<'_, Itc>) -> State {
        if ctx.me().is_client() {
            return State::Client { alive: Set::from([NodeId::server(0)]), waits: Set::new() };
        }
        State::Server
    }

    fn on(&self, state: &mut State, event: Event<'_, Itc>, ctx: &mut Ctx<'_, Itc>) {
        match (state, event) {
            (State::Client { alive, waits }, Event::Op { id, op, at }) => {
                waits.insert(id);
                ask(alive, (id, op, at), ctx);
            }
            (
                State::Client { alive, waits },
                Event::Message { from, msg: Msg::Answer { id, ret, heir, alive: lives } },
            ) => {
                alive.extend(heir.iter().copied());
                if *lives {
                    alive.insert(from);
                } else {
                    alive.remove(&from);
                }
                if waits.remove(id) {
                    ctx.reply(*id, ret.clone());
                }
            }
            (State::Server, Event::Message { from, msg: Msg::Do { id, op } }) => {
                process::on_do(from, *id, op, ctx);
            }
            (State::Server, Event::Message { from, msg: Msg::Tell(theirs) }) => {
                process::on_tell(from, theirs, ctx);
            }
            (State::Server, Event::Message { msg: Msg::Give { gift, knowledge, .. }, .. }) => {
                process::on_give(&self.params, *gift, knowledge, ctx);
            }
            _ => {}
        }
    }

    fn status(&self, state: &State, home: &Home) -> Status {
        match (state, &home.life) {
            (State::Client { .. }, _) => Status { role: "client", weight: Weight::Thin, epoch: None },
            (State::Server, None) => Status { role: "nobody", weight: Weight::Dashed, epoch: None },
            (State::Server, Some(_)) => Status { role: "alive", weight: Weight::Thick, epoch: Some(1) },
        }
    }

    fn epoch_name(&self, _epoch: u64) -> String {
        "a process".to_owned()
    }

    fn view(&self, state: &State, home: &Home) -> View {
        match (state, &home.life) {
            (State::Client { alive, waits }, _) => {
                let names: Vec<String> = alive.iter().map(ToString::to_string).collect();
                View::default()
                    .field("knows of processes on", names.join(", "))
                    .field("waits for", waits.len())
            }
            (State::Server, None) => View::default().durable("stamp", "nobody lives here"),
            (State::Server, Some(Life { process, knows: Knowledge { stamp, vector } })) => View::default()
                .durable("stamp", stamp)
                .durable("owns", stamp.id())
                .durable("knows", stamp.events())
                .durable("numbers in the stamp", stamp.size())
                .durable("vector clock", vector)
                .durable("entries in the vector", vector.len())
                .durable("its name there", process),
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Do { op, .. } => ("do", op.to_string(), format!("Please {op}.")),
            Msg::Answer { ret, .. } => {
                let label = if matches!(ret, Ret::Stamp(_)) { "done".to_owned() } else { ret.to_string() };
                ("answer", label, format!("This came of it: {ret}."))
            }
            Msg::Tell(knows) => {
                let sentence = format!("Hear what I know. My stamp, without my name: {}.", knows.stamp);
                ("tell", short("tell", &knows.stamp), sentence)
            }
            Msg::Give { knowledge, whole: false, .. } => (
                "fork",
                short("fork", knowledge.stamp.id()),
                format!("I share my part with you. This is yours, and what I know: {}.", knowledge.stamp),
            ),
            Msg::Give { knowledge, whole: true, .. } => (
                "retire",
                short("retire", knowledge.stamp.id()),
                format!("I end. All that was mine is yours: {}.", knowledge.stamp),
            ),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Itc>>> {
        vec![Box::<monitors::Agreement>::default(), Box::<monitors::OneOwner>::default()]
    }
}

/// A client asks a process for something; whom and what is left open it picks as it believes things to be.
fn ask(alive: &Set<NodeId>, (id, op, at): (OpId, Op, Option<NodeId>), ctx: &mut Ctx<'_, Itc>) {
    let at = at.filter(|at| !at.is_client()).or_else(|| somebody(alive.iter().copied(), ctx));
    let at = at.unwrap_or(NodeId::server(0));
    let servers: Vec<NodeId> = ctx.servers().filter(|to| *to != at).collect();
    let processes = servers.iter().copied().filter(|to| alive.contains(to));
    let homes = servers.iter().copied().filter(|to| !alive.contains(to));
    let op = match op {
        Op::Fork(None) => Op::Fork(somebody(homes, ctx)),
        Op::Tell(None) => Op::Tell(somebody(processes, ctx)),
        Op::Retire(None) => Op::Retire(somebody(processes, ctx)),
        op => op,
    };
    ctx.send(at, Msg::Do { id, op });
}

/// One of these, picked at random.
fn somebody(nodes: impl Iterator<Item = NodeId>, ctx: &mut Ctx<'_, Itc>) -> Option<NodeId> {
    let nodes: Vec<NodeId> = nodes.collect();
    if nodes.is_empty() { None } else { Some(nodes[ctx.pick(nodes.len() as u64) as usize]) }
}

/// A word and a tree, if there is room for it on an arrow.
fn short(word: &str, tree: &impl std::fmt::Display) -> String {
    const CHARS_MAX: usize = 20;
    let tree = tree.to_string();
    if tree.len() > CHARS_MAX { word.to_owned() } else { format!("{word} {tree}") }
}
