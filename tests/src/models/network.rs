//! Networks of every kind: all distributions, held back messages, narrow links with short queues, rounds and bounds on
//! time, and nodes whose steps take time.

use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::{Action, Latency, LinkSpec, Reorder, Scenario, Timing};
use lightcone_sim::time::Ns;

/// Numbers below a bound.
pub type Below<'a> = &'a mut dyn FnMut(u64) -> u64;

fn ms(below: Below<'_>, least: u64, most: u64) -> Ns {
    Ns(least * 1_000_000 + below((most - least) * 1_000_000 + 1))
}

/// A distribution of latencies of some milliseconds.
pub fn latency(below: Below<'_>) -> Latency {
    let min = ms(below, 1, 8);
    match below(6) {
        0 => Latency::Constant(min),
        1 => Latency::Uniform { min, max: min + ms(below, 1, 20) },
        2 => Latency::Exponential { min, mean: min + ms(below, 1, 10) },
        3 => Latency::LogNormal { median: min, p99: min + ms(below, 1, 60) },
        4 => Latency::Pareto { min, shape: 1_000 + below(3_000) as u32 },
        _ => Latency::Empirical((0..1 + below(9)).map(|_| ms(below, 1, 30)).collect()),
    }
}

fn reorder(below: Below<'_>) -> Reorder {
    Reorder { ppm: below(200_000) as u32, by: ms(below, 0, 40) }
}

/// Makes a scenario's network one of another kind.
pub fn settings(scenario: &mut Scenario, below: Below<'_>) {
    let network = &mut scenario.network;
    network.latency = latency(below);
    network.reorder = (below(2) == 0).then(|| reorder(below));
    if below(2) == 0 {
        network.bandwidth = Some(3_000 + below(100_000));
        network.queue = (below(3) > 0).then(|| below(6) as u32);
    }
    network.timing = match below(6) {
        0 => Timing::Synchronous { round: ms(below, 5, 40) },
        1 => {
            let steps = if below(2) == 0 { ms(below, 0, 3) } else { Ns::ZERO };
            Timing::SemiSynchronous { unit: ms(below, 2, 30), c: below(1_001) as u32, steps }
        }
        _ => Timing::Asynchronous,
    };
    let nodes: Vec<NodeId> = scenario.node_set().iter().collect();
    for _ in 0..below(4) {
        let mut some = || nodes[below(nodes.len() as u64) as usize];
        let mut link = LinkSpec::usual(some(), some());
        link.latency = (below(2) == 0).then(|| latency(below));
        link.reorder = (below(3) == 0).then(|| reorder(below));
        link.bandwidth = (below(2) == 0).then(|| 1_000 + below(30_000));
        link.queue = (below(2) == 0).then(|| below(4) as u32);
        scenario.network.links.push(link);
    }
}

/// A node that is slow for a while, or to the end.
pub fn entries(scenario: &Scenario, below: Below<'_>) -> Vec<(Ns, Action)> {
    let nodes: Vec<NodeId> = scenario.node_set().iter().collect();
    let node = nodes[below(nodes.len() as u64) as usize];
    let at = Ns(below(scenario.until.0));
    let mut entries = vec![(at, Action::Slow { node, step: ms(below, 0, 25) })];
    if below(3) > 0 {
        let quick = Ns((at + ms(below, 1, 600)).0.min(scenario.until.0));
        entries.push((quick, Action::Slow { node, step: Ns::ZERO }));
    }
    entries
}
