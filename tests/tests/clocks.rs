//! Clocks of every kind keep the light-cone law, and a run that goes on after an edit is the run from the beginning; a past
//! that is derived again reads the same clocks.

use lightcone_protocols::all;
use lightcone_sim::cone::Cone;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_tests::law::{Share, law_of, share};
use lightcone_tests::models::clocks::{add_deeds, add_settings, deed};
use lightcone_tests::random::Random;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::SplitMix64;

/// How many scenarios for each protocol.
const SCENARIOS: u64 = 40;
/// How many edits of each.
const EDITS: u64 = 3;

fn computed(mut session: Box<dyn Session>) -> Box<dyn Session> {
    let until = session.scenario().until;
    assert_eq!(session.run_until(until, 1_000_000), Progress::Done);
    session
}

fn run(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    computed((entry.start)(scenario.clone()).expect("random scenarios are valid"))
}

fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut rng = SplitMix64::seed_from_u64(seed);
    move |bound| if bound <= 1 { 0 } else { rng.random_range(0..bound) }
}

/// A clock is set, taken back or set at another time.
fn edit(scenario: &Scenario, below: &mut impl FnMut(u64) -> u64) -> Scenario {
    let mut edited = scenario.clone();
    let count = edited.script.len() as u64;
    match below(3) {
        0 if count > 0 => {
            edited.script.remove(below(count) as usize);
        }
        1 if count > 0 => {
            let entry = &mut edited.script[below(count) as usize];
            if !matches!(entry.action, Action::Cut { .. } | Action::Partition { .. }) {
                entry.at = Ns(below(scenario.until.0));
            }
        }
        _ => {
            for (at, action) in deed(scenario, below) {
                edited.push(at, action);
            }
        }
    }
    edited
}

fn json(scenario: &Scenario) -> String {
    serde_json::to_string(scenario).expect("a scenario is JSON")
}

/// A session whose past is derived again says of each node what it says of it now.
fn same_everywhere(one: &dyn Session, other: &dyn Session) -> bool {
    let end = Key::end_of(one.scenario().until);
    let orders = one.trace().order() == other.trace().order();
    let states = || {
        one.trace().order().iter().step_by(17).all(|&event| {
            let now = one.trace().event(event).map_or(end, |record| record.key);
            one.explain(event) == other.explain(event)
                && one.node(event.node, now) == other.node(event.node, now)
        })
    };
    orders
        && one.hash(end) == other.hash(end)
        && one.trace().violations() == other.trace().violations()
        && states()
}

fn one(entry: &ProtocolEntry, seed: u64, shares: &mut Vec<Share>, resumed: &mut u64) {
    let mut below = dice(seed);
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 2..=4);
    add_settings(&mut scenario, &mut below);
    let calm = run(entry, &scenario);
    if below(2) == 0 {
        random.add_faults(&mut scenario, &*calm, entry.ops);
    }
    add_deeds(&mut scenario, 6, &mut below);
    let mut old = run(entry, &scenario);
    for _ in 0..EDITS {
        let edited = edit(&scenario, &mut below);
        let new = run(entry, &edited);
        let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit");
        if let Some(difference) = law_of(entry)(&*old, &*new, &cone) {
            panic!("{}, {seed}: {difference}\n{cone:?}\n{}\n{}", entry.name, json(&scenario), json(&edited));
        }
        shares.push(share(&*old, &*new, &cone));
        if let Some(again) = (entry.resume)(&*old, &edited).expect("random edits are valid") {
            *resumed += 1;
            assert!(
                same_everywhere(&*new, &*computed(again)),
                "{}, {seed}: an edit taken up\n{}\n{}",
                entry.name,
                json(&scenario),
                json(&edited)
            );
        }
        (scenario, old) = (edited, new);
    }
}

#[test]
fn clocks_of_every_kind_keep_the_light_cone_law() {
    let (mut shares, mut resumed) = (Vec::new(), 0);
    for entry in all() {
        for seed in 0..SCENARIOS {
            one(entry, seed, &mut shares, &mut resumed);
        }
    }
    let count = |wanted: Share| shares.iter().filter(|&&share| share == wanted).count();
    println!(
        "{} edits: {} cones empty, {} partial, {} whole; {resumed} runs taken up",
        shares.len(),
        count(Share::Empty),
        count(Share::Partial),
        count(Share::Whole)
    );
    assert!(count(Share::Partial) * 3 >= shares.len());
    assert!(resumed * 3 >= shares.len() as u64);
}
