//! One vote in stories: given this scenario, this is chosen, or nothing is for ever.

mod story;

use lightcone_protocols::vote::Vote;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const END: Ns = Ns::s(1);

fn proposes(at: u64, client: u16, value: &str) -> (Ns, Action) {
    let op = format!("propose {value}");
    (Ns::ms(at), Action::Op { client: NodeId::client(client), op, node: None })
}

/// So many acceptors and clients, messages that take 10 ms each, and this script.
fn vote(acceptors: u16, clients: u16, script: impl IntoIterator<Item = (Ns, Action)>) -> Scenario {
    let mut scenario = Scenario { nodes: acceptors, ..quiet::<Vote>() };
    scenario.workload.clients = clients;
    with_script(scenario, script)
}

fn crash(at: u64, node: NodeId) -> (Ns, Action) {
    (Ns::ms(at), Action::Crash { node })
}

fn recover(at: u64, client: u16) -> (Ns, Action) {
    (Ns::ms(at), Action::Op { client: NodeId::client(client), op: "recover".to_owned(), node: None })
}

/// A client and an acceptor hear nothing of each other until then.
fn cut_until(client: u16, acceptor: NodeId, until: u64) -> (Ns, Action) {
    let groups = vec![vec![NodeId::client(client)], vec![acceptor]];
    (Ns::ms(1), Action::Partition { groups, until: Some(Ns::ms(until)), one_way: false })
}

fn some(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|value| Some((*value).to_owned())).collect()
}

#[test]
fn the_first_that_is_heard_is_chosen_and_whoever_proposes_another_learns_it_too() {
    let story = play::<Vote>(vote(3, 2, [proposes(100, 0, "tea"), proposes(105, 1, "coffee")]));
    assert_eq!(story.answers(), some(&["chosen tea", "chosen tea"]));
    assert_eq!(story.broken(), [""; 0]);
    for acceptor in [A, B, C] {
        assert_eq!(story.role(acceptor, END), Some("voted"));
        assert!(story.noted(acceptor, "My one vote went to tea"));
    }
}

#[test]
fn two_of_three_choose_though_the_third_is_down() {
    let script = [crash(50, C), proposes(100, 0, "milk")];
    let story = play::<Vote>(vote(3, 1, script.clone()));
    assert_eq!(story.answers(), some(&["chosen milk"]));
    // Where all three must vote, one that is down is one too many; nothing wrong is learned.
    let story = play::<Vote>(with(vote(3, 1, script), "quorum", 3));
    assert_eq!(story.answers(), [None]);
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_vote_that_splits_chooses_nothing_for_ever() {
    let script = [
        // Each hears its own client alone in time.
        cut_until(1, A, 150),
        cut_until(0, B, 150),
        proposes(100, 0, "tea"),
        proposes(100, 1, "coffee"),
    ];
    let story = play::<Vote>(vote(2, 2, script));
    assert_eq!(story.answers(), [None, None]);
    assert_eq!(story.broken(), ["still decidable"]);
    assert!(story.findings()[0].contains("1 for tea, 1 for coffee"), "{:?}", story.findings());
}

#[test]
fn a_vote_is_on_disk_and_is_said_again_after_a_crash() {
    // The votes are lost on their way; A and B crash, and remember.
    let lost = |acceptor| {
        let groups = vec![vec![acceptor], vec![NodeId::client(0)]];
        (Ns::ms(105), Action::Partition { groups, until: Some(Ns::ms(200)), one_way: true })
    };
    let up = |at, node| (Ns::ms(at), Action::Recover { node });
    let script = [proposes(100, 0, "tea"), lost(A), lost(B), lost(C), crash(300, A), crash(300, B)];
    let untold = play::<Vote>(vote(3, 1, script.clone()));
    assert_eq!(untold.answers(), [None], "nobody hears of the votes");
    let told = play::<Vote>(vote(3, 1, script.into_iter().chain([up(400, A), up(400, B)])));
    assert_eq!(told.answers(), some(&["chosen tea"]));
    assert!(told.noted(A, "My disk says that I voted for tea"));
    assert_eq!(told.broken(), [""; 0]);
}

#[test]
fn whoever_recovers_learns_what_was_chosen_and_nothing_else_can_be_afterwards() {
    // All voted for tea, but the third client hears no votes: it asks.
    let usual = || with(with(vote(3, 3, []), "recovery", true), "learners", 1);
    let story = play::<Vote>(with_script(usual(), [proposes(100, 0, "tea"), recover(300, 2)]));
    assert_eq!(story.answers(), some(&["chosen tea", "chosen tea"]));
    assert_eq!(story.broken(), [""; 0]);
    // Where it comes first, nobody votes any more.
    let story = play::<Vote>(with_script(usual(), [recover(100, 2), proposes(300, 0, "tea")]));
    assert_eq!(story.answers(), [None, Some("nothing was voted for".to_owned())]);
    assert!(story.noted(A, "I have promised to vote no more"));
    // Where it was not agreed on beforehand, it is refused.
    let refused = with(with_script(usual(), [recover(100, 2)]), "recovery", false);
    assert_eq!(play::<Vote>(refused).answers(), some(&["here nobody may recover"]));
}

#[test]
fn an_acceptor_that_votes_for_all_has_two_learners_disagree() {
    // A hears tea alone in time, B coffee alone, and C, which lies, both. Each learner is cut off from one of the votes.
    let script =
        [cut_until(1, A, 500), cut_until(0, B, 500), proposes(100, 0, "tea"), proposes(100, 1, "coffee")];
    let split = play::<Vote>(vote(3, 2, script.clone()));
    assert!(!split.broken().contains(&"agreement"), "{:?}", split.findings());
    let lied = play::<Vote>(with(vote(3, 2, script), "liars", 1));
    assert_eq!(lied.answers(), some(&["chosen tea", "chosen coffee"]));
    assert_eq!(lied.broken(), ["agreement"]);
    assert!(lied.noted(C, "I lie"));
}

#[test]
fn what_nobody_proposed_is_no_choice() {
    let story = play::<Vote>(with(Vote::scenario(None), "variant", "foregone"));
    assert_eq!(story.answers(), some(&["chosen water", "chosen water"]));
    assert_eq!(story.broken(), ["nontriviality"]);
}

#[test]
fn numbers_that_make_no_sense_are_refused_in_a_sentence() {
    let refused = |name, value: u64| match open(with(Vote::scenario(None), name, value)) {
        Ok(_) => panic!("{name}={value} is taken"),
        Err(why) => why,
    };
    assert!(refused("quorum", 4).contains("quorum is 4, and there are 3 acceptors"));
    assert!(refused("liars", 4).contains("liars is 4"));
    assert!(refused("silent", 3).contains("somebody of 3 must speak"));
    assert!(open(with(Vote::scenario(None), "quorum", 3)).is_ok());
}

#[test]
fn in_trouble_no_two_learn_different_values() {
    let mut decided = 0;
    for seed in 0..200 {
        let story = play::<Vote>(trouble(seed, Vote::scenario(None), Ns::s(8)));
        let mut learned: Vec<String> = story.answers().into_iter().flatten().collect();
        learned.dedup();
        assert!(learned.len() <= 1, "{seed}: {learned:?}");
        decided += learned.len();
        assert!(
            !story.broken().iter().any(|name| *name != "still decidable"),
            "{seed}: {:?}",
            story.findings()
        );
    }
    assert!(decided >= 50, "{decided} runs of 200 chose something");
}
