//! Servers that are slow by chance, and machines that are suspended by chance: they do what their entries of a script
//! would, keep the light-cone law, and a run that goes on after an edit is the run from the beginning.

use std::collections::BTreeMap;

use lightcone_protocols::{all, find};
use lightcone_sim::cone::Cone;
use lightcone_sim::faults::{Fault, What};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, EventKind, EventRecord};
use lightcone_tests::law::{Share, law_of, share};
use lightcone_tests::models::chance::add_settings;
use lightcone_tests::random::Random;

/// How many scenarios for each protocol, and how many edits of each.
const SCENARIOS: u64 = 30;
const EDITS: u64 = 3;

fn whole(mut session: Box<dyn Session>) -> Box<dyn Session> {
    let until = session.scenario().until;
    assert_eq!(session.run_until(until, 1_000_000), Progress::Done);
    session
}

fn run(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    whole((entry.start)(scenario.clone()).expect("these scenarios are valid"))
}

fn json(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario is JSON")
}

/// What was seen in all runs and edits.
#[derive(Default)]
struct Census {
    by_chance: BTreeMap<&'static str, u64>,
    /// Pauses by chance with which the clocks stood still.
    suspended: u64,
    shares: BTreeMap<Share, u64>,
    reused: u64,
}

impl Census {
    fn see(&mut self, run: &dyn Session) {
        let trace = run.trace();
        for (event, record) in trace.order().iter().filter_map(|&id| Some((id, trace.event(id)?))) {
            if record.cause != Cause::Chance {
                continue;
            }
            *self.by_chance.entry(record.kind.name()).or_default() += 1;
            let clock = trace.lane(event.node).map(|lane| lane.clock.segment(record.at(), 0));
            let stands = clock.is_some_and(|segment| segment.stands);
            self.suspended += u64::from(record.kind == EventKind::Pause && stands);
        }
    }
}

fn one(entry: &ProtocolEntry, seed: u64, census: &mut Census) {
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 3..=5);
    if seed.is_multiple_of(3) {
        random.add_settings(&mut scenario);
    }
    add_settings(seed, &mut scenario);
    let calm = run(entry, &scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    let mut old = run(entry, &scenario);
    census.see(&*old);
    let end = Key::end_of(scenario.until);
    for turn in 0..EDITS {
        let edited = match turn {
            1 => random.model_edit(&scenario, &*old),
            2 => woken(&scenario, seed),
            _ => random.edit(&scenario, &*old, entry.ops),
        };
        let new = run(entry, &edited);
        let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit");
        if let Some(difference) = law_of(entry)(&*old, &*new, &cone) {
            panic!("{}, {seed}: {difference}\n{cone:?}\n{}\n{}", entry.name, json(&scenario), json(&edited));
        }
        *census.shares.entry(share(&*old, &*new, &cone)).or_default() += 1;
        if let Some(again) = (entry.resume)(&*old, &edited).expect("edits are valid") {
            census.reused += 1;
            let again = whole(again);
            let told = || format!("{}, {seed}\n{}\n{}", entry.name, json(&scenario), json(&edited));
            assert_eq!(new.hash(end), again.hash(end), "{}", told());
            assert_eq!(new.trace().order(), again.trace().order(), "{}", told());
        }
        (scenario, old) = (edited, new);
    }
}

/// The same, and a person wakes a node, or crashes it: a machine that is suspended goes on by either.
fn woken(scenario: &Scenario, seed: u64) -> Scenario {
    let mut edited = scenario.clone();
    let node = NodeId::server((seed % u64::from(scenario.nodes)) as u16);
    for place in 1..=5 {
        let action = if seed.is_multiple_of(2) { Action::Resume { node } } else { Action::Crash { node } };
        edited.push(Ns(scenario.until.0 / 6 * place + seed), action);
    }
    edited
}

#[test]
fn slowness_and_suspended_machines_keep_the_law_and_runs_go_on_after_an_edit() {
    let mut census = Census::default();
    for entry in all() {
        (0..SCENARIOS).for_each(|seed| one(entry, seed, &mut census));
    }
    println!("by chance: {:?}, suspended {}", census.by_chance, census.suspended);
    println!("cones: {:?}; reused: {}", census.shares, census.reused);
    for kind in ["slow", "quick", "pause", "resume"] {
        assert!(census.by_chance.get(kind).is_some_and(|&count| count > 500), "{kind}");
    }
    assert!(census.suspended > 500 && census.reused > 200);
    assert!(census.shares[&Share::Partial] * 3 >= census.shares.values().sum::<u64>());
}

fn gossip(fault: Fault) -> (&'static ProtocolEntry, Scenario) {
    let entry = find("gossip").expect("it is registered");
    let mut scenario = (entry.scenario)(None);
    scenario.network.latency = Latency::Constant(Ns::ms(7));
    scenario.faults.push(fault);
    (entry, scenario)
}

fn fault(what: What, step: Ns) -> Fault {
    Fault { what, every: Ns::s(2), min: Ns::ms(100), max: Some(Ns::ms(300)), step }
}

/// What chance did, as script entries of a calm scenario.
fn as_script(run: &dyn Session, step: Ns) -> Scenario {
    let mut scenario = run.scenario().clone();
    scenario.faults.clear();
    let trace = run.trace();
    let events = trace.order().iter().filter_map(|&id| Some((id.node, trace.event(id)?)));
    let by_chance: Vec<(NodeId, &EventRecord)> =
        events.filter(|(_, record)| record.cause == Cause::Chance).collect();
    for (node, record) in by_chance {
        let action = match record.kind {
            EventKind::Pause => Action::Pause { node, vm: true },
            EventKind::Resume => Action::Resume { node },
            EventKind::Slow => Action::Slow { node, step },
            EventKind::Quick => Action::Slow { node, step: Ns::ZERO },
            other => panic!("{other:?} by chance"),
        };
        scenario.push(record.at(), action);
    }
    scenario
}

/// What each node did and when, but for what it was named after.
fn lines(run: &dyn Session) -> Vec<(NodeId, EventKind, Ns, u64, i64)> {
    let trace = run.trace();
    let events = trace.order().iter().filter_map(|&id| Some((id.node, trace.event(id)?)));
    let mut lines: Vec<_> = events
        .filter_map(|(node, record)| {
            let clock = &trace.lane(node)?.clock;
            Some((node, record.kind, record.at(), clock.monotonic(record.at()), clock.wall(record.at(), 0)))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn chance_does_what_the_same_entries_of_a_script_do() {
    let step = Ns::ms(12);
    for (what, step, least) in [(What::Suspend, Ns::ZERO, 20), (What::Slow, step, 20)] {
        for seed in 0..10 {
            let (entry, mut scenario) = gossip(fault(what, step));
            scenario.seed = seed;
            let by_chance = run(entry, &scenario);
            let script = as_script(&*by_chance, step);
            assert!(script.script.len() > least, "{what:?}: {}", script.script.len());
            let by_hand = run(entry, &script);
            assert_eq!(lines(&*by_chance), lines(&*by_hand), "{what:?}, {seed}");
        }
    }
}

#[test]
fn a_suspended_machine_loses_the_time_for_which_it_stood() {
    let (entry, scenario) = gossip(fault(What::Suspend, Ns::ZERO));
    let run = run(entry, &scenario);
    let (mut suspensions, end) = (0, scenario.until);
    for (node, lane) in run.trace().lanes().filter(|(node, _)| !node.is_client()) {
        let of = |kind| {
            let mine = lane.events.iter().filter(move |event| event.kind == kind);
            mine.map(|event| event.at().0).collect::<Vec<u64>>()
        };
        let (begun, mut over) = (of(EventKind::Pause), of(EventKind::Resume));
        suspensions += begun.len();
        over.resize(begun.len(), end.0);
        let stood: u64 = over.iter().zip(&begun).map(|(over, begun)| over - begun).sum();
        assert_eq!(lane.clock.monotonic(end), end.0 - stood, "{node}");
        assert_eq!(lane.clock.wall(end, 0), (end.0 - stood) as i64, "{node}");
    }
    assert!(suspensions > 15, "{suspensions}");
}

/// To be slow wakes no suspended machine, whoever makes it slow.
#[test]
fn a_suspended_machine_that_is_slow_stays_suspended() {
    let (entry, mut scenario) = gossip(fault(What::Slow, Ns::ms(5)));
    scenario.faults.clear();
    let node = NodeId::server(1);
    scenario.push(Ns::s(1), Action::Pause { node, vm: true });
    scenario.push(Ns::s(2), Action::Slow { node, step: Ns::ms(5) });
    scenario.push(Ns::s(3), Action::Resume { node });
    let run = run(entry, &scenario);
    let clock = &run.trace().lane(node).expect("B is there").clock;
    assert_eq!(clock.monotonic(Ns::s(3)), Ns::s(1).0);
    assert_eq!(clock.monotonic(Ns::s(4)), Ns::s(2).0);
}

#[test]
fn a_step_is_of_what_is_slow_alone() {
    for (what, step, said) in [
        (What::Slow, Ns::ZERO, "`slow` needs a `step`"),
        (What::Suspend, Ns::ms(1), "`slow` needs a `step`"),
        (What::Slow, Ns::s(3_601), "step is"),
    ] {
        let (entry, scenario) = gossip(fault(what, step));
        let refused = (entry.start)(scenario).err().map(|bad| bad.to_string()).unwrap_or_default();
        assert!(refused.contains(said), "{refused}");
    }
}
