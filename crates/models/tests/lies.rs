//! Servers that lie: how soon that breaks what crashes cannot, and that it breaks again when it is played.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Deed, Limits, Network, Progress};
use lightcone_models::{Asked, Question, find};
use lightcone_protocols::raft::Raft;
use lightcone_protocols::two_phase_commit::TwoPhaseCommit;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Action;

fn ask(model: &str, set: &[(&str, u64)], network: Option<Network>, depth: u32) -> Asked {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let limits = Limits { depth, ..Limits::default() };
    let mut asked =
        find(model).unwrap().ask(&Question { set, network, limits, ..Question::default() }).unwrap();
    while asked.search.run(u64::MAX).unwrap() == Progress::More {}
    asked
}

/// Plays what was found: what broke in that run, and how many messages were rewritten in it.
fn played<P: Protocol>(asked: &Asked) -> (Vec<&'static str>, usize) {
    let scenario = asked.search.scenario(&asked.search.report().found.unwrap()).unwrap();
    let mut run = Run::<P>::start(scenario.clone()).unwrap();
    run.run_until(scenario.until, u64::MAX);
    let lies = scenario.script.iter().filter(|entry| matches!(entry.action, Action::Rewrite { .. }));
    (run.trace().violations().iter().map(|violation| violation.monitor).collect(), lies.count())
}

#[test]
fn one_vote_that_is_no_vote_elects_two_leaders_of_one_term() {
    for network in [Network::Multiset, Network::Fifo, Network::InboxSet, Network::Set] {
        let asked = ask("raft", &[("lies", 1), ("timeouts", 2)], Some(network), u32::MAX);
        let found = asked.search.report().found.unwrap();
        assert_eq!(found.property, "election safety", "{network}");
        let lies = found.path.iter().filter(|choice| matches!(choice.deed, Deed::Lie(..))).count();
        assert_eq!(lies, 1, "{network}: {:?}", asked.search.story(&found));
        let (broken, rewritten) = played::<Raft>(&asked);
        assert!(broken.contains(&"election safety") && rewritten == 1, "{network}: {broken:?}");
    }
    // Nothing but the lie does it.
    let honest = ask("raft", &[("timeouts", 2), ("idle", 0)], Some(Network::InboxSet), u32::MAX);
    let report = honest.search.report();
    assert!(report.finished && report.found.is_none());
}

#[test]
fn a_coordinator_that_says_one_thing_to_one_and_another_to_the_other_tears_a_transaction() {
    let asked = ask("2pc", &[("lies", 1), ("timeouts", 1)], None, u32::MAX);
    let found = asked.search.report().found.unwrap();
    assert!(["atomicity", "unanimity"].contains(&found.property), "{}", found.property);
    let (broken, rewritten) = played::<TwoPhaseCommit>(&asked);
    assert!(broken.contains(&found.property) && rewritten == 1, "{broken:?}");
    let story = asked.search.story(&found);
    assert!(story.iter().any(|line| line.contains(" lies to ")), "{story:?}");
}

#[test]
fn an_acceptor_that_lies_about_a_ballot_breaks_no_agreement_so_soon() {
    let asked = ask("paxos", &[("clients", 2), ("lies", 1)], None, 7);
    let report = asked.search.report();
    assert!(report.found.is_none() && report.depth == 7, "{report:?}");
}
