//! "Can this ever happen?": every schedule is gone through, from the beginning or from the playhead on, in slices between
//! which the page answers.

mod answer;
mod form;
mod job;

use std::rc::Rc;

use gloo::timers::future::TimeoutFuture;
use lightcone_models::askable;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::icons::Sign;
use crate::lazy;
use crate::panels::explore::answer::{Answer, progress};
use crate::panels::explore::form::{Form, seen};
use crate::panels::explore::job::{Heard, Job};
use crate::parts::button::Button;
use crate::store::run::Run;
use crate::store::work::WorkAction;

lazy::chunk! {
    /// "Can this ever happen?"
    pub static EXPLORE: explore(ExploreProps) = |props| html! { <Explore key={format!("{} {}", props.number, props.scenario.protocol)} ..props.clone() /> };
}

/// Opens the panel, with the playhead as where to begin, wherever the window keeps it: put away, under a tab, or folded.
pub fn explore_here(desk: &Desk) {
    desk.pop.set(None);
    spawn_local(async {
        // What is put away or under a tab is drawn first, then what is folded; if the panel is not here yet, it begins so.
        for selector in [
            ".no-side .bar [aria-label=\"Show panels\"]",
            ".tabs:not([hidden]) .tab:last-child",
            "[data-panel=explore] .fold[aria-expanded=false]",
            ".explore-here",
        ] {
            dom::press(selector);
            TimeoutFuture::new(0).await;
        }
        dom::look_at("[data-panel=explore] .fold");
    });
}

/// Properties of [`Explore`].
#[derive(Clone, Properties, PartialEq)]
pub struct ExploreProps {
    /// The number of the document.
    pub number: u32,
    /// The run, which knows what servers show.
    pub run: Run,
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
}

/// "Can this ever happen?"
#[component]
pub fn Explore(props: &ExploreProps) -> Html {
    let desk = use_desk();
    let askable = askable(&props.scenario.protocol);
    let form = use_state_eq(|| Form::new(askable));
    let heard = use_state_eq(|| Heard::Nothing);
    let job = use_mut_ref(Job::default);
    // What is gone through for a panel that is closed is not gone through any more.
    use_effect_with((), {
        let job = job.clone();
        move |()| move || job.borrow_mut().stop()
    });
    let Some(askable) = askable else {
        return html! { <p class="explore small">{ "Every schedule can be gone through of Raft, Paxos, two-phase commit and the small specifications. This protocol is not among them yet." }</p> };
    };
    let seen = seen(&*props.run.session(), props.now);
    let start = {
        let (form, scenario, job, set) = (form.clone(), props.scenario.clone(), job.clone(), heard.setter());
        let (now, work) = (props.now, desk.work.clone());
        Callback::from(move |_: MouseEvent| {
            // What is asked about stays where it is.
            work.dispatch(WorkAction::Pause);
            match form.asking(now) {
                Ok(asking) => Job::begin(&job, scenario.clone(), asking, set.clone()),
                Err(why) => set.set(Heard::Refused(why)),
            }
        })
    };
    let stop = {
        let job = job.clone();
        Callback::from(move |_: MouseEvent| job.borrow_mut().cancel())
    };
    let runs = matches!(*heard, Heard::Under(_));
    let button = if runs {
        Button::new(Sign::Cross, "Stop", stop).worded()
    } else {
        Button::new(Sign::Eye, "Go through every schedule", start).worded()
    };
    html! {
        <div class="explore">
            { form::fields(&form, &askable, &seen, &props.scenario, props.now) }
            <div class="row explore-go">{ button.html() }</div>
            <div class="explore-told" role="status" aria-live="polite">
                { match &*heard {
                    Heard::Nothing => Html::default(),
                    Heard::Refused(why) => html! { <p class="wrong small">{ format!("This cannot be asked: {why}.") }</p> },
                    Heard::Under(report) => progress(report),
                    Heard::Answer(told) => html! { <Answer told={told.clone()} desk={desk.clone()} number={props.number} /> },
                } }
            </div>
        </div>
    }
}
