//! Random clocks: skewed, stepped, slewed, stopped and running backward, with bounds that are honest or not, and machines
//! that are suspended.

use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::{Action, ClockSpec, Scenario};
use lightcone_sim::time::Ns;

/// A number from 0 up to, and without, its bound.
pub type Below<'a> = &'a mut dyn FnMut(u64) -> u64;

fn around_zero(most: u64, below: Below<'_>) -> i64 {
    below(2 * most + 1) as i64 - most as i64
}

fn maybe<T>(below: Below<'_>, value: impl FnOnce(Below<'_>) -> T) -> Option<T> {
    (below(2) == 0).then(|| value(below))
}

/// Gives some nodes clocks that do not run true from the beginning.
pub fn add_settings(scenario: &mut Scenario, below: Below<'_>) {
    for node in scenario.node_set().iter() {
        if below(3) == 0 {
            let spec = ClockSpec {
                offset: around_zero(1_000_000_000, below),
                drift_ppm: around_zero(200_000, below),
                rate_ppm: if below(3) == 0 { around_zero(2_000_000, below) } else { 0 },
                uncertainty: Ns(below(200_000_000)),
                uncertainty_ppm: below(1_000) as u32,
            };
            scenario.clocks.insert(node, spec);
        }
    }
}

/// What a person might do to a clock, or to the machine of a node, with what undoes it.
pub fn deed(scenario: &Scenario, below: Below<'_>) -> Vec<(Ns, Action)> {
    let nodes: Vec<NodeId> = scenario.node_set().iter().collect();
    let node = nodes[below(nodes.len() as u64) as usize];
    let at = Ns(below(scenario.until.0));
    let later = Ns((at.0 + 1 + below(400_000_000)).min(scenario.until.0));
    match below(4) {
        0 => vec![(at, Action::Pause { node, vm: true }), (later, Action::Resume { node })],
        // Nobody resumes this one, unless by chance.
        1 if below(4) == 0 => vec![(at, Action::Pause { node, vm: true })],
        _ => vec![(at, set(node, below))],
    }
}

fn set(node: NodeId, below: Below<'_>) -> Action {
    let offset = maybe(below, |below| around_zero(1_000_000_000, below));
    Action::Clock {
        node,
        offset,
        over: offset.and_then(|_| maybe(below, |below| Ns(below(800_000_000)))),
        drift_ppm: maybe(below, |below| around_zero(200_000, below)),
        rate_ppm: maybe(below, |below| around_zero(2_000_000, below)),
        uncertainty: maybe(below, |below| Ns(below(100_000_000))),
        uncertainty_ppm: maybe(below, |below| below(1_000) as u32),
    }
}

/// Adds so many deeds to the script.
pub fn add_deeds(scenario: &mut Scenario, count: u64, below: Below<'_>) {
    for _ in 0..count {
        for (at, action) in deed(scenario, below) {
            scenario.push(at, action);
        }
    }
}
