//! What breaks, how soon, and that it breaks again when it is played.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Found, Network, Progress};
use lightcone_models::{Asked, Question, find};
use lightcone_protocols::paxos::Paxos;
use lightcone_protocols::raft::Raft;
use lightcone_protocols::reference::{paxos_tla::PaxosTla, tcommit::TCommit};
use lightcone_protocols::two_phase_commit::TwoPhaseCommit;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Scenario;

fn ask(model: &str, set: &[(&str, u64)], network: Option<Network>) -> Asked {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let question = Question { set, network, ..Question::default() };
    let mut asked = find(model).unwrap().ask(&question).unwrap();
    while asked.search.run(100_000).unwrap() == Progress::More {}
    asked
}

/// Plays what was found, and tells what broke in that run.
fn played<P: Protocol>(asked: &Asked, found: &Found) -> (Vec<&'static str>, Scenario) {
    let scenario = asked.search.scenario(found).unwrap();
    let mut run = Run::<P>::start(scenario.clone()).unwrap();
    run.run_until(scenario.until, u64::MAX);
    (run.trace().violations().iter().map(|violation| violation.monitor).collect(), scenario)
}

#[test]
fn one_amnesia_elects_two_leaders_of_one_term_in_eight_steps() {
    let asked = ask("raft", &[("amnesias", 1)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("election safety", 8));
    let (broken, scenario) = played::<Raft>(&asked, &found);
    assert!(broken.contains(&"election safety"), "{broken:?}");
    // An entry for each step, behind the one that makes everything wait.
    assert_eq!(scenario.script.len(), 9);
}

#[test]
fn a_vote_that_is_not_on_disk_does_it_with_a_mere_crash() {
    let asked = ask("raft", &[("crashes", 1), ("variant", 1)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("election safety", 8));
    assert!(played::<Raft>(&asked, &found).0.contains(&"election safety"));
}

#[test]
fn on_disk_it_survives_every_crash_so_far_as_was_looked() {
    let set = vec![("crashes".to_owned(), "1".to_owned())];
    let question = Question { set, ..Question::default() };
    let mut asked = find("raft").unwrap().ask(&question).unwrap();
    assert_eq!(asked.search.run(60_000).unwrap(), Progress::More);
    let report = asked.search.report();
    assert!(report.depth >= 8 && report.found.is_none() && !report.finished, "{report:?}");
}

#[test]
fn a_quorum_one_too_small_chooses_two_values() {
    let asked = ask("paxos-tla", &[("quorum", 1)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!(found.property, "agreement");
    assert!(played::<PaxosTla>(&asked, &found).0.contains(&"agreement"));
    assert!(ask("paxos-tla", &[], None).search.report().found.is_none());
}

#[test]
fn transaction_commit_needs_to_see_the_others_at_once() {
    let asked = ask("tcommit", &[], Some(Network::Multiset));
    let found = asked.search.report().found.unwrap();
    assert_eq!(found.property, "consistency");
    assert!(played::<TCommit>(&asked, &found).0.contains(&"consistency"));
}

#[test]
fn two_phase_commit_holds_on_every_network() {
    for network in [Network::Multiset, Network::Set, Network::Fifo, Network::InboxSet, Network::Shared] {
        let asked = ask("two-phase", &[("rms", 2)], Some(network));
        let report = asked.search.report();
        assert!(report.finished && report.found.is_none(), "{network}: {report:?}");
    }
}

#[test]
fn without_order_on_links_mutual_exclusion_is_lost() {
    let asked = ask("lamport-mutex", &[("nodes", 2)], Some(Network::Multiset));
    let found = asked.search.report().found.unwrap();
    assert_eq!(found.property, "mutual exclusion");
    assert!(asked.search.scenario(&found).is_ok());
}

#[test]
fn a_setting_that_does_not_exist_is_refused_in_a_sentence() {
    let model = find("two-phase").unwrap();
    for (name, value, says) in [
        ("rm", "3", "`rm` cannot be set here"),
        ("rms", "three", "`rms` is a number, not `three`"),
        ("rms", "70000", "`rms` cannot be 70000"),
        ("rms", "0", "1 to 31 resource managers"),
        ("drops", "200", "at most 15 faults of a kind"),
    ] {
        let question = Question { set: vec![(name.to_owned(), value.to_owned())], ..Question::default() };
        let error = model.ask(&question).err().unwrap();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_participant_that_decides_alone_breaks_atomicity() {
    let asked = ask("2pc", &[("variant", 1), ("timeouts", 3)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("atomicity", 11));
    assert!(played::<TwoPhaseCommit>(&asked, &found).0.contains(&"atomicity"));
}

#[test]
fn a_yes_that_is_not_on_disk_breaks_atomicity_with_a_crash() {
    let asked = ask("2pc", &[("variant", 2), ("crashes", 1), ("timeouts", 4)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!(found.property, "atomicity");
    assert!(played::<TwoPhaseCommit>(&asked, &found).0.contains(&"atomicity"));
}

#[test]
fn paxos_with_a_quorum_too_small_chooses_two_values() {
    let asked = ask("paxos", &[("variant", 3)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("agreement", 4));
    assert!(played::<Paxos>(&asked, &found).0.contains(&"agreement"));
}

#[test]
fn a_vote_without_a_look_at_the_log_elects_who_lacks_what_is_committed() {
    let asked = ask("raft", &[("variant", 2), ("timeouts", 3)], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!(found.property, "leader completeness");
    assert!(played::<Raft>(&asked, &found).0.contains(&"leader completeness"));
}

#[test]
fn figure_8_an_older_terms_entry_counted_as_committed_is_overwritten() {
    // With its own entry at the beginning of each term a leader needs no client, if entries travel one by one.
    let set = [("variant", 4), ("max_entries", 1), ("timeouts", 4), ("narrow", 1), ("idle", 0)];
    let asked = ask("raft", &set, Some(Network::InboxSet));
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("leader completeness", 18));
    let broken = played::<Raft>(&asked, &found).0;
    assert!(broken.contains(&"leader completeness"), "{broken:?}");
    // Raft itself, in the same schedules, does not, and all of them are gone through.
    let right = ask(
        "raft",
        &[("max_entries", 1), ("timeouts", 4), ("narrow", 1), ("idle", 0)],
        Some(Network::InboxSet),
    );
    let report = right.search.report();
    assert!(report.finished && report.found.is_none(), "{report:?}");
}

#[test]
fn what_is_left_out_makes_no_story_longer() {
    let cases = [("variant", 2), ("variant", 5), ("variant", 6), ("amnesias", 1)];
    for case in cases {
        let length = |narrow: u64| {
            let set = [case, ("timeouts", 3), ("narrow", narrow), ("idle", 1 - narrow)];
            let found = ask("raft", &set, Some(Network::InboxSet)).search.report().found;
            found.map(|found| (found.property, found.path.len())).unwrap()
        };
        assert_eq!(length(0), length(1), "{case:?}");
    }
}

/// One client writes and then reads; a leader answers reads by itself for one unit of its clock, and followers wait for one.
const LEASE: [(&str, u64); 7] =
    [("clients", 1), ("reads", 1), ("noop", 0), ("lease", 1), ("timeouts", 3), ("narrow", 1), ("idle", 0)];

#[test]
fn a_lease_is_trusted_while_another_clock_runs_ahead_and_the_read_is_stale() {
    let asked = ask("raft", &[LEASE.as_slice(), &[("ticks", 1)]].concat(), Some(Network::InboxSet));
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("no stale read", 18));
    let (broken, scenario) = played::<Raft>(&asked, &found);
    assert_eq!(broken, ["no stale read"]);
    // The same deeds, with reads through the log: the story itself is at fault for nothing.
    let mut scenario = scenario;
    scenario.params.insert("lease".to_owned(), 0.into());
    let mut run = Run::<Raft>::start(scenario.clone()).unwrap();
    run.run_until(scenario.until, u64::MAX);
    assert!(run.trace().violations().is_empty());
}

#[test]
fn with_clocks_that_go_on_together_no_read_by_lease_is_stale() {
    let set = [LEASE.as_slice(), &[("ticks", 1), ("apart", 0)]].concat();
    let report = ask("raft", &set, Some(Network::InboxSet)).search.report();
    assert!(report.finished && report.found.is_none(), "{report:?}");
}

#[test]
fn paxos_with_an_acceptor_that_forgets_chooses_two_values() {
    // With its disk lost, and with a promise and what it accepted not on disk.
    for fault in [("amnesias", 1, 0), ("crashes", 1, 1)] {
        let set = [(fault.0, fault.1), ("variant", fault.2), ("timeouts", 1), ("idle", 0)];
        let asked = ask("paxos", &set, Some(Network::InboxSet));
        let found = asked.search.report().found.unwrap();
        assert_eq!((found.property, found.path.len()), ("agreement", 12));
        assert!(played::<Paxos>(&asked, &found).0.contains(&"agreement"));
    }
}
