//! Clients look for the leader, ask again, and are served once (§8).

use lightcone_protocols::raft::Raft;
use lightcone_sim::ids::NodeId;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Action;
use lightcone_sim::time::Ns;

use crate::stage::*;

fn told(stage: &Stage) -> Vec<String> {
    stage.answers().into_iter().map(|(_, ret)| ret.unwrap_or("nothing".to_owned())).collect()
}

#[test]
fn a_follower_sends_the_client_on_to_the_leader() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("put x 1", E));
    let stage = play(scenario);
    assert_eq!(told(&stage), ["ok"]);
    let asked: Vec<NodeId> = stage
        .messages("Request", |_| true)
        .into_iter()
        .filter_map(|id| stage.run.trace().message(id).map(|message| message.to))
        .collect();
    assert_eq!(asked, [E, C]);
    assert!(stage.notes().contains("E: E does not lead: it sends c1 on to C (§8)."), "{}", stage.notes());
}

#[test]
fn a_client_that_asks_before_there_is_a_leader_is_served_when_there_is_one() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(1), op("put x 1", A));
    let stage = play(scenario);
    assert_eq!(told(&stage), ["ok"]);
    assert!(!stage.messages("Reply", |label| label == "no leader").is_empty());
}

#[test]
fn a_client_does_one_thing_at_a_time_in_the_order_asked() {
    let mut scenario = quiet(5);
    for (at, text) in
        (500..).zip(["put x 1", "append x 2", "get x", "cas x 12 3", "cas x 12 4", "get x", "get y"])
    {
        scenario.push(Ns::ms(at), op(text, C));
    }
    let stage = play(scenario);
    assert_eq!(told(&stage), ["ok", "ok", "12", "ok", "failed", "3", "nil"]);
}

#[test]
fn a_client_whose_leader_dies_asks_another_server() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("put x 1", C));
    scenario.push(Ns::s(1), Action::Crash { node: C });
    scenario.push(Ns::ms(1_001), op("append x 2", C));
    scenario.push(Ns::s(4), op("get x", A));
    let stage = play(scenario);
    stage.assert_safe();
    assert_eq!(told(&stage), ["ok", "ok", "12"]);
    assert!(stage.notes().contains("c1: No answer from C: the same request goes to D."), "{}", stage.notes());
}

/// The leader has executed the request and dies before it can say so: its successor finds it in the log.
#[test]
fn a_request_that_survives_its_leader_is_not_executed_twice() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("append x 1", C));
    scenario.push(Ns::ms(500), Action::Cut { from: C, to: C1, until: None });
    scenario.push(Ns::ms(700), Action::Crash { node: C });
    scenario.push(Ns::s(3), op("get x", A));
    let stage = play(scenario);
    stage.assert_safe();
    assert_eq!(told(&stage), ["ok", "1"]);
}

#[test]
fn a_client_that_crashes_never_learns_what_became_of_its_request() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("append x 1", C));
    scenario.push(Ns::ms(510), Action::Crash { node: C1 });
    scenario.push(Ns::ms(900), Action::Recover { node: C1 });
    scenario.push(Ns::s(1), op("append x 2", C));
    scenario.push(Ns::s(2), op("get x", C));
    let stage = play(scenario);
    assert_eq!(told(&stage), ["nothing", "ok", "12"], "its new numbers go on after the old");
}

#[test]
fn a_client_without_its_disk_is_told_its_count_and_goes_on() {
    let mut scenario = quiet(5);
    for at in [500, 700, 900] {
        scenario.push(Ns::ms(at), op("append x 1", C));
    }
    scenario.push(Ns::ms(1_500), Action::Amnesia { node: C1 });
    scenario.push(Ns::ms(1_600), Action::Recover { node: C1 });
    scenario.push(Ns::s(2), op("append x 2", C));
    scenario.push(Ns::s(3), op("get x", C));
    let stage = play(scenario);
    assert_eq!(told(&stage), ["ok", "ok", "ok", "ok", "1112"]);
    assert_eq!(stage.messages("Reply", |label| label == "stale").len(), 1);
}

#[test]
fn bad_parameters_are_refused_in_one_sentence() {
    let refused = |change: fn(&mut lightcone_protocols::raft::Params)| {
        Run::<Raft>::start(with(quiet(3), change)).err().map(|bad| bad.0).unwrap_or_default()
    };
    let text = refused(|params| params.election_timeout_max = Ns::ms(10));
    assert_eq!(text, "election_timeout_max (10 ms) must not be below election_timeout_min (150 ms)");
    assert_eq!(
        refused(|params| params.heartbeat_interval = Ns(1)),
        "heartbeat_interval is 1 ns; it must be at least 1 ms"
    );
    assert_eq!(
        refused(|params| params.max_entries = 0),
        "max_entries must be at least 1, or nothing is ever replicated"
    );
    let mut scenario = quiet(3);
    scenario.params.insert("variant".to_owned(), "no-such".into());
    let text = Run::<Raft>::start(scenario).err().map(|bad| bad.0).unwrap_or_default();
    assert!(text.contains("no-such") && text.contains("vote-not-persisted"), "{text}");
}
