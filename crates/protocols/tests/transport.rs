//! Protocols that a scenario carries over connections: what their papers promise still holds, what connections are can be
//! seen, and nothing is known at one end before its own time-out.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::{all, find};
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Reorder, Scenario};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use story::*;

fn usual(name: &str) -> Scenario {
    (find(name).expect("the protocol is registered").scenario)(None)
}

fn over_connections(name: &str) -> Scenario {
    with(usual(name), "transport", "connections")
}

/// A network that loses, doubles and holds back one in five.
fn rough(mut scenario: Scenario) -> Scenario {
    scenario.network.loss_ppm = 200_000;
    scenario.network.duplicate_ppm = 200_000;
    scenario.network.reorder = Some(Reorder { ppm: 200_000, by: Ns::ms(60) });
    with(with(scenario, "rto", Ns::ms(60).0), "retries", 8)
}

fn run(scenario: Scenario) -> Story {
    open(scenario).unwrap_or_else(|bad| panic!("{bad}"))
}

fn servers(story: &Story) -> impl Iterator<Item = NodeId> + use<> {
    (0..story.session().scenario().nodes).map(NodeId::server)
}

fn leader(story: &Story, at: Ns) -> NodeId {
    servers(story).find(|&node| story.role(node, at) == Some("leader")).expect("somebody leads")
}

/// What a node says of its end of the connection with another.
fn end(story: &Story, node: NodeId, peer: NodeId, at: Ns) -> Option<String> {
    let begin = format!("{peer}: ");
    let ends = story.field(node, at, "connection").into_iter();
    ends.filter_map(|end| end.strip_prefix(&begin).map(str::to_owned)).next()
}

/// The name of an open connection, as it stands in what a node says of its end.
fn name(end: &str) -> Option<&str> {
    end.split_once(" ESTABLISHED").map(|(name, _)| name)
}

/// Where a node said these words, in order.
fn places(story: &Story, node: NodeId, words: &str) -> Vec<(Ns, EventKind)> {
    let trace = story.session().trace();
    let mine = trace.order().iter().filter(|event| event.node == node);
    let said = mine.filter(|&&event| {
        let told = story.session().explain(event);
        told.is_some_and(|told| told.notes.iter().any(|note| note.contains(words)))
    });
    said.filter_map(|&event| trace.event(event)).map(|record| (record.at(), record.kind)).collect()
}

#[test]
fn raft_elects_and_commits_over_connections_on_a_rough_network() {
    let mut all = 0;
    for seed in 1..=10 {
        let story = run(Scenario { seed, ..rough(over_connections("raft")) });
        assert_eq!(story.broken(), [""; 0], "seed {seed}: {:?}", story.findings());
        let mut statuses = story.session().trace().lanes().flat_map(|(_, lane)| &lane.statuses);
        assert!(
            statuses.any(|(_, status)| status.is_some_and(|status| status.role == "leader")),
            "seed {seed}"
        );
        let answered = story.answers().iter().flatten().count();
        assert!(answered >= 1, "seed {seed}: {answered} answers");
        all += answered;
        for words in
            ["We have a connection", "I send it again", "I keep it until that comes", "has come before"]
        {
            assert!(servers(&story).any(|node| story.noted(node, words)), "seed {seed}: {words}");
        }
    }
    assert!(all >= 50, "{all} answers");
}

#[test]
fn paxos_and_two_phase_commit_decide_over_connections_on_a_rough_network() {
    for (protocol, decided) in [("paxos", "chosen"), ("2pc", "commit")] {
        let mut found = 0;
        for seed in 1..=10 {
            let story = run(Scenario { seed, ..rough(over_connections(protocol)) });
            assert_eq!(story.broken(), [""; 0], "{protocol} {seed}: {:?}", story.findings());
            assert!(!story.said("SYN").is_empty() && !story.said("ACK").is_empty());
            found += story.answers().iter().flatten().filter(|answer| answer.contains(decided)).count();
        }
        assert!(found >= 5, "{protocol}: {found} times {decided}");
    }
}

/// The leader with nobody, from 2 s to 6 s.
fn cut_off() -> (Scenario, NodeId) {
    let scenario = over_connections("raft");
    let alone = leader(&run(scenario.clone()), Ns::s(2));
    let rest = scenario.node_set().iter().filter(|&node| node != alone).collect();
    let action = Action::Partition { groups: vec![vec![alone], rest], until: Some(Ns::s(6)), one_way: false };
    (with_script(scenario, [(Ns::s(2), action)]), alone)
}

#[test]
fn a_long_cut_breaks_connections_and_both_ends_learn_it_from_their_own_time_outs() {
    let (scenario, alone) = cut_off();
    let story = run(scenario);
    let peers: Vec<NodeId> = servers(&story).filter(|&node| node != alone).collect();
    for &peer in &peers {
        for (one, other) in [(alone, peer), (peer, alone)] {
            let before = end(&story, one, other, Ns::s(2)).expect("they talk");
            // Nobody knows anything before a time-out has passed, and then not that the link is cut.
            let soon = end(&story, one, other, Ns::ms(2_150)).expect("nobody knows");
            assert_eq!(name(&before).expect("it is open"), name(&soon).expect("it is open"));
            let words = format!("with {other} has timed out");
            let broken = places(&story, one, &words);
            let (at, kind) = *broken.first().unwrap_or_else(|| panic!("{one} learns of {other}"));
            // The first of the time-outs, of 200, 400 and 800 ms, may have begun before the cut.
            assert!(Ns::s(2) + Ns::ms(400 + 800) <= at && at <= Ns::s(6), "{one} at {at}");
            assert!(broken.iter().all(|&(_, kind)| kind == EventKind::Timer), "{kind:?}");
            let during = places(&story, one, "has been reset").into_iter();
            assert_eq!(during.filter(|&(at, _)| Ns::s(2) < at && at < Ns::s(6)).count(), 0);
            // Later there is another one.
            let after = end(&story, one, other, Ns::s(10)).expect("they talk again");
            assert_ne!(name(&after).expect("it is open"), name(&before).expect("it was open"));
        }
    }
    let next = leader(&story, Ns::s(5));
    assert!(next != alone, "the majority has elected another leader");
    assert_eq!(story.role(alone, Ns::s(10)), Some("follower"));
    assert!(story.answers().iter().flatten().count() >= 10, "clients are answered");
    let last = story.session().trace().ops().filter_map(|op| op.returned.map(|index| (op.id.client, index)));
    let last = last.filter_map(|(node, index)| story.session().trace().event(EventId { node, index }));
    assert!(last.map(|record| record.at()).max() > Some(Ns::s(6)), "after the cut, too");
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn a_cut_shorter_than_giving_up_breaks_nothing() {
    let mut scenario = with(over_connections("raft"), "retries", 6);
    scenario.push(Ns::s(2), Action::Cut { from: A, to: B, until: Some(Ns::ms(2_400)) });
    scenario.push(Ns::s(2), Action::Cut { from: B, to: A, until: Some(Ns::ms(2_400)) });
    let story = run(scenario);
    for (one, other) in [(A, B), (B, A)] {
        let (before, after) = (end(&story, one, other, Ns::s(2)), end(&story, one, other, Ns::s(4)));
        assert_eq!(name(&before.expect("they talk")), name(&after.expect("they talk")));
        assert!(story.field(one, Ns::s(4), "broken").is_empty());
    }
}

#[test]
fn what_travels_is_told_in_the_words_of_the_protocol_and_has_its_colours() {
    let story = run(over_connections("raft"));
    let session = story.session();
    let told = |kind: &str| {
        let all = session.trace().messages().filter_map(|(id, _)| session.message(id));
        all.filter(|msg| msg.kind == kind).collect::<Vec<_>>()
    };
    let first = told("RequestVote").swap_remove(0);
    assert_eq!((first.label.as_str(), first.epoch), ("vote? 1 [1]", Some(1)));
    assert!(first.sentence.starts_with("Number 1 of this connection: "), "{}", first.sentence);
    assert!(told("AppendEntries").iter().any(|msg| msg.routine), "heartbeats fold");
    assert!(told("AppendEntries").iter().any(|msg| !msg.routine), "and entries do not");
    assert!(
        told("ACK").iter().all(|msg| msg.routine && msg.epoch.is_none() && msg.label.starts_with("ACK "))
    );
    for kind in ["SYN", "SYN-ACK"] {
        assert!(told(kind).iter().all(|msg| !msg.routine && msg.epoch.is_none()), "{kind}");
        assert!(!told(kind).is_empty());
    }
    let timers = session.trace().order().iter().filter_map(|&event| session.explain(event));
    let timers: Vec<String> = timers.map(|told| told.title).filter(|title| title.contains(": ")).collect();
    assert!(timers.iter().any(|title| title.ends_with(": election timeout")), "{timers:?}");
}

#[test]
fn the_inspector_shows_the_protocol_and_the_ends_of_its_connections() {
    let (scenario, alone) = cut_off();
    let story = run(scenario);
    let end = Ns::s(10);
    let plain = run(usual("raft"));
    let names = |story: &Story, node| {
        let view = story.session().node(node, Key::end_of(end)).and_then(|node| node.view).expect("it is up");
        (view.fields.iter().map(|field| field.name).collect::<Vec<_>>(), view.log.len())
    };
    let (inner, _) = names(&plain, B);
    let (fields, log) = names(&story, B);
    // What only a leader has, or only a follower, need not be there.
    assert!(inner.iter().filter(|name| fields.contains(name)).count() >= 3, "{inner:?} {fields:?}");
    assert!(fields.iter().filter(|name| **name == "connection").count() >= 4 && log > 0, "{fields:?}");
    assert!(!story.field(alone, end, "broken").is_empty());
    let shared = story.session().log(B, Key::end_of(end), 0, 1_000).expect("Raft has logs");
    assert!(shared.items.iter().filter(|item| item.committed).count() >= 10);
}

#[test]
fn a_crash_inside_an_activation_falls_between_two_effects_of_the_layer() {
    let scenario = over_connections("raft");
    let story = run(scenario.clone());
    let session = story.session();
    let is_election = |event: &&EventId| {
        let told = session.explain(**event);
        told.is_some_and(|told| told.title.ends_with("election timeout"))
    };
    let event = *session.trace().order().iter().find(is_election).expect("somebody stands");
    let at = session.trace().event(event).map(|record| record.at()).expect("it happened");
    let effects = session.explain(event).expect("it is told").effects;
    assert!(effects.iter().any(|effect| effect.starts_with("sends SYN")), "{effects:?}");
    let written = effects.iter().position(|effect| effect == "writes to disk").expect("it votes for itself");
    for after in 0..effects.len() as u32 {
        let crash = Action::CrashInside { event, after };
        let back = (at + Ns::ms(1), Action::Recover { node: event.node });
        let script = with_script(scenario.clone(), [(at, crash), back]);
        let cut = run(Scenario { until: at + Ns::ms(2), ..script });
        let told = cut.session().explain(event).expect("it happened");
        assert_eq!(told.effects, effects[..after as usize]);
        let sent = cut.session().trace().sends(event).count();
        assert_eq!(sent, told.effects.iter().filter(|effect| effect.starts_with("sends ")).count());
        let votes = cut.field(event.node, at + Ns::ms(2), "votedFor");
        assert_eq!(
            votes.iter().any(|vote| *vote == event.node.to_string()),
            after > written as u32,
            "{votes:?}"
        );
    }
}

#[test]
fn a_lie_about_what_a_segment_carries_is_believed() {
    let scenario = over_connections("raft");
    let story = run(scenario.clone());
    let session = story.session();
    let asks =
        |kind: &str| session.trace().messages().find(|&(id, _)| session.message(id).unwrap().kind == kind);
    let (message, record) = asks("RequestVote").expect("votes are asked for");
    assert_eq!(session.facts(message), [("term", 1)]);
    let action = Action::Rewrite { message, field: "term".to_owned(), value: 7 };
    let lied = run(with_script(scenario, [(record.sent.0 + Ns(1), action)]));
    let at = record.fate.at.0;
    let term = lied.field(record.to, at, "currentTerm");
    assert_eq!(term, ["7"], "the receiver believes it");
    // A segment that carries nothing has nothing to lie about.
    assert_eq!(session.facts(asks("SYN").expect("connections are opened").0), []);
}

#[test]
fn datagrams_in_so_many_words_are_what_they_are_without() {
    for name in ["raft", "paxos", "2pc"] {
        let (said, unsaid) = (run(with(usual(name), "transport", "datagrams")), run(usual(name)));
        assert_eq!(said.session().trace().order(), unsaid.session().trace().order());
        assert_eq!(said.answers(), unsaid.answers());
        assert!(said.said("SYN").is_empty());
    }
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence_that_says_what_can() {
    let refused = |scenario: Scenario| open(scenario).err().expect("it is refused");
    for (name, value, words) in [
        ("transport", serde_json::json!("pigeons"), "expected `connections` or `datagrams`"),
        ("transport", serde_json::json!(5), "parameter `transport`"),
        ("window", serde_json::json!(0), "`window` must be from 1 to 1000"),
        ("window", serde_json::json!(100_000), "`window` must be from 1 to 1000"),
        ("window", serde_json::json!(99_999_999_999_u64), "parameter `window`"),
        ("window", serde_json::json!(-1), "parameter `window`"),
        ("rto", serde_json::json!(0), "`rto` must be from 1 µs to an hour"),
        ("rto", serde_json::json!(u64::MAX), "`rto` must be from 1 µs to an hour"),
        ("read", serde_json::json!(u64::MAX), "`read` at most an hour"),
        ("retries", serde_json::json!(1_000_000), "`retries` at most 100"),
        ("fifo", serde_json::json!(true), "no parameter `fifo`"),
    ] {
        let text = refused(with(over_connections("raft"), name, value));
        assert!(text.contains(words), "{name}: {text}");
    }
    assert!(refused(with(usual("raft"), "window", 3)).contains("no parameter `window`"));
    assert!(refused(over_connections("floodmin")).contains("no parameter `transport`"));
}

#[test]
fn connections_are_not_put_upon_connections() {
    for name in ["stream", "metrics", "mutex", "bank"] {
        assert!(find(name).is_some_and(|entry| entry.connected.is_none()), "{name} has channels of its own");
    }
    let carried: Vec<&str> =
        all().iter().filter(|entry| entry.connected.is_some()).map(|entry| entry.name).collect();
    assert!(["raft", "paxos", "2pc"].iter().all(|name| carried.contains(name)), "{carried:?}");
}
