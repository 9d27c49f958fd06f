//! What is looked into: an event with its clocks, what it did and why, and ways to its cause and its effects.

use std::rc::Rc;

use lightcone_sim::ids::{EventId, MsgId, TimerId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::trace::{Cause, EventRecord, FateKind, Trace};
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::icons::Sign;
use crate::panels::message::Message;
use crate::parts::button::Button;
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::{Deed, WorkAction};
use crate::words;

/// Properties of [`Look`].
#[derive(Properties, PartialEq)]
pub struct LookProps {
    /// The run.
    pub run: Run,
    /// The scenario, for names and notes.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
    /// What is picked.
    pub pick: Pick,
}

/// What is looked into.
#[component]
pub fn Look(props: &LookProps) -> Html {
    let gone = html! { <p class="small">{ "It does not exist in this run any more." }</p> };
    if !props.pick.exists(props.run.session().trace()) {
        return html! { <div class="look">{ gone }</div> };
    }
    html! {
        <div class="look" data-pick={match props.pick { Pick::Event(id) => id.to_string(), Pick::Message(id) => id.to_string() }}>
            { match props.pick {
                Pick::Event(id) => html! { <Event key="event" {id} run={props.run.clone()} scenario={props.scenario.clone()} /> },
                Pick::Message(id) => html! { <Message key="message" {id} run={props.run.clone()} scenario={props.scenario.clone()} now={props.now} /> },
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
}

#[component]
fn Event(props: &EventProps) -> Html {
    let desk = use_desk();
    let id = props.id;
    let session = props.run.session();
    let trace = session.trace();
    let Some(event) = trace.event(id).copied() else { return html! { <div /> } };
    let told = session.explain(id).unwrap_or_default();
    let note = |note: &String| html! { <li key={note.clone()}>{ note }</li> };
    html! {
        <div class="look-event">
            <h3>{ &told.title }</h3>
            <p class="clocks">{ clocks(trace, id, &event) }</p>
            <p hidden={told.sentence.is_empty()}>{ &told.sentence }</p>
            <ul class="why" hidden={told.notes.is_empty()} aria-label="Why">{ for told.notes.iter().map(note) }</ul>
            <Effects {id} effects={told.effects.clone()} at={event.key} cut_short={told.cut_short} can_crash={event.kind.is_activation()} />
            <div class="row">
                <Button sign={Sign::Go} label="Go here" text="Go here" hint="g" onclick={going(&desk, event.key)} />
                { cause(&desk, &*session, id, &event) }
            </div>
            { consequences(&desk, &*session, &props.scenario, id) }
            <Notes {id} at={event.key} scenario={props.scenario.clone()} />
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
            .filter(|(_, ticks)| **ticks > 0)
            .map(|(node, ticks)| format!("{node}{ticks}"))
            .collect();
        line.push_str(&format!(" · Lamport {} · vector {}", event.lamport, parts.join(" ")));
    }
    line
}

fn cause(desk: &Desk, session: &dyn Session, id: EventId, event: &EventRecord) -> Html {
    let trace = session.trace();
    let message = match event.cause {
        Cause::Message(message) => html! {
            <Button key="message" sign={Sign::Link} label={format!("Message {message}")} text={format!("by {message}")} onclick={desk.picking(Some(Pick::Message(message)))} />
        },
        _ => html! { <span key="message" /> },
    };
    let cause = match trace.cause(id) {
        Some(cause) => html! {
            <Button key="cause" sign={Sign::StepBack} label={format!("Its cause: {}", words::event(session, cause))}
                text={format!("because of {cause}")} onclick={desk.picking(Some(Pick::Event(cause)))} />
        },
        None => html! { <span key="cause" /> },
    };
    html! { <>{ message }{ cause }</> }
}

/// What came of an event: what its messages and timers did.
fn consequences(desk: &Desk, session: &dyn Session, scenario: &Scenario, id: EventId) -> Html {
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
        let fate = match record.fate.kind {
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
        let fate = match (record.over, record.fired) {
            (0, _) => "still set".to_owned(),
            (_, true) => format!("fired as {event}"),
            (_, false) => format!("over with {event}"),
        };
        let pick = if record.over == 0 { Pick::Event(id) } else { Pick::Event(event) };
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

/// Properties of [`Effects`].
#[derive(Properties, PartialEq)]
struct EffectsProps {
    id: EventId,
    effects: Vec<String>,
    at: Key,
    cut_short: bool,
    can_crash: bool,
}

/// What an event did, in order; the node can be made to crash between any two of these.
#[component]
fn Effects(props: &EffectsProps) -> Html {
    let desk = use_desk();
    let choosing = use_state_eq(|| false);
    let toggle = {
        let choosing = choosing.clone();
        Callback::from(move |_| choosing.set(!*choosing))
    };
    let id = props.id;
    let crash = |after: usize| {
        let deed = Deed::At(props.at.at, Action::CrashInside { event: id, after: after as u32 });
        let desk = desk.clone();
        let onclick = Callback::from(move |_| {
            desk.act(deed.clone());
        });
        let label = if after == 0 {
            "Crash before all of it".to_owned()
        } else {
            format!("Crash after effect {after}")
        };
        html! {
            <li key={format!("crash{after}")} class="crash-here"><Button sign={Sign::Cross} label={label.clone()} text={"crash here"} {onclick} /></li>
        }
    };
    let mut rows: Vec<Html> = Vec::new();
    for (place, effect) in props.effects.iter().enumerate() {
        if *choosing {
            rows.push(crash(place));
        }
        rows.push(html! { <li key={format!("effect{place}")} class="effect">{ effect }</li> });
    }
    if *choosing {
        rows.push(crash(props.effects.len()));
    }
    html! {
        <div class="effects">
            <h4>{ if props.cut_short { "What it did before it crashed" } else { "What it did, in order" } }</h4>
            <ol class="effect-list">{ for rows }</ol>
            <p class="small" hidden={!props.effects.is_empty()}>{ "Nothing that others could see." }</p>
            <span hidden={!props.can_crash || props.cut_short}>
                <Button sign={Sign::Cross} label="Crash inside this event" text={if *choosing { "Do not crash" } else { "Crash inside this event…" }} expanded={*choosing} onclick={toggle} />
            </span>
        </div>
    }
}

/// Properties of [`Notes`].
#[derive(Properties, PartialEq)]
struct NotesProps {
    id: EventId,
    at: Key,
    scenario: Rc<Scenario>,
}

/// Remarks pinned to an event.
#[component]
fn Notes(props: &NotesProps) -> Html {
    let desk = use_desk();
    let text = use_state_eq(String::new);
    let id = props.id;
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| text.set(dom::written(&event)))
    };
    let onsubmit = {
        let (text, work, at) = (text.clone(), desk.work.clone(), props.at.at);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !text.trim().is_empty() {
                let note = Action::Note { event: id, text: text.trim().to_owned() };
                work.dispatch(WorkAction::Do(Deed::At(at, note)));
                text.set(String::new());
            }
        })
    };
    let notes = props.scenario.script.iter().filter_map(|entry| match &entry.action {
        Action::Note { event, text } if *event == id => Some(html! {
            <li key={entry.id.to_string()} class="note-row">
                <span>{ text }</span>
                <Button sign={Sign::Cross} label="Take the note out" class="quiet" onclick={desk.acting(Deed::Remove(entry.id))} />
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
