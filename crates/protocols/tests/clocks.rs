//! Protocols that trust clocks, in stories: what each believes, and what becomes of it where a clock is wrong.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::berkeley::{Berkeley, fault_tolerant_average};
use lightcone_protocols::cristian::{Cristian, Params, TIME_SERVER};
use lightcone_protocols::last_write_wins::LastWriteWins;
use lightcone_protocols::lease::Lease;
use lightcone_protocols::stopwatch::Stopwatch;
use lightcone_protocols::truetime::TrueTime;
use lightcone_sim::chance::Chance;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, ClockSpec, Latency, LinkSpec, Scenario, WeightedOp};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{EventKind, OpRecord};
use story::*;

const C1: NodeId = NodeId::client(0);
const C2: NodeId = NodeId::client(1);

/// Numbers that look random, and are the same for the same seed.
struct Dice(Chance, u32);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice(Chance::new(seed), 0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.1 += 1;
        self.0.pick(NodeId::client(90), self.1, 0, bound)
    }

    fn around_zero(&mut self, most: u64) -> i64 {
        self.below(2 * most + 1) as i64 - most as i64
    }
}

/// Nobody is asked for anything but by the script.
fn quiet<P: Protocol>() -> Scenario {
    let mut scenario = P::scenario(None);
    scenario.script.clear();
    scenario.workload.ops.clear();
    scenario.clocks.clear();
    scenario.network.links.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(10));
    scenario
}

fn ask(scenario: &mut Scenario, at: Ns, client: NodeId, op: &str, node: Option<NodeId>) {
    scenario.push(at, Action::Op { client, op: op.to_owned(), node });
}

fn op(at: u64, client: NodeId, op: &str, node: NodeId) -> (Ns, Action) {
    (Ns::ms(at), Action::Op { client, op: op.to_owned(), node: Some(node) })
}

fn with_script(mut scenario: Scenario, script: impl IntoIterator<Item = (Ns, Action)>) -> Scenario {
    script.into_iter().for_each(|(at, action)| {
        scenario.push(at, action);
    });
    scenario
}

/// When an operation began and ended, in true time.
fn span(story: &Story, op: &OpRecord) -> Option<(Ns, Ns)> {
    let at =
        |index| story.session().trace().event(EventId { node: op.id.client, index }).map(|event| event.at());
    Some((at(op.invoked)?, at(op.returned?)?))
}

// Cristian's algorithm.

/// A random network between a node and the time server, and a random clock of the node; the true half of each round trip
/// is compared with how wrong the node's clock is when it is set.
fn cristian(seed: u64, drift_ppm: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let mut scenario = quiet::<Cristian>();
    (scenario.seed, scenario.nodes, scenario.until) = (seed, 2, Ns::ms(900));
    let mut way = |from, to| {
        let least = Ns::us(dice.below(40_000));
        let latency = match dice.below(3) {
            0 => Latency::Constant(least),
            1 => Latency::Uniform { min: least, max: least + Ns::us(dice.below(80_000)) },
            _ => Latency::Exponential { min: least, mean: least + Ns::us(dice.below(40_000)) },
        };
        LinkSpec { latency: Some(latency), ..LinkSpec::usual(from, to) }
    };
    let (there, back) = (way(TIME_SERVER, B), way(B, TIME_SERVER));
    // Every other network is as fast there as back.
    let back = if seed % 2 == 0 { LinkSpec { latency: there.latency.clone(), ..back } } else { back };
    scenario.network.links = vec![there, back];
    let offset = dice.around_zero(2_000_000_000);
    scenario
        .clocks
        .insert(B, ClockSpec { offset, drift_ppm: dice.around_zero(drift_ppm), ..ClockSpec::default() });
    scenario.params.insert("rho_ppm".to_owned(), drift_ppm.into());
    scenario.params.insert("period".to_owned(), (50_000_000 + dice.below(200_000_000)).into());
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
        let min = Ns::us(dice.below(30_000));
        scenario.network.latency = Latency::Uniform { min, max: min + Ns::us(dice.below(70_000)) };
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

// TrueTime.

/// Servers whose clocks are wrong by at most so much more than they believe.
fn truetime(seed: u64, lie: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let mut scenario = TrueTime::scenario(None);
    (scenario.seed, scenario.until) = (seed, Ns::s(2));
    scenario.nodes = 2 + dice.below(3) as u16;
    scenario.workload.clients = 3;
    scenario.workload.every = Ns::ms(1 + dice.below(40));
    scenario.network.latency = Latency::Uniform { min: Ns::ms(1), max: Ns::ms(1 + dice.below(20)) };
    scenario.network.loss_ppm = dice.below(100_000) as u32;
    scenario.network.duplicate_ppm = dice.below(100_000) as u32;
    for node in (0..scenario.nodes).map(NodeId::server) {
        let bound = dice.below(60_000_000);
        let spec = ClockSpec {
            offset: dice.around_zero(bound + lie),
            drift_ppm: dice.around_zero(500),
            uncertainty: Ns(bound),
            uncertainty_ppm: 501,
            ..ClockSpec::default()
        };
        scenario.clocks.insert(node, spec);
        if dice.below(3) == 0 {
            let down = Ns::ms(200 + dice.below(1_000));
            scenario.push(down, Action::Crash { node });
            scenario.push(down + Ns::ms(dice.below(400)), Action::Recover { node });
        }
    }
    scenario
}

#[test]
fn with_an_honest_bound_external_order_always_holds() {
    let (mut answered, mut inverted) = (0, 0);
    for seed in 0..600 {
        let story = play::<TrueTime>(truetime(seed, 0));
        assert_eq!(story.findings(), [""; 0], "seed {seed}");
        answered += story.answers().iter().flatten().count();
        let hasty = play::<TrueTime>(with(truetime(seed, 0), "commit_wait", false));
        inverted += u64::from(hasty.broken().contains(&"external consistency"));
    }
    assert!(answered > 15_000, "{answered} transactions");
    assert!(inverted > 200, "without the wait {inverted} of 600 runs invert the order");
}

#[test]
fn with_a_lying_bound_an_inversion_is_found_and_the_lie_before_it() {
    let mut inverted = 0;
    for seed in 0..200 {
        let story = play::<TrueTime>(truetime(seed, 100_000_000));
        if story.broken().contains(&"external consistency") {
            inverted += 1;
            assert!(story.broken().contains(&"honest bound"), "seed {seed}: {:?}", story.findings());
        }
    }
    assert!(inverted > 60, "{inverted} of 200 runs invert the order");
}

#[test]
fn commit_wait_is_a_bar_as_long_as_the_uncertainty() {
    for bound in [0, 1, 7, 40, 250] {
        let mut scenario = quiet::<TrueTime>();
        let spec = ClockSpec { offset: 3_000_000, uncertainty: Ns::ms(bound), ..ClockSpec::default() };
        scenario.clocks.insert(A, spec);
        ask(&mut scenario, Ns::ms(100), C1, "commit T1", Some(A));
        let bar = |scenario| {
            let story = play::<TrueTime>(scenario);
            let op = *story.session().trace().ops().next().expect("it was asked for");
            let (from, to) = span(&story, &op).expect("it was answered");
            to.since(from)
        };
        let (there, back) = (Ns::ms(10), Ns::ms(10));
        // s is ε ahead of the clock; when it has passed for certain, the clock is ε beyond it.
        assert_eq!(bar(scenario.clone()), there + Ns::ms(2 * bound) + Ns(1) + back);
        assert_eq!(bar(with(scenario, "commit_wait", false)), there + back);
    }
}

#[test]
fn a_clock_that_stands_still_makes_its_server_wait_until_it_goes_on() {
    let mut scenario = quiet::<TrueTime>();
    scenario.clocks.insert(A, ClockSpec { uncertainty: Ns::ms(20), ..ClockSpec::default() });
    ask(&mut scenario, Ns::ms(100), C1, "commit T1", Some(A));
    let stop = |rate_ppm| Action::Clock {
        node: A,
        offset: None,
        over: None,
        drift_ppm: None,
        rate_ppm: Some(rate_ppm),
        uncertainty: None,
        uncertainty_ppm: None,
    };
    scenario.push(Ns::ms(120), stop(-1_000_000));
    scenario.push(Ns::ms(620), stop(0));
    let story = play::<TrueTime>(scenario);
    let op = *story.session().trace().ops().next().expect("it was asked for");
    let (_, to) = span(&story, &op).expect("it was answered");
    assert!(to > Ns::ms(650) && to < Ns::ms(663), "{to}");
}

// The stopwatch.

#[test]
fn the_leap_second_of_2017_makes_a_duration_negative_on_the_wall_clock_alone() {
    let story = play::<Stopwatch>(Stopwatch::scenario(None));
    assert_eq!(story.broken(), ["no negative duration"]);
    assert_eq!(story.answers().iter().flatten().filter(|answer| *answer == "SERVFAIL").count(), 1);
    let monotonic = play::<Stopwatch>(with(Stopwatch::scenario(None), "clock", "monotonic"));
    assert_eq!(monotonic.findings(), [""; 0]);
}

#[test]
fn a_smeared_leap_second_makes_no_duration_negative() {
    let mut scenario = Stopwatch::scenario(None);
    scenario.script.clear();
    let mut smear = Action::clock(A, Some(-1_000_000_000), None);
    if let Action::Clock { over, .. } = &mut smear {
        *over = Some(Ns::s(2));
    }
    scenario.push(Ns::ms(500), smear);
    let story = play::<Stopwatch>(scenario);
    assert_eq!(story.findings(), [""; 0]);
    // Half the time passes on its clock meanwhile.
    let answers = story.answers();
    let took =
        |answer: &Option<String>| -> Option<f64> { answer.as_ref()?.trim_end_matches(" ms").parse().ok() };
    let (before, during) = (took(&answers[1]).expect("it was answered"), took(&answers[6]).expect("it was"));
    assert_eq!((before, during), (40.0, 20.0));
}

#[test]
fn a_clock_that_stands_still_or_runs_back_is_a_stopwatch_that_does_so() {
    for (rate_ppm, is_negative) in [(-1_000_000, false), (-2_000_000, true)] {
        let mut scenario = quiet::<Stopwatch>();
        scenario.clocks.insert(A, ClockSpec { rate_ppm, ..ClockSpec::default() });
        ask(&mut scenario, Ns::ms(100), C1, "resolve a", None);
        let answer = play::<Stopwatch>(scenario).answers().remove(0);
        assert_eq!(answer.as_deref(), Some(if is_negative { "SERVFAIL" } else { "0 ms" }));
    }
}

// Leases.

fn lease(clock: &str, fencing: bool, script: impl IntoIterator<Item = (Ns, Action)>) -> Story {
    let scenario = with(with(quiet::<Lease>(), "clock", clock), "fencing", fencing);
    let ops = [op(100, C1, "write", A), op(700, C2, "write", A)];
    play::<Lease>(with_script(scenario, ops.into_iter().chain(script)))
}

fn pause(vm: bool) -> [(Ns, Action); 2] {
    [(Ns::ms(150), Action::Pause { node: C1, vm }), (Ns::ms(1_600), Action::Resume { node: C1 })]
}

#[test]
fn one_after_the_other_holds_the_lock() {
    let story = lease("monotonic", false, []);
    assert_eq!(story.findings(), [""; 0]);
    let done = ["done (token 1)", "done (token 2)"].map(|text| Some(text.to_owned()));
    assert_eq!(story.answers(), done);
}

#[test]
fn a_holder_that_pauses_past_its_lease_still_believes_and_two_act() {
    let story = lease("monotonic", false, pause(false));
    assert_eq!(story.broken(), ["at most one holder"]);
    assert_eq!(
        (story.role(C1, Ns::ms(1_000)), story.role(C2, Ns::ms(1_000))),
        (Some("holds"), Some("holds"))
    );
}

#[test]
fn a_fencing_token_lets_the_storage_refuse_who_is_too_late() {
    let story = lease("monotonic", true, pause(false));
    assert_eq!(story.findings(), [""; 0]);
    assert_eq!(story.answers()[0].as_deref(), Some("refused (token 1)"));
    assert_eq!(story.field(B, Ns::s(4), "refused"), ["1"]);
}

#[test]
fn in_a_suspended_machine_the_monotonic_clock_says_nothing_either() {
    // A pause of the process costs one write: then its holder looks at its clock and stops. In a suspended machine that
    // clock stood still, and it writes all three.
    let process = lease("monotonic", false, pause(false));
    assert_eq!(process.answers()[0].as_deref(), Some("lease over (token 1)"));
    let machine = lease("monotonic", false, pause(true));
    assert_eq!(machine.answers()[0].as_deref(), Some("done (token 1)"));
    assert!(machine.findings().len() > process.findings().len(), "{:?}", machine.findings());
}

#[test]
fn a_wall_clock_set_back_makes_a_lease_longer_than_it_was_granted() {
    let back = || [(Ns::ms(130), Action::clock(C1, Some(-2_000_000_000), None))];
    // The holder makes many writes, and would stop by itself.
    let story = |clock, script: Vec<(Ns, Action)>| {
        let scenario = with(with(quiet::<Lease>(), "clock", clock), "writes", 12);
        let ops = [op(100, C1, "write", A), op(700, C2, "write", A)];
        play::<Lease>(with_script(scenario, ops.into_iter().chain(script)))
    };
    assert_eq!(story("wall", Vec::new()).findings(), [""; 0]);
    assert_eq!(story("monotonic", back().into()).findings(), [""; 0]);
    assert_eq!(story("wall", back().into()).broken(), ["at most one holder"]);
}

#[test]
fn a_lock_service_that_was_down_waits_until_what_it_granted_is_over() {
    let crash = [(Ns::ms(300), Action::Crash { node: A }), (Ns::ms(350), Action::Recover { node: A })];
    let story = lease("monotonic", false, crash.into_iter().chain(pause(false)));
    assert!(story.noted(A, "I was down"));
    assert_eq!(story.role(C2, Ns::ms(900)), Some("wants"));
}

// Last write wins.

#[test]
fn the_write_of_the_fastest_clock_wins_and_a_later_one_is_lost() {
    let scenario = |offset| {
        let mut scenario = quiet::<LastWriteWins>();
        scenario.clocks.insert(A, ClockSpec { offset, ..ClockSpec::default() });
        let ops = [op(100, C1, "put x 1", A), op(300, C2, "put x 2", B), op(600, C2, "get x", B)];
        with_script(scenario, ops)
    };
    let answers = |story: &Story| story.answers().into_iter().flatten().collect::<Vec<_>>();
    let story = play::<LastWriteWins>(scenario(500_000_000));
    assert_eq!(answers(&story), ["ok", "ok", "1"]);
    assert_eq!(story.broken(), ["no later write is lost"]);
    let right = play::<LastWriteWins>(scenario(0));
    assert_eq!(answers(&right), ["ok", "ok", "2"]);
    assert_eq!(right.findings(), [""; 0]);
    // Whoever has seen the first stamps the second later.
    let careful = play::<LastWriteWins>(with(scenario(500_000_000), "never_before", true));
    assert_eq!(
        (answers(&careful), careful.findings().len()),
        (vec!["ok".into(), "ok".into(), "2".into()], 0)
    );
}

#[test]
fn replicas_come_to_agree_though_messages_are_lost() {
    for seed in 0..40 {
        let mut scenario = LastWriteWins::scenario(None);
        scenario.seed = seed;
        scenario.until = Ns::s(30);
        scenario.network.loss_ppm = 300_000;
        scenario.workload.count = Some(5);
        scenario.workload.ops = vec![WeightedOp { op: "put x {c}{n}".to_owned(), weight: 1 }];
        let story = play::<LastWriteWins>(scenario);
        let last = [A, B, C].map(|node| story.field(node, Ns::s(30), "register"));
        assert!(last[0] == last[1] && last[1] == last[2] && last[0].len() == 1, "seed {seed}: {last:?}");
    }
}
