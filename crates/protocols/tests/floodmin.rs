//! FloodMin in stories: in rounds it withstands every placement of f crashes after f + 1 rounds, and not after f; without
//! rounds it withstands less.

#[allow(dead_code)] // Others use the rest.
mod story;

use std::collections::BTreeSet;

use lightcone_protocols::floodmin::FloodMin;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario, Timing};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use story::*;

const NODES: u16 = 4;

/// Nobody crashes.
fn calm(rounds: u32) -> Scenario {
    let mut scenario = with(FloodMin::scenario(Some(NODES)), "rounds", rounds);
    scenario.until = Ns::ms(100 * u64::from(rounds) + 50);
    scenario.script.clear();
    scenario
}

/// The activations in which a process tells the others, one for each round.
fn floods(story: &Story, node: NodeId) -> Vec<EventId> {
    let trace = story.session().trace();
    let events = &trace.lane(node).expect("it is there").events;
    let ids = (1..).map(|index| EventId { node, index }).zip(events);
    ids.filter(|(id, event)| {
        let starts = matches!(event.kind, EventKind::Boot | EventKind::Timer);
        starts && !trace.sends(*id).is_empty()
    })
    .map(|(id, _)| id)
    .collect()
}

/// After how many effects of a flood a process may crash: none of them, …, all. The first flood begins with a write to the
/// disk, which no other process sees.
fn places(event: EventId) -> std::ops::RangeInclusive<u32> {
    let writes = u32::from(event.index == 1);
    writes..=writes + u32::from(NODES) - 1
}

/// Plays every placement of at most `crashes` more crashes, those after `from` in the order of (round, node): each
/// process, each round, after every number of sends.
fn every_placement(
    scenario: &Scenario,
    crashes: u32,
    from: (usize, u16),
    judge: &mut dyn FnMut(&Scenario, &Story),
) {
    let story = play::<FloodMin>(scenario.clone());
    judge(scenario, &story);
    if crashes == 0 {
        return;
    }
    for number in 0..NODES {
        for (round, &event) in floods(&story, NodeId::server(number)).iter().enumerate() {
            if (round, number) <= from && from != (0, u16::MAX) {
                continue;
            }
            for after in places(event) {
                let mut crashed = scenario.clone();
                crashed.push(Ns::ZERO, Action::CrashInside { event, after });
                every_placement(&crashed, crashes - 1, (round, number), judge);
            }
        }
    }
}

/// How many placements of at most so many crashes there are, and in how many the processes disagree.
fn survey(crashes: u32, rounds: u32) -> (u32, u32) {
    let (mut all, mut wrong) = (0, 0);
    let mut crashed = BTreeSet::new();
    every_placement(&calm(rounds), crashes, (0, u16::MAX), &mut |scenario, story| {
        all += 1;
        wrong += u32::from(!story.broken().is_empty());
        assert!(!story.broken().contains(&"validity"));
        for entry in &scenario.script {
            assert!(story.session().trace().has_acted(entry.id), "every crash happens");
            if let Action::CrashInside { event, after } = entry.action {
                crashed.insert((event, after));
            }
        }
        let end = scenario.until;
        let up = (0..NODES).map(NodeId::server).filter(|&node| story.role(node, end).is_some());
        let decided = up.filter(|&node| story.role(node, end) == Some("decided")).count();
        assert_eq!(decided, NODES as usize - scenario.script.len(), "who does not crash decides");
    });
    println!("{crashes} crashes, {rounds} rounds: {all} placements, {wrong} disagree");
    // Each process, in each round, after 0, 1, 2 and 3 sends.
    assert!(crashed.len() >= NODES as usize * rounds as usize * NODES as usize);
    (all, wrong)
}

#[test]
fn in_rounds_f_plus_one_of_them_withstand_every_placement_of_f_crashes() {
    // With one: nobody, or one of 4 processes in one of 2 rounds after 0 to 3 sends.
    assert_eq!(survey(1, 2), (1 + 4 * 2 * 4, 0));
    // With two: each pair of processes (6), each in one of 3 rounds after 0 to 3 sends.
    assert_eq!(survey(2, 3), (1 + 4 * 3 * 4 + 6 * (3 * 4) * (3 * 4), 0));
}

#[test]
fn f_rounds_do_not() {
    let (_, wrong) = survey(1, 1);
    assert!(wrong > 0);
    let (_, wrong) = survey(2, 2);
    assert!(wrong > 0);
}

#[test]
fn without_rounds_they_disagree_though_nobody_crashes() {
    let mut scenario = calm(2);
    scenario.network.timing = Timing::Asynchronous;
    scenario.network.latency = Latency::Uniform { min: Ns::ms(10), max: Ns::ms(90) };
    assert!(
        play::<FloodMin>(scenario.clone()).broken().is_empty(),
        "a link that happens to be fast enough will do"
    );
    // Most messages are about as fast, some take much longer.
    scenario.until = Ns::s(1);
    scenario.network.latency = Latency::LogNormal { median: Ns::ms(80), p99: Ns::s(1) };
    let disagrees =
        |&seed: &u64| play::<FloodMin>(Scenario { seed, ..scenario.clone() }).broken() == ["agreement"];
    let seeds: Vec<u64> = (1..=200).filter(disagrees).collect();
    assert_eq!((seeds.len(), seeds[0]), (16, 28), "as the lab tells");
}

#[test]
fn bounds_on_delay_make_rounds_of_any_length_that_is_longer() {
    for seed in 1..=20 {
        let mut scenario = Scenario { seed, ..FloodMin::scenario(Some(NODES)) };
        scenario.network.timing = Timing::SemiSynchronous { unit: Ns::ms(95), c: 100, steps: Ns::ms(1) };
        let story = play::<FloodMin>(scenario);
        assert!(story.broken().is_empty(), "{:?}", story.findings());
    }
}

#[test]
fn as_it_opens_the_one_who_heard_tells_the_others_in_the_second_round() {
    let story = play::<FloodMin>(FloodMin::scenario(None));
    assert_eq!(story.field(B, Ns::ms(150), "min"), ["0"]);
    assert_eq!(story.field(C, Ns::ms(150), "min"), ["1"]);
    assert_eq!(story.field(C, Ns::ms(250), "decision"), ["0"]);
    assert!(story.broken().is_empty());
}

#[test]
fn whoever_comes_back_stays_out() {
    let mut scenario = FloodMin::scenario(None);
    scenario.push(Ns::ms(120), Action::Recover { node: A });
    let story = play::<FloodMin>(scenario);
    assert_eq!(story.role(A, Ns::ms(400)), Some("out"));
    assert!(story.broken().is_empty());
}
