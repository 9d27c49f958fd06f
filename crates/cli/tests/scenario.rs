//! Stories of `lightcone list`, `lightcone scenario` and `lightcone schema`.

mod common;

use common::{TempFile, lightcone, printed};
use serde_json::{Value, json};

fn scenario(words: &[&str]) -> Value {
    let words: Vec<&str> = std::iter::once("scenario").chain(words.iter().copied()).collect();
    serde_json::from_str(&printed(&words)).expect("JSON")
}

#[test]
fn the_list_names_every_protocol_and_every_parameter() {
    let list = printed(&["list"]);
    for entry in lightcone_protocols::all() {
        assert!(list.contains(entry.name) && list.contains(entry.title) && list.contains(entry.summary));
        for (parameter, meaning) in entry.params {
            assert!(list.contains(parameter) && list.contains(meaning), "{parameter} of {}", entry.name);
        }
    }
}

#[test]
fn the_usual_values_are_seed_1_until_10_s_five_nodes_for_raft_and_three_for_the_others() {
    for (protocol, nodes) in [("raft", 5), ("paxos", 3), ("2pc", 3)] {
        let scenario = scenario(&[protocol]);
        assert_eq!(scenario["protocol"], protocol);
        assert_eq!(scenario["nodes"], nodes);
        assert_eq!(scenario["seed"], 1);
        assert_eq!(scenario["until"], 10_000_000_000_u64);
    }
}

#[test]
fn a_printed_scenario_is_complete() {
    for entry in lightcone_protocols::all() {
        let scenario = scenario(&[entry.name]);
        for key in [
            "version", "protocol", "params", "nodes", "network", "clocks", "workload", "seed", "until",
            "script",
        ] {
            assert!(scenario.get(key).is_some(), "{key} of {}", entry.name);
        }
        assert_eq!(scenario["params"], (entry.default_params)());
    }
}

#[test]
fn flags_change_what_is_printed() {
    let scenario = scenario(&[
        "raft",
        "--nodes",
        "7",
        "--seed",
        "9",
        "--until",
        "2.5s",
        "--set",
        "election_timeout_min=200ms",
        "--set",
        "noop=false",
        "--set",
        "variant=vote-not-persisted",
    ]);
    assert_eq!(scenario["nodes"], 7);
    assert_eq!(scenario["seed"], 9);
    assert_eq!(scenario["until"], 2_500_000_000_u64);
    assert_eq!(scenario["params"]["election_timeout_min"], 200_000_000);
    assert_eq!(scenario["params"]["noop"], false);
    assert_eq!(scenario["params"]["variant"], "vote-not-persisted");
}

#[test]
fn a_printed_scenario_runs_as_its_name_does() {
    for entry in lightcone_protocols::all() {
        let file =
            TempFile::new(&format!("printed-{}.json", entry.name), &printed(&["scenario", entry.name]));
        let [hash, by_name] = [file.path(), entry.name].map(|what| lightcone(&["hash", what]));
        // Some open with an invariant violated: that is what they are about.
        assert!([0, 1].contains(&hash.code) && hash.out.len() == 65, "{}: {}", entry.name, hash.err);
        assert_eq!((hash.code, hash.out), (by_name.code, by_name.out), "{}", entry.name);
        assert_eq!(printed(&["scenario", file.path()]), file.content(), "{}", entry.name);
    }
}

#[test]
fn flags_apply_over_a_file_as_well() {
    let file = TempFile::new("flags.json", &printed(&["scenario", "raft", "--seed", "3"]));
    let changed = scenario(&[file.path(), "--seed", "4", "--nodes", "3", "--set", "max_entries=1"]);
    assert_eq!((&changed["seed"], &changed["nodes"]), (&json!(4), &json!(3)));
    assert_eq!(changed["params"]["max_entries"], 1);
}

#[test]
fn schemas_are_printed() {
    for of in ["scenario", "event", "history"] {
        let schema: Value = serde_json::from_str(&printed(&["schema", of])).expect("JSON");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    assert_eq!(lightcone(&["schema", "lesson"]).code, 2);
}
