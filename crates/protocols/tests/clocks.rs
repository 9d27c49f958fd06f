//! Protocols that trust clocks, in stories: what each believes, and what becomes of it where a clock is wrong.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::last_write_wins::LastWriteWins;
use lightcone_protocols::lease::Lease;
use lightcone_protocols::stopwatch::Stopwatch;
use lightcone_protocols::truetime::TrueTime;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, ClockSpec, Latency, Scenario, WeightedOp};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::OpRecord;
use story::*;

const C1: NodeId = NodeId::client(0);
const C2: NodeId = NodeId::client(1);

fn ask(scenario: &mut Scenario, at: Ns, client: NodeId, op: &str, node: Option<NodeId>) {
    scenario.push(at, Action::Op { client, op: op.to_owned(), node });
}

fn op(at: u64, client: NodeId, op: &str, node: NodeId) -> (Ns, Action) {
    (Ns::ms(at), Action::Op { client, op: op.to_owned(), node: Some(node) })
}

/// When an operation began and ended, in true time.
fn span(story: &Story, op: &OpRecord) -> Option<(Ns, Ns)> {
    let at =
        |index| story.session().trace().event(EventId { node: op.id.client, index }).map(|event| event.at());
    Some((at(op.invoked)?, at(op.returned?)?))
}

// TrueTime.

/// Servers whose clocks are wrong by at most so much more than they believe.
fn truetime(seed: u64, lie: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let mut scenario = TrueTime::scenario(None);
    (scenario.seed, scenario.until) = (seed, Ns::s(2));
    scenario.nodes = 2 + dice.roll(3) as u16;
    scenario.workload.clients = 3;
    scenario.workload.every = Ns::ms(1 + dice.roll(40));
    scenario.network.latency = Latency::Uniform { min: Ns::ms(1), max: Ns::ms(1 + dice.roll(20)) };
    scenario.network.loss_ppm = dice.roll(100_000) as u32;
    scenario.network.duplicate_ppm = dice.roll(100_000) as u32;
    for node in (0..scenario.nodes).map(NodeId::server) {
        let bound = dice.roll(60_000_000);
        let spec = ClockSpec {
            offset: dice.around_zero(bound + lie),
            drift_ppm: dice.around_zero(500),
            uncertainty: Ns(bound),
            uncertainty_ppm: 501,
            ..ClockSpec::default()
        };
        scenario.clocks.insert(node, spec);
        if dice.roll(3) == 0 {
            let down = Ns::ms(200 + dice.roll(1_000));
            scenario.push(down, Action::Crash { node });
            scenario.push(down + Ns::ms(dice.roll(400)), Action::Recover { node });
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

#[test]
fn the_scenarios_that_open_show_what_they_are_about() {
    assert_eq!(play::<Lease>(Lease::scenario(None)).broken(), ["at most one holder"]);
    assert_eq!(play::<Lease>(with(Lease::scenario(None), "fencing", true)).findings(), [""; 0]);
    assert_eq!(play::<LastWriteWins>(LastWriteWins::scenario(None)).broken(), ["no later write is lost"]);
    let hasty = with(TrueTime::scenario(None), "commit_wait", false);
    assert_eq!(play::<TrueTime>(TrueTime::scenario(None)).findings(), [""; 0]);
    assert_eq!(play::<TrueTime>(hasty).broken(), ["external consistency"]);
}

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
