//! Clocks that are set by messages, in stories: how wrong they are at most, and what makes them so.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::berkeley::{Berkeley, fault_tolerant_average};
use lightcone_protocols::cristian::{Cristian, Params, TIME_SERVER};
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, ClockSpec, Latency, LinkSpec, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use story::*;

// Cristian's algorithm.

/// A random network between a node and the time server, and a random clock of the node; the true half of each round trip
/// is compared with how wrong the node's clock is when it is set.
fn cristian(seed: u64, drift_ppm: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let mut scenario = quiet::<Cristian>();
    (scenario.seed, scenario.nodes, scenario.until) = (seed, 2, Ns::ms(900));
    let mut way = |from, to| {
        let least = Ns::us(dice.roll(40_000));
        let latency = match dice.roll(3) {
            0 => Latency::Constant(least),
            1 => Latency::Uniform { min: least, max: least + Ns::us(dice.roll(80_000)) },
            _ => Latency::Exponential { min: least, mean: least + Ns::us(dice.roll(40_000)) },
        };
        LinkSpec { latency: Some(latency), ..LinkSpec::usual(from, to) }
    };
    let (there, back) = (way(TIME_SERVER, B), way(B, TIME_SERVER));
    // Every other network is as fast there as back.
    let back =
        if seed.is_multiple_of(2) { LinkSpec { latency: there.latency.clone(), ..back } } else { back };
    scenario.network.links = vec![there, back];
    let offset = dice.around_zero(2_000_000_000);
    scenario
        .clocks
        .insert(B, ClockSpec { offset, drift_ppm: dice.around_zero(drift_ppm), ..ClockSpec::default() });
    scenario.params.insert("rho_ppm".to_owned(), drift_ppm.into());
    scenario.params.insert("period".to_owned(), (50_000_000 + dice.roll(200_000_000)).into());
    scenario
}

/// How wrong a node's clock was each time that it was set, and half of the true round trip before it.
fn errors(scenario: Scenario) -> Vec<(u64, u64)> {
    let until = scenario.until;
    let mut run = Run::<Cristian>::start(scenario).expect("a valid scenario");
    assert_eq!(run.run_until(until, 100_000), Progress::Done);
    assert_eq!(run.trace().violations(), [], "the error is more than the node believes");
    let trace = run.trace();
    let mut found = Vec::new();
    let (mut asked, mut syncs) = (Ns::ZERO, 0);
    for event in trace.order().iter().filter(|event| event.node == B) {
        let record = trace.event(*event).expect("it is there");
        let state = run.node(B, record.key).and_then(|node| node.view).expect("it is up");
        let field =
            |name: &str| state.fields.iter().find(|field| field.name == name).map(|field| &field.value);
        let now: u32 = field("times set").and_then(|text| text.parse().ok()).expect("a number");
        if now > syncs {
            // What its clock shows, from what it says of its correction, to the microsecond.
            let correction = field("correction").expect("it has one");
            let ms: f64 = correction.replace('−', "-").trim_end_matches(" ms").parse().expect("a number");
            let clock = record.local as f64 / 1e6 + ms;
            let error = (clock - record.at().0 as f64 / 1e6).abs();
            found.push(((error * 1e6) as u64, record.at().since(asked).0 / 2));
            syncs = now;
        }
        if record.kind != EventKind::Message {
            asked = record.at();
        }
    }
    found
}

#[test]
fn cristians_error_never_exceeds_half_the_round_trip() {
    // What is read off the view is cut to a microsecond.
    const READ: u64 = 1_001;
    let (mut runs, mut near, mut drifting) = (0, 0, 0);
    for seed in 0..10_000 {
        let drift_ppm = if seed % 4 < 2 { 0 } else { [200, 26_000][seed as usize / 4 % 2] };
        let errors = errors(cristian(seed, drift_ppm));
        runs += u64::from(!errors.is_empty());
        drifting += u64::from(drift_ppm > 0);
        for (error, half) in errors {
            // Both clocks may drift by ρ while the messages travel.
            let allowed = half + half * 4 * drift_ppm / 1_000_000 + READ;
            assert!(
                error <= allowed,
                "seed {seed}: wrong by {error} ns after a round trip of twice {half} ns"
            );
            near += u64::from(error * 10 > half * 9);
        }
    }
    assert!(runs > 9_900, "{runs} runs set a clock");
    assert!(near > 500, "{near} times the error came near to half the round trip: the bound is tight");
    assert_eq!(drifting, 5_000);
}

#[test]
fn on_symmetric_ways_cristian_is_right_and_on_asymmetric_ones_wrong_by_half_the_difference() {
    let story = play::<Cristian>(with(Cristian::scenario(None), "rho_ppm", 0));
    assert_eq!(story.findings(), [""; 0]);
    // B: 20 ms there and 20 back; its clock is 150 ms fast.
    assert_eq!(story.field(B, Ns::ms(300), "correction"), ["−150 ms"]);
    // C: 20 ms there and 80 back; half the round trip is 50, so it is 30 behind. It is 100 slow, and
    // 10 µs have drifted away.
    assert_eq!(story.field(C, Ns::ms(300), "correction"), ["+69.995 ms"]);
    assert_eq!(story.field(C, Ns::ms(300), "error at most"), ["50.005 ms"]);
}

#[test]
fn what_is_known_of_the_least_delay_makes_the_bound_less() {
    let params = |min, rho_ppm| Params { min, rho_ppm, ..Params::default() };
    let sure = |params: Params, trip| params.estimate(trip);
    assert_eq!(sure(params(Ns::ZERO, 0), Ns::ms(100)), (50_000_000, Ns::ms(50)));
    assert_eq!(sure(params(Ns::ms(20), 0), Ns::ms(100)), (50_000_000, Ns::ms(30)));
    assert!(sure(params(Ns::ms(20), 10_000), Ns::ms(100)).1 > Ns::ms(30));
}

#[test]
fn a_round_trip_that_takes_too_long_is_tried_again() {
    let mut scenario = with(quiet::<Cristian>(), "accept", 25_000_000_u64);
    scenario = with(scenario, "tries", 8);
    scenario.network.latency = Latency::Uniform { min: Ns::ms(5), max: Ns::ms(60) };
    let story = play::<Cristian>(scenario);
    assert!(story.noted(B, "says too little"));
    let bound = story.field(B, Ns::s(4), "error at most");
    let bound: f64 = bound[0].trim_end_matches(" ms").parse().expect("a number");
    assert!(bound <= 25.0, "{bound}");
}

#[test]
fn a_time_server_that_is_wrong_makes_all_wrong() {
    let story = play::<Cristian>(with_script(
        quiet::<Cristian>(),
        [(Ns::ms(700), Action::clock(A, Some(-1_000_000_000), None))],
    ));
    assert_eq!(story.broken(), ["accuracy"]);
}

// The Berkeley algorithm.

#[test]
fn the_average_leaves_out_who_is_far_off() {
    let average = |numbers: &[i64], gamma| fault_tolerant_average(numbers, Ns(gamma));
    assert_eq!(average(&[0, 60, -30, 2_000], 100), (10, vec![true, true, true, false]));
    assert_eq!(average(&[0, 10], 5), (0, vec![true, false]), "of two sets as large, the lesser numbers");
    assert_eq!(average(&[7], 0), (7, vec![true]));
    assert_eq!(average(&[i64::MIN, i64::MAX], 5).1, [true, false]);
}

#[test]
fn all_agree_on_the_average_of_those_near_to_one_another() {
    let mut scenario = Berkeley::scenario(None);
    scenario.network.latency = Latency::Constant(Ns::ms(10));
    let story = play::<Berkeley>(scenario);
    assert_eq!(story.findings(), [""; 0]);
    // A is right, B 60 ms fast, C 30 slow, D two seconds fast: 10 ms is the average of the first three.
    let corrections = [A, B, C, NodeId::server(3)].map(|node| story.field(node, Ns::ms(900), "correction"));
    assert_eq!(
        corrections,
        [["+10 ms"], ["−50 ms"], ["+40 ms"], ["−1990 ms"]].map(|one| one.map(str::to_owned).to_vec())
    );
    assert_eq!(story.field(A, Ns::ms(900), "average of"), ["A, B, C"]);
    let outlier = with(Berkeley::scenario(None), "gamma", 3_000_000_000_u64);
    let drawn = play::<Berkeley>(outlier).field(A, Ns::ms(900), "correction");
    let drawn: f64 = drawn[0].trim_end_matches(" ms").parse().expect("a number");
    assert!(drawn > 450.0, "one that is far off pulls all by a quarter of it: {drawn}");
}

#[test]
fn berkeley_clocks_agree_but_for_half_the_round_trips_whatever_the_drift_and_delay() {
    let mut rounds = 0;
    for seed in 0..1_000 {
        let mut dice = Dice::new(seed);
        let mut scenario = quiet::<Berkeley>();
        (scenario.seed, scenario.until) = (seed, Ns::ms(2_500));
        let rho = [0, 200, 26_000][seed as usize % 3];
        scenario.params.insert("rho_ppm".to_owned(), rho.into());
        let min = Ns::us(dice.roll(30_000));
        scenario.network.latency = Latency::Uniform { min, max: min + Ns::us(dice.roll(70_000)) };
        for node in scenario.node_set().iter() {
            let (offset, drift_ppm) = (dice.around_zero(60_000_000), dice.around_zero(rho));
            scenario.clocks.insert(node, ClockSpec { offset, drift_ppm, ..ClockSpec::default() });
        }
        let story = play::<Berkeley>(scenario);
        assert_eq!(story.findings(), [""; 0], "seed {seed}");
        rounds += story.said("adjust").len();
    }
    assert!(rounds > 5_000, "{rounds} corrections were sent");
}

#[test]
fn a_clock_that_is_set_in_the_middle_of_a_round_is_noticed() {
    let step = (Ns::ms(150), Action::clock(B, Some(90_000_000), None));
    let story = play::<Berkeley>(with_script(quiet::<Berkeley>(), [step]));
    assert_eq!(story.broken(), ["agreement"]);
}
