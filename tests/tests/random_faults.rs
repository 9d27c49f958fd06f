//! Ten thousand random scenarios with random faults for each protocol: no monitor is violated, and an edit changes
//! nothing outside its light cone. Prints what the scenarios really did.

use std::collections::BTreeMap;

use lightcone_protocols::find;
use lightcone_sim::cone::Cone;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::DEEDS;
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::law::{Share, broken, share};
use lightcone_tests::random::{Random, kind};

/// How many scenarios for each protocol.
const SCENARIOS: u64 = 10_000;
/// Each kind of fault acts at least so often in them.
const ACTED: u64 = 500;

/// What a protocol's scenarios did.
#[derive(Debug, Default)]
struct Census {
    runs: u64,
    events: u64,
    led: u64,
    answered: u64,
    acted: BTreeMap<String, u64>,
    cones: BTreeMap<Share, u64>,
    edits: BTreeMap<String, u64>,
}

impl Census {
    fn add(mut self, other: Census) -> Census {
        self.runs += other.runs;
        self.events += other.events;
        self.led += other.led;
        self.answered += other.answered;
        other.acted.into_iter().for_each(|(word, count)| *self.acted.entry(word).or_default() += count);
        other.cones.into_iter().for_each(|(share, count)| *self.cones.entry(share).or_default() += count);
        other.edits.into_iter().for_each(|(word, count)| *self.edits.entry(word).or_default() += count);
        self
    }
}

fn run(entry: &ProtocolEntry, scenario: lightcone_sim::scenario::Scenario) -> Box<dyn Session> {
    let until = scenario.until;
    let mut run = (entry.start)(scenario).expect("random scenarios are valid");
    assert_eq!(run.run_until(until, 1_000_000), Progress::Done);
    run
}

fn one(entry: &ProtocolEntry, servers: std::ops::RangeInclusive<u64>, seed: u64, census: &mut Census) {
    let mut random = Random::new(seed);
    let calm = random.scenario(entry, servers);
    let mut scenario = calm.clone();
    let calm = run(entry, calm);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    random.add_model_deeds(&mut scenario, &*calm, false);
    let old = run(entry, scenario.clone());
    let json = || serde_json::to_string(&scenario).expect("a scenario is JSON");
    assert!(
        old.trace().violations().is_empty(),
        "{:?} in scenario {seed}: {}",
        old.trace().violations()[0],
        json()
    );

    census.runs += 1;
    census.events += old.trace().order().len() as u64;
    let mut statuses = old.trace().lanes().flat_map(|(_, lane)| &lane.statuses);
    census.led += u64::from(statuses.any(|(_, status)| status.is_some_and(|status| status.role == "leader")));
    census.answered += u64::from(old.trace().ops().any(|op| op.returned.is_some()));
    for fault in scenario.script.iter().filter(|fault| old.trace().has_acted(fault.id)) {
        *census.acted.entry(kind(&fault.action)).or_default() += 1;
    }

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
    *census.cones.entry(share(&*old, &*new, &cone)).or_default() += 1;
    for entry in scenario.script.iter().filter(|entry| !edited.script.contains(entry)) {
        *census.edits.entry(kind(&entry.action)).or_default() += 1;
    }
    for entry in edited.script.iter().filter(|entry| !scenario.script.contains(entry)) {
        *census.edits.entry(kind(&entry.action)).or_default() += 1;
    }
}

/// Runs all scenarios, on as many threads as there are processors.
fn survey(name: &str, servers: std::ops::RangeInclusive<u64>) -> Census {
    let entry = find(name).expect("the protocol is registered");
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let part = |thread: u64| {
        let servers = servers.clone();
        move || {
            let mut census = Census::default();
            (0..SCENARIOS)
                .filter(|seed| seed % threads == thread)
                .for_each(|seed| one(entry, servers.clone(), seed, &mut census));
            census
        }
    };
    let workers: Vec<_> = (0..threads).map(|thread| std::thread::spawn(part(thread))).collect();
    let parts = workers
        .into_iter()
        .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    let census = parts.fold(Census::default(), Census::add);
    let percent = |part: u64| part * 100 / census.runs;
    println!("{name}: {} scenarios, {} events", census.runs, census.events);
    println!(
        "  with a leader {} %, with an operation answered {} %",
        percent(census.led),
        percent(census.answered)
    );
    println!("  faults that acted: {:?}", census.acted);
    println!("  cones of edits: {:?}", census.cones);
    println!("  entries edited: {:?}", census.edits);
    census
}

fn judge(census: &Census) {
    assert_eq!(census.runs, SCENARIOS);
    assert!(census.answered * 2 >= census.runs, "half or more must get an operation done");
    // No protocol here claims to survive lies.
    for kind in DEEDS.iter().filter(|kind| !["rewrite", "byzantine"].contains(kind)) {
        let acted = census.acted.get(*kind).copied().unwrap_or(0);
        assert!(acted >= ACTED, "{kind} acted {acted} times only");
        assert!(census.edits.contains_key(*kind), "no edit touched an entry of kind {kind}");
    }
    let partial = census.cones.get(&Share::Partial).copied().unwrap_or(0);
    assert!(partial * 3 >= census.runs, "a third or more of the cones must be partial, {partial} are");
    assert!(census.cones.contains_key(&Share::Empty));
}

#[test]
fn raft_stays_right_and_edits_stay_in_their_cone() {
    let census = survey("raft", 3..=5);
    judge(&census);
    assert!(census.led * 2 >= census.runs, "half or more must elect a leader");
}

#[test]
fn paxos_stays_right_and_edits_stay_in_their_cone() {
    judge(&survey("paxos", 3..=5));
}

#[test]
fn two_phase_commit_stays_right_and_edits_stay_in_their_cone() {
    judge(&survey("2pc", 2..=4));
}
