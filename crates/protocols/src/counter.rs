//! A counter: the smallest server that has a state, to show what a node is.
//!
//! A node is a state machine that does one thing at a time. Something comes in (a message, a timer), a handler looks at
//! the state and at what came, changes the state, and says what is to go out; then comes the next (Schneider, *Implementing
//! Fault-Tolerant Services Using the State Machine Approach*, 1990, §2; Cachin, Guerraoui and Rodrigues, *Introduction to
//! Reliable and Secure Distributed Programming*, §1.4, where the modules of a process are such machines).
//!
//! A counts. Other servers are sent every new value, and answer reads by what they have; they pass on what is to be
//! added. Nothing is on a disk: a server that crashes begins at 0. A client asks once, and if that message or its answer
//! is lost, it never hears.

use std::fmt;
use std::str::FromStr;

use imbl::OrdSet;
use lightcone_sim::ids::{MsgId, NodeId, Nodes, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Scenario, WeightedOp};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The server that counts.
const COUNTS: NodeId = NodeId::server(0);
/// The most that is added at once.
const ADDED_MAX: u32 = 1_000_000;

/// The protocol.
#[derive(Debug)]
pub struct Counter {
    params: Params,
}

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Whether A looks whether it has handled a call before, and does not add again for a copy of a message.
    pub remembers: bool,
}

impl Default for Params {
    fn default() -> Params {
        Params { remembers: true }
    }
}

/// What a node keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server.
    Server(Server),
    /// A client: nothing but what the engine knows of its calls.
    Client,
}

/// A server's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Server {
    /// Whether it is A, which counts.
    pub counts: bool,
    /// The count.
    pub value: u64,
    /// How many additions made it.
    pub additions: u32,
    /// The calls that it has handled.
    pub handled: OrdSet<OpId>,
}

/// What nodes send one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Client to server, and server to A.
    Ask(OpId, Op),
    /// Server to client: the value after the call.
    Answer(OpId, u64),
    /// A to the other servers: the value after so many additions.
    Value(u32, u64),
}

/// What clients call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Add to the count.
    Add(u32),
    /// Read it.
    Get,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Add(number) => write!(f, "add {number}"),
            Op::Get => f.write_str("get"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = match words[..] {
            ["get"] => return Ok(Op::Get),
            ["add", number] => number.parse().ok().filter(|&number| number <= ADDED_MAX),
            _ => None,
        };
        number.map(Op::Add).ok_or_else(|| format!("write `add 3`, with a number up to {ADDED_MAX}, or `get`"))
    }
}

impl Counter {
    fn ask(&self, server: &mut Server, id: OpId, op: Op, ctx: &mut Ctx<'_, Counter>) {
        let Op::Add(number) = op else {
            return ctx.send(id.client, Msg::Answer(id, server.value));
        };
        if !server.counts {
            ctx.note(|| format!("I do not count: I pass this on to {COUNTS}."));
            return ctx.send(COUNTS, Msg::Ask(id, op));
        }
        if server.handled.insert(id).is_some() && self.params.remembers {
            return ctx.note(|| "I have handled this call: this is a copy, and changes nothing.".to_owned());
        }
        let before = server.value;
        server.value += u64::from(number);
        server.additions += 1;
        let (value, additions) = (server.value, server.additions);
        ctx.note(|| format!("I had {before}, and have {value}. Whatever comes next finds {value}."));
        ctx.send(id.client, Msg::Answer(id, value));
        for peer in ctx.peers() {
            ctx.send(peer, Msg::Value(additions, value));
        }
    }
}

impl Protocol for Counter {
    type Params = Params;
    type State = State;
    type Stable = ();
    type Msg = Msg;
    type Timer = ();
    type Op = Op;
    type Ret = u64;

    const NAME: &'static str = "counter";
    const TITLE: &'static str = "Counter";
    const SUMMARY: &'static str = "A server adds what clients ask it to add, one message at a time";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("remembers", "whether A looks whether it has handled a call, or adds again for a copy")];
    const OPS: &'static [&'static str] = &["add 3", "get"];

    fn new(params: Params, _: Nodes) -> Result<Counter, String> {
        Ok(Counter { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(3), ..Scenario::new(Self::NAME, nodes.unwrap_or(2)) };
        scenario.workload.clients = 2;
        scenario.workload.start = Ns::ms(100);
        scenario.workload.every = Ns::ms(150);
        let op = |op: &str, weight| WeightedOp { op: op.to_owned(), weight };
        scenario.workload.ops = vec![op("add {n}", 3), op("get", 1)];
        scenario
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        let mut scenario = Scenario { until: Ns::ms(500), ..Scenario::new(Self::NAME, 1) };
        scenario.params.insert("remembers".to_owned(), false.into());
        let client = NodeId::client(0);
        scenario.push(Ns::ms(100), Action::Op { client, op: Op::Add(3).to_string(), node: Some(COUNTS) });
        scenario.push(Ns::ms(105), Action::Duplicate { message: MsgId::new(client, 1) });
        vec![("Broken: a copy is counted again", scenario)]
    }

    fn boot(&self, ctx: &mut Ctx<'_, Counter>) -> State {
        if ctx.me().is_client() {
            return State::Client;
        }
        State::Server(Server { counts: ctx.me() == COUNTS, ..Server::default() })
    }

    fn on(&self, state: &mut State, event: Event<'_, Counter>, ctx: &mut Ctx<'_, Counter>) {
        match (state, event) {
            (State::Client, Event::Op { id, op, at }) => {
                // Unless it is told otherwise, a client reads where it is near: c1 at A, c2 at B, and so on.
                let near = NodeId::server(ctx.me().number() % ctx.server_count() as u16);
                let to = at.unwrap_or(if op == Op::Get { near } else { COUNTS });
                ctx.send(to, Msg::Ask(id, op));
            }
            (State::Client, Event::Message { msg: &Msg::Answer(id, value), .. }) => ctx.reply(id, value),
            (State::Server(server), Event::Message { msg: &Msg::Ask(id, op), .. }) => {
                self.ask(server, id, op, ctx);
            }
            (State::Server(server), Event::Message { msg: &Msg::Value(additions, value), .. }) => {
                if additions > server.additions {
                    (server.value, server.additions) = (value, additions);
                } else {
                    let newer = server.additions;
                    ctx.note(|| format!("I have the value after {newer} additions: this one is older."));
                }
            }
            _ => {}
        }
    }

    fn status(&self, state: &State, (): &()) -> Status {
        match state {
            // A colour for each value, so that the lane changes where the state does.
            State::Server(Server { value, counts: true, .. }) => {
                Status { role: "counts", weight: Weight::Thick, epoch: Some(*value) }
            }
            State::Server(server) => Status { role: "copy", weight: Weight::Thin, epoch: Some(server.value) },
            State::Client => Status { role: "client", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, (): &()) -> View {
        match state {
            State::Server(server) => {
                View::default().field("value", server.value).field("additions", server.additions)
            }
            State::Client => View::default(),
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match *msg {
            Msg::Ask(_, Op::Add(number)) => ("ask", format!("add {number}"), format!("Please add {number}.")),
            Msg::Ask(_, Op::Get) => ("ask", "get".to_owned(), "What is the count?".to_owned()),
            Msg::Answer(_, value) => ("answer", value.to_string(), format!("The count is {value}.")),
            Msg::Value(additions, value) => (
                "value",
                format!("value {value}"),
                format!("After {additions} additions the count is {value}."),
            ),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Counter>>> {
        vec![Box::new(CountedOnce::default())]
    }
}

/// An invariant: A has added once for each call that has come to it, and not again for a copy. It holds whatever becomes of
/// messages and servers, as long as A looks whether it has handled a call.
#[derive(Clone, Debug, Default)]
struct CountedOnce {
    broken: bool,
}

impl Monitor<Counter> for CountedOnce {
    fn name(&self) -> &'static str {
        "counted once"
    }

    fn observe(&mut self, seen: Seen<'_, Counter>, report: &mut Report<'_>) {
        let Some(State::Server(Server { counts: true, additions, handled, .. })) = seen.state else { return };
        let calls = handled.len();
        if *additions as usize > calls && !self.broken {
            self.broken = true;
            report.violated(
                format!(
                    "{} has added {additions} times, though the number of calls is {calls}.",
                    seen.event.node
                ),
                [],
            );
        }
    }
}
