//! Lies and chance: nodes that are byzantine, messages that are rewritten or corrupted, and random faults with rates.

use lightcone_sim::faults::{Fault, What};
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::scenario::{Action, Entry, How, LinkSpec, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use rand::RngExt;
use rand_xoshiro::SplitMix64;

fn below(rng: &mut SplitMix64, bound: u64) -> u64 {
    if bound <= 1 { 0 } else { rng.random_range(0..bound) }
}

fn one_in(rng: &mut SplitMix64, n: u64) -> bool {
    below(rng, n) == 0
}

fn pick<T: Copy>(rng: &mut SplitMix64, from: &[T]) -> Option<T> {
    if from.is_empty() { None } else { Some(from[below(rng, from.len() as u64) as usize]) }
}

fn nodes(scenario: &Scenario) -> Vec<NodeId> {
    scenario.node_set().iter().collect()
}

/// A network that corrupts messages, and random faults: each in half of all scenarios.
pub fn add_settings(rng: &mut SplitMix64, scenario: &mut Scenario) {
    if one_in(rng, 2) {
        scenario.network.corrupt_ppm = below(rng, 150_000) as u32;
        if let (Some(from), Some(to)) = (pick(rng, &nodes(scenario)), pick(rng, &nodes(scenario))) {
            let corrupt_ppm = Some(below(rng, 500_000) as u32);
            scenario.network.links.push(LinkSpec { corrupt_ppm, ..LinkSpec::usual(from, to) });
        }
    }
    if one_in(rng, 2) {
        for what in [What::Crash, What::Amnesia, What::Pause, What::Cut, What::Clock, What::Byzantine] {
            if one_in(rng, 2) {
                let every = Ns::ms(200 + below(rng, 3_000));
                let min = Ns::ms(below(rng, 50));
                let max = Some(min + Ns::ms(below(rng, 500)));
                scenario.faults.push(Fault { what, every, min, max, step: Ns::ZERO });
            }
        }
    }
}

/// What a person might do of this model to a run.
pub fn add_deeds(rng: &mut SplitMix64, scenario: &mut Scenario, run: &dyn Session) {
    for _ in 0..1 + below(rng, 5) {
        for (at, action) in deed(rng, scenario, run) {
            scenario.push(at, action);
        }
    }
    for entry in &mut scenario.script {
        if one_in(rng, 4) {
            entry.rank = below(rng, 3) as u32;
        }
    }
}

/// One deed, with what undoes it if it has such a thing.
pub fn deed(rng: &mut SplitMix64, scenario: &Scenario, run: &dyn Session) -> Vec<(Ns, Action)> {
    if one_in(rng, 2) { rewrite(rng, run) } else { byzantine(rng, scenario, run) }
}

fn rewrite(rng: &mut SplitMix64, run: &dyn Session) -> Vec<(Ns, Action)> {
    let messages: Vec<MsgId> = run.trace().messages().map(|(id, _)| id).collect();
    let Some(message) = pick(rng, &messages) else { return vec![] };
    let Some(record) = run.trace().message(message) else { return vec![] };
    let Some((field, truth)) = pick(rng, &run.facts(message)) else { return vec![] };
    let way = record.fate.lost.0.min(run.trace().reached()).since(record.sent.0);
    let at = record.sent.0 + Ns(1 + below(rng, way.0));
    let value = truth + below(rng, 9) as i64 - 2;
    vec![(at, Action::Rewrite { message, field: field.to_owned(), value })]
}

fn byzantine(rng: &mut SplitMix64, scenario: &Scenario, run: &dyn Session) -> Vec<(Ns, Action)> {
    let nodes = nodes(scenario);
    let Some(node) = pick(rng, &nodes) else { return vec![] };
    let at = Ns(below(rng, scenario.until.0));
    let later = Ns((at.0 + 1 + below(rng, 800_000_000)).min(scenario.until.0));
    let how = How::ALL[below(rng, 4) as usize];
    let to = if one_in(rng, 3) { pick(rng, &nodes) } else { None };
    let facts: Vec<_> = run.trace().messages().take(200).flat_map(|(id, _)| run.facts(id)).collect();
    let fact = pick(rng, &facts).map(|(name, truth)| (name.to_owned(), truth + below(rng, 4) as i64));
    let (field, value) = match how {
        How::Lie => fact.unwrap_or(("value".to_owned(), 1)),
        _ => (String::new(), 0),
    };
    let (field, value) = if how == How::Lie { (Some(field), Some(value)) } else { (None, None) };
    let until = one_in(rng, 2).then_some(later);
    let mut deeds = vec![(at, Action::Byzantine { node, how, to, field, value, until })];
    if until.is_none() && one_in(rng, 2) {
        let (how, to, field, value, until) = (How::Honest, None, None, None, None);
        deeds.push((later, Action::Byzantine { node, how, to, field, value, until }));
    }
    deeds
}

/// Another script for the same run: a deed of this model more, any entry less, or any entry at another time.
pub fn edit(rng: &mut SplitMix64, scenario: &Scenario, run: &dyn Session) -> Scenario {
    let mut edited = scenario.clone();
    let count = edited.script.len() as u64;
    match below(rng, 3) {
        0 if count > 0 => {
            edited.script.remove(below(rng, count) as usize);
        }
        1 if count > 0 => {
            let until = scenario.until;
            let shift = Ns(below(rng, 100_000_000));
            let entry: &mut Entry = &mut edited.script[below(rng, count) as usize];
            entry.at = if one_in(rng, 2) { entry.at + shift } else { entry.at - shift }.min(until);
            unbound(entry);
        }
        _ => {
            for (at, action) in deed(rng, scenario, run) {
                edited.push(at, action);
            }
        }
    }
    edited
}

/// Takes away an entry's end: it may have come to begin after it.
fn unbound(entry: &mut Entry) {
    if let Action::Cut { until, .. } | Action::Partition { until, .. } | Action::Byzantine { until, .. } =
        &mut entry.action
    {
        *until = None;
    }
}
