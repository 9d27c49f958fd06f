//! The benchmark's work, the same natively and in wasm; only the clock comes from outside.

use lightcone_protocols::raft::Raft;
use lightcone_sim::Cursor;
use lightcone_sim::faults::{Fault, What};
use lightcone_sim::ids::{EntryId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, ClockSpec, Entry, Latency, Reorder, Scenario, WeightedOp};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use serde::{Deserialize, Serialize};

pub mod explore;
#[cfg(target_arch = "wasm32")]
mod wasm;

/// How often playheads are moved for one figure.
const MOVES: usize = 5_000;

/// The run that is measured: five Raft servers and eight clients that write without pause, one message in a hundred
/// lost, and a server that stands still for 400 ms every 1.5 s, each in its turn, so that leaders change.
pub fn scenario() -> Scenario {
    let mut scenario = Scenario::new("raft", 5);
    scenario.until = Ns::s(3_600);
    scenario.network.loss_ppm = 10_000;
    scenario.workload.clients = 8;
    scenario.workload.start = Ns::ms(500);
    scenario.workload.every = Ns::ms(20);
    scenario.workload.ops =
        (0..16).map(|key| WeightedOp { op: format!("put k{key} {{n}}"), weight: 1 }).collect();
    for turn in 0..2_390_u32 {
        let node = NodeId::server((turn % 5) as u16);
        let at = Ns::ms(2_000) + Ns::ms(1_500 * u64::from(turn));
        scenario.script.push(Entry {
            id: EntryId(2 * turn + 1),
            at,
            rank: 0,
            action: Action::Pause { node, vm: false },
        });
        let back = Entry {
            id: EntryId(2 * turn + 2),
            at: at + Ns::ms(400),
            rank: 0,
            action: Action::Resume { node },
        };
        scenario.script.push(back);
    }
    scenario
}

/// The same with every model of the engine on: latencies with a long tail, messages doubled, held back and altered, narrow
/// links with queues, clocks of every kind, a slow server, and faults by chance, lies among them.
pub fn every_model() -> Scenario {
    let mut scenario = scenario();
    let network = &mut scenario.network;
    network.latency = Latency::LogNormal { median: Ns::ms(18), p99: Ns::ms(60) };
    network.duplicate_ppm = 5_000;
    network.reorder = Some(Reorder { ppm: 10_000, by: Ns::ms(20) });
    network.corrupt_ppm = 500;
    (network.bandwidth, network.queue) = (Some(1_000_000), Some(64));
    for number in 0..5_u16 {
        let odd = i64::from(number) - 2;
        let spec = ClockSpec {
            offset: odd * 10_000_000,
            drift_ppm: odd * 50,
            rate_ppm: odd,
            uncertainty: Ns::ms(5),
            uncertainty_ppm: 200,
        };
        scenario.clocks.insert(NodeId::server(number), spec);
    }
    let (min, max, step) = (Ns::ms(50), Some(Ns::ms(400)), Ns::ZERO);
    let fault = |what, every| Fault { what, every: Ns::s(every), min, max, step };
    scenario.faults = vec![
        // A server that comes back executes its whole log again, which is Raft's work and grows with the run: with a crash
        // a minute that would be half of what is measured.
        fault(What::Crash, 600),
        fault(What::Pause, 30),
        fault(What::Cut, 60),
        fault(What::Clock, 30),
        fault(What::Byzantine, 120),
    ];
    scenario.push(Ns::s(1), Action::Slow { node: NodeId::server(4), step: Ns::us(200) });
    scenario
}

/// How many events a scenario's run has, at most so many, and the milliseconds to compute it.
pub fn timed(scenario: Scenario, events: u64, now: &impl Fn() -> f64) -> Result<(u64, f64), String> {
    let mut run = Run::<Raft>::start(scenario).map_err(|error| error.to_string())?;
    let begin = now();
    run.run_until(Ns::s(3_600), events);
    Ok((run.trace().order().len() as u64, now() - begin))
}

/// What one run of so many events showed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// Events of the run.
    pub events: u64,
    /// Milliseconds to compute it, with full trace, clocks and monitors.
    pub run_ms: f64,
    /// One event in so many was a client's write.
    pub events_per_write: f64,
    /// Entries of the longest log at the end.
    pub log: u64,
    /// How often a new leader was elected.
    pub elections: u64,
    /// The share of messages that chance lost, in percent.
    pub lost_percent: f64,
    /// SHA-256 of the trace, in hex.
    pub hash: String,
    /// Microseconds from an event to the next one, all nodes' states in hand.
    pub step_us: f64,
    /// Microseconds from an event to the one before.
    pub back_us: f64,
    /// Microseconds from anywhere to anywhere.
    pub seek_us: f64,
}

/// Computes runs of so many events each, and moves playheads about in them. `now` is a clock in milliseconds.
///
/// The runs are kept side by side and their playheads moved in turn, one move in each: so drift of the machine meets
/// all alike, and no run has the processor's caches for itself, as none has in a page that draws between two moves.
pub fn measure(lengths: &[u64], now: impl Fn() -> f64) -> Result<Vec<Figures>, String> {
    let mut runs = Vec::new();
    for &events in lengths {
        let mut run = Run::<Raft>::start(scenario()).map_err(|error| error.to_string())?;
        let begin = now();
        run.run_until(Ns::s(3_600), events);
        runs.push((run, now() - begin));
    }
    let moves = moves(&runs, &now);
    let figures = runs.iter().zip(moves).map(|((run, run_ms), [step_us, back_us, seek_us])| Figures {
        run_ms: *run_ms,
        step_us,
        back_us,
        seek_us,
        ..describe(run)
    });
    Ok(figures.collect())
}

fn describe(run: &Run<Raft>) -> Figures {
    let trace = run.trace();
    let events = trace.order().len() as u64;
    let writes =
        trace.lanes().flat_map(|(_, lane)| &lane.events).filter(|event| event.kind == EventKind::Op).count();
    let sent: usize = trace.lanes().map(|(_, lane)| lane.messages.len()).sum();
    let lost = trace
        .messages()
        .filter(|(_, message)| message.fate.kind == lightcone_sim::trace::FateKind::Dropped)
        .count();
    let statuses = trace.lanes().flat_map(|(_, lane)| &lane.statuses);
    let elections =
        statuses.filter(|(_, status)| status.is_some_and(|status| status.role == "leader")).count() as u64;
    let mut cursor = Cursor::new(run);
    cursor.seek(run, Key::end_of(trace.reached()));
    let logs = (0..5).filter_map(|server| cursor.state(run, NodeId::server(server)));
    let log = logs.map(|(_, stable)| stable.log.last_index().0).max().unwrap_or(0);
    let hash = run.hash(Key::end_of(trace.reached())).iter().map(|byte| format!("{byte:02x}")).collect();
    Figures {
        events,
        run_ms: 0.0,
        events_per_write: events as f64 / writes.max(1) as f64,
        log,
        elections,
        lost_percent: 100.0 * lost as f64 / sent.max(1) as f64,
        hash,
        step_us: 0.0,
        back_us: 0.0,
        seek_us: 0.0,
    }
}

/// Microseconds a move, run by run: a step on, a step back, a seek; at playheads spread over the run as if at random.
fn moves(runs: &[(Run<Raft>, f64)], now: &impl Fn() -> f64) -> Vec<[f64; 3]> {
    let mut movers: Vec<Mover<'_>> = runs.iter().map(|(run, _)| Mover::new(run)).collect();
    for turn in 1..=MOVES {
        for mover in &mut movers {
            mover.turn(turn, now);
        }
    }
    movers.into_iter().map(|mover| mover.spent.map(|ms| ms * 1_000.0 / MOVES as f64)).collect()
}

/// A playhead that is moved about in a run, and the milliseconds that its moves took.
struct Mover<'a> {
    run: &'a Run<Raft>,
    cursor: Cursor<Raft>,
    spent: [f64; 3],
}

impl<'a> Mover<'a> {
    fn new(run: &'a Run<Raft>) -> Mover<'a> {
        Mover { run, cursor: Cursor::new(run), spent: [0.0; 3] }
    }

    /// A seek, then a step on and a step back from there.
    fn turn(&mut self, turn: usize, now: &impl Fn() -> f64) {
        let trace = self.run.trace();
        let order = trace.order();
        // Multiples of a large odd number, modulo the length, visit the run in no order.
        let place = turn.wrapping_mul(0x9E37_79B9) % (order.len() - 1);
        let key = |place: usize| trace.event(order[place]).map_or(Key::START, |event| event.key);
        let goals = [key(place), key(place + 1), key(place)];
        let mut last = now();
        let [seek, step, back] = goals.map(|goal| {
            self.cursor.seek(self.run, goal);
            let before = std::mem::replace(&mut last, now());
            last - before
        });
        for (spent, ms) in self.spent.iter_mut().zip([step, back, seek]) {
            *spent += ms;
        }
    }
}
