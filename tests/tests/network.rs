//! The light-cone law on networks of every kind, with slow nodes: an edit changes nothing outside its cone, and a run that
//! takes over what it cannot have changed is the run from the beginning.

use lightcone_protocols::find;
use lightcone_sim::cone::Cone;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{EventKind, FateKind};
use lightcone_tests::law::{Share, broken, share};
use lightcone_tests::models::network;
use lightcone_tests::random::Random;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::SplitMix64;

/// How many scenarios for each protocol.
const SCENARIOS: u64 = 120;

fn run(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    let mut run = (entry.start)(scenario.clone()).expect("random scenarios are valid");
    assert_eq!(run.run_until(scenario.until, 200_000), Progress::Done);
    run
}

/// What happened in the runs.
#[derive(Debug, Default)]
struct Census {
    overflowed: usize,
    slowed: usize,
    waited: usize,
    overtaken: usize,
    partial: u64,
    reused: u64,
    /// Edits of slowness whose cone is neither empty nor whole.
    partly_slowed: u64,
}

impl Census {
    fn add(&mut self, run: &dyn Session) {
        let trace = run.trace();
        let delivered = || trace.messages().filter(|(_, message)| message.fate.kind == FateKind::Delivered);
        self.overflowed += trace.messages().filter(|(_, message)| message.never_left()).count();
        self.slowed +=
            trace.lanes().flat_map(|(_, lane)| &lane.events).filter(|e| e.kind == EventKind::Slow).count();
        self.waited +=
            delivered().filter(|(_, message)| message.fate.at > message.natural && !message.by_hand).count();
        self.overtaken += trace
            .lanes()
            .flat_map(|(_, lane)| lane.messages.windows(2))
            .filter(|pair| pair[0].to == pair[1].to && pair[0].natural > pair[1].natural)
            .count();
    }
}

/// Another script in which some node is slow at another time or no longer, or something else is done.
fn edited(
    scenario: &Scenario,
    run: &dyn Session,
    random: &mut Random,
    rng: &mut SplitMix64,
    ops: &[&str],
) -> Scenario {
    let mut below = |bound: u64| rng.random_range(0..bound.max(1));
    let mut edited = scenario.clone();
    let slow = |action: &Action| matches!(action, Action::Slow { .. });
    let place = edited.script.iter().position(|entry| slow(&entry.action));
    match (below(5), place) {
        (0, Some(place)) => drop(edited.script.remove(place)),
        (1, Some(place)) => {
            let later = edited.script[place].at + Ns::ms(below(300));
            edited.script[place].at = Ns(later.0.min(scenario.until.0));
        }
        (2, _) => {
            for (at, action) in network::entries(scenario, &mut below) {
                edited.push(at, action);
            }
        }
        _ => return random.edit(scenario, run, ops),
    }
    edited
}

fn is_slowness(old: &Scenario, new: &Scenario) -> bool {
    let differs = |one: &Scenario, other: &Scenario| {
        one.script
            .iter()
            .any(|entry| matches!(entry.action, Action::Slow { .. }) && !other.script.contains(entry))
    };
    differs(old, new) || differs(new, old)
}

fn one(entry: &ProtocolEntry, seed: u64, census: &mut Census) {
    let mut random = Random::new(seed);
    let mut rng = SplitMix64::seed_from_u64(seed);
    let mut scenario = random.scenario(entry, 3..=5);
    let mut below = |bound: u64| rng.random_range(0..bound.max(1));
    network::settings(&mut scenario, &mut below);
    for _ in 0..below(4) {
        for (at, action) in network::entries(&scenario, &mut below) {
            scenario.push(at, action);
        }
    }
    let calm = run(entry, &scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    let mut old = run(entry, &scenario);
    for _ in 0..2 {
        census.add(&*old);
        let edit = edited(&scenario, &*old, &mut random, &mut rng, entry.ops);
        let new = run(entry, &edit);
        let json = |scenario: &Scenario| serde_json::to_string(scenario).expect("a scenario is JSON");
        let tell =
            |what: &str| panic!("{}, seed {seed}: {what}\n{}\n{}", entry.name, json(&scenario), json(&edit));
        let cone =
            Cone::of_edit((&scenario, old.trace()), (&edit, new.trace())).expect("an edit of the script");
        if let Some(difference) = broken(&*old, &*new, &cone) {
            tell(&difference);
        }
        let is_partial = share(&*old, &*new, &cone) == Share::Partial;
        census.partial += u64::from(is_partial);
        census.partly_slowed += u64::from(is_partial && is_slowness(&scenario, &edit));
        if let Some(mut again) = (entry.resume)(&*old, &edit).expect("the edit is valid") {
            census.reused += 1;
            again.run_until(edit.until, 200_000);
            let end = Key::end_of(edit.until);
            if new.hash(end) != again.hash(end) || !new.trace().messages().eq(again.trace().messages()) {
                tell("what took over is another run");
            }
            if new.pending(end) != again.pending(end) {
                tell("other things are pending");
            }
        }
        (scenario, old) = (edit, new);
    }
}

#[test]
fn on_every_network_an_edit_stays_in_its_cone_and_reuse_is_exact() {
    let mut census = Census::default();
    for name in ["raft", "2pc", "gossip", "ping", "floodmin"] {
        let entry = find(name).expect("the protocol is registered");
        (0..SCENARIOS).for_each(|seed| one(entry, seed, &mut census));
    }
    println!("{census:?}");
    let edits = SCENARIOS * 5 * 2;
    assert!(
        census.overflowed > 1_000 && census.waited > 1_000 && census.overtaken > 1_000 && census.slowed > 100
    );
    assert!(census.partial * 4 >= edits, "{} of {edits} cones are partial", census.partial);
    assert!(census.partly_slowed > 30 && census.reused * 4 >= edits);
}
