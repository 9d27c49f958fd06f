//! The logs side by side: what conflicts with the leader's is marked, and nothing else.

mod common;

use common::{raft, run};
use lightcone_diagram::{entered, has_logs, logs, longest_log};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

const C: NodeId = NodeId::server(2);

fn servers(session: &dyn Session) -> Vec<NodeId> {
    session.trace().nodes().iter().filter(|node| !node.is_client()).collect()
}

fn example(protocol: &str, title: &str) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(protocol).expect("a protocol of this name");
    let found = (entry.examples)().into_iter().find(|(name, _)| name.starts_with(title));
    run(found.expect("an example of this title").1)
}

fn usual(protocol: &str) -> Scenario {
    let entry = lightcone_protocols::find(protocol).expect("a protocol of this name");
    (entry.scenario)(None)
}

#[test]
fn only_protocols_that_keep_logs_have_them_to_show() {
    for (protocol, has) in [("raft", true), ("2pc", true), ("paxos", false), ("gossip", false)] {
        assert_eq!(has_logs(&*run(usual(protocol))), has, "{protocol}");
    }
}

#[test]
fn a_leader_cut_off_keeps_entries_that_conflict_until_the_links_heal() {
    let session = example("raft", "A leader cut off");
    let nodes = servers(&*session);
    let conflicts = |now: Ns| {
        let rows = logs(&*session, &nodes, Key::end_of(now), (0, 100));
        let conflicting = |row: &&lightcone_diagram::LogRow| row.entries.iter().any(|entry| entry.conflicts);
        rows.iter().filter(conflicting).map(|row| row.node).collect::<Vec<_>>()
    };
    assert_eq!(conflicts(Ns::ms(1_900)), []);
    assert!(conflicts(Ns::ms(3_900)).contains(&C));
    assert_eq!(conflicts(Ns::ms(5_900)), []);
}

#[test]
fn what_is_committed_never_conflicts() {
    let session = example("raft", "A leader cut off");
    let nodes = servers(&*session);
    for ms in (0..6_000).step_by(50) {
        let rows = logs(&*session, &nodes, Key::end_of(Ns::ms(ms)), (0, 100));
        for entry in rows.iter().flat_map(|row| &row.entries) {
            assert!(!(entry.conflicts && entry.item.committed), "{ms} ms: {entry:?}");
        }
    }
}

#[test]
fn a_window_shows_the_same_entries_as_the_whole() {
    let session = run(raft(1));
    let (nodes, now) = (servers(&*session), Key::end_of(Ns::ms(1_500)));
    let long = longest_log(&*session, &nodes, now);
    assert!(long >= 3, "{long} entries");
    let whole = logs(&*session, &nodes, now, (0, long));
    let window = logs(&*session, &nodes, now, (long - 2, 2));
    for (whole, window) in whole.iter().zip(&window) {
        assert_eq!(whole.length, window.length);
        assert!(whole.entries.ends_with(&window.entries));
    }
}

#[test]
fn a_server_that_is_down_shows_what_its_disk_holds() {
    let session = example("raft", "The leader crashes");
    let at = |now| logs(&*session, &[C], Key::end_of(now), (0, 100)).remove(0);
    let (before, down) = (at(Ns::ms(1_999)), at(Ns::ms(3_000)));
    assert_eq!(before.length, down.length);
    assert!(before.shared.is_some_and(|shared| shared.committed > 0));
    assert!(down.shared.is_some_and(|shared| shared.committed == 0), "that was in memory");
}

#[test]
fn own_logs_are_not_compared() {
    let session = run(usual("2pc"));
    let rows = logs(&*session, &servers(&*session), Key::end_of(Ns::s(1)), (0, 100));
    assert!(rows.iter().all(|row| row.shared.is_none() && !row.entries.is_empty()));
    assert!(!rows.iter().flat_map(|row| &row.entries).any(|entry| entry.conflicts));
}

#[test]
fn an_entry_is_found_where_it_came_into_the_log() {
    let session = run(raft(1));
    let now = Key::end_of(Ns::ms(1_500));
    let entry = logs(&*session, &[C], now, (0, 1)).remove(0).entries.remove(0);
    let event = entered(&*session, C, &entry.item, now).expect("it came");
    let key = session.trace().event(event).expect("it exists").key;
    assert_eq!(longest_log(&*session, &[C], key), 1);
    assert_eq!(longest_log(&*session, &[C], session.trace().step_back(key).expect("a step before")), 0);
}
