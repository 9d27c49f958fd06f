//! Landmarks of a run: where one may want to go from a moment, and never back.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::raft::Raft;
use lightcone_sim::ids::NodeId;
use lightcone_sim::landmarks::Landmark;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{EventKind, Trace};
use story::*;

/// Raft whose first leader crashes at 2 s.
fn two_leaders() -> (Story, NodeId) {
    let calm = play::<Raft>(Raft::scenario(None));
    let (first, _) = calm.session().trace().next_landmark(Key::START, Landmark::Leader).expect("a leader");
    let mut scenario = Raft::scenario(None);
    scenario.push(Ns::s(2), Action::Crash { node: first.node });
    (play::<Raft>(scenario), first.node)
}

/// All landmarks of a kind, one after another from the beginning.
fn all(trace: &Trace, what: Landmark) -> Vec<Key> {
    let next = |now: &Key| trace.next_landmark(*now, what).map(|(_, key)| key);
    std::iter::successors(next(&Key::START), next).collect()
}

#[test]
fn the_next_leader_is_one_that_the_lane_shows_then_and_not_before() {
    let (story, first) = two_leaders();
    let trace = story.session().trace();
    let leaders = all(trace, Landmark::Leader);
    assert_eq!(leaders.len(), 2, "{leaders:?}");
    let (event, key) = trace.next_landmark(leaders[0], Landmark::Leader).expect("a second leader");
    assert_ne!(event.node, first);
    assert!(key.at > Ns::s(2));
    assert_eq!(trace.status(event.node, key).map(|status| status.role), Some("leader"));
    let before = trace.step_back(key).expect("something came before");
    assert_ne!(trace.status(event.node, before).map(|status| status.role), Some("leader"));
}

#[test]
fn a_fault_is_what_the_script_did_and_an_event_at_a_node_is_that_nodes() {
    let (story, first) = two_leaders();
    let trace = story.session().trace();
    let (event, key) = trace.next_landmark(Key::START, Landmark::Fault).expect("the crash");
    assert_eq!((event.node, key.at), (first, Ns::s(2)));
    assert_eq!(trace.event(event).map(|event| event.kind), Some(EventKind::Crash));
    assert_eq!(trace.next_landmark(key, Landmark::Fault), None);
    let of_node = all(trace, Landmark::At(B));
    assert_eq!(of_node.len(), trace.lane(B).map_or(0, |lane| lane.events.len()));
}

#[test]
fn losses_are_the_sendings_of_what_is_lost_and_answers_are_counted() {
    let mut scenario: Scenario = Raft::scenario(None);
    scenario.network.loss_ppm = 100_000;
    let story = play::<Raft>(scenario);
    let trace = story.session().trace();
    let lost = all(trace, Landmark::Loss);
    assert!(lost.len() > 10, "one in ten is lost: {}", lost.len());
    let answers = all(trace, Landmark::Answer).len();
    assert_eq!(answers, trace.ops().filter(|op| op.returned.is_some()).count());
    assert!(answers > 0);
    assert_eq!(trace.next_landmark(Key::START, Landmark::Violation), None);
}

#[test]
fn a_violation_is_found_where_the_monitor_spoke() {
    let story = play::<Raft>(example::<Raft>("Figure 8: counted as committed, and overwritten"));
    let trace = story.session().trace();
    let first = trace.violations().first().expect("Figure 8 loses an entry");
    let (event, _) = trace.next_landmark(Key::START, Landmark::Violation).expect("it is found");
    assert_eq!(event, first.event);
}
