//! Stories of a run written line by line.

mod common;

use std::collections::BTreeMap;

use common::{everything, raft, run};
use lightcone_formats::lines::{write_json, write_text};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use serde_json::Value;

fn json(session: &dyn Session, until: Ns) -> Vec<Value> {
    let mut out = Vec::new();
    write_json(session, until, &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn of_type<'a>(lines: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["type"] == kind)
}

#[test]
fn every_event_has_a_line_in_total_order() {
    let session = run(&raft().scenario);
    let lines = json(session.as_ref(), Ns::s(10));
    let ids: Vec<String> =
        of_type(&lines, "event").map(|line| line["id"].as_str().expect("an id").into()).collect();
    let order: Vec<String> = session.trace().order().iter().map(ToString::to_string).collect();
    assert_eq!(ids, order);
}

#[test]
fn lines_are_in_order_of_time_with_what_is_under_way_last() {
    let session = run(&everything());
    let lines = json(session.as_ref(), Ns::s(8));
    let mut now = 0;
    let mut under_way = 0;
    for line in &lines {
        let time = match line["type"].as_str() {
            Some("event") => line["true_ns"].as_u64(),
            Some("fate") => line["at_ns"].as_u64(),
            _ => Some(now),
        };
        match time {
            Some(time) => {
                assert!(time >= now && under_way == 0, "{line}");
                now = time;
            }
            None => under_way += 1,
        }
    }
    assert!(under_way > 0);
}

#[test]
fn a_delivery_stands_just_before_the_event_that_handles_it() {
    let session = run(&everything());
    let lines = json(session.as_ref(), Ns::s(8));
    let mut deliveries = 0;
    for pair in lines.windows(2).filter(|pair| pair[0]["fate"] == "delivered") {
        assert_eq!(pair[1]["message"], pair[0]["message"]);
        assert_eq!(pair[1]["node"], pair[0]["to"]);
        assert_eq!(pair[1]["true_ns"], pair[0]["at_ns"]);
        deliveries += 1;
    }
    assert!(deliveries > 100);
}

#[test]
fn every_message_sent_has_one_fate_and_every_copy_names_its_original() {
    let session = run(&everything());
    let lines = json(session.as_ref(), Ns::s(8));
    let mut fates: BTreeMap<&str, u32> = BTreeMap::new();
    for line in of_type(&lines, "fate") {
        let id = line["message"].as_str().expect("an id");
        *fates.entry(id).or_default() += 1;
        let original = id.split_once('/').map(|(original, _)| original);
        assert_eq!(line["copy_of"].as_str(), original);
    }
    let sends = of_type(&lines, "event").flat_map(|line| line["sends"].as_array().expect("a list"));
    for send in sends {
        assert_eq!(fates.get(send.as_str().expect("an id")), Some(&1), "{send}");
    }
    assert!(fates.keys().any(|id| id.contains('/')));
    for fate in ["delivered", "dropped", "cut", "to-crashed", "in-flight"] {
        assert!(of_type(&lines, "fate").any(|line| line["fate"] == fate), "no message is {fate}");
    }
}

#[test]
fn activations_tick_the_clocks_and_the_environment_has_none() {
    let session = run(&everything());
    let lines = json(session.as_ref(), Ns::s(8));
    let events: BTreeMap<&str, &Value> =
        of_type(&lines, "event").map(|line| (line["id"].as_str().expect("an id"), line)).collect();
    for (id, line) in &events {
        let ticks = matches!(line["kind"].as_str(), Some("boot" | "message" | "timer" | "op"));
        assert_eq!((line["lamport"].is_u64(), line["vector"].is_object()), (ticks, ticks), "{id}");
        if let Some(cause) = line["cause"].as_str() {
            assert!(events[cause]["lamport"].as_u64() < line["lamport"].as_u64(), "{id} after {cause}");
        }
        if ticks {
            assert!(line["vector"].as_object().expect("a vector").values().all(|n| n.as_u64() > Some(0)));
        }
    }
    for kind in ["crash", "amnesia", "recover", "pause", "resume", "clock", "cut", "heal"] {
        assert!(events.values().any(|line| line["kind"] == kind), "no {kind}");
    }
}

#[test]
fn a_shorter_look_shows_nothing_of_what_comes_later() {
    let whole = run(&everything());
    let mut short = everything();
    short.until = Ns::s(3);
    assert_eq!(json(whole.as_ref(), Ns::s(3)), json(run(&short).as_ref(), Ns::s(3)));
}

#[test]
fn a_violation_follows_the_event_that_broke_the_invariant() {
    let entry = lightcone_protocols::find("raft").expect("Raft");
    let broken = (entry.examples)().into_iter().map(|(_, scenario)| scenario);
    let mut found = 0;
    for scenario in broken {
        let session = run(&scenario);
        let lines = json(session.as_ref(), scenario.until);
        assert_eq!(of_type(&lines, "violation").count(), session.trace().violations().len());
        for pair in
            lines.windows(2).filter(|pair| pair[1]["type"] == "violation" && pair[0]["type"] == "event")
        {
            assert_eq!(pair[0]["id"], pair[1]["event"]);
            found += 1;
        }
    }
    assert!(found > 0, "no example of Raft breaks an invariant");
}

#[test]
fn people_get_one_line_an_event_and_one_for_each_loss() {
    let session = run(&everything());
    let lines = json(session.as_ref(), Ns::s(8));
    let lost = |line: &&Value| !matches!(line["fate"].as_str(), Some("delivered" | "in-flight"));
    let wanted = of_type(&lines, "event").count()
        + of_type(&lines, "fate").filter(lost).count()
        + of_type(&lines, "violation").count();
    let mut out = Vec::new();
    write_text(session.as_ref(), Ns::s(8), &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("UTF-8");
    assert_eq!(text.lines().count(), wanted);
    assert!(text.lines().next().expect("a line").starts_with("0.000000 s  A   boot"), "{text}");
}
