//! A list to choose one of, with its label.

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
    let onchange = {
        let onpick = props.onpick.clone();
        Callback::from(move |event: Event| onpick.emit(dom::value(&event)))
    };
    let choice = |(value, words): &(AttrValue, AttrValue)| {
        html! { <option key={value.to_string()} value={value.clone()} selected={*value == props.value}>{ words.clone() }</option> }
    };
    html! {
        <label class="pick-list">
            <span class={if props.labelled { "pick-label" } else { "unseen" }}>{ props.label.clone() }</span>
            <select {onchange} name={props.name.clone()} title={props.label.clone()}>
                { for props.choices.iter().map(choice) }
            </select>
        </label>
    }
}
