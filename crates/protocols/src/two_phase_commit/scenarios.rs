//! Scenarios worth opening.

use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Scenario, WeightedOp, Workload, WorkloadMode};
use lightcone_sim::time::Ns;

use super::TwoPhaseCommit;

/// A transaction every two seconds, and now and then one to which B says no.
pub(super) fn default(nodes: Option<u16>) -> Scenario {
    let mut scenario = Scenario::new(TwoPhaseCommit::NAME, nodes.unwrap_or(3));
    scenario.workload = Workload {
        clients: 1,
        mode: WorkloadMode::Open,
        every: Ns::s(2),
        start: Ns::ms(100),
        count: None,
        ops: vec![
            WeightedOp { op: "run".to_owned(), weight: 3 },
            WeightedOp { op: "run no=B".to_owned(), weight: 1 },
        ],
    };
    scenario
}

pub(super) fn examples() -> Vec<(&'static str, Scenario)> {
    Vec::new()
}
