//! Scenarios worth opening.
//!
//! Where a story hangs on who hears what first, every message takes 20 ms: then a proposer that is asked at 100 ms
//! prepares at 120, has its promises at 160, proposes, and everybody has heard of it by 200.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario, WeightedOp, Workload, WorkloadMode};
use lightcone_sim::time::Ns;

use super::{Paxos, Variant};

const A: NodeId = NodeId::server(0);
const B: NodeId = NodeId::server(1);
const C: NodeId = NodeId::server(2);
const D: NodeId = NodeId::server(3);
const E: NodeId = NodeId::server(4);

/// Two clients want different things of different servers at nearly the same time; and they keep asking for more,
/// only to hear that what is chosen is chosen.
pub(super) fn default(nodes: Option<u16>) -> Scenario {
    let mut scenario = two_wishes(nodes.unwrap_or(3), Ns::ms(100), Ns::ms(105));
    scenario.workload = Workload {
        mode: WorkloadMode::Open,
        every: Ns::s(3),
        start: Ns::s(3),
        ops: vec![WeightedOp { op: "propose v{c}".to_owned(), weight: 1 }],
        ..scenario.workload
    };
    scenario
}

/// Client c1 proposes tea at A, client c2 coffee at the last server.
fn two_wishes(nodes: u16, tea_at: Ns, coffee_at: Ns) -> Scenario {
    let mut scenario = Scenario::new(Paxos::NAME, nodes);
    scenario.workload.clients = 2;
    let last = NodeId::server(nodes.saturating_sub(1));
    for (at, client, value, node) in [(tea_at, 0, "tea", A), (coffee_at, 1, "coffee", last)] {
        let op =
            Action::Op { client: NodeId::client(client), op: format!("propose {value}"), node: Some(node) };
        scenario.push(at, op);
    }
    scenario
}

/// Two wishes at three servers, every message taking 20 ms.
fn steady(tea_ms: u64, coffee_ms: u64, until: Ns) -> Scenario {
    let mut scenario = two_wishes(3, Ns::ms(tea_ms), Ns::ms(coffee_ms));
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    Scenario { until, ..scenario }
}

fn set(scenario: &mut Scenario, name: &str, value: impl Into<serde_json::Value>) {
    scenario.params.insert(name.to_owned(), value.into());
}

fn with(mut scenario: Scenario, variant: Variant) -> Scenario {
    set(&mut scenario, "variant", serde_json::to_value(variant).unwrap_or_default());
    scenario
}

fn part(scenario: &mut Scenario, at_ms: u64, groups: &[&[NodeId]], until_ms: u64) {
    let groups = groups.iter().map(|group| group.to_vec()).collect();
    let until = Some(Ns::ms(until_ms));
    scenario.push(Ns::ms(at_ms), Action::Partition { groups, until, one_way: false });
}

fn down(scenario: &mut Scenario, node: NodeId, from_ms: u64, to_ms: u64) {
    scenario.push(Ns::ms(from_ms), Action::Crash { node });
    scenario.push(Ns::ms(to_ms), Action::Recover { node });
}

pub(super) fn examples() -> Vec<(&'static str, Scenario)> {
    vec![
        ("Duelling proposers", duel()),
        ("A duel by hand: every message waits for you", duel_by_hand()),
        ("A value survives its proposer", survives()),
        ("A learner comes late", late_learner()),
        ("A server for each role", roles_apart()),
        ("An acceptor with amnesia", amnesia()),
        ("Broken: a promise that a crash forgets", promise_forgotten()),
        ("Broken: a proposer that will not listen", ignores()),
        ("Broken: a quorum that is no majority", small_quorum()),
        ("Broken: a value that nobody proposed", invents()),
    ]
}

/// Hardly any back-off: each prepare comes just in time to spoil the other's accept, again and again.
fn duel() -> Scenario {
    let mut scenario = two_wishes(3, Ns::ms(100), Ns::ms(105));
    set(&mut scenario, "back_off", Ns::ms(1).0);
    Scenario { seed: 12, until: Ns::s(2), ..scenario }
}

/// Nothing arrives and no timer fires until a person says so. Both wishes are there from the start.
fn duel_by_hand() -> Scenario {
    let mut scenario = two_wishes(3, Ns::ZERO, Ns::ZERO);
    scenario.push(Ns::ZERO, Action::HoldAll { on: true });
    scenario
}

/// A proposes tea to B alone and crashes, before it has even accepted it itself. C wants coffee, but finds that tea may
/// have been chosen, and gets tea chosen.
fn survives() -> Scenario {
    let mut scenario = steady(100, 300, Ns::s(5));
    // A's first promise completes phase 1: it sets a timer, sends `accept` to B, and is gone.
    scenario.push(Ns::ms(160), Action::CrashInside { event: EventId { node: A, index: 3 }, after: 2 });
    scenario.push(Ns::s(2), Action::Recover { node: A });
    scenario
}

/// C has promised, and is down when tea is chosen. It starts again, asks, and knows.
fn late_learner() -> Scenario {
    let mut scenario = steady(100, 2_500, Ns::s(4));
    down(&mut scenario, C, 150, 2_000);
    scenario
}

/// A and B propose, C, D and E accept, F and G learn.
fn roles_apart() -> Scenario {
    let mut scenario = two_wishes(7, Ns::ms(100), Ns::ms(900));
    if let Some(Action::Op { node, .. }) = scenario.script.last_mut().map(|entry| &mut entry.action) {
        *node = Some(B);
    }
    for (role, count) in [("proposers", 2), ("acceptors", 3), ("learners", 2)] {
        set(&mut scenario, role, count);
    }
    Scenario { until: Ns::s(3), ..scenario }
}

/// A and B choose tea without C. Then A is down, and B forgets what it accepted: nobody is left to tell C.
fn amnesia() -> Scenario {
    let mut scenario = steady(100, 1_000, Ns::s(4));
    part(&mut scenario, 0, &[&[A, B], &[C]], 900);
    down(&mut scenario, A, 500, 2_000);
    scenario.push(Ns::ms(600), Action::Amnesia { node: B });
    scenario.push(Ns::ms(700), Action::Recover { node: B });
    scenario
}

/// B promises A, then C; crashes; and accepts from A what its promise to C forbids.
fn promise_forgotten() -> Scenario {
    let mut scenario = steady(100, 110, Ns::s(2));
    part(&mut scenario, 0, &[&[A], &[C]], 500);
    down(&mut scenario, B, 155, 165);
    with(scenario, Variant::PromiseNotPersisted)
}

/// A and B choose tea without C. B tells C in its promise, but C has its own mind.
fn ignores() -> Scenario {
    let mut scenario = steady(100, 910, Ns::s(2));
    part(&mut scenario, 0, &[&[A, B], &[C]], 900);
    with(scenario, Variant::IgnoreAccepted)
}

/// Two of five think that they are enough.
fn small_quorum() -> Scenario {
    let mut scenario = two_wishes(5, Ns::ms(100), Ns::ms(105));
    part(&mut scenario, 0, &[&[A, B], &[C, D, E]], 1_000);
    with(Scenario { until: Ns::s(3), ..scenario }, Variant::QuorumTooSmall)
}

/// A proposer that may propose what it likes proposes what nobody likes.
fn invents() -> Scenario {
    with(steady(100, 2_000, Ns::s(3)), Variant::InventValue)
}
