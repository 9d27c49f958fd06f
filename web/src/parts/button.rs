//! A button with an icon, and a word that is shown or told.

use yew::prelude::*;

use crate::icons::{Icon, Sign};

/// Properties of [`Button`].
#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// Its icon.
    pub sign: Sign,
    /// What it does: its accessible name, and its tooltip.
    pub label: AttrValue,
    /// Words beside the icon.
    #[prop_or_default]
    pub text: Option<AttrValue>,
    /// More for the tooltip, such as the key.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// What happens.
    pub onclick: Callback<MouseEvent>,
    /// Whether there is nothing to do.
    #[prop_or_default]
    pub disabled: bool,
    /// For a switch: whether it is on.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// For a button that opens something: whether it is open.
    #[prop_or_default]
    pub expanded: Option<bool>,
    /// Classes of its own.
    #[prop_or_default]
    pub class: Classes,
}

/// A button.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let title = match &props.hint {
        Some(hint) => format!("{} ({hint})", props.label),
        None => props.label.to_string(),
    };
    let state = |state: Option<bool>| state.map(|on| if on { "true" } else { "false" });
    html! {
        <button type="button" class={classes!("button", props.class.clone())} {title} aria-label={props.label.clone()}
            disabled={props.disabled} aria-pressed={state(props.pressed)} aria-expanded={state(props.expanded)}
            onclick={props.onclick.clone()}>
            <Icon sign={props.sign} />
            if let Some(text) = &props.text {
                <span class="button-text">{ text.clone() }</span>
            }
        </button>
    }
}
