//! A message that is looked into: what it says, its way and fate, and what can be done with it.

use lightcone_sim::ids::{EventId, MsgId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{FateKind, MessageRecord};
use yew::prelude::*;

use crate::desk::Desk;
use crate::icons::Sign;
use crate::panels::event::going;
use crate::panels::next::more_message;
use crate::parts::button::Button;
use crate::store::pick::Pick;
use crate::store::work::{Deed, Work};
use crate::words;

/// A message.
pub fn message(desk: &Desk, work: &Work, id: MsgId) -> Html {
    let (scenario, now) = (&*work.scenario, work.now);
    let session = work.run.session();
    let trace = session.trace();
    let Some(record) = trace.message(id).copied() else { return html! { <div /> } };
    let told = session.message(id);
    let kind = told.as_ref().map(|told| told.kind).unwrap_or_default();
    let sender = EventId { node: id.node, index: record.event };
    let handler = (record.fate.event > 0 && record.fate_at(now.instant()) != FateKind::InFlight)
        .then_some(EventId { node: record.to, index: record.fate.event });
    let under_way = record.is_under_way(now.instant());
    let sent = trace.event(sender).map(|event| event.key);
    // Where the message is not under way, its loss is put just behind its sending.
    let drop = if under_way {
        Deed::Now(Action::Drop { message: id })
    } else {
        Deed::At(record.sent.0 + Ns(1), Action::Drop { message: id })
    };
    // What a person did to it last, and whether that was its loss.
    let by_hand = |entry: &&Entry| words::target(entry) == Some(Pick::Message(id));
    let last = scenario.script.iter().filter(by_hand).max_by_key(|entry| entry.id);
    let is_lost = last.is_some_and(|entry| matches!(entry.action, Action::Drop { .. }));
    let undo = last.map(|entry| {
        let label = format!("Take out: {}", words::action(&entry.action, scenario, &*session));
        Button::new(Sign::Undo, label, desk.acting(Deed::Remove(entry.id))).text("Undo this").html()
    });
    html! {
        <div key="message" class="look-message">
            <h3>{ format!("{}  {}", words::way(scenario, id, record.to), told.as_ref().map(|told| told.label.clone()).unwrap_or_default()) }</h3>
            <p class="clocks">{ format!("{id} · {kind} · sent at {}", words::clock(record.sent.0)) }</p>
            <p>{ told.map(|told| told.sentence).unwrap_or_default() }</p>
            <p class="fate-line" data-fate={record.fate_at(now.instant()).name()}>{ fate(&record, trace.replaced_by(id).is_some(), scenario, now) }</p>
            <div class="row">
                { Button::new(Sign::StepBack, "The event that sent it", desk.picking(Some(Pick::Event(sender)))).text(format!("sent by {sender}")).html() }
                if let Some(handler) = handler {
                    { Button::new(Sign::Go, "The event that handled it", desk.picking(Some(Pick::Event(handler)))).text(format!("handled by {handler}")).html() }
                }
                if let Some(sent) = sent {
                    { Button::new(Sign::Go, "Go to its sending", going(desk, sent)).worded().html() }
                }
            </div>
            <div class="row">
                <span hidden={!under_way}>{ Button::new(Sign::Go, "Deliver next", desk.acting(Deed::Deliver(id))).worded().html() }</span>
                <span hidden={is_lost}>{ Button::new(Sign::Cross, "Drop", desk.acting(drop)).worded().html() }</span>
                <span hidden={undo.is_none()}>{ undo.unwrap_or_default() }</span>
            </div>
            <div hidden={!under_way}>
                if under_way { { more_message(desk, id, record.is_held()) } }
            </div>
        </div>
    }
}

fn fate(record: &MessageRecord, is_replaced: bool, scenario: &Scenario, now: Key) -> String {
    let to = words::name(scenario, record.to);
    let network = &scenario.network;
    let has_queue = network.queue.is_some() || network.links.iter().any(|link| link.queue.is_some());
    let by_hand = if record.by_hand { " Its way was changed by hand." } else { "" };
    let fate = match record.fate_at(now.instant()) {
        FateKind::InFlight if record.is_held() => "It is held until someone lets it go.".to_owned(),
        FateKind::InFlight => "It is under way.".to_owned(),
        FateKind::Delivered => format!(
            "{to} handled it at {}, after {}.",
            words::clock(record.fate.at.0),
            words::span(record.fate.at.0.since(record.sent.0))
        ),
        FateKind::Dropped if is_replaced => {
            "It was altered: another form of it goes on in its place.".to_owned()
        }
        FateKind::Dropped if record.never_left() && has_queue && !record.by_hand => {
            "The queue at its sender had no room for it.".to_owned()
        }
        FateKind::Dropped if record.never_left() => "It never left: its sender kept it back.".to_owned(),
        FateKind::Dropped => "It was lost on the way.".to_owned(),
        FateKind::Cut => format!("It was stopped: the way to {to} is cut."),
        FateKind::ToCrashed => {
            format!("It came to nobody: {to} was down at {}.", words::clock(record.fate.at.0))
        }
    };
    fate + by_hand
}
