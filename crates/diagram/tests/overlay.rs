//! Two runs over one another: what both have once, what only one has on its own side, all on one axis of time.

mod common;

use common::*;
use lightcone_diagram::overlay::{Overlay, Side, Two};
use lightcone_diagram::{Flow, Frame, Geometry, Layout, Scene, Selected, Shape, Target, TimeScale, View};
use lightcone_sim::compare::Common;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

const SCALES: [TimeScale; 3] = [TimeScale::True, TimeScale::Warped, TimeScale::Logical];

/// The first run with its leader crashed at a time.
fn crashed(at: Ns) -> [Box<dyn Session>; 2] {
    let calm = run(raft(7));
    let status =
        |node| calm.trace().status(node, Key::end_of(at)).is_some_and(|status| status.role == "leader");
    let leader = calm.trace().nodes().iter().find(|&node| status(node)).expect("a leader");
    let mut scenario = raft(7);
    scenario.push(at, Action::Crash { node: leader });
    [calm, run(scenario)]
}

fn two(runs: &[Box<dyn Session>; 2]) -> Two<'_> {
    Two { first: &*runs[0], second: &*runs[1], names: ["First", "Branch 2"] }
}

fn whole(runs: &[Box<dyn Session>; 2], view: &View) -> (Overlay, Scene) {
    let overlay = Overlay::new(two(runs), view, SPACE);
    let frame = Frame::at(Key::end_of(Ns::ms(1_500)));
    let scene = overlay.scene(two(runs), &frame, Side::First);
    (overlay, scene)
}

/// Events that are marked, with their layers.
fn marked(scene: &Scene) -> Vec<(&'static str, EventId)> {
    let layers = scene.layers.iter().filter(|layer| layer.name.ends_with("marks"));
    let shapes = layers.flat_map(|layer| layer.shapes.iter().map(|shape| (layer.name, shape)));
    shapes
        .filter_map(|(name, shape)| match shape.target {
            Some(Target::Event(id)) => Some((name, id)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_run_over_itself_is_that_run_once_in_every_scale() {
    for scale in SCALES {
        let runs = [run(raft(7)), run(raft(7))];
        let view = View { scale, ..View::default() };
        let (overlay, scene) = whole(&runs, &view);
        assert_eq!(overlay.common().parting(), Default::default());
        let own = scene.layers.iter().filter(|layer| {
            (layer.name.starts_with("own-") || layer.name.starts_with("other-")) && !layer.shapes.is_empty()
        });
        assert_eq!(own.map(|layer| layer.name).collect::<Vec<_>>(), [""; 0], "{scale:?}");
        // Every mark stands where it would alone.
        let alone = Layout::new(&*runs[0], &view, SPACE);
        assert!(marked(&scene).len() > 30);
        for (_, id) in marked(&scene) {
            assert_eq!(overlay.event_at(Side::First, id), alone.event_at(id), "{id} {scale:?}");
        }
    }
}

#[test]
fn what_both_have_is_drawn_once_and_each_ones_own_in_layers_and_forms_of_its_own() {
    for scale in SCALES {
        let runs = crashed(Ns::ms(900));
        let (overlay, scene) = whole(&runs, &View { scale, ..View::default() });
        let common = Common::of(&*runs[0], &*runs[1]);
        let marks = marked(&scene);
        for (layer, id) in &marks {
            assert_eq!(*layer == "marks", common.has(*id), "{id} in {layer}, {scale:?}");
        }
        let once = marks.iter().filter(|(layer, _)| *layer == "marks").map(|(_, id)| *id);
        let mut once: Vec<EventId> = once.collect();
        let count = once.len();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), count, "no mark that both have is drawn twice");
        for (layer, class) in [("own-marks", "only-first"), ("other-marks", "only-second")] {
            let own: Vec<&Shape> = common::layer(&scene, layer).collect();
            assert!(!own.is_empty(), "{layer} {scale:?}");
            assert!(own.iter().all(|shape| is(shape, class) && shape.epoch.is_none()));
            let is_event =
                |shape: &&&Shape| is(shape, "event") && matches!(shape.target, Some(Target::Event(_)));
            let forms: Vec<_> = own.iter().filter(is_event).collect();
            assert!(
                forms.iter().all(|shape| matches!(shape.geometry, Geometry::Path(_))),
                "never colour alone"
            );
        }
        let title =
            |layer| common::layer(&scene, layer).find_map(|shape| shape.title.clone()).unwrap_or_default();
        assert!(title("other-arrows").starts_with("Only in Branch 2: "), "{}", title("other-arrows"));
        assert!(title("own-arrows").starts_with("Only in First: "));
        assert!(scene.desc.contains("They part at 900 ms"), "{}", scene.desc);
        let _ = overlay;
    }
}

#[test]
fn both_stand_on_one_axis_and_what_they_have_in_common_in_one_place() {
    for scale in SCALES {
        let runs = crashed(Ns::ms(900));
        let view = View { scale, ..View::default() };
        let overlay = Overlay::new(two(&runs), &view, SPACE);
        let plan = overlay.plan();
        for (run, side) in runs.iter().zip([Side::First, Side::Second]) {
            let mut last = f64::NEG_INFINITY;
            for &id in run.trace().order() {
                let (x, _) = overlay.event_at(side, id).expect("a place");
                if overlay.common().has(id) {
                    assert_eq!(overlay.event_at(Side::First, id), overlay.event_at(Side::Second, id), "{id}");
                }
                if scale != TimeScale::Logical {
                    assert!(x >= last - 1e-6, "{id} stands in order of time");
                    last = x;
                }
                if scale == TimeScale::True {
                    let at = run.trace().event(id).expect("an event").key.instant();
                    assert!((x - plan.x_of(at)).abs() < 1e-6);
                }
            }
            // No effect stands before its cause.
            for (id, record) in run.trace().messages().filter(|(_, record)| record.fate.event > 0) {
                let sent = EventId { node: id.node, index: record.event };
                let landed = EventId { node: record.to, index: record.fate.event };
                let x = |id| overlay.event_at(side, id).expect("a place").0;
                assert!(x(sent) <= x(landed) + 1e-6, "{id} {scale:?}");
            }
        }
    }
}

#[test]
fn on_the_sides_of_a_lane_stand_the_two_that_part_there_and_lanes_that_do_not_differ_stay_whole() {
    let runs = crashed(Ns::ms(1_490));
    let (overlay, scene) = whole(&runs, &View::default());
    let plan = overlay.plan();
    let lanes = |layer: &'static str| -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = common::layer(&scene, layer)
            .filter_map(|shape| match shape.target {
                Some(Target::Lane(node)) => Some(node),
                _ => None,
            })
            .collect();
        nodes.sort();
        nodes.dedup();
        nodes
    };
    let differing: Vec<NodeId> = runs[0]
        .trace()
        .nodes()
        .iter()
        .filter(|&node| {
            let count = |run: &dyn Session| run.trace().lane(node).expect("a lane").events.len() as u32;
            runs.iter().any(|run| count(&**run) > overlay.common().count(node))
        })
        .collect();
    assert!(!differing.is_empty() && differing.len() < runs[0].trace().nodes().len());
    assert_eq!(lanes("own-lanes"), differing);
    assert_eq!(lanes("other-lanes"), differing);
    assert_eq!(lanes("lanes").len(), runs[0].trace().nodes().len());
    for (layer, side, sign) in [("own-marks", Side::First, -1.0), ("other-marks", Side::Second, 1.0)] {
        for (_, id) in marked(&scene).into_iter().filter(|(name, _)| *name == layer) {
            let middle = plan.lane_y(id.node).expect("a lane");
            let (_, y) = overlay.event_at(side, id).expect("a place");
            assert!((y - middle) * sign > 2.0, "{id} of {layer} stands on its side");
        }
    }
}

#[test]
fn no_words_of_the_two_lie_on_one_another() {
    for flow in [Flow::LeftToRight, Flow::TopToBottom] {
        let runs = crashed(Ns::ms(900));
        let (_, scene) = whole(&runs, &View { flow, ..View::default() });
        let mut boxes: Vec<(f64, f64, f64, f64, &str)> = Vec::new();
        let layers = ["labels", "own-labels", "other-labels"];
        for shape in layers.into_iter().flat_map(|name| common::layer(&scene, name)) {
            let Geometry::Text { x, y, anchor, rotate, size, content } = &shape.geometry else { continue };
            if *rotate != 0.0 {
                continue;
            }
            let width = lightcone_diagram::text::width(content, *size);
            let left = match anchor.name() {
                "middle" => x - width / 2.0,
                "end" => x - width,
                _ => *x,
            };
            boxes.push((left, y - size * 0.8, left + width, y + size * 0.1, content));
        }
        assert!(boxes.len() > 10);
        for (place, one) in boxes.iter().enumerate() {
            for other in &boxes[place + 1..] {
                let apart = one.2 <= other.0 || other.2 <= one.0 || one.3 <= other.1 || other.3 <= one.1;
                assert!(apart, "{one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn a_hidden_future_hides_where_the_two_will_part() {
    let runs = crashed(Ns::ms(900));
    let view = View { hide_future: true, ..View::default() };
    let overlay = Overlay::new(two(&runs), &view, SPACE);
    let scene_at = |ms| overlay.scene(two(&runs), &Frame::at(Key::end_of(Ns::ms(ms))), Side::First);
    let differs = |scene: &Scene| {
        let own = |name: &str| name.starts_with("own-") || name.starts_with("other-");
        scene.layers.iter().filter(|layer| own(layer.name)).map(|layer| layer.shapes.len()).sum::<usize>()
    };
    let before = scene_at(890);
    assert_eq!(differs(&before), 0);
    assert!(!before.desc.contains("part at"), "{}", before.desc);
    assert!(differs(&scene_at(1_100)) > 0);
}

#[test]
fn what_is_pointed_at_is_found_in_its_own_run() {
    let runs = crashed(Ns::ms(900));
    let overlay = Overlay::new(two(&runs), &View::default(), SPACE);
    let (_, scene) = whole(&runs, &View::default());
    for (layer, side) in [("marks", Side::Both), ("own-marks", Side::First), ("other-marks", Side::Second)] {
        let all: Vec<EventId> =
            marked(&scene).into_iter().filter(|(name, _)| *name == layer).map(|(_, id)| id).collect();
        for id in all {
            let (x, y) = overlay.event_at(side, id).expect("a place");
            let found = overlay.nearest(two(&runs), x, y, 14.0).expect("something");
            let (found_x, found_y) = match found {
                (side, Target::Event(id)) => overlay.event_at(side, id).expect("a place"),
                other => panic!("{other:?}"),
            };
            // Two may stand in one place; else it is this one.
            assert!(found == (side, Target::Event(id)) || (found_x, found_y) == (x, y), "{id}: {found:?}");
        }
    }
    // What is selected of the second is drawn from the second.
    let (_, own) = *marked(&scene).iter().find(|(name, _)| *name == "other-marks").expect("one of its own");
    let frame = Frame { selected: Some(Selected::Event(own)), ..Frame::at(Key::end_of(Ns::ms(1_500))) };
    let scene = overlay.scene(two(&runs), &frame, Side::Second);
    assert!(common::layer(&scene, "other-selection").any(|shape| is(shape, "selected only-second")));
}

#[test]
fn runs_of_different_sizes_lie_over_one_another_too() {
    let entry = lightcone_protocols::find("raft").expect("raft");
    let sized = |nodes| {
        let mut scenario: Scenario = (entry.scenario)(Some(nodes));
        scenario.until = Ns::ms(600);
        run(scenario)
    };
    for (one, other) in [(5, 3), (3, 5)] {
        for scale in SCALES {
            let runs = [sized(one), sized(other)];
            let (_, scene) = whole(&runs, &View { scale, ..View::default() });
            let heads = scene.heads[0].shapes.iter().filter(|shape| is(shape, "head-name"));
            assert_eq!(heads.count(), 5 + usize::from(runs[0].trace().nodes().clients));
        }
    }
}
