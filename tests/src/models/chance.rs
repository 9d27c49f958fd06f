//! Chance that slows servers down and suspends their machines.

use lightcone_sim::faults::{Fault, What};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::SplitMix64;

/// Random faults of one of these kinds, or of both. (What follows from a seed of another generator stays as it was.)
pub fn add_settings(seed: u64, scenario: &mut Scenario) {
    let mut rng = SplitMix64::seed_from_u64(seed);
    let mut between = |least: u64, most: u64| rng.random_range(least..=most);
    let kinds: &[What] = match between(0, 2) {
        0 => &[What::Suspend],
        1 => &[What::Slow],
        _ => &[What::Suspend, What::Slow],
    };
    for &what in kinds {
        let every = Ns::ms(between(150, 2_000));
        let min = Ns::ms(between(0, 50));
        let max = (between(0, 7) > 0).then(|| min + Ns::ms(between(0, 400)));
        let step = if what == What::Slow { Ns(between(1, 25_000_000)) } else { Ns::ZERO };
        scenario.faults.push(Fault { what, every, min, max, step });
    }
}
