//! What a network does to messages, told with pings: narrow links, held back messages, rounds, bounds, slow nodes.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::ping::Ping;
use lightcone_sim::ids::{EntryId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Entry, Latency, LinkSpec, Reorder, Scenario, Timing};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{EventKind, FateKind, MessageRecord};
use story::*;

/// A asks B, over a link that takes ten milliseconds each way.
fn calm() -> Scenario {
    let mut scenario = Ping::scenario(Some(2));
    scenario.network.links.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(10));
    scenario
}

fn sent(story: &Story, from: NodeId) -> Vec<MessageRecord> {
    story.session().trace().lane(from).expect("it is there").messages.clone()
}

fn trips(story: &Story) -> String {
    story.field(A, Ns::s(10), "round trips").join("; ")
}

/// When a node's activations of one kind happened.
fn times(story: &Story, node: NodeId, kind: EventKind) -> Vec<Ns> {
    let events = &story.session().trace().lane(node).expect("it is there").events;
    events.iter().filter(|event| event.kind == kind).map(|event| event.at()).collect()
}

#[test]
fn a_narrow_link_lets_messages_out_one_after_another() {
    let mut scenario = with(with(with(calm(), "burst", 3), "times", 1), "bytes", 500);
    scenario.network.links = vec![LinkSpec { bandwidth: Some(100_000), ..LinkSpec::usual(A, B) }];
    let story = play::<Ping>(scenario);
    // 500 bytes at 100 kB a second are 5 ms on the wire; then comes the latency.
    assert_eq!(times(&story, B, EventKind::Message), [Ns::ms(65), Ns::ms(70), Ns::ms(75)]);
    assert_eq!(trips(&story), "B: 3 of 3 came back, p50 30 ms, p99 35 ms");
}

#[test]
fn what_finds_no_room_in_the_queue_is_lost_at_once_and_can_be_told_from_chance() {
    let mut scenario = with(with(with(calm(), "burst", 5), "times", 1), "bytes", 500);
    scenario.network.links =
        vec![LinkSpec { bandwidth: Some(100_000), queue: Some(2), ..LinkSpec::usual(A, B) }];
    let story = play::<Ping>(scenario.clone());
    // One leaves, two wait.
    let overflowed: Vec<bool> = sent(&story, A).iter().map(MessageRecord::never_left).collect();
    assert_eq!(overflowed, [false, false, false, true, true]);
    assert!(sent(&story, A)[3..].iter().all(|m| m.fate.kind == FateKind::Dropped && m.fate.lost == m.sent));
    scenario.network.links[0] = LinkSpec { loss_ppm: Some(1_000_000), ..LinkSpec::usual(A, B) };
    let story = play::<Ping>(scenario);
    assert!(sent(&story, A).iter().all(|m| m.fate.kind == FateKind::Dropped && !m.never_left()));
}

#[test]
fn a_queue_has_room_again_when_the_link_has_carried_what_was_in_it() {
    let mut scenario = with(with(calm(), "burst", 3), "bytes", 500);
    scenario.network.links =
        vec![LinkSpec { bandwidth: Some(100_000), queue: Some(2), ..LinkSpec::usual(A, B) }];
    let story = play::<Ping>(scenario);
    assert!(sent(&story, A).len() > 100 && !sent(&story, A).iter().any(MessageRecord::never_left));
}

#[test]
fn messages_that_are_held_back_are_overtaken() {
    let mut scenario = calm();
    scenario.network.reorder = Some(Reorder { ppm: 100_000, by: Ns::ms(200) });
    let story = play::<Ping>(scenario.clone());
    let late = |m: &&MessageRecord| m.natural.0 > m.sent.0 + Ns::ms(10);
    let messages = sent(&story, A);
    let share = messages.iter().filter(late).count() * 100 / messages.len();
    assert!((4..=18).contains(&share), "{share} % are held back");
    assert!(messages.iter().all(|m| m.natural.0 <= m.sent.0 + Ns::ms(210)));
    assert!(trips(&story).contains("overtaken"), "{}", trips(&story));
    scenario.network.reorder = None;
    assert!(!trips(&play::<Ping>(scenario)).contains("overtaken"));
}

#[test]
fn in_rounds_everything_arrives_when_its_round_ends_and_before_timers() {
    let mut scenario = with(calm(), "every", 100_000_000);
    scenario.network.timing = Timing::Synchronous { round: Ns::ms(100) };
    scenario.network.latency = Latency::Pareto { min: Ns::ms(1), shape: 500 };
    let story = play::<Ping>(scenario);
    for m in sent(&story, A).iter().chain(&sent(&story, B)) {
        assert_eq!(m.natural.0, Ns((m.sent.0.0 / 100_000_000 + 1) * 100_000_000));
    }
    let lane = story.session().trace().lane(A).expect("it is there");
    let at = |time: Ns| lane.events.iter().filter(move |event| event.at() == time).map(|event| event.kind);
    assert_eq!(at(Ns::ms(400)).collect::<Vec<_>>(), [EventKind::Message, EventKind::Timer]);
}

#[test]
fn semi_synchronous_delays_and_steps_lie_within_their_bounds() {
    let mut scenario = with(calm(), "every", 5_000_000);
    scenario.network.latency = Latency::Constant(Ns::s(9));
    scenario.network.timing = Timing::SemiSynchronous { unit: Ns::ms(20), c: 250, steps: Ns::ms(8) };
    let story = play::<Ping>(scenario);
    let delays: Vec<u64> = sent(&story, A).iter().map(|m| m.natural.0.since(m.sent.0).0).collect();
    let (least, most) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    assert!((5_000_000..6_000_000).contains(least) && (19_000_000..=20_000_000).contains(most));
    let steps = times(&story, B, EventKind::Message);
    let apart: Vec<u64> = steps.windows(2).map(|pair| pair[1].since(pair[0]).0).collect();
    assert!(apart.len() > 200 && apart.iter().all(|&span| span >= 2_000_000), "steps take 2 to 8 ms");
}

#[test]
fn a_slow_node_handles_what_waits_in_order_a_step_apart() {
    let mut scenario = with(with(calm(), "burst", 4), "times", 1);
    scenario.push(Ns::ms(1), Action::Slow { node: B, step: Ns::ms(30) });
    let story = play::<Ping>(scenario.clone());
    assert_eq!(times(&story, B, EventKind::Message), [Ns::ms(60), Ns::ms(90), Ns::ms(120), Ns::ms(150)]);
    let echoes: Vec<String> = story.said("echo").into_iter().map(|(_, label)| label).collect();
    assert_eq!(echoes, ["echo 1", "echo 2", "echo 3", "echo 4"]);
    // Quick again in the middle of a step: that one ends as it began, and what waits then takes no time.
    scenario.push(Ns::ms(70), Action::Slow { node: B, step: Ns::ZERO });
    let story = play::<Ping>(scenario);
    let quick = [Ns::ms(60), Ns::ms(90), Ns(90_000_001), Ns(90_000_002)];
    assert_eq!(times(&story, B, EventKind::Message), quick);
}

#[test]
fn a_slow_node_that_stands_still_does_the_rest_of_its_step_later_and_a_crash_ends_it() {
    let mut scenario = with(with(calm(), "burst", 3), "times", 1);
    scenario.push(Ns::ms(1), Action::Slow { node: B, step: Ns::ms(30) });
    let mut paused = scenario.clone();
    paused.push(Ns::ms(70), Action::Pause { node: B, vm: false });
    paused.push(Ns::ms(200), Action::Resume { node: B });
    let story = play::<Ping>(paused);
    assert_eq!(times(&story, B, EventKind::Message), [Ns::ms(60), Ns::ms(220), Ns::ms(250)]);
    scenario.push(Ns::ms(70), Action::Crash { node: B });
    let story = play::<Ping>(scenario);
    let fates: Vec<FateKind> = sent(&story, A).iter().map(|m| m.fate.kind).collect();
    assert_eq!(fates, [FateKind::Delivered, FateKind::ToCrashed, FateKind::ToCrashed]);
}

#[test]
fn pings_are_counted_on_lossy_doubling_links_and_measured_on_the_own_clock() {
    let mut scenario = calm();
    (scenario.network.loss_ppm, scenario.network.duplicate_ppm) = (100_000, 100_000);
    let story = play::<Ping>(scenario.clone());
    assert!(trips(&story).contains("came twice"), "{}", trips(&story));
    // A clock of double speed measures double the time.
    (scenario.network.loss_ppm, scenario.network.duplicate_ppm) = (0, 0);
    scenario.push(Ns::ZERO, Action::clock(A, None, Some(1_000_000)));
    let story = play::<Ping>(scenario);
    assert!(trips(&story).contains("p50 40 ms, p99 40 ms"), "{}", trips(&story));
}

/// The measured quantiles are those of the model: the way back takes nothing, so that a round trip is one draw.
#[test]
fn what_is_measured_is_what_the_model_says() {
    let mut scenario = with(calm(), "every", 10_000_000);
    scenario.until = Ns::s(100);
    let latency = Latency::LogNormal { median: Ns::ms(40), p99: Ns::ms(200) };
    scenario.network.links = vec![
        LinkSpec { latency: Some(latency), ..LinkSpec::usual(A, B) },
        LinkSpec { latency: Some(Latency::Constant(Ns(1))), ..LinkSpec::usual(B, A) },
    ];
    let story = play::<Ping>(scenario);
    let text = trips_at(&story, Ns::s(100));
    let ms = |name: &str| -> f64 {
        let rest = text.split(name).nth(1).expect("it is told");
        rest.split(" ms").next().and_then(|number| number.trim().parse().ok()).expect("a number")
    };
    // Of 10,000 draws, those below the median are half, give or take 5·√(¼/10000): from the 47.5 % to the 52.5 % quantile.
    let (p50, p99) = (ms("p50 "), ms("p99 "));
    assert!((38.3..41.8).contains(&p50), "{text}");
    // From the 98.5 % to the 99.5 % quantile.
    assert!((178.0..238.0).contains(&p99), "{text}");
}

fn trips_at(story: &Story, at: Ns) -> String {
    story.field(A, at, "round trips").join("; ")
}

#[test]
fn numbers_that_make_no_sense_are_refused_in_words() {
    let refused = |change: &dyn Fn(&mut Scenario), words: &str| {
        let mut scenario = calm();
        change(&mut scenario);
        let error = lightcone_sim::validate::check(&scenario).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    };
    let latency =
        |latency: Latency| move |scenario: &mut Scenario| scenario.network.latency = latency.clone();
    refused(&latency(Latency::LogNormal { median: Ns::ZERO, p99: Ns(1) }), "median is 0 s");
    refused(&latency(Latency::LogNormal { median: Ns(2), p99: Ns(1) }), "the least");
    refused(&latency(Latency::Pareto { min: Ns(1), shape: 99 }), "shape (thousandths) is 99");
    refused(&latency(Latency::Pareto { min: Ns(0), shape: 999 }), "min is");
    refused(&latency(Latency::Empirical(vec![])), "measured latencies is 0");
    refused(&latency(Latency::Empirical(vec![Ns::NEVER])), "the longest is never");
    let timing = |timing: Timing| move |scenario: &mut Scenario| scenario.network.timing = timing;
    refused(&timing(Timing::Synchronous { round: Ns::ZERO }), "timing: round is 0 s");
    refused(&timing(Timing::SemiSynchronous { unit: Ns(5), c: 1_001, steps: Ns(0) }), "timing: c is 1001");
    refused(&timing(Timing::SemiSynchronous { unit: Ns(0), c: 1, steps: Ns(0) }), "timing: unit is");
    refused(&|scenario| scenario.network.bandwidth = Some(0), "bandwidth (bytes a second) is 0");
    refused(
        &|scenario| scenario.network.reorder = Some(Reorder { ppm: 1_000_001, by: Ns(1) }),
        "reorder: ppm",
    );
    refused(
        &|scenario| {
            scenario.network.links = vec![LinkSpec { queue: Some(2_000_000), ..LinkSpec::usual(A, B) }]
        },
        "link A→B: queue (messages) is 2000000",
    );
    let slow = Action::Slow { node: A, step: Ns::NEVER };
    refused(
        &|scenario| scenario.script.push(Entry { id: EntryId(1), at: Ns(1), rank: 0, action: slow.clone() }),
        "step is never",
    );
}

#[test]
fn as_it_opens_a_near_a_far_and_a_lossy_link_can_be_told_apart() {
    let story = play::<Ping>(Ping::scenario(None));
    let told = story.field(A, Ns::s(5), "round trips");
    println!("{told:#?}");
    let number = |text: &str, before: &str, after: &str| -> f64 {
        let rest = text.split(before).nth(1).expect("it is told");
        rest.split(after).next().and_then(|number| number.parse().ok()).expect("a number")
    };
    assert!(number(&told[0], "p99 ", " ms") <= 6.0, "there and back in 1 to 3 ms each");
    assert!(number(&told[1], "p99 ", " ms") > 2.0 * number(&told[1], "p50 ", " ms"), "a long tail");
    let came = number(&told[2], "D: ", " of ");
    assert!((65.0..92.0).contains(&came), "about four fifths of 100 came back");
}
