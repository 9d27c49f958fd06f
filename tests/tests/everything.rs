//! All models of the engine together, under every protocol: networks of every kind, clocks of every kind, lies, deeds, and
//! faults by chance. A run is the same however it is computed, and an edit changes nothing outside its light cone.

use lightcone_protocols::all;
use lightcone_sim::cone::Cone;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::law::{Share, law_of, share};
use lightcone_tests::models::chance;
use lightcone_tests::random::Random;

/// How many scenarios of each protocol, and how many edits of each of these.
const SCENARIOS: u64 = 40;
const EDITS: u64 = 2;
/// A run that goes on after so many events has gone wild.
const MOST_EVENTS: u64 = 1_000_000;

fn begin(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    (entry.start)(scenario.clone()).expect("random scenarios are valid")
}

fn whole(mut run: Box<dyn Session>) -> Box<dyn Session> {
    let until = run.scenario().until;
    assert_eq!(run.run_until(until, MOST_EVENTS), Progress::Done);
    run
}

/// The same run, a few events at a time.
fn in_steps(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    let mut run = begin(entry, scenario);
    let mut steps = MOST_EVENTS / 7;
    while run.run_until(scenario.until, 7) == Progress::More {
        steps = steps.checked_sub(1).expect("it ends");
    }
    run
}

fn json(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario is JSON")
}

fn one(entry: &ProtocolEntry, seed: u64, shares: &mut Vec<Share>) {
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 3..=5);
    random.add_settings(&mut scenario);
    if seed.is_multiple_of(2) {
        chance::add_settings(seed, &mut scenario);
    }
    let calm = whole(begin(entry, &scenario));
    random.add_faults(&mut scenario, &*calm, entry.ops);
    random.add_model_deeds(&mut scenario, &*calm, true);
    let mut old = whole(begin(entry, &scenario));
    let end = Key::end_of(scenario.until);
    assert_eq!(old.hash(end), in_steps(entry, &scenario).hash(end), "{}, {seed}: in steps", entry.name);
    for turn in 0..EDITS {
        let edited = match turn {
            0 => random.edit(&scenario, &*old, entry.ops),
            _ => random.model_edit(&scenario, &*old),
        };
        let new = whole(begin(entry, &edited));
        let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit");
        if let Some(difference) = law_of(entry)(&*old, &*new, &cone) {
            panic!("{}, {seed}: {difference}\n{cone:?}\n{}\n{}", entry.name, json(&scenario), json(&edited));
        }
        shares.push(share(&*old, &*new, &cone));
        if let Some(again) = (entry.resume)(&*old, &edited).expect("edits are valid") {
            assert_eq!(new.hash(end), whole(again).hash(end), "{}, {seed}: taken up", entry.name);
        }
        (scenario, old) = (edited, new);
    }
}

#[test]
fn with_every_model_at_once_runs_are_determined_and_edits_stay_in_their_cone() {
    let mut shares = Vec::new();
    for entry in all() {
        (0..SCENARIOS).for_each(|seed| one(entry, seed, &mut shares));
    }
    let count = |wanted| shares.iter().filter(|share| **share == wanted).count();
    println!(
        "{} edits: {} empty cones, {} partial, {} whole",
        shares.len(),
        count(Share::Empty),
        count(Share::Partial),
        count(Share::Whole)
    );
    assert!(count(Share::Partial) * 3 >= shares.len());
}
