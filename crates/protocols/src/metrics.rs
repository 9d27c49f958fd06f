//! A metric: clients count what they do, and tell a collector of each increment, by way of a switch with a bounded queue
//! (as StatsD has it over UDP: fire and forget).
//!
//! Over datagrams (RFC 768) the collector's count is wrong as soon as one is lost or comes twice, and a burst that comes
//! faster than the switch forwards overflows its queue, without anybody slowing down. Over connections what is lost is sent
//! again, and no more is under way than the collector has said it has room for: the sender waits instead.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use imbl::OrdMap;
use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Latency, Scenario, WeightedOp};
use lightcone_sim::time::Ns;

use crate::connection::{Connected, OrDatagrams};
use crate::switch::Switched;

/// A metric by way of a switch, over datagrams or connections.
pub type Metrics = Switched<Connected<Counting, OrDatagrams>>;

/// The collector.
pub const COLLECTOR: NodeId = NodeId::server(1);
/// At most so many increments in one operation.
const MOST: u32 = 10_000;

/// The application, whatever carries its messages.
#[derive(Debug)]
pub struct Counting;

/// `count 20 in 400ms`: so many increments, evenly spread over so long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Count {
    times: u32,
    span: Ns,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "count {} in {}", self.times, self.span)
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Count, String> {
        let bad = || "write `count 20 in 400ms`".to_owned();
        let rest = text.trim().strip_prefix("count ").ok_or_else(bad)?;
        let (times, span) = rest.split_once(" in ").unwrap_or((rest, "0s"));
        let (times, span) = (times.trim().parse().map_err(|_| bad())?, span.parse().map_err(|_| bad())?);
        if !(1..=MOST).contains(&times) || span > Ns::s(3_600) {
            return Err(format!("one counts from 1 to {MOST} times, within an hour"));
        }
        Ok(Count { times, span })
    }
}

/// What a node holds in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A client: what it is about to count, by the number of the job.
    Source {
        /// What is under way.
        jobs: BTreeMap<u32, Job>,
        /// How many jobs there were.
        begun: u32,
    },
    /// The collector.
    Collector {
        /// How many increments have come.
        count: u64,
        /// How many of these came after a later one of the same client.
        late: u64,
        /// The highest number that has come from each client.
        highest: BTreeMap<NodeId, u32>,
    },
    /// The switch has no part in it.
    Idle,
}

/// What is left of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    op: OpId,
    left: u32,
    times: u32,
    every: Ns,
}

impl Counting {
    /// Counts once: first at home, where the count is right, then at the collector.
    fn count(ctx: &mut Ctx<'_, Counting>) {
        ctx.persist(|counted| *counted += 1);
        let number = *ctx.stable();
        ctx.send(COLLECTOR, number);
    }

    /// Goes on with a job: one increment, or all if they are to come at once.
    fn go_on(jobs: &mut BTreeMap<u32, Job>, number: u32, ctx: &mut Ctx<'_, Counting>) {
        let Some(job) = jobs.get_mut(&number) else { return };
        loop {
            Counting::count(ctx);
            job.left -= 1;
            if job.left == 0 {
                ctx.reply(job.op, format!("{} sent", job.times));
                jobs.remove(&number);
                return;
            }
            if job.every > Ns::ZERO {
                return ctx.set_timer(number, job.every, job.every);
            }
        }
    }
}

impl Protocol for Counting {
    type Params = BTreeMap<String, u64>; // None.
    type State = State;
    type Stable = u32; // What a client has counted.
    type Msg = u32; // One more: the client's count, which the collector uses for nothing but to see that it is late.
    type Timer = u32; // The next increment of that job.
    type Op = Count;
    type Ret = String;
    const NAME: &'static str = "metrics";
    const TITLE: &'static str = "A metric over UDP";
    const SUMMARY: &'static str =
        "Increments by way of a switch with a bounded queue: what is counted is not what was";
    const OPS: &'static [&'static str] = &["count 20 in 400ms", "count 20 in 100ms"];

    fn new(_: Self::Params, nodes: Nodes) -> Result<Counting, String> {
        match nodes.servers {
            2 => Ok(Counting),
            servers => {
                Err(format!("there are a switch (A) and a collector (B), 2 servers and not {servers}"))
            }
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(2)) };
        scenario.names.insert(NodeId::server(0), "switch".to_owned());
        scenario.names.insert(COLLECTOR, "collector".to_owned());
        scenario.network.latency = Latency::Uniform { min: Ns::ms(5), max: Ns::ms(15) };
        scenario.network.loss_ppm = 20_000;
        scenario.workload.every = Ns::ms(300);
        scenario.workload.ops = vec![
            WeightedOp { op: "count 12 in 360ms".to_owned(), weight: 2 },
            WeightedOp { op: "count 15 in 90ms".to_owned(), weight: 1 },
        ];
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Counting>) -> State {
        match ctx.me() {
            me if me.is_client() => State::Source { jobs: BTreeMap::new(), begun: 0 },
            COLLECTOR => State::Collector { count: 0, late: 0, highest: BTreeMap::new() },
            _ => State::Idle,
        }
    }

    fn on(&self, state: &mut State, event: Event<'_, Counting>, ctx: &mut Ctx<'_, Counting>) {
        match (state, event) {
            (State::Source { jobs, begun }, Event::Op { id, op: Count { times, span }, .. }) => {
                *begun += 1;
                let every = Ns(span.0 / u64::from(times));
                jobs.insert(*begun, Job { op: id, left: times, times, every });
                Counting::go_on(jobs, *begun, ctx);
            }
            (State::Source { jobs, .. }, Event::Timer(number)) => Counting::go_on(jobs, number, ctx),
            (State::Collector { count, late, highest }, Event::Message { from, msg: &number }) => {
                *count += 1;
                let highest = highest.entry(from).or_default();
                if number < *highest {
                    *late += 1;
                    ctx.note(|| {
                        format!("{from} sent this before what I already have. I add it all the same.")
                    });
                }
                *highest = number.max(*highest);
            }
            _ => {}
        }
    }

    fn status(&self, state: &State, _: &u32) -> Status {
        match state {
            State::Collector { .. } => Status { role: "collector", weight: Weight::Thick, epoch: None },
            State::Source { jobs, .. } if !jobs.is_empty() => {
                Status { role: "counts", weight: Weight::Dashed, epoch: None }
            }
            _ => Status { role: "source", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, counted: &u32) -> View {
        match state {
            State::Source { jobs, .. } => {
                let left: u32 = jobs.values().map(|job| job.left).sum();
                View::default().durable("counted", counted).field("still to count", left)
            }
            State::Collector { count, late, .. } => View::default().field("count", count).field("late", late),
            State::Idle => View::default(),
        }
    }

    fn describe(&self, number: &u32) -> MsgView {
        let sentence = format!("One more. (It is number {number} of mine; the collector only adds.)");
        MsgView { kind: "increment", label: format!("+1 ({number})"), sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, _: &u32) -> String {
        "next increment".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Counting>>> {
        vec![Box::new(NotTooHigh::default())]
    }
}

/// What should hold: the collector counts nothing that did not happen. (That it misses something cannot be seen before
/// all is over.)
#[derive(Clone, Default)]
struct NotTooHigh {
    /// What each client has on disk, and what it had on disks that it lost.
    counted: OrdMap<NodeId, (u32, u64)>,
    broken: bool,
}

impl Monitor<Counting> for NotTooHigh {
    fn name(&self) -> &'static str {
        "not too high"
    }

    fn observe(&mut self, seen: Seen<'_, Counting>, report: &mut Report<'_>) {
        let (node, &now) = (seen.event.node, seen.stable);
        if node.is_client() {
            let (last, lost) = self.counted.get(&node).copied().unwrap_or_default();
            let lost = lost + if now < last { u64::from(last) } else { 0 };
            self.counted.insert(node, (now, lost));
        }
        let Some(State::Collector { count, .. }) = seen.state else { return };
        let all: u64 = self.counted.values().map(|&(last, lost)| u64::from(last) + lost).sum();
        if *count > all && !self.broken {
            self.broken = true;
            report.violated(format!("The collector has counted {count}, and the clients only {all}."), []);
        }
    }
}
