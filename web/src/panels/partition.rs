//! The partition editor: nodes go into groups by clicks; links between groups are cut. It says what is cut already.

use std::rc::Rc;

use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::{Status, Weight};
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Condition, Session};
use lightcone_sim::sorted::{Map, sort_by_key};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::CutSpan;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::epoch;
use crate::icons::Sign;
use crate::lazy;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::run::Run;
use crate::store::work::Deed;
use crate::words;

/// Groups on offer: with none, a node keeps all its links.
const GROUPS: [&str; 4] = ["1", "2", "3", "–"];
/// The group of a node that keeps all its links.
const NONE: usize = GROUPS.len() - 1;

/// What [`PARTITION`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct PartitionProps {
    /// The scenario, for nodes and names.
    pub scenario: Rc<Scenario>,
    /// The run, for who leads and what is cut.
    pub run: Run,
    /// The playhead.
    pub now: Key,
    /// The node that stands apart at first.
    pub first: Option<NodeId>,
}

type Grouping = Map<NodeId, usize>;

/// A first proposal: one node apart; or who leads with a minority, which is where a partition tells most; or half and
/// half. Clients keep all their links.
fn proposal(scenario: &Scenario, first: Option<NodeId>, leader: Option<NodeId>) -> Grouping {
    let minority = scenario.nodes.saturating_sub(1) / 2;
    let (mut apart, room) = match (first, leader) {
        (Some(first), _) => (vec![first], 1),
        (None, Some(leader)) => (vec![leader], minority.min(2)),
        (None, None) => (Vec::new(), minority.max(1)),
    };
    for node in scenario.node_set().iter() {
        if apart.len() < usize::from(room) && !apart.contains(&node) {
            apart.push(node);
        }
    }
    let group = |node: NodeId| match (apart.contains(&node), node.is_client()) {
        (true, _) => 0,
        (false, true) => NONE,
        (false, false) => 1,
    };
    scenario.node_set().iter().map(|node| (node, group(node))).collect()
}

/// Who leads: of several the one of the latest epoch.
fn leader(session: &dyn Session, now: Key) -> Option<NodeId> {
    let leads = |node: NodeId| {
        let state = session.node(node, now).filter(|state| state.condition != Condition::Down)?;
        let status = state.status.filter(|status| status.weight == Weight::Thick)?;
        Some((status.epoch, node))
    };
    session.trace().nodes().iter().filter_map(leads).max().map(|(_, node)| node)
}

/// A link in one direction: sender and receiver.
type Link = (NodeId, NodeId);

/// The links that are cut at a moment, each once and in order.
fn cut_links(session: &dyn Session, now: Key) -> Vec<Link> {
    let (now, nodes) = (now.instant(), session.trace().nodes());
    let mut links = Vec::new();
    for from in nodes.iter() {
        for to in nodes.iter() {
            let is_it = |span: &CutSpan| span.sender == from && span.receiver == to;
            if session.trace().cuts().iter().any(|span| is_it(span) && span.from <= now && now < span.to) {
                links.push((from, to));
            }
        }
    }
    links
}

/// The links that parting these groups cuts.
fn links_between(groups: &[Vec<NodeId>], one_way: bool) -> Vec<Link> {
    let mut links = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        for (other, receivers) in groups.iter().enumerate() {
            if place == other || (one_way && place > 0) {
                continue;
            }
            for &from in group {
                for &to in receivers {
                    links.push((from, to));
                }
            }
        }
    }
    links
}

fn holds(links: &[Link], some: &[Link]) -> bool {
    some.iter().all(|link| links.contains(link))
}

/// The groups that these cuts part, if they are a partition: no link between two groups is left, and none inside one is
/// cut.
fn parted(links: &[Link]) -> Option<Vec<Vec<NodeId>>> {
    let mut groups: Vec<Vec<NodeId>> = Vec::new();
    for &(node, _) in links {
        if groups.iter().any(|group| group.contains(&node)) {
            continue;
        }
        match groups.iter_mut().find(|group| !links.contains(&(node, group[0]))) {
            Some(group) => group.push(node),
            None => groups.push(vec![node]),
        }
    }
    let all = links_between(&groups, false);
    (groups.len() > 1 && all.len() == links.len() && holds(links, &all)).then_some(groups)
}

/// The groups of the cut in force, the smallest first, if the editor can show it.
fn present(links: &[Link], scenario: &Scenario) -> Option<Grouping> {
    let mut groups = parted(links).filter(|groups| groups.len() <= NONE)?;
    sort_by_key(&mut groups, Vec::len);
    let group = |node| groups.iter().position(|group| group.contains(&node)).unwrap_or(NONE);
    Some(scenario.node_set().iter().map(|node| (node, group(node))).collect())
}

/// What is cut now, in a sentence.
fn in_force(links: &[Link], scenario: &Scenario) -> String {
    if links.is_empty() {
        return "Now every link works.".to_owned();
    }
    if let Some(groups) = parted(links) {
        return format!("Cut now: {}. No group hears another.", words::groups(&groups, scenario));
    }
    let mut told = String::from("Now lost on its way:");
    for (place, &(from, to)) in links.iter().enumerate() {
        let is_same = place > 0 && links[place - 1].0 == from;
        if !is_same {
            told.push_str(if place > 0 { "; " } else { " " });
            told.push_str(&words::name(scenario, from));
            told.push_str(" →");
        }
        told.push(' ');
        told.push_str(&words::name(scenario, to));
    }
    told.push('.');
    told
}

/// What a cut would bring, in a sentence, and whether it would bring anything.
fn outlook(groups: &[Vec<NodeId>], one_way: bool, links: &[Link], scenario: &Scenario) -> (String, bool) {
    if groups.len() < 2 {
        return ("Put nodes into at least two groups.".to_owned(), false);
    }
    if holds(links, &links_between(groups, one_way)) {
        return ("That is cut already. Put nodes into other groups to cut more.".to_owned(), false);
    }
    let (apart, rest) = (words::list(&groups[0], scenario), words::list(&groups[1..].concat(), scenario));
    let told = if one_way {
        format!("After “Cut”, {rest} will not hear {apart}.")
    } else if groups.len() > 2 {
        format!("After “Cut”, no group will hear another: {}.", words::groups(groups, scenario))
    } else {
        format!("After “Cut”, {apart} will not hear {rest}, nor the other way round.")
    };
    (told, true)
}

/// The groups that have members.
fn groups(grouping: &Grouping) -> Vec<Vec<NodeId>> {
    let members = |group: usize| {
        grouping.iter().filter(move |(_, its)| **its == group).map(|(&node, _)| node).collect::<Vec<_>>()
    };
    (0..NONE).map(members).filter(|members| !members.is_empty()).collect()
}

lazy::chunk! {
    /// The partition editor.
    pub static PARTITION: partition(PartitionProps) = |props| html! { <Partition ..props.clone() /> };
}

#[component]
fn Partition(props: &PartitionProps) -> Html {
    let desk = use_desk();
    let links = cut_links(&*props.run.session(), props.now);
    let grouping = use_state_eq(|| {
        // What is cut is shown as it is; a proposal is for a whole network.
        present(&links, &props.scenario).unwrap_or_else(|| {
            let leader = leader(&*props.run.session(), props.now);
            proposal(&props.scenario, props.first, leader)
        })
    });
    let one_way = use_state_eq(|| false);
    let span = use_state_eq(String::new);
    let one_link = use_one_link(&desk, &props.scenario, props.first);
    let groups = groups(&grouping);
    let until = span.parse::<u64>().ok().map(|ms| props.now.at + Ns::ms(ms));
    let (summary, cuts) = outlook(&groups, *one_way, &links, &props.scenario);
    let now = in_force(&links, &props.scenario);
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
        let status = props.run.session().node(node, props.now).and_then(|state| state.status);
        html! { <key={node.to_string()}>{ group_row(&words::name(&props.scenario, node), status, chosen, &onpick) }</> }
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
        <>
            <p class="in-force" role="status">{ now }</p>
            <div class="groups">{ for props.scenario.node_set().iter().map(row) }</div>
            <label class="tick"><input type="checkbox" checked={*one_way} onchange={onway} /><span>{ "one way: only what group 1 sends is lost" }</span></label>
            <PickList label="It lasts" choices={spans} value={(*span).clone()} onpick={Callback::from({ let span = span.setter(); move |value| span.set(value) })} />
            <p class="summary">{ summary }</p>
            <div class="row">
                { Button::new(Sign::Split, "Cut", cut).worded().hint("Enter").class("strong").disabled(!cuts).html() }
                { Button::new(Sign::Link, "Heal all links", desk.at_and_close(None, Action::Heal { from: None, to: None })).text("Heal all").disabled(links.is_empty()).html() }
            </div>
            { one_link }
        </>
    }
}

fn group_row(name: &str, status: Option<Status>, chosen: usize, onpick: &Callback<usize>) -> Html {
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
            <span class={classes!("group-role", status.and_then(|status| epoch::class(status.epoch)))}>{ status.map_or("", |status| status.role) }</span>
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
        let groups = groups(&proposal(&scenario, None, None));
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [2, 3]);
        assert!(groups.iter().flatten().all(|node| !node.is_client()));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_node_that_was_clicked_stands_apart() {
        let scenario = Scenario::new("raft", 5);
        let groups = groups(&proposal(&scenario, Some(NodeId::server(3)), Some(NodeId::server(0))));
        assert_eq!(groups[0], [NodeId::server(3)]);
        assert_eq!(groups[1].len(), 4);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_leader_stands_in_a_minority_with_one_other() {
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(NodeId::server);
        let of = |nodes, leader| groups(&proposal(&Scenario::new("raft", nodes), None, Some(leader)));
        assert_eq!(of(5, c), [vec![a, c], vec![b, d, e]]);
        assert_eq!(of(3, c), [vec![c], vec![a, b]]);
        assert_eq!(of(7, a)[0], [a, b]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_cut_is_told_as_groups_or_link_by_link() {
        let scenario = Scenario::new("raft", 5);
        let [a, b, c, d] = [0, 1, 2, 3].map(NodeId::server);
        let told = |mut links: Vec<Link>| {
            links.sort_unstable();
            in_force(&links, &scenario)
        };
        assert_eq!(told(vec![]), "Now every link works.");
        let three = [vec![a, c], vec![b], vec![d]];
        assert_eq!(told(links_between(&three, false)), "Cut now: A C | B | D. No group hears another.");
        let shown = present(&links_between(&three, false), &scenario).expect("a partition");
        assert_eq!(groups(&shown), [vec![b], vec![d], vec![a, c]]);
        assert_eq!(told(links_between(&three, true)), "Now lost on its way: A → B D; C → B D.");
        assert_eq!(told(vec![(a, b), (a, c), (b, a)]), "Now lost on its way: A → B C; B → A.");
    }
}
