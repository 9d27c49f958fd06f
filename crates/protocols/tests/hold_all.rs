//! Under hold-all nothing happens but what a person asks for.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::gossip::Gossip;
use lightcone_protocols::raft::Raft;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const C1: NodeId = NodeId::client(0);

/// When each operation was called, in order.
fn calls(story: &Story) -> Vec<Ns> {
    let trace = story.session().trace();
    let called = |index| trace.event(EventId { node: C1, index }).map(|event| event.at());
    trace.ops().filter_map(|op| called(op.invoked)).collect()
}

fn held(mut scenario: Scenario, from: Ns, to: Option<Ns>) -> Scenario {
    scenario.push(from, Action::HoldAll { on: true });
    if let Some(to) = to {
        scenario.push(to, Action::HoldAll { on: false });
    }
    scenario
}

#[test]
fn a_workload_waits_and_goes_on_when_the_holding_ends() {
    let free = calls(&play::<Gossip>(Gossip::scenario(None)));
    assert!(free.len() >= 3 && free[0] < Ns::s(1) && free[1] > Ns::s(2), "{free:?}");

    let story = play::<Gossip>(held(Gossip::scenario(None), Ns::s(1), Some(Ns::s(5))));
    let waited = calls(&story);
    assert_eq!(waited[..2], [free[0], Ns::s(5) + Ns(1)], "the second call is overdue, and comes at once");
    assert_eq!(waited[2], Ns::s(8) + Ns(1), "and the third one period later");
}

#[test]
fn a_workload_that_is_never_let_go_never_calls_again_but_a_person_may() {
    let mut scenario = held(Raft::scenario(None), Ns::s(1), None);
    let before = calls(&play::<Raft>(scenario.clone())).len();
    assert!(calls(&play::<Raft>(Raft::scenario(None))).len() > before + 2);
    scenario.push(Ns::s(2), Action::Op { client: C1, op: "put z 9".to_owned(), node: None });
    let after = calls(&play::<Raft>(scenario));
    assert_eq!((after.len(), after.last()), (before + 1, Some(&Ns::s(2))));
}
