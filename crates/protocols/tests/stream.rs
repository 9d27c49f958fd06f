//! What connections promise, in stories: order and no duplicates within one, and nothing beyond.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::stream::Stream;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const CLIENT: NodeId = NodeId::client(0);

/// Twenty deposits and no cut.
fn calm() -> Scenario {
    let mut scenario = Stream::scenario(None);
    scenario.script.clear();
    scenario.network.loss_ppm = 0;
    scenario
}

/// The same over a network that loses and duplicates one in five.
fn rough() -> Scenario {
    let mut scenario = with(with(with(calm(), "numbers", false), "retries", 20), "rto", Ns::ms(100).0);
    scenario.workload.every = Ns::ms(10);
    scenario.network.loss_ppm = 200_000;
    scenario.network.duplicate_ppm = 200_000;
    scenario.until = Ns::s(10);
    scenario
}

fn last(story: &Story, node: NodeId, name: &str) -> String {
    story.field(node, story.session().scenario().until, name).join("; ")
}

#[test]
fn within_a_connection_everything_comes_in_order_and_once_over_a_rough_network() {
    for seed in 1..=20 {
        let story = play::<Stream>(Scenario { seed, ..rough() });
        assert_eq!(story.broken(), [""; 0], "seed {seed}");
        assert_eq!(last(&story, A, "balance"), "200", "seed {seed}");
        assert!(story.answers().iter().all(|answer| answer.as_deref() == Some("ok")), "seed {seed}");
    }
}

#[test]
fn over_datagrams_the_same_network_loses_repeats_and_reorders() {
    let story = play::<Stream>(with(rough(), "transport", "datagrams"));
    assert!(story.broken().contains(&"at most once") && story.broken().contains(&"order"));
    assert!(story.answers().iter().any(Option::is_none), "a lost deposit is never answered");
    assert!(story.said("SYN").is_empty() && story.said("ACK").is_empty());
}

#[test]
fn a_handshake_of_three_opens_a_connection() {
    let story = play::<Stream>(calm());
    let kinds = ["SYN", "SYN-ACK"].map(|kind| story.said(kind).len());
    assert_eq!(kinds, [1, 1]);
    assert!(story.noted(CLIENT, "We have a connection") && story.noted(A, "We have a connection"));
    assert!(last(&story, A, "connection").contains("ESTABLISHED"));
}

#[test]
fn a_lost_message_is_sent_again_and_those_behind_it_wait_for_it() {
    let mut scenario = with(calm(), "rto", Ns::ms(150).0);
    scenario.workload.every = Ns::ms(50);
    let before = play::<Stream>(scenario.clone());
    let lost = before.session().trace().messages().find(|&(id, _)| {
        before.session().message(id).is_some_and(|msg| msg.label == "+10 (3) [3]" && id.node == CLIENT)
    });
    let (message, record) = lost.expect("deposit 3 is sent");
    scenario.push(record.sent.0 + Ns(1), Action::Drop { message });
    let story = play::<Stream>(scenario);
    assert!(story.noted(A, "Number 4 came before number 3"));
    assert!(story.noted(CLIENT, "I send it again, and wait 300 ms"));
    assert_eq!(last(&story, A, "balance"), "200");
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn the_ends_learn_of_a_cut_only_by_their_own_time_outs() {
    let story = play::<Stream>(Stream::scenario(None));
    // Cut off since 770 ms: one waits for an acknowledgement, the other for that of its answer.
    let at = |ms, node| story.field(node, Ns::ms(ms), "connection").join("; ");
    for node in [A, CLIENT] {
        assert!(at(1_500, node).contains("ESTABLISHED"), "{}", at(1_500, node));
        assert!(at(2_380, node).contains("SYN-SENT"), "{}", at(2_380, node));
        assert!(story.noted(node, "has timed out"));
    }
}

#[test]
fn a_reconnect_that_sends_again_duplicates_across_connections() {
    let story = play::<Stream>(with(Stream::scenario(None), "numbers", false));
    assert_eq!(story.broken(), ["at most once"]);
    assert!(story.findings()[0].starts_with("A applied deposit 6 of c1 twice"), "{:?}", story.findings());
    assert_eq!(last(&story, A, "balance"), "210");
}

#[test]
fn numbers_on_top_repair_it() {
    let story = play::<Stream>(Stream::scenario(None));
    assert_eq!(story.broken(), [""; 0]);
    assert!(story.noted(A, "once is enough"));
    assert_eq!(last(&story, A, "balance"), "200");
    assert!(story.answers().iter().all(|answer| answer.as_deref() == Some("ok")));
}

#[test]
fn whoever_does_not_send_again_loses_and_cannot_tell_what() {
    let story = play::<Stream>(with(with(Stream::scenario(None), "resend", false), "numbers", false));
    assert_eq!(story.broken(), [""; 0]);
    let unanswered = story.answers().iter().filter(|answer| answer.is_none()).count();
    let balance: usize = last(&story, A, "balance").parse().expect("a number");
    // One of the unanswered deposits is in the account.
    assert_eq!(balance, 10 * (20 - unanswered + 1), "{unanswered} unanswered");
    assert!(!last(&story, CLIENT, "given up").is_empty());
}

#[test]
fn a_slow_reader_shuts_the_window_and_loses_nothing() {
    let mut scenario = with(with(calm(), "read", Ns::ms(120).0), "window", 2);
    scenario.workload.every = Ns::ms(20);
    let story = play::<Stream>(scenario);
    assert!(story.said("ACK").iter().any(|(from, label)| *from == A && label.ends_with("full")));
    assert!(story.noted(CLIENT, "wait here") && story.noted(A, "There is room again"));
    assert_eq!((story.broken(), last(&story, A, "balance")), (vec![], "200".to_owned()));
    let most = story.session().trace().messages().filter(|(id, _)| id.node == CLIENT).count();
    assert!(most < 120, "{most} segments for 20 deposits");
}

#[test]
fn a_window_that_opens_unheard_is_asked_for() {
    let mut scenario = with(with(calm(), "read", Ns::ms(120).0), "window", 1);
    scenario.workload.every = Ns::ms(20);
    scenario.network.loss_ppm = 300_000;
    scenario = with(with(scenario, "retries", 20), "rto", Ns::ms(100).0);
    scenario.until = Ns::s(30);
    let story = play::<Stream>(scenario);
    assert_eq!((story.broken(), last(&story, A, "balance")), (vec![], "200".to_owned()));
}

#[test]
fn a_server_that_has_crashed_resets_what_it_no_longer_knows() {
    let mut scenario = calm();
    scenario.push(Ns::ms(700), Action::Crash { node: A });
    scenario.push(Ns::ms(800), Action::Recover { node: A });
    let story = play::<Stream>(scenario);
    assert_eq!(story.said("RST").len(), 1);
    assert!(story.noted(CLIENT, "has been reset"));
    assert_eq!((story.broken(), last(&story, A, "balance")), (vec![], "200".to_owned()));
}

#[test]
fn two_who_ask_at_once_share_one_connection() {
    use lightcone_protocols::connection::Connected;
    use lightcone_protocols::two_generals::TwoGenerals;
    // Whether by one or by both, all that is sent arrives, and the generals act together.
    for seed in 1..=40 {
        let mut scenario = Scenario { seed, ..TwoGenerals::scenario(None) };
        scenario.network.loss_ppm = 300_000;
        scenario.until = Ns::s(20);
        let scenario = with(with(scenario, "dawn", Ns::s(19).0), "retries", 20);
        let scenario = with(scenario, "rto", Ns::ms(50).0);
        assert_eq!(play::<Connected<TwoGenerals>>(scenario).broken(), [""; 0], "seed {seed}");
    }
}

#[test]
fn bad_parameters_are_refused_with_a_sentence() {
    let refused = |name: &str, value: serde_json::Value| {
        let started = lightcone_sim::run::Run::<Stream>::start(with(calm(), name, value));
        started.err().expect("it is refused").0
    };
    assert!(refused("window", 0.into()).contains("`window` must be from 1 to 1000"));
    assert!(refused("rto", 0.into()).contains("`rto` must be"));
    assert!(refused("transport", "pigeons".into()).contains("transport"));
    let unknown = refused("nonsense", 1.into());
    assert!(
        unknown.contains("nonsense") && unknown.contains("window") && unknown.contains("numbers"),
        "{unknown}"
    );
    assert!(refused("numbers", "yes".into()).contains("numbers"));
}
