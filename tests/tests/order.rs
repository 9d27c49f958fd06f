//! Mutual exclusion, the bank and the counter under random faults: what they promise holds, and an edit changes nothing
//! outside its light cone.
//!
//! What they promise in spite of delays, reordering, copies, losses, cuts, pauses, clocks, and crashes that leave the disk:
//! at most one process is inside, and requests are granted in their order; a snapshot that is finished is consistent and
//! counts all the money; the counter counts nothing twice. (Those who lost their disk stay down in these scenarios.) That
//! anything gets done at all they promise only while nobody crashes.

use std::ops::RangeInclusive;

use lightcone_protocols::find;
use lightcone_sim::cone::Cone;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::law::{Share, broken, share};
use lightcone_tests::random::Random;

/// How many scenarios for each protocol.
const SCENARIOS: u64 = 300;

/// What a protocol's scenarios did.
#[derive(Debug, Default)]
struct Census {
    answered: u64,
    partial: u64,
    violated: u64,
}

fn run(scenario: Scenario) -> Box<dyn Session> {
    let entry = find(&scenario.protocol).expect("the protocol is registered");
    let until = scenario.until;
    let mut run = (entry.start)(scenario).expect("random scenarios are valid");
    assert_eq!(run.run_until(until, 1_000_000), Progress::Done);
    run
}

/// Random scenarios of a protocol with these parameters, and for each a random edit; half of them where messages repeat.
fn survey(name: &str, servers: RangeInclusive<u64>, params: &[(&str, serde_json::Value)]) -> Census {
    let entry = find(name).expect("the protocol is registered");
    let mut census = Census::default();
    for seed in 0..SCENARIOS {
        let mut random = Random::new(seed);
        let mut scenario = random.scenario(entry, servers.clone());
        for (name, value) in params {
            scenario.params.insert((*name).to_owned(), value.clone());
        }
        if name != "counter" && seed % 2 == 0 {
            scenario.params.insert("resend".to_owned(), 60_000_000.into());
        }
        let calm = run(scenario.clone());
        random.add_faults(&mut scenario, &*calm, entry.ops);
        let old = run(scenario.clone());
        census.violated += u64::from(!old.trace().violations().is_empty());
        census.answered += u64::from(old.trace().ops().any(|op| op.returned.is_some()));

        let edited = random.edit(&scenario, &*old, entry.ops);
        let new = run(edited.clone());
        let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit");
        if let Some(difference) = broken(&*old, &*new, &cone) {
            let json = serde_json::to_string(&scenario).expect("a scenario is JSON");
            panic!(
                "the light-cone law is broken in {name}, scenario {seed}: {difference}\n{json}\n{edited:?}"
            );
        }
        census.partial += u64::from(share(&*old, &*new, &cone) == Share::Partial);
    }
    println!("{name} {params:?}: {census:?}");
    assert!(census.partial * 3 >= SCENARIOS, "{census:?}");
    census
}

/// In how many of the scenarios something promised was broken: in none.
fn keeps(name: &str, servers: RangeInclusive<u64>) {
    let census = survey(name, servers, &[]);
    assert_eq!(census.violated, 0, "{name}");
    assert!(census.answered * 2 >= SCENARIOS, "half or more get something done: {census:?}");
}

#[test]
fn mutual_exclusion_holds_and_edits_stay_in_their_cone() {
    keeps("mutex", 1..=4);
    for variant in ["no-acknowledgement", "no-fifo"] {
        assert!(
            survey("mutex", 2..=4, &[("variant", variant.into())]).violated > 0,
            "{variant} goes unnoticed"
        );
    }
}

#[test]
fn snapshots_conserve_the_money_and_edits_stay_in_their_cone() {
    keeps("bank", 1..=4);
    assert!(survey("bank", 2..=4, &[("snapshot", "naive".into())]).violated > 0);
}

#[test]
fn the_counter_counts_once_and_edits_stay_in_their_cone() {
    keeps("counter", 1..=3);
    assert!(survey("counter", 1..=3, &[("remembers", false.into())]).violated > 0);
}
