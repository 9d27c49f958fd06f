//! Stories of `lightcone run` and `lightcone hash`.

mod common;

use common::{lightcone, lightcone_reading, printed};
use serde_json::Value;

/// A Raft without stable votes, in a scenario where that shows.
fn broken() -> String {
    let raft = lightcone_protocols::find("raft").expect("Raft");
    let examples =
        (raft.examples)().into_iter().map(|(_, scenario)| serde_json::to_string(&scenario).expect("JSON"));
    let violated =
        examples.into_iter().find(|scenario| lightcone_reading(scenario, &["hash", "-"]).code == 1);
    violated.expect("one of the examples breaks an invariant")
}

#[test]
fn json_is_one_object_a_line_and_nothing_else() {
    for protocol in ["raft", "paxos", "2pc"] {
        let lines = printed(&["run", protocol, "--format", "json", "--until", "3s"]);
        for line in lines.lines() {
            let object: Value = serde_json::from_str(line).expect("JSON");
            assert!(matches!(object["type"].as_str(), Some("event" | "fate")), "{line}");
        }
        assert!(lines.lines().count() > 20 && lines.ends_with('\n'));
    }
}

#[test]
fn the_same_scenario_gives_the_same_run() {
    let run = || printed(&["run", "raft", "--format", "json", "--until", "5s"]);
    assert_eq!(run(), run());
    assert_ne!(run(), printed(&["run", "raft", "--format", "json", "--until", "5s", "--seed", "2"]));
}

#[test]
fn a_shorter_run_is_the_beginning_of_a_longer_one() {
    let events = |until| {
        let lines = printed(&["run", "raft", "--format", "json", "--until", until]);
        lines
            .lines()
            .filter(|line| line.starts_with(r#"{"type":"event""#))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (short, long) = (events("2s"), events("4s"));
    assert!(short.len() > 100 && long.len() > short.len());
    assert_eq!(short[..], long[..short.len()]);
}

#[test]
fn text_has_a_line_for_each_event_in_aligned_columns() {
    let text = printed(&["run", "raft", "--until", "400ms"]);
    assert!(text.starts_with("0.000000 s  A   boot  "), "{text}");
    let election =
        text.lines().find(|line| line.contains("election timeout")).expect("someone stands for election");
    assert_eq!(election.find("timer: election timeout"), Some(16), "{election}");
    assert!(text.contains("got vote? 1"), "{text}");
}

#[test]
fn a_hash_is_64_hex_digits_and_a_newline() {
    for protocol in ["raft", "paxos", "2pc"] {
        let hash = printed(&["hash", protocol]);
        let digits = hash.strip_suffix('\n').expect("a newline");
        assert_eq!(digits.len(), 64);
        assert!(digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{digits}");
        assert_eq!(printed(&["hash", protocol]), hash);
        assert_ne!(printed(&["hash", protocol, "--until", "20ms"]), hash);
    }
}

#[test]
fn a_violation_is_a_line_on_stdout_and_exit_code_1() {
    let said = lightcone_reading(&broken(), &["run", "-", "--format", "json"]);
    assert_eq!(said.code, 1);
    assert!(said.out.lines().any(|line| line.starts_with(r#"{"type":"violation","monitor":""#)));
    assert!(said.err.starts_with("lightcone: violated at event "), "{}", said.err);
    let people = lightcone_reading(&broken(), &["run", "-"]);
    assert!(people.code == 1 && people.out.contains("VIOLATED at "));
    let hash = lightcone_reading(&broken(), &["hash", "-"]);
    assert_eq!((hash.code, hash.out.len()), (1, 65));
}

#[test]
fn a_run_that_its_budget_cuts_short_is_exit_code_3() {
    let said = lightcone(&["run", "raft", "--max-events", "100", "--format", "json"]);
    assert_eq!(said.code, 3);
    let events = said.out.lines().filter(|line| line.contains(r#""type":"event""#)).count();
    assert!((1..=100).contains(&events), "{events} events");
    assert!(said.err.contains("not finished") && said.err.lines().count() == 1, "{}", said.err);
    let hash = lightcone(&["hash", "raft", "--max-events", "100"]);
    assert_eq!((hash.code, hash.out.as_str()), (3, ""));
}

#[test]
fn a_violation_wins_over_an_unfinished_run() {
    let broken = broken();
    let within =
        |budget: u32| lightcone_reading(&broken, &["hash", "-", "--max-events", &budget.to_string()]);
    // The least budget that gets as far as the violation gets no farther.
    let (mut short, mut enough) = (0, 1 << 20);
    while enough - short > 1 {
        let middle = (short + enough) / 2;
        if within(middle).code == 1 { enough = middle } else { short = middle }
    }
    assert_eq!(within(short).code, 3);
    let said = within(enough);
    assert!(
        said.code == 1 && said.err.contains("not finished") && said.err.contains("violated"),
        "{}",
        said.err
    );
}
