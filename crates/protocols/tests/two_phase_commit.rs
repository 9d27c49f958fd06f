//! Two-phase commit in stories: given this scenario, this happens.

mod story;

use lightcone_protocols::two_phase_commit::TwoPhaseCommit;
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use story::*;

fn story_of(title: &str) -> Story {
    play::<TwoPhaseCommit>(example::<TwoPhaseCommit>(title))
}

/// What a node's log says at a moment.
fn log(story: &Story, node: NodeId, at: Ns) -> Vec<String> {
    let view = story.session().node(node, Key::end_of(at)).and_then(|node| node.view);
    view.into_iter().flat_map(|view| view.log).map(|item| item.text).collect()
}

fn told(answers: &[&str]) -> Vec<Option<String>> {
    answers.iter().map(|answer| Some((*answer).to_owned())).collect()
}

#[test]
fn with_no_click_transactions_commit_and_abort() {
    for nodes in 2..=7 {
        let story = play::<TwoPhaseCommit>(TwoPhaseCommit::scenario(Some(nodes)));
        assert_eq!(story.answers().len(), 5, "one every two seconds");
        assert!(story.answers().iter().all(Option::is_some));
        assert_eq!(story.broken(), [""; 0]);
    }
    let story = play::<TwoPhaseCommit>(TwoPhaseCommit::scenario(None));
    let end = Ns::s(3);
    assert_eq!(story.answers()[..2], told(&["committed t1", "committed t2"]));
    assert_eq!(log(&story, A, end)[..3], ["start-2pc t1", "commit t1", "end t1"]);
    assert_eq!(log(&story, B, end)[..2], ["yes t1", "commit t1"]);
    assert!(story.answers().contains(&Some("aborted t3".to_owned())), "to the third one, B says no");
}

#[test]
fn a_coordinator_that_crashes_after_the_votes_blocks_everybody_until_it_is_back() {
    let story = story_of("Coordinator crashes after the votes");
    assert_eq!(story.role(B, Ns::ms(200)), Some("prepared"));
    for participant in [B, C] {
        assert_eq!(story.role(participant, Ns::ms(2_900)), Some("blocked"));
        let uncertain = story.field(participant, Ns::ms(2_900), "uncertain").join("");
        assert!(uncertain.starts_with("t1 since 180 ms, asked 9"), "{uncertain}");
        assert!(story.noted(participant, "I am blocked"));
        assert_eq!(story.role(participant, Ns::ms(3_100)), Some("committed"));
        assert_eq!(log(&story, participant, Ns::ms(3_100)), ["yes t1", "commit t1"]);
    }
    assert_eq!(story.answers(), told(&["committed t1"]));
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_coordinator_that_crashes_before_its_decision_is_on_disk_comes_back_to_abort() {
    let story = story_of("Coordinator crashes before it can write its decision");
    assert_eq!(story.role(B, Ns::ms(2_900)), Some("blocked"));
    assert!(story.noted(A, "My log says that I asked for votes on t1, and no decision"));
    assert_eq!(log(&story, B, Ns::s(4)), ["yes t1", "abort t1"]);
    assert_eq!(story.answers(), told(&["aborted t1"]));
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_participant_that_knows_saves_one_that_is_blocked_if_it_is_asked() {
    let alone = story_of("One participant knows, the other is blocked");
    let together = story_of("Cooperative termination saves a blocked participant");
    let while_a_is_down = Ns::s(3);
    for story in [&alone, &together] {
        assert_eq!(story.role(A, while_a_is_down), None);
        assert_eq!(log(story, B, while_a_is_down), ["yes t1", "commit t1"]);
    }
    assert_eq!(alone.role(C, while_a_is_down), Some("blocked"));
    assert_eq!(log(&together, C, while_a_is_down), ["yes t1", "commit t1"]);
}

#[test]
fn cooperation_does_not_help_if_nobody_knows() {
    let story = story_of("All are uncertain: cooperation does not help");
    for participant in [B, C] {
        assert_eq!(story.role(participant, Ns::s(3)), Some("blocked"));
        assert!(story.noted(participant, "I am as uncertain about t1"));
    }
    assert_eq!(story.answers(), [None]);
}

#[test]
fn a_participant_that_has_not_voted_aborts_for_one_that_asks() {
    // A asks B for its vote, not C; B says yes, and A is gone.
    let mut scenario = Scenario { script: Vec::new(), ..example::<TwoPhaseCommit>("A participant votes no") };
    scenario.push(Ns::ms(100), Action::Op { client: NodeId::client(0), op: "run".to_owned(), node: None });
    scenario.push(Ns::ms(150), Action::Cut { from: A, to: C, until: None });
    scenario.push(Ns::ms(170), Action::Crash { node: A });
    for (param, value) in [("vote_request_timeout", Ns::s(100)), ("decision_timeout", Ns::ms(100))] {
        scenario = with(scenario, param, value.0);
    }
    let blocked = play::<TwoPhaseCommit>(scenario.clone());
    assert_eq!(blocked.role(B, Ns::s(1)), Some("blocked"));
    let freed = play::<TwoPhaseCommit>(with(scenario, "cooperative", true));
    assert_eq!(log(&freed, B, Ns::s(1)), ["yes t1", "abort t1"]);
    assert_eq!(log(&freed, C, Ns::s(1)), ["abort t1"]);
    assert!(freed.noted(C, "I have not said yes to t1"));
}

#[test]
fn one_no_aborts_for_all() {
    let story = story_of("A participant votes no");
    assert_eq!(log(&story, C, Ns::s(1)), ["abort t1"], "without waiting for anyone");
    assert_eq!(log(&story, B, Ns::s(1)), ["yes t1", "abort t1"]);
    assert_eq!(story.answers(), told(&["aborted t1"]));
    assert_eq!(story.said("vote").len(), 2);
}

#[test]
fn votes_may_be_no_by_chance() {
    let usual = Scenario { until: Ns::s(100), ..TwoPhaseCommit::scenario(None) };
    let story = play::<TwoPhaseCommit>(with(usual, "no_vote_ppm", 500_000));
    let votes = story.said("vote");
    let no = votes.iter().filter(|(_, label)| label.starts_with("no ")).count();
    assert!((35..=80).contains(&no), "{no} of {}", votes.len());
}

#[test]
fn a_participant_that_is_not_asked_in_time_aborts_by_itself() {
    let mut scenario = example::<TwoPhaseCommit>("A participant votes no");
    scenario.push(Ns::ms(150), Action::Crash { node: A });
    let story = play::<TwoPhaseCommit>(scenario);
    assert!(story.noted(B, "I am free to abort"));
    assert_eq!(log(&story, B, Ns::s(1)), ["abort t1"]);
}

#[test]
fn a_participant_that_crashes_before_its_vote_makes_all_abort_and_one_that_voted_asks() {
    let before = story_of("A participant crashes before it votes");
    assert!(before.noted(A, "C kept me waiting too long"));
    assert_eq!(before.answers(), told(&["aborted t1"]));
    assert_eq!(log(&before, C, Ns::s(3)), ["abort t1"]);
    assert_eq!(log(&before, A, Ns::s(3)), ["start-2pc t1", "abort t1", "end t1"]);

    let after = story_of("A participant crashes after its yes");
    assert!(after.noted(C, "My log says that I voted yes on t1"));
    assert_eq!(after.answers(), told(&["committed t1"]));
    assert_eq!(log(&after, C, Ns::s(3)), ["yes t1", "commit t1"]);
}

#[test]
fn a_call_that_is_repeated_runs_once() {
    let mut scenario = example::<TwoPhaseCommit>("A participant votes no");
    scenario.push(Ns::ms(210), Action::Cut { from: A, to: NodeId::client(0), until: Some(Ns::ms(900)) });
    let story = play::<TwoPhaseCommit>(Scenario { until: Ns::s(3), ..scenario });
    assert_eq!(story.said("run").len(), 2, "its first answer was lost");
    assert_eq!(story.answers(), told(&["aborted t1"]));
}

#[test]
fn a_coordinator_that_loses_its_disk_breaks_atomicity() {
    let story = story_of("A coordinator with amnesia");
    assert_eq!(story.broken(), ["atomicity"]);
    assert_eq!(story.findings(), ["A decided to commit t1, but C decided to abort it."]);
}

#[test]
fn each_mistake_breaks_atomicity_and_the_same_scenario_is_fine_without_it() {
    for title in [
        "Broken: a blocked participant decides alone",
        "Broken: a vote that a crash forgets",
        "Broken: a decision that a crash forgets",
    ] {
        let scenario = example::<TwoPhaseCommit>(title);
        assert_eq!(play::<TwoPhaseCommit>(scenario.clone()).broken(), ["atomicity"], "{title}");
        let right = play::<TwoPhaseCommit>(with(scenario, "variant", "correct"));
        assert_eq!(right.findings(), [""; 0], "{title}");
        assert_eq!(log(&right, C, right.session().scenario().until), ["yes t1", "commit t1"], "{title}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let refused = |scenario| match lightcone_sim::run::Run::<TwoPhaseCommit>::start(scenario) {
        Ok(_) => panic!("this was accepted"),
        Err(error) => error.to_string(),
    };
    assert!(refused(TwoPhaseCommit::scenario(Some(1))).contains("at least one participant"));
    let usual = TwoPhaseCommit::scenario(None);
    assert!(refused(with(usual.clone(), "no_vote_ppm", 1_000_001)).contains("no_vote_ppm"));
    assert!(refused(with(usual, "decision_timeout", 0)).contains("decision_timeout"));
}

/// Trouble for a transaction every 200 ms.
fn troubled(seed: u64) -> Scenario {
    let usual = TwoPhaseCommit::scenario(Some(2 + (seed % 4) as u16));
    let mut scenario = trouble(seed, usual, Ns::s(40));
    scenario.workload.every = Ns::ms(200);
    scenario.workload.count = Some(12);
    scenario = with(scenario, "no_vote_ppm", 50_000);
    with(scenario, "cooperative", seed.is_multiple_of(2))
}

#[test]
fn in_any_trouble_all_decide_alike_and_once_it_is_over_nobody_is_blocked() {
    for seed in 1..=1_000 {
        let scenario = troubled(seed);
        let (end, nodes) = (scenario.until, scenario.nodes);
        let story = play::<TwoPhaseCommit>(scenario);
        assert_eq!(story.findings(), [""; 0], "seed {seed}");
        assert!(story.answers().iter().all(Option::is_some), "seed {seed}: {:?}", story.answers());
        assert_eq!(story.field(A, end, "open"), [""; 0], "seed {seed}: A has ended all transactions");
        for participant in (1..nodes).map(NodeId::server) {
            let role = story.role(participant, end);
            let decided = matches!(role, Some("committed" | "aborted" | "participant"));
            assert!(decided, "seed {seed}, {participant}: {role:?}");
        }
    }
}

#[test]
fn trouble_alone_finds_every_mistake() {
    for variant in ["decide-alone", "vote-not-persisted", "decision-not-forced"] {
        let broke = |&seed: &u64| {
            play::<TwoPhaseCommit>(with(troubled(seed), "variant", variant)).broken().contains(&"atomicity")
        };
        assert!((1..=1_000).find(broke).is_some(), "{variant}");
    }
}

#[test]
fn nothing_panics_though_disks_are_lost() {
    let broken = (1..=300)
        .filter(|&seed| !play::<TwoPhaseCommit>(with_amnesia(troubled(seed))).broken().is_empty())
        .count();
    assert!(broken > 0, "a lost disk is a broken word");
}
