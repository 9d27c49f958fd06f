//! `lightcone explore`

mod common;

use common::{lightcone, printed};
use serde_json::Value;

#[test]
fn what_can_never_happen_is_said_with_its_count_and_how_sure_that_is() {
    let said = printed(&["explore", "two-phase", "--set", "rms=3"]);
    assert!(said.contains("288 distinct states"), "{said}");
    assert!(said.contains("depth 11") && said.contains("never violated: consistency"), "{said}");
    assert!(said.contains("64-bit fingerprints") && said.contains("a set that only grows"), "{said}");
}

#[test]
fn what_can_happen_is_told_step_by_step_and_as_a_link_that_opens() {
    let said = lightcone(&["explore", "raft", "--set", "amnesias=1"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(said.out.contains("violated: election safety"), "{}", said.out);
    assert!(said.out.contains("   8. ") && !said.out.contains("   9. "), "{}", said.out);
    let link = said.out.lines().find(|line| line.starts_with('#')).expect("a link");
    let run = lightcone(&["run", link]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("election safety"), "{}", run.err);
}

/// What breaks each reference model: too weak a network, too small a quorum, or a crash where all is in memory.
const BROKEN: &[(&str, &[&str], &str)] = &[
    ("tcommit", &["--network", "multiset"], "consistency"),
    ("two-phase", &["--set", "rms=2", "--set", "crashes=1"], "consistency"),
    ("paxos-commit", &["--set", "acceptors=1", "--set", "ballots=1", "--set", "crashes=1"], "consistency"),
    ("paxos-tla", &["--set", "quorum=1"], "agreement"),
    ("paxos-tla", &["--set", "crashes=1"], "agreement"),
    ("lamport-mutex", &["--set", "nodes=2", "--network", "multiset"], "mutual exclusion"),
    ("lamport-mutex", &["--set", "nodes=2", "--set", "crashes=1"], "mutual exclusion"),
    ("lamport-mutex", &["--set", "nodes=2", "--set", "duplicates=1"], "mutual exclusion"),
    ("chang-roberts", &["--set", "crashes=1"], "correctness"),
    ("echo", &["--set", "crashes=1"], "parent and child"),
];

#[test]
fn whatever_breaks_a_reference_model_is_a_link_in_which_it_breaks_again() {
    for (model, words, property) in BROKEN {
        let said = lightcone(&[&["explore", model], *words].concat());
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{model} {words:?}");
        assert!(said.out.contains(&format!("violated: {property}: ")), "{model} {words:?}: {}", said.out);
        let link = said.out.lines().find(|line| line.starts_with('#'));
        let link = link.unwrap_or_else(|| panic!("{model} {words:?}: no link: {}", said.out));
        let run = lightcone(&["run", link]);
        assert_eq!(run.code, 1, "{model} {words:?}: {}", run.err);
        let broken: Vec<&str> = run.err.lines().filter(|line| line.contains(property)).collect();
        assert!(!broken.is_empty(), "{model} {words:?}: {}", run.err);
    }
}

#[test]
fn json_says_all_of_it_in_one_object() {
    let object: Value =
        serde_json::from_str(&printed(&["explore", "echo", "--json"])).expect("one JSON object");
    assert_eq!((object["distinct"].as_u64(), object["depth"].as_u64()), (Some(75), Some(16)));
    assert_eq!(object["finished"], true);
    assert_eq!(object["violations"].as_array().map(Vec::len), Some(0));
    for name in ["generated", "seconds", "peak_bytes", "collision_bound"] {
        assert!(object[name].is_number(), "{name}");
    }
    let said = lightcone(&["explore", "tcommit", "--network", "multiset", "--json"]);
    let object: Value = serde_json::from_str(&said.out).expect("one JSON object");
    assert_eq!(said.code, 1);
    assert_eq!(object["violations"][0]["property"], "consistency");
    assert_eq!(object["violations"][0]["steps"].as_array().map(Vec::len), Some(7));
    assert_eq!(object["violations"][0]["scenario"]["protocol"], "tcommit");
}

#[test]
fn one_that_was_given_up_says_how_far_it_came() {
    let said = lightcone(&["explore", "raft", "--max-states", "5000"]);
    assert_eq!(said.code, 3);
    assert!(said.out.contains("not finished: explored to depth"), "{}", said.out);
    assert_eq!(lightcone(&["explore", "two-phase", "--max-depth", "4"]).code, 3);
}

#[test]
fn one_property_can_be_watched_alone() {
    let said = lightcone(&[
        "explore",
        "raft",
        "--set",
        "amnesias=1",
        "--property",
        "state machine safety",
        "--max-depth",
        "9",
    ]);
    assert_eq!(said.code, 3, "{}", said.out);
}

#[test]
fn the_list_names_every_model_and_its_settings() {
    let said = printed(&["explore", "--list"]);
    for name in [
        "raft",
        "paxos",
        "2pc",
        "tcommit",
        "two-phase",
        "paxos-tla",
        "paxos-commit",
        "lamport-mutex",
        "chang-roberts",
        "echo",
    ] {
        assert!(said.lines().any(|line| line.starts_with(&format!("{name}  "))), "{name}: {said}");
    }
    assert!(said.contains("max_clock=6") && said.contains("amnesias=0"), "{said}");
}

#[test]
fn bad_input_is_refused_in_a_sentence() {
    for (words, says) in [
        (&["explore", "rafft"][..], "`rafft` is no model: there are raft"),
        (&["explore", "raft", "--set", "nodes"], "`nodes` has no `=`"),
        (&["explore", "raft", "--set", "nodes=many"], "`nodes` is a number"),
        (&["explore", "raft", "--set", "rms=3"], "`rms` cannot be set here"),
        (&["explore", "raft", "--network", "postal"], "invalid value 'postal'"),
        (
            &["explore", "raft", "--property", "beauty"],
            "`beauty` is not watched here: there are election safety",
        ),
        (&["explore", "paxos-tla", "--set", "quorum=9"], "a quorum is no more than the acceptors"),
        (&["explore"], "required"),
    ] {
        let said = lightcone(words);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}");
        assert!(said.err.contains(says), "{words:?}: {}", said.err);
    }
}
