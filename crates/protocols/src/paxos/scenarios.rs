//! Scenarios worth opening.

use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario, WeightedOp, Workload, WorkloadMode};
use lightcone_sim::time::Ns;

use super::Paxos;

/// Two clients want different things of different servers at nearly the same time; and they keep asking for more,
/// only to hear that what is chosen is chosen.
pub(super) fn default(nodes: Option<u16>) -> Scenario {
    let mut scenario = Scenario::new(Paxos::NAME, nodes.unwrap_or(3));
    scenario.workload = Workload {
        clients: 2,
        mode: WorkloadMode::Open,
        every: Ns::s(3),
        start: Ns::s(3),
        count: None,
        ops: vec![WeightedOp { op: "propose v{c}".to_owned(), weight: 1 }],
    };
    let last = NodeId::server(scenario.nodes.saturating_sub(1));
    propose(&mut scenario, Ns::ms(100), 0, "tea", NodeId::server(0));
    propose(&mut scenario, Ns::ms(105), 1, "coffee", last);
    scenario
}

fn propose(scenario: &mut Scenario, at: Ns, client: u16, value: &str, node: NodeId) {
    let (client, op) = (NodeId::client(client), format!("propose {value}"));
    scenario.push(at, Action::Op { client, op, node: Some(node) });
}

pub(super) fn examples() -> Vec<(&'static str, Scenario)> {
    Vec::new()
}
