//! A stopwatch: a node measures how long others take to answer, as a resolver of names does to ask the quickest.
//!
//! On 1 January 2017 Cloudflare's did that with the wall clock. When a leap second was inserted, a name server had
//! answered before it was asked, and a random number below a negative one was wanted, which there is not (Graham-Cumming,
//! *How and why the leap second affected Cloudflare DNS*, 2017). The monotonic clock never steps.

use std::collections::BTreeMap;

use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Latency, Scenario, WeightedOp};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

use crate::client::{Call, Calls};
use crate::readings::ms;

/// The node that measures.
const RESOLVER: NodeId = NodeId::server(0);
/// After how long a client gives up.
const PATIENCE: Ns = Ns::s(1);

/// The protocol.
#[derive(Debug)]
pub struct Stopwatch {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// By which clock it measures.
    pub clock: Measure,
}

/// A clock to measure a duration by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The clock on the wall, which people and NTP set.
    #[default]
    Wall,
    /// The clock that only ever goes on.
    Monotonic,
}

impl Measure {
    /// What it shows.
    pub fn read<P: Protocol>(self, ctx: &Ctx<'_, P>) -> LocalNs {
        match self {
            Measure::Wall => ctx.now(),
            Measure::Monotonic => LocalNs::try_from(ctx.monotonic().0).unwrap_or(LocalNs::MAX),
        }
    }
}

/// What nodes say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A client asks the resolver.
    Resolve(OpId),
    /// The resolver asks a name server.
    Query(OpId),
    /// The name server answers.
    Answer(OpId),
    /// The resolver answers.
    Resolved(OpId, Ret),
}

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// The name server took so long.
    Took(LocalNs),
    /// The resolver failed, because it took less than nothing.
    Failed,
    /// No answer came.
    Silence,
}

impl std::fmt::Display for Ret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ret::Took(span) => f.write_str(&ms(*span)),
            Ret::Failed => f.write_str("SERVFAIL"),
            Ret::Silence => f.write_str("no answer"),
        }
    }
}

/// A node's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What a client wants to know.
    calls: Calls<String>,
    /// What the resolver waits for, and what its clock showed when it asked.
    asked: Vec<(OpId, LocalNs)>,
    /// How many answers the resolver has had, and how long the last one took.
    measured: u32,
    last: LocalNs,
}

impl Protocol for Stopwatch {
    type Params = Params;
    type State = State;
    type Stable = (); // Nothing is on disk.
    type Msg = Msg;
    type Timer = (); // The client's patience.
    type Op = String;
    type Ret = Ret;
    const NAME: &'static str = "stopwatch";
    const TITLE: &'static str = "Stopwatch";
    const SUMMARY: &'static str = "A node measures how long others take to answer, by one clock or another";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("clock", "by which clock it measures: wall, monotonic")];
    const OPS: &'static [&'static str] = &["resolve example.org"];

    fn new(params: Params, nodes: Nodes) -> Result<Stopwatch, String> {
        match nodes.servers {
            2.. => Ok(Stopwatch { params }),
            _ => Err("there must be a resolver, A, and a name server at least".to_owned()),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(3), ..Scenario::new(Self::NAME, nodes.unwrap_or(2)) };
        scenario.network.latency = Latency::Constant(Ns::ms(20));
        scenario.workload.every = Ns::ms(100);
        scenario.workload.ops = vec![WeightedOp { op: "resolve name{n}.org".to_owned(), weight: 1 }];
        // A leap second, while an answer is under way.
        scenario.push(Ns::ms(1_480), Action::clock(RESOLVER, Some(-1_000_000_000), None));
        scenario
    }

    fn boot(&self, _: &mut Ctx<'_, Stopwatch>) -> State {
        State { calls: Calls::new(RESOLVER), asked: Vec::new(), measured: 0, last: 0 }
    }

    fn on(&self, state: &mut State, event: Event<'_, Stopwatch>, ctx: &mut Ctx<'_, Stopwatch>) {
        match event {
            Event::Op { id, op, .. } => {
                state.calls.submit(Call { id, op, at: None });
                self.next(state, ctx);
            }
            Event::Message { msg: &Msg::Resolve(op), .. } => {
                let others = ctx.server_count() as u64 - 1;
                let server = NodeId::server(1 + ctx.pick(others) as u16);
                state.asked.push((op, self.params.clock.read(ctx)));
                ctx.send(server, Msg::Query(op));
            }
            Event::Message { from, msg: &Msg::Query(op) } => ctx.send(from, Msg::Answer(op)),
            Event::Message { from, msg: &Msg::Answer(op) } => self.measure(state, from, op, ctx),
            Event::Message { msg: &Msg::Resolved(op, ret), .. } => self.told(state, op, ret, ctx),
            Event::Timer(()) => {
                let id = state.calls.current().map(|call| call.id);
                id.into_iter().for_each(|id| self.told(state, id, Ret::Silence, ctx));
            }
        }
    }

    fn status(&self, state: &State, (): &()) -> Status {
        let weight = if state.asked.is_empty() { Weight::Thin } else { Weight::Thick };
        let role = match state {
            State { asked, .. } if !asked.is_empty() => "measures",
            State { measured: 1.., last, .. } if *last < 0 => "went wrong",
            _ => "waits",
        };
        Status { role, weight, epoch: None }
    }

    fn view(&self, state: &State, (): &()) -> View {
        match state.measured {
            0 => View::default().field("waiting for", state.asked.len()),
            _ => View::default().field("measured", state.measured).field("last took", ms(state.last)),
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Resolve(_) => {
                ("resolve", "name?".to_owned(), "What is the address of this name?".to_owned())
            }
            Msg::Query(_) => {
                ("query", "query".to_owned(), "I ask you for a name, and look at my clock.".to_owned())
            }
            Msg::Answer(_) => ("answer", "answer".to_owned(), "Here is the answer.".to_owned()),
            Msg::Resolved(_, ret) => ("resolved", ret.to_string(), format!("I asked for you: {ret}.")),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, (): &()) -> String {
        "no answer".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Stopwatch>>> {
        vec![Box::new(NoNegativeDuration::default())]
    }
}

impl Stopwatch {
    fn next(&self, state: &mut State, ctx: &mut Ctx<'_, Stopwatch>) {
        if let Some(id) = state.calls.start_next().map(|call| call.id) {
            ctx.send(RESOLVER, Msg::Resolve(id));
            ctx.set_timer((), PATIENCE, PATIENCE);
        }
    }

    fn told(&self, state: &mut State, op: OpId, ret: Ret, ctx: &mut Ctx<'_, Stopwatch>) {
        if state.calls.current().is_some_and(|call| call.id == op) {
            state.calls.finish();
            ctx.cancel(());
            ctx.reply(op, ret);
            self.next(state, ctx);
        }
    }

    fn measure(&self, state: &mut State, from: NodeId, op: OpId, ctx: &mut Ctx<'_, Stopwatch>) {
        let Some(place) = state.asked.iter().position(|(asked, _)| *asked == op) else { return };
        let (_, began) = state.asked.remove(place);
        let took = self.params.clock.read(ctx).saturating_sub(began);
        (state.measured, state.last) = (state.measured + 1, took);
        let ret = if took < 0 { Ret::Failed } else { Ret::Took(took) };
        ctx.note(|| match ret {
            Ret::Failed => {
                format!("{from} took {}: a random number below that is wanted, and there is none.", ms(took))
            }
            _ => format!("{from} took {}.", ms(took)),
        });
        ctx.send(op.client, Msg::Resolved(op, ret));
    }
}

/// What must hold: nothing takes less than no time.
#[derive(Clone, Debug, Default)]
struct NoNegativeDuration(BTreeMap<NodeId, u32>);

impl Monitor<Stopwatch> for NoNegativeDuration {
    fn name(&self) -> &'static str {
        "no negative duration"
    }

    fn observe(&mut self, seen: Seen<'_, Stopwatch>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let measured = seen.state.map_or(0, |state| state.measured);
        let before = self.0.insert(node, measured).unwrap_or(0);
        if let Some(state) = seen.state.filter(|state| measured > before && state.last < 0) {
            report.violated(format!("{node} measured a duration of {}.", ms(state.last)), []);
        }
    }
}
