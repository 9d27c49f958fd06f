//! Runs of a thousand nodes: they are allowed, they end, and an edit of them is as good as a run from the beginning.

use lightcone_protocols::find;
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::validate::{MAX_SERVERS, check};

fn gossip() -> Scenario {
    let entry = find("gossip").expect("it is registered");
    Scenario { until: Ns::s(3), ..(entry.scenario)(Some(MAX_SERVERS)) }
}

fn run(scenario: &Scenario) -> Box<dyn Session> {
    let entry = find("gossip").expect("it is registered");
    let mut run = (entry.start)(scenario.clone()).expect("a valid scenario");
    assert_eq!(run.run_until(scenario.until, 1_000_000), Progress::Done);
    run
}

fn halves() -> Vec<Vec<NodeId>> {
    let half = |from: u16| (from..from + MAX_SERVERS / 2).map(NodeId::server).collect();
    vec![half(0), half(MAX_SERVERS / 2)]
}

#[test]
fn a_rumour_spreads_among_a_thousand_and_a_partition_stops_it() {
    let whole = run(&gossip());
    let last = NodeId::server(MAX_SERVERS - 1);
    assert_eq!(last.to_string(), "ALL");
    assert!(whole.trace().order().len() > 5_000);

    let mut scenario = gossip();
    scenario.push(Ns::ms(2), Action::Partition { groups: halves(), until: None, one_way: false });
    let entry = find("gossip").expect("it is registered");
    let cut = run(&scenario);
    let heard = |run: &dyn Session, node| {
        let view = run.node(node, Key::end_of(Ns::s(3))).and_then(|node| node.view);
        view.is_some_and(|view| !view.fields.is_empty())
    };
    let nodes = |run: &dyn Session| scenario.node_set().iter().filter(|&node| heard(run, node)).count();
    assert!(nodes(&*whole) > nodes(&*cut) && nodes(&*cut) > 1, "{} {}", nodes(&*whole), nodes(&*cut));

    // What is taken over after an edit is what would be computed.
    let mut edited = scenario.clone();
    edited.push(Ns::ms(2_900), Action::Crash { node: last });
    let resumed = (entry.resume)(&*cut, &edited).expect("a valid edit");
    let mut resumed = resumed.expect("most of it is taken over");
    assert!(resumed.trace().order().len() > 1_000);
    assert_eq!(resumed.run_until(edited.until, 1_000_000), Progress::Done);
    let end = Key::end_of(edited.until);
    assert_eq!(resumed.hash(end), run(&edited).hash(end));
}

#[test]
fn what_would_cut_too_many_links_is_refused_in_a_sentence() {
    let mut scenario = gossip();
    for second in 1..=5 {
        assert_eq!(check(&scenario), Ok(()));
        scenario.push(Ns::s(second), Action::Partition { groups: halves(), until: None, one_way: false });
    }
    let refused = check(&scenario).expect_err("five times half a million").to_string();
    assert!(refused.contains("links that partitions cut, in all is 2500000"), "{refused}");
    let one_more = Scenario { nodes: MAX_SERVERS + 1, ..gossip() };
    assert!(check(&one_more).expect_err("too many").to_string().contains("from 1 to 1000"));
}
