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
    /// What stands together, in words: for each choice its group. Those of a group follow one another.
    #[prop_or_default]
    pub groups: Vec<AttrValue>,
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
                { for grouped(props).into_iter().map(|(group, choices)| {
                    let choices = choices.iter().map(choice);
                    match group {
                        Some(group) => html! { <optgroup key={group.to_string()} label={group.clone()}>{ for choices }</optgroup> },
                        None => html! { <>{ for choices }</> },
                    }
                }) }
            </select>
        </label>
    }
}

/// A stretch of choices, and the group that they stand in.
type Group<'a> = (Option<&'a AttrValue>, &'a [(AttrValue, AttrValue)]);

fn grouped(props: &PickListProps) -> Vec<Group<'_>> {
    if props.groups.len() != props.choices.len() {
        return vec![(None, &props.choices)];
    }
    let mut rest = &props.choices[..];
    let mut groups = vec![];
    for stretch in props.groups.chunk_by(|one, next| one == next) {
        let (choices, later) = rest.split_at(stretch.len());
        groups.push((stretch.first(), choices));
        rest = later;
    }
    groups
}

fn show(node: &NodeRef, value: &str) {
    if let Some(list) = node.cast::<HtmlSelectElement>() {
        list.set_value(value);
    }
}
