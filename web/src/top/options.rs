//! Options of the diagram: which way time runs, what is hidden, and in what order lanes stand.

use std::rc::Rc;

use lightcone_diagram::Flow;
use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::Scenario;
use yew::prelude::*;

use crate::desk::use_desk;
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::parts::pop::Sheet;
use crate::store::look::{Habits, HabitsAction, Look, LookAction, Shade};
use crate::words;

/// Properties of [`Options`].
#[derive(Properties, PartialEq)]
pub struct OptionsProps {
    /// How things are looked at.
    pub look: Rc<Look>,
    /// What runs.
    pub scenario: Rc<Scenario>,
    /// Kinds of messages of this run.
    pub kinds: Vec<&'static str>,
    /// Lanes in order.
    pub lanes: Vec<NodeId>,
    /// Whether text is large.
    pub large: bool,
    /// Light or dark.
    pub shade: Shade,
}

/// Options of the diagram.
#[component]
pub fn Options(props: &OptionsProps) -> Html {
    let desk = use_desk();
    let look = &props.look;
    let turn = match (look.turned, look.view.flow) {
        (false, _) => "auto",
        (true, Flow::LeftToRight) => "across",
        (true, Flow::TopToBottom) => "down",
    };
    let onturn = {
        let look = desk.look.clone();
        Callback::from(move |value: String| {
            look.dispatch(LookAction::Turn(match value.as_str() {
                "across" => Some(Flow::LeftToRight),
                "down" => Some(Flow::TopToBottom),
                _ => None,
            }));
        })
    };
    let onfold = {
        let look = desk.look.clone();
        Callback::from(move |event: Event| look.dispatch(LookAction::Fold(dom::ticked(&event))))
    };
    let onlarge = {
        let habits = desk.habits.clone();
        Callback::from(move |event: Event| habits.dispatch(HabitsAction::Large(dom::ticked(&event))))
    };
    let (shade, shades, onshade) = shades(&desk.habits, props.shade);
    let turns = vec![
        ("auto".into(), "as the window is shaped".into()),
        ("across".into(), "left to right".into()),
        ("down".into(), "top to bottom".into()),
    ];
    html! {
        <Sheet title="Diagram" name="options">
            <PickList label="Time runs" choices={turns} value={turn} onpick={onturn} name="flow" />
            <label class="tick"><input type="checkbox" checked={look.view.fold_routine} onchange={onfold} /><span>{ "Fold routine messages, such as heartbeats" }</span></label>
            <label class="tick"><input type="checkbox" checked={props.large} onchange={onlarge} /><span>{ "Large text, for a lecture hall" }</span></label>
            <PickList label="Colours" choices={shades} value={shade} onpick={onshade} name="shade" />
            <h3>{ "Messages" }</h3>
            <div class="ticks">{ for props.kinds.iter().map(|kind| kind_tick(&desk.look, look, kind)) }</div>
            <h3>{ "Lanes" }</h3>
            <ol class="lane-list">{ for (0..props.lanes.len()).map(|place| html! {
                <LaneRow key={props.lanes[place].to_string()} {place} lanes={props.lanes.clone()}
                    name={words::name(&props.scenario, props.lanes[place])}
                    hidden={look.view.hidden_nodes.contains(&props.lanes[place])} />
            }) }</ol>
        </Sheet>
    }
}

type Choices = Vec<(AttrValue, AttrValue)>;

fn shades(habits: &UseReducerDispatcher<Habits>, shade: Shade) -> (&'static str, Choices, Callback<String>) {
    let habits = habits.clone();
    let all = [(Shade::Auto, "as the system has them"), (Shade::Light, "light"), (Shade::Dark, "dark")];
    let word = |shade: Shade| all.iter().find(|other| other.0 == shade).map_or("", |other| other.1);
    let onpick = Callback::from(move |value: String| {
        if let Some(&(shade, _)) = all.iter().find(|(_, word)| *word == value) {
            habits.dispatch(HabitsAction::Shade(shade));
        }
    });
    (word(shade), all.map(|(_, word)| (word.into(), word.into())).to_vec(), onpick)
}

fn kind_tick(dispatcher: &UseReducerDispatcher<Look>, look: &Look, kind: &'static str) -> Html {
    let dispatcher = dispatcher.clone();
    let onchange = Callback::from(move |event: Event| {
        dispatcher.dispatch(LookAction::Kind(kind.to_owned(), !dom::ticked(&event)));
    });
    html! {
        <label key={kind} class="tick">
            <input type="checkbox" checked={!look.view.hidden_kinds.contains(kind)} {onchange} /><span>{ kind }</span>
        </label>
    }
}

/// Properties of [`LaneRow`].
#[derive(Properties, PartialEq)]
struct LaneRowProps {
    place: usize,
    lanes: Vec<NodeId>,
    name: String,
    hidden: bool,
}

#[component]
fn LaneRow(props: &LaneRowProps) -> Html {
    let desk = use_desk();
    let node = props.lanes[props.place];
    let onchange = {
        let look = desk.look.clone();
        Callback::from(move |event: Event| look.dispatch(LookAction::Lane(node, !dom::ticked(&event))))
    };
    let moved = |by: isize| desk.looking(LookAction::Order(moved(&props.lanes, props.place, by)));
    html! {
        <li class="row">
            <label class="tick"><input type="checkbox" checked={!props.hidden} {onchange} /><span>{ props.name.clone() }</span></label>
            <Button sign={Sign::Up} label={format!("Move {} up", props.name)} class="quiet" disabled={props.place == 0} onclick={moved(-1)} />
            <Button sign={Sign::Down} label={format!("Move {} down", props.name)} class="quiet" disabled={props.place + 1 == props.lanes.len()} onclick={moved(1)} />
        </li>
    }
}

/// The lanes with one of them moved.
pub fn moved(lanes: &[NodeId], place: usize, by: isize) -> Vec<NodeId> {
    let mut lanes = lanes.to_vec();
    let to = place.saturating_add_signed(by).min(lanes.len().saturating_sub(1));
    if place < lanes.len() {
        let node = lanes.remove(place);
        lanes.insert(to, node);
    }
    lanes
}

/// The order in which lanes stand: as chosen, then the rest.
pub fn order(look: &Look, nodes: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    let nodes: Vec<NodeId> = nodes.collect();
    let mut order: Vec<NodeId> =
        look.view.order.iter().copied().filter(|node| nodes.contains(node)).collect();
    order.extend(nodes.into_iter().filter(|node| !look.view.order.contains(node)));
    order
}
