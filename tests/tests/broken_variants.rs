//! Every monitor can fail: for each there is a variant of its protocol that lacks one rule, and the same random testing
//! that finds nothing in the right protocol finds that the invariant is broken.

use std::collections::BTreeMap;

use lightcone_protocols::find;
use lightcone_sim::ids::EventId;
use lightcone_tests::random::Random;

/// How many random scenarios a variant is given to show itself.
const TRIES: u64 = 100_000;

/// A monitor that was violated in so many runs has shown itself.
const ENOUGH: u64 = 3;

/// In how many runs each monitor was violated, until the one asked for has shown itself.
fn violations(
    protocol: &str,
    servers: std::ops::RangeInclusive<u64>,
    params: &[(&str, serde_json::Value)],
    monitor: &str,
) -> BTreeMap<&'static str, u64> {
    let entry = find(protocol).expect("the protocol is registered");
    let mut counts = BTreeMap::new();
    for seed in 0..TRIES {
        let mut random = Random::new(seed);
        let mut scenario = random.scenario(entry, servers.clone());
        for (name, value) in params {
            scenario.params.insert((*name).to_owned(), value.clone());
        }
        let mut calm = (entry.start)(scenario.clone()).expect("the variant is known");
        calm.run_until(scenario.until, 1_000_000);
        random.add_faults(&mut scenario, &*calm, entry.ops);
        let mut run = (entry.start)(scenario.clone()).expect("faults are valid");
        run.run_until(scenario.until, 1_000_000);
        let mut seen = std::collections::BTreeSet::new();
        for violation in run.trace().violations() {
            let exists = |event: &EventId| run.trace().event(*event).is_some();
            assert!(exists(&violation.event) && violation.evidence.iter().all(exists), "{violation:?}");
            assert!(!violation.text.is_empty());
            seen.insert(violation.monitor);
        }
        seen.into_iter().for_each(|monitor| *counts.entry(monitor).or_insert(0) += 1);
        if counts.get(monitor).is_some_and(|&count| count >= ENOUGH) {
            println!("{protocol} {params:?}: runs with a violation, of {}: {counts:?}", seed + 1);
            break;
        }
    }
    counts
}

fn caught(protocol: &str, servers: std::ops::RangeInclusive<u64>, params: &[(&str, &str)], monitor: &str) {
    let params: Vec<_> = params
        .iter()
        .map(|&(name, value)| (name, serde_json::from_str(value).unwrap_or_else(|_| value.into())))
        .collect();
    let counts = violations(protocol, servers, &params, monitor);
    assert!(counts.contains_key(monitor), "`{monitor}` was never violated: {counts:?}");
}

#[test]
fn a_vote_that_is_not_on_disk_breaks_election_safety() {
    // Time-outs close together: more than one candidate in a term.
    let params = [("variant", "vote-not-persisted"), ("election_timeout_max", "160000000")];
    caught("raft", 3..=5, &params, "election safety");
}

#[test]
fn a_leader_that_deletes_breaks_leader_append_only() {
    caught("raft", 3..=5, &[("variant", "leader-truncates")], "leader append-only");
}

#[test]
fn entries_stored_unseen_break_log_matching() {
    caught("raft", 3..=5, &[("variant", "no-consistency-check")], "log matching");
}

#[test]
fn a_vote_without_comparing_logs_breaks_leader_completeness() {
    caught("raft", 3..=5, &[("variant", "vote-without-log-check")], "leader completeness");
}

#[test]
fn execution_before_commitment_breaks_state_machine_safety() {
    caught("raft", 3..=5, &[("variant", "apply-uncommitted")], "state machine safety");
}

#[test]
fn a_promise_that_is_not_on_disk_breaks_agreement() {
    caught("paxos", 3..=5, &[("variant", "promise-not-persisted")], "agreement");
}

#[test]
fn a_proposer_that_ignores_what_was_accepted_breaks_agreement() {
    caught("paxos", 3..=5, &[("variant", "ignore-accepted")], "agreement");
}

#[test]
fn a_quorum_one_too_small_breaks_agreement() {
    caught("paxos", 3..=5, &[("variant", "quorum-too-small")], "agreement");
}

#[test]
fn an_invented_value_breaks_validity() {
    caught("paxos", 3..=5, &[("variant", "invent-value")], "validity");
}

#[test]
fn a_participant_that_decides_alone_breaks_atomicity() {
    caught("2pc", 2..=4, &[("variant", "decide-alone")], "atomicity");
}

#[test]
fn a_vote_that_is_not_on_disk_breaks_atomicity() {
    caught("2pc", 2..=4, &[("variant", "vote-not-persisted")], "atomicity");
}

#[test]
fn a_decision_that_is_not_forced_breaks_atomicity() {
    caught("2pc", 2..=4, &[("variant", "decision-not-forced")], "atomicity");
}
