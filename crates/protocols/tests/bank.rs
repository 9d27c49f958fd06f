//! The bank and its snapshots, in stories; and thousands of random runs in which the cut is checked from outside.

#[allow(dead_code)] // Others use the rest.
mod story;

use std::collections::BTreeMap;

use lightcone_protocols::bank::Bank;
use lightcone_sim::chance::Chance;
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Latency, LinkSpec, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{FateKind, Trace};
use serde_json::json;
use story::*;

fn naive(scenario: Scenario) -> Scenario {
    with(scenario, "snapshot", "naive")
}

/// The last total that A has counted.
fn total(story: &Story) -> Option<String> {
    let until = story.session().scenario().until;
    story.field(A, until, "total").pop()
}

#[test]
fn as_it_opens_every_snapshot_counts_all_the_money() {
    let story = play::<Bank>(Bank::scenario(None));
    let told: Vec<String> = story.answers().into_iter().flatten().collect();
    assert!(told.len() >= 3 && told.iter().all(|told| told == "300 of 300"), "{told:?}");
    assert!(story.broken().is_empty(), "{:?}", story.findings());
    let ways = |count: &String| !count.ends_with("on the way 0");
    assert!((0..40).any(|tenth| story.field(A, Ns::ms(tenth * 100), "counted").iter().any(ways)));
}

#[test]
fn balances_alone_hardly_ever_make_up_the_money() {
    let story = play::<Bank>(Bank::scenario(None));
    let sum = |at: Ns| -> u64 {
        let of = |node| story.field(node, at, "balance")[0].parse::<u64>().expect("a number");
        of(A) + of(B) + of(C)
    };
    let sums: Vec<u64> = (0..40).map(|tenth| sum(Ns::ms(tenth * 100))).collect();
    assert_eq!(sums[0], 300);
    assert!(
        sums.iter().all(|&sum| sum <= 300) && sums.iter().filter(|&&sum| sum < 300).count() > 20,
        "{sums:?}"
    );
}

#[test]
fn the_naive_way_miscounts_as_it_opens() {
    let story = play::<Bank>(example::<Bank>("Naive: everybody writes down a balance"));
    assert!(story.broken().contains(&"money is conserved"), "{:?}", story.answers());
    assert!(story.findings()[0].contains("are nowhere") || story.findings()[0].contains("are counted twice"));
}

#[test]
fn two_snapshots_at_once_do_not_mind_each_other() {
    let mut scenario = Bank::scenario(Some(4));
    scenario.workload.ops.clear();
    for (at, node) in [(500, A), (510, C), (520, C), (530, B)] {
        let client = NodeId::client(0);
        scenario.push(Ns::ms(at), Action::Op { client, op: "snapshot".to_owned(), node: Some(node) });
    }
    let story = play::<Bank>(scenario);
    assert_eq!(story.answers(), vec![Some("400 of 400".to_owned()); 4]);
    assert!(story.broken().is_empty());
}

#[test]
fn a_marker_that_is_lost_leaves_the_snapshot_unfinished_and_repetition_finishes_it() {
    let mut scenario = Bank::scenario(None);
    scenario.workload.count = Some(1);
    let calm = play::<Bank>(scenario.clone());
    let marker = calm
        .session()
        .trace()
        .messages()
        .find(|(id, _)| calm.session().message(*id).is_some_and(|message| message.kind == "marker"));
    let (message, sent) = marker.map(|(id, message)| (id, message.sent.0)).expect("there are markers");
    scenario.push(sent + Ns(1), Action::Drop { message });
    assert_eq!(total(&play::<Bank>(scenario.clone())), None);
    let story = play::<Bank>(with(scenario, "resend", 300_000_000));
    assert_eq!(total(&story).as_deref(), Some("300 of 300"));
}

#[test]
fn who_comes_back_from_a_crash_takes_no_part_and_no_snapshot_is_finished() {
    let mut scenario = Bank::scenario(None);
    scenario.push(Ns::ms(300), Action::Crash { node: B });
    scenario.push(Ns::ms(400), Action::Recover { node: B });
    let story = play::<Bank>(scenario);
    assert_eq!((story.role(B, Ns::s(2)), total(&story)), (Some("out"), None));
    assert!(story.broken().is_empty());
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    for (name, value) in [
        ("snapshot", json!("quick")),
        ("pause", json!(5)),
        ("resend", json!(5)),
        ("initial", json!(1_000_000_001_u64)),
        ("initial", json!(-1)),
    ] {
        let refused = Run::<Bank>::start(with(Bank::scenario(None), name, value)).map(|_| ()).unwrap_err();
        assert!(refused.to_string().contains(name), "{refused}");
    }
    assert!("count".parse::<lightcone_protocols::bank::messages::Take>().is_err());
}

/// A random run with one snapshot, begun at A: latencies, copies, pauses and clocks by chance. Nothing is lost.
fn random(seed: u64) -> Scenario {
    let chance = Chance::new(seed ^ 0xb4_4c);
    let roll = |n: u32, bound: u64| chance.pick(NodeId::client(9), n, 0, bound);
    let mut scenario = Scenario { seed, until: Ns::ms(2_500), ..Bank::scenario(Some(2 + roll(1, 3) as u16)) };
    scenario.workload.start = Ns::ms(100 + roll(2, 500));
    scenario.workload.count = Some(1);
    scenario.network.duplicate_ppm = roll(3, 200_000) as u32;
    let nodes: Vec<NodeId> = scenario.node_set().iter().collect();
    match roll(4, 3) {
        // Each link has a latency of its own, so that nothing overtakes and nothing comes twice.
        0 => {
            scenario.network.duplicate_ppm = 0;
            let pairs = nodes.iter().flat_map(|&from| nodes.iter().map(move |&to| (from, to)));
            for ((from, to), n) in pairs.zip(100..) {
                let latency = Some(Latency::Constant(Ns(1_000_000 + roll(n, 150_000_000))));
                scenario.network.links.push(LinkSpec { latency, ..LinkSpec::usual(from, to) });
            }
        }
        1 => {
            let mean = Ns::ms(10 + roll(5, 90));
            scenario.network.latency = Latency::Exponential { min: Ns::ms(1), mean };
        }
        _ => {
            let max = Ns::ms(10 + roll(5, 190));
            scenario.network.latency = Latency::Uniform { min: Ns::ms(1), max };
        }
    }
    if roll(6, 3) == 0 {
        let node = NodeId::server(roll(7, u64::from(scenario.nodes)) as u16);
        let at = 100 + roll(8, 700);
        scenario.push(Ns::ms(at), Action::Pause { node, vm: false });
        scenario.push(Ns::ms(at + 1 + roll(9, 200)), Action::Resume { node });
    }
    with(scenario, "pause", 1_000_000 * (20 + roll(10, 180)))
}

/// For each activation, which messages it handles if each link keeps its order: an arrival handles what it completes.
fn handled(trace: &Trace) -> BTreeMap<EventId, Vec<MsgId>> {
    let mut arrivals: BTreeMap<MsgId, EventId> = BTreeMap::new();
    for (id, message) in trace.messages().filter(|(_, message)| message.fate.kind == FateKind::Delivered) {
        let event = EventId { node: message.to, index: message.fate.event };
        let first = arrivals.entry(id.original()).or_insert(event);
        *first = (*first).min(event);
    }
    let mut handled: BTreeMap<EventId, Vec<MsgId>> = BTreeMap::new();
    let mut links: BTreeMap<(NodeId, NodeId), Option<EventId>> = BTreeMap::new();
    for (id, message) in trace.messages().filter(|(id, _)| !id.is_copy()) {
        let first = EventId { node: message.to, index: 1 };
        let latest = links.entry((id.node, message.to)).or_insert(Some(first));
        *latest = latest.zip(arrivals.get(&id)).map(|(before, &now)| before.max(now));
        if let Some(event) = *latest {
            handled.entry(event).or_default().push(id);
        }
    }
    handled
}

/// What the trace says of a cut, seen from outside.
struct Cut {
    consistent: bool,
    /// Whether every message was handled as it arrived, so that the trace's own vector clocks could be held against ours.
    in_order: bool,
}

/// The cut at which the accounts recorded their states, by vector clocks alone: it is consistent if nothing before it, on
/// any account, knows of anything that another did at its recording or later.
///
/// Each handled message ticks. Where none came before its turn, these are the trace's own vector clocks.
fn cut(session: &dyn Session) -> Cut {
    let trace = session.trace();
    let handled = handled(trace);
    let nodes: Vec<NodeId> = trace.nodes().iter().collect();
    let place = |node: NodeId| nodes.iter().position(|&other| other == node).expect("a node of the run");
    let mut clocks = vec![vec![0_u32; nodes.len()]; nodes.len()];
    let mut sent: BTreeMap<EventId, Vec<u32>> = BTreeMap::new();
    // What each account knew just before it recorded its state, and its own number then.
    let mut known: BTreeMap<NodeId, (Vec<u32>, u32)> = BTreeMap::new();
    let mut in_order = true;
    for &event in trace.order() {
        let record = trace.event(event).expect("it happened");
        if !record.kind.is_activation() {
            continue;
        }
        let me = place(event.node);
        let messages = handled.get(&event).cloned().unwrap_or_default();
        in_order &= messages.len() == usize::from(record.kind == lightcone_sim::trace::EventKind::Message);
        if messages.is_empty() {
            clocks[me][me] += 1;
        }
        for id in messages {
            let kind = session.message(id).map_or("", |message| message.kind);
            let before = clocks[me].clone();
            let sender = trace.message(id).map(|message| EventId { node: id.node, index: message.event });
            for (mine, theirs) in clocks[me].iter_mut().zip(&sent[&sender.expect("it was sent")]) {
                *mine = (*mine).max(*theirs);
            }
            clocks[me][me] += 1;
            if ["marker", "write down", "snapshot"].contains(&kind) {
                let now = clocks[me][me];
                known.entry(event.node).or_insert((before, now));
            }
        }
        if in_order {
            assert_eq!(clocks[me], trace.vector(event), "{event}");
        }
        sent.insert(event, clocks[me].clone());
    }
    let servers = usize::from(session.scenario().nodes);
    assert_eq!(known.keys().filter(|node| !node.is_client()).count(), servers, "everybody has recorded");
    let consistent = known.iter().all(|(_, (before, _))| {
        known
            .iter()
            .filter(|(node, _)| !node.is_client())
            .all(|(&other, &(_, now))| before[place(other)] < now)
    });
    Cut { consistent, in_order }
}

/// How many runs each of the two ways of taking a snapshot is given.
const RUNS: u64 = 2_000;

#[test]
fn every_cut_of_chandy_and_lamport_is_consistent_and_conserves_the_money() {
    let (mut on_the_way, mut in_order) = (0, 0);
    for seed in 0..RUNS {
        let story = play::<Bank>(random(seed));
        let issued = 100 * u64::from(story.session().scenario().nodes);
        assert_eq!(total(&story), Some(format!("{issued} of {issued}")), "{seed}");
        assert!(story.broken().is_empty(), "{seed}: {:?}", story.findings());
        let cut = cut(story.session());
        assert!(cut.consistent, "{seed}");
        in_order += u64::from(cut.in_order);
        let counted = story.field(A, story.session().scenario().until, "counted");
        on_the_way += u64::from(!counted[0].ends_with("on the way 0"));
    }
    println!("of {RUNS} snapshots, {on_the_way} found money on its way; {in_order} runs without overtaking");
    assert!(on_the_way * 2 > RUNS, "most snapshots find money on its way");
    assert!(in_order * 5 > RUNS && in_order < RUNS, "with and without messages that overtake");
}

#[test]
fn the_naive_cut_loses_money_or_counts_it_twice() {
    let (mut little, mut much, mut inconsistent) = (0, 0, 0);
    for seed in 0..RUNS {
        let story = play::<Bank>(naive(random(seed)));
        let total = total(&story).expect("it is finished");
        little += u64::from(total.ends_with("too little"));
        much += u64::from(total.ends_with("too much"));
        let broken = story.broken();
        assert_eq!(broken.contains(&"money is conserved"), total.contains("too"), "{seed}: {total}");
        // What was recorded, and the vector clocks of the run, say the same of the cut.
        let is_consistent = cut(story.session()).consistent;
        assert_eq!(
            broken.contains(&"the cut is consistent"),
            !is_consistent,
            "{seed}: {:?}",
            story.findings()
        );
        inconsistent += u64::from(!is_consistent);
    }
    println!(
        "of {RUNS} naive snapshots, {little} count too little, {much} too much; {inconsistent} cuts are inconsistent"
    );
    assert!(little > RUNS / 4 && much > RUNS / 100 && inconsistent > RUNS / 50);
}
