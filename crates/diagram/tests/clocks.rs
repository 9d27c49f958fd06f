//! What is drawn of clocks: how far a node's own is from true time, and between which times a node believes it to be.

mod common;

use common::{SPACE, is, layer, run};
use lightcone_diagram::{Frame, Geometry, Layout, Selected, View, clock_words};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

fn as_it_opens(protocol: &str) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(protocol).expect("a protocol of this name");
    let scenario: Scenario = (entry.scenario)(None);
    run(scenario)
}

fn node(name: &str) -> NodeId {
    name.parse().expect("a node")
}

#[test]
fn a_clock_that_was_corrected_is_told_as_it_is_then() {
    let session = as_it_opens("cristian");
    let said = |name, at| clock_words(session.trace(), node(name), Key::end_of(at));
    assert_eq!(said("B", Ns::ms(10)), "clock +150 ms");
    // A round trip of 40 ms, as fast there as back, tells all but the bound on drift.
    assert!(said("B", Ns::ms(100)).ends_with("µs, set"), "{}", said("B", Ns::ms(100)));
    assert!(!said("B", Ns::ms(100)).contains("150"), "{}", said("B", Ns::ms(100)));
    assert_eq!(said("C", Ns::ms(10)), "clock +100 ppm, −100 ms");
    assert!(
        said("C", Ns::ms(200)).starts_with("clock +100 ppm, −30 ms"),
        "half the difference of the two ways: {}",
        said("C", Ns::ms(200))
    );
    let scene = Layout::new(&*session, &View::default(), SPACE)
        .scene(&*session, &Frame::at(Key::end_of(Ns::ms(200))));
    let heads: Vec<_> = scene.heads.iter().flat_map(|layer| layer.shapes.iter()).collect();
    let words = |part: &str| {
        heads
            .iter()
            .any(|shape| matches!(&shape.geometry, Geometry::Text { content, .. } if content.contains(part)))
    };
    assert!(words(", set") && !words("+150 ms"));
}

/// From where to where a node's interval reaches, and whether it is drawn as a lie.
fn interval(layout: &Layout, session: &dyn Session, frame: &Frame, node: &str) -> (f64, f64, bool) {
    let scene = layout.scene(session, frame);
    let found = layer(&scene, "intervals").find(|shape| shape.key == node).expect("an interval");
    let Geometry::Rect { x, width, .. } = found.geometry else { panic!("{found:?}") };
    (x, x + width, is(found, "lie"))
}

#[test]
fn an_honest_clock_s_interval_holds_the_moment_and_a_lie_stands_beside_it() {
    let mut session = as_it_opens("truetime");
    let at = Key::end_of(Ns::ms(200));
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let now = layout.x_of((Ns::ms(200), 0));
    // A is 30 ms fast, give or take 40.
    let (from, to, lie) = interval(&layout, &*session, &Frame::at(at), "A");
    let is_at = |x: f64, ms| (x - layout.x_of((Ns::ms(ms), u32::MAX))).abs() < 0.1;
    assert!(is_at(from, 190) && is_at(to, 270), "{from} to {to}");
    assert!(from < now && now < to && !lie);
    let mut scenario = session.scenario().clone();
    scenario.clocks.get_mut(&node("A")).expect("its clock is off").uncertainty = Ns::ms(5);
    session = run(scenario);
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let (from, _, lie) = interval(&layout, &*session, &Frame::at(at), "A");
    assert!(from > layout.x_of((Ns::ms(200), 0)) && lie);
}

#[test]
fn an_event_that_is_selected_shows_the_interval_at_that_event() {
    let session = as_it_opens("truetime");
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let id = *session.trace().order().iter().rfind(|id| id.node == node("B")).expect("B does something");
    let when = session.trace().event(id).expect("it happened").at();
    let frame = Frame { selected: Some(Selected::Event(id)), ..Frame::at(Key::end_of(Ns::ms(20))) };
    let (from, _, _) = interval(&layout, &*session, &frame, "B");
    assert!((from - layout.x_of((when - Ns::ms(70), u32::MAX))).abs() < 0.1, "{from}");
}
