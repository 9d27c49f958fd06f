//! Symmetry and partial-order reduction: the same verdicts as without, and fewer states.
//!
//! `cargo test -p lightcone-models --test reductions -- --nocapture` prints the table that README.md shows.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Limits, Network, Order, Progress, Report, Strategy};
use lightcone_models::{Asked, Question, find};
use lightcone_protocols::paxos::Paxos;
use lightcone_protocols::raft::Raft;
use lightcone_protocols::reference::{paxos_tla::PaxosTla, tcommit::TCommit};
use lightcone_protocols::two_phase_commit::TwoPhaseCommit;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;

/// A system: its model, what is set, and its network if not the model's own.
type System = (&'static str, &'static [(&'static str, u64)], Option<Network>);

fn asked(&(model, set, network): &System, strategy: Strategy, depth: u32) -> Result<Asked, String> {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let limits = Limits { depth, ..Limits::default() };
    let question = Question { set, network, limits, strategy, ..Question::default() };
    let mut asked = find(model).unwrap().ask(&question)?;
    while asked.search.run(100_000).unwrap() == Progress::More {}
    Ok(asked)
}

fn reduced(symmetry: bool, por: bool) -> Strategy {
    Strategy { symmetry, por, ..Strategy::default() }
}

/// What is said in the end: what is broken, or whether all was gone through.
fn verdict(report: &Report) -> Result<bool, &'static str> {
    report.found.as_ref().map_or(Ok(report.finished), |found| Err(found.property))
}

/// Those in which nothing breaks.
const RIGHT: &[System] = &[
    ("tcommit", &[("rms", 3)], None),
    ("tcommit", &[("rms", 5)], None),
    ("two-phase", &[("rms", 3)], None),
    ("two-phase", &[("rms", 5)], None),
    ("two-phase", &[("rms", 3)], Some(Network::Multiset)),
    ("two-phase", &[("rms", 3)], Some(Network::Fifo)),
    ("two-phase", &[("rms", 3)], Some(Network::InboxSet)),
    ("two-phase", &[("rms", 2)], Some(Network::Shared)),
    ("two-phase", &[("rms", 3), ("drops", 1)], Some(Network::Multiset)),
    ("two-phase", &[("rms", 2), ("cuts", 1)], Some(Network::Multiset)),
    ("paxos-commit", &[("rms", 1)], None),
    ("paxos-tla", &[("acceptors", 2)], None),
    ("paxos-tla", &[("acceptors", 3)], None),
    ("paxos", &[("nodes", 2), ("clients", 1), ("timeouts", 1)], None),
    ("paxos", &[("clients", 0), ("timeouts", 2), ("proposers", 1)], None),
    ("2pc", &[("timeouts", 1)], None),
    ("2pc", &[("timeouts", 1), ("crashes", 1)], None),
    ("lamport-mutex", &[("nodes", 2)], None),
    ("chang-roberts", &[("nodes", 3)], None),
    ("chang-roberts", &[("nodes", 4)], None),
    ("chang-roberts", &[("nodes", 3)], Some(Network::Multiset)),
    ("echo", &[("nodes", 3)], None),
    ("echo", &[("nodes", 4)], None),
    ("echo", &[("nodes", 3)], Some(Network::Multiset)),
    ("raft", &[("timeouts", 1)], None),
    ("raft", &[("timeouts", 1), ("crashes", 1)], None),
    ("raft", &[("timeouts", 2)], None),
];

/// Those in which something does.
const BROKEN: &[System] = &[
    ("tcommit", &[("rms", 3)], Some(Network::Multiset)),
    ("two-phase", &[("rms", 2), ("amnesias", 1)], None),
    ("paxos-tla", &[("quorum", 1)], None),
    ("paxos-tla", &[("amnesias", 1)], None),
    ("lamport-mutex", &[("nodes", 2)], Some(Network::Multiset)),
    ("raft", &[("amnesias", 1)], None),
    ("raft", &[("crashes", 1), ("variant", 1)], None),
    ("raft", &[("variant", 2), ("timeouts", 3)], None),
    ("2pc", &[("variant", 1), ("timeouts", 3)], None),
    ("2pc", &[("variant", 2), ("crashes", 1), ("timeouts", 4)], None),
    ("paxos", &[("variant", 3)], None),
    ("two-phase", &[("rms", 2), ("crashes", 1)], None),
];

#[test]
fn verdicts_are_the_same_with_every_reduction() {
    println!("| model | states | `--symmetry` | `--por` | both |\n|---|---|---|---|---|");
    for system in RIGHT.iter().chain(BROKEN) {
        let plain = asked(system, reduced(false, false), u32::MAX).unwrap().search.report();
        assert_eq!(verdict(&plain).is_ok(), RIGHT.contains(system), "{system:?}: {plain:?}");
        let mut row = format!("| {system:?} | {}", plain.distinct);
        for (symmetry, por) in [(true, false), (false, true), (true, true)] {
            match asked(system, reduced(symmetry, por), u32::MAX) {
                Ok(asked) => {
                    let report = asked.search.report();
                    row += &format!(" | {}", report.distinct);
                    assert_eq!(verdict(&report), verdict(&plain), "{system:?}, {symmetry}, {por}");
                    if plain.finished {
                        assert!(report.distinct <= plain.distinct, "{system:?}: {report:?}");
                    }
                    if plain.finished && !por {
                        // No state is lost, and none is told apart from one that is alike.
                        assert_eq!(
                            (report.stand_for, report.depth),
                            (plain.distinct, plain.depth),
                            "{system:?}"
                        );
                    }
                    if !por && let (Some(one), Some(other)) = (&report.found, &plain.found) {
                        assert_eq!(one.path.len(), other.path.len(), "{system:?}");
                    }
                }
                Err(why) => {
                    assert!(symmetry && why.contains("no symmetry: "), "{system:?}: {why}");
                    row += " | none";
                }
            }
        }
        println!("{row} |");
    }
}

/// What plays a story.
type Play = fn(&Asked) -> Vec<&'static str>;

/// Plays what was found, and tells what broke in that run.
fn played<P: Protocol>(asked: &Asked) -> Vec<&'static str> {
    let found = asked.search.report().found.unwrap();
    let scenario = asked.search.scenario(&found).unwrap();
    let mut run = Run::<P>::start(scenario.clone()).unwrap();
    run.run_until(scenario.until, u64::MAX);
    run.trace().violations().iter().map(|violation| violation.monitor).collect()
}

#[test]
fn what_a_reduced_search_finds_is_a_run_that_breaks() {
    let systems: [(usize, Play); 6] = [
        (0, played::<TCommit>),
        (2, played::<PaxosTla>),
        (5, played::<Raft>),
        (6, played::<Raft>),
        (8, played::<TwoPhaseCommit>),
        (10, played::<Paxos>),
    ];
    for (system, play) in systems {
        for (symmetry, por) in [(true, false), (false, true), (true, true)] {
            let Ok(asked) = asked(&BROKEN[system], reduced(symmetry, por), u32::MAX) else { continue };
            let property = asked.search.report().found.unwrap().property;
            assert!(play(&asked).contains(&property), "{:?}, {symmetry}, {por}", BROKEN[system]);
        }
    }
}

#[test]
fn depth_first_meets_the_same_states() {
    for system in RIGHT {
        let plain = asked(system, Strategy::default(), u32::MAX).unwrap().search.report();
        for (symmetry, por) in [(false, false), (true, false), (false, true), (true, true)] {
            let strategy = Strategy { order: Order::Depth, symmetry, por, threads: 1 };
            let Ok(asked) = asked(system, strategy, u32::MAX) else { continue };
            let report = asked.search.report();
            assert_eq!(verdict(&report), verdict(&plain), "{system:?}, {symmetry}, {por}");
            if !por {
                assert_eq!(report.stand_for, plain.distinct, "{system:?}");
                assert!(report.depth >= plain.depth);
            }
        }
    }
}

#[test]
fn depth_first_ends_at_its_depth() {
    // Timers fire again and again: there is no end to it.
    let strategy = Strategy { order: Order::Depth, ..Strategy::default() };
    let raft: System = ("raft", &[], None);
    let report = asked(&raft, strategy, 6).unwrap().search.report();
    assert!(!report.finished && report.found.is_none() && report.depth == 6, "{report:?}");
    // What can break in four steps is found in ten.
    let paxos: System = ("paxos", &[("variant", 3), ("timeouts", 1)], None);
    let found = asked(&paxos, strategy, 10).unwrap();
    assert!(played::<Paxos>(&found).contains(&"agreement"));
}

#[test]
fn random_walks_find_what_is_broken_and_prove_nothing() {
    let walks = |walks, seed| Strategy { order: Order::Random { walks, seed }, ..Strategy::default() };
    for system in [&BROKEN[0], &BROKEN[2], &BROKEN[10]] {
        let asked_so = |seed| asked(system, walks(2_000, seed), 60).unwrap().search.report();
        let report = asked_so(7);
        assert!(report.found.is_some(), "{system:?}: {report:?}");
        assert_eq!(report, asked_so(7), "the same seed, the same walks");
    }
    let found = asked(&BROKEN[0], walks(2_000, 1), 60).unwrap();
    assert!(played::<TCommit>(&found).contains(&"consistency"));
    let right = asked(&RIGHT[2], walks(200, 1), u32::MAX).unwrap().search.report();
    assert!(!right.finished && right.found.is_none() && right.distinct <= 288, "{right:?}");
}

#[test]
fn where_no_nodes_are_interchangeable_symmetry_is_refused() {
    let refused = |system: System, says: &str| {
        let error = asked(&system, reduced(true, false), u32::MAX).err().unwrap();
        assert!(error.contains(says), "{error}");
    };
    refused(("chang-roberts", &[], None), "it does not say which of its nodes are interchangeable");
    refused(("raft", &[("clients", 1)], None), "clients ask the servers one after the other");
    refused(("paxos", &[], None), "set `proposers` to fewer than all");
    refused(("two-phase", &[("inside", 1)], None), "a crash inside a step");
}
