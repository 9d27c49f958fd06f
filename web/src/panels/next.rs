//! What may happen next: messages under way and timers that are set, each to be delivered, dropped, delayed, held.

use std::rc::Rc;

use lightcone_sim::ids::MsgId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Pending, PendingWhat, Session};
use lightcone_sim::sorted::sort_by_key;
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::epoch;
use crate::icons::Sign;
use crate::panels::waiting::waits_for;
use crate::parts::button::Button;
use crate::store::gesture;
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::Deed;
use crate::words;

/// So many are listed; the rest is counted.
const SHOWN: usize = 24;
/// So many are in sight without scrolling.
const IN_SIGHT: usize = 5;

/// Properties of [`Next`].
#[derive(Properties, PartialEq)]
pub struct NextProps {
    /// The run.
    pub run: Run,
    /// The scenario, for names.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
    /// What is picked.
    pub pick: Option<Pick>,
    /// Whether it stays untold what comes when.
    pub quiz: bool,
}

/// What may happen next.
#[component]
pub fn Next(props: &NextProps) -> Html {
    let desk = use_desk();
    let open = use_state_eq(|| None::<PendingWhat>);
    let session = props.run.session();
    let mut pending = gesture::pending(&*session, props.now);
    if props.quiz {
        // Not even the order tells what comes first.
        sort_by_key(&mut pending, |pending| pending.what);
    }
    let row = |pending: &Pending| {
        let what = pending.what;
        let is_open = *open == Some(what);
        let set = open.setter();
        let onopen = Callback::from(move |_| set.set((!is_open).then_some(what)));
        let held = match what {
            PendingWhat::Message { id, .. } => {
                session.trace().message(id).is_some_and(|message| message.is_held())
            }
            PendingWhat::Timer(_) => pending.due.is_none(),
        };
        let cut = match what {
            PendingWhat::Message { id, .. } => gesture::is_cut(&*session, id, props.now),
            PendingWhat::Timer(_) => false,
        };
        let (key, way) = match what {
            PendingWhat::Message { id, to } => (id.to_string(), words::way(&props.scenario, id, to)),
            PendingWhat::Timer(id) => (id.to_string(), words::name(&props.scenario, id.node)),
        };
        let is_picked = matches!((what, props.pick), (PendingWhat::Message { id, .. }, Some(Pick::Message(other))) if id == other);
        let waits = waits_for(&*session, &props.scenario, pending, props.now, props.quiz);
        let row = Row {
            waits,
            key,
            way,
            pending,
            held,
            cut,
            now: props.now.at,
            quiz: props.quiz,
            is_open,
            is_picked,
            onopen,
        };
        row.html(&desk)
    };
    let count = pending.len();
    let waits = gesture::holds_all(&*session, props.now);
    let counted = if count <= if waits { 2 * IN_SIGHT } else { IN_SIGHT } {
        String::new()
    } else if count <= SHOWN {
        format!("{count} in all; scroll for the rest")
    } else {
        format!("{count} in all; the first {SHOWN} are listed")
    };
    let nothing = if session.trace().last_event(props.now).is_none() {
        "The run begins with the first step."
    } else if waits {
        "Nothing is under way. A client's request or a fired timer would set something in motion."
    } else {
        "Nothing is under way and no timer is set."
    };
    html! {
        <div class={classes!("next", waits.then_some("waits"))}>
            <p class="small" hidden={!pending.is_empty()}>{ nothing }</p>
            <ul class="next-list" aria-label="What may happen next">{ for pending.iter().take(SHOWN).map(row) }</ul>
            <p class="small next-count">{ counted }</p>
        </div>
    }
}

/// The switch by which everything waits for the person.
pub fn hold_all(desk: &Desk, session: &dyn Session, now: Key) -> Html {
    let on = gesture::holds_all(session, now);
    html! {
        <button type="button" class="switch" role="switch" aria-checked={if on { "true" } else { "false" }}
            title="Everything waits for you: nothing arrives, no timer fires and no client calls until you say so"
            onclick={desk.now(Action::HoldAll { on: !on })}>
            <span class="switch-box" aria-hidden="true"></span>{ "hold all" }
        </button>
    }
}

/// One thing that may happen.
struct Row<'a> {
    key: String,
    waits: String,
    pending: &'a Pending,
    way: String,
    held: bool,
    cut: bool,
    now: Ns,
    quiz: bool,
    is_open: bool,
    is_picked: bool,
    onopen: Callback<MouseEvent>,
}

impl Row<'_> {
    fn html(&self, desk: &Desk) -> Html {
        let pending = self.pending;
        let due = match pending.due {
            Some(_) if self.quiz => String::new(),
            Some(due) if due.0 >= self.now => format!("in {}", words::span(due.0.since(self.now))),
            Some(due) => words::clock(due.0),
            None => "waits".to_owned(),
        };
        let (kind, id) = match pending.what {
            PendingWhat::Message { id, .. } => ("message", id.to_string()),
            PendingWhat::Timer(id) => ("timer", id.to_string()),
        };
        let doomed = self.cut || (pending.doomed && !self.quiz);
        let doom = match (self.cut, doomed) {
            (true, _) => "its way is cut",
            (false, true) => "will be lost",
            (false, false) => "",
        };
        let class = classes!(
            "next-row",
            kind,
            epoch::class(pending.epoch),
            self.held.then_some("held"),
            doomed.then_some("doomed"),
            self.is_picked.then_some("picked")
        );
        html! {
            <li key={self.key.clone()} {class} data-pending={id}>
                <div class="next-line">
                    { self.head(desk) }
                    <button type="button" class="next-due" aria-expanded={self.is_open.to_string()} title={format!("Why not yet? {}", self.waits)} onclick={self.onopen.clone()}>{ if doomed { doom.to_owned() } else { due } }</button>
                    <span class="next-acts">
                        { for self.acts(desk) }
                    </span>
                </div>
                <div class="next-more" hidden={!self.is_open}>
                    <p class="small">{ &self.waits }</p>
                    { match pending.what {
                        PendingWhat::Message { id, .. } if self.is_open => more_message(desk, id, self.held),
                        _ => html! { <span /> },
                    } }
                </div>
            </li>
        }
    }

    fn head(&self, desk: &Desk) -> Html {
        let words = html! {
            <><span class="next-way">{ &self.way }</span><span class="next-label">{ &self.pending.label }</span></>
        };
        match self.pending.what {
            PendingWhat::Message { id, .. } => html! {
                <button type="button" class="next-head" title="Look into this message" onclick={desk.picking(Some(Pick::Message(id)))}>{ words }</button>
            },
            PendingWhat::Timer(_) => html! { <span class="next-head">{ words }</span> },
        }
    }

    fn acts(&self, desk: &Desk) -> Vec<Html> {
        let quiet = |sign, label: &'static str, onclick| Button::new(sign, label, onclick).class("quiet");
        match self.pending.what {
            PendingWhat::Message { id, .. } => vec![
                quiet(Sign::Go, "Deliver next", desk.acting(Deed::Deliver(id))).disabled(self.cut).html(),
                quiet(Sign::Cross, "Drop", desk.now(Action::Drop { message: id })).html(),
                quiet(Sign::Later, "Delay, copy, hold", self.onopen.clone()).expanded(self.is_open).html(),
            ],
            PendingWhat::Timer(timer) => vec![
                quiet(Sign::Go, "Fire now", desk.acting(Deed::Fire(timer))).html(),
                quiet(Sign::Cross, "Suppress", desk.now(Action::Suppress { timer })).html(),
            ],
        }
    }
}

/// Delays on offer.
const DELAYS: [Ns; 4] = [Ns::ms(20), Ns::ms(100), Ns::ms(500), Ns::s(2)];

/// What else can be done with a message under way.
pub fn more_message(desk: &Desk, id: MsgId, held: bool) -> Html {
    let delay = |by: Ns| {
        let words = format!("+{}", words::span(by).replace(".00", ""));
        html! {
            <button key={by.0.to_string()} type="button" class="button small-button" title={format!("Arrive {} later", words::span(by))} onclick={desk.acting(Deed::Delay(id, by))}>{ words }</button>
        }
    };
    let (sign, word) = if held { (Sign::Play, "Release") } else { (Sign::Hold, "Hold") };
    let hold = if held { Action::Release { message: id } } else { Action::Hold { message: id } };
    html! {
        <div class="row">
            <span class="row" role="group" aria-label="Delay">{ for DELAYS.into_iter().map(delay) }</span>
            { Button::new(sign, word, desk.now(hold)).worded().html() }
            { Button::new(Sign::Copy, "Duplicate", desk.now(Action::Duplicate { message: id })).worded().html() }
        </div>
    }
}
