//! Happens-before, cones and cuts as the run's vector clocks tell them, held against plain reachability: a graph of all
//! events, with an edge along each line and one for each message that was handled.

use lightcone_protocols::all;
use lightcone_sim::causality::ghost::Ghosts;
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::trace::{Cause, Trace};
use lightcone_tests::random::Random;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::SplitMix64;

/// How many random runs of each protocol.
const RUNS: u64 = 20;
/// Of longer runs, so many events are looked at pair by pair.
const MOST: usize = 220;

/// A random run with random faults: crashes, pauses, cuts, copies, clocks that are set.
fn random_run(entry: &ProtocolEntry, seed: u64) -> Box<dyn Session> {
    let compute = |scenario: &lightcone_sim::scenario::Scenario| {
        let mut run = (entry.start)(scenario.clone()).expect("random scenarios are valid");
        assert_eq!(run.run_until(scenario.until, 1_000_000), Progress::Done);
        run
    };
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 2..=6);
    let calm = compute(&scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    compute(&scenario)
}

/// The graph, closed: for each event, by its place in the order, the places of all in its past.
struct Graph<'a> {
    trace: &'a Trace,
    pasts: Vec<Vec<bool>>,
}

impl<'a> Graph<'a> {
    fn of(trace: &'a Trace) -> Graph<'a> {
        let mut pasts: Vec<Vec<bool>> = Vec::new();
        for (place, &event) in trace.order().iter().take(MOST).enumerate() {
            let mut past = vec![false; trace.order().len().min(MOST)];
            for cause in edges(trace, event) {
                let from = trace.order()[..place].iter().position(|&earlier| earlier == cause);
                let from = from.expect("every cause comes before its effect");
                past.iter_mut().zip(&pasts[from]).for_each(|(mine, &theirs)| *mine |= theirs);
                past[from] = true;
            }
            pasts.push(past);
        }
        Graph { trace, pasts }
    }

    fn events(&self) -> impl Iterator<Item = (usize, EventId)> + use<'a> {
        self.trace.order().iter().copied().take(MOST).enumerate()
    }
}

/// What leads to an event at once: the one before it on its line, and the one that sent the message that it handled.
fn edges(trace: &Trace, event: EventId) -> Vec<EventId> {
    let before = (event.index > 1).then(|| EventId { index: event.index - 1, ..event });
    let sent = match trace.event(event).map(|record| record.cause) {
        Some(Cause::Message(id)) => {
            let message = trace.message(id).expect("what was handled was sent");
            Some(EventId { node: id.node, index: message.event })
        }
        _ => None,
    };
    before.into_iter().chain(sent).collect()
}

fn every_run(check: impl Fn(&dyn Session, u64)) {
    for entry in all() {
        for seed in 0..RUNS {
            check(&*random_run(entry, seed), seed);
        }
    }
}

#[test]
fn one_event_happens_before_another_exactly_if_it_can_be_reached() {
    let (mut before, mut concurrent, mut outside, mut converse) = (0_u64, 0_u64, 0_u64, 0_u64);
    for entry in all() {
        for seed in 0..RUNS {
            let run = random_run(entry, seed);
            let graph = Graph::of(run.trace());
            let trace = graph.trace;
            for (place, event) in graph.events() {
                let ticks = |id| trace.event(id).is_some_and(|record| record.kind.is_activation());
                let lamport = |id| trace.event(id).map(|record| record.lamport);
                let mut cone = vec![0_u32; trace.nodes().len()];
                for (other_place, other) in graph.events() {
                    let expected = graph.pasts[place][other_place];
                    let what = || format!("{}, seed {seed}: {other} → {event}", entry.name);
                    assert_eq!(trace.happens_before(other, event), expected, "{}", what());
                    let neither = event != other
                        && !expected
                        && !graph.pasts[other_place].get(place).is_some_and(|&is| is);
                    assert_eq!(trace.concurrent(other, event), neither, "{}", what());
                    if expected || other == event {
                        let lane = trace.nodes().index(other.node).expect("a node of the run");
                        cone[lane] = cone[lane].max(other.index);
                    }
                    let is_less = lamport(other) < lamport(event);
                    if ticks(other) && ticks(event) {
                        assert!(!expected || is_less, "{}", what());
                        converse += u64::from(neither && is_less);
                    }
                    before += u64::from(expected);
                    concurrent += u64::from(neither);
                    outside += u64::from(expected && !ticks(other) && other.node != event.node);
                }
                assert_eq!(trace.past(event), cone, "{}, seed {seed}: the past of {event}", entry.name);
            }
        }
    }
    println!(
        "{before} pairs in order, {concurrent} concurrent, {outside} from a crash, pause or cut to another node"
    );
    // Lamport: order is kept, and a smaller number does not make an order.
    assert!(converse > 50_000, "{converse}");
    assert!(before > 400_000 && concurrent > 200_000 && outside > 1_000, "{before} {concurrent} {outside}");
}

#[test]
fn a_future_begins_on_each_line_with_the_first_that_can_be_reached() {
    every_run(|run, seed| {
        let graph = Graph::of(run.trace());
        for (place, event) in graph.events() {
            for node in graph.trace.nodes().iter() {
                let mut after =
                    graph.events().filter(|&(other, id)| id.node == node && graph.pasts[other][place]);
                let expected = after.next().map(|(_, id)| id.index);
                let found = graph.trace.first_after(event, node);
                // What lies behind the events that the graph has is not compared.
                if expected.is_some() || graph.trace.order().len() <= MOST {
                    assert_eq!(found, expected, "seed {seed}: from {event} to {node}");
                }
            }
        }
    });
}

/// SPEC: entry-wise the greater of the node's own and the cause's, and one more of its own.
#[test]
fn a_vector_clock_is_what_it_would_be_as_a_row_of_numbers() {
    every_run(|run, seed| {
        let trace = run.trace();
        let mut rows: std::collections::BTreeMap<EventId, Vec<u32>> = Default::default();
        let mut own = vec![vec![0_u32; trace.nodes().len()]; trace.nodes().len()];
        for &event in trace.order() {
            let record = trace.event(event).expect("it is in the order");
            if !record.kind.is_activation() {
                assert!(trace.vector(event).is_empty());
                continue;
            }
            let lane = trace.nodes().index(event.node).expect("a node of the run");
            let mut row = own[lane].clone();
            for cause in edges(trace, event).into_iter().filter(|_| matches!(record.cause, Cause::Message(_)))
            {
                if let Some(theirs) = rows.get(&cause) {
                    row.iter_mut().zip(theirs).for_each(|(mine, &theirs)| *mine = theirs.max(*mine));
                }
            }
            row[lane] += 1;
            assert_eq!(trace.vector(event), row, "seed {seed}: {event}");
            own[lane].clone_from(&row);
            rows.insert(event, row);
        }
    });
}

/// A message that the cut has received and not sent.
fn orphans(trace: &Trace, cut: &[u32]) -> Vec<MsgId> {
    let count = |node: NodeId| trace.nodes().index(node).and_then(|lane| cut.get(lane)).copied().unwrap_or(0);
    let orphan = |&id: &EventId| match trace.event(id)?.cause {
        Cause::Message(message) if id.index <= count(id.node) => {
            (trace.message(message)?.event > count(message.node)).then_some(message)
        }
        _ => None,
    };
    trace.order().iter().filter_map(orphan).collect()
}

/// The latest consistent cut by hand: as long as a message is received and not sent, its receipt is taken out.
fn pushed_back(trace: &Trace, mut cut: Vec<u32>) -> Vec<u32> {
    while let Some(&message) = orphans(trace, &cut).first() {
        let receipt = trace
            .order()
            .iter()
            .filter(|&&id| trace.event(id).map(|event| event.cause) == Some(Cause::Message(message)));
        for id in receipt {
            let lane = trace.nodes().index(id.node).expect("a node of the run");
            cut[lane] = cut[lane].min(id.index - 1);
        }
    }
    cut
}

#[test]
fn a_cut_is_consistent_exactly_if_no_message_is_received_and_not_sent() {
    let (mut consistent, mut broken) = (0, 0);
    for entry in all() {
        for seed in 0..RUNS {
            let run = random_run(entry, seed);
            let trace = run.trace();
            let mut random = SplitMix64::seed_from_u64(seed);
            for _ in 0..12 {
                // Near a moment of the run, so that many are consistent and many are not.
                let place = random.random_range(0..trace.order().len());
                let now = trace.event(trace.order()[place]).expect("it is in the order").key;
                let moved = |node| {
                    (trace.node_count_until(node, now) + random.random_range(0..3_u32)).saturating_sub(1)
                };
                let cut: Vec<u32> = trace.nodes().iter().map(moved).collect();
                let what = format!("{}, seed {seed}: {cut:?}", entry.name);
                let found = orphans(trace, &cut);
                assert_eq!(trace.is_consistent(&cut), found.is_empty(), "{what}");
                assert_eq!(trace.orphan(&cut), found.first().copied(), "{what}");
                let latest = trace.latest_consistent(&cut);
                let most: Vec<u32> = trace
                    .lanes()
                    .zip(&cut)
                    .map(|((_, lane), &count)| count.min(lane.events.len() as u32))
                    .collect();
                assert_eq!(latest, pushed_back(trace, most), "{what}");
                assert!(trace.is_consistent(&latest), "{what}");
                consistent += u32::from(found.is_empty());
                broken += u32::from(!found.is_empty());
                let moment: Vec<u32> =
                    trace.nodes().iter().map(|node| trace.node_count_until(node, now)).collect();
                assert!(trace.is_consistent(&moment), "a moment of true time is a consistent cut");
            }
        }
    }
    assert!(consistent > 200 && broken > 200, "{consistent} consistent, {broken} not");
}

#[test]
fn what_is_not_in_a_run_has_no_past_and_no_future() {
    let run = random_run(&all()[0], 1);
    let trace = run.trace();
    let (here, nowhere) = (trace.order()[0], "A:1000000".parse().expect("an event's name"));
    let nobody: EventId = "ZZ:1".parse().expect("an event's name");
    for missing in [nowhere, nobody] {
        assert!(!trace.happens_before(here, missing) && !trace.happens_before(missing, here));
        assert!(!trace.concurrent(here, missing) && !trace.concurrent(missing, missing));
        assert!(trace.vector(missing).is_empty() && trace.past(missing).iter().all(|&count| count == 0));
        assert_eq!(trace.first_after(missing, here.node), None);
    }
    assert!(trace.is_consistent(&[]));
    assert_eq!(trace.latest_consistent(&[]), vec![0; trace.nodes().len()]);
}

#[test]
fn every_clock_that_can_be_shown_tells_the_same_order() {
    every_run(|run, seed| {
        let trace = run.trace();
        let mut ghosts = Ghosts::new();
        let ids: Vec<EventId> = trace.order().iter().copied().take(MOST / 2).collect();
        // Asked for in any order, they are the same.
        if let Some(&last) = ids.last() {
            ghosts.of(trace, last);
        }
        let clocks: Vec<_> = ids.iter().map(|&id| ghosts.of(trace, id)).collect();
        for (&one, mine) in ids.iter().zip(&clocks) {
            let Some(mine) = mine else {
                assert!(!trace.event(one).expect("it is there").kind.is_activation());
                continue;
            };
            let tree = mine.tree.as_ref().expect("it is near the beginning");
            assert!(tree.is_normal());
            for (&other, theirs) in ids.iter().zip(&clocks) {
                let Some(theirs) = theirs else { continue };
                let what = format!("seed {seed}: {one} {mine}\n{other} {theirs}");
                let known = one == other || trace.happens_before(one, other);
                assert_eq!(tree.leq(theirs.tree.as_ref().expect("it is near")), known, "{what}");
                assert_eq!(mine.vector.leq(&theirs.vector), known, "{what}");
                assert_eq!(mine.dotted.leq(&theirs.dotted), known, "{what}");
                assert!(!known || one == other || mine.lamport < theirs.lamport, "{what}");
            }
        }
    });
}

#[test]
fn clocks_are_told_as_their_papers_write_them() {
    let entry = all().iter().find(|entry| entry.name == "generals").expect("it is there");
    let mut run = (entry.start)((entry.scenario)(None)).expect("its own scenario");
    run.run_until(run.scenario().until, 100);
    let mut ghosts = Ghosts::new();
    let told = ghosts.of(run.trace(), run.trace().order()[0]).expect("a boot ticks").to_string();
    assert_eq!(told, "Lamport 1\nvector {A:1}\ndotted (A:1){}\ninterval tree ((1,0),(0,1,0))");
}
