//! What a person does to a document: each story is one behaviour, told through the store's actions.

use std::rc::Rc;

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Condition, PendingWhat};
use lightcone_sim::time::Ns;
use lightcone_web::store::gesture;
use lightcone_web::store::run::protocol;
use lightcone_web::store::work::{Deed, Work, WorkAction};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::Reducible;

wasm_bindgen_test_configure!(run_in_browser);

const C: NodeId = NodeId::server(2);

/// Raft as it opens, with the playhead at a moment.
fn raft(now: Ns) -> Rc<Work> {
    let entry = protocol("raft").expect("raft is registered");
    Rc::new(Work::open(1, (entry.scenario)(None), Some(Key::end_of(now)), false).expect("it runs"))
}

fn after(work: &Rc<Work>, actions: impl IntoIterator<Item = WorkAction>) -> Rc<Work> {
    actions.into_iter().fold(work.clone(), |work, action| work.reduce(action))
}

fn done(work: &Rc<Work>, deed: Deed) -> Rc<Work> {
    after(work, [WorkAction::Do(deed)])
}

fn condition(work: &Work, node: NodeId) -> Condition {
    work.run.session().node(node, work.now).expect("it exists").condition
}

fn first_message(work: &Work) -> lightcone_sim::ids::MsgId {
    let pending = work.run.session().pending(work.now);
    let message = pending.iter().find_map(|pending| match pending.what {
        PendingWhat::Message { id, .. } if !pending.doomed => Some(id),
        _ => None,
    });
    message.expect("something is under way")
}

#[wasm_bindgen_test(unsupported = test)]
fn stepping_moves_the_playhead_and_nothing_else() {
    let work = raft(Ns::s(2));
    let stepped = after(&work, [WorkAction::Step]);
    assert_eq!(stepped.place().0, work.place().0 + 1);
    assert_eq!((&stepped.scenario, stepped.can_undo()), (&work.scenario, false));
    let back = after(&stepped, [WorkAction::StepBack]);
    assert_eq!(back.place().0, work.place().0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_crash_takes_its_node_down_at_the_playhead_and_undo_brings_it_back() {
    let work = raft(Ns::s(2));
    let crashed = done(&work, Deed::Now(Action::Crash { node: C }));
    assert_eq!((condition(&crashed, C), crashed.now.at), (Condition::Down, work.now.at));
    let undone = after(&crashed, [WorkAction::Undo]);
    assert_eq!(
        (condition(&undone, C), undone.now, &undone.scenario),
        (Condition::Up, work.now, &work.scenario)
    );
    let redone = after(&undone, [WorkAction::Redo]);
    assert_eq!((condition(&redone, C), &redone.scenario), (Condition::Down, &crashed.scenario));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_done_twice_at_one_moment_happens_in_the_order_in_which_it_was_done() {
    for now in [Key::end_of(Ns::s(2)), Key::START] {
        let work = after(&raft(Ns::s(2)), [WorkAction::Go(now)]);
        let crashed = done(&work, Deed::Now(Action::Crash { node: C }));
        let recovered = done(&crashed, Deed::Now(Action::Recover { node: C }));
        assert_eq!(condition(&recovered, C), Condition::Up, "from {now}");
        assert_eq!(condition(&done(&recovered, Deed::Now(Action::Crash { node: C })), C), Condition::Down);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_message_that_is_delivered_next_is_the_next_event() {
    let work = raft(Ns::ms(2_380));
    let message = first_message(&work);
    let delivered = done(&work, Deed::Deliver(message));
    let session = delivered.run.session();
    let last = session.trace().last_event(delivered.now).expect("there are events");
    assert_eq!(
        session.trace().event(last).expect("it exists").cause,
        lightcone_sim::trace::Cause::Message(message)
    );
    assert_eq!(delivered.now.at, work.now.at);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_dropped_message_is_no_longer_under_way() {
    let work = raft(Ns::ms(2_380));
    let message = first_message(&work);
    let dropped = done(&work, Deed::Now(Action::Drop { message }));
    let pending = dropped.run.session().pending(dropped.now);
    let is_it = |what| matches!(what, PendingWhat::Message { id, .. } if id == message);
    assert!(!pending.iter().any(|pending| is_it(pending.what)));
}

#[wasm_bindgen_test(unsupported = test)]
fn while_everything_waits_a_delivery_lands_a_little_later_and_a_step_delivers() {
    let held = done(&raft(Ns::ms(2_380)), Deed::Now(Action::HoldAll { on: true }));
    assert!(gesture::holds_all(&*held.run.session(), held.now));
    let delivered = done(&held, Deed::Deliver(first_message(&held)));
    assert_eq!(delivered.now.at, held.now.at + Ns::ms(10));
    let stepped = after(&held, [WorkAction::ToEnd, WorkAction::Step]);
    assert_eq!(stepped.scenario.script.len(), held.scenario.script.len() + 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_number_of_an_entry_is_never_given_twice() {
    let work = raft(Ns::s(2));
    let one = done(&work, Deed::Now(Action::Pause { node: C, vm: false }));
    let first = one.scenario.script[0].id;
    let none = done(&one, Deed::Remove(first));
    let two = done(&none, Deed::Now(Action::Pause { node: C, vm: false }));
    assert_ne!(two.scenario.script[0].id, first);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_edit_in_the_past_keeps_what_was_done_later() {
    let crashed = done(&raft(Ns::s(3)), Deed::Now(Action::Crash { node: C }));
    let earlier = after(&crashed, [WorkAction::Go(Key::end_of(Ns::s(1)))]);
    let edited = done(&earlier, Deed::Now(Action::Pause { node: NodeId::server(0), vm: false }));
    assert_eq!((edited.scenario.script.len(), edited.now.at), (2, Ns::s(1)));
}

#[wasm_bindgen_test(unsupported = test)]
fn playing_past_the_end_makes_the_run_longer() {
    let work = raft(Ns::ms(9_990));
    let played = after(&work, [WorkAction::TogglePlay, WorkAction::Tick(Ns::ms(100))]);
    assert!(played.scenario.until > Ns::s(10) && played.now.at == Ns::ms(10_090) && played.playing);
    assert!(!played.can_undo());
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_run_changes_nothing_and_is_said() {
    let work = raft(Ns::s(2));
    let absurd = Scenario { nodes: 60_000, ..(*work.scenario).clone() };
    let refused = after(&work, [WorkAction::Apply(Box::new(absurd))]);
    assert_eq!((&refused.scenario, &refused.run, refused.can_undo()), (&work.scenario, &work.run, false));
    assert!(refused.trouble.is_some());
    assert!(after(&refused, [WorkAction::Dismiss]).trouble.is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn reset_brings_back_what_was_opened_and_can_be_undone() {
    let work = raft(Ns::s(2));
    let crashed = done(&work, Deed::Now(Action::Crash { node: C }));
    let reset = after(&crashed, [WorkAction::Reset]);
    assert_eq!(*reset.scenario, *work.scenario);
    assert_eq!(after(&reset, [WorkAction::Undo]).scenario.script, crashed.scenario.script);
}

#[wasm_bindgen_test(unsupported = test)]
fn playing_halts_where_an_invariant_breaks() {
    let entry = protocol("raft").expect("raft is registered");
    let broken = (entry.examples)().into_iter().find(|(title, _)| title.contains("not persisted"));
    let (_, scenario) = broken.expect("there is such an example");
    let mut work = Rc::new(Work::open(1, scenario, None, false).expect("it runs"));
    work = after(&work, [WorkAction::TogglePlay]);
    for _ in 0..100_000 {
        work = after(&work, [WorkAction::Tick(Ns::ms(1))]);
        if !work.playing {
            break;
        }
    }
    let at = {
        let session = work.run.session();
        let violation = session.trace().violations().first().expect("it breaks").clone();
        session.trace().event(violation.event).expect("it exists").at()
    };
    assert!(
        work.now.at.since(at) <= Ns::ms(1) && work.said.text.contains("term"),
        "{} {:?}",
        work.now.at,
        work.said
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_crash_inside_an_event_falls_between_its_effects() {
    let work = raft(Ns::s(2));
    let event = {
        let session = work.run.session();
        let many =
            |&&id: &&EventId| session.explain(id).is_some_and(|told| told.effects.len() > 2) && id.node == C;
        *session.trace().order().iter().find(many).expect("C does several things at once")
    };
    let at = work.run.session().trace().event(event).expect("it exists").at();
    let crashed = done(&work, Deed::At(at, Action::CrashInside { event, after: 1 }));
    let told = crashed.run.session().explain(event).expect("it still happens");
    assert!(told.cut_short && told.effects.len() == 1, "{told:?}");
}
