//! The scenarios that are offered show what they say.

use lightcone_protocols::raft::{Index, Raft, Variant};
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;

use crate::stage::*;

#[test]
fn the_usual_scenario_commits_with_no_click() {
    let stage = play(Raft::scenario(None));
    stage.assert_safe();
    assert_eq!(stage.leaders(Ns::s(10)), [(C, 1)]);
    assert!(stage.answered() >= 15, "{:?}", stage.answers());
    for server in [A, B, C, D, E] {
        assert_eq!(stage.server(server, Ns::s(10)).1.log.last_index(), Index(21));
    }
}

#[test]
fn every_number_of_servers_elects_a_leader() {
    for nodes in [1, 2, 3, 4, 7, 26] {
        let stage = play(Raft::scenario(Some(nodes)));
        stage.assert_safe();
        assert_eq!(stage.leaders(Ns::s(10)).len(), 1, "{nodes} servers");
        assert!(stage.answered() >= 10, "{nodes} servers");
    }
}

#[test]
fn everything_a_person_did_in_an_example_had_its_effect() {
    for (title, scenario) in Raft::examples() {
        let script = scenario.script.clone();
        let stage = play(scenario);
        for entry in script {
            assert!(stage.run.trace().has_acted(entry.id), "{title}: {entry:?}");
        }
    }
}

/// Servers are interchangeable but for their names in the scenario: only roles matter here.
fn roles(stage: &Stage, node: NodeId) -> Vec<(&'static str, u64)> {
    let lane = stage.run.trace().lane(node).expect("it exists");
    lane.statuses.iter().filter_map(|(_, status)| status.and_then(|s| Some((s.role, s.epoch?)))).collect()
}

#[test]
fn the_leader_crashes() {
    let stage = play(example("The leader crashes"));
    stage.assert_safe();
    assert_eq!(stage.leaders(Ns::ms(1_999)), [(C, 1)]);
    assert_eq!(stage.leaders(Ns::ms(3_000)), [(E, 3)]);
    assert!(roles(&stage, B).contains(&("candidate", 2)) && roles(&stage, D).contains(&("candidate", 2)));
    assert_eq!(stage.log(C, Ns::s(6)), stage.log(E, Ns::s(6)), "C has caught up");
    assert_eq!(stage.field(C, "state machine", Ns::s(6)), stage.field(E, "state machine", Ns::s(6)));
    assert_eq!(roles(&stage, C).last(), Some(&("follower", 3)));
}

#[test]
fn a_leader_cut_off() {
    let stage = play(example("A leader cut off"));
    stage.assert_safe();
    assert_eq!(stage.leaders(Ns::s(3)), [(C, 1), (D, 2)], "C does not know yet");
    let before = stage.field(C, "commitIndex", Ns::ms(2_100));
    assert_eq!(stage.field(C, "commitIndex", Ns::ms(3_999)), before, "a minority commits nothing");
    let alone = stage.log(C, Ns::ms(3_999));
    let agreed = stage.log(D, Ns::s(6));
    assert!(alone.len() > before.parse().unwrap() && !agreed.starts_with(&alone), "{alone:?} {agreed:?}");
    assert_eq!(stage.leaders(Ns::ms(4_100)), [(D, 2)], "C has stepped down");
    assert_eq!(stage.log(C, Ns::s(6)), agreed);
    assert!(stage.notes().contains("C: C hears of term 2 from"), "{}", stage.notes());
    assert!(stage.notes().contains("C: C deletes its log from"), "{}", stage.notes());
}

#[test]
fn votes_lost_on_the_way() {
    let stage = play(example("Votes lost on the way"));
    stage.assert_safe();
    assert_eq!(stage.leaders(Ns::ms(350)), []);
    assert_eq!(stage.leaders(Ns::s(2)), [(C, 3)]);
    assert!(stage.answered() > 0);
}

#[test]
fn a_clock_at_double_speed() {
    let stage = play(example("A clock at double speed"));
    stage.assert_safe();
    assert_eq!(stage.next_candidate(Ns::s(1)), Some(A));
    assert_eq!(stage.leaders(Ns::s(4)), [(A, 2)]);
}

#[test]
fn an_answer_lost_on_the_way() {
    let stage = play(example("An answer lost on the way"));
    stage.assert_safe();
    let answers = stage.answers();
    assert_eq!(answers[0], ("append x 1".to_owned(), Some("ok".to_owned())));
    assert_eq!(answers[1], ("get x".to_owned(), Some("1".to_owned())), "executed once");
    assert_eq!(stage.messages("Request", |label| label == "write x+=1").len(), 3, "C, then D, then C again");
    let note = "C has executed c1's request 1 before: it repeats the answer and executes nothing";
    assert!(stage.notes().contains(note), "{}", stage.notes());
}

#[test]
fn a_vote_not_persisted_elects_two_leaders_and_a_vote_persisted_does_not() {
    let scenario = example("A vote not persisted: two leaders in one term");
    let stage = play(scenario.clone());
    assert_eq!(stage.leaders(Ns::ms(200)), [(A, 1), (B, 1)]);
    let violation = &stage.run.trace().violations()[0];
    assert_eq!(violation.monitor, "election safety");
    assert_eq!(violation.text, "A and B both lead in term 1: a term has one leader at most.");
    assert_eq!(violation.evidence.len(), 1);

    let stage = play(with(scenario, |params| params.variant = Variant::Correct));
    stage.assert_safe();
    assert_eq!(stage.leaders(Ns::ms(150)), [(A, 1)]);
    assert!(stage.notes().contains("C: C refuses B: its one vote of term 1 went to A"), "{}", stage.notes());
}

#[test]
fn figure_8_overwrites_what_was_counted_as_committed_and_the_rule_prevents_it() {
    let scenario = example("Figure 8: counted as committed, and overwritten");
    let stage = play(scenario.clone());
    let broken: Vec<_> =
        stage.run.trace().violations().iter().map(|v| (v.monitor, v.text.as_str())).collect();
    assert_eq!(
        broken,
        [
            (
                "leader completeness",
                "E leads in term 5, but its log lacks entry 1 (x=1), committed in term 4."
            ),
            (
                "state machine safety",
                "E executes y=2 of term 2 as entry 1, where B has executed x=1 of term 1."
            ),
        ]
    );
    assert_eq!(stage.answers()[0].1.as_deref(), Some("ok"), "the client was told that x is 1");

    let stage = play(correct(scenario));
    stage.assert_safe();
    assert_eq!(stage.answers()[0].1, None, "nobody was told anything that is not so");
    assert!(stage.notes().contains("a majority stores entry 1, but it is of term 1"), "{}", stage.notes());
}

fn correct(mut scenario: Scenario) -> Scenario {
    scenario.params.insert("variant".to_owned(), "correct".into());
    scenario
}
