//! Lies and chance keep the light-cone law, and a run after an edit is the run from the beginning; random faults come at
//! their rates, and no deed changes them.

use std::collections::{BTreeMap, BTreeSet};

use lightcone_protocols::{all, find};
use lightcone_sim::cone::Cone;
use lightcone_sim::faults::{Fault, What};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Action, How, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, EventKind};
use lightcone_tests::law::{Share, law_of, share};
use lightcone_tests::models::byzantine;
use lightcone_tests::random::{Random, kind};
use rand::SeedableRng;
use rand_xoshiro::SplitMix64;

/// How many scenarios for each protocol, and how often each is edited.
const SCENARIOS: u64 = 40;
const EDITS: u64 = 3;

fn run(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    let started = (entry.start)(scenario.clone()).expect("random scenarios are valid");
    computed(started)
}

fn computed(mut run: Box<dyn Session>) -> Box<dyn Session> {
    let until = run.scenario().until;
    assert_eq!(run.run_until(until, 1_000_000), Progress::Done);
    run
}

/// What distinguishes two runs that should be the same.
fn difference(one: &dyn Session, other: &dyn Session) -> Option<&'static str> {
    let end = Key::end_of(one.scenario().until);
    let acted = |session: &dyn Session| -> Vec<_> {
        session.scenario().script.iter().map(|entry| session.trace().has_acted(entry.id)).collect()
    };
    let said = |session: &dyn Session| -> Vec<_> {
        session.trace().messages().map(|(id, record)| (id, *record, session.message(id))).collect()
    };
    let nodes = |session: &dyn Session| -> Vec<_> {
        session.trace().nodes().iter().map(|node| session.node(node, end)).collect()
    };
    [
        (one.hash(end) != other.hash(end), "the hash"),
        (said(one) != said(other), "what was said, and what became of it"),
        (acted(one) != acted(other), "which entries acted"),
        (one.trace().violations() != other.trace().violations(), "violations"),
        (nodes(one) != nodes(other), "states at the end"),
    ]
    .into_iter()
    .find(|&(differs, _)| differs)
    .map(|(_, what)| what)
}

#[derive(Default)]
struct Census {
    acted: BTreeMap<String, u64>,
    cones: BTreeMap<Share, u64>,
    by_chance: BTreeSet<&'static str>,
    forms: u64,
    reused: u64,
}

fn one(entry: &ProtocolEntry, seed: u64, census: &mut Census) {
    let (mut random, mut rng) = (Random::new(seed), SplitMix64::seed_from_u64(seed));
    let mut scenario = random.scenario(entry, 3..=5);
    byzantine::add_settings(&mut rng, &mut scenario);
    let calm = run(entry, &scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    byzantine::add_deeds(&mut rng, &mut scenario, &*calm);
    let mut old = run(entry, &scenario);
    for done in scenario.script.iter().filter(|done| old.trace().has_acted(done.id)) {
        *census.acted.entry(kind(&done.action)).or_default() += 1;
    }
    let events = old.trace().order().iter().filter_map(|&id| old.trace().event(id));
    census.by_chance.extend(events.filter(|it| it.cause == Cause::Chance).map(|it| it.kind.name()));
    let copies = old.trace().messages().filter(|(id, _)| id.is_copy());
    census.forms += copies.filter(|(id, _)| old.message(*id) != old.message(id.original())).count() as u64;
    for _ in 0..EDITS {
        let edited = byzantine::edit(&mut rng, &scenario, &*old);
        let new = run(entry, &edited);
        let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit");
        let json =
            || format!("{seed}\n{}\n{:?}", serde_json::to_string(&scenario).expect("JSON"), edited.script);
        if let Some(difference) = law_of(entry)(&*old, &*new, &cone) {
            panic!("{}: the law is broken: {difference}\n{cone:?}\n{}", entry.name, json());
        }
        *census.cones.entry(share(&*old, &*new, &cone)).or_default() += 1;
        if let Some(again) = (entry.resume)(&*old, &edited).expect("edits are valid") {
            census.reused += 1;
            if let Some(what) = difference(&*new, &*computed(again)) {
                panic!(
                    "{}: after an edit {what} differs from the run from the beginning\n{}",
                    entry.name,
                    json()
                );
            }
        }
        (scenario, old) = (edited, new);
    }
}

#[test]
fn lies_and_random_faults_keep_the_law_and_runs_go_on_after_an_edit() {
    let mut census = Census::default();
    for entry in all() {
        (0..SCENARIOS).for_each(|seed| one(entry, seed, &mut census));
    }
    println!("acted: {:?}\ncones: {:?}\nby chance: {:?}", census.acted, census.cones, census.by_chance);
    println!("messages that say what their sender did not: {}; reused: {}", census.forms, census.reused);
    for deed in ["rewrite", "byzantine"] {
        assert!(census.acted.get(deed).is_some_and(|&count| count >= 50), "{deed} must act");
    }
    for kind in
        ["crash", "amnesia", "recover", "boot", "pause", "cut", "heal", "clock", "byzantine", "honest"]
    {
        assert!(census.by_chance.contains(kind), "{kind} must happen by chance");
    }
    assert!(census.forms > 500 && census.reused > 200);
    assert!(census.cones[&Share::Partial] * 3 >= census.cones.values().sum::<u64>());
}

fn faulty(what: What, every: Ns) -> Scenario {
    let mut scenario = (find("gossip").expect("it is registered").scenario)(None);
    let (min, max) = (Ns::ms(1), Some(Ns::ms(3)));
    let step = if what == What::Slow { Ns::us(1) } else { Ns::ZERO };
    scenario.faults.push(Fault { what, every, min, max, step });
    scenario
}

/// What chance did to each node, and when.
fn chances(run: &dyn Session) -> Vec<(NodeId, EventKind, Key)> {
    let happened = run.trace().order().iter().filter_map(|&id| Some((id.node, run.trace().event(id)?)));
    let by_chance =
        happened.filter(|(_, event)| event.cause == Cause::Chance && event.kind != EventKind::Boot);
    by_chance.map(|(node, event)| (node, event.kind, event.key)).collect()
}

#[test]
fn random_faults_come_at_their_rates() {
    let entry = find("gossip").expect("it is registered");
    for (what, kind) in [
        (What::Crash, EventKind::Crash),
        (What::Amnesia, EventKind::Amnesia),
        (What::Pause, EventKind::Pause),
        (What::Suspend, EventKind::Pause),
        (What::Slow, EventKind::Slow),
        (What::Clock, EventKind::Clock),
        (What::Cut, EventKind::Cut),
        (What::Byzantine, EventKind::Byzantine),
    ] {
        let mut scenario = faulty(what, Ns::s(2));
        let places = if what == What::Cut { 30.0 } else { 6.0 };
        let mut count = 0;
        let mut at_each = BTreeMap::new();
        for seed in 0..40 {
            scenario.seed = seed;
            for (node, happened, _) in chances(&*run(entry, &scenario)) {
                count += u32::from(happened == kind);
                *at_each.entry(node).or_insert(0) += u32::from(happened == kind);
            }
        }
        // Ten seconds at one in two seconds; a fault that falls into another one of its kind shows as none.
        let expected = 40.0 * places * 5.0;
        let off = (f64::from(count) - expected).abs();
        assert!(off < 4.0 * f64::sqrt(expected) + 0.003 * expected, "{what:?}: {count} of {expected}");
        assert!(at_each.len() == 6, "every server has its own: {at_each:?}");
    }
}

#[test]
fn what_a_person_does_at_one_node_changes_no_random_fault_elsewhere() {
    let entry = find("gossip").expect("it is registered");
    let (a, b) = (NodeId::server(0), NodeId::server(1));
    for seed in 0..20 {
        let mut scenario = faulty(What::Crash, Ns::ms(700));
        let max = Some(Ns::ms(50));
        scenario.faults.extend([What::Pause, What::Cut].map(|what| Fault {
            what,
            every: Ns::s(3),
            min: Ns::ZERO,
            max,
            step: Ns::ZERO,
        }));
        scenario.seed = seed;
        let before = chances(&*run(entry, &scenario));
        let how = How::Silent;
        let (to, field, value, until) = (None, None, None, None);
        scenario.push(Ns::ms(300), Action::Byzantine { node: a, how, to, field, value, until });
        scenario.push(Ns::ms(900), Action::Crash { node: a });
        scenario.push(Ns::ms(1_000), Action::Cut { from: b, to: a, until: None });
        let after = chances(&*run(entry, &scenario));
        let elsewhere = |all: &[(NodeId, EventKind, Key)]| -> Vec<_> {
            all.iter().filter(|(node, _, _)| *node != a).copied().collect()
        };
        assert_eq!(elsewhere(&before), elsewhere(&after), "seed {seed}");
        assert!(elsewhere(&before).len() > 20);
    }
}

#[test]
fn rates_and_lies_that_make_no_sense_are_refused_with_a_reason() {
    let entry = find("gossip").expect("it is registered");
    let refused = |change: &dyn Fn(&mut Scenario)| {
        let mut scenario = (entry.scenario)(None);
        change(&mut scenario);
        (entry.start)(scenario).err().map(|bad| bad.to_string()).unwrap_or_default()
    };
    let fault = |what, every, min, max| Fault { what, every, min, max, step: Ns::ZERO };
    for (fault, reason) in [
        (fault(What::Crash, Ns::ZERO, Ns::ZERO, None), "every"),
        (fault(What::Crash, Ns::s(1), Ns::s(2), Some(Ns::s(1))), "min"),
        (fault(What::Clock, Ns::s(1), Ns::ZERO, None), "a clock needs `max`"),
    ] {
        let said = refused(&|scenario| scenario.faults.push(fault.clone()));
        assert!(said.contains(reason), "{said}");
    }
    let often = |scenario: &mut Scenario| {
        scenario.until = Ns::s(3_600);
        scenario.faults.push(fault(What::Cut, Ns::ms(1), Ns::ZERO, None));
    };
    assert!(refused(&often).contains("too many"));
    assert!(refused(&|scenario| scenario.network.corrupt_ppm = 1_000_001).contains("corrupt_ppm"));
    let node = NodeId::server(0);
    let lie = |how, value, until| {
        let (to, field) = (None, None);
        Action::Byzantine { node, how, to, field, value, until }
    };
    let said = refused(&|scenario| {
        scenario.push(Ns::s(1), lie(How::Lie, Some(1), None));
    });
    assert!(said.contains("`field`"), "{said}");
    let said = refused(&|scenario| {
        scenario.push(Ns::s(1), lie(How::Silent, None, Some(Ns::ms(1))));
    });
    assert!(said.contains("until"), "{said}");
}
