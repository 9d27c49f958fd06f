//! A layer that does nothing changes nothing: over datagrams, a protocol inside [`Connected`] takes the same steps as
//! alone, event for event, crashes inside activations included. And one over connections keeps its promises.

use lightcone_protocols::connection::Connected;
use lightcone_protocols::find;
use lightcone_protocols::gossip::Gossip;
use lightcone_protocols::raft::Raft;
use lightcone_protocols::two_phase_commit::TwoPhaseCommit;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::random::Random;

fn play<P: Protocol>(scenario: &Scenario) -> Run<P> {
    let mut run = Run::<P>::start(scenario.clone()).expect("random scenarios are valid");
    assert_eq!(run.run_until(scenario.until, 1_000_000), Progress::Done);
    run
}

fn over(scenario: &Scenario, transport: &str) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.params.insert("transport".to_owned(), transport.into());
    scenario
}

/// A random scenario with random faults.
fn random<P: Protocol>(seed: u64) -> Scenario {
    let entry = find(P::NAME).expect("the protocol is registered");
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 3..=5);
    let calm = play::<P>(&scenario);
    random.add_faults(&mut scenario, &calm, entry.ops);
    scenario
}

/// The first thing in which two runs differ; `None` if there is none.
fn difference(one: &dyn Session, other: &dyn Session) -> Option<String> {
    let (a, b) = (one.trace(), other.trace());
    if a.order() != b.order() {
        return Some("the order of events".to_owned());
    }
    for ((node, was), (_, is)) in a.lanes().zip(b.lanes()) {
        if was.events != is.events || was.timers != is.timers || was.ops != is.ops {
            return Some(format!("events, timers or operations of {node}"));
        }
        if was.messages != is.messages || was.copies != is.copies || was.statuses != is.statuses {
            return Some(format!("messages or roles of {node}"));
        }
    }
    if a.violations() != b.violations() {
        return Some(format!("violations: {:?} / {:?}", a.violations(), b.violations()));
    }
    if let Some((id, _)) = a.messages().find(|&(id, _)| one.message(id) != other.message(id)) {
        return Some(format!("what {id} says"));
    }
    for &event in a.order().iter().step_by(7) {
        let now = a.event(event).map_or(Key::START, |record| record.key);
        if one.node(event.node, now) != other.node(event.node, now) {
            return Some(format!("{} after {event}", event.node));
        }
        if one.explain(event) != other.explain(event) {
            return Some(format!("what is told of {event}"));
        }
    }
    let end = Key::end_of(one.scenario().until);
    let differs =
        a.nodes().iter().find(|&node| one.log(node, end, 0, 1_000) != other.log(node, end, 0, 1_000));
    differs.map(|node| format!("the log of {node}"))
}

/// Compares so many runs, and tells in how many a node crashed inside an activation, and how many violated something.
fn compare<P: Protocol>(runs: u64, variant: Option<&str>) -> (u64, u64) {
    let (mut crashed, mut violated) = (0, 0);
    for seed in 0..runs {
        let mut scenario = random::<P>(seed);
        variant.map(|variant| scenario.params.insert("variant".to_owned(), variant.into()));
        let alone = play::<P>(&scenario);
        let layered = play::<Connected<P>>(&over(&scenario, "datagrams"));
        if let Some(difference) = difference(&alone, &layered) {
            panic!(
                "{} {seed}: {difference}\n{}",
                P::NAME,
                serde_json::to_string(&scenario).unwrap_or_default()
            );
        }
        let inside = |action: &Action| matches!(action, Action::CrashInside { .. });
        let acted = |entry: &lightcone_sim::scenario::Entry| alone.trace().has_acted(entry.id);
        crashed += u64::from(scenario.script.iter().any(|entry| inside(&entry.action) && acted(entry)));
        violated += u64::from(!alone.trace().violations().is_empty());
    }
    (crashed, violated)
}

#[test]
fn a_layer_that_does_nothing_changes_nothing() {
    let (crashed, _) = compare::<Raft>(150, None);
    assert!(crashed >= 30, "{crashed} runs with a crash inside an activation");
    compare::<Gossip>(100, None);
    compare::<TwoPhaseCommit>(100, None);
}

#[test]
fn monitors_see_through_a_layer() {
    let (_, violated) = compare::<Raft>(150, Some("apply-uncommitted"));
    assert!(violated > 0, "none of the runs violated anything");
}

#[test]
fn raft_over_connections_stays_right() {
    let (mut led, mut broken) = (0, 0);
    for seed in 0..150 {
        let run = play::<Connected<Raft>>(&over(&random::<Raft>(seed), "connections"));
        assert_eq!(run.trace().violations(), [], "seed {seed}");
        let mut statuses = run.trace().lanes().flat_map(|(_, lane)| &lane.statuses);
        led += u64::from(statuses.any(|(_, status)| status.is_some_and(|status| status.role == "leader")));
        let end = Key::end_of(run.scenario().until);
        let views = run.trace().nodes().iter().filter_map(|node| run.node(node, end)?.view);
        broken += u64::from(views.flat_map(|view| view.fields).any(|field| field.name == "broken"));
    }
    println!("with a leader {led} of 150, with a broken connection {broken}");
    assert!(led >= 50 && broken >= 30, "{led} with a leader, {broken} with a broken connection");
}
