//! Processes that come and go with interval tree clocks, in stories.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::itc::Itc;
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::time::Ns;
use story::*;

/// Five homes whose processes only do as they are told; a message takes 10 ms.
fn quiet() -> Scenario {
    let mut scenario = Itc::scenario(None);
    scenario.workload.ops.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(10));
    scenario
}

fn call(scenario: &mut Scenario, at: u64, node: NodeId, op: &str) {
    scenario.push(Ns::ms(at), Action::Op { client: NodeId::client(0), op: op.to_owned(), node: Some(node) });
}

fn stamp(story: &Story, node: NodeId, at: u64) -> String {
    story.field(node, Ns::ms(at), "stamp").join("")
}

#[test]
fn a_process_is_invited_works_tells_and_goes() {
    let mut scenario = quiet();
    for (at, node, op) in
        [(100, A, "fork B"), (200, B, "work"), (300, B, "tell A"), (400, A, "retire B"), (500, B, "work")]
    {
        call(&mut scenario, at, node, op);
    }
    let story = play::<Itc>(scenario);
    assert_eq!(stamp(&story, A, 150), "((1,0),0)");
    assert_eq!(stamp(&story, B, 150), "((0,1),(0,0,1))");
    assert_eq!(stamp(&story, B, 250), "((0,1),(0,0,2))");
    assert_eq!(stamp(&story, A, 350), "((1,0),3)", "what is known elsewhere fills up what is owned");
    assert_eq!((story.role(A, Ns::ms(450)), story.role(B, Ns::ms(450))), (Some("nobody"), Some("alive")));
    assert_eq!(stamp(&story, B, 550), "(1,5)");
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn when_many_have_come_and_gone_the_stamp_is_as_short_as_at_first_and_the_vector_has_them_all() {
    let mut scenario = quiet();
    for round in 0..20 {
        call(&mut scenario, 100 + round * 100, A, "fork B");
        call(&mut scenario, 150 + round * 100, B, "retire A");
    }
    let story = play::<Itc>(scenario);
    assert_eq!(story.field(A, Ns::s(3), "numbers in the stamp"), ["2"]);
    assert_eq!(story.field(A, Ns::s(3), "entries in the vector"), ["21"], "A, and twenty that lived on B");
}

#[test]
fn a_part_that_is_lost_is_nobody_s_for_ever_and_no_stamp_becomes_wrong() {
    let mut scenario = quiet();
    call(&mut scenario, 100, A, "fork B");
    call(&mut scenario, 200, B, "retire A");
    call(&mut scenario, 300, A, "work");
    assert_eq!(stamp(&play::<Itc>(scenario.clone()), A, 400), "(1,2)");
    scenario.push(Ns::ms(212), Action::Drop { message: MsgId::new(B, 1) });
    let story = play::<Itc>(scenario);
    assert_eq!(stamp(&story, A, 400), "((1,0),(0,1,0))");
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_gift_that_is_taken_twice_gives_one_part_two_owners() {
    let mut scenario = quiet();
    call(&mut scenario, 100, A, "fork B");
    call(&mut scenario, 200, B, "retire C");
    for (at, action) in [
        (111, Action::Duplicate { message: MsgId::new(A, 1) }),
        (112, Action::Hold { message: MsgId::new(A, 1) }),
        (400, Action::Deliver { message: MsgId::new(A, 1) }),
    ] {
        scenario.push(Ns::ms(at), action);
    }
    call(&mut scenario, 500, B, "work");
    let story = play::<Itc>(scenario.clone());
    assert_eq!(story.broken(), [""; 0]);
    assert!(story.noted(B, "This came before"));
    let story = play::<Itc>(with(scenario, "remember", false));
    assert_eq!(
        story.broken(),
        ["each point has one owner", "stamps tell who knows what"],
        "{:?}",
        story.findings()
    );
}

#[test]
fn who_cannot_is_told_why() {
    let mut scenario = quiet();
    call(&mut scenario, 100, B, "work");
    call(&mut scenario, 200, A, "fork A");
    call(&mut scenario, 300, A, "tell ZZ");
    let answers = play::<Itc>(scenario).answers();
    let expected = ["there is no process here", "there is no such other node", "there is no such other node"];
    assert_eq!(answers, expected.map(|answer| Some(answer.to_owned())));
}

#[test]
fn stamps_tell_who_knows_what_in_all_trouble() {
    let (mut alive, mut vectors) = (0, 0);
    for seed in 0..200 {
        let story = play::<Itc>(trouble(seed, Itc::scenario(None), Ns::s(6)));
        assert_eq!(story.broken(), [""; 0], "seed {seed}: {:?}", story.findings());
        for node in (0..5).map(NodeId::server) {
            alive += usize::from(story.role(node, Ns::s(6)) == Some("alive"));
            let entries = story.field(node, Ns::s(6), "entries in the vector");
            vectors = entries.iter().filter_map(|entries| entries.parse().ok()).fold(vectors, usize::max);
        }
    }
    assert!(
        alive > 200 && vectors > 5,
        "{alive} processes live in the end, of up to {vectors} that ever lived"
    );
}
