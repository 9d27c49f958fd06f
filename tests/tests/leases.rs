//! Raft that answers reads by lease, under the same random faults: time decides what it answers, and still a run is the same
//! however it is computed, and an edit changes nothing outside its light cone.
//!
//! What a lease promises is not asked here: clocks differ in these runs by more than it allows.

use lightcone_protocols::find;
use lightcone_sim::cone::Cone;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Scenario, WeightedOp};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_tests::law::{Share, law_of, share};
use lightcone_tests::random::Random;

/// How many scenarios, and how many edits of each.
const SCENARIOS: u64 = 300;
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

/// How often a leader answered by itself.
fn reads_by_lease(run: &dyn Session) -> usize {
    let notes =
        run.trace().order().iter().filter_map(|&event| run.explain(event)).flat_map(|told| told.notes);
    notes.filter(|note| note.contains("lease holds by its own clock")).count()
}

/// A scenario with a lease from far too short to longer than any election timeout, in which clients read more than they write.
fn scenario(random: &mut Random, entry: &ProtocolEntry, seed: u64) -> Scenario {
    let mut scenario = random.scenario(entry, 3..=5);
    let lease = [20, 60, 120, 400][seed as usize % 4];
    scenario.params.insert("lease".to_owned(), Ns::ms(lease).0.into());
    scenario.workload.ops =
        [("get x", 2), ("put x 1", 1)].map(|(op, weight)| WeightedOp { op: op.to_owned(), weight }).to_vec();
    scenario
}

#[test]
fn reads_by_lease_are_determined_and_edits_stay_in_their_cone() {
    let entry = find("raft").expect("the protocol is registered");
    let (mut shares, mut with_reads) = (Vec::new(), 0);
    for seed in 0..SCENARIOS {
        let mut random = Random::new(seed);
        let mut scenario = scenario(&mut random, entry, seed);
        let calm = whole(begin(entry, &scenario));
        random.add_faults(&mut scenario, &*calm, entry.ops);
        random.add_model_deeds(&mut scenario, &*calm, false);
        let mut old = whole(begin(entry, &scenario));
        with_reads += u64::from(reads_by_lease(&*old) > 0);
        let end = Key::end_of(scenario.until);
        assert_eq!(old.hash(end), in_steps(entry, &scenario).hash(end), "{seed}: in steps");
        for _ in 0..EDITS {
            let edited = random.edit(&scenario, &*old, entry.ops);
            let new = whole(begin(entry, &edited));
            let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace()))
                .expect("an edit of the script");
            if let Some(difference) = law_of(entry)(&*old, &*new, &cone) {
                let json = serde_json::to_string(&edited).expect("a scenario is JSON");
                panic!("the light-cone law is broken in scenario {seed}: {difference}\n{cone:?}\n{json}");
            }
            shares.push(share(&*old, &*new, &cone));
            if let Some(again) = (entry.resume)(&*old, &edited).expect("edits are valid") {
                assert_eq!(new.hash(end), whole(again).hash(end), "{seed}: taken up");
            }
            (scenario, old) = (edited, new);
        }
    }
    let partial = shares.iter().filter(|share| **share == Share::Partial).count();
    println!(
        "{with_reads} of {SCENARIOS} runs with reads by lease; {partial} of {} cones partial",
        shares.len()
    );
    assert!(with_reads * 2 >= SCENARIOS, "half or more must answer a read by lease: {with_reads}");
    assert!(partial * 3 >= shares.len(), "a third or more of the cones must be partial: {partial}");
}
