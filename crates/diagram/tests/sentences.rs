//! Sentences in the diagram: whole or not at all, and what a call was told can be read.

mod common;

use std::collections::BTreeMap;

use common::{SPACE, layer, run, texts};
use lightcone_diagram::{Flow, Frame, Geometry, Layout, Space, View};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

fn stream() -> Box<dyn Session> {
    let entry = lightcone_protocols::find("stream").expect("stream");
    let mut scenario: Scenario = (entry.scenario)(None);
    scenario.params.insert("transport".to_owned(), "datagrams".into());
    scenario.params.insert("numbers".to_owned(), false.into());
    scenario.network.latency = Latency::Uniform { min: Ns::ms(10), max: Ns::ms(90) };
    scenario.network.loss_ppm = 200_000;
    scenario.network.duplicate_ppm = 300_000;
    (scenario.workload.clients, scenario.workload.every, scenario.workload.count) = (1, Ns::ms(20), Some(8));
    scenario.until = Ns::s(1);
    run(scenario)
}

#[test]
fn the_line_of_the_present_takes_away_a_sentence_whole_or_not_at_all() {
    let session = stream();
    assert!(!session.trace().violations().is_empty(), "something is broken");
    let layout = Layout::new(&*session, &View::default(), SPACE);
    // How many lines each sentence has at most, and how many at each moment.
    let mut seen: Vec<BTreeMap<String, usize>> = Vec::new();
    for step in 0..200 {
        let scene = layout.scene(&*session, &Frame::at(Key::end_of(Ns::ms(step * 5))));
        let mut lines = BTreeMap::new();
        for name in ["labels", "said"] {
            for shape in layer(&scene, name).filter(|shape| shape.class.starts_with("violation-text")) {
                let (sentence, _) = shape.key.rsplit_once('-').expect("a line of a sentence");
                *lines.entry(sentence.to_owned()).or_insert(0) += 1;
                assert!(shape.title.as_ref().is_some_and(|title| title.len() > 20), "the whole as a tooltip");
            }
        }
        seen.push(lines);
    }
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for (sentence, lines) in seen.iter().flatten() {
        let known = most.entry(sentence).or_insert(0);
        *known = (*known).max(*lines);
    }
    assert!(most.values().any(|&lines| lines > 1), "{most:?}");
    for (sentence, lines) in seen.iter().flatten() {
        assert_eq!(most[sentence.as_str()], *lines, "{sentence} has lost lines");
    }
}

#[test]
fn calls_that_overlap_stand_above_the_axis() {
    let session = stream();
    for (flow, across_px, along_px) in
        [(Flow::LeftToRight, 640.0, 1_100.0), (Flow::TopToBottom, 390.0, 600.0)]
    {
        let view = View { flow, ..View::default() };
        let layout = Layout::new(&*session, &view, Space { across_px, along_px, ..SPACE });
        let scene = layout.scene(&*session, &Frame::at(Key::end_of(Ns::s(1))));
        let bars = layer(&scene, "ops").filter_map(|shape| match (flow, &shape.geometry) {
            (Flow::LeftToRight, Geometry::Rect { y, height, .. }) => Some(y + height),
            (Flow::TopToBottom, Geometry::Rect { x, width, .. }) => Some(x + width),
            _ => None,
        });
        let farthest = bars.fold(0.0, f64::max);
        let axis = layer(&scene, "axis").find_map(|shape| match (flow, &shape.geometry) {
            (Flow::LeftToRight, Geometry::Line { y1, .. }) => Some(*y1),
            (Flow::TopToBottom, _) => Some(layout.across()),
            _ => None,
        });
        assert!(farthest > 0.0 && farthest <= axis.expect("an axis"), "{flow:?}: {farthest} beyond {axis:?}");
    }
}

#[test]
fn a_call_that_is_answered_at_once_says_its_answer_beside_its_bar() {
    let entry = lightcone_protocols::find("cristian").expect("cristian");
    let mut scenario: Scenario = (entry.scenario)(None);
    scenario.workload.clients = 1;
    scenario.workload.ops.clear();
    let client = "c1".parse().expect("a client");
    scenario.push(Ns::ms(1_900), Action::Op { client, op: "time".to_owned(), node: None });
    let session = run(scenario);
    let scene = common::scene(&*session, &View::default(), Ns::s(2));
    assert!(texts(&scene).iter().any(|text| text.starts_with("time → 1")), "{:?}", texts(&scene));
}

#[test]
fn two_lanes_use_the_room_that_there_is() {
    let entry = lightcone_protocols::find("generals").expect("generals");
    let session = run((entry.scenario)(None));
    let layout = Layout::new(&*session, &View::default(), SPACE);
    assert!(
        layout.across() > SPACE.across_px * 0.85 && layout.across() <= SPACE.across_px,
        "{}",
        layout.across()
    );
}
