//! What is in sight where there is no room for text and run side by side.

use yew::prelude::*;

/// What is in sight in a narrow window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// The text.
    Text,
    /// The text above, the run below.
    Both,
    /// The run.
    Run,
}

impl Parts {
    /// Its class.
    pub fn class(self) -> &'static str {
        match self {
            Parts::Text => "only-text",
            Parts::Both => "both",
            Parts::Run => "only-run",
        }
    }
}

/// Chooses what is in sight where there is little room; elsewhere it is not there.
pub fn choose_parts(parts: &UseStateHandle<Parts>) -> Html {
    let one = |part: Parts, word: &'static str| {
        let set = parts.setter();
        let pressed = if **parts == part { "true" } else { "false" };
        html! { <button key={word} type="button" class="button quiet" aria-pressed={pressed} onclick={move |_| set.set(part)}>{ word }</button> }
    };
    html! {
        <div class="parts" role="group" aria-label="In sight">
            { one(Parts::Text, "Text") }{ one(Parts::Both, "Both") }{ one(Parts::Run, "Run") }
        </div>
    }
}
