//! Every message's fate, and every fault, is drawn in its own way.

mod common;

use common::{SPACE, count, is, layer, raft, run, scene, texts, troubled};
use lightcone_diagram::{Flow, Frame, Layout, Selected, Target, TimeScale, View};
use lightcone_sim::ids::MsgId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::FateKind;

/// The first message that is delivered after some time and is no routine.
fn message_after(session: &dyn Session, at: Ns) -> MsgId {
    let found = session.trace().messages().filter(|(id, message)| {
        message.fate.kind == FateKind::Delivered
            && message.sent.0 >= at
            && session.message(*id).is_some_and(|told| !told.routine)
    });
    found.min_by_key(|(id, message)| (message.sent, *id)).expect("a message").0
}

fn touched(action: impl FnOnce(MsgId) -> Action, shift: Ns) -> (Box<dyn Session>, MsgId) {
    let before = run(raft(1));
    let id = message_after(&*before, Ns::ms(100));
    let sent = before.trace().message(id).expect("it exists").sent.0;
    let mut scenario = raft(1);
    scenario.push(sent + shift, action(id));
    (run(scenario), id)
}

fn classes_of(session: &dyn Session, id: MsgId, now: Ns) -> Vec<String> {
    let scene = scene(session, &View::default(), now);
    let about =
        |target: Option<Target>| matches!(target, Some(Target::Message(m) | Target::Head(m)) if m == id);
    lightcone_diagram::shapes(&scene)
        .filter(|shape| about(shape.target))
        .map(|shape| shape.class.clone())
        .collect()
}

#[test]
fn a_delivered_message_has_a_filled_head() {
    let session = run(raft(1));
    let id = message_after(&*session, Ns::ms(100));
    let classes = classes_of(&*session, id, Ns::ms(1_500));
    assert!(classes.iter().any(|class| class.starts_with("arrow delivered")), "{classes:?}");
    assert!(classes.iter().any(|class| class.starts_with("head solid")), "{classes:?}");
}

#[test]
fn a_message_under_way_is_solid_up_to_now_and_then_a_ghost() {
    let session = run(raft(1));
    let id = message_after(&*session, Ns::ms(100));
    let sent = session.trace().message(id).expect("it exists").sent.0;
    let classes = classes_of(&*session, id, sent + Ns::ms(1));
    assert!(classes.iter().any(|class| class.starts_with("arrow in-flight")), "{classes:?}");
    assert!(classes.iter().any(|class| class.starts_with("head ghost-head")), "{classes:?}");
}

#[test]
fn a_message_dropped_by_hand_ends_in_a_cross_on_its_way() {
    let (session, id) = touched(|message| Action::Drop { message }, Ns::ms(2));
    let classes = classes_of(&*session, id, Ns::ms(1_500));
    assert!(classes.iter().any(|class| class.starts_with("cross dropped")), "{classes:?}");
    assert!(!classes.iter().any(|class| class.starts_with("head")), "{classes:?}");
}

#[test]
fn a_message_that_is_held_stands_still_by_its_origin() {
    let (session, id) = touched(|message| Action::Hold { message }, Ns::ms(2));
    let scene = scene(&*session, &View::default(), Ns::ms(1_500));
    assert_eq!(count(&scene, "held-bars"), 1);
    let classes = classes_of(&*session, id, Ns::ms(1_500));
    assert!(classes.iter().any(|class| class.starts_with("held-ground")), "{classes:?}");
}

#[test]
fn a_message_moved_by_hand_has_a_grip() {
    let (session, id) = touched(|message| Action::Deliver { message }, Ns::ms(2));
    let classes = classes_of(&*session, id, Ns::ms(1_500));
    assert!(classes.iter().any(|class| class.starts_with("grip")), "{classes:?}");
}

#[test]
fn a_copy_is_a_thin_twin() {
    let (session, id) = touched(|message| Action::Duplicate { message }, Ns::ms(1));
    let scene = scene(&*session, &View::default(), Ns::ms(1_500));
    let twins = layer(&scene, "arrows").filter(|shape| is(shape, "arrow copy"));
    let ids: Vec<_> = twins.filter_map(|shape| shape.target).collect();
    assert!(matches!(ids[..], [Target::Message(copy)] if copy.is_copy() && copy.original() == id), "{ids:?}");
}

#[test]
fn faults_of_nodes_and_links_are_seen_and_named() {
    let session = run(troubled(1));
    let scene = scene(&*session, &View::default(), Ns::ms(1_500));
    for classes in
        ["band partition", "hatch partition", "band single-cut", "still", "lane down", "crash", "recover"]
    {
        assert!(count(&scene, classes) > 0, "{classes}");
    }
    assert!(count(&scene, "recover amnesia") > 0);
    assert!(count(&scene, "arrow to-crashed") > 0 && count(&scene, "head open") > 0);
    assert!(count(&scene, "arrow cut") > 0 && count(&scene, "cross cut") > 0);
    let texts = texts(&scene);
    assert!(texts.contains(&"partition A B | C D E"), "{texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("back")), "{texts:?}");
    let heads: Vec<String> = scene.heads[0].shapes.iter().filter_map(|shape| shape.title.clone()).collect();
    assert!(heads.iter().any(|title| title.contains("clock +40 %, +200 ms")), "{heads:?}");
}

#[test]
fn a_cut_message_ends_at_the_edge_of_its_band() {
    let session = run(troubled(2));
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let scene = layout.scene(&*session, &Frame::at(Key::end_of(Ns::ms(1_500))));
    let crosses: Vec<&str> = layer(&scene, "arrows")
        .filter(|shape| is(shape, "cross cut"))
        .filter_map(|shape| match &shape.geometry {
            lightcone_diagram::Geometry::Path(d) => Some(d.as_str()),
            _ => None,
        })
        .collect();
    assert!(!crosses.is_empty());
    let lane = |name: &str| layout.lane_y(name.parse().expect("a node")).expect("it is shown");
    let on_lane = crosses.iter().filter(|d| {
        let y: f64 = d.split([' ', 'm']).nth(1).and_then(|y| y.parse().ok()).expect("a place");
        ["A", "B", "C", "D", "E"].iter().any(|name| (lane(name) - y).abs() < 3.0)
    });
    assert_eq!(on_lane.count(), 0, "{crosses:?}");
}

#[test]
fn routine_folds_into_a_mark_with_a_count_and_unfolds_when_it_is_selected() {
    let session = run(raft(1));
    let folded = scene(&*session, &View::default(), Ns::ms(1_500));
    let open = scene(&*session, &View { fold_routine: false, ..View::default() }, Ns::ms(1_500));
    assert!(count(&folded, "pulse") > 0);
    assert_eq!(count(&open, "pulse"), 0);
    assert!(count(&open, "arrow routine") > 2 * count(&folded, "arrow routine"));
    let pulse = layer(&folded, "marks").find(|shape| is(shape, "pulse")).expect("a pulse");
    let Some(Target::Message(first)) = pulse.target else { panic!("{pulse:?}") };
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let frame = Frame { selected: Some(Selected::Message(first)), ..Frame::at(Key::end_of(Ns::ms(1_500))) };
    let unfolded = layout.scene(&*session, &frame);
    assert!(layer(&unfolded, "selection").filter(|shape| is(shape, "arrow routine")).count() > 0);
}

#[test]
fn the_selected_event_is_gold_its_cones_tinted_and_the_rest_dim() {
    let session = run(raft(1));
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let event = session.trace().order()[session.trace().order().len() / 3];
    let frame = Frame { selected: Some(Selected::Event(event)), ..Frame::at(Key::end_of(Ns::ms(1_500))) };
    let scene = layout.scene(&*session, &frame);
    assert_eq!(count(&scene, "selected"), 1);
    assert_eq!((count(&scene, "cone past"), count(&scene, "cone future")), (1, 1));
    assert!(count(&scene, "dim") > 0);
}

#[test]
fn every_protocol_draws_in_every_scale_and_flow() {
    for entry in lightcone_protocols::all() {
        let scenarios =
            std::iter::once((entry.scenario)(None)).chain((entry.examples)().into_iter().map(|e| e.1));
        for scenario in scenarios {
            let scenario = Scenario { until: scenario.until.min(Ns::s(2)), ..scenario };
            let session = run(scenario);
            for scale in [TimeScale::True, TimeScale::Warped, TimeScale::Logical] {
                for flow in [Flow::LeftToRight, Flow::TopToBottom] {
                    for hide_future in [false, true] {
                        let view = View { scale, flow, hide_future, ..View::default() };
                        let scene = scene(&*session, &view, Ns::ms(700));
                        assert!(scene.width > 0.0 && scene.height > 0.0 && scene.width.is_finite());
                        assert!(count(&scene, "lane") > 0, "{} {view:?}", entry.name);
                    }
                }
            }
        }
    }
}
