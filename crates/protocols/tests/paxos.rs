//! Single-decree Paxos in stories: given this scenario, this happens.

mod story;

use std::collections::BTreeSet;

use lightcone_protocols::paxos::Paxos;
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::PendingWhat;
use lightcone_sim::time::Ns;
use story::*;

fn learned(story: &Story, node: NodeId, at: Ns) -> String {
    story.field(node, at, "learned").join(" ")
}

fn ballots(story: &Story) -> BTreeSet<String> {
    story.said("prepare").into_iter().map(|(_, label)| label).collect()
}

#[test]
fn with_no_click_two_proposers_meet_and_one_value_is_chosen() {
    for nodes in 1..=7 {
        let story = play::<Paxos>(Paxos::scenario(Some(nodes)));
        let answers: BTreeSet<_> = story.answers().into_iter().flatten().collect();
        assert_eq!(answers.len(), 1, "{nodes} servers: {answers:?}");
        assert!(story.answers().iter().all(Option::is_some), "{nodes} servers");
        assert_eq!(story.broken(), [""; 0]);
    }
    let story = play::<Paxos>(Paxos::scenario(None));
    assert_eq!(ballots(&story), ["prepare 1.A", "prepare 1.C"].map(str::to_owned).into());
    assert!(!story.said("nack").is_empty(), "one is turned down");
}

#[test]
fn duelling_proposers_spoil_one_anothers_ballots_until_chance_ends_it() {
    let story = play::<Paxos>(example::<Paxos>("Duelling proposers"));
    assert!(ballots(&story).len() >= 6, "{:?}", ballots(&story));
    assert!(story.said("nack").len() >= 5);
    let answers: BTreeSet<_> = story.answers().into_iter().collect();
    assert_eq!(answers.len(), 1);
    assert!(answers.iter().all(Option::is_some));
}

/// A person with everything on hold: has one message arrive, or one timer fire, at a time.
struct Hand {
    scenario: Scenario,
    now: Ns,
}

impl Hand {
    /// What waits: its label, and what has it happen.
    fn waiting(&self) -> Vec<(String, Action)> {
        let story = play::<Paxos>(Scenario { until: self.now, ..self.scenario.clone() });
        let pending = story.session().pending(Key::end_of(self.now));
        let waiting = pending.into_iter().map(|one| match one.what {
            PendingWhat::Message { id, to } => {
                (format!("{}→{to} {}", id.node, one.label), Action::Deliver { message: id })
            }
            PendingWhat::Timer(timer) => (format!("{} {}", timer.node, one.label), Action::Fire { timer }),
        });
        waiting.collect()
    }

    fn let_happen(&mut self, label: &str) {
        let waiting = self.waiting();
        let Some((_, action)) = waiting.iter().find(|(name, _)| name.starts_with(label)) else {
            let labels: Vec<_> = waiting.iter().map(|(label, _)| label).collect();
            panic!("`{label}` does not wait at {}; there is {labels:#?}", self.now);
        };
        self.now = self.now + Ns::ms(10);
        self.scenario.push(self.now, action.clone());
    }
}

#[test]
fn a_person_can_keep_a_duel_going_by_hand_and_end_it() {
    let scenario = example::<Paxos>("A duel by hand: every message waits for you");
    let untouched = play::<Paxos>(scenario.clone());
    assert_eq!(untouched.answers(), [None, None], "nothing moves by itself");

    let mut hand = Hand { scenario, now: Ns::ms(200) };
    hand.let_happen("c1→A propose tea");
    hand.let_happen("c2→C propose coffee");
    hand.let_happen("A→B prepare 1.A");
    let turns = [("A", "1.A"), ("C", "1.C"), ("A", "2.A"), ("C", "3.C"), ("A", "4.A"), ("C", "5.C")];
    for pair in turns.windows(2) {
        let [(me, mine), (rival, theirs)] = pair else { unreachable!("windows of two") };
        hand.let_happen(&format!("B→{me} promise {mine}"));
        hand.let_happen(&format!("{rival}→B prepare {theirs}"));
        hand.let_happen(&format!("{me}→B accept {mine}"));
        hand.let_happen(&format!("B→{me} nack {theirs}"));
        hand.let_happen(&format!("{me} retry"));
    }
    let story = play::<Paxos>(Scenario { until: hand.now, ..hand.scenario.clone() });
    assert!((0..3).all(|node| learned(&story, NodeId::server(node), hand.now) == "none"));

    hand.let_happen("B→C promise 5.C");
    hand.let_happen("C→B accept 5.C");
    hand.let_happen("B→C accepted 5.C");
    let story = play::<Paxos>(Scenario { until: hand.now, ..hand.scenario });
    assert_eq!(learned(&story, C, hand.now), "coffee", "left alone for a moment, C gets its way");
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_value_that_may_be_chosen_survives_its_proposer() {
    let story = play::<Paxos>(example::<Paxos>("A value survives its proposer"));
    assert_eq!(story.role(A, Ns::ms(200)), None, "A is down");
    assert!(story.noted(C, "tea may have been chosen in 1.A"));
    assert_eq!(story.answers(), [Some("chosen tea".to_owned()), Some("chosen tea".to_owned())]);
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_late_learner_asks_and_learns() {
    let story = play::<Paxos>(example::<Paxos>("A learner comes late"));
    assert_eq!(learned(&story, B, Ns::ms(500)), "tea");
    assert_eq!(story.role(C, Ns::s(1)), None);
    assert!(story.noted(C, "I was here before"));
    assert_eq!(learned(&story, C, Ns::ms(2_100)), "tea");
}

#[test]
fn roles_may_live_on_different_servers() {
    let story = play::<Paxos>(example::<Paxos>("A server for each role"));
    let end = Ns::s(3);
    for (server, durable) in [(0, ["round"].as_slice()), (2, &["promised", "accepted"]), (6, &[])] {
        let view = story.session().node(NodeId::server(server), Key::end_of(end)).unwrap().view.unwrap();
        let on_disk: Vec<_> =
            view.fields.iter().filter(|field| field.durable).map(|field| field.name).collect();
        assert_eq!(on_disk, durable);
    }
    assert!([0, 5, 6].iter().all(|&server| learned(&story, NodeId::server(server), end) == "tea"));
    assert_eq!(story.answers(), [Some("chosen tea".to_owned()), Some("chosen tea".to_owned())]);
}

#[test]
fn an_acceptor_that_loses_its_disk_breaks_agreement() {
    let story = play::<Paxos>(example::<Paxos>("An acceptor with amnesia"));
    assert_eq!(story.broken(), ["agreement"]);
    assert_eq!(story.answers(), [Some("chosen tea".to_owned()), Some("chosen coffee".to_owned())]);
    let found = &story.session().trace().violations()[0];
    assert_eq!(found.event.node, B, "where the second majority became one");
    assert!(found.evidence.iter().any(|event| event.node == A), "{:?}", found.evidence);
}

#[test]
fn each_mistake_shows_what_it_breaks_and_the_same_scenario_is_fine_without_it() {
    for (title, monitor) in [
        ("Broken: a promise that a crash forgets", "agreement"),
        ("Broken: a proposer that will not listen", "agreement"),
        ("Broken: a quorum that is no majority", "agreement"),
        ("Broken: a value that nobody proposed", "validity"),
    ] {
        let scenario = example::<Paxos>(title);
        assert_eq!(play::<Paxos>(scenario.clone()).broken(), [monitor], "{title}");
        let right = play::<Paxos>(with(scenario, "variant", "correct"));
        assert_eq!(right.findings(), [""; 0], "{title}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let refused = |scenario| match lightcone_sim::run::Run::<Paxos>::start(scenario) {
        Ok(_) => panic!("this was accepted"),
        Err(error) => error.to_string(),
    };
    let usual = Paxos::scenario(None);
    assert!(refused(with(usual.clone(), "acceptors", 4)).contains("there are 3"));
    assert!(refused(with(usual.clone(), "timeout", 0)).contains("timeout"));
    assert!(refused(with(usual, "variant", "wrong")).contains("variant"));
}

/// Trouble for three to five servers, now and then with fewer in each role.
fn troubled(seed: u64) -> Scenario {
    let nodes = 3 + (seed % 3) as u16;
    let mut scenario = trouble(seed, Paxos::scenario(Some(nodes)), Ns::s(16));
    scenario.workload.count = Some(2);
    if seed.is_multiple_of(4) {
        scenario = with(scenario, "proposers", 2);
        scenario = with(scenario, "acceptors", 3);
        scenario = with(scenario, "learners", 2);
    }
    scenario
}

#[test]
fn in_any_trouble_one_value_is_chosen_and_once_it_is_over_everybody_knows() {
    for seed in 1..=2_000 {
        let scenario = troubled(seed);
        let (end, nodes) = (scenario.until, scenario.nodes);
        let learners = if seed.is_multiple_of(4) { nodes - 2..nodes } else { 0..nodes };
        let story = play::<Paxos>(scenario);
        assert_eq!(story.findings(), [""; 0], "seed {seed}");
        let known: BTreeSet<_> = learners.map(|node| learned(&story, NodeId::server(node), end)).collect();
        assert_eq!(known.len(), 1, "seed {seed}: {known:?}");
        assert!(!known.contains("none"), "seed {seed}");
        let answers: BTreeSet<_> = story.answers().into_iter().take(2).collect();
        assert_eq!(answers.len(), 1, "seed {seed}: {answers:?}");
    }
}

#[test]
fn trouble_alone_finds_every_mistake() {
    for variant in ["promise-not-persisted", "ignore-accepted", "quorum-too-small", "invent-value"] {
        let broke =
            |&seed: &u64| !play::<Paxos>(with(troubled(seed), "variant", variant)).broken().is_empty();
        assert!((1..=2_000).find(broke).is_some(), "{variant}");
    }
}

#[test]
fn nothing_panics_though_disks_are_lost() {
    let broken =
        (1..=300).filter(|&seed| !play::<Paxos>(with_amnesia(troubled(seed))).broken().is_empty()).count();
    assert!(broken > 0, "a lost disk is a broken word");
}

#[test]
fn a_ballot_is_called_by_its_round_and_proposer_wherever_it_is_told() {
    let story = play::<Paxos>(example::<Paxos>("Duelling proposers"));
    let session = story.session();
    let nodes = session.trace().lanes().take(3);
    let roles: Vec<String> = nodes
        .flat_map(|(_, lane)| lane.statuses.iter().filter_map(|&(_, status)| status))
        .map(|status| session.role_words(status))
        .collect();
    for words in ["preparing 1.A", "preparing 1.C", "proposing 2.A"] {
        assert!(roles.iter().any(|role| role == words), "{words}: {roles:?}");
    }
}
