//! The benchmark's work, the same natively and in wasm; only the clock comes from outside.

use lightcone_protocols::raft::Raft;
use lightcone_sim::Cursor;
use lightcone_sim::ids::{EntryId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Entry, Scenario, WeightedOp};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
mod wasm;

/// How often playheads are moved for one figure.
const MOVES: usize = 2_000;

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
            action: Action::Pause { node },
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

/// Computes a run of so many events, and moves a playhead about in it. `now` is a clock in milliseconds.
pub fn measure(events: u64, now: impl Fn() -> f64) -> Result<Figures, String> {
    let mut run = Run::<Raft>::start(scenario()).map_err(|error| error.to_string())?;
    let begin = now();
    run.run_until(Ns::s(3_600), events);
    let run_ms = now() - begin;
    let (step_us, back_us, seek_us) = moves(&run, &now);
    Ok(Figures { run_ms, step_us, back_us, seek_us, ..describe(&run) })
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

/// Microseconds a move: a step on, a step back, a seek; at playheads spread over the run as if at random.
fn moves(run: &Run<Raft>, now: &impl Fn() -> f64) -> (f64, f64, f64) {
    let trace = run.trace();
    let order = trace.order();
    // Multiples of a large odd number, modulo the length, visit the run in no order.
    let places: Vec<usize> = (1..=MOVES).map(|turn| turn.wrapping_mul(0x9E37_79B9) % order.len()).collect();
    let key =
        |place: usize| trace.event(order[place.min(order.len() - 1)]).map_or(Key::START, |event| event.key);
    let mut cursor = Cursor::new(run);
    let mut timed = |goals: &mut dyn Iterator<Item = Key>| {
        let begin = now();
        goals.for_each(|goal| cursor.seek(run, goal));
        (now() - begin) * 1_000.0 / MOVES as f64
    };
    let seek = timed(&mut places.iter().map(|&place| key(place)));
    // Steps in twenty stretches of a hundred; getting to a stretch is a seek, and one in a hundred.
    let stretch = |turn: usize| places[turn / 100 * 100];
    let step = timed(&mut (0..MOVES).map(|turn| key(stretch(turn) + turn % 100)));
    let back = timed(&mut (0..MOVES).map(|turn| key((stretch(turn) + 100).saturating_sub(turn % 100))));
    (step, back, seek)
}
