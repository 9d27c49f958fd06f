//! What is right holds, whatever happens next within the bounds; and the same bounds are wide enough for what is wrong to show.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Limits, Network, Progress, Report};
use lightcone_models::{Question, find};

type Set<'a> = &'a [(&'a str, u64)];

fn explored(model: &str, set: Set<'_>, network: Option<Network>, depth: u32) -> Report {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let limits = Limits { depth, ..Limits::default() };
    let question = Question { set, network, limits, ..Question::default() };
    let mut asked = find(model).unwrap().ask(&question).unwrap();
    while asked.search.run(u64::MAX).unwrap() == Progress::More {}
    asked.search.report()
}

/// What is broken, and in how many steps.
fn broken(report: Report) -> Option<(&'static str, usize)> {
    report.found.map(|found| (found.property, found.path.len()))
}

#[test]
fn two_phase_commit_is_atomic_whatever_one_fault_and_one_time_out_do() {
    for fault in ["crashes", "inside", "drops", "duplicates", "cuts"] {
        let report = explored("2pc", &[(fault, 1), ("timeouts", 1)], None, u32::MAX);
        assert!(report.finished && report.found.is_none(), "{fault}: {report:?}");
        // And not for want of decisions.
        assert!(report.sometimes.len() == 2 && report.never().next().is_none(), "{fault}: {report:?}");
    }
    // Within the same bounds each rule is missed that is left out.
    for (variant, steps) in [(1, 11), (2, 13), (3, 14)] {
        let report =
            explored("2pc", &[("crashes", 1), ("timeouts", 1), ("variant", variant)], None, u32::MAX);
        assert_eq!(broken(report), Some(("atomicity", steps)), "variant {variant}");
    }
}

#[test]
fn one_proposer_of_paxos_chooses_one_value_in_every_schedule() {
    let set = [("clients", 1), ("proposers", 1), ("timeouts", 1), ("idle", 0)];
    let report = explored("paxos", &set, Some(Network::InboxSet), u32::MAX);
    assert!(report.finished && report.found.is_none() && report.never().next().is_none(), "{report:?}");
}

#[test]
fn paxos_chooses_one_value_as_far_as_it_is_gone_through_where_less_than_paxos_does_not() {
    let two: Set<'_> = &[("proposers", 2), ("timeouts", 1), ("idle", 0)];
    for fault in ["drops", "duplicates", "crashes", "inside"] {
        let report = explored("paxos", &[two, &[(fault, 1)]].concat(), Some(Network::InboxSet), 11);
        assert_eq!(broken(report.clone()), None, "{fault}");
        assert!(!report.finished && report.depth == 11, "{fault}: {report:?}");
        assert!(report.sometimes.contains(&("a value is learned", true)), "{fault}: {report:?}");
    }
    for variant in [2, 3] {
        let report = explored("paxos", &[two, &[("variant", variant)]].concat(), Some(Network::InboxSet), 11);
        assert_eq!(report.found.map(|found| found.property), Some("agreement"), "variant {variant}");
    }
}
