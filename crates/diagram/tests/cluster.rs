//! The cluster at a moment: messages move with the playhead, and what is wrong is drawn as well as what is right.

mod common;

use common::{is, raft, run, troubled};
use lightcone_diagram::{Cluster, Frame, Geometry, Selected, Shape, Target, View, cluster};
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::FateKind;

const ROOM: (f64, f64) = (1_000.0, 640.0);

fn at(session: &dyn Session, now: Ns) -> Cluster {
    cluster(session, &View::default(), &Frame::at(Key::end_of(now)), ROOM)
}

fn shapes<'a>(cluster: &'a Cluster, classes: &'a str) -> impl Iterator<Item = &'a Shape> {
    let all = cluster.layers.iter().flat_map(|layer| layer.shapes.iter());
    all.filter(move |shape| is(shape, classes))
}

fn count(cluster: &Cluster, classes: &str) -> usize {
    shapes(cluster, classes).count()
}

/// How far a message's line has come.
fn length(cluster: &Cluster, id: MsgId) -> Option<f64> {
    let line = shapes(cluster, "arrow").find(|shape| shape.target == Some(Target::Message(id)))?;
    match line.geometry {
        Geometry::Line { x1, y1, x2, y2 } => Some((x2 - x1).hypot(y2 - y1)),
        _ => None,
    }
}

/// The first message with this fate after a time.
fn with_fate(session: &dyn Session, fate: FateKind, after: Ns) -> (MsgId, Ns, Ns) {
    let found = session
        .trace()
        .messages()
        .filter(|(_, message)| message.fate.kind == fate && message.sent.0 >= after);
    let (id, message) = found.min_by_key(|(id, message)| (message.sent, *id)).expect("such a message");
    (id, message.sent.0, message.fate.at.0)
}

#[test]
fn every_node_stands_in_the_picture_with_its_name() {
    let session = run(raft(1));
    let cluster = at(&*session, Ns::ms(800));
    assert_eq!(count(&cluster, "node"), 6);
    assert_eq!(count(&cluster, "node-name"), 6);
    assert_eq!(count(&cluster, "node thick"), 1, "one leader");
    assert_eq!(count(&cluster, "node client"), 1);
}

#[test]
fn a_message_moves_with_the_playhead() {
    let session = run(raft(1));
    let (id, sent, arrives) = with_fate(&*session, FateKind::Delivered, Ns::ms(100));
    let way = arrives - sent;
    let part =
        |quarters: u64| length(&at(&*session, sent + Ns(way.0 * quarters / 4)), id).expect("it is shown");
    assert!(part(1) < part(2) && part(2) < part(3));
    assert!((part(2) - (part(1) + part(3)) / 2.0).abs() < 0.2, "at an even pace");
    assert_eq!(length(&at(&*session, sent - Ns(1)), id), None);
}

#[test]
fn what_has_just_arrived_is_seen_at_its_end_until_something_else_happens() {
    let session = run(raft(1));
    let (id, ..) = with_fate(&*session, FateKind::Delivered, Ns::ms(100));
    let record = session.trace().message(id).expect("it exists");
    let handled = lightcone_sim::ids::EventId { node: record.to, index: record.fate.event };
    let key = session.trace().event(handled).expect("it was handled").key;
    let show = |now| cluster(&*session, &View::default(), &Frame::at(now), ROOM);
    assert_eq!(count(&show(key), "arrow delivered"), 1);
    let next = session.trace().step(key).expect("more happens");
    assert!(shapes(&show(next), "arrow delivered").all(|shape| shape.target != Some(Target::Message(id))));
}

#[test]
fn what_is_lost_breaks_off_and_what_is_held_stands_still() {
    let (id, sent, _) = with_fate(&*run(raft(1)), FateKind::Delivered, Ns::ms(100));
    let with = |action: Action| {
        let mut scenario = raft(1);
        scenario.push(sent + Ns::ms(2), action);
        run(scenario)
    };
    let lost = at(&*with(Action::Drop { message: id }), sent + Ns::ms(3));
    assert_eq!(count(&lost, "cross"), 1);
    let held = with(Action::Hold { message: id });
    let (soon, late) = (at(&*held, sent + Ns::ms(3)), at(&*held, sent + Ns::ms(900)));
    assert_eq!((count(&soon, "held-bars"), count(&late, "held-bars")), (1, 1));
    assert_eq!(length(&soon, id), length(&late, id));
}

#[test]
fn a_partition_is_one_line_between_its_sides() {
    let session = run(troubled(1));
    let cluster = at(&*session, Ns::ms(450));
    assert_eq!((count(&cluster, "parting-edge"), count(&cluster, "cut-bar")), (1, 0));
    assert!(cluster.desc.contains("partition A B | C D E"), "{}", cluster.desc);
    assert_eq!(count(&at(&*session, Ns::ms(350)), "parting"), 0);
    let single = at(&*session, Ns::ms(1_150));
    assert_eq!((count(&single, "parting"), count(&single, "cut-bar")), (0, 1), "the cut of one link");
}

#[test]
fn sides_that_do_not_stand_together_are_parted_link_by_link() {
    let mut scenario = raft(1);
    let node = NodeId::server;
    let groups = vec![vec![node(0), node(2)], vec![node(1), node(3), node(4)]];
    scenario.push(Ns::ms(400), Action::Partition { groups, until: None, one_way: false });
    let cluster = at(&*run(scenario), Ns::ms(450));
    assert_eq!((count(&cluster, "parting"), count(&cluster, "cut-bar")), (0, 6), "one bar for both ways");
}

#[test]
fn who_is_down_or_stands_still_is_told_by_more_than_a_colour() {
    let session = run(troubled(1));
    let down = at(&*session, Ns::ms(350));
    assert_eq!((count(&down, "node down"), count(&down, "crash"), count(&down, "node-condition")), (1, 1, 1));
    let paused = at(&*session, Ns::ms(1_000));
    assert_eq!((count(&paused, "node still"), count(&paused, "held-bars")), (1, 1));
}

#[test]
fn a_leader_that_was_superseded_is_told_to_be_stale() {
    let entry = lightcone_protocols::find("raft").expect("raft");
    let example = (entry.examples)().into_iter().find(|(title, _)| title.starts_with("A leader cut off"));
    let session = run(example.expect("the example").1);
    assert_eq!(count(&at(&*session, Ns::ms(1_900)), "node-stale"), 0);
    assert_eq!(count(&at(&*session, Ns::ms(3_500)), "node-stale"), 1);
    assert_eq!(count(&at(&*session, Ns::ms(5_500)), "node-stale"), 0);
}

#[test]
fn a_quiz_does_not_tell_by_a_messages_pace_when_it_will_arrive() {
    let session = run(raft(1));
    let (id, sent, arrives) = with_fate(&*session, FateKind::Delivered, Ns::ms(100));
    let mut scenario: Scenario = raft(1);
    scenario.push(sent + Ns::ms(1), Action::Hold { message: id });
    scenario.push(arrives + Ns::ms(40), Action::Release { message: id });
    let later = run(scenario);
    let view = View { hide_future: true, ..View::default() };
    let part = |session: &dyn Session| {
        length(&cluster(session, &view, &Frame::at(Key::end_of(sent + Ns(500_000))), ROOM), id)
    };
    assert_eq!(part(&*session), part(&*later));
}

#[test]
fn what_is_selected_stands_out() {
    let session = run(raft(1));
    let (id, sent, _) = with_fate(&*session, FateKind::Delivered, Ns::ms(100));
    let show = |selected| {
        let frame = Frame { selected: Some(selected), ..Frame::at(Key::end_of(sent + Ns::ms(2))) };
        cluster(&*session, &View::default(), &frame, ROOM)
    };
    assert_eq!(count(&show(Selected::Message(id)), "selected-line"), 1);
    let event = session.trace().last_event(Key::end_of(sent)).expect("something happened");
    assert_eq!(count(&show(Selected::Event(event)), "node-selected"), 1);
}

#[test]
fn keys_are_unique_in_each_layer() {
    let session = run(troubled(2));
    for ms in (0..1_500).step_by(10) {
        for layer in at(&*session, Ns::ms(ms)).layers {
            let mut keys: Vec<&str> = layer.shapes.iter().map(|shape| shape.key.as_str()).collect();
            keys.sort_unstable();
            let count = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), count, "{} at {ms} ms", layer.name);
        }
    }
}
