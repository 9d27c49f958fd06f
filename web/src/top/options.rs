//! Options of the diagram: which way time runs, what is hidden, and in what order lanes stand.

use lightcone_diagram::{Flow, Stamps};
use lightcone_sim::ids::NodeId;
use lightcone_sim::sorted::sort;
use yew::prelude::*;

use crate::desk::Desk;
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::parts::pop::Sheet;
use crate::store::look::{Habits, HabitsAction, Look, LookAction, Shade};
use crate::store::work::Work;
use crate::words;

/// What the options show.
#[derive(Clone, PartialEq)]
pub struct Options {
    /// Ways to change the stores.
    pub desk: Desk,
    /// How things are looked at.
    pub look: UseReducerHandle<Look>,
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// Lanes in order.
    pub lanes: Vec<NodeId>,
    /// Whether text is large.
    pub large: bool,
    /// Whether keys that are letters do nothing.
    pub keyless: bool,
    /// Light or dark.
    pub shade: Shade,
}

/// Options of the diagram.
pub fn options(shown: &Options) -> Html {
    let (desk, look) = (&shown.desk, &shown.look);
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
    let onkeys = {
        let habits = desk.habits.clone();
        Callback::from(move |event: Event| habits.dispatch(HabitsAction::Keyless(!dom::ticked(&event))))
    };
    let (clock, clocks, onclock) = clocks(&desk.look, look.view.stamps);
    let (shade, shades, onshade) = shades(&desk.habits, shown.shade);
    let turns = vec![
        ("auto".into(), "as the window is shaped".into()),
        ("across".into(), "left to right".into()),
        ("down".into(), "top to bottom".into()),
    ];
    html! {
        <Sheet key="options" title="Diagram" name="options">
            <PickList label="Time runs" choices={turns} value={turn} onpick={onturn} name="flow" />
            <PickList label="Clocks at events" choices={clocks} value={clock} onpick={onclock} name="stamps" />
            <label class="tick"><input type="checkbox" checked={look.view.fold_routine} onchange={onfold} /><span>{ "Fold routine messages, such as heartbeats" }</span></label>
            <label class="tick"><input type="checkbox" checked={shown.large} onchange={onlarge} /><span>{ "Large text, for a lecture hall" }</span></label>
            <label class="tick"><input type="checkbox" checked={!shown.keyless} onchange={onkeys} /><span>{ "Letters and signs are keys, such as c for a crash" }</span></label>
            <PickList label="Colours" choices={shades} value={shade} onpick={onshade} name="shade" />
            <h3>{ "Messages" }</h3>
            <div class="ticks">{ for kinds(&shown.work).iter().map(|kind| kind_tick(&desk.look, look, kind)) }</div>
            <h3>{ "Lanes" }</h3>
            <ol class="lane-list">{ for (0..shown.lanes.len()).map(|place| lane_row(desk, shown, place)) }</ol>
        </Sheet>
    }
}

type Choices = Vec<(AttrValue, AttrValue)>;

/// The logical clocks that can stand at events.
fn clocks(look: &UseReducerDispatcher<Look>, shown: Stamps) -> (&'static str, Choices, Callback<String>) {
    const ALL: [(Stamps, &str); 5] = [
        (Stamps::None, "none"),
        (Stamps::Lamport, "Lamport clock"),
        (Stamps::Vector, "vector clock"),
        (Stamps::Dotted, "dotted version vector"),
        (Stamps::Tree, "interval tree clock"),
    ];
    let look = look.clone();
    let onpick = Callback::from(move |value: String| {
        if let Some(&(stamps, _)) = ALL.iter().find(|(_, word)| *word == value) {
            look.dispatch(LookAction::Stamps(stamps));
        }
    });
    let word = ALL.iter().find(|(stamps, _)| *stamps == shown).map_or("none", |(_, word)| word);
    (word, ALL.map(|(_, word)| (word.into(), word.into())).to_vec(), onpick)
}

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

fn lane_row(desk: &Desk, shown: &Options, place: usize) -> Html {
    let node = shown.lanes[place];
    let name = words::name(&shown.work.scenario, node);
    let hidden = shown.look.view.hidden_nodes.contains(&node);
    let onchange = {
        let look = desk.look.clone();
        Callback::from(move |event: Event| look.dispatch(LookAction::Lane(node, !dom::ticked(&event))))
    };
    let moved = |by: isize| desk.looking(LookAction::Order(moved(&shown.lanes, place, by)));
    html! {
        <li key={node.to_string()} class="row">
            <label class="tick"><input type="checkbox" checked={!hidden} {onchange} /><span>{ name.clone() }</span></label>
            { Button::new(Sign::Up, format!("Move {name} up"), moved(-1)).class("quiet").disabled(place == 0).html() }
            { Button::new(Sign::Down, format!("Move {name} down"), moved(1)).class("quiet").disabled(place + 1 == shown.lanes.len()).html() }
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

/// The kinds of messages of a run, by name. A long run is sampled at its beginning.
fn kinds(work: &Work) -> Vec<&'static str> {
    let session = work.run.session();
    let messages = session.trace().messages().take(5_000);
    let mut kinds: Vec<&'static str> =
        messages.filter_map(|(id, _)| session.message(id)).map(|told| told.kind).collect();
    sort(&mut kinds);
    kinds.dedup();
    kinds
}
