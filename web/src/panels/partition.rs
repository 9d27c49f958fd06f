//! The partition editor: nodes go into groups by clicks; links between groups are cut.

use std::rc::Rc;

use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::parts::pop::Sheet;
use crate::store::work::Deed;
use crate::words;

/// Groups on offer: with none, a node keeps all its links.
const GROUPS: [&str; 4] = ["1", "2", "3", "–"];
/// The group of a node that keeps all its links.
const NONE: usize = GROUPS.len() - 1;

/// Properties of [`Partition`].
#[derive(Properties, PartialEq)]
pub struct PartitionProps {
    /// The scenario, for nodes and names.
    pub scenario: Rc<Scenario>,
    /// The playhead's time.
    pub now: Ns,
    /// The node that stands apart at first.
    pub first: Option<NodeId>,
}

type Grouping = Map<NodeId, usize>;

/// A first proposal: one node apart, or a minority; clients keep all their links.
fn proposal(scenario: &Scenario, first: Option<NodeId>) -> Grouping {
    let minority = usize::from(scenario.nodes.saturating_sub(1) / 2).max(1);
    let group = |node: NodeId| match (node.is_client(), first) {
        (true, first) if first != Some(node) => NONE,
        (_, Some(first)) => usize::from(node != first),
        (_, None) => usize::from(usize::from(node.number()) >= minority),
    };
    scenario.node_set().iter().map(|node| (node, group(node))).collect()
}

/// The groups that have members.
fn groups(grouping: &Grouping) -> Vec<Vec<NodeId>> {
    let members = |group: usize| {
        grouping.iter().filter(move |(_, its)| **its == group).map(|(&node, _)| node).collect::<Vec<_>>()
    };
    (0..NONE).map(members).filter(|members| !members.is_empty()).collect()
}

/// The partition editor.
#[component]
pub fn Partition(props: &PartitionProps) -> Html {
    let desk = use_desk();
    let grouping = use_state_eq(|| proposal(&props.scenario, props.first));
    let one_way = use_state_eq(|| false);
    let span = use_state_eq(String::new);
    let one_link = use_one_link(&desk, &props.scenario, props.first);
    let groups = groups(&grouping);
    let until = span.parse::<u64>().ok().map(|ms| props.now + Ns::ms(ms));
    let summary = if groups.len() < 2 {
        "Put nodes into at least two groups.".to_owned()
    } else if *one_way {
        format!(
            "{} no longer hears {}.",
            words::groups(&groups[1..], &props.scenario),
            words::groups(&groups[..1], &props.scenario)
        )
    } else {
        format!("{} cannot hear one another.", words::groups(&groups, &props.scenario))
    };
    let cut = {
        let deed = Deed::Now(Action::Partition { groups: groups.clone(), until, one_way: *one_way });
        let desk = desk.clone();
        Callback::from(move |_| {
            desk.act(deed.clone());
            desk.pop.set(None);
        })
    };
    let row = |node: NodeId| {
        let grouping = grouping.clone();
        let chosen = grouping.get(&node).copied().unwrap_or(NONE);
        let onpick = Callback::from(move |group: usize| {
            let mut changed = (*grouping).clone();
            changed.insert(node, group);
            grouping.set(changed);
        });
        html! { <key={node.to_string()}>{ group_row(&words::name(&props.scenario, node), chosen, &onpick) }</> }
    };
    let onway = Callback::from({
        let one_way = one_way.setter();
        move |event: Event| one_way.set(dom::ticked(&event))
    });
    let spans: Vec<(AttrValue, AttrValue)> = [
        ("", "until healed"),
        ("200", "for 0.2 s"),
        ("500", "for 0.5 s"),
        ("1000", "for 1 s"),
        ("2000", "for 2 s"),
        ("5000", "for 5 s"),
    ]
    .map(|(value, words)| (value.into(), words.into()))
    .into();
    html! {
        <Sheet title={format!("Partition at {}", words::clock(props.now))} name="partition">
            <div class="groups">{ for props.scenario.node_set().iter().map(row) }</div>
            <label class="tick"><input type="checkbox" checked={*one_way} onchange={onway} /><span>{ "one way: only what group 1 sends is lost" }</span></label>
            <PickList label="It lasts" choices={spans} value={(*span).clone()} onpick={Callback::from({ let span = span.setter(); move |value| span.set(value) })} />
            <p class="summary">{ summary }</p>
            <div class="row">
                { Button::new(Sign::Split, "Cut", cut).worded().class("strong").disabled(groups.len() < 2).html() }
                { Button::new(Sign::Link, "Heal all links", desk.now(Action::Heal { from: None, to: None })).text("Heal all").html() }
            </div>
            { one_link }
        </Sheet>
    }
}

fn group_row(name: &str, chosen: usize, onpick: &Callback<usize>) -> Html {
    let choice = |(group, word): (usize, &'static str)| {
        let onpick = onpick.clone();
        let label = if group == NONE {
            format!("{name} keeps all its links")
        } else {
            format!("{name} in group {word}")
        };
        html! {
            <button key={word} type="button" class={classes!("group-choice", format!("g{group}"))} aria-pressed={if group == chosen { "true" } else { "false" }}
                aria-label={label} onclick={Callback::from(move |_| onpick.emit(group))}>{ word }</button>
        }
    };
    html! {
        <div class="group-row" role="group" aria-label={name.to_owned()}>
            <span class="group-name">{ name }</span>
            { for GROUPS.into_iter().enumerate().map(choice) }
        </div>
    }
}

/// Cuts or heals one link, in one direction or both.
#[hook]
fn use_one_link(desk: &Desk, scenario: &Scenario, first: Option<NodeId>) -> Html {
    let nodes: Vec<NodeId> = scenario.node_set().iter().collect();
    let from = use_state_eq(|| first.unwrap_or(NodeId::server(0)));
    let to = use_state_eq(|| {
        nodes
            .iter()
            .copied()
            .find(|&node| Some(node) != first && node != NodeId::server(0))
            .unwrap_or(NodeId::server(0))
    });
    let choices: Vec<(AttrValue, AttrValue)> =
        nodes.iter().map(|&node| (node.to_string().into(), words::name(scenario, node).into())).collect();
    let setting = |set: UseStateSetter<NodeId>| {
        Callback::from(move |value: String| {
            if let Ok(node) = value.parse() {
                set.set(node);
            }
        })
    };
    let same = *from == *to;
    let cut = desk.now(Action::Cut { from: *from, to: *to, until: None });
    let heal = desk.now(Action::Heal { from: Some(*from), to: Some(*to) });
    html! {
        <>
            <h3>{ "One link" }</h3>
            <div class="row">
                <PickList label="from" choices={choices.clone()} value={from.to_string()} onpick={setting(from.setter())} />
                <PickList label="to" {choices} value={to.to_string()} onpick={setting(to.setter())} />
                { Button::new(Sign::Cross, "Cut this link", cut).text("Cut").disabled(same).html() }
                { Button::new(Sign::Link, "Heal this link", heal).text("Heal").disabled(same).html() }
            </div>
        </>
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn the_proposal_parts_a_minority_and_leaves_clients_their_links() {
        let scenario = Scenario::new("raft", 5);
        let groups = groups(&proposal(&scenario, None));
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [2, 3]);
        assert!(groups.iter().flatten().all(|node| !node.is_client()));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_node_that_was_clicked_stands_apart() {
        let scenario = Scenario::new("raft", 5);
        let groups = groups(&proposal(&scenario, Some(NodeId::server(3))));
        assert_eq!(groups[0], [NodeId::server(3)]);
        assert_eq!(groups[1].len(), 4);
    }
}
