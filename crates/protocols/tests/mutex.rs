//! Lamport's mutual exclusion, in stories.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::mutex::Mutex;
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use serde_json::json;
use story::*;

/// From when to when each node was inside, in order of entering.
fn visits(story: &Story) -> Vec<(NodeId, Ns, Ns)> {
    let trace = story.session().trace();
    let mut visits = Vec::new();
    for (node, lane) in trace.lanes() {
        let at = |index: u32| lane.events[index as usize - 1].at();
        for (place, (index, status)) in lane.statuses.iter().enumerate() {
            if status.is_some_and(|status| status.role == "inside") {
                let left = lane.statuses.get(place + 1).map_or(trace.reached(), |next| at(next.0));
                visits.push((node, at(*index), left));
            }
        }
    }
    visits.sort_by_key(|visit| visit.1);
    visits
}

fn answered(story: &Story) -> usize {
    story.answers().iter().flatten().count()
}

#[test]
fn as_it_opens_both_clients_are_served_again_and_again() {
    let story = play::<Mutex>(Mutex::scenario(None));
    assert!(story.broken().is_empty(), "{:?}", story.findings());
    assert!(answered(&story) >= 10, "{:?}", story.answers());
    assert!(visits(&story).windows(2).all(|pair| pair[0].2 <= pair[1].1), "one at a time");
    assert!(
        visits(&story).iter().any(|visit| visit.0 == A) && visits(&story).iter().any(|visit| visit.0 == B)
    );
}

#[test]
fn at_the_same_time_the_order_of_processes_decides_and_not_real_time() {
    let mut scenario = example::<Mutex>("Two ask at once");
    // c2 asks C 15 ms before c1 asks A.
    scenario.script[1].at = Ns::ms(85);
    let story = play::<Mutex>(scenario);
    assert_eq!(story.said("request")[2].1, "request 1:C");
    let trace = story.session().trace();
    let sent = |node| trace.message(MsgId::new(node, 1)).map(|message| message.sent.0);
    assert!(sent(C) < sent(A), "in true time C asks first");
    let visits = visits(&story);
    assert_eq!(visits.iter().map(|visit| visit.0).collect::<Vec<_>>(), [A, C]);
    assert_eq!(visits[0].1, Ns::ms(160), "A enters as soon as both have answered");
    assert!(story.noted(C, "1:A stands before my 1:C"));
}

#[test]
fn a_request_that_is_known_makes_the_next_one_later() {
    let mut scenario = example::<Mutex>("Two ask at once");
    scenario.script[1].at = Ns::ms(79);
    let story = play::<Mutex>(scenario);
    let order: Vec<NodeId> = visits(&story).iter().map(|visit| visit.0).collect();
    assert_eq!(order, [C, A], "C's request came to A 1 ms before A asked");
}

#[test]
fn whoever_does_not_wait_for_answers_breaks_both_conditions() {
    let story = play::<Mutex>(example::<Mutex>("Broken: nobody waits for acknowledgements"));
    assert_eq!(story.broken(), ["mutual exclusion"]);
    let mut scenario = example::<Mutex>("Broken: nobody waits for acknowledgements");
    scenario.script[1].at = Ns::ms(95);
    let story = play::<Mutex>(scenario);
    assert_eq!(story.broken(), ["mutual exclusion", "order of requests"]);
    assert_eq!(story.findings()[1], "1:A is granted after 1:C, which is later.");
}

#[test]
fn an_overtaken_request_lets_two_in_and_numbers_prevent_it() {
    let scenario = example::<Mutex>("Broken: a request is overtaken");
    let broken = play::<Mutex>(scenario.clone());
    assert_eq!(broken.broken()[0], "mutual exclusion");
    let mended = play::<Mutex>(with(scenario, "variant", "correct"));
    assert!(mended.broken().is_empty(), "{:?}", mended.findings());
    assert!(mended.noted(C, "has not come: it waits"));
    assert_eq!(answered(&mended), 2);
}

#[test]
fn one_that_stops_stops_all() {
    let story = play::<Mutex>(example::<Mutex>("One process crashes, and nobody enters"));
    assert!(visits(&story).is_empty() && answered(&story) == 0);
    assert!(story.broken().is_empty());
}

#[test]
fn who_comes_back_from_a_crash_takes_no_part() {
    let mut scenario = Mutex::scenario(None);
    scenario.push(Ns::ms(900), Action::Crash { node: B });
    scenario.push(Ns::ms(950), Action::Recover { node: B });
    let story = play::<Mutex>(scenario);
    assert_eq!(story.role(B, Ns::s(2)), Some("out"));
    assert!(story.broken().is_empty());
    assert!(visits(&story).iter().all(|visit| visit.1 < Ns::s(1)), "nobody enters any more");
    assert!(answered(&story) > 0);
}

#[test]
fn a_lost_message_stops_all_unless_messages_are_repeated() {
    let mut scenario = example::<Mutex>("Two ask at once");
    scenario.until = Ns::s(2);
    scenario.push(Ns::ms(121), Action::Drop { message: MsgId::new(A, 1) });
    let lost = play::<Mutex>(scenario.clone());
    assert_eq!((visits(&lost).len(), answered(&lost)), (0, 0));
    let repeated = play::<Mutex>(with(scenario, "resend", 100_000_000));
    assert_eq!((visits(&repeated).len(), answered(&repeated)), (2, 2), "{:?}", repeated.answers());
    assert!(repeated.broken().is_empty());
}

#[test]
fn with_repetition_loss_costs_time_alone() {
    for seed in 0..40 {
        let mut scenario =
            Scenario { seed, until: Ns::s(20), ..Mutex::scenario(Some(2 + (seed % 4) as u16)) };
        scenario.workload.count = Some(5);
        scenario.network.loss_ppm = 200_000;
        scenario.network.duplicate_ppm = 100_000;
        let story = play::<Mutex>(with(scenario, "resend", 60_000_000));
        assert!(story.broken().is_empty(), "{seed}: {:?}", story.findings());
        assert_eq!(answered(&story), 10, "{seed}: {:?}", story.answers());
    }
}

#[test]
fn a_process_alone_enters_at_once() {
    let story = play::<Mutex>(Mutex::scenario(Some(1)));
    assert!(answered(&story) > 5 && story.broken().is_empty());
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    for (name, value, why) in [
        ("hold", json!(0), "hold is 0 s"),
        ("resend", json!(10), "or 0 for never"),
        ("variant", json!("wrong"), "variant"),
    ] {
        let refused = Run::<Mutex>::start(with(Mutex::scenario(None), name, value)).map(|_| ()).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    assert!("leave".parse::<lightcone_protocols::mutex::messages::Enter>().is_err());
}
