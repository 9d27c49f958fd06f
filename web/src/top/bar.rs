//! The bar: which protocol, which example, which seed; undo, share, look, help.

use std::rc::Rc;

use lightcone_protocols::all;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::sorted::sort_by_key;
use yew::prelude::*;

use crate::desk::{Desk, Opening, Pop, use_desk};
use crate::dom;
use crate::icons::{Sign, icon};
use crate::lecture::stage;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::look::{Habits, HabitsAction, Shade};
use crate::store::run::protocol;
use crate::store::work::WorkAction;

/// Properties of [`Bar`].
#[derive(Properties, PartialEq)]
pub struct BarProps {
    /// What runs.
    pub scenario: Rc<Scenario>,
    /// As it was when it was opened.
    pub origin: Rc<Scenario>,
    /// Whether there is something to undo.
    pub can_undo: bool,
    /// Whether there is something to redo.
    pub can_redo: bool,
    /// What stays with the reader.
    pub habits: Rc<Habits>,
    /// What is open.
    pub pop: Option<Pop>,
}

/// The bar.
#[component]
pub fn Bar(props: &BarProps) -> Html {
    let desk = use_desk();
    let habits = &props.habits;
    let (shade, next, word) = match habits.shade {
        Shade::Auto => (Sign::Half, Shade::Light, "automatic"),
        Shade::Light => (Sign::Sun, Shade::Dark, "light"),
        Shade::Dark => (Sign::Moon, Shade::Auto, "dark"),
    };
    let large = if habits.large { "Usual text" } else { "Large text" };
    let aside = if habits.aside { "Show panels" } else { "Hide panels" };
    let toggles = |pop: Pop| desk.popping((props.pop.as_ref() != Some(&pop)).then_some(pop));
    html! {
        <header class="bar">
            <h1 class="brand">{ "Lightcone" }</h1>
            { chooser(&desk, &props.scenario, &props.origin) }
            <a class="button labs-link" href="labs/" title="Labs: lessons on a run">{ icon(Sign::Flask) }<span class="button-text">{ "Labs" }</span></a>
            <span class="bar-gap"></span>
            <div class="bar-group" role="group" aria-label="History">
                { Button::new(Sign::Undo, "Undo", desk.working(WorkAction::Undo)).worded().hint("u, Ctrl+Z").disabled(!props.can_undo).html() }
                { Button::new(Sign::Redo, "Redo", desk.working(WorkAction::Redo)).worded().hint("Ctrl+Shift+Z").disabled(!props.can_redo).html() }
            </div>
            <div class="bar-group" role="group" aria-label="Page" data-pops="">
                { Button::new(Sign::Link, "Share", toggles(Pop::Share)).worded().hint("s").expanded(props.pop == Some(Pop::Share)).html() }
                { Button::new(Sign::Screen, "Present", presenting(&desk)).hint("v: only the diagram, large").class("wide-only present").html() }
                { Button::new(Sign::Large, large, desk.habit(HabitsAction::Large(!habits.large))).hint("t, for a lecture hall").class("wide-only").pressed(habits.large).html() }
                { Button::new(shade, format!("Colours: {word}"), desk.habit(HabitsAction::Shade(next))).class("shade").html() }
                { Button::new(Sign::Panel, aside, desk.habit(HabitsAction::Aside)).hint("h").class("wide-only").pressed(!habits.aside).html() }
                { Button::new(Sign::Help, "Help", toggles(Pop::Help)).hint("?").expanded(props.pop == Some(Pop::Help)).html() }
            </div>
        </header>
    }
}

fn presenting(desk: &Desk) -> Callback<MouseEvent> {
    let desk = desk.clone();
    Callback::from(move |_| stage::toggle(&desk, false))
}

/// Which protocol, which example, which seed.
fn chooser(desk: &Desk, scenario: &Rc<Scenario>, origin: &Scenario) -> Html {
    // Chapters stand in the order in which their first protocols are registered.
    let mut entries: Vec<&ProtocolEntry> = all().iter().collect();
    sort_by_key(&mut entries, |entry| all().iter().position(|first| first.chapter == entry.chapter));
    let choices: Vec<(AttrValue, AttrValue)> =
        entries.iter().map(|entry| (entry.name.into(), entry.title.into())).collect();
    let groups: Vec<AttrValue> = entries.iter().map(|entry| entry.chapter.into()).collect();
    let onpick = {
        let desk = desk.clone();
        Callback::from(move |name: String| {
            desk.open.emit(Opening::Link(name));
        })
    };
    let seed = format!("seed {}", scenario.seed);
    let seed =
        Button::new(Sign::Dice, "New seed", dice(desk, scenario)).text(seed).hint("another run by chance");
    let reset = Button::new(Sign::Reset, "Reset", desk.working(WorkAction::Reset));
    let examples = protocol(&scenario.protocol).map(|entry| (entry.examples)()).unwrap_or_default();
    html! {
        <div class="chooser" role="group" aria-label="Document">
            <PickList label="Protocol" labelled={false} {choices} {groups} value={scenario.protocol.clone()} {onpick} name="protocol" />
            { list_of(desk, examples, origin) }
            { seed.class("quiet seed").html() }
            { reset.hint("as it was when it was opened").class("quiet").html() }
        </div>
    }
}

/// Opens one of the protocol's examples.
fn list_of(desk: &Desk, examples: Vec<(&'static str, Scenario)>, origin: &Scenario) -> Html {
    let open = examples.iter().position(|(_, scenario)| scenario == origin);
    let open = open.map(|place| place.to_string()).unwrap_or_default();
    let first: (AttrValue, AttrValue) = ("".into(), "Examples".into());
    let rest =
        examples.iter().enumerate().map(|(place, (title, _))| (place.to_string().into(), (*title).into()));
    let choices: Vec<(AttrValue, AttrValue)> = std::iter::once(first).chain(rest).collect();
    let onpick = {
        let desk = desk.clone();
        Callback::from(move |value: String| {
            let place = value.parse::<usize>().ok();
            if let Some((_, scenario)) = place.and_then(|place| examples.get(place)) {
                desk.open_scenario(scenario.clone());
            }
        })
    };
    html! {
        <PickList label="Examples" labelled={false} {choices} value={open} {onpick} name="examples" />
    }
}

/// A callback for another run by chance, from its beginning.
pub fn dice(desk: &Desk, scenario: &Rc<Scenario>) -> Callback<MouseEvent> {
    let (desk, scenario) = (desk.clone(), scenario.clone());
    Callback::from(move |_| {
        desk.apply(Scenario { seed: dom::chance(), ..(*scenario).clone() });
        desk.work.dispatch(WorkAction::Restart);
    })
}
