//! First steps, signs and keys.

use yew::prelude::*;

use crate::parts::pop::Sheet;
use crate::top::legend::legend;

const KEYS: &[(&str, &str)] = &[
    ("Space, k", "play, pause; so does “.” or “b” of a clicker"),
    ("→, l, Page Down", "step to the next event"),
    ("←, j, Page Up", "step back"),
    ("Home, End", "to the start, to the end"),
    ("+, −", "faster, slower"),
    ("1, 2, 3, 4", "show the run as space-time diagram, cluster, logs, table"),
    ("c", "crash the node that is selected, or recover it"),
    ("p", "partition the network"),
    ("u, Ctrl+Z", "undo an edit"),
    ("Ctrl+Shift+Z", "redo it"),
    ("w", "what the last edit can have changed"),
    ("e", "look into the event that has just happened"),
    ("Shift+→, Shift+←", "look into the next event, the one before"),
    ("Shift+↑, Shift+↓", "look into the event on the lane above, below"),
    ("g", "go to the event that you look into"),
    ("[, ]", "zoom out, zoom in"),
    ("f", "fit all so far into the window, and back"),
    ("t", "large text, for a lecture hall"),
    ("h", "hide the panels, or show them"),
    ("s", "share: link and file"),
    ("Esc", "close what is open"),
    ("?", "this list"),
];

const FIRST: &[&str] = &[
    "Time runs along the lanes; each lane is a node, each arrow a message. The colour is the term (or ballot, or transaction).",
    "Click a lane to crash it, pause it, skew its clock, or cut it off from others. Click an arrow or a dot to see what it is and why.",
    "“Next” lists what may happen next. Deliver, drop, delay or copy any of it: the future is computed anew.",
    "Nothing is lost: undo takes edits back, the script lists them, and the address holds the whole scenario, ready to share.",
];

/// Keys and first steps.
pub fn help() -> Html {
    let key = |(keys, does): &(&'static str, &'static str)| {
        html! {
            <div key={*keys} class="key-row">
                <dt>{ for keys.split(", ").map(|one| html! { <kbd key={one}>{ one }</kbd> }) }</dt>
                <dd>{ *does }</dd>
            </div>
        }
    };
    html! {
        <Sheet key="help" title="Help" name="help">
            <ul class="first-steps">{ for FIRST.iter().map(|step| html! { <li key={*step}>{ *step }</li> }) }</ul>
            <h3>{ "Signs" }</h3>
            { legend() }
            <h3>{ "Keys" }</h3>
            <dl class="keys">{ for KEYS.iter().map(key) }</dl>
        </Sheet>
    }
}
