//! Going through the picture from mark to mark: each can be reached, each says what it is.

mod common;

use common::*;
use lightcone_diagram::{Layout, Selected, Target, View, Way};
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;

const END: Key = Key::end_of(Ns::NEVER);

fn node(mark: Selected) -> NodeId {
    match mark {
        Selected::Event(id) => id.node,
        Selected::Message(id) => id.node,
    }
}

#[test]
fn from_the_first_mark_of_a_lane_one_comes_to_each_that_is_drawn_and_back() {
    let session = run(troubled(3));
    let trace = session.trace();
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let drawn = scene(&*session, &View::default(), Ns::ms(1_500));
    for (lane, _) in trace.lanes() {
        let from = Selected::Event(EventId { node: lane, index: 1 });
        let first = layout.walk(trace, from, Way::First, END).expect("a first mark");
        let mut walked = vec![first];
        while let Some(next) = layout.walk(trace, walked[walked.len() - 1], Way::On, END) {
            assert!(walked.len() < 10_000 && node(next) == lane);
            walked.push(next);
        }
        assert_eq!(Some(walked[walked.len() - 1]), layout.walk(trace, first, Way::Last, END));
        let marks = common::layer(&drawn, "marks").filter_map(|shape| match shape.target {
            Some(Target::Event(id)) if id.node == lane => Some(Selected::Event(id)),
            Some(Target::Message(id)) if id.node == lane => Some(Selected::Message(id)),
            _ => None,
        });
        let mut marks: Vec<Selected> = marks.collect();
        marks.sort();
        marks.dedup();
        let mut reached = walked.clone();
        reached.sort();
        assert_eq!(reached, marks, "on {lane}");
        for pair in walked.windows(2) {
            assert_eq!(layout.walk(trace, pair[1], Way::Back, END), Some(pair[0]));
        }
        for mark in walked {
            let told = layout.tell(&*session, mark, END);
            assert!(told.len() > 10 && !told.contains("  "), "{mark:?}: {told}");
        }
    }
}

#[test]
fn across_one_comes_to_the_nearest_mark_of_the_next_lane_as_lanes_stand() {
    let session = run(raft(7));
    let trace = session.trace();
    let order = ["C", "A", "E", "B", "D"].map(|name| name.parse().expect("a node")).to_vec();
    let hidden = std::iter::once("A".parse().expect("a node")).collect();
    let view = View { order, hidden_nodes: hidden, ..View::default() };
    let layout = Layout::new(&*session, &view, SPACE);
    let from = Selected::Event(EventId { node: "C".parse().expect("a node"), index: 1 });
    let down = layout.walk(trace, from, Way::Down, END).expect("a mark below");
    assert_eq!(node(down).to_string(), "E", "the lane that is hidden is passed over");
    assert_eq!(layout.walk(trace, from, Way::Up, END), None);
    let x = |mark| layout.mark_at(trace, mark).expect("a place").0;
    let nearest = x(down) - x(from);
    let mut mark = layout.walk(trace, down, Way::First, END);
    while let Some(other) = mark {
        assert!((x(other) - x(from)).abs() >= nearest.abs());
        mark = layout.walk(trace, other, Way::On, END);
    }
}

#[test]
fn what_is_to_come_is_neither_gone_to_nor_told_in_a_quiz() {
    let session = run(raft(7));
    let trace = session.trace();
    let layout = Layout::new(&*session, &View::default(), SPACE);
    let now = Key::end_of(Ns::ms(700));
    for (lane, _) in trace.lanes() {
        let from = Selected::Event(EventId { node: lane, index: 1 });
        if let Some(Selected::Event(last)) = layout.walk(trace, from, Way::Last, now) {
            assert!(trace.event(last).expect("an event").key <= now);
        }
    }
    let flying = trace.messages().find(|(_, record)| record.is_under_way(now.instant()));
    let (id, _) = flying.expect("a message under way");
    assert!(layout.tell(&*session, Selected::Message(id), now).contains("under way"));
    assert!(!layout.tell(&*session, Selected::Message(id), END).contains("under way"));
}
