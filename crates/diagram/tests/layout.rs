//! What holds for every layout: nothing overlaps that must be read, time goes one way, and a step moves no mark.

mod common;

use std::collections::BTreeMap;
use std::rc::Rc;

use common::{SPACE, is, layer, raft, run, texts, troubled};
use lightcone_diagram::text::{bold_width, width};
use lightcone_diagram::{
    Anchor, Flow, Frame, Geometry, Labels, Layout, Scene, Shape, Space, Target, TimeScale, View,
};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;

const SCALES: [TimeScale; 3] = [TimeScale::True, TimeScale::Warped, TimeScale::Logical];
const FLOWS: [Flow; 2] = [Flow::LeftToRight, Flow::TopToBottom];

/// The corners of a text, from its geometry alone.
fn corners(shape: &Shape) -> Option<[(f64, f64); 4]> {
    let Geometry::Text { x, y, anchor, rotate, size, content } = &shape.geometry else { return None };
    let is_bold =
        shape.class.contains("-word") || shape.class.contains("-name") || is(shape, "violation-text");
    let wide = if is_bold { bold_width(content, *size) } else { width(content, *size) };
    let left = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -wide / 2.0,
        Anchor::End => -wide,
    };
    let (sin, cos) = rotate.to_radians().sin_cos();
    let turn = |(dx, dy): (f64, f64)| (x + dx * cos - dy * sin, y + dx * sin + dy * cos);
    let (top, bottom) = (-0.8 * size, 0.12 * size);
    Some([(left, top), (left + wide, top), (left + wide, bottom), (left, bottom)].map(turn))
}

/// Whether two convex shapes share ground: no line parallel to a side parts them.
fn overlap(one: &[(f64, f64); 4], other: &[(f64, f64); 4]) -> bool {
    let parted = |a: &[(f64, f64); 4], b: &[(f64, f64); 4]| {
        (0..4).any(|side| {
            let (p, q) = (a[side], a[(side + 1) % 4]);
            let normal = (q.1 - p.1, p.0 - q.0);
            let reach = |points: &[(f64, f64); 4]| {
                let along = points.map(|(x, y)| x * normal.0 + y * normal.1);
                (
                    along.iter().copied().fold(f64::MAX, f64::min),
                    along.iter().copied().fold(f64::MIN, f64::max),
                )
            };
            let (a, b) = (reach(a), reach(b));
            a.1 <= b.0 + 0.5 || b.1 <= a.0 + 0.5
        })
    };
    !parted(one, other) && !parted(other, one)
}

fn labels(scene: &Scene) -> Vec<(&Shape, [(f64, f64); 4])> {
    layer(scene, "labels").filter_map(|shape| Some((shape, corners(shape)?))).collect()
}

#[test]
fn no_label_covers_another() {
    for seed in 1..=5 {
        let session = run(troubled(seed));
        for (scale, flow) in SCALES.into_iter().flat_map(|scale| FLOWS.map(|flow| (scale, flow))) {
            for text_px in [12.0, 18.0] {
                let view = View { scale, flow, text_px, ..View::default() };
                let scene = common::scene(&*session, &view, Ns::ms(1_500));
                let labels = labels(&scene);
                assert!(labels.len() > 10, "{} labels, seed {seed}, {view:?}", labels.len());
                for (place, (one, area)) in labels.iter().enumerate() {
                    for (other, taken) in &labels[place + 1..] {
                        assert!(!overlap(area, taken), "seed {seed}, {view:?}: {one:?} over {other:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn no_label_covers_a_mark_a_head_or_a_lane() {
    for seed in 1..=5 {
        let session = run(troubled(seed));
        for flow in FLOWS {
            let view = View { flow, ..View::default() };
            let layout = Layout::new(&*session, &view, SPACE);
            let scene = layout.scene(&*session, &Frame::at(Key::end_of(Ns::ms(1_500))));
            for (label, area) in labels(&scene) {
                for node in session.trace().nodes().iter() {
                    let Some(lane) = layout.lane_y(node) else { continue };
                    let across = area.map(|(x, y)| if flow == Flow::LeftToRight { y } else { x });
                    let crossed =
                        across.iter().any(|&y| y < lane - 1.0) && across.iter().any(|&y| y > lane + 1.0);
                    assert!(!crossed, "seed {seed}: {label:?} on the lane of {node}");
                }
                for mark in layer(&scene, "marks").filter(|mark| is(mark, "event")) {
                    let Geometry::Circle { cx, cy, r } = mark.geometry else { continue };
                    let square = [(-r, -r), (r, -r), (r, r), (-r, r)].map(|(dx, dy)| (cx + dx, cy + dy));
                    assert!(!overlap(&area, &square), "seed {seed}: {label:?} over {mark:?}");
                }
            }
        }
    }
}

#[test]
fn text_is_never_smaller_than_asked_for() {
    let session = run(troubled(1));
    for (text_px, least) in [(3.0, 12.0), (12.0, 12.0), (18.0, 18.0)] {
        let view = View { text_px, ..View::default() };
        let scene = common::scene(&*session, &view, Ns::ms(800));
        for shape in lightcone_diagram::shapes(&scene) {
            if let Geometry::Text { size, .. } = shape.geometry {
                assert!(size >= least, "{shape:?}");
            }
        }
    }
}

#[test]
fn labels_lie_along_arrows_only_up_to_45_degrees() {
    let session = run(troubled(3));
    for (scale, flow) in SCALES.into_iter().flat_map(|scale| FLOWS.map(|flow| (scale, flow))) {
        let scene = common::scene(&*session, &View { scale, flow, ..View::default() }, Ns::ms(1_500));
        for shape in layer(&scene, "labels").filter(|shape| is(shape, "label")) {
            let Geometry::Text { rotate, .. } = shape.geometry else { continue };
            assert!(rotate.abs() <= 45.1, "{shape:?}");
        }
    }
}

#[test]
fn time_goes_one_way_in_every_scale() {
    let session = run(troubled(4));
    for scale in SCALES {
        let layout = Layout::new(&*session, &View { scale, ..View::default() }, SPACE);
        let mut before = f64::NEG_INFINITY;
        for ms in 0..1_500 {
            let x = layout.x_of((Ns::ms(ms), 0));
            assert!(x >= before, "{scale:?} at {ms} ms: {x} after {before}");
            before = x;
            assert!(layout.x_of((layout.time_at(x), u32::MAX)) <= x + 1.0, "{scale:?} at {ms} ms");
        }
    }
}

#[test]
fn every_message_goes_forward() {
    let session = run(troubled(5));
    for scale in SCALES {
        let layout = Layout::new(&*session, &View { scale, ..View::default() }, SPACE);
        for (id, message) in session.trace().messages() {
            let Some((from, to)) = layout.message_at(&*session, id) else { continue };
            let routine = session.message(id).is_some_and(|told| told.routine);
            let slant = if scale == TimeScale::True || routine || message.to == id.node { 0.0 } else { 8.0 };
            assert!(to.0 >= from.0 + slant, "{scale:?}: {id} from {from:?} to {to:?}");
        }
    }
}

#[test]
fn warped_time_keeps_neighbours_apart_and_breaks_idle_spans() {
    let session = run(raft(1));
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let scene = layout.scene(&*session, &Frame::at(Key::end_of(Ns::ms(1_500))));
    assert!(layer(&scene, "breaks").any(|shape| is(shape, "break")));
    for node in session.trace().nodes().iter() {
        let mut xs: Vec<f64> = layer(&scene, "marks")
            .filter(|mark| matches!(mark.target, Some(Target::Event(event)) if event.node == node))
            .filter_map(|mark| match mark.target {
                Some(Target::Event(event)) => layout.event_at(event).map(|place| place.0),
                _ => None,
            })
            .collect();
        xs.sort_by(f64::total_cmp);
        assert!(xs.windows(2).all(|pair| pair[1] - pair[0] >= 6.9), "{node}: {xs:?}");
    }
}

/// Every mark's key with its geometry, but for what follows the playhead.
fn marks(scene: &Scene) -> BTreeMap<(String, String), Geometry> {
    let moving = ["now", "said", "veil", "under-way", "timers", "current", "selection", "glow", "ops"];
    let layers = scene.layers.iter().filter(|layer| !moving.contains(&layer.name));
    layers
        .flat_map(|layer| {
            layer
                .shapes
                .iter()
                .map(|shape| ((layer.name.to_owned(), shape.key.clone()), shape.geometry.clone()))
        })
        .collect()
}

#[test]
fn a_step_moves_no_mark_and_redraws_almost_nothing() {
    let session = run(troubled(6));
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let mut now = Key::START;
    let mut before: Option<Scene> = None;
    while let Some(next) = session.trace().step(now) {
        now = next;
        let scene = layout.scene(&*session, &Frame::at(now));
        if let Some(before) = &before {
            let (old, new) = (marks(before), marks(&scene));
            for (key, geometry) in &new {
                assert!(old.get(key).is_none_or(|old| old == geometry), "{key:?} moved");
            }
            let redrawn =
                scene.layers.iter().zip(&before.layers).filter(|(a, b)| !Rc::ptr_eq(&a.shapes, &b.shapes));
            let shapes: usize = redrawn.filter(|(a, _)| a.name == "arrows").map(|_| 1).sum();
            assert!(shapes <= 2, "{shapes} chunks of arrows redrawn");
        }
        before = Some(scene);
    }
}

#[test]
fn keys_are_unique_in_their_layer() {
    let session = run(troubled(7));
    for flow in FLOWS {
        let scene = common::scene(&*session, &View { flow, ..View::default() }, Ns::ms(700));
        for layer in scene.layers.iter().chain(&scene.heads) {
            let mut keys: Vec<&str> = layer.shapes.iter().map(|shape| shape.key.as_str()).collect();
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all, "layer {}", layer.name);
        }
    }
}

#[test]
fn what_is_out_of_sight_is_not_drawn() {
    let mut scenario = raft(1);
    scenario.until = Ns::s(60);
    let session = run(scenario);
    let layout = Layout::new(&*session, &View { fold_routine: false, ..View::default() }, SPACE);
    let all = layout.scene(&*session, &Frame::at(Key::end_of(Ns::s(30))));
    let frame = Frame { window: Some((5_000.0, 6_100.0)), ..Frame::at(Key::end_of(Ns::s(30))) };
    let part = layout.scene(&*session, &frame);
    let (all, part) = (lightcone_diagram::shapes(&all).count(), lightcone_diagram::shapes(&part).count());
    assert!(part * 10 < all && part > 100, "{part} of {all}");
}

#[test]
fn a_hidden_future_is_not_told() {
    let mut scenario = raft(1);
    scenario.push(Ns::ms(1_000), Action::Crash { node: "B".parse().expect("a node") });
    let session = run(scenario);
    let view = View { hide_future: true, ..View::default() };
    let now = Ns::ms(700);
    let layout = Layout::new(&*session, &view, SPACE);
    let scene = layout.scene(&*session, &Frame::at(Key::end_of(now)));
    assert!(!texts(&scene).contains(&"crash"));
    assert_eq!(common::count(&scene, "crash"), 0);
    for shape in layer(&scene, "arrows") {
        if let Some(Target::Message(id)) = shape.target {
            assert!(session.trace().message(id).expect("it exists").sent.0 <= now, "{shape:?}");
        }
    }
    let shown = common::scene(&*session, &View::default(), now);
    assert!(texts(&shown).contains(&"crash"), "without hiding it is there, faint");
}

#[test]
fn a_place_finds_its_time_lane_and_mark_again() {
    let session = run(raft(2));
    for flow in FLOWS {
        let layout = Layout::new(&*session, &View { flow, ..View::default() }, SPACE);
        let node = "C".parse().expect("a node");
        let across = layout.lane_y(node).expect("it is shown");
        assert_eq!(layout.lane_at(across + 3.0), Some(node));
        let event = session.trace().order()[12];
        let (x, y) = layout.event_at(event).expect("it is shown");
        assert_eq!(layout.nearest(&*session, x + 1.0, y + 1.0, 8.0), Some(Target::Event(event)));
    }
}

#[test]
fn a_run_can_be_made_to_fit() {
    let session = run(raft(1));
    for scale in [TimeScale::True, TimeScale::Warped] {
        let view = View { scale, ..View::default() };
        let space = Space { along_px: 1_200.0, ..SPACE };
        let px_per_s = Layout::fitted_zoom(&*session, &view, space);
        let layout = Layout::new(&*session, &view, Space { px_per_s, ..space });
        let whole = layout.length() + layout.gutter();
        assert!((900.0..=1_200.0).contains(&whole), "{scale:?}: {whole}");
    }
}

#[test]
fn the_light_cone_of_an_edit_glows_from_where_it_begins() {
    let session = run(raft(1));
    let event = session.trace().order()[30];
    let cone = lightcone_sim::cone::Cone::future(session.trace(), event);
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let frame = Frame { glow: Some(cone), ..Frame::at(Key::end_of(Ns::ms(1_500))) };
    let scene = layout.scene(&*session, &frame);
    let place = layout.event_at(event).expect("it is shown");
    let begins = layer(&scene, "glow").any(|shape| {
        matches!(shape.geometry, Geometry::Line { x1, y1, .. } if (x1 - place.0).abs() < 0.1 && (y1 - place.1).abs() < 0.1)
    });
    assert!(begins);
}

#[test]
fn lanes_can_be_ordered_and_hidden_and_kinds_left_out() {
    let session = run(raft(1));
    let node = |name: &str| name.parse().expect("a node");
    let view = View {
        order: vec![node("E"), node("A")],
        hidden_nodes: [node("B")].into(),
        hidden_kinds: ["RequestVote".to_owned()].into(),
        ..View::default()
    };
    let layout = Layout::new(&*session, &view, SPACE);
    let across = |name: &str| layout.lane_y(node(name));
    assert!(across("E") < across("A") && across("A") < across("C"));
    assert_eq!(across("B"), None);
    let scene = layout.scene(&*session, &Frame::at(Key::end_of(Ns::ms(1_500))));
    assert!(!texts(&scene).iter().any(|text| text.starts_with("vote?")));
    let bare = common::scene(&*session, &View { labels: Labels::None, ..View::default() }, Ns::ms(1_500));
    assert_eq!(common::count(&bare, "label"), 0);
}

#[test]
fn a_view_reads_with_nothing_said_and_survives_nonsense() {
    assert_eq!(serde_json::from_str::<View>("{}").expect("it reads"), View::default());
    let session = run(raft(1));
    for number in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
        for scale in SCALES {
            let view = View { scale, text_px: number, lane_gap_px: number, ..View::default() };
            let space = Space { across_px: number, along_px: number, px_per_s: number };
            let frame = Frame { window: Some((0.0, 1_400.0)), ..Frame::at(Key::end_of(Ns::ms(50))) };
            let scene = Layout::new(&*session, &view, space).scene(&*session, &frame);
            assert!(scene.width.is_finite() && scene.height.is_finite(), "{number}");
        }
    }
}

#[test]
fn a_layout_that_knows_the_run_is_the_same_as_one_that_does_not() {
    let session = run(troubled(3));
    let first = Layout::new(&*session, &View::default(), SPACE);
    let unfolded = View { fold_routine: false, ..View::default() };
    let hidden = View { hidden_kinds: ["AppendEntries".to_owned()].into(), ..View::default() };
    for view in [View { scale: TimeScale::Logical, ..View::default() }, View::default(), unfolded, hidden] {
        let space = Space { px_per_s: SPACE.px_per_s * 1.7, ..SPACE };
        let frame = Frame::at(Key::end_of(Ns::ms(1_150)));
        let known = first.again(&*session, &view, space).scene(&*session, &frame);
        assert_eq!(known, Layout::new(&*session, &view, space).scene(&*session, &frame));
    }
}

#[test]
fn a_short_run_is_stretched_to_fill_its_room_and_a_long_one_is_not() {
    let entry = lightcone_protocols::find("2pc").expect("two-phase commit");
    let session = run(Scenario { until: Ns::s(2), ..(entry.scenario)(None) });
    for scale in [TimeScale::True, TimeScale::Warped, TimeScale::Logical] {
        let view = View { scale, ..View::default() };
        let space = Space { px_per_s: Layout::natural_zoom(&*session), along_px: 1_440.0, ..SPACE };
        let stretch = Layout::stretch(&*session, &view, space);
        let plain = Layout::new(&*session, &view, space);
        let layout = Layout::new(&*session, &View { stretch, ..view.clone() }, space);
        if plain.length() + plain.gutter() > 1_440.0 {
            assert_eq!(stretch, 1.0, "{scale:?}");
            continue;
        }
        let length = layout.length() + layout.gutter();
        assert!(
            (1.2..=3.0).contains(&stretch) && (1_200.0..=1_440.0).contains(&length),
            "{scale:?}: {length}"
        );
    }
    let view = View { stretch: 2.0, ..View::default() };
    let saved = serde_json::to_string(&view).expect("JSON");
    let read: View = serde_json::from_str(&saved).expect("a view");
    assert_eq!(read, View::default(), "a window's stretch does not travel");
}
