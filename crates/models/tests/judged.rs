//! What clients were told, held to an object that does one call after another; what must be so sometimes; what no step may do.

#![allow(clippy::unwrap_used)]

use lightcone_explore::linear::{Seen, first_unexplained, history};
use lightcone_explore::{Limits, Progress, Report};
use lightcone_models::{Asked, Question, find};
use lightcone_protocols::paxos::Paxos;
use lightcone_protocols::raft::Raft;
use lightcone_sim::explored::Explored;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;

type Settings = &'static [(&'static str, u64)];

fn ask(model: &str, set: &[(&str, u64)], property: Option<&str>, depth: u32) -> Result<Asked, String> {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let (property, limits) = (property.map(str::to_owned), Limits { depth, ..Limits::default() });
    let mut asked = find(model).unwrap().ask(&Question { set, property, limits, ..Question::default() })?;
    while asked.search.run(u64::MAX).unwrap() == Progress::More {}
    Ok(asked)
}

fn report(model: &str, set: &[(&str, u64)], property: Option<&str>, depth: u32) -> Report {
    ask(model, set, property, depth).unwrap().search.report()
}

/// Plays what was found, and tells what clients saw in that run up to what cannot be explained.
fn told<P: Explored>(asked: &Asked) -> Vec<String> {
    let found = asked.search.report().found.unwrap();
    let scenario = asked.search.scenario(&found).unwrap();
    let mut run = Run::<P>::start(scenario.clone()).unwrap();
    run.run_until(scenario.until, u64::MAX);
    let history = history(&run);
    let wrong = first_unexplained(P::OBJECT.unwrap(), &history).expect("an answer that cannot be");
    let words = |seen: &Seen<P>| match seen {
        Seen::Called(client, op) => format!("c{} {op}", client + 1),
        Seen::Answered(client, ret) => format!("c{} = {ret}", client + 1),
    };
    history[..=wrong].iter().map(words).collect()
}

#[test]
fn clients_of_a_quorum_too_small_are_told_two_values() {
    let asked = ask("paxos", &[("clients", 2), ("variant", 3)], Some("linearizable"), u32::MAX).unwrap();
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("linearizable", 6));
    assert_eq!(found.text, "c2 was told “chosen v2”, and no order of the calls explains that.");
    let told = told::<Paxos>(&asked);
    assert_eq!(told, ["c1 propose v1", "c1 = chosen v1", "c2 propose v2", "c2 = chosen v2"]);
}

#[test]
fn a_raft_that_executes_what_is_not_committed_answers_a_read_with_less_than_was_written() {
    let set = [("clients", 1), ("reads", 1), ("variant", 6), ("narrow", 1), ("idle", 0)];
    let asked = ask("raft", &set, Some("linearizable"), u32::MAX).unwrap();
    assert_eq!(asked.search.report().found.unwrap().property, "linearizable");
    assert_eq!(told::<Raft>(&asked), ["c1 put x 1.1", "c1 = ok", "c1 get x", "c1 = nil"]);
}

#[test]
fn the_right_ones_are_explained_as_far_as_was_looked() {
    let systems: [(&str, Settings, u32); 3] = [
        ("raft", &[("clients", 2), ("reads", 1)], 9),
        ("raft", &[("clients", 1), ("reads", 1), ("narrow", 1), ("idle", 0)], 12),
        ("paxos", &[("clients", 2)], 8),
    ];
    for (model, set, depth) in systems {
        let report = report(model, set, Some("linearizable"), depth);
        assert!(report.found.is_none() && report.depth == depth, "{model}: {report:?}");
    }
}

#[test]
fn calls_at_once_may_take_effect_in_any_order_and_others_not() {
    type Ret = <Raft as Protocol>::Ret;
    let called = |client, op: &str| Seen::<Raft>::Called(client, op.parse().unwrap());
    let value = |client, value: Option<&str>| Seen::Answered(client, Ret::Value(value.map(Into::into)));
    let ok = |client| Seen::Answered(client, Ret::Ok);
    let wrong = |history: &[Seen<Raft>]| first_unexplained(Raft::OBJECT.unwrap(), history);
    let both = [called(0, "put x 1"), called(1, "get x")];
    for seen in [None, Some("1")] {
        assert_eq!(wrong(&[&both[..], &[value(1, seen), ok(0)]].concat()), None);
    }
    assert_eq!(wrong(&[&both[..], &[value(1, Some("2"))]].concat()), Some(2));
    // Once one has read it, nobody reads what was before.
    let one_after_another = [value(1, Some("1")), called(2, "get x"), value(2, None)];
    assert_eq!(wrong(&[&both[..], &one_after_another].concat()), Some(4));
    // A write that was never answered may have taken effect, or take effect later.
    let open =
        [called(0, "put x 1"), called(1, "get x"), value(1, None), called(1, "get x"), value(1, Some("1"))];
    assert_eq!(wrong(&open), None);
    // Two may swap the same value only once.
    let swaps = [called(0, "cas x nil 1"), called(1, "cas x nil 2"), ok(0), ok(1)];
    assert_eq!(wrong(&swaps), Some(3));
}

#[test]
fn a_leader_that_shortens_its_log_does_so_in_one_step() {
    let set = [("variant", 5), ("narrow", 1), ("idle", 0)];
    let found = report("raft", &set, Some("leader append-only"), 14).found.unwrap();
    assert_eq!(found.property, "leader append-only");
    assert!(found.text.contains("deletes or overwrites"), "{}", found.text);
    let right = report("raft", &set[1..], Some("leader append-only"), found.path.len() as u32 + 2);
    assert!(right.found.is_none(), "{right:?}");
}

#[test]
fn what_must_be_so_sometimes_is_or_the_search_says_that_it_never_is() {
    let both = report("2pc", &[("timeouts", 1)], None, u32::MAX);
    assert_eq!(both.sometimes, [("a transaction commits", true), ("a transaction aborts", true)]);
    assert!(both.finished && both.never().next().is_none());
    // Where no timer fires, nobody becomes a candidate.
    let none = report("paxos", &[("clients", 0), ("timeouts", 1), ("proposers", 1)], None, u32::MAX);
    assert!(none.finished && none.found.is_none());
    assert_eq!(none.never().collect::<Vec<_>>(), ["a value is learned"]);
    // As long as not all was gone through, nobody knows.
    let open = report("raft", &[], None, 2);
    assert_eq!(open.sometimes, [("a leader is elected", false), ("an entry is committed", false)]);
    assert!(open.never().next().is_none());
    let one = report("2pc", &[("timeouts", 1)], Some("a transaction aborts"), u32::MAX);
    assert_eq!(one.sometimes, [("a transaction aborts", true)]);
}

#[test]
fn what_is_not_promised_cannot_be_watched() {
    let refused = |model, property| ask(model, &[], Some(property), 2).map(|_| ()).unwrap_err();
    assert!(refused("two-phase", "linearizable").contains("`linearizable` is not watched here"));
    assert!(refused("raft", "no such thing").contains("linearizable, never stuck"));
}
