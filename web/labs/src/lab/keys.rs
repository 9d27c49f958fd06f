//! Keys: those of the labs wherever the focus is, and all others for the sandbox, even while the focus is in the text.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::utils::document;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Event, KeyboardEvent};
use yew::prelude::*;

use crate::lab::frame::Frame;
use crate::lab::inside::inside;
use crate::lecture::Asked;

/// What a key asks of the lab, if anything; the others are the sandbox's. Before an audience those of a clicker go through the
/// lab; j, k and l go through the run.
fn meaning(key: &str, presenting: bool) -> Option<Asked> {
    Some(match (key, presenting) {
        ("v", _) | ("Escape", true) => Asked::Present,
        ("n", false) | ("ArrowRight" | " " | "PageDown", true) => Asked::Go(1),
        ("N", false) | ("ArrowLeft" | "PageUp", true) => Asked::Go(-1),
        ("Home", true) => Asked::ToStart,
        ("b" | ".", true) => Asked::Black,
        ("o", true) => Asked::Laser,
        ("n", true) => Asked::Notes,
        _ => return None,
    })
}

/// Hears keys, wherever the focus is, and has them obeyed.
#[hook]
pub fn use_keys(frame: &Frame, presenting: bool, obey: Callback<Asked>) {
    use_effect_with((frame.clone(), presenting, obey), |(frame, presenting, obey)| {
        let presenting = *presenting;
        let own = {
            let (frame, obey) = (frame.clone(), obey.clone());
            listener(&document(), EventListenerPhase::Bubble, move |event| {
                if !ours(event, presenting, &obey) {
                    forward(event, &frame);
                }
            })
        };
        let framed = {
            let obey = obey.clone();
            inside(frame, move |document| {
                let obey = obey.clone();
                // Before the sandbox hears them.
                listener(document, EventListenerPhase::Capture, move |event| {
                    ours(event, presenting, &obey);
                })
            })
        };
        move || drop((own, framed))
    });
}

fn listener(
    document: &Document,
    phase: EventListenerPhase,
    mut heard: impl FnMut(&KeyboardEvent) + 'static,
) -> EventListener {
    let options = EventListenerOptions { phase, passive: false };
    // An event of the frame is of the frame's own kind of events, so it cannot be tested for its kind here.
    EventListener::new_with_options(document, "keydown", options, move |event| heard(event.unchecked_ref()))
}

/// Whether a key is the lab's; then it is obeyed.
fn ours(event: &KeyboardEvent, presenting: bool, obey: &Callback<Asked>) -> bool {
    let with_more = event.ctrl_key() || event.meta_key() || event.alt_key();
    if event.default_prevented() || with_more || writes(event) {
        return false;
    }
    let Some(asked) = meaning(&event.key(), presenting) else { return false };
    event.prevent_default();
    obey.emit(asked);
    true
}

/// The name of the element that an event comes from; of whichever document.
fn tag(event: &Event) -> String {
    let target = event.target().map(JsValue::from).unwrap_or_default();
    Reflect::get(&target, &"tagName".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}

/// Whether the key writes where it is pressed.
fn writes(event: &KeyboardEvent) -> bool {
    matches!(tag(event).as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Hands a key that the text has no use for to the sandbox. Arrows up and down scroll the text.
fn forward(event: &KeyboardEvent, frame: &Frame) {
    let key = event.key();
    let presses = matches!(tag(event).as_str(), "BUTTON" | "A") && matches!(key.as_str(), " " | "Enter");
    let stays = matches!(key.as_str(), "Tab" | "Enter" | "Shift" | "Control" | "Alt" | "Meta")
        || (matches!(key.as_str(), "ArrowUp" | "ArrowDown") && !event.shift_key());
    if event.default_prevented() || writes(event) || presses || stays {
        return;
    }
    if press(event, frame).unwrap_or(false) {
        event.prevent_default();
    }
}

/// Presses the same key in the sandbox; whether it was of use there.
fn press(event: &KeyboardEvent, frame: &Frame) -> Result<bool, JsValue> {
    let Some(window) = frame.window() else { return Ok(false) };
    // The sandbox knows events of its own window only.
    let kind: Function = Reflect::get(&window, &"KeyboardEvent".into())?.dyn_into()?;
    let how = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&how, &name.into(), &value);
    set("key", event.key().into())?;
    set("code", event.code().into())?;
    set("ctrlKey", event.ctrl_key().into())?;
    set("shiftKey", event.shift_key().into())?;
    set("altKey", event.alt_key().into())?;
    set("metaKey", event.meta_key().into())?;
    set("bubbles", true.into())?;
    set("cancelable", true.into())?;
    let pressed: Event = Reflect::construct(&kind, &Array::of2(&"keydown".into(), &how))?.unchecked_into();
    let Some(document) = window.document() else { return Ok(false) };
    Ok(!document.dispatch_event(&pressed)?)
}
