//! Keys: heard wherever the focus is, except where someone writes.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent};
use yew::prelude::*;

use crate::store::look::Sight;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Play or pause.
    Play,
    /// What Space is for: to play or pause, before an audience a step.
    Space,
    /// What a clicker's key for a blank screen is for: before an audience that, else to play or pause.
    Blank,
    /// Before an audience, or not.
    Present,
    /// A red dot to point with, or not.
    Laser,
    /// The window with notes.
    Notes,
    /// One step.
    Step,
    /// One step back.
    StepBack,
    /// To the beginning.
    ToStart,
    /// To the end.
    ToEnd,
    /// Faster.
    Faster,
    /// Slower.
    Slower,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// The list of keys.
    Help,
    /// Pick the next event.
    PickNext,
    /// Pick the event before.
    PickBefore,
    /// Pick an event on the lane above.
    PickUp,
    /// Pick an event on the lane below.
    PickDown,
    /// Pick what has just happened.
    PickHere,
    /// Pick what follows from what is picked.
    PickEffect,
    /// Pick what it follows from.
    PickCause,
    /// The menu of what is picked.
    Menu,
    /// Where the run may be gone to.
    Jump,
    /// To the next leader.
    NextLeader,
    /// To the next violation.
    NextViolation,
    /// To the next event of the node that is looked into.
    NextHere,
    /// To what is picked.
    GoToPick,
    /// Close what is open, unpick what is picked.
    Escape,
    /// What the last edit may have changed stays in sight, or no longer.
    Trace,
    /// Does what the open sheet is for.
    Agree,
    /// Larger.
    ZoomIn,
    /// Smaller.
    ZoomOut,
    /// All so far in sight, or no longer.
    Fit,
    /// A branch begins here.
    Branch,
    /// Two branches that are compared lie over one another, or side by side.
    Over,
    /// The partition editor.
    Partition,
    /// Crash a node, or recover it.
    Crash,
    /// The run is shown as this.
    See(Sight),
    /// Text before an audience, or not.
    Large,
    /// Link and file.
    Share,
    /// The panels are put away or come back.
    Aside,
}

/// A key as it was pressed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pressed<'a> {
    /// Its name.
    pub key: &'a str,
    /// With Ctrl or ⌘.
    pub ctrl: bool,
    /// With Shift.
    pub shift: bool,
    /// With Alt.
    pub alt: bool,
}

/// What a key asks for, if anything.
pub fn command(pressed: Pressed<'_>) -> Option<Command> {
    if pressed.alt {
        return None;
    }
    if pressed.ctrl {
        return match (pressed.key, pressed.shift) {
            ("z" | "Z", false) => Some(Command::Undo),
            ("z" | "Z", true) | ("y" | "Y", _) => Some(Command::Redo),
            _ => None,
        };
    }
    Some(match (pressed.key, pressed.shift) {
        ("ArrowRight", true) => Command::PickNext,
        ("ArrowLeft", true) => Command::PickBefore,
        ("ArrowUp", true) => Command::PickUp,
        ("ArrowDown", true) => Command::PickDown,
        (" ", _) => Command::Space,
        ("k", _) => Command::Play,
        ("." | "b", _) => Command::Blank,
        ("v", _) => Command::Present,
        ("o", _) => Command::Laser,
        ("n", _) => Command::Notes,
        ("ArrowRight" | "l" | "PageDown", _) => Command::Step,
        ("ArrowLeft" | "j" | "PageUp", _) => Command::StepBack,
        ("Home", _) => Command::ToStart,
        ("End", _) => Command::ToEnd,
        ("+" | "=", _) => Command::Faster,
        ("-", _) => Command::Slower,
        ("u", _) => Command::Undo,
        ("U", _) => Command::Redo,
        ("?", _) => Command::Help,
        ("e", _) => Command::PickHere,
        (">", _) => Command::PickEffect,
        ("<", _) => Command::PickCause,
        ("m", _) => Command::Menu,
        ("J", _) => Command::Jump,
        ("L", _) => Command::NextLeader,
        ("V", _) => Command::NextViolation,
        ("N", _) => Command::NextHere,
        ("g", _) => Command::GoToPick,
        ("Escape", _) => Command::Escape,
        ("w", _) => Command::Trace,
        ("Enter", _) => Command::Agree,
        ("]", _) => Command::ZoomIn,
        ("[", _) => Command::ZoomOut,
        ("f", _) => Command::Fit,
        ("B", _) => Command::Branch,
        ("O", _) => Command::Over,
        ("1", _) => Command::See(Sight::SpaceTime),
        ("2", _) => Command::See(Sight::Cluster),
        ("3", _) => Command::See(Sight::Logs),
        ("4", _) => Command::See(Sight::Table),
        ("p", _) => Command::Partition,
        ("c", _) => Command::Crash,
        ("t", _) => Command::Large,
        ("s", _) => Command::Share,
        ("h", _) => Command::Aside,
        _ => return None,
    })
}

/// Whether the focus is where keys write or choose, so that only Escape is ours.
fn writes(element: &Element) -> bool {
    let tag = element.tag_name();
    match tag.as_str() {
        "INPUT" => !matches!(
            element.get_attribute("type").as_deref(),
            Some("checkbox" | "radio" | "range" | "button")
        ),
        "TEXTAREA" | "SELECT" => true,
        _ => element.get_attribute("contenteditable").is_some(),
    }
}

/// The attribute of what moves by the keys that otherwise step: the map, but not the scrubber.
pub const MOVES: &str = "data-moves";

/// Whether the focused element itself answers to this key: a button that was reached with the keyboard to Space.
fn answers(element: &Element, key: &str) -> bool {
    let pressable = matches!(element.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY" | "INPUT")
        || element.get_attribute("role").is_some_and(|role| role == "button" || role == "tab");
    let range = element.get_attribute("type").as_deref() == Some("range");
    match key {
        " " => pressable && !range,
        "Enter" => pressable && element.tag_name() != "INPUT",
        "PageUp" | "PageDown" => element.has_attribute(MOVES),
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End" => {
            element.has_attribute(MOVES)
                || element.get_attribute("role").as_deref() == Some("tab")
                || element.get_attribute("type").as_deref() == Some("radio")
        }
        _ => false,
    }
}

/// Hears keys wherever the focus is; `keyless`: all but letters and signs. A button that was clicked and a list that was chosen from with the mouse let go of
/// the focus, so that Space is free again; one that was reached with the keyboard keeps it.
#[hook]
pub fn use_keys(run: Callback<Command>, keyless: bool) {
    use_effect_with((run, keyless), |(run, keyless)| {
        let (run, keyless) = (run.clone(), *keyless);
        let options = EventListenerOptions::enable_prevent_default();
        let down = EventListener::new_with_options(&document(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.default_prevented() {
                return;
            }
            let focused = document().active_element();
            let key = event.key();
            let held = |element: &Element| (writes(element) && key != "Escape") || answers(element, &key);
            if focused.as_ref().is_some_and(held) {
                return;
            }
            let pressed = Pressed {
                key: &key,
                ctrl: event.ctrl_key() || event.meta_key(),
                shift: event.shift_key(),
                alt: event.alt_key(),
            };
            // Letters and signs, but not Space, arrows and what is pressed with Ctrl, can be turned off.
            let single = key.chars().count() == 1 && key != " " && !pressed.ctrl;
            if let Some(command) = command(pressed).filter(|_| !(keyless && single)) {
                event.prevent_default();
                run.emit(command);
            }
        });
        let click = EventListener::new(&document(), "click", |event| {
            let by_hand = event.dyn_ref::<MouseEvent>().is_some_and(|event| event.detail() > 0);
            let focused =
                document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
            if let Some(focused) = focused.filter(|element| by_hand && lets_go(element)) {
                let _ = focused.blur();
            }
        });
        let by_pointer = Rc::new(Cell::new(false));
        let press = EventListener::new(&document(), "pointerdown", {
            let by_pointer = by_pointer.clone();
            move |event| by_pointer.set(list(event).is_some())
        });
        let change = EventListener::new(&document(), "change", move |event| {
            if let Some(list) = list(event).filter(|_| by_pointer.take()) {
                let _ = list.blur();
            }
        });
        move || drop((down, click, press, change))
    });
}

/// The list to choose from that an event comes from, if any.
fn list(event: &Event) -> Option<HtmlElement> {
    let element = event.target()?.dyn_into::<HtmlElement>().ok()?;
    (element.tag_name() == "SELECT").then_some(element)
}

fn lets_go(element: &HtmlElement) -> bool {
    matches!(element.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY")
        || matches!(element.get_attribute("type").as_deref(), Some("checkbox" | "range"))
        // Whoever clicked into a table goes on in it with the arrow keys.
        || (element.get_attribute("tabindex").as_deref() == Some("0")
            && element.get_attribute("role").as_deref() != Some("grid"))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn plain(key: &str) -> Option<Command> {
        command(Pressed { key, ..Pressed::default() })
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_clicker_steps() {
        assert_eq!(plain("PageDown"), Some(Command::Step));
        assert_eq!(plain("PageUp"), Some(Command::StepBack));
        for blank in [".", "b"] {
            assert_eq!(plain(blank), Some(Command::Blank));
        }
        assert_eq!(plain("F5"), None, "the browser's own: what reloads is as it was");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_browsers_own_keys_stay_the_browsers() {
        for key in ["r", "l", "+", "-", "f", "c", "p", "s", "t", "ArrowLeft"] {
            assert_eq!(command(Pressed { key, ctrl: true, ..Pressed::default() }), None, "Ctrl+{key}");
        }
        assert_eq!(command(Pressed { key: "ArrowLeft", alt: true, ..Pressed::default() }), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn undo_and_redo_are_where_hands_expect_them() {
        let ctrl = |key, shift| command(Pressed { key, shift, ctrl: true, alt: false });
        assert_eq!(ctrl("z", false), Some(Command::Undo));
        assert_eq!(ctrl("Z", true), Some(Command::Redo));
        assert_eq!(plain("u"), Some(Command::Undo));
    }
}
