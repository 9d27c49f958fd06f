//! What the reader's system prefers.

use gloo::events::EventListener;
use gloo::utils::window;
use yew::prelude::*;

/// Whether a media query holds at this moment.
pub fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Whether a media query holds, as it changes.
#[hook]
pub fn use_media(query: &'static str) -> bool {
    let holds = use_state_eq(|| matches(query));
    let set = holds.setter();
    use_effect_with(query, move |&query| {
        let list = window().match_media(query).ok().flatten();
        let listener = list.map(|list| EventListener::new(&list, "change", move |_| set.set(matches(query))));
        move || drop(listener)
    });
    *holds
}

/// A narrow window, such as a phone's.
pub const NARROW: &str = "(max-width: 760px)";
/// A dark system.
pub const DARK: &str = "(prefers-color-scheme: dark)";
/// Motion is unwelcome.
pub const STILL: &str = "(prefers-reduced-motion: reduce)";
