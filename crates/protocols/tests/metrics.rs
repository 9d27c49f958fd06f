//! A metric by way of a switch with a bounded queue, in stories.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::metrics::Metrics;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const CLIENT: NodeId = NodeId::client(0);

/// One client that counts once so.
fn counting(op: &str) -> Scenario {
    let mut scenario = Metrics::scenario(None);
    scenario.network.loss_ppm = 0;
    scenario.workload.ops.clear();
    scenario.push(Ns::ms(10), Action::Op { client: CLIENT, op: op.to_owned(), node: None });
    scenario
}

fn last(story: &Story, node: NodeId, name: &str) -> String {
    story.field(node, story.session().scenario().until, name).join("; ")
}

#[test]
fn at_a_rate_that_the_switch_forwards_nothing_is_lost() {
    let story = play::<Metrics>(counting("count 20 in 600ms"));
    assert_eq!((last(&story, B, "count"), last(&story, A, "dropped")), ("20".to_owned(), "0".to_owned()));
    assert_eq!(story.answers(), [Some("20 sent".to_owned())]);
}

#[test]
fn a_burst_overflows_the_queue_and_nobody_slows_down() {
    let story = play::<Metrics>(counting("count 20 in 100ms"));
    let dropped: u32 = last(&story, A, "dropped").parse().expect("a number");
    assert!(dropped >= 5, "{dropped}");
    assert_eq!(last(&story, B, "count"), (20 - dropped).to_string());
    assert_eq!(last(&story, CLIENT, "counted"), "20");
    assert!(story.noted(A, "I drop this packet, and tell nobody"));
}

#[test]
fn over_connections_the_sender_waits_instead() {
    let scenario = with(counting("count 20 in 100ms"), "transport", "connections");
    let story = play::<Metrics>(with(scenario, "rto", Ns::ms(300).0));
    assert_eq!((last(&story, B, "count"), last(&story, A, "dropped")), ("20".to_owned(), "0".to_owned()));
    assert!(story.field(CLIENT, Ns::ms(200), "connection")[0].contains("waiting"));
}

#[test]
fn what_a_full_queue_drops_a_connection_sends_again() {
    let scenario = with(with(counting("count 20 in 0s"), "transport", "connections"), "window", 16);
    let story = play::<Metrics>(with(scenario, "retries", 10));
    assert_ne!(last(&story, A, "dropped"), "0");
    assert_eq!(last(&story, B, "count"), "20");
}

#[test]
fn a_duplicate_makes_the_count_too_high() {
    let mut scenario = counting("count 5 in 500ms");
    scenario.push(Ns::ms(412), Action::Duplicate { message: "c1#5".parse().expect("an id") });
    let story = play::<Metrics>(scenario.clone());
    assert_eq!((story.broken(), last(&story, B, "count")), (vec!["not too high"], "6".to_owned()));
    scenario.script.truncate(1);
    assert_eq!(play::<Metrics>(scenario).broken(), [""; 0]);
}

#[test]
fn reordering_is_seen_and_does_not_matter_to_a_sum() {
    let mut scenario = with(counting("count 20 in 20ms"), "queue", 100);
    scenario.until = Ns::s(2);
    let story = play::<Metrics>(scenario);
    assert_eq!(last(&story, B, "count"), "20");
    assert_ne!(last(&story, B, "late"), "0");
}

#[test]
fn a_count_in_any_state_of_trouble_is_told_and_does_not_panic() {
    for seed in 1..=30 {
        for transport in ["datagrams", "connections"] {
            let usual = with(Metrics::scenario(None), "transport", transport);
            play::<Metrics>(trouble(seed, usual.clone(), Ns::s(6)));
            play::<Metrics>(with_amnesia(trouble(seed, usual, Ns::s(6))));
        }
    }
}
