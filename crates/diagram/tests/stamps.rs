//! What logical clocks show, at the events of any run.

mod common;

use lightcone_diagram::{Frame, Geometry, Layout, Stamps, View, can_tell, tell_ghosts, with_ghosts};
use lightcone_sim::causality::ghost::Ghosts;
use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

use common::{SPACE, run};

/// A protocol as it opens.
fn opened(name: &str) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(name).expect("registered");
    run(lightcone_sim::scenario::Scenario { until: Ns::ms(1_500), ..(entry.scenario)(None) })
}

/// Words at events, by event, as they stand in the picture.
fn stamped(session: &dyn Session, view: &View) -> Vec<(String, String)> {
    let layout = Layout::new(session, view, SPACE);
    let scene = layout.scene(session, &Frame::at(Key::end_of(session.scenario().until)));
    let shapes = scene.layers.iter().flat_map(|layer| layer.shapes.iter());
    let words = shapes.filter_map(|shape| match &shape.geometry {
        Geometry::Text { content, .. } => {
            Some((shape.key.strip_prefix("stamp-")?.to_owned(), content.clone()))
        }
        _ => None,
    });
    words.collect()
}

fn activations(session: &dyn Session) -> Vec<EventId> {
    let trace = session.trace();
    let ticks = |id: &&EventId| trace.event(**id).is_some_and(|event| event.kind.is_activation());
    trace.order().iter().filter(ticks).copied().collect()
}

#[test]
fn every_event_of_a_lane_finds_room_for_its_lamport_clock() {
    for protocol in ["gossip", "generals", "paxos"] {
        let session = opened(protocol);
        let view = View { stamps: Stamps::Lamport, ..View::default() };
        let words = stamped(&*session, &view);
        let all = activations(&*session);
        // Crowded ones give way to what is more important.
        assert!(words.len() * 10 >= all.len() * 9, "{protocol}: {} of {}", words.len(), all.len());
        for (event, shown) in words {
            let event: EventId = event.parse().unwrap();
            assert_eq!(shown, session.trace().event(event).unwrap().lamport.to_string());
        }
    }
}

#[test]
fn a_vector_has_an_entry_for_each_node_and_nothing_stands_at_what_ticks_no_clock() {
    let session = opened("gossip");
    let view = View { stamps: Stamps::Vector, ..View::default() };
    let words = stamped(&*session, &view);
    assert!(!words.is_empty());
    for (event, shown) in words {
        let event: EventId = event.parse().unwrap();
        let entries: Vec<u32> =
            shown.trim_matches(['[', ']']).split(' ').map(|entry| entry.parse().unwrap()).collect();
        assert_eq!(entries, session.trace().vector(event));
    }
    assert!(stamped(&*session, &View::default()).is_empty());
}

#[test]
fn dotted_version_vectors_and_interval_tree_clocks_stand_as_their_papers_write_them() {
    let session = opened("gossip");
    let dotted = View { stamps: Stamps::Dotted, ..View::default() };
    assert!(!can_tell(Stamps::Dotted) && stamped(&*session, &dotted).is_empty());
    with_ghosts(tell_ghosts);
    assert!(can_tell(Stamps::Dotted));
    for (stamps, begins) in [(Stamps::Dotted, "("), (Stamps::Tree, "(")] {
        let view = View { stamps, ..View::default() };
        let words = stamped(&*session, &view);
        assert!(!words.is_empty());
        let mut ghosts = Ghosts::new();
        for (event, shown) in words {
            assert!(shown.starts_with(begins), "{shown}");
            let clocks = ghosts.of(session.trace(), event.parse().unwrap()).unwrap();
            let known = if stamps == Stamps::Tree {
                clocks.tree.unwrap().to_string()
            } else {
                clocks.dotted.to_string()
            };
            assert_eq!(shown, known);
        }
    }
}
