//! Why an event happened: its causes, one behind the other, back to where someone or something began it.

use lightcone_sim::ids::EventId;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::Session;
use lightcone_sim::trace::Cause;
use yew::prelude::*;

use crate::desk::Desk;
use crate::store::pick::Pick;
use crate::words;

/// So far back it is told.
const LONGEST: usize = 12;

/// The chain of causes, folded until it is asked for.
pub fn chain(desk: &Desk, session: &dyn Session, scenario: &Scenario, id: EventId) -> Html {
    let trace = session.trace();
    let causes: Vec<EventId> =
        std::iter::successors(trace.cause(id), |&id| trace.cause(id)).take(LONGEST + 1).collect();
    let first = *causes.last().unwrap_or(&id);
    let row = |&id: &EventId| {
        let at = trace.event(id).map(|event| words::clock(event.at())).unwrap_or_default();
        html! {
            <li key={id.to_string()}><button type="button" class="effect-row" onclick={desk.picking(Some(Pick::Event(id)))}><span>{ format!("because {}", words::event(session, id)) }</span><span class="fate">{ at }</span></button></li>
        }
    };
    let root = if causes.len() > LONGEST {
        "… and so on.".to_owned()
    } else {
        beginning(session, scenario, first)
    };
    html! {
        <details class="chain" key={id.to_string()}>
            <summary>{ "Why did this happen?" }</summary>
            <ol>{ for causes.iter().take(LONGEST).map(row) }<li class="chain-root">{ root }</li></ol>
        </details>
    }
}

/// What no event caused.
fn beginning(session: &dyn Session, scenario: &Scenario, id: EventId) -> String {
    match session.trace().event(id).map(|event| event.cause) {
        Some(Cause::Entry(entry)) => {
            let entry = scenario.script.iter().find(|other| other.id == entry);
            let words = entry.map(|entry| words::action(&entry.action, scenario, session));
            format!("That is in the script: {}.", words.unwrap_or_default())
        }
        Some(Cause::Op(_)) => format!("Someone asked {} for it.", words::name(scenario, id.node)),
        Some(Cause::Chance) => "That is one of the scenario's random faults.".to_owned(),
        _ => "That is how the run begins.".to_owned(),
    }
}
