//! What causality costs: memory and time of vector clocks in runs of a thousand nodes, and questions about long runs.
//!
//! ```text
//! cargo bench -p lightcone-bench --bench causality
//! ```

#![allow(clippy::disallowed_types, reason = "a benchmark reads a real clock")]

use std::hint::black_box;
use std::time::Instant;

use lightcone_sim::ids::EventId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Trace;

mod networks;

use networks::{Gossip, Ring, Star};

/// How many nodes the large runs have.
const MANY: u16 = 1_000;
/// How many events.
const EVENTS: u64 = 150_000;
/// How often each question is asked.
const QUESTIONS: usize = 200_000;

/// A run of so many nodes and events, and how many seconds it took.
fn run<P: Protocol>(nodes: u16, events: u64) -> Result<(Run<P>, f64), String> {
    let mut scenario = Scenario::new(P::NAME, nodes);
    scenario.workload.clients = 0;
    scenario.until = Ns::s(3_600);
    let mut run = Run::<P>::start(scenario).map_err(|error| error.to_string())?;
    let begin = Instant::now();
    run.run_until(Ns::s(3_600), events);
    Ok((run, begin.elapsed().as_secs_f64()))
}

/// Entries of vector clocks that one event has and the one before it on its line has not, its own left out: in the mean.
fn changes(trace: &Trace) -> f64 {
    let mut changed = 0_usize;
    for (node, lane) in trace.lanes() {
        let mut before = vec![0; trace.nodes().len()];
        for index in 1..=lane.events.len() as u32 {
            let vector = trace.vector(EventId { node, index });
            changed += std::iter::zip(&before, &vector).filter(|(was, is)| was != is).count() - 1;
            before = vector;
        }
    }
    changed as f64 / trace.order().len() as f64
}

fn network<P: Protocol>() -> Result<(), String> {
    let (run, seconds) = run::<P>(MANY, EVENTS)?;
    let trace = run.trace();
    let events = trace.order().len() as f64;
    let bytes = trace.vector_bytes() as f64 / events;
    let row = f64::from(MANY) * 4.0;
    println!(
        "{:6} {MANY} nodes, {events} events: {:.2} million events/s; {bytes:.0} bytes of vector clocks an event, a row of numbers {:.0} times that; {:.1} entries change at an event",
        P::NAME,
        events / seconds / 1e6,
        row / bytes,
        changes(trace),
    );
    Ok(())
}

/// Microseconds a question, asked of pairs of events that are spread over the run as if at random.
fn ask(trace: &Trace, questions: usize, question: impl Fn(EventId, EventId) -> bool) -> (f64, usize) {
    let order = trace.order();
    let place = |turn: usize| {
        order[((turn as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % order.len() as u64) as usize]
    };
    let begin = Instant::now();
    let yes = (1..=questions).filter(|&turn| black_box(question(place(turn), place(!turn)))).count();
    (begin.elapsed().as_secs_f64() * 1e6 / questions as f64, yes * 100 / questions)
}

fn questions(events: u64) -> Result<(), String> {
    let (run, _) = run::<Gossip>(5, events)?;
    let trace = run.trace();
    let cut = |one: EventId, other: EventId| {
        let mut cut = trace.past(one);
        std::iter::zip(&mut cut, trace.past(other)).for_each(|(mine, theirs)| *mine = theirs.max(*mine));
        // Further on its own line, the other one has perhaps heard what the cut has not.
        if let Some(lane) = trace.nodes().index(other.node) {
            cut[lane] += 2;
        }
        cut
    };
    let told = |name: &str, (us, yes): (f64, usize)| {
        println!("  {name:18} {us:.2} µs, {:.2} million a second; {yes} % yes", 1.0 / us);
    };
    println!(
        "5 nodes, {} events, {} bytes of vector clocks an event:",
        trace.order().len(),
        trace.vector_bytes() / trace.order().len()
    );
    told("happens before", ask(trace, QUESTIONS, |one, other| trace.happens_before(one, other)));
    told("concurrent", ask(trace, QUESTIONS, |one, other| trace.concurrent(one, other)));
    told("past cone", ask(trace, QUESTIONS, |one, _| trace.past(one).len() == 5));
    told(
        "future on a line",
        ask(trace, QUESTIONS, |one, other| trace.first_after(one, other.node).is_some()),
    );
    told("consistent cut", ask(trace, QUESTIONS, |one, other| trace.is_consistent(&cut(one, other))));
    told(
        "latest consistent",
        ask(trace, QUESTIONS, |one, other| trace.latest_consistent(&cut(one, other)) == cut(one, other)),
    );
    Ok(())
}

fn main() -> Result<(), String> {
    network::<Ring>()?;
    network::<Star>()?;
    network::<Gossip>()?;
    [10_000, 100_000, 1_000_000].into_iter().try_for_each(questions)
}
