//! A store with siblings, in stories: what each kind of clock keeps, loses and takes for a conflict.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::versions::Versions;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const C1: NodeId = NodeId::client(0);
const C2: NodeId = NodeId::client(1);

/// So many servers that only do as they are told, with clocks of this kind; a message takes 10 ms.
fn quiet(servers: u16, clock: &str) -> Scenario {
    let mut scenario = with(Versions::scenario(Some(servers)), "clock", clock);
    scenario.workload.ops.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(10));
    scenario
}

fn call(scenario: &mut Scenario, at: u64, client: NodeId, op: &str) {
    scenario.push(Ns::ms(at), Action::Op { client, op: op.to_owned(), node: Some(A) });
}

/// Two clients write in turn through one server, each after it has read, but before the other's last write was there to be
/// read. So each write overwrites all that there is but the one before it.
fn in_turn(clock: &str, rounds: u64) -> Story {
    let mut scenario = quiet(1, clock);
    for round in 0..rounds {
        for (client, name, at) in [(C1, 'a', 100 + round * 120), (C2, 'b', 160 + round * 120)] {
            call(&mut scenario, at, client, &format!("put x {name}{round}"));
            call(&mut scenario, at + 30, client, "get x");
        }
    }
    scenario.until = Ns::ms(200 + rounds * 120);
    play::<Versions>(scenario)
}

fn siblings(story: &Story, node: NodeId, at: Ns) -> u64 {
    story.field(node, at, "siblings")[0].parse().expect("a count")
}

#[test]
fn siblings_grow_without_bound_under_one_vector_and_stay_two_with_dotted_version_vectors() {
    const ROUNDS: u64 = 100;
    let (vnode, dvv) = (in_turn("vnode-vv", ROUNDS), in_turn("dvv", ROUNDS));
    for round in 1..ROUNDS {
        // When a round is over: two writes a round, of which the last two are concurrent and have overwritten the rest.
        let at = Ns::ms(90 + round * 120);
        assert_eq!(siblings(&vnode, A, at), 2 * round, "nothing was ever overwritten");
        assert_eq!(siblings(&dvv, A, at), 2, "what is really concurrent");
    }
    assert_eq!(vnode.broken(), ["no false conflict"]);
    assert_eq!(dvv.broken(), [""; 0]);
    let value = &dvv.field(A, Ns::s(30), "values")[0];
    assert!(value.contains("a99") && value.contains("b99"), "{value}");
}

#[test]
fn the_example_explodes_under_one_vector_and_not_with_dotted_version_vectors() {
    const CLIENTS: u64 = 8;
    let most = |name| {
        let story = play::<Versions>(example::<Versions>(name));
        (1..=40).map(|tenth| siblings(&story, A, Ns::ms(tenth * 100))).max().unwrap_or(0)
    };
    // Here a client is lucky at times: nobody has written since it read, so that it overwrites all there is.
    let vnode = most("One vector for all values: sibling explosion");
    assert!(vnode >= 2 * CLIENTS, "{vnode}");
    let dvv = most("The same with dotted version vectors");
    assert!((2..=CLIENTS).contains(&dvv), "no more than clients that write at a time: {dvv}");
}

#[test]
fn entries_for_clients_are_exact_as_long_as_each_client_reads_before_it_writes_and_grow_with_the_clients() {
    let story = in_turn("client-vv", 20);
    assert_eq!(siblings(&story, A, Ns::s(2)), 2);
    assert_eq!(story.broken(), [""; 0]);

    let mut scenario = quiet(1, "client-vv");
    scenario.workload.clients = 12;
    for number in 0..12 {
        let at = 100 + 100 * u64::from(number);
        call(&mut scenario, at, NodeId::client(number), &format!("update x v{number}"));
    }
    let entries = |scenario| play::<Versions>(scenario).field(A, Ns::s(3), "entries of a clock");
    assert_eq!(entries(scenario.clone()), ["12"]);
    assert_eq!(entries(with(scenario, "clock", "dvv")), ["1"]);
}

#[test]
fn a_client_that_writes_twice_after_one_read_loses_a_write_where_clients_count() {
    let twice = |clock| {
        let mut scenario = quiet(1, clock);
        call(&mut scenario, 100, C1, "put x a");
        call(&mut scenario, 200, C1, "put x b");
        play::<Versions>(scenario)
    };
    let story = twice("client-vv");
    assert_eq!(story.answers(), [Some("ok".to_owned()), Some("ok".to_owned())], "it was told otherwise");
    assert_eq!(story.field(A, Ns::s(1), "values"), ["x: a"]);
    assert_eq!(story.broken(), ["no lost update"]);
    let story = twice("dvv");
    assert_eq!(story.field(A, Ns::s(1), "values"), ["x: b, a"]);
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn where_servers_count_the_second_of_two_concurrent_writes_overwrites_the_first() {
    for (clock, values) in
        [("server-vv", "x: b"), ("vnode-vv", "x: a, b"), ("client-vv", "x: a, b"), ("dvv", "x: b, a")]
    {
        let mut scenario = quiet(1, clock);
        call(&mut scenario, 100, C1, "put x a");
        call(&mut scenario, 200, C2, "put x b");
        let story = play::<Versions>(scenario);
        assert_eq!(story.field(A, Ns::s(1), "values"), [values], "{clock}");
        assert_eq!(story.broken().contains(&"no lost update"), clock == "server-vv", "{clock}");
    }
}

/// Two servers; A and B both have c1's a2, {c1:2}; then B is cut off, c2 writes at A, and the cut ends.
fn pruned(keep: u32) -> Scenario {
    let mut scenario = with(quiet(2, "client-vv"), "prune", keep);
    call(&mut scenario, 100, C1, "update x a1");
    call(&mut scenario, 200, C1, "update x a2");
    let groups = vec![vec![A], vec![B]];
    scenario.push(Ns::ms(400), Action::Partition { groups, until: Some(Ns::s(1)), one_way: false });
    call(&mut scenario, 500, C2, "update x b");
    scenario
}

#[test]
fn a_dropped_entry_makes_a_conflict_that_is_none() {
    let story = play::<Versions>(pruned(0));
    assert_eq!(story.field(B, Ns::s(3), "values"), ["x: b"]);
    assert_eq!(story.broken(), [""; 0]);
    let story = play::<Versions>(pruned(1));
    assert_eq!(story.broken(), ["no false conflict"], "{:?}", story.findings());
    assert_eq!(siblings(&story, A, Ns::s(3)), 2);
}

#[test]
fn a_dropped_entry_that_begins_again_loses_a_write() {
    let lose = |keep| {
        let mut scenario = pruned(keep);
        call(&mut scenario, 700, C1, "update x a3");
        play::<Versions>(scenario)
    };
    let story = lose(1);
    assert_eq!(story.field(A, Ns::ms(900), "clocks"), ["x: a3{c1:1}"]);
    assert_eq!(
        story.field(A, Ns::s(3), "values"),
        ["x: a2"],
        "the newest write is gone, and an old one is back"
    );
    assert!(story.broken().contains(&"no lost update"), "{:?}", story.findings());
    let story = lose(2);
    assert_eq!(story.field(A, Ns::s(3), "values"), ["x: a3"]);
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_put_that_comes_twice_is_one_write_and_no_answer_is_none() {
    let mut scenario = quiet(1, "dvv");
    scenario.network.duplicate_ppm = 1_000_000;
    call(&mut scenario, 100, C1, "update x a");
    call(&mut scenario, 300, C2, "update x b");
    scenario.push(Ns::ms(500), Action::Crash { node: A });
    call(&mut scenario, 600, C1, "get x");
    let story = play::<Versions>(scenario);
    assert_eq!(story.field(A, Ns::ms(490), "values"), ["x: b"]);
    assert!(story.answers().contains(&Some("no answer".to_owned())), "{:?}", story.answers());
}

#[test]
fn what_makes_no_sense_is_refused_in_a_sentence() {
    let refused = |name, value: serde_json::Value| {
        Run::<Versions>::start(with(Versions::scenario(None), name, value))
            .err()
            .map(|error| error.to_string())
    };
    for (name, value, about) in [
        ("prune", 5.into(), "not pruned"),
        ("patience", 0.into(), "at least a millisecond"),
        ("exchange", 5.into(), "at least a millisecond"),
        ("clock", "sundial".into(), "sundial"),
    ] {
        let error = refused(name, value).unwrap_or_default();
        assert!(error.contains(about), "{name}: {error}");
    }
}

#[test]
fn dotted_version_vectors_are_right_in_all_trouble_and_replicas_agree_in_the_end() {
    let mut most = 0;
    for seed in 0..150 {
        let mut usual = Versions::scenario(None);
        usual.params.insert("exchange".to_owned(), 200_000_000.into());
        usual.workload.count = Some(15);
        let story = play::<Versions>(trouble(seed, usual, Ns::s(9)));
        assert_eq!(story.broken(), [""; 0], "seed {seed}: {:?}", story.findings());
        let clocks = |node| story.field(node, Ns::s(9), "clocks");
        assert!(
            clocks(A) == clocks(B) && clocks(B) == clocks(C),
            "seed {seed}: {:?} {:?}",
            clocks(A),
            clocks(B)
        );
        most = most.max(siblings(&story, A, CALM));
    }
    assert!(most >= 3, "there must be siblings to speak of");
}

#[test]
fn in_trouble_each_other_clock_shows_its_anomaly_and_no_other() {
    let found = |clock: &str, prune: u32| {
        let mut found = Vec::new();
        for seed in 0..40 {
            let mut usual = with(with(Versions::scenario(None), "clock", clock), "prune", prune);
            usual.workload.clients = 6;
            found.extend(play::<Versions>(trouble(seed, usual, Ns::s(6))).broken());
        }
        found.sort_unstable();
        found.dedup();
        found
    };
    assert_eq!(found("vnode-vv", 0), ["no false conflict"]);
    assert_eq!(found("server-vv", 0), ["no lost update"]);
    assert_eq!(found("client-vv", 1), ["no false conflict", "no lost update"]);
}
