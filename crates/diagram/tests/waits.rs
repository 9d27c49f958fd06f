//! What has come to a node that stands still or is busy has arrived: its arrow ends, and it waits on the lane.

mod common;

use common::{SPACE, count, is, layer, run};
use lightcone_diagram::{Frame, Geometry, Layout, Scene, Target, TimeScale, View};
use lightcone_sim::ids::{EventId, MsgId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::FateKind;

/// Two generals; B stands still when the first messenger comes.
fn generals(resumed: Option<Ns>) -> (Box<dyn Session>, MsgId) {
    let entry = lightcone_protocols::find("generals").expect("generals");
    let mut scenario: Scenario = (entry.scenario)(None);
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    let node = "B".parse().expect("a node");
    scenario.push(Ns::ms(1), Action::Pause { node, vm: false });
    if let Some(at) = resumed {
        scenario.push(at, Action::Resume { node });
    }
    let session = run(scenario);
    let id: MsgId = "A#1".parse().expect("a message");
    (session, id)
}

fn scene(session: &dyn Session, view: &View, now: Ns) -> (Layout, Scene) {
    let layout = Layout::new(session, view, SPACE);
    let scene = layout.scene(session, &Frame::at(Key::end_of(now)));
    (layout, scene)
}

/// Where the message's wait ends, if it is drawn.
fn wait_of(scene: &Scene, id: MsgId) -> Option<f64> {
    let waits = layer(scene, "arrows").filter(|shape| is(shape, "wait"));
    let own = waits.filter(|shape| shape.target == Some(Target::Message(id)));
    let ends = own.map(|shape| match shape.geometry {
        Geometry::Line { x1, x2, .. } => x1.max(x2),
        _ => f64::NAN,
    });
    ends.reduce(f64::max)
}

#[test]
fn an_arrow_ends_where_its_message_arrives_and_a_wait_goes_on_to_where_it_is_handled() {
    let (session, id) = generals(Some(Ns::ms(300)));
    let trace = session.trace();
    let message = trace.message(id).expect("it was sent");
    let arrived = message.waits_from().expect("it waits");
    assert_eq!(arrived.0, message.sent.0 + Ns::ms(20));
    assert!(message.fate.kind == FateKind::Delivered && message.fate.at.0 > Ns::ms(300), "{message:?}");
    for scale in [TimeScale::Warped, TimeScale::True] {
        let view = View { scale, ..View::default() };
        // It has arrived, and is not handled.
        let (layout, scene) = scene(&*session, &view, Ns::ms(200));
        assert!(layer(&scene, "under-way").next().is_none(), "nothing is under way in {scale:?}");
        let (_, landing) = layout.message_at(&*session, id).expect("it is drawn");
        assert!((landing.0 - layout.x_of(arrived)).abs() < 1.0, "{scale:?}: {landing:?}");
        let handled = EventId { node: message.to, index: message.fate.event };
        let handled = layout.event_at(handled).expect("it is handled");
        let end = wait_of(&scene, id).expect("its wait is drawn");
        assert!(
            landing.0 + 5.0 < end && (end - handled.0).abs() < 1.0,
            "{scale:?}: {landing:?}, {end}, {handled:?}"
        );
    }
}

#[test]
fn how_long_something_will_wait_is_not_told_where_the_future_is_hidden() {
    let (session, id) = generals(Some(Ns::ms(300)));
    let view = View { hide_future: true, ..View::default() };
    let (layout, scene) = scene(&*session, &view, Ns::ms(200));
    let end = wait_of(&scene, id).expect("it waits");
    assert!(end <= layout.x_of((Ns::ms(200), u32::MAX)) + 0.5);
    let told: Vec<_> = layer(&scene, "arrows").filter_map(|shape| shape.title.as_deref()).collect();
    assert!(told.iter().any(|title| title.contains("and waits")), "{told:?}");
}

#[test]
fn what_nobody_ever_handles_waits_to_the_end() {
    let (session, id) = generals(None);
    assert_eq!(session.trace().message(id).map(|message| message.fate.kind), Some(FateKind::InFlight));
    let (layout, scene) = scene(&*session, &View::default(), session.trace().reached());
    let end = wait_of(&scene, id).expect("it waits");
    assert!((end - layout.x_of((session.trace().reached(), u32::MAX))).abs() < 1.0);
    assert!(count(&scene, "head solid") > 0, "it has arrived");
}

#[test]
fn where_only_causes_count_nothing_waits() {
    let (session, id) = generals(Some(Ns::ms(300)));
    let view = View { scale: TimeScale::Logical, ..View::default() };
    let (_, scene) = scene(&*session, &view, session.trace().reached());
    assert_eq!(wait_of(&scene, id), None);
}
