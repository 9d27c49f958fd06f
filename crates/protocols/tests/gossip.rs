//! The example of a protocol of one's own, in stories.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::gossip::Gossip;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::Action;
use lightcone_sim::time::Ns;
use story::*;

#[test]
fn a_rumour_reaches_everybody() {
    let story = play::<Gossip>(Gossip::scenario(None));
    let heard = |node| story.field(NodeId::server(node), Ns::s(10), "heard");
    assert!((0..6).all(|node| heard(node).contains(&"rumour 1".to_owned())), "{:?}", heard(0));
}

#[test]
fn a_node_that_was_down_hears_old_stories() {
    let mut scenario = Gossip::scenario(None);
    let node = B;
    scenario.push(Ns::ms(1), Action::Crash { node });
    scenario.push(Ns::ms(500), Action::Recover { node });
    let story = play::<Gossip>(scenario);
    assert_eq!(story.field(B, Ns::ms(600), "heard"), [""; 0]);
    assert!(story.field(B, Ns::s(10), "heard").contains(&"rumour 1".to_owned()));
}

#[test]
fn a_single_server_gossips_with_itself() {
    let story = play::<Gossip>(Gossip::scenario(Some(1)));
    assert_eq!(story.field(A, Ns::s(1), "heard"), ["rumour 1"]);
}
