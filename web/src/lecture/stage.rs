//! The page before an audience: caption, dark screen, red dot; and its side of the way to the notes.

use gloo::events::EventListener;
use gloo::utils::document;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};
use yew::prelude::*;

use crate::desk::Desk;
use crate::dom;
use crate::icons::Sign;
use crate::lazy;
use crate::lecture::channel::{NOT_OPENED, Order, Slip, open_window, use_channel};
use crate::lecture::state::{Lecture, LectureAction};
use crate::parts::button::Button;
use crate::store::gesture;
use crate::store::run::protocol;
use crate::store::work::{Work, WorkAction};
use crate::words;

/// What [`STAGE`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct StageProps {
    /// Ways to change the stores.
    pub desk: Desk,
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// How the page stands before an audience.
    pub lecture: Lecture,
    /// The number of the window with notes.
    pub number: u64,
}

lazy::chunk! {
    /// What the audience reads below the diagram, what lies over all, and the way to the window with notes.
    pub static STAGE: stage(StageProps) = |props| html! { <Stage ..props.clone() /> };
}

#[component]
fn Stage(props: &StageProps) -> Html {
    let StageProps { desk, work, lecture, number } = props;
    let lecture = *lecture;
    use_notes(desk, work, lecture, *number);
    if !lecture.on {
        return html! { <div hidden=true /> };
    }
    let session = work.run.session();
    let (events, _) = work.place();
    let broken = broken(&*session, work.now);
    let end = {
        let desk = desk.clone();
        Callback::from(move |_| toggle(&desk, true))
    };
    html! {
        <section class="stage-caption" aria-label="Caption" data-lecture={if lecture.black { "black" } else { "on" }}>
            <p class={classes!("caption", broken.is_some().then_some("wrong"))}>{ broken.unwrap_or_else(|| words::happened(&*session, &work.scenario, work.now)) }</p>
            <p class="caption-place">{ format!("event {events}") }</p>
            // For a hand without keys; who has them needs no more than the caption.
            <div class="row caption-keys" role="group" aria-label="Lecture">
                { Button::new(Sign::StepBack, "Step back", desk.working(WorkAction::StepBack)).class("quiet").html() }
                { Button::new(Sign::Step, "Step", desk.working(WorkAction::Step)).class("quiet").html() }
                { Button::new(Sign::Cross, "End the lecture", end).hint("Esc").class("quiet").html() }
            </div>
            { over_all(lecture) }
        </section>
    }
}

/// What lies over all: the dark screen, and the red dot.
pub fn over_all(lecture: Lecture) -> Html {
    html! {
        <>
            <div class="black-out" hidden={!lecture.black} role="img" aria-label="The screen is dark. Press b to come back." />
            <Laser on={lecture.laser} />
        </>
    }
}

/// What broke at this very event, in a sentence.
fn broken(session: &dyn Session, now: Key) -> Option<String> {
    let last = session.trace().last_event(now)?;
    let violation = session.trace().violations().iter().find(|violation| violation.event == last)?;
    Some(format!("Violated, {}: {}", violation.monitor, violation.text))
}

#[derive(Properties, PartialEq)]
struct LaserProps {
    on: bool,
}

/// A red dot where the pointer is.
#[component]
fn Laser(props: &LaserProps) -> Html {
    let dot = use_node_ref();
    use_effect_with(props.on, {
        let dot = dot.clone();
        move |&on| {
            let listener = on.then(|| {
                EventListener::new(&document(), "pointermove", move |event| {
                    let (Some(event), Some(dot)) = (event.dyn_ref::<MouseEvent>(), dot.cast::<HtmlElement>())
                    else {
                        return;
                    };
                    let place = format!("--x: {}px; --y: {}px", event.client_x(), event.client_y());
                    let _ = dot.set_attribute("style", &place);
                })
            });
            move || drop(listener)
        }
    });
    html! { <div class="laser" ref={dot} hidden={!props.on} /> }
}

/// What comes next, by itself or, where everything waits, by a step.
fn upcoming(session: &dyn Session, scenario: &Scenario, now: Key) -> String {
    if gesture::holds_all(session, now) {
        let first = gesture::pending(session, now).into_iter().next();
        return first.map_or("Nothing waits.".to_owned(), |pending| pending.label);
    }
    let next = session.trace().step(now);
    next.map_or("The run is over.".to_owned(), |next| words::happened(session, scenario, next))
}

/// What the lecturer wants to know of this moment.
fn slip(work: &Work, lecture: Lecture) -> Slip {
    let (session, scenario) = (work.run.session(), &*work.scenario);
    let (trace, place) = (session.trace(), work.place());
    let here = trace.last_event(work.now);
    let notes = scenario.script.iter().filter_map(|entry| match &entry.action {
        Action::Note { event, text } => Some((trace.event(*event)?.key, *event, text.clone())),
        _ => None,
    });
    let mut notes: Vec<_> = notes.collect();
    notes.sort_by_key(|note| note.0);
    let coming = notes.iter().filter(|note| note.0 > work.now);
    Slip {
        title: protocol(&scenario.protocol).map_or(String::new(), |entry| entry.title.to_owned()),
        place: format!("{} · event {} of {}", words::clock(work.now.at), place.0, place.1),
        now: words::happened(&*session, scenario, work.now),
        next: upcoming(&*session, scenario, work.now),
        coming: coming.take(3).map(|(key, _, text)| format!("{}: {text}", words::clock(key.at))).collect(),
        remarks: notes.iter().filter(|note| Some(note.1) == here).map(|note| note.2.clone()).collect(),
        prose: Vec::new(),
        playing: Some(work.playing),
        black: lecture.black,
    }
}

/// Tells the window with notes how things stand, and does what it asks. `number` is theirs alone.
#[hook]
fn use_notes(desk: &Desk, work: &Work, lecture: Lecture, number: u64) {
    let obey = use_callback(desk.clone(), |order, desk: &Desk| match order {
        Order::Tell => {}
        Order::Step => desk.work.dispatch(WorkAction::Step),
        Order::StepBack => desk.work.dispatch(WorkAction::StepBack),
        Order::Play => desk.work.dispatch(WorkAction::TogglePlay),
        Order::ToStart => desk.work.dispatch(WorkAction::ToStart),
        Order::Black => desk.lecture.dispatch(LectureAction::Black),
    });
    use_channel(number, lecture.notes.then(|| slip(work, lecture)), obey);
}

/// Opens the window with notes.
pub fn open_notes(desk: &Desk, number: u64) {
    if open_window(&dom::page(), number) {
        desk.lecture.dispatch(LectureAction::Notes);
    } else {
        desk.work.dispatch(WorkAction::Complain(NOT_OPENED.to_owned()));
    }
}

/// Begins or ends the lecture, on the whole screen where the browser lets it.
pub fn toggle(desk: &Desk, on: bool) {
    desk.work.dispatch(WorkAction::Pause);
    desk.pop.set(None);
    desk.pick.set(None);
    desk.lecture.dispatch(LectureAction::Toggle);
    full_screen(!on);
}

/// Puts the page on the whole screen, where the browser lets it, or back.
pub fn full_screen(on: bool) {
    if !on {
        // Whoever has left it already, by a key of the browser's own, is not to leave it again.
        if document().fullscreen_element().is_some() {
            document().exit_fullscreen();
        }
    } else if let Some(root) = document().document_element() {
        let _ = root.request_fullscreen();
    }
}
