//! The invariants that are watched, and what broke.

use lightcone_sim::ids::EventId;
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use yew::prelude::*;

use crate::desk::Desk;
use crate::icons::{Sign, icon};
use crate::panels::event::going;
use crate::parts::button::Button;
use crate::store::pick::Pick;
use crate::words;

/// How many invariants are broken at the playhead.
pub fn broken(session: &dyn Session, now: Key) -> usize {
    let names = session.monitors();
    names.into_iter().filter(|name| first_violation(session, name, now).is_some()).count()
}

fn first_violation<'a>(session: &'a dyn Session, monitor: &str, now: Key) -> Option<&'a Violation> {
    let trace = session.trace();
    let happened = |event| trace.event(event).is_some_and(|event| event.key <= now);
    trace.violations().iter().find(|violation| violation.monitor == monitor && happened(violation.event))
}

/// The invariants. What breaks after the playhead has not broken yet.
pub fn checks(desk: &Desk, session: &dyn Session, now: Key) -> Html {
    let row = |monitor: &'static str| {
        let violation = first_violation(session, monitor, now);
        let (sign, word, class) = match violation {
            None => (Sign::Check, "holds", "holds"),
            Some(_) => (Sign::Alert, "is violated", "violated"),
        };
        html! {
            <li key={monitor} class={classes!("check", class)} data-monitor={monitor} data-violated={violation.is_some().to_string()}>
                <div class="check-line">{ icon(sign) }<span>{ monitor }</span><span class="unseen">{ word }</span></div>
                <div class="check-more" hidden={violation.is_none()}>
                    { violation.map(|violation| violated(desk, session, violation)).unwrap_or_default() }
                </div>
            </li>
        }
    };
    html! { <ul class="checks">{ for session.monitors().into_iter().map(row) }</ul> }
}

fn violated(desk: &Desk, session: &dyn Session, violation: &Violation) -> Html {
    let trace = session.trace();
    let at = trace.event(violation.event).map(|event| event.key);
    let evidence = |&event: &EventId| {
        let pick = desk.picking(Some(Pick::Event(event)));
        let button = Button::new(Sign::Eye, words::event(session, event), pick).text(event.to_string());
        html! { <key={event.to_string()}>{ button.html() }</> }
    };
    html! {
        <div>
            <p>{ &violation.text }</p>
            <div class="row">
                { for std::iter::once(&violation.event).chain(&violation.evidence).map(evidence) }
                { at.map(|at| Button::new(Sign::Go, "Go to where it broke", going(desk, at)).text("Go there").html()).unwrap_or_default() }
            </div>
        </div>
    }
}
