//! What others have counted: distinct states and depth of published specifications, each on its own network.
//!
//! The figures come from tlaplus/Examples (the `manifest.json` of each specification) and from Stateright's example `2pc`. Where
//! the project's data from outside is at hand, every row of its table is counted too.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Network, Progress, Report};
use lightcone_models::{Question, find};

fn explored(model: &str, set: &[(&str, u64)]) -> Report {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let mut asked = find(model).unwrap().ask(&Question { set, ..Question::default() }).unwrap();
    while asked.search.run(100_000).unwrap() == Progress::More {}
    asked.search.report()
}

#[track_caller]
fn counts(model: &str, set: &[(&str, u64)], distinct: u64, depth: u32) {
    let report = explored(model, set);
    assert_eq!((report.distinct, report.depth), (distinct, depth), "{model} {set:?}");
    assert!(report.finished && report.found.is_none(), "{model} {set:?}: {:?}", report.found);
}

#[test]
fn transaction_commit() {
    counts("tcommit", &[("rms", 3)], 34, 7);
    counts("two-phase", &[("rms", 3)], 288, 11);
    counts("two-phase", &[("rms", 5)], 8_832, 17);
}

#[test]
fn paxos() {
    counts("paxos-tla", &[("acceptors", 1), ("values", 1)], 25, 9);
    counts("paxos-tla", &[("acceptors", 3), ("values", 2), ("ballots", 2)], 3_921, 17);
}

#[test]
fn mutual_exclusion() {
    counts("lamport-mutex", &[("nodes", 2), ("max_clock", 6)], 1_043, 40);
    counts("lamport-mutex", &[("nodes", 3), ("max_clock", 4)], 70_472, 41);
}

#[test]
fn waves_and_elections() {
    counts("chang-roberts", &[("nodes", 3)], 137, 10);
    counts("chang-roberts", &[("nodes", 5)], 5_455, 21);
    counts("echo", &[("nodes", 3)], 75, 16);
}

/// The settings that a row's words mean.
fn settings(name: &str, config: &str) -> (&'static str, Vec<(&'static str, u64)>) {
    let number_before = |word: &str| {
        let place = config.find(word)?;
        config[..place].split_whitespace().next_back()?.parse().ok()
    };
    let number_after = |sign: &str| {
        let rest = &config[config.find(sign)? + sign.len()..];
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let of =
        |setting: &'static str, value: Option<u64>| (setting, value.unwrap_or_else(|| panic!("{config}")));
    match name.split_whitespace().next() {
        Some("TCommit") => ("tcommit", vec![of("rms", number_before(" RM"))]),
        Some("TwoPhase") => ("two-phase", vec![of("rms", number_before(" RM"))]),
        Some("PaxosCommit") => {
            let acceptors = of("acceptors", number_before(" acceptor"));
            ("paxos-commit", vec![of("rms", number_before(" RM")), acceptors, ("ballots", 2)])
        }
        Some("Paxos") => {
            let ballots = ("ballots", number_after("0..").unwrap_or(1) + 1);
            let values = of("values", number_before(" value"));
            ("paxos-tla", vec![of("acceptors", number_before(" acceptor")), values, ballots])
        }
        Some("LamportMutex") => (
            "lamport-mutex",
            vec![of("nodes", number_after("N=")), of("max_clock", number_after("maxClock"))],
        ),
        Some("ChangRoberts") => ("chang-roberts", vec![of("nodes", number_after("N="))]),
        Some("Echo") => ("echo", vec![of("nodes", number_before("-node").or(number_after("")))]),
        _ => panic!("no model is written after {name}"),
    }
}

/// The network that a row's words mean.
fn own(words: &str) -> Network {
    match words {
        words if words.contains("shared variables") => Network::Shared,
        words if words.contains("grow-only") => Network::Set,
        words if words.contains("FIFO") => Network::Fifo,
        words if words.contains("inbox sets") => Network::InboxSet,
        _ => Network::Multiset,
    }
}

/// Those beyond this many states are for the benchmark.
const MOST: u64 = 1_000_000;

#[test]
fn every_row_of_the_table_from_outside() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/state-counts.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: there is no ../shared/data/state-counts.json here");
        return;
    };
    let table: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = table["models"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let (name, config) = (row["name"].as_str().unwrap(), row["config"].as_str().unwrap());
        let (distinct, depth) = (row["distinct"].as_u64().unwrap(), row["depth"].as_u64().unwrap());
        let (model, set) = settings(name, config);
        if distinct > MOST {
            println!("left to the benchmark: {name}, {config}: {distinct} states");
            continue;
        }
        let network = row["network"].as_str().unwrap();
        assert_eq!(own(network), find(model).unwrap().network, "{name}");
        counts(model, &set, distinct, depth as u32);
    }
}
