//! A node that counts, in stories.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::counter::Counter;
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use story::*;

/// c1 adds 3 and c2 adds 2, and both messages arrive at the same instant.
fn two_at_once() -> Scenario {
    let mut scenario = Scenario { until: Ns::ms(500), ..Counter::scenario(Some(1)) };
    scenario.workload.ops.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    for (client, op) in [(0, "add 3"), (1, "add 2")] {
        let client = NodeId::client(client);
        scenario.push(Ns::ms(100), Action::Op { client, op: op.to_owned(), node: Some(A) });
    }
    scenario
}

fn told(scenario: Scenario) -> Vec<Option<String>> {
    play::<Counter>(scenario).answers()
}

fn some(answers: [&str; 2]) -> Vec<Option<String>> {
    answers.map(|answer| Some(answer.to_owned())).to_vec()
}

#[test]
fn what_arrives_at_once_is_handled_one_after_the_other() {
    let story = play::<Counter>(two_at_once());
    let (first, second) = (EventId { node: A, index: 2 }, EventId { node: A, index: 3 });
    let trace = story.session().trace();
    let at = |event| trace.event(event).map(|event| (event.at(), event.kind));
    assert_eq!(at(first), Some((Ns::ms(120), EventKind::Message)));
    assert_eq!(at(first), at(second));
    assert_eq!(story.answers(), some(["3", "5"]));
}

#[test]
fn the_order_of_arrival_decides_what_is_told() {
    let mut scenario = two_at_once();
    scenario.push(Ns::ms(119), Action::Deliver { message: MsgId::new(NodeId::client(1), 1) });
    assert_eq!(told(scenario), some(["5", "2"]));
}

#[test]
fn state_changes_in_activations_alone_and_sends_are_their_outboxes() {
    let story = play::<Counter>(Counter::scenario(None));
    let trace = story.session().trace();
    let mut sent = 0;
    for &event in trace.order().iter().filter(|event| !event.node.is_client()) {
        let before = |event: EventId| EventId { index: event.index - 1, ..event };
        let explained = story.session().explain(event).expect("every event can be told");
        let sends = trace.sends(event).count();
        sent += sends;
        assert_eq!(explained.effects.len(), sends, "{event}: nothing but messages goes out of this machine");
        // At each event but the first: as the one before had left it, until it came.
        if event.index > 1 {
            let (now, then) =
                (trace.event(event).expect("it is there"), trace.event(before(event)).expect("so"));
            let just_before = now.at() - Ns(1);
            assert!(then.at() <= now.at());
            if then.at() <= just_before {
                assert_eq!(
                    story.field(event.node, just_before, "value"),
                    story.field(event.node, then.at(), "value")
                );
            }
        }
    }
    assert!(sent > 20, "{sent}");
}

#[test]
fn a_pause_makes_messages_wait_in_order() {
    let mut scenario = two_at_once();
    scenario.push(Ns::ms(101), Action::Deliver { message: MsgId::new(NodeId::client(1), 1) });
    scenario.push(Ns::ms(100), Action::Pause { node: A, vm: false });
    scenario.push(Ns::ms(300), Action::Resume { node: A });
    let story = play::<Counter>(scenario);
    assert_eq!(story.field(A, Ns::ms(299), "value"), ["0"]);
    assert_eq!(story.answers(), some(["5", "2"]), "c2's came first");
}

#[test]
fn a_copy_counts_once_unless_the_node_forgets() {
    let mut scenario = two_at_once();
    scenario.push(Ns::ms(105), Action::Duplicate { message: MsgId::new(NodeId::client(0), 1) });
    let careful = play::<Counter>(scenario.clone());
    assert_eq!(careful.field(A, Ns::ms(500), "value"), ["5"]);
    assert!(careful.broken().is_empty() && careful.noted(A, "this is a copy"));
    let careless = play::<Counter>(with(scenario, "remembers", false));
    assert_eq!(careless.field(A, Ns::ms(500), "value"), ["8"]);
    assert_eq!(careless.broken(), ["counted once"]);
    assert_eq!(careless.findings(), ["A has added 3 times, though the number of calls is 2."]);
}

#[test]
fn a_copy_of_the_count_is_as_old_as_its_last_message() {
    let mut scenario = two_at_once();
    scenario.nodes = 2;
    for (at, op) in [(115, "get"), (145, "get"), (200, "add 4")] {
        let client = NodeId::client(1);
        scenario.push(Ns::ms(at), Action::Op { client, op: op.to_owned(), node: Some(B) });
    }
    let story = play::<Counter>(scenario);
    let told: Vec<String> = story.answers().into_iter().flatten().collect();
    assert_eq!(
        told,
        ["3", "5", "0", "5", "9"],
        "B had heard of nothing at 135 ms; what it is to add it passes on"
    );
}

#[test]
fn what_cannot_be_counted_is_refused() {
    for op in ["", "add", "add x", "add -1", "add 1000001", "get 1", "add 1 2"] {
        assert!(op.parse::<lightcone_protocols::counter::Op>().is_err(), "{op}");
    }
}
