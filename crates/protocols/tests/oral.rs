//! The Byzantine generals, in stories: every traitor, every lie.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::oral::Oral;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, How, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const D: NodeId = NodeId::server(3);
const END: Ns = Ns::ms(800);

fn generals(n: u16, m: u8, order: &str) -> Scenario {
    let mut scenario = with(with(Oral::scenario(Some(n)), "m", m), "order", order);
    scenario.script.clear();
    scenario
}

fn traitor(node: NodeId, how: How, to: Option<NodeId>, value: Option<i64>) -> Action {
    let field = (how == How::Lie).then(|| "value".to_owned());
    Action::Byzantine { node, how, to, field, value, until: None }
}

/// All that one general among n could do wrong, for one traitor: lies to all or to some, two stories, silence, old words.
fn treasons(n: u16) -> Vec<Vec<Action>> {
    let mut treasons = Vec::new();
    for node in (0..n).map(NodeId::server) {
        treasons.push(vec![traitor(node, How::Equivocate, None, None)]);
        treasons.push(vec![traitor(node, How::Silent, None, None)]);
        treasons.push(vec![traitor(node, How::Replay, None, None)]);
        // Every set of peers lied to, with either value; and every set kept from hearing.
        let peers: Vec<NodeId> = (0..n).map(NodeId::server).filter(|&peer| peer != node).collect();
        for set in 1..1 << peers.len() {
            let some = || peers.iter().enumerate().filter(move |(place, _)| set >> place & 1 == 1);
            for value in [0, 1] {
                treasons
                    .push(some().map(|(_, &to)| traitor(node, How::Lie, Some(to), Some(value))).collect());
            }
            treasons.push(some().map(|(_, &to)| traitor(node, How::Silent, Some(to), None)).collect());
        }
    }
    treasons
}

/// What breaks under some treason of one general, over all of them and both orders.
fn broken(n: u16, m: u8) -> Vec<(Vec<Action>, Vec<&'static str>)> {
    let mut broken = Vec::new();
    for order in ["attack", "retreat"] {
        for treason in treasons(n) {
            let mut scenario = generals(n, m, order);
            treason.iter().for_each(|deed| {
                scenario.push(Ns::ZERO, deed.clone());
            });
            let story = play::<Oral>(scenario);
            if !story.broken().is_empty() {
                broken.push((treason, story.broken()));
            }
        }
    }
    broken
}

#[test]
fn all_loyal_generals_obey() {
    for (n, m, order, role) in
        [(2, 0, "attack", "attacks"), (4, 1, "retreat", "retreats"), (7, 2, "attack", "attacks")]
    {
        let story = play::<Oral>(generals(n, m, order));
        assert!(story.broken().is_empty(), "{:?}", story.findings());
        assert!(
            (0..n).all(|node| story.role(NodeId::server(node), END) == Some(role)),
            "{n} generals, OM({m})"
        );
    }
}

#[test]
fn a_commander_who_equivocates_splits_those_who_do_not_compare() {
    let story = play::<Oral>(with(Oral::scenario(None), "m", 0));
    assert_eq!(story.field(B, END, "order heard"), ["attack"]);
    assert_eq!(story.field(D, END, "order heard"), ["retreat"]);
    assert_eq!(story.broken(), ["IC1"]);
    // He himself did all as he should: his own record says what he meant.
    assert_eq!(story.said("order").iter().filter(|(_, label)| label == "attack!").count(), 3);
}

#[test]
fn four_generals_bear_any_one_traitor_whatever_he_says() {
    assert_eq!(broken(4, 1), []);
}

#[test]
fn three_generals_do_not_and_no_telling_on_helps() {
    for m in [0, 1, 2] {
        let broken = broken(3, m);
        assert!(!broken.is_empty(), "OM({m})");
        if m > 0 {
            // The paper's figures: a lieutenant says that he was told the other order, and a loyal one cannot know better.
            let lie = vec![traitor(C, How::Lie, Some(B), Some(0))];
            assert!(broken.contains(&(lie, vec!["IC2"])), "OM({m}): {broken:?}");
        }
    }
}

#[test]
fn seven_generals_bear_two_traitors_and_four_do_not() {
    let play_two = |n: u16, m: u8, one: Action, other: Action| {
        let mut scenario = generals(n, m, "attack");
        scenario.push(Ns::ZERO, one);
        scenario.push(Ns::ZERO, other);
        play::<Oral>(scenario).broken()
    };
    let lies = |node| traitor(node, How::Lie, None, Some(0));
    let two_faced = |node| traitor(node, How::Equivocate, None, None);
    for (one, other) in [(A, B), (B, C), (C, D), (A, D)] {
        assert!(play_two(7, 2, two_faced(one), lies(other)).is_empty(), "{one} and {other}");
        assert!(play_two(7, 2, lies(one), two_faced(other)).is_empty(), "{one} and {other}");
    }
    let pairs = [(A, B), (A, C), (A, D), (B, C), (B, D), (C, D)];
    let wrong = pairs.into_iter().filter(|&(one, other)| !play_two(4, 1, lies(one), lies(other)).is_empty());
    assert!(wrong.count() >= 3, "two lieutenants who lie outweigh what the commander said");
}

#[test]
fn who_is_honest_again_says_what_it_means_and_has_been_a_traitor_all_the_same() {
    let (node, how) = (A, How::Equivocate);
    let (to, field, value) = (None, None, None);
    let again = || traitor(A, How::Honest, None, None);
    let until = |until| Action::Byzantine { node, how, to, field: field.clone(), value, until };
    for (deeds, end) in [
        (vec![(10, until(Some(Ns::ms(60))))], 60),
        (vec![(10, until(None)), (70, again())], 70),
        (vec![(10, until(Some(Ns::ms(90)))), (70, again())], 70),
    ] {
        let mut scenario = generals(4, 0, "attack");
        deeds.into_iter().for_each(|(ms, deed)| {
            scenario.push(Ns::ms(ms), deed);
        });
        let story = play::<Oral>(scenario);
        assert!(story.broken().is_empty());
        assert_eq!(story.field(D, END, "order heard"), ["attack"]);
        let lane = story.session().trace().lane(A).expect("A is there");
        let kinds: Vec<_> = lane.events.iter().map(|event| (event.kind.name(), event.at())).collect();
        assert_eq!(kinds[1..3], [("byzantine", Ns::ms(10)), ("honest", Ns::ms(end))]);
    }
    // One who is honest already is left alone: the entry finds nothing to do.
    let mut scenario = generals(4, 0, "attack");
    let entry = scenario.push(Ns::ms(10), again());
    assert!(!play::<Oral>(scenario).session().trace().has_acted(entry));
}

#[test]
fn what_comes_from_nobody_who_should_say_it_is_ignored_and_bad_settings_are_refused() {
    for (n, m) in [(1, 1), (11, 1), (4, 3)] {
        let scenario = generals(n, m, "attack");
        assert!(lightcone_sim::run::Run::<Oral>::start(scenario).is_err(), "{n} generals, m = {m}");
    }
    // A word that comes twice counts once.
    let mut scenario = generals(4, 1, "attack");
    scenario.network.duplicate_ppm = 1_000_000;
    assert!(play::<Oral>(scenario).broken().is_empty());
}
