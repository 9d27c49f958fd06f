//! The reference models, run with no click: messages travel, something is decided, and then it is quiet.

use lightcone_protocols::find;
use lightcone_protocols::reference::CHAPTER;
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{PendingWhat, Session};

fn play(scenario: Scenario) -> Box<dyn Session> {
    let until = scenario.until;
    let entry = find(&scenario.protocol).expect("it is registered");
    let mut run = (entry.start)(scenario).expect("a valid scenario");
    run.run_until(until, 100_000);
    run
}

fn opened(name: &str) -> Box<dyn Session> {
    play((find(name).expect("it is registered").scenario)(None))
}

/// The roles of all servers at the end, in order.
fn roles(run: &dyn Session) -> Vec<&'static str> {
    let end = Key::end_of(run.scenario().until);
    let servers = 0..run.scenario().nodes;
    servers
        .filter_map(|node| run.trace().status(NodeId::server(node), end))
        .map(|status| status.role)
        .collect()
}

#[test]
fn each_opens_on_a_run_in_which_something_is_decided() {
    for (name, decided) in [
        ("tcommit", &["committed", "committed", "committed"][..]),
        ("two_phase", &["committed"; 4]),
        ("paxos_commit", &["committed", "committed", "acceptor", "acceptor", "acceptor", "commits"]),
        ("paxos_tla", &["acceptor", "acceptor", "acceptor", "proposer", "chosen"]),
        ("chang_roberts", &["passive", "passive", "passive", "leader", "lost"]),
        ("echo", &["done"; 4]),
    ] {
        let run = opened(name);
        assert_eq!(roles(&*run), decided, "{name}");
        assert!(run.trace().violations().is_empty(), "{name}");
        assert!(run.scenario().nodes <= 6 && run.scenario().workload.clients == 0, "{name}");
    }
}

/// A rule that is enabled for ever and changes nothing would fill a lane with steps. Those that want to enter again and again
/// do so for as long as the run lasts, and change something each time.
#[test]
fn when_all_is_decided_nothing_happens_any_more() {
    for name in ["tcommit", "two_phase", "paxos_commit", "paxos_tla", "chang_roberts", "echo"] {
        for seed in 1..=40 {
            let entry = find(name).expect("it is registered");
            let run =
                play(Scenario { seed, until: lightcone_sim::time::Ns::s(10), ..(entry.scenario)(None) });
            let pending = run.pending(Key::end_of(run.scenario().until));
            assert!(pending.is_empty(), "{name}, seed {seed}: {pending:?}");
            assert!(run.trace().order().len() < 200, "{name}, seed {seed}");
        }
    }
}

#[test]
fn processes_enter_one_after_another_and_each_does() {
    let run = opened("lamport_mutex");
    assert!(run.trace().violations().is_empty());
    let end = Key::end_of(run.scenario().until);
    let timers = run.pending(end).into_iter().filter(|pending| matches!(pending.what, PendingWhat::Timer(_)));
    assert!(timers.count() <= 3, "a process has one rule to follow at a time");
    for node in (0..3).map(NodeId::server) {
        let trace = run.trace();
        let events = trace.order().iter().filter_map(|&id| trace.event(id)).map(|event| event.key);
        let inside =
            events.filter(|&now| trace.status(node, now).is_some_and(|status| status.role == "inside"));
        assert!(inside.count() > 0, "{node} gets in");
    }
}

#[test]
fn another_seed_may_abort_and_two_phase_commit_is_never_torn_by_time() {
    let (mut committed, mut aborted) = (0, 0);
    for name in ["two_phase", "paxos_commit"] {
        for seed in 1..=60 {
            let entry = find(name).expect("it is registered");
            let run = play(Scenario { seed, ..(entry.scenario)(None) });
            assert!(run.trace().violations().is_empty(), "{name}, seed {seed}");
            let roles = roles(&*run);
            committed += usize::from(roles.contains(&"committed"));
            aborted += usize::from(roles.contains(&"aborted"));
        }
    }
    assert!(committed >= 20 && aborted >= 10, "{committed} commit, {aborted} abort");
}

#[test]
fn the_example_of_transaction_commit_is_torn_by_news_that_comes_too_late() {
    let entry = find("tcommit").expect("it is registered");
    let (title, scenario) = (entry.examples)().pop().expect("there is one");
    assert_eq!(title, "News that comes too late");
    let run = play(scenario);
    assert_eq!(roles(&*run), ["committed", "committed", "aborted"]);
    assert_eq!(run.trace().violations()[0].monitor, "consistency");
}

#[test]
fn they_are_offered_together_and_take_as_many_servers_as_they_can() {
    let entries = lightcone_protocols::all().iter().filter(|entry| entry.chapter == CHAPTER);
    let names: Vec<&str> = entries.clone().map(|entry| entry.name).collect();
    assert_eq!(
        names,
        ["tcommit", "two_phase", "paxos_commit", "paxos_tla", "lamport_mutex", "chang_roberts", "echo"]
    );
    for entry in entries {
        for nodes in 3..=9 {
            assert!((entry.start)((entry.scenario)(Some(nodes))).is_ok(), "{} with {nodes}", entry.name);
        }
        // Clients have nothing to do in any of them, and do not disturb.
        let mut scenario = (entry.scenario)(None);
        scenario.workload.clients = 2;
        let run = play(scenario);
        assert!(run.trace().violations().is_empty(), "{}", entry.name);
        let client = run.trace().status(NodeId::client(0), Key::end_of(run.scenario().until));
        assert_eq!(client.map(|status| status.role), Some("client"), "{}", entry.name);
    }
}
