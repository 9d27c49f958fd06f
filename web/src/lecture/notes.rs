//! The window with notes: what has happened, what comes, the lecturer's remarks, and the time; it drives the page.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Interval;
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::hooks::keys::{Command, Pressed, command};
use crate::hooks::media::{DARK, use_media};
use crate::icons::Sign;
use crate::lazy::{self, Lazy};
use crate::lecture::channel::{Channel, Order, Slip};
use crate::parts::button::Button;
use crate::store::look::{Habits, Shade};
use crate::style;

/// The number of the page whose notes this window is for, if it is one: `?notes=17`.
pub fn number() -> Option<u64> {
    let search = window().location().search().ok()?;
    search.strip_prefix("?notes=")?.parse().ok()
}

/// Properties of [`NotesPage`].
#[derive(Clone, Properties, PartialEq)]
pub struct NotesProps {
    /// The page's number.
    pub number: u64,
}

lazy::chunk! {
    /// What the window shows.
    static NOTES: notes(NotesProps) = |props| html! { <Notes ..props.clone() /> };
}

/// The window with notes.
#[component]
pub fn NotesPage(props: &NotesProps) -> Html {
    html! { <Lazy<NotesProps> part={&NOTES} with={props.clone()} /> }
}

#[component]
fn Notes(props: &NotesProps) -> Html {
    let slip = use_state_eq(|| None::<Slip>);
    let channel = use_mut_ref(|| None::<Channel>);
    let seconds = use_state_eq(|| 0_u32);
    let order = {
        let channel = channel.clone();
        Callback::from(move |order: Order| channel.borrow().iter().for_each(|channel| channel.tell(&order)))
    };
    use_effect_with(props.number, {
        let set = slip.setter();
        move |&number| {
            let opened = Channel::open(number, move |told| set.set(Some(told)));
            opened.tell(&Order::Tell);
            *channel.borrow_mut() = Some(opened);
            move || drop(channel.borrow_mut().take())
        }
    });
    use_ticking(&seconds, &order, slip.is_none());
    use_orders(&order);
    let dark = use_media(DARK);
    let dark = match Habits::recall().shade {
        Shade::Auto => dark,
        shade => shade == Shade::Dark,
    };
    let class = classes!("page", "notes-page", "large", if dark { "dark" } else { "light" });
    let Some(slip) = (*slip).clone() else {
        return html! {
            <><style>{ style::sheet() }</style><main {class}><p role="status">{ "Waiting for the page of the lecture. If it was closed, open the notes from it anew." }</p></main></>
        };
    };
    let press = |order_of: Order| {
        let order = order.clone();
        Callback::from(move |_| order.emit(order_of))
    };
    let plays = slip.playing.unwrap_or(false);
    let (sign, play) = if plays { (Sign::Pause, "Pause") } else { (Sign::Play, "Play") };
    let reset = {
        let seconds = seconds.setter();
        Callback::from(move |_| seconds.set(0))
    };
    // A lab has its prose; a run has what was pinned to it.
    let is_bare = !(slip.coming.is_empty() && slip.remarks.is_empty() && slip.prose.is_empty());
    html! {
        <>
            <style>{ style::sheet() }</style>
            <main {class}>
                <header class="notes-head">
                    <h1>{ format!("{}: notes", slip.title) }</h1>
                    <span>{ slip.place }</span>
                    <span class="notes-time" role="timer">{ format!("{}:{:02}", *seconds / 60, *seconds % 60) }</span>
                    { Button::new(Sign::Reset, "Clock to zero", reset).class("quiet").html() }
                </header>
                <section class="notes-part notes-now" aria-label="Now" tabindex="0"><h2>{ "Now" }</h2><p>{ slip.now }</p>{ for slip.prose.into_iter().map(|text| html! { <p class="notes-prose">{ text }</p> }) }{ for slip.remarks.into_iter().map(|text| html! { <p class="notes-remark">{ text }</p> }) }</section>
                <section class="notes-part next" aria-label="Next"><h2>{ "Next" }</h2><p>{ slip.next }</p></section>
                <p class="small notes-how" hidden={is_bare}>{ "Your own notes stand here: pin one to an event (click it, “Pin a note”), and it comes up when the run does." }</p>
                <section class="notes-part" aria-label="Your notes" hidden={slip.coming.is_empty()}><h2>{ "Your notes ahead" }</h2>{ for slip.coming.into_iter().map(|text| html! { <p>{ text }</p> }) }</section>
                <footer class="transport-keys" role="group" aria-label="Playhead">
                    { Button::new(Sign::ToStart, "To start", press(Order::ToStart)).html() }
                    { Button::new(Sign::StepBack, "Step back", press(Order::StepBack)).html() }
                    { Button::new(Sign::Step, "Step", press(Order::Step)).worded().class("strong").html() }
                    <span hidden={slip.playing.is_none()}>{ Button::new(sign, play, press(Order::Play)).worded().html() }</span>
                    { Button::new(Sign::Moon, "Dark screen", press(Order::Black)).worded().pressed(slip.black).html() }
                </footer>
            </main>
        </>
    }
}

/// The lecture's clock; until the page answers it is asked again.
#[hook]
fn use_ticking(seconds: &UseStateHandle<u32>, order: &Callback<Order>, silent: bool) {
    let now = use_mut_ref(|| 0_u32);
    *now.borrow_mut() = **seconds;
    let (set, order) = (seconds.setter(), order.clone());
    use_effect_with(silent, move |&silent| {
        let interval = Interval::new(1_000, move || {
            let next = *now.borrow() + 1;
            set.set(next);
            if silent {
                order.emit(Order::Tell);
            }
        });
        move || drop(interval)
    });
}

/// The page's own keys, pressed here.
#[hook]
fn use_orders(order: &Callback<Order>) {
    let order = order.clone();
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let key = event.key();
            let pressed = Pressed {
                key: &key,
                ctrl: event.ctrl_key() || event.meta_key(),
                shift: event.shift_key(),
                alt: event.alt_key(),
            };
            let asked = match command(pressed) {
                Some(Command::Step | Command::Space) => Order::Step,
                Some(Command::StepBack) => Order::StepBack,
                Some(Command::Play) => Order::Play,
                Some(Command::ToStart) => Order::ToStart,
                Some(Command::Blank) => Order::Black,
                _ => return,
            };
            event.prevent_default();
            order.emit(asked);
        });
        move || drop(listener)
    });
}
