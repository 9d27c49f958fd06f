//! The schemas take all that is real and refuse what is broken.

mod common;

use common::{defaults, everything, run};
use jsonschema::Validator;
use lightcone_formats::lines::write_json;
use lightcone_formats::schema::Schema;
use serde_json::{Value, json};

fn validator(schema: Schema) -> Validator {
    let schema: Value = serde_json::from_str(schema.text()).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("a schema of draft 2020-12");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

fn assert_valid(validator: &Validator, value: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?} in {value}");
}

/// The value with one place changed.
fn with(value: &Value, pointer: &str, change: Value) -> Value {
    let mut value = value.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = value.pointer_mut(parent).expect("the parent is there");
    match parent {
        Value::Array(list) => list[name.parse::<usize>().expect("a place")] = change,
        object => object[name] = change,
    }
    value
}

fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is there");
    assert!(parent.remove(name).is_some(), "{pointer} is there");
    value
}

#[test]
fn real_scenarios_are_valid() {
    let validator = validator(Schema::Scenario);
    let examples = lightcone_protocols::all().iter().flat_map(|entry| (entry.examples)()).map(|(_, it)| it);
    for scenario in defaults().into_iter().chain(examples).chain([everything()]) {
        assert_valid(&validator, &serde_json::to_value(&scenario).expect("JSON"));
    }
    // As a person writes it, with a name for late delivery that is read but never written.
    let written: Value = serde_json::from_str(include_str!("common/everything.json")).expect("JSON");
    assert_valid(&validator, &written);
}

#[test]
fn broken_scenarios_are_refused_by_schema_and_program_alike() {
    let validator = validator(Schema::Scenario);
    let good: Value = serde_json::from_str(include_str!("common/everything.json")).expect("JSON");
    let broken = [
        with(&good, "/version", json!(2)),
        with(&good, "/nodes", json!(0)),
        with(&good, "/nodes", json!(1001)),
        with(&good, "/nodes", json!("5")),
        with(&good, "/seed", json!(-1)),
        with(&good, "/until", json!(1.5)),
        with(&good, "/until", json!(3_600_000_000_001_u64)),
        with(&good, "/colour", json!("red")),
        with(&good, "/network/loss_ppm", json!(1_000_001)),
        with(&good, "/network/latency", json!({ "normal": 3 })),
        with(&good, "/network/latency", json!({ "constant": 1, "uniform": { "min": 1, "max": 2 } })),
        with(&good, "/network/links/0/from", json!("a")),
        with(&good, "/clocks/B/drift_ppm", json!(-1_000_000)),
        with(&good, "/clocks/C/rate_ppm", json!(-999_000_001)),
        with(&good, "/clocks/C/uncertainty", json!(-1)),
        with(&good, "/script/33/uncertainty_ppm", json!(1_000_001)),
        with(&good, "/script/31/vm", json!(1)),
        with(&good, "/script/7/vm", json!(true)),
        without(&good, "/script/33/offset"),
        with(&good, "/workload/clients", json!(65)),
        with(&good, "/workload/mode", json!("busy")),
        with(&good, "/script/0/do", json!("explode")),
        with(&good, "/script/0/node", json!("A1")),
        with(&good, "/script/0/id", json!(0)),
        with(&good, "/script/0/extra", json!(1)),
        with(&good, "/script/0/after", json!(1)),
        with(&good, "/script/13/groups", json!([["A"]])),
        with(&good, "/script/25/client", json!("A")),
        with(&good, "/script/15/message", json!("A#0")),
        with(&good, "/script/30/message", json!("A#7/1")),
        with(&good, "/script/34/value", json!("many")),
        with(&good, "/script/35/how", json!("shout")),
        without(&good, "/script/35/value"),
        without(&good, "/script/34/field"),
        with(&good, "/network/corrupt_ppm", json!(1_000_001)),
        with(&good, "/faults/0/what", json!("flood")),
        with(&good, "/faults/0/every", json!(0)),
        with(&good, "/faults/0/step", json!(1)),
        with(&good, "/faults/0/what", json!("slow")),
        without(&good, "/faults/0/every"),
        without(&good, "/version"),
        without(&good, "/protocol"),
        without(&good, "/script/0/at"),
        without(&good, "/script/0/node"),
        json!([]),
        json!("raft"),
    ];
    for scenario in broken {
        assert!(!validator.is_valid(&scenario), "the schema takes {scenario}");
        let read = lightcone_sim::validate::parse(&scenario.to_string())
            .and_then(|scenario| lightcone_sim::validate::check(&scenario));
        assert!(read.is_err(), "the program takes {scenario}");
    }
}

/// A scenario with every model of networks and time, as a person writes it.
fn networks() -> Value {
    json!({
        "version": 1, "protocol": "raft", "nodes": 3, "seed": 1, "until": 2_000_000_000,
        "network": {
            "latency": { "log-normal": { "median": 40_000_000, "p99": 200_000_000 } },
            "timing": { "semi-synchronous": { "unit": 20_000_000, "c": 500, "steps": 1_000_000 } },
            "reorder": { "ppm": 1_000, "by": 50_000_000 }, "bandwidth": 100_000, "queue": 10,
            "links": [
                { "from": "A", "to": "B", "latency": { "pareto": { "min": 5_000_000, "shape": 1_500 } }, "queue": 0 },
                { "from": "B", "to": "A", "latency": { "empirical": [12_000_000, 14_000_000] }, "bandwidth": 1 },
                { "from": "B", "to": "C", "reorder": { "ppm": 0, "by": 0 } }
            ]
        },
        "script": [
            { "id": 1, "at": 500_000_000, "do": "slow", "node": "A", "step": 30_000_000 },
            { "id": 2, "at": 900_000_000, "do": "slow", "node": "A", "step": 0 }
        ]
    })
}

#[test]
fn every_model_of_the_network_is_taken_and_reads_back() {
    let validator = validator(Schema::Scenario);
    let timings = [
        json!("asynchronous"),
        json!({ "synchronous": { "round": 100_000_000 } }),
        json!({ "semi-synchronous": { "unit": 20_000_000, "c": 500 } }),
    ];
    let others = timings.map(|timing| with(&networks(), "/network/timing", timing));
    for value in [networks()].into_iter().chain(others) {
        assert_valid(&validator, &value);
        let scenario = lightcone_sim::validate::parse(&value.to_string()).expect("it reads");
        let written = serde_json::to_value(&scenario).expect("JSON");
        assert_valid(&validator, &written);
        assert_eq!(lightcone_sim::validate::parse(&written.to_string()).as_ref(), Ok(&scenario));
        let mut out = Vec::new();
        write_json(run(&scenario).as_ref(), scenario.until, &mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        let validator = self::validator(Schema::Event);
        text.lines().for_each(|line| assert_valid(&validator, &serde_json::from_str(line).expect("JSON")));
        assert!(text.contains("\"slow\"") && text.contains("\"quick\""));
    }
}

#[test]
fn broken_networks_are_refused_by_schema_and_program_alike() {
    let validator = validator(Schema::Scenario);
    let good = networks();
    let broken = [
        with(&good, "/network/latency", json!({ "log-normal": { "median": 0, "p99": 5 } })),
        with(&good, "/network/latency", json!({ "log-normal": { "median": 5 } })),
        with(&good, "/network/timing", json!("lockstep")),
        with(&good, "/network/timing", json!({ "synchronous": { "round": 0 } })),
        with(&good, "/network/timing/semi-synchronous/c", json!(1_001)),
        with(&good, "/network/reorder", json!({ "ppm": 5 })),
        with(&good, "/network/reorder/ppm", json!(1_000_001)),
        with(&good, "/network/bandwidth", json!(0)),
        with(&good, "/network/queue", json!(-1)),
        with(&good, "/network/links/0/latency/pareto/shape", json!(99)),
        with(&good, "/network/links/1/latency/empirical", json!([])),
        with(&good, "/script/0/step", json!(-5)),
        without(&good, "/script/0/step"),
    ];
    for scenario in broken {
        assert!(!validator.is_valid(&scenario), "the schema takes {scenario}");
        let read = lightcone_sim::validate::parse(&scenario.to_string())
            .and_then(|scenario| lightcone_sim::validate::check(&scenario));
        assert!(read.is_err(), "the program takes {scenario}");
    }
}

#[test]
fn real_lines_are_valid() {
    let validator = validator(Schema::Event);
    for scenario in defaults().into_iter().chain([everything()]) {
        let mut out = Vec::new();
        write_json(run(&scenario).as_ref(), scenario.until, &mut out).expect("memory takes it");
        for line in String::from_utf8(out).expect("UTF-8").lines() {
            assert_valid(&validator, &serde_json::from_str(line).expect("JSON"));
        }
    }
    assert_valid(
        &validator,
        &json!({ "type": "violation", "monitor": "election safety", "event": "A:3", "text": "Two leaders." }),
    );
}

#[test]
fn broken_lines_are_refused() {
    let validator = validator(Schema::Event);
    let event = json!({
        "type": "event", "id": "A:2", "node": "A", "kind": "message", "true_ns": 5, "local_ns": -5, "lamport": 3,
        "vector": { "A": 2, "c1": 1 }, "cause": "c1:1", "message": "c1#1", "timer": null, "sends": ["A#1"], "label": ""
    });
    let fate = json!({
        "type": "fate", "message": "A#1/2", "from": "A", "to": "B", "sent_ns": 5, "at_ns": 9, "fate": "delivered",
        "copy_of": "A#1"
    });
    assert_valid(&validator, &event);
    assert_valid(&validator, &fate);
    let broken = [
        with(&event, "/kind", json!("crash")),
        with(&event, "/lamport", json!(null)),
        with(&event, "/vector", json!(null)),
        with(&event, "/vector/A", json!(0)),
        with(&event, "/id", json!("A:0")),
        with(&event, "/sends", json!(["A:1"])),
        with(&event, "/more", json!(1)),
        without(&event, "/label"),
        with(&fate, "/fate", json!("in-flight")),
        with(&fate, "/at_ns", json!(null)),
        with(&fate, "/fate", json!("eaten")),
        without(&fate, "/copy_of"),
        json!({ "type": "remark" }),
    ];
    for line in broken {
        assert!(!validator.is_valid(&line), "the schema takes {line}");
    }
}

#[test]
fn real_histories_are_valid_and_broken_ones_are_not() {
    let validator = validator(Schema::History);
    let history = [
        json!({ "index": 0, "process": 0, "type": "invoke", "f": "write", "value": 3 }),
        json!({ "index": 1, "process": 1, "type": "invoke", "f": "read", "key": "x", "value": null, "time": 17 }),
        json!({ "index": 2, "process": 0, "type": "ok", "f": "write", "value": 3, "time": 18 }),
        json!({ "process": 1, "type": "ok", "f": "read", "key": "x", "value": 3 }),
        json!({ "index": 4, "process": 1, "type": "invoke", "f": "cas", "value": [3, 4] }),
        json!({ "index": 5, "process": 1, "type": "info", "f": "cas", "value": null, "error": "timeout" }),
        json!({ "index": 6, "process": "nemesis", "type": "info", "f": "pause", "value": { "n1": "paused" } }),
        json!({ "index": 7, "process": 2, "type": "invoke", "f": "txn", "value": [["r", "x", null], ["append", "y", 1]] }),
        json!({ "index": 8, "process": 2, "type": "ok", "f": "txn", "value": [["r", "x", [1, 2]], ["append", "y", 1]] }),
    ];
    for line in &history {
        assert_valid(&validator, line);
    }
    let broken = [
        with(&history[0], "/type", json!("begin")),
        with(&history[0], "/process", json!(null)),
        with(&history[0], "/index", json!(-1)),
        with(&history[4], "/value", json!([3])),
        with(&history[4], "/value", json!(null)),
        with(&history[7], "/value", json!([["r", "x"]])),
        with(&history[7], "/value", json!([["swap", "x", 1]])),
        without(&history[0], "/f"),
        without(&history[0], "/value"),
        json!([]),
    ];
    for line in broken {
        assert!(!validator.is_valid(&line), "the schema takes {line}");
    }
}
