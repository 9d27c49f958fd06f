//! Protocols over connections, as scenarios ask for them, under random faults: an edit changes nothing outside its light
//! cone, a run that takes over from the one before is the run from the beginning, and monitors see through the layer.

use std::collections::BTreeMap;

use lightcone_protocols::{all, find};
use lightcone_sim::cone::Cone;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::law::{Share, law_of, share};
use lightcone_tests::random::Random;

fn computed(mut run: Box<dyn Session>) -> Box<dyn Session> {
    let until = run.scenario().until;
    assert_eq!(run.run_until(until, 1_000_000), Progress::Done);
    run
}

fn run(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    computed((entry.start)(scenario.clone()).expect("random scenarios are valid"))
}

/// A random scenario over connections, which are drawn from the seed as well.
fn random(entry: &ProtocolEntry, seed: u64) -> (Random, Scenario) {
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 3..=5);
    let mut param = |name: &str, value: serde_json::Value| scenario.params.insert(name.to_owned(), value);
    param("transport", "connections".into());
    param("window", (1 + seed % 5).into());
    param("retries", (seed % 4).into());
    param("resend", seed.is_multiple_of(2).into());
    param("rto", [20_000_000, 60_000_000, 200_000_000][seed as usize / 2 % 3].into());
    param("read", if seed.is_multiple_of(5) { 5_000_000_u64.into() } else { 0.into() });
    if seed.is_multiple_of(3) {
        random.add_settings(&mut scenario);
    }
    scenario.network.loss_ppm += 50_000 * (seed % 3) as u32;
    let calm = run(entry, &scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    (random, scenario)
}

/// What the edits of a protocol's runs came to.
#[derive(Debug, Default)]
struct Census {
    edits: u64,
    shares: BTreeMap<Share, u64>,
    reused: u64,
    segments: u64,
}

fn one(entry: &ProtocolEntry, seed: u64, census: &mut Census) {
    let (mut random, scenario) = random(entry, seed);
    let old = run(entry, &scenario);
    let edited = match seed % 3 {
        0 => random.model_edit(&scenario, &*old),
        _ => random.edit(&scenario, &*old, entry.ops),
    };
    let new = run(entry, &edited);
    let cone = Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("it edits the script");
    let json = |scenario: &Scenario| serde_json::to_string(scenario).unwrap_or_default();
    if let Some(difference) = law_of(entry)(&*old, &*new, &cone) {
        panic!("{} {seed}: {difference}\n{}\n{}", entry.name, json(&scenario), json(&edited));
    }
    if let Some(again) = (entry.resume)(&*old, &edited).expect("edits are valid") {
        let again = computed(again);
        let end = Key::end_of(edited.until);
        assert_eq!(again.hash(end), new.hash(end), "{} {seed}: {}", entry.name, json(&edited));
        assert_eq!(again.trace().order(), new.trace().order());
        assert_eq!(again.trace().violations(), new.trace().violations());
        census.reused += 1;
    }
    let words = old.trace().messages().filter_map(|(id, _)| old.message(id));
    census.segments +=
        words.filter(|told| ["SYN", "SYN-ACK", "ACK", "RST"].contains(&told.kind)).count() as u64;
    *census.shares.entry(share(&*old, &*new, &cone)).or_default() += 1;
    census.edits += 1;
}

#[test]
fn edits_stay_in_their_cone_and_what_is_taken_over_is_what_would_be_computed() {
    for entry in all().iter().filter(|entry| entry.connected.is_some()) {
        let mut census = Census::default();
        (0..150).for_each(|seed| one(entry, seed, &mut census));
        println!("{}: {census:?}", entry.name);
        assert!(census.shares.get(&Share::Partial).is_some_and(|&count| count >= 30), "{census:?}");
        assert!(census.reused >= 30 && census.segments >= 300, "{}: {census:?}", entry.name);
    }
}

#[test]
fn monitors_see_what_a_variant_breaks_over_connections() {
    for (name, variant) in
        [("raft", "apply-uncommitted"), ("paxos", "quorum-too-small"), ("2pc", "decide-alone")]
    {
        let entry = find(name).expect("the protocol is registered");
        let violated = (0..200).filter(|&seed| {
            let (_, mut scenario) = random(entry, seed);
            scenario.params.insert("variant".to_owned(), variant.into());
            !run(entry, &scenario).trace().violations().is_empty()
        });
        assert!(violated.count() >= 1, "{name} {variant}: none of the runs violated anything");
    }
}

#[test]
fn a_change_of_what_carries_messages_is_another_world() {
    let entry = find("raft").expect("the protocol is registered");
    let plain = (entry.scenario)(None);
    let mut other = plain.clone();
    other.params.insert("transport".to_owned(), "connections".into());
    let (one, two) = (run(entry, &plain), run(entry, &other));
    assert!(Cone::of_edit((&plain, one.trace()), (&other, two.trace())).is_none());
    assert!(matches!((entry.resume)(&*one, &other), Ok(None)));
    assert!(matches!((entry.resume)(&*two, &plain), Ok(None)));
}
