//! Scenarios worth opening.

use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::{Scenario, WeightedOp, Workload, WorkloadMode};
use lightcone_sim::time::Ns;

/// The scenario that opens by itself: one client that writes and reads, so that something commits with no click.
pub(super) fn usual(nodes: u16) -> Scenario {
    let op = |op: &str, weight| WeightedOp { op: op.to_owned(), weight };
    Scenario {
        workload: Workload {
            clients: 1,
            mode: WorkloadMode::Closed,
            every: Ns::ms(400),
            start: Ns::ms(400),
            count: None,
            ops: vec![op("put x {n}", 2), op("get x", 1), op("put y {n}", 1)],
        },
        ..Scenario::new("raft", nodes)
    }
}

/// All examples, by title.
pub(super) fn all() -> Vec<(&'static str, Scenario)> {
    let _ = NodeId::server(0);
    Vec::new()
}
