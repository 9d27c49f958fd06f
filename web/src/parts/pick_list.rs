//! A list to choose one of, with its label.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::dom;

/// Properties of [`PickList`].
#[derive(Properties, PartialEq)]
pub struct PickListProps {
    /// What is chosen.
    pub label: AttrValue,
    /// Whether the label is shown, or only told.
    #[prop_or(true)]
    pub labelled: bool,
    /// Values and words.
    pub choices: Vec<(AttrValue, AttrValue)>,
    /// The present value.
    pub value: AttrValue,
    /// What happens when another is chosen.
    pub onpick: Callback<String>,
    /// For tests.
    #[prop_or_default]
    pub name: Option<AttrValue>,
}

/// A list to choose one of.
#[component]
pub fn PickList(props: &PickListProps) -> Html {
    let node = use_node_ref();
    let onchange = {
        let (onpick, present, node) = (props.onpick.clone(), props.value.clone(), node.clone());
        Callback::from(move |event: Event| {
            let chosen = dom::value(&event);
            show(&node, &present);
            onpick.emit(chosen);
        })
    };
    // An option's attribute counts only until someone has chosen by hand; the list's own value counts always.
    use_effect_with((props.value.clone(), props.choices.clone()), {
        let node = node.clone();
        move |(value, _)| show(&node, value)
    });
    let choice = |(value, words): &(AttrValue, AttrValue)| {
        html! { <option key={value.to_string()} value={value.clone()} selected={*value == props.value}>{ words.clone() }</option> }
    };
    html! {
        <label class="pick-list">
            <span class={if props.labelled { "pick-label" } else { "unseen" }}>{ props.label.clone() }</span>
            <select ref={node} {onchange} name={props.name.clone()} aria-label={props.label.clone()} title={props.label.clone()}>
                { for props.choices.iter().map(choice) }
            </select>
        </label>
    }
}

fn show(node: &NodeRef, value: &str) {
    if let Some(list) = node.cast::<HtmlSelectElement>() {
        list.set_value(value);
    }
}
