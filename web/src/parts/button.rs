//! A button with an icon, and a word that is shown or told.

use yew::prelude::*;

use crate::icons::{Sign, icon};

/// A button as it is put together. It is no component: there are hundreds, and none remembers anything. It is boxed, and
/// its ways are not inlined, so that each of the hundreds is a few calls.
#[must_use = "a button stands on the page only as HTML"]
pub struct Button(Box<Parts>);

struct Parts {
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
    #[inline(never)]
    pub fn new(sign: Sign, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Button {
        Button(Box::new(Parts {
            sign,
            label: label.into(),
            onclick,
            text: None,
            hint: None,
            class: "",
            disabled: false,
            pressed: None,
            expanded: None,
        }))
    }

    /// Words beside the icon.
    #[inline(never)]
    pub fn text(mut self, text: impl Into<AttrValue>) -> Button {
        self.0.text = Some(text.into());
        self
    }

    /// The label beside the icon.
    #[inline(never)]
    pub fn worded(mut self) -> Button {
        self.0.text = Some(self.0.label.clone());
        self
    }

    /// More for the tooltip, such as the key.
    #[inline(never)]
    pub fn hint(mut self, hint: &'static str) -> Button {
        self.0.hint = Some(hint);
        self
    }

    /// Classes of its own.
    #[inline(never)]
    pub fn class(mut self, class: &'static str) -> Button {
        self.0.class = class;
        self
    }

    /// Whether there is nothing to do.
    #[inline(never)]
    pub fn disabled(mut self, disabled: bool) -> Button {
        self.0.disabled = disabled;
        self
    }

    /// For a switch: whether it is on.
    #[inline(never)]
    pub fn pressed(mut self, pressed: bool) -> Button {
        self.0.pressed = Some(pressed);
        self
    }

    /// For a button that opens something: whether it is open.
    #[inline(never)]
    pub fn expanded(mut self, expanded: bool) -> Button {
        self.0.expanded = Some(expanded);
        self
    }

    /// The button on the page.
    #[inline(never)]
    pub fn html(self) -> Html {
        let parts = *self.0;
        let title = match parts.hint {
            Some(hint) => AttrValue::from(format!("{} ({hint})", parts.label)),
            None => parts.label.clone(),
        };
        // Who speaks to the page says what stands on the button.
        let name = match &parts.text {
            Some(text) if !parts.label.contains(text.trim_end_matches('…')) => {
                AttrValue::from(format!("{}: {text}", parts.label))
            }
            _ => parts.label,
        };
        let state = |state: Option<bool>| state.map(|on| if on { "true" } else { "false" });
        html! {
            <button type="button" class={classes!("button", parts.class)} {title} aria-label={name}
                disabled={parts.disabled} aria-pressed={state(parts.pressed)} aria-expanded={state(parts.expanded)}
                onclick={parts.onclick}>
                { icon(parts.sign) }
                if let Some(text) = parts.text {
                    <span class="button-text">{ text }</span>
                }
            </button>
        }
    }
}
