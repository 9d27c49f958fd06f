//! Every property can break, and random runs find it out: for each there is a rule without which it does.

use std::collections::BTreeSet;

use lightcone_protocols::raft::Variant;
use lightcone_sim::monitor::Violation;

use crate::random::trouble;
use crate::stage::*;

/// The first of many random runs of a variant that breaks this property.
fn breaks(variant: Variant, noop: bool, property: &str, seeds: u64) -> Violation {
    for seed in 1..=seeds {
        let stage = play(trouble(seed, |params| {
            params.variant = variant;
            params.noop = noop;
        }));
        let violations = stage.run.trace().violations();
        let told: BTreeSet<_> =
            violations.iter().map(|violation| (violation.monitor, &violation.text)).collect();
        assert_eq!(told.len(), violations.len(), "told once each: {violations:?}");
        for violation in violations {
            let event = stage.run.trace().event(violation.event).expect("it happened");
            let earlier = |&id| stage.run.trace().event(id).is_some_and(|evidence| evidence.key < event.key);
            assert!(violation.evidence.iter().all(earlier), "{violation:?}");
        }
        if let Some(violation) = violations.iter().find(|violation| violation.monitor == property) {
            println!("{variant:?}, seed {seed}: {}", violation.text);
            return violation.clone();
        }
    }
    panic!("{seeds} runs of {variant:?} never broke {property}");
}

#[test]
fn without_votes_on_disk_two_lead_in_one_term() {
    breaks(Variant::VoteNotPersisted, true, "election safety", 10_000);
}

#[test]
fn a_leader_that_truncates_is_seen_at_it_and_loses_what_is_committed() {
    breaks(Variant::LeaderTruncates, true, "leader append-only", 100);
    breaks(Variant::LeaderTruncates, true, "leader completeness", 100);
}

#[test]
fn without_the_consistency_check_logs_do_not_match() {
    breaks(Variant::NoConsistencyCheck, true, "log matching", 100);
}

#[test]
fn without_comparing_logs_before_voting_leaders_lack_what_is_committed() {
    breaks(Variant::VoteWithoutLogCheck, true, "leader completeness", 100);
}

#[test]
fn counting_entries_of_older_terms_as_committed_makes_leaders_incomplete() {
    breaks(Variant::CommitOlderTerm, false, "leader completeness", 10_000);
}

#[test]
fn executing_what_is_not_committed_makes_state_machines_part_ways() {
    breaks(Variant::ApplyUncommitted, true, "state machine safety", 100);
}
