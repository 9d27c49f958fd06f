//! Scenarios worth opening. With the usual seed, C wins the first election; each example is played in the tests.

use lightcone_sim::ids::{MsgId, NodeId, TimerId};
use lightcone_sim::scenario::{Action, ClockSpec, Scenario, WeightedOp, Workload, WorkloadMode};
use lightcone_sim::time::Ns;
use serde_json::Value;

const A: NodeId = NodeId::server(0);
const B: NodeId = NodeId::server(1);
const C: NodeId = NodeId::server(2);
const D: NodeId = NodeId::server(3);
const E: NodeId = NodeId::server(4);

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
    vec![
        ("The leader crashes", leader_crashes()),
        ("A leader cut off", leader_cut_off()),
        ("Votes lost on the way", votes_lost()),
        ("A clock at double speed", fast_clock()),
        ("An answer lost on the way", answer_lost()),
        ("A vote not persisted: two leaders in one term", vote_not_persisted()),
        ("Figure 8: counted as committed, and overwritten", figure_8()),
    ]
}

/// B and D both ask for votes in term 2 and split them; E wins term 3. C comes back as a follower and catches up.
fn leader_crashes() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(6), ..usual(5) };
    scenario.push(Ns::s(2), Action::Crash { node: C });
    scenario.push(Ns::s(4), Action::Recover { node: C });
    scenario
}

/// C goes on leading a minority, and commits nothing; the others elect a leader of a later term. After the partition,
/// C steps down, and what it took from the client alone is overwritten.
fn leader_cut_off() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(6), ..usual(5) };
    let groups = vec![vec![B, C], vec![A, D, E]];
    scenario.push(Ns::s(2), Action::Partition { groups, until: Some(Ns::s(4)), one_way: false });
    scenario
}

/// Three of four votes for C are lost, so nobody leads term 1. In term 2 the votes split; C wins term 3.
fn votes_lost() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(2), ..usual(5) };
    for voter in [A, B, E] {
        scenario.push(Ns::ms(195), Action::Drop { message: MsgId::new(voter, 1) });
    }
    scenario
}

/// From 1 s on, A's clock runs twice as fast: when the leader crashes, A is the first to notice.
fn fast_clock() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(4), ..usual(5) };
    scenario.push(Ns::s(1), Action::clock(A, None, Some(1_000_000)));
    scenario.push(Ns::s(2), Action::Crash { node: C });
    scenario
}

/// The leader's answer to an `append` is lost. The client asks again; the state machine has seen the number before.
fn answer_lost() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(3), ..usual(5) };
    scenario.workload.ops.clear();
    let client = NodeId::client(0);
    let op = |op: &str| Action::Op { client, op: op.to_owned(), node: Some(C) };
    scenario.push(Ns::s(1), op("append x 1"));
    scenario.push(Ns::s(2), op("get x"));
    scenario.push(Ns::s(1), Action::Cut { from: C, to: client, until: Some(Ns::ms(1_200)) });
    scenario
}

/// A and B both ask for votes. C votes for A, crashes, has forgotten its vote, and votes for B.
fn vote_not_persisted() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(1), ..variant(usual(3), "vote-not-persisted") };
    let (first_timer, to_c) = (|node| TimerId { node, seq: 1 }, |node| MsgId::new(node, 2));
    scenario.push(Ns::ms(100), Action::Fire { timer: first_timer(A) });
    scenario.push(Ns::ms(101), Action::Fire { timer: first_timer(B) });
    scenario.push(Ns::ms(106), Action::Deliver { message: to_c(A) });
    scenario.push(Ns::ms(108), Action::Crash { node: C });
    scenario.push(Ns::ms(110), Action::Recover { node: C });
    scenario.push(Ns::ms(112), Action::Deliver { message: to_c(B) });
    scenario
}

/// §5.4.2, Figure 8. A leads and stores x at B alone; A crashes, and E leads and stores y alone; E crashes, and A (or B)
/// leads again and has a majority store x, which is of an earlier term. It counts x as committed and tells the client so.
/// Then E comes back: its y is of a later term than x, so it may lead, and x is overwritten.
fn figure_8() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(3), ..variant(usual(5), "commit-older-term") };
    scenario.params.insert("noop".to_owned(), Value::Bool(false));
    // The clients wait as long as it takes, so that nothing new hides the old.
    scenario.params.insert("client_timeout".to_owned(), Value::from(Ns::s(10).0));
    // E is quick to call elections.
    scenario.clocks.insert(E, ClockSpec { drift_ppm: 1_000_000, ..ClockSpec::default() });
    scenario.workload.clients = 2;
    scenario.workload.ops.clear();
    let op = |client, op: &str, node| Action::Op {
        client: NodeId::client(client),
        op: op.to_owned(),
        node: Some(node),
    };
    let part = |groups, until| Action::Partition { groups, until: Some(until), one_way: false };
    scenario.push(Ns::ms(50), Action::Fire { timer: TimerId { node: A, seq: 1 } });
    scenario.push(Ns::ms(290), part(vec![vec![A, B], vec![C, D, E]], Ns::ms(800)));
    scenario.push(Ns::ms(300), op(0, "put x 1", A));
    scenario.push(Ns::ms(400), Action::Crash { node: A });
    scenario.push(Ns::ms(650), part(vec![vec![E], vec![C, D]], Ns::ms(800)));
    scenario.push(Ns::ms(660), op(1, "put y 2", E));
    scenario.push(Ns::ms(750), Action::Crash { node: E });
    scenario.push(Ns::ms(800), Action::Recover { node: A });
    scenario.push(Ns::ms(2_000), Action::Crash { node: A });
    scenario.push(Ns::ms(2_000), Action::Crash { node: B });
    scenario.push(Ns::ms(2_010), Action::Recover { node: E });
    scenario
}

fn variant(mut scenario: Scenario, name: &str) -> Scenario {
    scenario.params.insert("variant".to_owned(), Value::from(name));
    scenario
}
