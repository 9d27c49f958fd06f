//! What the labs on state machines, total order and snapshots say of all runs of a kind, tried on all of them.

use std::collections::BTreeMap;

use lightcone_labs::{end, find, read};
use lightcone_protocols::all;
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;

fn run(scenario: Scenario) -> Box<dyn Session> {
    let until = scenario.until;
    let entry = lightcone_protocols::find(&scenario.protocol).expect("a known protocol");
    let mut session = (entry.start)(scenario).expect("a valid scenario");
    assert_eq!(session.run_until(until, 1_000_000), Progress::Done);
    session
}

/// The scenario of a lab's step of this title.
fn step(lab: &str, title: &str) -> Scenario {
    let text = find(lab).expect("it is there");
    let lab = read(lab, text, all()).unwrap_or_else(|error| panic!("{error}"));
    let place = lab.steps.iter().position(|step| step.title == title).expect("it has this step");
    lab.steps[..=place].iter().rev().find_map(|step| step.scenario.clone()).unwrap_or(lab.scenario)
}

/// When a process first entered.
fn entered(session: &dyn Session, node: NodeId) -> Option<Ns> {
    let lane = session.trace().lane(node)?;
    let inside =
        lane.statuses.iter().find(|(_, status)| status.is_some_and(|status| status.role == "inside"));
    inside.and_then(|(index, _)| lane.events.get(*index as usize - 1)).map(|event| event.at())
}

/// A run for every message that sets out before `until`, and every whole step at which it might arrive soon.
fn every_single_move(scenario: &Scenario, until: Ns, every: Ns) -> Vec<(MsgId, Box<dyn Session>)> {
    let calm = run(scenario.clone());
    let mut runs = Vec::new();
    for (message, record) in calm.trace().messages().filter(|(_, record)| record.sent.0 < until) {
        let mut at = record.sent.0 + Ns(1);
        while at < record.sent.0 + Ns::ms(400) {
            let mut moved = scenario.clone();
            moved.push(record.sent.0 + Ns(1), Action::Hold { message });
            moved.push(at + Ns(1), Action::Deliver { message });
            runs.push((message, run(moved)));
            at = at + every;
        }
    }
    runs
}

fn total(session: &dyn Session) -> Option<String> {
    let node = session.node(NodeId::server(0), end(session))?;
    node.view?.fields.into_iter().find(|field| field.name == "total").map(|field| field.value)
}

#[test]
fn no_single_move_fools_the_markers_and_many_fool_the_naive_way() {
    let mut naive: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, session) in
        every_single_move(&step("clocks/snapshot", "Count some of it twice"), Ns::ms(700), Ns::ms(7))
    {
        let verdict = match total(&*session) {
            None => "unfinished",
            Some(total) if total.contains("too little") => "too little",
            Some(total) if total.contains("too much") => "too much",
            Some(_) => "right",
        };
        *naive.entry(verdict).or_default() += 1;
    }
    println!("naive, of {} moves: {naive:?}", naive.values().sum::<u32>());
    assert!(naive["too much"] > 10 && naive["too little"] > 100);
    let (mut right, mut unfinished) = (0, 0);
    for (message, session) in
        every_single_move(&step("clocks/snapshot", "It cannot be fooled"), Ns::ms(700), Ns::ms(7))
    {
        assert!(session.trace().violations().is_empty(), "{message}: {:?}", session.trace().violations());
        match total(&*session) {
            None => unfinished += 1,
            Some(total) => {
                assert_eq!(total, "300 of 300", "{message}");
                right += 1;
            }
        }
    }
    println!("markers: {right} right, {unfinished} not finished in time");
    assert!(right > 500, "{right} right, {unfinished} unfinished");
}

#[test]
fn both_orders_of_two_additions_can_be_had_and_nothing_else() {
    let mut told: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    for (_, session) in
        every_single_move(&step("nodes/state-machine", "The other way round"), Ns::ms(101), Ns::ms(3))
    {
        let answers = session.trace().ops().filter_map(|op| session.op(op.id)?.1).collect();
        *told.entry(answers).or_default() += 1;
    }
    let told: Vec<Vec<String>> = told.into_keys().collect();
    assert_eq!(told, [["3", "5"], ["5", "2"]]);
}

/// The order of clocks is that of the requests' times, whatever real time says; with numbers on the messages nothing
/// breaks it, and without them a single message does.
#[test]
fn only_without_numbers_can_a_single_move_let_two_in() {
    let correct = step("clocks/total-order", "Two ask");
    let (mut first, mut wrong) = (BTreeMap::new(), 0);
    for (message, session) in every_single_move(&correct, Ns::ms(400), Ns::ms(7)) {
        assert!(session.trace().violations().is_empty(), "{message}");
        let (a, c) = (entered(&*session, NodeId::server(0)), entered(&*session, NodeId::server(2)));
        let who = a.zip(c).map(|(a, c)| if a < c { "A" } else { "C" });
        *first.entry(who).or_insert(0) += 1;
    }
    assert!(first[&Some("A")] > 50 && first[&Some("C")] > 2, "A mostly, C now and then: {first:?}");
    let broken = step("clocks/total-order", "A request that is overtaken");
    for (_, session) in every_single_move(&broken, Ns::ms(400), Ns::ms(7)) {
        wrong +=
            u32::from(session.trace().violations().iter().any(|found| found.monitor == "mutual exclusion"));
    }
    assert!(wrong > 3, "{wrong}");
}
