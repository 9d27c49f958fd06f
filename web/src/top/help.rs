//! First steps, signs and keys.

use yew::prelude::*;

use crate::dom;
use crate::lazy;
use crate::top::legend::legend;

const KEYS: &[(&str, &str)] = &[
    ("Space, k", "play, pause; so does “.” or “b” of a clicker"),
    ("v", "before an audience: only the diagram; there Space steps, “b” darkens the screen"),
    ("n", "a second window: notes, what comes next, a clock; it steps this one"),
    ("o", "a red dot to point with, before an audience"),
    ("→, l, Page Down", "step to the next event"),
    ("←, j, Page Up", "step back"),
    ("Home, End", "to the start, to the end"),
    ("+, −", "faster, slower"),
    ("1, 2, 3, 4", "show the run as space-time diagram, cluster, logs, table"),
    ("c", "crash the node that is selected, or recover it"),
    ("p", "partition the network"),
    ("u, Ctrl+Z", "undo an edit"),
    ("Ctrl+Shift+Z", "redo it"),
    ("B", "branch here: keep this story, and try another beside it"),
    ("O", "two branches over one another, or side by side"),
    ("w", "what the last edit can have changed"),
    ("e", "look into the event that has just happened"),
    ("Shift+→, Shift+←", "look into the next event, the one before"),
    ("Shift+↑, Shift+↓", "look into the event on the lane above, below"),
    (
        "Tab, →, ←, ↑, ↓",
        "with the focus on the diagram: from mark to mark, along a lane and across; Home and End go to its ends",
    ),
    ("Enter", "there: what can be done with what is looked into"),
    (">, <", "look into what follows from it, into its cause: along messages"),
    ("m", "its menu: when it arrives, what befalls the node then"),
    ("J", "jump to: the next leader, violation, loss, or when a value is reached"),
    ("L, V, N", "the next leader, the next violation, the next event of this node"),
    ("g", "go to the event that you look into"),
    ("[, ]", "zoom out, zoom in"),
    ("f", "fit all so far into the window, and back"),
    ("t", "large text, for a lecture hall"),
    ("h", "hide the panels, or show them"),
    ("s", "share: link and file"),
    ("Esc", "close what is open"),
    ("?", "this list"),
];

/// What the lab does that shows this page in a frame.
const LAB_KEYS: &[(&str, &str)] = &[
    ("n, Shift+N", "the next step of the lab, the one before"),
    ("v", "the lab before an audience: the diagram, and below it step by step what the lab says"),
    (
        "→, Space, Page Down",
        "there: on through the lab; a question, its answer, a challenge, its solution are a press each",
    ),
    ("←, Page Up, Home", "there: the same way back, to the beginning"),
    ("l, j, k", "there as here: step the run, step it back, play it"),
    ("b, o", "there: a dark screen, a red dot to point with"),
    ("n", "there: a second window with all that the step says, what is right, what comes next, and a clock"),
    ("Esc, v", "there: back to the lab, and to your own run of it"),
];

const FIRST: &[&str] = &[
    "Time runs along the lanes; each lane is a node, each arrow a message. The colour is the term (or ballot, or transaction).",
    "Click a lane, at any time of it, to crash it, pause it, skew its clock, or cut it off from others. Click an arrow or a dot to see what it is and why; right-click an arrow to drop, copy or hold it.",
    "Drag an arrowhead to change when a message arrives, along a lane for a fault that ends, across lanes to cut them off, a node's name to skew its clock (up and down: its speed). Escape lets go.",
    "“Next” lists what may happen next. Deliver, drop, delay or copy any of it: the future is computed anew.",
    "Nothing is lost: undo takes edits back, the script lists them, and the address holds the whole scenario, ready to share.",
];

lazy::chunk! {
    /// Keys and first steps.
    pub static HELP: help(()) = |()| help();
}

fn help() -> Html {
    let key = |(place, (keys, does)): (usize, &(&'static str, &'static str))| {
        html! {
            <div key={place.to_string()} class="key-row">
                <dt>{ for keys.split(", ").map(|one| html! { <kbd key={one}>{ one }</kbd> }) }</dt>
                <dd>{ *does }</dd>
            </div>
        }
    };
    html! {
        <>
            <ul class="first-steps">{ for FIRST.iter().map(|step| html! { <li key={*step}>{ *step }</li> }) }</ul>
            <h3>{ "Signs" }</h3>
            { legend() }
            <div hidden={!dom::is_framed()}>
                <h3>{ "Keys of the lab" }</h3>
                <dl class="keys">{ for LAB_KEYS.iter().enumerate().map(key) }</dl>
            </div>
            <h3>{ "Keys" }</h3>
            <dl class="keys">{ for KEYS.iter().enumerate().map(key) }</dl>
        </>
    }
}
