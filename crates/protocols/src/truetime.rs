//! TrueTime and commit wait (Corbett et al., *Spanner: Google's Globally-Distributed Database*, OSDI 2012, §3, §4.1.2 and
//! §4.2.1), without what else a database needs: servers give transactions timestamps, each by its own clock alone.
//!
//! A clock shows an interval, `TT.now()`, in which true time lies if its bound is honest. *Start*: a transaction's
//! timestamp s is no less than `TT.now().latest` when its commit request arrives. *Commit wait*: nobody is told before
//! `TT.after(s)`, when s has certainly passed. Then a transaction that begins after another was acknowledged has the
//! greater timestamp, whichever servers they ran at and though these never spoke: external consistency.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use imbl::OrdMap;
use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{ClockSpec, Scenario, WeightedOp};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

use crate::client::{Call, Calls};
use crate::readings::{RealTime, ms};

/// After how long a client asks again.
const PATIENCE: Ns = Ns::s(1);
/// A server whose clock has not come as far as it should have looks again after this, at the soonest.
const LOOK_AGAIN: Ns = Ns::ms(1);

/// The protocol.
#[derive(Debug)]
pub struct TrueTime {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Whether servers wait out the uncertainty before they answer.
    pub commit_wait: bool,
}

impl Default for Params {
    fn default() -> Params {
        Params { commit_wait: true }
    }
}

/// A transaction, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Commit(pub String);

impl FromStr for Commit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Commit, &'static str> {
        let mut words = text.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("commit"), Some(name), None) if name.chars().count() <= 40 => Ok(Commit(name.to_owned())),
            _ => Err("it must be `commit` and the transaction's name, such as `commit T1`"),
        }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "commit {}", self.0)
    }
}

/// What a client is told: its transaction's timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(pub LocalNs);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}", ms(self.0))
    }
}

/// What nodes say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A client wants a transaction to be committed.
    Commit(OpId, Commit),
    /// It is, with this timestamp.
    Committed(OpId, Commit, Timestamp),
}

/// What timers are for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// A timestamp will have passed.
    CommitWait,
    /// No answer came.
    Patience,
}

/// A node's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Of a server.
    Server(Server),
    /// Of a client.
    Client(Client),
}

/// A server's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// `TT.now()` when it last did something: earliest and latest.
    now: (LocalNs, LocalNs),
    /// The greatest timestamp that it has given: its timestamps only grow.
    last: LocalNs,
    /// Transactions with timestamps that may not have passed.
    waiting: Vec<(Timestamp, OpId, Commit)>,
}

/// A client's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    calls: Calls<Commit>,
    /// How many of its transactions it knows to be committed, and the last one of them.
    acknowledged: u32,
    last: Option<(Timestamp, Commit)>,
}

/// What is on a server's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Every timestamp that it has given.
    committed: OrdMap<OpId, Timestamp>,
}

impl Protocol for TrueTime {
    type Params = Params;
    type State = State;
    type Stable = Disk;
    type Msg = Msg;
    type Timer = Timer;
    type Op = Commit;
    type Ret = Timestamp;
    const NAME: &'static str = "truetime";
    const TITLE: &'static str = "TrueTime";
    const SUMMARY: &'static str =
        "Servers order transactions by clocks alone, and wait out what these may be wrong by";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("commit_wait", "whether servers wait out the uncertainty before they answer")];
    const OPS: &'static [&'static str] = &["commit T1", "commit T2"];

    fn new(params: Params, _: Nodes) -> Result<TrueTime, String> {
        Ok(TrueTime { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(3), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 2;
        scenario.workload.every = Ns::ms(100);
        scenario.workload.ops = vec![WeightedOp { op: "commit T{c}.{n}".to_owned(), weight: 1 }];
        for node in (0..scenario.nodes).map(NodeId::server) {
            // One is fast, one is slow, one is right; all know that they may be wrong by so much.
            let offset = [30_000_000, -30_000_000, 0][usize::from(node.number() % 3)];
            scenario
                .clocks
                .insert(node, ClockSpec { offset, uncertainty: Ns::ms(40), ..ClockSpec::default() });
        }
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, TrueTime>) -> State {
        if ctx.me().is_client() {
            return State::Client(Client {
                calls: Calls::new(NodeId::server(0)),
                acknowledged: 0,
                last: None,
            });
        }
        let last = ctx.stable().committed.values().map(|s| s.0).max();
        State::Server(Server { now: ctx.interval(), last: last.unwrap_or(LocalNs::MIN), waiting: Vec::new() })
    }

    fn on(&self, state: &mut State, event: Event<'_, TrueTime>, ctx: &mut Ctx<'_, TrueTime>) {
        match state {
            State::Server(server) => self.serve(server, event, ctx),
            State::Client(client) => client.on(event, ctx),
        }
    }

    fn status(&self, state: &State, _: &Disk) -> Status {
        match state {
            State::Server(server) if !server.waiting.is_empty() => {
                Status { role: "commit wait", weight: Weight::Thick, epoch: None }
            }
            State::Server(_) => Status { role: "server", weight: Weight::Thin, epoch: None },
            State::Client(_) => Status { role: "client", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, disk: &Disk) -> View {
        match state {
            State::Server(server) => {
                let (earliest, latest) = server.now;
                let view = View::default()
                    .field("TT.now", format!("[{}, {}]", ms(earliest), ms(latest)))
                    .durable("committed", disk.committed.len());
                let waits = |view: View, (s, _, commit): &(Timestamp, OpId, Commit)| {
                    view.field("waits for", format!("{} {s}", commit.0))
                };
                server.waiting.iter().fold(view, waits)
            }
            State::Client(client) => {
                let last = client.last.as_ref();
                let last = last.map_or("none".to_owned(), |(s, commit)| format!("{} {s}", commit.0));
                View::default().field("acknowledged", client.acknowledged).field("last", last)
            }
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Commit(_, Commit(name)) => {
                ("commit", format!("{name}?"), format!("I want to commit {name}."))
            }
            Msg::Committed(_, Commit(name), s) => (
                "committed",
                format!("{name} {s}"),
                format!("{name} is committed, with the timestamp {}.", ms(s.0)),
            ),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::CommitWait => "commit wait",
            Timer::Patience => "no answer",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<TrueTime>>> {
        vec![Box::new(ExternalConsistency::default()), Box::new(HonestBound::default())]
    }
}

impl TrueTime {
    fn serve(&self, server: &mut Server, event: Event<'_, TrueTime>, ctx: &mut Ctx<'_, TrueTime>) {
        let (earliest, latest) = ctx.interval();
        server.now = (earliest, latest);
        match event {
            Event::Message { msg: Msg::Commit(op, commit), .. } => server.commit(*op, commit, ctx),
            Event::Message { .. } | Event::Timer(_) | Event::Op { .. } => {}
        }
        // TT.after(s): s has certainly passed.
        let is_after = |s: Timestamp| !self.params.commit_wait || earliest > s.0;
        let (after, waiting) =
            std::mem::take(&mut server.waiting).into_iter().partition(|(s, ..)| is_after(*s));
        server.waiting = waiting;
        for (s, op, commit) in after {
            ctx.note(|| match self.params.commit_wait {
                true => format!(
                    "{} has passed, wherever true time is between {} and {}: I answer.",
                    ms(s.0),
                    ms(earliest),
                    ms(latest)
                ),
                false => "I answer without waiting.".to_owned(),
            });
            ctx.send(op.client, Msg::Committed(op, commit, s));
        }
        if let Some(s) = server.waiting.iter().map(|(s, ..)| s.0).min() {
            let left = Ns(s.saturating_sub(earliest) as u64) + Ns(1);
            // Where the bound grows or the clock is set back, the wait is longer than was thought.
            let left = if matches!(event, Event::Timer(_)) { left.max(LOOK_AGAIN) } else { left };
            ctx.set_timer(Timer::CommitWait, left, left);
        }
    }
}

impl Server {
    fn commit(&mut self, op: OpId, commit: &Commit, ctx: &mut Ctx<'_, TrueTime>) {
        if self.waiting.iter().any(|(_, waiting, _)| *waiting == op) {
            return;
        }
        let given = ctx.stable().committed.get(&op).copied();
        let s = given.unwrap_or(Timestamp(self.now.1.max(self.last.saturating_add(1))));
        if given.is_none() {
            ctx.note(|| {
                format!("Its timestamp is TT.now().latest, {}: true time is no later than that.", ms(s.0))
            });
            ctx.persist(|disk| {
                disk.committed.insert(op, s);
            });
        }
        self.last = self.last.max(s.0);
        self.waiting.push((s, op, commit.clone()));
    }
}

impl Client {
    fn on(&mut self, event: Event<'_, TrueTime>, ctx: &mut Ctx<'_, TrueTime>) {
        match event {
            Event::Op { id, op, at } => {
                // A call goes to any server: nothing but time has to order them.
                let any = NodeId::server(ctx.pick(ctx.server_count() as u64) as u16);
                self.calls.submit(Call { id, op, at: Some(at.unwrap_or(any)) });
            }
            Event::Message { msg: Msg::Committed(op, commit, s), .. } => {
                if self.calls.current().is_none_or(|call| call.id != *op) {
                    return; // It was told before.
                }
                self.calls.finish();
                ctx.cancel(Timer::Patience);
                (self.acknowledged, self.last) = (self.acknowledged + 1, Some((*s, commit.clone())));
                ctx.reply(*op, *s);
            }
            Event::Message { .. } => {}
            Event::Timer(_) => return self.ask(ctx),
        }
        if self.calls.start_next().is_some() {
            self.ask(ctx);
        }
    }

    fn ask(&self, ctx: &mut Ctx<'_, TrueTime>) {
        let Some(call) = self.calls.current() else { return };
        ctx.send(self.calls.server(), Msg::Commit(call.id, call.op.clone()));
        ctx.set_timer(Timer::Patience, PATIENCE, PATIENCE);
    }
}

/// What must hold (§4.1.2): if a transaction begins after another was acknowledged, its timestamp is greater.
#[derive(Clone, Debug, Default)]
struct ExternalConsistency(RealTime<(LocalNs, String)>);

impl Monitor<TrueTime> for ExternalConsistency {
    fn name(&self) -> &'static str {
        "external consistency"
    }

    fn observe(&mut self, seen: Seen<'_, TrueTime>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let client = match seen.state {
            Some(State::Client(client)) => client,
            Some(State::Server(_)) => return,
            None => return self.0.forget(node),
        };
        if seen.asked.is_some() {
            self.0.begins(node);
        }
        let Some((s, Commit(name))) = &client.last else { return };
        let before = self.0.told(seen.event, client.acknowledged, &(s.0, name.clone()));
        if let Some(((earlier, first), event)) = before.filter(|((earlier, _), _)| *earlier >= s.0) {
            let text = format!(
                "{first} was acknowledged before {name} began, and has the timestamp {}, not less than {}.",
                ms(earlier),
                ms(s.0)
            );
            report.violated(text, [event]);
        }
    }
}

/// What all else rests on (§3): true time lies in `TT.now()`. Told once of each server.
#[derive(Clone, Debug, Default)]
struct HonestBound {
    seen: BTreeMap<NodeId, (LocalNs, LocalNs)>,
    broken: BTreeSet<NodeId>,
}

impl Monitor<TrueTime> for HonestBound {
    fn name(&self) -> &'static str {
        "honest bound"
    }

    fn observe(&mut self, seen: Seen<'_, TrueTime>, report: &mut Report<'_>) {
        let (node, Some(State::Server(server))) = (seen.event.node, seen.state) else { return };
        // What is only done to a server is no reading of its clock.
        if self.seen.insert(node, server.now) == Some(server.now) {
            return;
        }
        let (earliest, latest) = server.now;
        let now = seen.at.0 as LocalNs;
        if !(earliest..=latest).contains(&now) && self.broken.insert(node) {
            let text = format!(
                "{node} believes it to be between {} and {}, and it is {}.",
                ms(earliest),
                ms(latest),
                ms(now)
            );
            report.violated(text, []);
        }
    }
}
