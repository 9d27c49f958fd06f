//! What is looked into: an event with its clocks, what it did and why, and ways to its cause and its effects.

use std::rc::Rc;

use lightcone_sim::ids::{EventId, MsgId, TimerId};
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Explained, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, EventRecord, FateKind, Trace};
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::icons::Sign;
use crate::lazy;
use crate::panels::chain::chain;
use crate::panels::message::message;
use crate::parts::button::Button;
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::{Deed, Work, WorkAction};
use crate::words;

/// What [`LOOK`] is drawn from.
#[derive(Clone, PartialEq)]
pub struct LookProps {
    /// Ways to change the document.
    pub desk: Desk,
    /// The document.
    pub work: UseReducerHandle<Work>,
    /// What is looked into.
    pub pick: Pick,
}

lazy::chunk! {
    /// What is looked into.
    pub static LOOK: look(LookProps) = |props| look(&props.desk, &props.work, props.pick);
}

fn look(desk: &Desk, work: &Work, pick: Pick) -> Html {
    let gone = html! { <p class="small">{ "It does not exist in this run any more." }</p> };
    if !pick.exists(work.run.session().trace()) {
        return html! { <div class="look">{ gone }</div> };
    }
    // A quiz does not tell what is to come.
    let told = if work.quiz { work.now } else { Key::end_of(Ns::NEVER) };
    html! {
        <div class="look" data-pick={match pick { Pick::Event(id) => id.to_string(), Pick::Message(id) => id.to_string() }}>
            { match pick {
                Pick::Event(id) => html! { <Event key="event" {id} run={work.run.clone()} scenario={work.scenario.clone()} {told} /> },
                Pick::Message(id) => message(desk, work, id),
            } }
        </div>
    }
}

/// Properties of [`Event`].
#[derive(Properties, PartialEq)]
struct EventProps {
    id: EventId,
    run: Run,
    scenario: Rc<Scenario>,
    /// What happens after this is not told.
    told: Key,
}

#[component]
fn Event(props: &EventProps) -> Html {
    let desk = use_desk();
    let id = props.id;
    let crashing = use_state_eq(|| false);
    let notes = use_notes(&desk, &props.run, &props.scenario, id);
    let session = props.run.session();
    let trace = session.trace();
    let Some(event) = trace.event(id).copied() else { return html! { <div /> } };
    let told = session.explain(id).unwrap_or_default();
    let note = |note: &String| html! { <li key={note.clone()}>{ note }</li> };
    let broke = |broken: &&Violation| broken.event == id && event.key <= props.told;
    let broken = trace.violations().iter().filter(broke);
    let broken = broken.map(|broken| html! { <li key={broken.monitor}>{ format!("Violated, {}: {}", broken.monitor, broken.text) }</li> });
    html! {
        <div class="look-event">
            <ul class="broken violated">{ for broken }</ul>
            <h3>{ &told.title }</h3>
            <p class="clocks">{ clocks(trace, id, &event) }</p>
            <p hidden={told.sentence.is_empty()}>{ &told.sentence }</p>
            <ul class="why" hidden={told.notes.is_empty()} aria-label="Why">{ for told.notes.iter().map(note) }</ul>
            { effects(&desk, id, &event, &told, &crashing) }
            <div class="row">
                { Button::new(Sign::Go, "Go here", going(&desk, event.key)).worded().hint("g").html() }
                { cause(&desk, &*session, id, &event) }
            </div>
            { chain(&desk, &*session, &props.scenario, id) }
            { consequences(&desk, &*session, &props.scenario, id, props.told) }
            { notes }
        </div>
    }
}

/// A callback that moves the playhead.
pub fn going(desk: &Desk, now: Key) -> Callback<MouseEvent> {
    let desk = desk.clone();
    Callback::from(move |_| desk.go(now))
}

fn clocks(trace: &Trace, id: EventId, event: &EventRecord) -> String {
    let mut line = format!("{id} · true {} · local {}", words::clock(event.at()), words::local(event.local));
    let vector = trace.vector(id);
    if !vector.is_empty() {
        let parts: Vec<String> = trace
            .nodes()
            .iter()
            .zip(vector)
            .filter(|&(_, ticks)| ticks > 0)
            .map(|(node, ticks)| format!("{node}{ticks}"))
            .collect();
        line.push_str(&format!(" · Lamport {} · vector {}", event.lamport, parts.join(" ")));
    }
    line
}

fn cause(desk: &Desk, session: &dyn Session, id: EventId, event: &EventRecord) -> Html {
    let trace = session.trace();
    let message = match event.cause {
        Cause::Message(message) => {
            let pick = desk.picking(Some(Pick::Message(message)));
            Button::new(Sign::Link, format!("Message {message}"), pick).text(format!("by {message}")).html()
        }
        _ => html! { <span /> },
    };
    let cause = match trace.cause(id) {
        Some(cause) => {
            let label = format!("Its cause: {}", words::event(session, cause));
            let pick = desk.picking(Some(Pick::Event(cause)));
            Button::new(Sign::StepBack, label, pick).text(format!("because of {cause}")).html()
        }
        None => html! { <span /> },
    };
    html! { <><key="message">{ message }</><key="cause">{ cause }</></> }
}

/// What came of an event: what its messages and timers did.
fn consequences(desk: &Desk, session: &dyn Session, scenario: &Scenario, id: EventId, told: Key) -> Html {
    let trace = session.trace();
    let copies = trace.lane(id.node).map(|lane| &lane.copies);
    let message = |seq: u32| {
        let twins = copies
            .into_iter()
            .flat_map(move |copies| copies.range((seq, 0)..=(seq, u32::MAX)).map(|(&(_, copy), _)| copy));
        std::iter::once(1).chain(twins).map(move |copy| MsgId { node: id.node, seq, copy })
    };
    let messages = trace.sends(id).flat_map(message).filter_map(|message| {
        let record = trace.message(message)?;
        let to = words::name(scenario, record.to);
        let what = session.message(message).map(|told| told.label).unwrap_or_default();
        let fate = match record.fate_at(told.instant()) {
            FateKind::Delivered => format!("handled as {}:{}", record.to, record.fate.event),
            FateKind::Dropped => "lost".to_owned(),
            FateKind::Cut => "cut".to_owned(),
            FateKind::ToCrashed => format!("{to} is down"),
            FateKind::InFlight => "under way".to_owned(),
        };
        Some((message.to_string(), Pick::Message(message), format!("to {to}: {what}"), fate))
    });
    let timers = trace.timers_set(id).filter_map(|seq| {
        let timer = TimerId { node: id.node, seq };
        let record = trace.timer(timer)?;
        let event = EventId { node: id.node, index: record.over };
        let over = if trace.event(event).is_some_and(|event| event.key <= told) { record.over } else { 0 };
        let fate = match (over, record.fired) {
            (0, _) => "still set".to_owned(),
            (_, true) => format!("fired as {event}"),
            (_, false) => format!("over with {event}"),
        };
        let pick = if over == 0 { Pick::Event(id) } else { Pick::Event(event) };
        Some((timer.to_string(), pick, format!("timer: {}", session.timer(timer).unwrap_or_default()), fate))
    });
    let row = |(key, pick, what, fate): (String, Pick, String, String)| {
        html! {
            <li {key}><button type="button" class="effect-row" onclick={desk.picking(Some(pick))}><span>{ what }</span><span class="fate">{ fate }</span></button></li>
        }
    };
    let rows: Vec<Html> = messages.chain(timers).map(row).collect();
    html! {
        <div class="consequences" hidden={rows.is_empty()}>
            <h4>{ "What came of it" }</h4>
            <ul>{ for rows }</ul>
        </div>
    }
}

/// What an event did, in order; the node can be made to crash between any two of these.
fn effects(
    desk: &Desk,
    id: EventId,
    event: &EventRecord,
    told: &Explained,
    choosing: &UseStateHandle<bool>,
) -> Html {
    let toggle = {
        let choosing = choosing.clone();
        Callback::from(move |_| choosing.set(!*choosing))
    };
    let crash = |after: usize| {
        let deed = Deed::At(event.at(), Action::CrashInside { event: id, after: after as u32 });
        let desk = desk.clone();
        let onclick = Callback::from(move |_| {
            desk.act(deed.clone());
        });
        let label = if after == 0 {
            "Crash before all of it".to_owned()
        } else {
            format!("Crash after effect {after}")
        };
        let button = Button::new(Sign::Cross, label, onclick).text("crash here");
        html! { <li key={format!("crash{after}")} class="crash-here">{ button.html() }</li> }
    };
    let mut rows: Vec<Html> = Vec::new();
    for (place, effect) in told.effects.iter().enumerate() {
        if **choosing {
            rows.push(crash(place));
        }
        rows.push(html! { <li key={format!("effect{place}")} class="effect">{ effect }</li> });
    }
    if **choosing {
        rows.push(crash(told.effects.len()));
    }
    let offer = if **choosing { "Do not crash" } else { "Crash inside this event…" };
    let offer = Button::new(Sign::Cross, "Crash inside this event", toggle).text(offer).expanded(**choosing);
    html! {
        <div class="effects">
            <h4>{ if told.cut_short { "What it did before it crashed" } else { "What it did, in order" } }</h4>
            <ol class="effect-list">{ for rows }</ol>
            <p class="small" hidden={!told.effects.is_empty()}>{ "Nothing that others could see." }</p>
            <span hidden={!event.kind.is_activation() || told.cut_short}>{ offer.html() }</span>
        </div>
    }
}

/// Remarks pinned to an event.
#[hook]
fn use_notes(desk: &Desk, run: &Run, scenario: &Scenario, id: EventId) -> Html {
    let at = run.session().trace().event(id).map_or(Ns::ZERO, |event| event.at());
    let text = use_state_eq(String::new);
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| text.set(dom::written(&event)))
    };
    let onsubmit = {
        let (text, work) = (text.clone(), desk.work.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !text.trim().is_empty() {
                let note = Action::Note { event: id, text: text.trim().to_owned() };
                work.dispatch(WorkAction::Do(Deed::At(at, note)));
                text.set(String::new());
            }
        })
    };
    let notes = scenario.script.iter().filter_map(|entry| match &entry.action {
        Action::Note { event, text } if *event == id => Some(html! {
            <li key={entry.id.to_string()} class="note-row">
                <span>{ text }</span>
                { Button::new(Sign::Cross, "Take the note out", desk.acting(Deed::Remove(entry.id))).class("quiet").html() }
            </li>
        }),
        _ => None,
    });
    html! {
        <div class="notes">
            <ul>{ for notes }</ul>
            <form class="row" {onsubmit}>
                <input type="text" class="note-field" maxlength="500" placeholder="Pin a note to this event" aria-label="Note" value={(*text).clone()} {oninput} />
                <button type="submit" class="button">{ "Pin" }</button>
            </form>
        </div>
    }
}
