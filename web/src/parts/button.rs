//! A button with an icon, and a word that is shown or told.

use yew::prelude::*;

use crate::icons::{Sign, icon};

/// A button as it is put together. It is no component: there are hundreds, and none remembers anything.
#[derive(Clone, Debug)]
#[must_use = "a button stands on the page only as HTML"]
pub struct Button {
    sign: Sign,
    label: AttrValue,
    onclick: Callback<MouseEvent>,
    text: Option<AttrValue>,
    hint: Option<&'static str>,
    class: &'static str,
    disabled: bool,
    pressed: Option<bool>,
    expanded: Option<bool>,
}

impl Button {
    /// A button with an icon. The label tells what it does: it is its accessible name, and its tooltip.
    pub fn new(sign: Sign, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Button {
        Button {
            sign,
            label: label.into(),
            onclick,
            text: None,
            hint: None,
            class: "",
            disabled: false,
            pressed: None,
            expanded: None,
        }
    }

    /// Words beside the icon.
    pub fn text(self, text: impl Into<AttrValue>) -> Button {
        Button { text: Some(text.into()), ..self }
    }

    /// The label beside the icon.
    pub fn worded(self) -> Button {
        Button { text: Some(self.label.clone()), ..self }
    }

    /// More for the tooltip, such as the key.
    pub fn hint(self, hint: &'static str) -> Button {
        Button { hint: Some(hint), ..self }
    }

    /// Classes of its own.
    pub fn class(self, class: &'static str) -> Button {
        Button { class, ..self }
    }

    /// Whether there is nothing to do.
    pub fn disabled(self, disabled: bool) -> Button {
        Button { disabled, ..self }
    }

    /// For a switch: whether it is on.
    pub fn pressed(self, pressed: bool) -> Button {
        Button { pressed: Some(pressed), ..self }
    }

    /// For a button that opens something: whether it is open.
    pub fn expanded(self, expanded: bool) -> Button {
        Button { expanded: Some(expanded), ..self }
    }

    /// The button on the page.
    pub fn html(self) -> Html {
        let title = match self.hint {
            Some(hint) => AttrValue::from(format!("{} ({hint})", self.label)),
            None => self.label.clone(),
        };
        let state = |state: Option<bool>| state.map(|on| if on { "true" } else { "false" });
        html! {
            <button type="button" class={classes!("button", self.class)} {title} aria-label={self.label}
                disabled={self.disabled} aria-pressed={state(self.pressed)} aria-expanded={state(self.expanded)}
                onclick={self.onclick}>
                { icon(self.sign) }
                if let Some(text) = self.text {
                    <span class="button-text">{ text }</span>
                }
            </button>
        }
    }
}
