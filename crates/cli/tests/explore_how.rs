//! `lightcone explore`: how a search goes about it, and what can be watched by itself.

mod common;

use common::{lightcone, printed};
use serde_json::Value;

fn object(words: &[&str]) -> Value {
    let said = lightcone(&[&["explore", "--json"], words].concat());
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{words:?}: {error}: {}", said.err))
}

#[test]
fn whatever_is_left_out_the_verdict_is_the_same() {
    let right = ["two-phase", "--set", "rms=4"];
    let wrong = ["paxos-tla", "--set", "quorum=1"];
    let plain = object(&right);
    for switches in [&["--symmetry"] as &[_], &["--por"], &["--symmetry", "--por"], &["--search", "depth"]] {
        let reduced = object(&[&right[..], switches].concat());
        assert_eq!(
            (&reduced["finished"], reduced["violations"].as_array().map(Vec::len)),
            (&true.into(), Some(0))
        );
        let (fewer, all) = (reduced["distinct"].as_u64().unwrap(), plain["distinct"].as_u64().unwrap());
        assert_eq!(fewer < all, switches[0] != "--search", "{switches:?}: {fewer} of {all}");
        let broken = object(&[&wrong[..], switches].concat());
        assert_eq!(broken["violations"][0]["property"], "agreement", "{switches:?}");
    }
    // Each state that is left stands for all that are alike.
    let alike = object(&[&right[..], &["--symmetry"]].concat());
    assert_eq!(alike["stand_for"], plain["distinct"]);
}

#[test]
fn random_walks_find_what_is_there_and_prove_nothing() {
    let walks = |words: &[&str]| {
        lightcone(&[words, &["--search", "random", "--walks", "300", "--seed", "7"]].concat())
    };
    let found = walks(&["explore", "paxos-tla", "--set", "quorum=1"]);
    assert_eq!(found.code, 1, "{}", found.err);
    assert!(found.out.contains("violated: agreement"), "{}", found.out);
    assert_eq!(
        walks(&["explore", "paxos-tla", "--set", "quorum=1"]).out.lines().last(),
        found.out.lines().last()
    );
    assert_eq!(walks(&["explore", "paxos-tla"]).code, 3);
}

#[test]
fn what_cannot_be_left_out_is_refused_in_a_sentence() {
    let refused = |words: &[&str]| {
        let said = lightcone(&[&["explore"], words].concat());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}");
        said.err
    };
    assert!(refused(&["chang-roberts", "--symmetry"]).contains("no symmetry:"));
    assert!(refused(&["raft", "--symmetry", "--set", "narrow=1"]).contains("no symmetry:"));
    assert!(
        refused(&["raft", "--symmetry", "--set", "lies=1"]).contains("no symmetry: a number that is lied")
    );
    assert!(refused(&["raft", "--symmetry", "--set", "inside=1"]).contains("no symmetry:"));
    assert!(refused(&["raft", "--search", "sideways"]).contains("invalid value 'sideways'"));
    assert!(refused(&["raft", "--set", "lies=16"]).contains("at most 15 faults of a kind"));
    assert!(refused(&["raft", "--threads", "0"]).contains("threads"));
    assert!(refused(&["raft", "--property", "linearisable"]).contains("linearizable"));
}

#[test]
fn the_exit_code_is_the_verdict_in_whichever_order_it_is_come_by() {
    // 0: nothing can break; 1: something can; 3: given up. Walks prove nothing, so they never end with 0.
    let code = |words: &[&str], switches: &[&str]| {
        lightcone(&[&["explore"], words, switches, &["--threads", "1"]].concat()).code
    };
    let (right, wrong) = (["tcommit"].as_slice(), ["tcommit", "--network", "multiset"].as_slice());
    let walks: &[&str] = &["--search", "random", "--walks", "500", "--seed", "1"];
    for (switches, verdicts) in [
        (&["--search", "breadth"][..], [0, 1]),
        (&["--search", "depth"], [0, 1]),
        (&["--symmetry"], [0, 1]),
        (&["--por"], [0, 1]),
        (walks, [3, 1]),
    ] {
        assert_eq!([right, wrong].map(|words| code(words, switches)), verdicts, "{switches:?}");
    }
    for switches in [&["--search", "depth"][..], &["--symmetry"], &["--por"]] {
        assert_eq!(code(&["two-phase", "--max-states", "50"], switches), 3, "{switches:?}");
    }
}

#[test]
fn a_lie_is_told_and_is_a_link_in_which_it_does_the_same_harm() {
    for switches in [&[] as &[_], &["--por"], &["--network", "fifo"]] {
        let words = ["explore", "2pc", "--set", "lies=1", "--set", "timeouts=1"];
        let said = lightcone(&[&words[..], switches].concat());
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{switches:?}");
        assert!(said.out.contains("violated: atomicity: "), "{switches:?}: {}", said.out);
        assert!(said.out.contains(" lies to "), "{switches:?}: {}", said.out);
        let link = said.out.lines().find(|line| line.starts_with('#')).expect("a link");
        let run = lightcone(&["run", link]);
        assert_eq!(run.code, 1, "{switches:?}: {}", run.err);
        assert!(run.err.contains("atomicity"), "{switches:?}: {}", run.err);
    }
    // Nobody lies who may not: the same system holds, and is as large as it always was.
    let honest = object(&["2pc", "--set", "lies=0", "--set", "timeouts=1"]);
    assert_eq!((honest["distinct"].as_u64(), &honest["finished"]), (Some(879), &true.into()));
    assert_eq!(honest["violations"].as_array().map(Vec::len), Some(0));
}

#[test]
fn however_many_threads_there_are_the_answer_is_the_same() {
    let lines = |threads: &str| {
        let said = lightcone(&["explore", "raft", "--set", "amnesias=1", "--threads", threads]);
        // Time and memory stand in the second line.
        said.out
            .lines()
            .enumerate()
            .filter(|(place, _)| *place != 1)
            .map(|(_, line)| line.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("1"), lines("3"));
}

#[test]
fn what_clients_are_told_is_held_to_one_call_after_another() {
    let said = lightcone(&["explore", "paxos", "--set", "variant=3", "--property", "linearizable"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.contains("violated: linearizable: c2 was told “chosen v2”"), "{}", said.out);
    let link = said.out.lines().find(|line| line.starts_with('#')).expect("a link");
    let run = lightcone(&["run", link]);
    assert!(run.out.contains("chosen v1") && run.out.contains("chosen v2"), "{}", run.out);
}

#[test]
fn what_must_be_so_sometimes_is_said_and_that_it_never_is() {
    let said = printed(&["explore", "2pc", "--set", "timeouts=1"]);
    assert!(said.contains("sometimes: a transaction commits, a transaction aborts"), "{said}");
    let words = ["paxos", "--set", "clients=0", "--set", "timeouts=1", "--set", "proposers=1"];
    let said = lightcone(&[&["explore"], &words[..]].concat());
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("violated: a value is learned: In no schedule a value is learned."),
        "{}",
        said.out
    );
    let object = object(&words);
    assert_eq!(object["sometimes"]["a value is learned"], false);
    assert_eq!(object["violations"][0]["property"], "a value is learned");
    let open = lightcone(&["explore", "raft", "--max-depth", "2", "--json"]);
    assert_eq!(open.code, 3);
    let open: Value = serde_json::from_str(&open.out).expect("one JSON object");
    assert!(open["sometimes"]["a leader is elected"].is_null(), "{open}");
}
