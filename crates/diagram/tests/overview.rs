//! A run from afar: what is counted is what happened, and what is not drawn is not hidden.

mod common;

use std::collections::BTreeMap;

use common::{SPACE, raft, run, scene, troubled};
use lightcone_diagram::{Frame, Geometry, Layer, Layout, Overview, Shape, Space, View, overview, strip, svg};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::FateKind;

/// So much room across that a bar tells exactly how many it counts.
const ROOMY: Space = Space { across_px: 6_000.0, along_px: 1_100.0, px_per_s: 200.0 };
/// How high a full bar is, of the distance between two lanes: of events, and of lost messages.
const HIGH: (f64, f64) = (0.46, 0.3);

fn far() -> View {
    View { overview: true, lane_gap_px: 400.0, ..View::default() }
}

fn seen(session: &dyn Session, view: &View, frame: &Frame) -> (Layout, Overview) {
    let layout = Layout::new(session, view, ROOMY);
    let seen = overview(&layout, session, frame);
    (layout, seen)
}

fn shapes<'a>(layers: &'a [Layer], name: &'a str) -> impl Iterator<Item = &'a Shape> {
    layers.iter().filter(move |layer| layer.name == name).flat_map(|layer| layer.shapes.iter())
}

/// Left edge and height of a lane's bars: of its events, or of what it sent in vain.
fn bars(seen: &Overview, node: NodeId, lost: bool) -> Vec<[f64; 4]> {
    let own = |shape: &&Shape| {
        shape.key.split('-').next() == Some(&node.to_string()) && shape.class.contains("lost") == lost
    };
    let rects = shapes(&seen.ground, "bars").filter(own).map(|shape| match &shape.geometry {
        Geometry::Rects(rects) => rects.clone(),
        other => panic!("bars are rectangles, not {other:?}"),
    });
    rects.flatten().collect()
}

/// How many all bars of a lane count.
fn counted(layout: &Layout, seen: &Overview, node: NodeId, lost: bool) -> f64 {
    let across = |node: u16| layout.lane_y(NodeId::server(node)).expect("a lane");
    let gap = across(1) - across(0);
    let full = f64::from(seen.scale.full[usize::from(node.is_client())]);
    let most = if lost { HIGH.1 } else { HIGH.0 };
    bars(seen, node, lost).iter().map(|[.., high]| (high / (most * gap) * full).round()).sum()
}

#[test]
fn bars_count_every_event_and_every_lost_message_once() {
    for seed in 0..6 {
        let session = run(troubled(seed));
        let trace = session.trace();
        let (layout, seen) = seen(&*session, &far(), &Frame::at(Key::end_of(Ns::ms(1_500))));
        for (node, lane) in trace.lanes() {
            let events = counted(&layout, &seen, node, false);
            assert_eq!(events, lane.events.len() as f64, "events of {node}, seed {seed}");
            let is_lost = |kind| matches!(kind, FateKind::Dropped | FateKind::Cut | FateKind::ToCrashed);
            let sent = lane.messages.iter().chain(lane.copies.iter().map(|(_, copy)| copy));
            let lost = sent.filter(|message| is_lost(message.fate.kind)).count();
            assert_eq!(counted(&layout, &seen, node, true), lost as f64, "lost by {node}, seed {seed}");
        }
    }
}

#[test]
fn the_sums_below_the_axis_are_those_of_the_run() {
    let session = run(troubled(1));
    let (layout, seen) = seen(&*session, &far(), &Frame::at(Key::end_of(Ns::ms(1_500))));
    let texts: Vec<(f64, String)> = shapes(&seen.ground, "axis")
        .filter_map(|shape| match &shape.geometry {
            Geometry::Text { x, content, .. } if shape.class.contains("sum") => Some((*x, content.clone())),
            _ => None,
        })
        .collect();
    assert!(texts.len() >= 2, "{texts:?}");
    let ticks: Vec<f64> = shapes(&seen.ground, "axis")
        .filter_map(|shape| match shape.geometry {
            Geometry::Line { x1, .. } if shape.class == "axis-tick" => Some(x1),
            _ => None,
        })
        .collect();
    for (x, said) in texts {
        let from = ticks.iter().copied().filter(|tick| *tick < x).fold(0.0, f64::max);
        let to = ticks.iter().copied().filter(|tick| *tick > x).fold(f64::INFINITY, f64::min);
        // A tenth of a px is less than the step of the axis's numbers.
        let time = |x: f64| Ns((layout.time_at(x).0 + 2_500_000) / 5_000_000 * 5_000_000);
        let count = session
            .trace()
            .lanes()
            .flat_map(|(_, lane)| &lane.events)
            .filter(|event| event.at() >= time(from) && event.at() < time(to))
            .count();
        let digits: String = said.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits, count.to_string(), "from {} to {}", time(from), time(to));
    }
}

#[test]
fn scrolling_changes_no_bar() {
    let session = run(troubled(2));
    let window = |window| Frame { window: Some(window), ..Frame::at(Key::end_of(Ns::ms(1_500))) };
    let layout = Layout::new(&*session, &far(), ROOMY);
    let whole = overview(&layout, &*session, &window((0.0, 1_000.0)));
    let part = overview(&layout, &*session, &window((101.0, 233.0)));
    let high = |seen: &Overview, node: NodeId| {
        let full = f64::from(seen.scale.full[usize::from(node.is_client())]);
        let bars = bars(seen, node, false).into_iter();
        // Each part of the scene has its own scale; what a bar counts is the same.
        bars.map(|[x, _, _, high]| ((x * 10.0).round() as i64, (high * full).round() as i64))
            .collect::<BTreeMap<_, _>>()
    };
    for node in session.trace().nodes().iter() {
        let (whole, part) = (high(&whole, node), high(&part, node));
        for (x, own) in &part {
            let same = whole.get(x).expect("a bar at the same place");
            assert!((own - same).abs() <= 4, "{node} at {x}: {own}, of {same}");
        }
        let inside = whole.keys().filter(|x| (1_010..2_300).contains(*x)).count();
        assert!(part.len() >= inside, "{node}: {} of {inside} bars", part.len());
    }
}

#[test]
fn a_hidden_future_is_not_counted() {
    let session = run(troubled(1));
    let now = Ns::ms(500);
    let view = View { hide_future: true, ..far() };
    let (layout, seen) = seen(&*session, &view, &Frame::at(Key::end_of(now)));
    for (node, lane) in session.trace().lanes() {
        let known = lane.events.iter().filter(|event| event.at() <= now).count();
        assert_eq!(counted(&layout, &seen, node, false), known as f64, "{node}");
    }
    let edge = layout.x_of((now, u32::MAX)) + 6.0;
    for shape in seen.ground.iter().chain(&seen.marks).flat_map(|layer| layer.shapes.iter()) {
        let farthest = match &shape.geometry {
            Geometry::Rects(rects) => rects.iter().map(|[x, _, width, _]| x + width).fold(0.0, f64::max),
            Geometry::Lines(lines) => lines.iter().map(|[x1, _, x2, _]| x1.max(*x2)).fold(0.0, f64::max),
            Geometry::Circle { cx, .. } => *cx,
            _ => 0.0,
        };
        assert!(farthest <= edge, "{} {} reaches {farthest}, beyond {edge}", shape.key, shape.class);
    }
}

#[test]
fn however_long_the_run_the_picture_is_small() {
    let mut scenario = raft(1);
    scenario.workload.every = Ns::ms(20);
    scenario.until = Ns::s(60);
    let session = run(scenario);
    assert!(session.trace().order().len() > 10_000);
    let space = Space { px_per_s: Layout::fitting_zoom(&*session, 1_100.0), ..SPACE };
    let layout = Layout::new(&*session, &View { overview: true, ..View::default() }, space);
    let seen = overview(&layout, &*session, &Frame::at(Key::end_of(Ns::s(60))));
    let parts = |shape: &Shape| match &shape.geometry {
        Geometry::Rects(many) | Geometry::Lines(many) => many.len(),
        _ => 1,
    };
    let all = seen.ground.iter().chain(&seen.marks).flat_map(|layer| layer.shapes.iter());
    let parts: usize = all.map(parts).sum();
    assert!(parts < 6_000, "{parts} marks");
    assert!(seen.desc.contains("Seen from afar"), "{}", seen.desc);
}

#[test]
fn coming_near_again_shows_the_same_as_never_having_been_away() {
    let session = run(troubled(3));
    let near = View::default();
    let layout = Layout::new(&*session, &far(), ROOMY).again(&*session, &near, SPACE);
    let now = Ns::ms(1_200);
    let back = layout.scene(&*session, &Frame::at(Key::end_of(now)));
    assert_eq!(back, scene(&*session, &near, now));
    // And from there to afar and back, where more is known already.
    let again = layout.again(&*session, &far(), ROOMY).again(&*session, &near, SPACE);
    assert_eq!(again.scene(&*session, &Frame::at(Key::end_of(now))), back);
}

#[test]
fn as_a_file_it_has_real_text_and_no_scripts() {
    let session = run(troubled(1));
    let (layout, seen) = seen(&*session, &far(), &Frame::at(Key::end_of(Ns::ms(1_500))));
    let scale = seen.scale.to_string();
    let file = svg(&seen.scene(&layout, &*session), lightcone_diagram::Theme::Light);
    assert!(file.contains("<path class=\"count lost\""));
    assert!(file.contains(&scale) && !file.contains("<script") && !file.contains("NaN"), "{scale}");
}

#[test]
fn the_strip_shows_the_run_as_far_as_it_is_known() {
    let session = run(troubled(1));
    let whole = Ns::ms(1_500);
    let farthest = |until: Ns| {
        let strip = strip(&*session, (until, whole), (600.0, 30.0));
        let shapes = strip.layers.iter().flat_map(|layer| layer.shapes.iter());
        let ends = shapes.flat_map(|shape| match &shape.geometry {
            Geometry::Rects(rects) => rects.iter().map(|[x, _, width, _]| x + width).collect(),
            _ => Vec::new(),
        });
        ends.fold(0.0, f64::max)
    };
    assert!(farthest(whole) > 590.0, "{}", farthest(whole));
    assert!(farthest(Ns::ms(500)) < 205.0, "{}", farthest(Ns::ms(500)));
}
