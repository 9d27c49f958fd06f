//! The test of the light-cone law is worth something: engines with the flaws of other simulators are caught by it.

use lightcone_protocols::raft::Raft;
use lightcone_sim::cone::Cone;
use lightcone_sim::planted::Flaw;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Scenario;
use lightcone_tests::law::broken;
use lightcone_tests::random::Random;

/// How many edits an engine is given to show its flaw.
const TRIES: u64 = 1_500;

fn run(scenario: &Scenario, flaw: Option<Flaw>) -> Run<Raft> {
    let mut run = match flaw {
        Some(flaw) => Run::start_flawed(scenario.clone(), flaw),
        None => Run::start(scenario.clone()),
    }
    .expect("random scenarios are valid");
    run.run_until(scenario.until, 1_000_000);
    run
}

/// In how many of the tries the law is seen to be broken.
fn catches(flaw: Option<Flaw>) -> u64 {
    let entry = lightcone_protocols::find("raft").expect("raft is registered");
    let is_broken = |seed: u64| {
        let mut random = Random::new(seed);
        let mut scenario = random.scenario(entry, 3..=5);
        let calm = run(&scenario, flaw);
        random.add_faults(&mut scenario, &calm, entry.ops);
        let old = run(&scenario, flaw);
        let edited = random.edit(&scenario, &old, entry.ops);
        let new = run(&edited, flaw);
        let cone =
            Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit of the script");
        broken(&old, &new, &cone).is_some()
    };
    (0..TRIES).filter(|&seed| is_broken(seed)).count() as u64
}

#[test]
fn the_sound_engine_is_never_caught() {
    assert_eq!(catches(None), 0);
}

#[test]
fn every_planted_flaw_is_caught() {
    for flaw in Flaw::ALL {
        let caught = catches(Some(flaw));
        println!("{flaw:?}: caught in {caught} of {TRIES} edits");
        assert!(caught > 0, "{flaw:?} was not caught");
    }
}
