//! Several threads come to the same report as one, by the same steps.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Limits, Progress, Report, Strategy};
use lightcone_models::{Asked, Question, find};

/// A system: its model, what is set, what is watched alone, and when it is given up.
type System = (&'static str, &'static [(&'static str, u64)], Option<&'static str>, Limits);

fn asked(model: &str, set: &[(&str, u64)], property: Option<&str>, limits: Limits, threads: u16) -> Asked {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let strategy = Strategy { threads, ..Strategy::default() };
    let property = property.map(str::to_owned);
    let question = Question { set, property, limits, strategy, ..Question::default() };
    find(model).unwrap().ask(&question).unwrap()
}

fn report(mut asked: Asked, slice: u64) -> Report {
    while asked.search.run(slice).unwrap() == Progress::More {}
    let report = asked.search.report();
    // How much room was taken beforehand is nothing that was found out.
    Report { bytes: 0, ..report }
}

#[test]
fn however_many_threads_there_are_the_report_is_the_same() {
    let all = Limits::default();
    let to = |depth| Limits { depth, ..all };
    let some = Limits { states: 40_000, ..all };
    let systems: &[System] = &[
        ("two-phase", &[("rms", 5)], None, all),
        ("two-phase", &[("rms", 2), ("crashes", 1)], None, all),
        ("tcommit", &[("rms", 6)], None, all),
        ("paxos-tla", &[("acceptors", 3)], None, all),
        ("raft", &[("amnesias", 1)], None, all),
        ("raft", &[("clients", 1), ("variant", 5)], None, to(9)),
        ("raft", &[("clients", 1)], None, some),
        ("raft", &[("clients", 1), ("reads", 1)], Some("linearizable"), to(8)),
        ("raft", &[("crashes", 1), ("inside", 1)], None, to(7)),
        ("raft", &[("ticks", 2), ("apart", 1)], None, to(8)),
        ("raft", &[("narrow", 1)], None, to(9)),
        ("paxos", &[("variant", 3)], Some("linearizable"), all),
        ("paxos", &[("drops", 1), ("duplicates", 1), ("cuts", 1)], None, to(6)),
        ("2pc", &[("timeouts", 1), ("crashes", 1)], None, all),
        ("2pc", &[("variant", 1)], None, all),
    ];
    for &(model, set, property, limits) in systems {
        let alone = report(asked(model, set, property, limits, 1), u64::MAX);
        for (threads, slice) in [(2, u64::MAX), (5, 3_000)] {
            let together = report(asked(model, set, property, limits, threads), slice);
            assert_eq!(together, alone, "{model} {set:?} on {threads} threads");
        }
    }
}
