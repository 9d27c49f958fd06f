//! Some hundred random scenarios with random faults, and edits of them, for the protocols that are clocks: stamps and
//! siblings tell the truth, and an edit changes nothing outside its light cone.

use std::collections::BTreeMap;

use lightcone_protocols::find;
use lightcone_sim::cone::Cone;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::law::{Share, broken, share};
use lightcone_tests::random::Random;
use serde_json::Value;

/// How many scenarios for each protocol as it is.
const SCENARIOS: u64 = 400;
/// How many with a clock that is wrong.
const WRONG: u64 = 60;

fn run(entry: &ProtocolEntry, scenario: Scenario) -> Box<dyn Session> {
    let until = scenario.until;
    let mut run = (entry.start)(scenario).expect("random scenarios are valid");
    assert_eq!(run.run_until(until, 1_000_000), Progress::Done);
    run
}

/// `set`: parameters that differ. With a clock that is wrong, what goes wrong stays within the cone as well.
fn survey(name: &str, set: &[(&str, Value)], scenarios: u64) {
    let entry = find(name).expect("the protocol is registered");
    let mut cones: BTreeMap<Share, u64> = BTreeMap::new();
    let (mut answered, mut violated, mut faults) = (0, 0, 0);
    for seed in 0..scenarios {
        let mut random = Random::new(seed);
        let mut calm = random.scenario(entry, 2..=5);
        calm.workload.clients += if set.is_empty() { 0 } else { 3 };
        calm.params.extend(set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let mut scenario = calm.clone();
        random.add_faults(&mut scenario, &*run(entry, calm), entry.ops);
        let old = run(entry, scenario.clone());
        let json = || serde_json::to_string(&scenario).expect("a scenario is JSON");
        let violations = old.trace().violations();
        assert!(
            violations.is_empty() || !set.is_empty(),
            "{:?} in scenario {seed}: {}",
            violations[0],
            json()
        );
        violated += u64::from(!violations.is_empty());
        answered += u64::from(old.trace().ops().any(|op| op.returned.is_some()));
        faults += scenario.script.iter().filter(|fault| old.trace().has_acted(fault.id)).count();

        let edited = random.edit(&scenario, &*old, entry.ops);
        let new = run(entry, edited.clone());
        let cone =
            Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit of the script");
        if let Some(difference) = broken(&*old, &*new, &cone) {
            panic!(
                "the light-cone law is broken in scenario {seed}: {difference}\n{cone:?}\n{}\n{edited:?}",
                json()
            );
        }
        *cones.entry(share(&*old, &*new, &cone)).or_default() += 1;
    }
    println!(
        "{name} {set:?}: {scenarios} scenarios, {answered} with an answer, {violated} with a violation, {faults} \
         faults acted, cones {cones:?}"
    );
    assert!(answered * 2 >= scenarios && faults as u64 >= scenarios);
    let partial = cones.get(&Share::Partial).copied().unwrap_or(0);
    assert!(partial * 3 >= scenarios, "a third or more of the cones must be partial, {partial} are");
}

#[test]
fn siblings_stay_right_and_edits_stay_in_their_cone() {
    survey("versions", &[], SCENARIOS);
}

#[test]
fn stamps_stay_right_and_edits_stay_in_their_cone() {
    survey("itc", &[], SCENARIOS);
}

#[test]
fn with_a_clock_that_is_wrong_edits_stay_in_their_cone_as_well() {
    survey("versions", &[("clock", "vnode-vv".into())], WRONG);
    survey("versions", &[("clock", "server-vv".into())], WRONG);
    survey("versions", &[("clock", "client-vv".into()), ("prune", 1.into())], WRONG);
    survey("itc", &[("remember", false.into())], WRONG);
}
