//! Last write wins: registers on several replicas, of which each stamps a write with its own wall clock, acknowledges it at
//! once, and keeps of two writes the one with the later stamp (Thomas, *A Majority Consensus Approach to Concurrency Control
//! for Multiple Copy Databases*, 1979; what it loses: Kingsbury, *The trouble with timestamps*, 2013).
//!
//! Replicas tell the others of each write, and now and then of all that they have, so that they come to agree. But what
//! they agree on is the write of the fastest clock, and that need not be the last one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{ClockSpec, Scenario, WeightedOp};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

use crate::client::{Call, Calls};
use crate::readings::{RealTime, ms};

/// After how long a client asks the next replica.
const PATIENCE: Ns = Ns::s(1);

/// The protocol.
#[derive(Debug)]
pub struct LastWriteWins {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// After how long a replica tells another all that it has.
    pub gossip: Ns,
    /// Whether a replica stamps a write later than what it has of that key, whatever its clock shows.
    pub never_before: bool,
}

impl Default for Params {
    fn default() -> Params {
        Params { gossip: Ns::ms(500), never_before: false }
    }
}

/// What a client wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// To write a value.
    Put(String, String),
    /// To read it.
    Get(String),
}

impl FromStr for Op {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Op, &'static str> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            _ if text.len() > 80 => Err("it must be shorter than that"),
            ["put", key, value] => Ok(Op::Put(key.to_owned(), value.to_owned())),
            ["get", key] => Ok(Op::Get(key.to_owned())),
            _ => Err("it must be `put KEY VALUE` or `get KEY`"),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Put(key, value) => write!(f, "put {key} {value}"),
            Op::Get(key) => write!(f, "get {key}"),
        }
    }
}

/// When a write was made, by the clock of the replica that took it; and which one that was, for two at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(LocalNs, NodeId);

/// A value with its stamp.
type Stamped = (Stamp, String);

/// What nodes say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A client asks.
    Ask(OpId, Op),
    /// A write is taken, with this stamp.
    Ok(OpId, Stamp),
    /// A key's value, if it has one.
    Value(OpId, Option<String>),
    /// Replicas: this was written.
    Write(String, Stamped),
    /// Replicas: this is all that I have.
    All(BTreeMap<String, Stamped>),
}

/// A node's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Of a replica: how many writes it has dropped because what it had was later.
    Replica(u32),
    /// Of a client.
    Client(Client),
}

/// A client's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    calls: Calls<Op>,
    /// How many of its writes of each key were acknowledged, and the last one: stamp and value.
    written: BTreeMap<String, (u32, Stamp, String)>,
}

/// What is on a replica's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    registers: BTreeMap<String, Stamped>,
}

impl Protocol for LastWriteWins {
    type Params = Params;
    type State = State;
    type Stable = Disk;
    type Msg = Msg;
    type Timer = (); // A replica's gossip, a client's patience.
    type Op = Op;
    type Ret = String;
    const NAME: &'static str = "lww";
    const TITLE: &'static str = "Last write wins";
    const SUMMARY: &'static str =
        "Replicas keep the write with the latest timestamp, by clocks that disagree";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("gossip", "after how long a replica tells another all that it has, in ns of local time"),
        (
            "never_before",
            "whether a write is stamped later than what the replica has, whatever its clock shows",
        ),
    ];
    const OPS: &'static [&'static str] = &["put x 1", "put x 2", "get x"];

    fn new(params: Params, _: Nodes) -> Result<LastWriteWins, String> {
        match params.gossip {
            gossip if gossip < Ns::ms(1) || gossip > Ns::s(3_600) => {
                Err("`gossip` must be from 1 ms to an hour".to_owned())
            }
            _ => Ok(LastWriteWins { params }),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 2;
        scenario.workload.every = Ns::ms(300);
        scenario.workload.ops = vec![
            WeightedOp { op: "put x {c}{n}".to_owned(), weight: 2 },
            WeightedOp { op: "get x".to_owned(), weight: 1 },
        ];
        let node = NodeId::server(0);
        scenario.clocks.insert(node, ClockSpec { offset: 400_000_000, ..ClockSpec::default() });
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, LastWriteWins>) -> State {
        if ctx.me().is_client() {
            return State::Client(Client { calls: Calls::new(NodeId::server(0)), written: BTreeMap::new() });
        }
        ctx.set_timer((), self.params.gossip, self.params.gossip + Ns(self.params.gossip.0 / 2));
        State::Replica(0)
    }

    fn on(&self, state: &mut State, event: Event<'_, LastWriteWins>, ctx: &mut Ctx<'_, LastWriteWins>) {
        match state {
            State::Replica(dropped) => self.on_replica(dropped, event, ctx),
            State::Client(client) => client.on(event, ctx),
        }
    }

    fn status(&self, state: &State, _: &Disk) -> Status {
        let role = if matches!(state, State::Replica(_)) { "replica" } else { "client" };
        Status { role, weight: Weight::Thin, epoch: None }
    }

    fn view(&self, state: &State, disk: &Disk) -> View {
        match state {
            State::Replica(dropped) => {
                let register = |view: View, (key, (stamp, value)): (&String, &Stamped)| {
                    view.durable("register", format!("{key}={value} of {}", ms(stamp.0)))
                };
                disk.registers.iter().fold(View::default().field("dropped", dropped), register)
            }
            State::Client(client) => {
                let wrote = |view: View, (key, (_, stamp, value)): (&String, &(u32, Stamp, String))| {
                    view.field("wrote", format!("{key}={value}, stamped {}", ms(stamp.0)))
                };
                client.written.iter().fold(View::default().field("waiting", client.calls.waiting()), wrote)
            }
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Ask(_, op) => ("ask", op.to_string(), format!("Please {op}.")),
            Msg::Ok(_, stamp) => {
                ("ok", "ok".to_owned(), format!("I have taken your write, with the stamp {}.", ms(stamp.0)))
            }
            Msg::Value(_, value) => {
                let value = value.as_deref().unwrap_or("nil");
                ("value", value.to_owned(), format!("It is {value}."))
            }
            Msg::Write(key, (stamp, value)) => (
                "write",
                format!("{key}={value}"),
                format!("{key}={value} was written, with the stamp {}.", ms(stamp.0)),
            ),
            Msg::All(all) => ("all", "all".to_owned(), format!("These are all my registers: {}.", all.len())),
        };
        MsgView { kind, label, sentence, epoch: None, routine: matches!(msg, Msg::All(_)) }
    }

    fn describe_timer(&self, (): &()) -> String {
        "gossip, or no answer".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<LastWriteWins>>> {
        vec![Box::new(LaterWriteKept::default())]
    }
}

impl LastWriteWins {
    fn on_replica(
        &self,
        dropped: &mut u32,
        event: Event<'_, LastWriteWins>,
        ctx: &mut Ctx<'_, LastWriteWins>,
    ) {
        match event {
            Event::Message { from, msg: Msg::Ask(op, Op::Get(key)) } => {
                let value = ctx.stable().registers.get(key).map(|(_, value)| value.clone());
                ctx.send(from, Msg::Value(*op, value));
            }
            Event::Message { from, msg: Msg::Ask(op, Op::Put(key, value)) } => {
                let mut now = ctx.now();
                if let Some((Stamp(had, _), _)) =
                    ctx.stable().registers.get(key).filter(|_| self.params.never_before)
                {
                    now = now.max(had.saturating_add(1));
                }
                let stamp = Stamp(now, ctx.me());
                keep(key, &(stamp, value.clone()), dropped, ctx);
                // It is taken, and later than it, or dropped: to the client that is the same.
                ctx.send(from, Msg::Ok(*op, stamp));
                for peer in ctx.peers() {
                    ctx.send(peer, Msg::Write(key.clone(), (stamp, value.clone())));
                }
            }
            Event::Message { msg: Msg::Write(key, stamped), .. } => keep(key, stamped, dropped, ctx),
            Event::Message { msg: Msg::All(all), .. } => {
                all.iter().for_each(|(key, stamped)| keep(key, stamped, &mut 0, ctx));
            }
            Event::Timer(()) => {
                ctx.set_timer((), self.params.gossip, self.params.gossip + Ns(self.params.gossip.0 / 2));
                let peers: Vec<NodeId> = ctx.peers().collect();
                let all = ctx.stable().registers.clone();
                if let Some(&peer) =
                    peers.get(ctx.pick(peers.len() as u64) as usize).filter(|_| !all.is_empty())
                {
                    ctx.send(peer, Msg::All(all));
                }
            }
            Event::Message { .. } | Event::Op { .. } => {}
        }
    }
}

/// Of two writes the one with the later stamp stays.
fn keep(key: &str, stamped: &Stamped, dropped: &mut u32, ctx: &mut Ctx<'_, LastWriteWins>) {
    let (stamp, value) = stamped;
    match ctx.stable().registers.get(key) {
        Some((had, old)) if had > stamp => {
            *dropped += 1;
            let why = format!("{key}={value} of {} is dropped: I have {old} of {}.", ms(stamp.0), ms(had.0));
            ctx.note(|| why);
        }
        Some((had, _)) if had == stamp => {}
        _ => ctx.persist(|disk| {
            disk.registers.insert(key.to_owned(), stamped.clone());
        }),
    }
}

impl Client {
    fn on(&mut self, event: Event<'_, LastWriteWins>, ctx: &mut Ctx<'_, LastWriteWins>) {
        match event {
            Event::Op { id, op, at } => {
                let any = NodeId::server(ctx.pick(ctx.server_count() as u64) as u16);
                self.calls.submit(Call { id, op, at: Some(at.unwrap_or(any)) });
            }
            Event::Message { msg: Msg::Ok(op, stamp), .. } => {
                if self.calls.current().is_none_or(|call| call.id != *op) {
                    return; // It was told before.
                }
                if let Some(Call { op: Op::Put(key, value), .. }) = self.calls.finish() {
                    let count = self.written.get(&key).map_or(0, |(count, ..)| *count);
                    self.written.insert(key, (count + 1, *stamp, value));
                }
                ctx.cancel(());
                ctx.reply(*op, "ok".to_owned());
            }
            Event::Message { msg: Msg::Value(op, value), .. } => {
                if self.calls.current().is_none_or(|call| call.id != *op) {
                    return;
                }
                self.calls.finish();
                ctx.cancel(());
                ctx.reply(*op, value.clone().unwrap_or_else(|| "nil".to_owned()));
            }
            Event::Message { .. } => {}
            Event::Timer(()) => {
                self.calls.try_next_server(ctx.server_count());
                return self.ask(ctx);
            }
        }
        if self.calls.start_next().is_some() {
            self.ask(ctx);
        }
    }

    fn ask(&self, ctx: &mut Ctx<'_, LastWriteWins>) {
        let Some(call) = self.calls.current() else { return };
        ctx.send(self.calls.server(), Msg::Ask(call.id, call.op.clone()));
        ctx.set_timer((), PATIENCE, PATIENCE);
    }
}

/// What a client hopes for: a write that it asked for after another was acknowledged is not lost to that.
#[derive(Clone, Debug, Default)]
struct LaterWriteKept(BTreeMap<String, RealTime<(Stamp, String)>>);

impl Monitor<LastWriteWins> for LaterWriteKept {
    fn name(&self) -> &'static str {
        "no later write is lost"
    }

    fn observe(&mut self, seen: Seen<'_, LastWriteWins>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let client = match seen.state {
            Some(State::Client(client)) => client,
            Some(State::Replica(_)) => return,
            None => return self.0.values_mut().for_each(|times| times.forget(node)),
        };
        if let Some(Op::Put(key, _)) = seen.asked {
            self.0.entry(key.clone()).or_default().begins(node);
        }
        for (key, (count, stamp, value)) in &client.written {
            let times = self.0.entry(key.clone()).or_default();
            let before = times.told(seen.event, *count, &(*stamp, value.clone()));
            if let Some(((earlier, first), event)) = before.filter(|((earlier, _), _)| earlier > stamp) {
                let text = format!(
                    "{key}={first} was acknowledged before {key}={value} was asked for, and is stamped {}, later than {}: \
                     every replica keeps {first}.",
                    ms(earlier.0),
                    ms(stamp.0)
                );
                report.violated(text, [event]);
            }
        }
    }
}
