//! What a reader in the last row must be able to tell at every moment: words, numbers, and nothing of a hidden future.

mod common;

use common::{SPACE, count, is, layer, raft, run, scene, texts, troubled};
use lightcone_diagram::text::width;
use lightcone_diagram::{
    Anchor, Flow, Frame, Geometry, Layout, Scene, Shape, Space, Target, TimeScale, View,
};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

/// An example of a protocol, by its title.
fn example(protocol: &str, title: &str) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(protocol).expect("a protocol of this name");
    let found = (entry.examples)().into_iter().find(|(name, _)| name.contains(title));
    run(found.expect("an example of this title").1)
}

/// A text's ends along its own line, if it lies level.
fn level(shape: &Shape) -> Option<(f64, f64, f64, &str)> {
    let Geometry::Text { x, y, anchor, rotate, size, content } = &shape.geometry else { return None };
    let wide = width(content, *size);
    let left = match anchor {
        Anchor::Start => *x,
        Anchor::Middle => x - wide / 2.0,
        Anchor::End => x - wide,
    };
    (*rotate == 0.0).then_some((left, left + wide, *y, content.as_str()))
}

fn at_end_of(session: &dyn Session, view: View, now: Ns) -> (Layout, Scene) {
    let layout = Layout::new(session, &view, SPACE);
    let scene = layout.scene(session, &Frame::at(Key::end_of(now)));
    (layout, scene)
}

#[test]
fn what_is_broken_is_said_at_full_strength_in_the_moment_it_breaks() {
    let session = example("raft", "A vote not persisted");
    let violation = &session.trace().violations()[0];
    let now = session.trace().event(violation.event).expect("it happened").key;
    let scene = Layout::new(&*session, &View::default(), SPACE).scene(&*session, &Frame::at(now));
    let place = |name: &str| scene.layers.iter().position(|layer| layer.name == name).expect("a layer");
    assert!(place("said") > place("veil"));
    assert!(layer(&scene, "said").any(|shape| is(shape, "violation-text")));
    assert!(layer(&scene, "said").any(|shape| is(shape, "violation")));
    assert_eq!(layer(&scene, "faults").filter(|shape| is(shape, "violation")).count(), 0);
}

#[test]
fn what_is_broken_is_said_close_to_where_it_broke_so_that_no_edge_of_the_window_cuts_it() {
    // To either side: a narrow column of the usual size, and a little air.
    const REACH: f64 = 18.0 * 12.0;
    for title in ["Figure 8", "A vote not persisted"] {
        let session = example("raft", title);
        let natural = Layout::natural_zoom(&*session);
        for zoom in [0.5, 0.75, 1.0, 1.3] {
            let space = Space { px_per_s: natural * zoom, ..SPACE };
            let layout = Layout::new(&*session, &View::default(), space);
            let scene = layout.scene(&*session, &Frame::at(Key::end_of(session.scenario().until)));
            let mut lines = 0;
            for layer in &scene.layers {
                for shape in layer.shapes.iter().filter(|shape| is(shape, "violation-text")) {
                    let Some((left, right, _, content)) = level(shape) else { continue };
                    let Some(Target::Event(event)) = shape.target else {
                        panic!("{content} is about an event")
                    };
                    let (x, _) = layout.event_at(event).expect("it is shown");
                    let reach = (x - left).max(right - x);
                    assert!(reach <= REACH, "{title}, {zoom}: {content} reaches {reach} px from its event");
                    lines += 1;
                }
            }
            assert!(lines > 0, "{title}, {zoom}");
        }
    }
}

#[test]
fn the_line_of_the_present_cuts_through_no_word() {
    for seed in 1..=3 {
        let session = run(troubled(seed));
        for ms in (0..1_500).step_by(7) {
            let (layout, scene) = at_end_of(&*session, View::default(), Ns::ms(ms));
            let now = layout.x_of(Key::end_of(Ns::ms(ms)).instant());
            for shape in layer(&scene, "labels") {
                let Some((left, right, _, content)) = level(shape) else { continue };
                assert!(now <= left || now >= right, "seed {seed} at {ms} ms: {content}");
            }
        }
    }
}

#[test]
fn a_message_under_way_is_named_over_the_veil() {
    let session = run(raft(1));
    let (layout, scene) = at_end_of(&*session, View::default(), Ns::ms(175));
    let now = layout.x_of(Key::end_of(Ns::ms(175)).instant());
    let beyond = |shape: &&Shape| level(shape).is_some_and(|(left, ..)| left > now);
    let under_way: Vec<_> = layer(&scene, "under-way").filter_map(|shape| shape.target).collect();
    let faint = layer(&scene, "labels").filter(beyond).filter_map(|shape| shape.target);
    assert_eq!(faint.filter(|target| under_way.contains(target)).count(), 0);
    assert!(layer(&scene, "said").any(|shape| shape.target.is_some_and(|it| under_way.contains(&it))));
}

#[test]
fn the_same_words_do_not_stand_on_top_of_each_other() {
    for session in [example("raft", "A vote not persisted"), example("paxos", "Duelling"), run(raft(1))] {
        let (_, scene) = at_end_of(&*session, View::default(), Ns::s(10));
        let labels: Vec<_> =
            layer(&scene, "labels").filter(|shape| is(shape, "label")).filter_map(level).collect();
        for (place, one) in labels.iter().enumerate() {
            for other in labels[place + 1..].iter().filter(|other| other.3 == one.3) {
                let is_beside = one.0 < other.1 && other.0 < one.1;
                assert!(!is_beside || (one.2 - other.2).abs() > 17.0, "{one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn numbers_on_the_axis_go_in_even_steps_and_are_all_as_precise() {
    for scale in [TimeScale::True, TimeScale::Warped] {
        for seed in 1..=4 {
            let session = run(troubled(seed));
            let view = View { scale, ..View::default() };
            let (_, scene) = at_end_of(&*session, view, Ns::ms(1_500));
            let breaks: Vec<f64> = layer(&scene, "breaks").filter_map(level).map(|words| words.0).collect();
            let numbers: Vec<(f64, f64)> = layer(&scene, "axis")
                .filter_map(level)
                .map(|(left, _, _, text)| (left, text.trim_end_matches(" s").parse().expect("seconds")))
                .collect();
            let digits = layer(&scene, "axis").filter_map(level).map(|(.., text)| text.split('.').nth(1));
            let lengths: Vec<Option<usize>> = digits.map(|digits| digits.map(str::len)).collect();
            assert!(lengths.len() > 5 && lengths.windows(2).all(|pair| pair[0] == pair[1]), "{lengths:?}");
            for three in numbers.windows(3) {
                let is_broken = breaks.iter().any(|&x| x > three[0].0 && x < three[2].0);
                let steps = (three[1].1 - three[0].1, three[2].1 - three[1].1);
                assert!(is_broken || (steps.0 - steps.1).abs() < 1e-9, "{scale:?}, seed {seed}: {three:?}");
            }
        }
    }
}

#[test]
fn numbers_on_the_axis_do_not_run_into_each_other() {
    for entry in lightcone_protocols::all() {
        for (title, scenario) in (entry.examples)() {
            let session = run(scenario);
            for flow in [Flow::LeftToRight, Flow::TopToBottom] {
                let view = View { flow, ..View::default() };
                let (_, scene) = at_end_of(&*session, view, Ns::s(60));
                let words = layer(&scene, "axis").chain(layer(&scene, "breaks")).filter_map(level);
                let words: Vec<_> = words.collect();
                for (place, one) in words.iter().enumerate() {
                    for other in &words[place + 1..] {
                        let is_apart = match flow {
                            Flow::LeftToRight => one.1 + 3.0 < other.0 || other.1 + 3.0 < one.0,
                            Flow::TopToBottom => (one.2 - other.2).abs() > 12.0,
                        };
                        assert!(is_apart, "{title}, {flow:?}: {one:?} and {other:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_long_operation_says_what_it_is_wherever_one_looks() {
    let session = example("raft", "A leader cut off");
    let view = View { fold_routine: false, ..View::default() };
    let layout = Layout::new(&*session, &view, SPACE);
    let op = session.trace().ops().max_by_key(|op| {
        let at = |index| session.trace().event(lightcone_sim::ids::EventId { node: op.id.client, index });
        let ends = at(op.invoked).zip(op.returned.and_then(at));
        ends.map_or(Ns::ZERO, |(from, to)| to.key.at.since(from.key.at))
    });
    let op = op.expect("there are operations");
    let place = |index| layout.event_at(lightcone_sim::ids::EventId { node: op.id.client, index });
    let (from, to) =
        (place(op.invoked).expect("it is shown").0, op.returned.and_then(place).expect("it returned").0);
    assert!(to - from > 1_500.0, "a long one: {from} to {to}");
    let mut begin = from;
    while begin + 700.0 < to {
        let window = Some((begin, begin + 700.0));
        let scene = layout.scene(&*session, &Frame { window, ..Frame::at(Key::end_of(Ns::s(10))) });
        let bars = lightcone_diagram::shapes(&scene).filter(|shape| shape.target == Some(Target::Op(op.id)));
        assert_eq!(bars.count(), 1, "the bar itself, from {begin}");
        let mut words = layer(&scene, "ops").filter_map(level);
        assert!(
            words.any(|(left, right, ..)| left >= begin && right <= begin + 700.0),
            "no words from {begin}"
        );
        begin += 256.0;
    }
}

#[test]
fn a_leader_that_has_been_superseded_is_called_stale() {
    let session = example("raft", "A leader cut off");
    let said = |now| {
        let (_, scene) = at_end_of(&*session, View::default(), now);
        let heads = scene.heads.iter().flat_map(|layer| layer.shapes.iter());
        heads
            .filter(|shape| matches!(&shape.geometry, Geometry::Text { content, .. } if content == "stale"))
            .count()
    };
    assert_eq!(said(Ns::ms(1_900)), 0, "one leader, and no other");
    assert_eq!(said(Ns::ms(2_800)), 1, "the one that was cut off still leads");
    assert_eq!(said(Ns::ms(4_900)), 0, "it has heard of the other");
    let (_, scene) = at_end_of(&*session, View::default(), Ns::ms(2_800));
    assert!(count(&scene, "lane-stale") > 0);
    let (_, hidden) = at_end_of(&*session, View { hide_future: true, ..View::default() }, Ns::ms(1_900));
    assert_eq!(count(&hidden, "lane-stale"), 0);
}

/// The farthest place along that a shape takes; a path's is not told.
fn reach(shape: &Shape) -> f64 {
    match &shape.geometry {
        Geometry::Line { x1, x2, .. } => x1.max(*x2),
        Geometry::Rect { x, width, .. } => x + width,
        Geometry::Circle { cx, .. } => *cx,
        _ => f64::NEG_INFINITY,
    }
}

#[test]
fn nothing_of_a_hidden_future_can_be_measured() {
    let session = run(Scenario { until: Ns::ms(1_500), ..troubled(2) });
    let view = View { hide_future: true, ..View::default() };
    for ms in (0..1_500).step_by(13) {
        let (layout, scene) = at_end_of(&*session, view.clone(), Ns::ms(ms));
        let now = layout.x_of(Key::end_of(Ns::ms(ms)).instant());
        assert_eq!(layer(&scene, "timers").count(), 0);
        for shape in lightcone_diagram::shapes(&scene).filter(|shape| is(shape, "label")) {
            assert!(level(shape).is_none_or(|(_, right, ..)| right <= now + 1.0), "{ms} ms: {shape:?}");
        }
        for part in scene.layers.iter().filter(|part| !["now", "said", "labels"].contains(&part.name)) {
            for shape in part.shapes.iter() {
                // A bar that has just begun is as long as its corners are round.
                assert!(reach(shape) <= now + 13.0, "{} at {ms} ms: {shape:?}", part.name);
            }
        }
    }
}

#[test]
fn on_a_phone_no_head_touches_another() {
    let session = run(raft(1));
    let space = Space { across_px: 390.0, along_px: 844.0, px_per_s: 2_400.0 };
    let view = View { flow: Flow::TopToBottom, ..View::default() };
    for now in [Ns::ms(100), Ns::ms(190), Ns::ms(1_400)] {
        let layout = Layout::new(&*session, &view, space);
        let scene = layout.scene(&*session, &Frame::at(Key::end_of(now)));
        let words: Vec<_> =
            scene.heads.iter().flat_map(|layer| layer.shapes.iter()).filter_map(level).collect();
        for (place, one) in words.iter().enumerate() {
            for other in words[place + 1..].iter().filter(|other| other.2 == one.2) {
                assert!(one.1 + 3.0 <= other.0 || other.1 + 3.0 <= one.0, "{one:?} and {other:?}");
            }
        }
        let pill = layer(&scene, "now").find_map(|shape| match shape.geometry {
            Geometry::Rect { x, .. } => Some(x),
            _ => None,
        });
        assert!(pill.expect("a pill") >= 4.0, "it does not touch the edge");
    }
}

#[test]
fn lanes_that_run_down_use_the_width_that_there_is() {
    let session = run(raft(1));
    let view = View { flow: Flow::TopToBottom, ..View::default() };
    let gap = |across_px| {
        let layout = Layout::new(&*session, &view, Space { across_px, ..SPACE });
        let lane = |name: &str| layout.lane_y(name.parse().expect("a node")).expect("it is shown");
        (lane("B") - lane("A"), layout.across())
    };
    assert!(gap(1_200.0).0 > 140.0 && gap(1_200.0).1 <= 1_200.0);
    assert!(gap(4_000.0).0 < 220.0, "but not so far apart that an arrow takes a walk");
}

#[test]
fn a_label_that_finds_no_room_is_told_by_its_arrow() {
    let session = run(raft(1));
    let scene = scene(&*session, &View::default(), Ns::ms(1_500));
    assert!(!texts(&scene).is_empty());
    for shape in layer(&scene, "arrows").filter(|shape| is(shape, "arrow")) {
        let Some(Target::Message(id)) = shape.target else { continue };
        let told = session.message(id.original()).expect("it was sent");
        assert!(shape.title.as_ref().is_some_and(|title| title.contains(&told.label)), "{shape:?}");
    }
}

#[test]
fn a_new_role_is_never_told_by_a_number_alone() {
    for entry in lightcone_protocols::all() {
        for (title, scenario) in (entry.examples)() {
            let session = run(scenario);
            for flow in [Flow::LeftToRight, Flow::TopToBottom] {
                let (_, scene) = at_end_of(&*session, View { flow, ..View::default() }, Ns::s(60));
                for shape in layer(&scene, "labels").filter(|shape| is(shape, "role-word")) {
                    let (Some(Target::Event(id)), Geometry::Text { content, .. }) =
                        (shape.target, &shape.geometry)
                    else {
                        panic!("a word by an event: {shape:?}");
                    };
                    let statuses = &session.trace().lane(id.node).expect("a lane").statuses;
                    let place =
                        statuses.iter().position(|(index, _)| *index == id.index).expect("it changes");
                    let role = |place: usize| statuses[place].1.map(|status| status.role);
                    let after = role(place).expect("it has a role");
                    let is_told = content.get(..3) == after.get(..3);
                    assert!(is_told || role(place - 1) == Some(after), "{title}, {flow:?}: {id} {content}");
                }
            }
        }
    }
}

#[test]
fn most_messages_say_what_they_are_where_there_is_room() {
    for protocol in ["2pc", "paxos"] {
        let entry = lightcone_protocols::find(protocol).expect("a protocol of this name");
        let session = run(Scenario { until: Ns::s(2), ..(entry.scenario)(None) });
        let space = Space { px_per_s: Layout::natural_zoom(&*session), along_px: 1_600.0, ..SPACE };
        let view = View { stretch: Layout::stretch(&*session, &View::default(), space), ..View::default() };
        let scene = Layout::new(&*session, &view, space).scene(&*session, &Frame::at(Key::end_of(Ns::s(2))));
        let said = |shape: &&Shape| is(shape, "label");
        let labels: Vec<_> = layer(&scene, "labels").filter(said).collect();
        let is_whole = |shape: &&&Shape| match (&shape.geometry, shape.target) {
            (Geometry::Text { content, .. }, Some(Target::Message(id))) => {
                session.message(id).is_some_and(|told| told.label == *content)
            }
            _ => false,
        };
        let whole = labels.iter().filter(is_whole).count();
        let sent = session.trace().messages().count();
        assert!(labels.len() * 10 >= sent * 8, "{protocol}: {} of {sent}", labels.len());
        assert!(whole * 10 >= sent * 6, "{protocol}: {whole} of {sent} in whole");
    }
}

#[test]
fn a_partition_says_its_name_wherever_one_looks() {
    let session = example("raft", "A leader cut off");
    let (layout, scene) = at_end_of(&*session, View::default(), Ns::s(10));
    let (from, to) = (layout.x_of((Ns::s(2), 0)), layout.x_of((Ns::s(4), 0)));
    let names = layer(&scene, "labels").filter(|shape| is(shape, "band-name")).filter_map(level);
    let mut names: Vec<_> = names.map(|(left, right, ..)| (left, right)).collect();
    names.sort_by(|one, other| one.0.total_cmp(&other.0));
    assert!(names[0].0 < from + 100.0 && names[names.len() - 1].1 > to - 700.0, "{from} to {to}: {names:?}");
    for pair in names.windows(2) {
        assert!(pair[1].0 - pair[0].1 > 40.0 && pair[1].1 - pair[0].0 < 1_000.0, "{pair:?}");
    }
}

#[test]
fn an_edit_moves_nothing_of_what_was_before_it() {
    let (node, at) = (|name: &str| name.parse().expect("a node"), Ns::ms(1_000));
    let groups = vec![vec![node("A"), node("B")], vec![node("C"), node("D"), node("E")]];
    let edits = [
        Action::Crash { node: node("C") },
        Action::Pause { node: node("A"), vm: false },
        Action::Partition { groups, until: Some(Ns::ms(1_300)), one_way: false },
    ];
    for (seed, edit) in (1..=4).flat_map(|seed| edits.iter().map(move |edit| (seed, edit.clone()))) {
        let before = run(raft(seed));
        let mut scenario = raft(seed);
        scenario.push(at, edit.clone());
        let after = run(scenario);
        let drawn = |session: &dyn Session| {
            let space = Space { px_per_s: Layout::natural_zoom(session), ..SPACE };
            let layout = Layout::new(session, &View::default(), space);
            let scene = layout.scene(session, &Frame::at(Key::end_of(Ns::ms(1_500))));
            (layout, scene)
        };
        let ((layout, scene), (new, changed)) = (drawn(&*before), drawn(&*after));
        assert_eq!(layout.gutter(), new.gutter());
        // What is under way then may lose its way.
        let known = layout.x_of((Ns::ms(950), 0));
        for &id in before.trace().order() {
            if before.trace().event(id).is_some_and(|event| event.key.at < Ns::ms(950)) {
                assert_eq!(layout.event_at(id), new.event_at(id), "seed {seed}, {edit:?}: {id}");
            }
        }
        let words = |scene: &Scene| -> Vec<String> {
            let words = layer(scene, "labels").filter_map(level).filter(|words| words.1 < known - 60.0);
            words.map(|words| format!("{words:?}")).collect()
        };
        assert_eq!(words(&scene), words(&changed), "seed {seed}, {edit:?}");
    }
}
