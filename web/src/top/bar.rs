//! The bar: which protocol, which example, which seed; undo, share, look, help.

use std::rc::Rc;

use lightcone_protocols::all;
use lightcone_sim::scenario::Scenario;
use yew::prelude::*;

use crate::desk::{Desk, Pop, use_desk};
use crate::dom;
use crate::icons::Sign;
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
    let toggles = |pop: Pop| desk.popping((props.pop.as_ref() != Some(&pop)).then_some(pop));
    html! {
        <header class="bar">
            <h1 class="brand">{ "Lightcone" }</h1>
            <Chooser scenario={props.scenario.clone()} origin={props.origin.clone()} />
            <span class="bar-gap"></span>
            <div class="bar-group" role="group" aria-label="History">
                <Button sign={Sign::Undo} label="Undo" text="Undo" hint="u, Ctrl+Z" disabled={!props.can_undo} onclick={desk.working(WorkAction::Undo)} />
                <Button sign={Sign::Redo} label="Redo" text="Redo" hint="Ctrl+Shift+Z" disabled={!props.can_redo} onclick={desk.working(WorkAction::Redo)} />
            </div>
            <div class="bar-group" role="group" aria-label="Page" data-pops="">
                <Button sign={Sign::Link} label="Share" text="Share" hint="link, file" expanded={props.pop == Some(Pop::Share)} onclick={toggles(Pop::Share)} />
                <Button sign={Sign::Large} label={large} hint="for a lecture hall" class="wide-only" pressed={habits.large} onclick={desk.habit(HabitsAction::Large(!habits.large))} />
                <Button sign={shade} class="shade" label={format!("Colours: {word}")} onclick={desk.habit(HabitsAction::Shade(next))} />
                <Button sign={Sign::Panel} label={if habits.aside { "Show panels" } else { "Hide panels" }} class="wide-only" pressed={!habits.aside} onclick={desk.habit(HabitsAction::Aside)} />
                <Button sign={Sign::Help} label="Help" hint="?" expanded={props.pop == Some(Pop::Help)} onclick={toggles(Pop::Help)} />
            </div>
        </header>
    }
}

/// Properties of [`Chooser`].
#[derive(Properties, PartialEq)]
struct ChooserProps {
    scenario: Rc<Scenario>,
    origin: Rc<Scenario>,
}

/// Which protocol, which example, which seed.
#[component]
fn Chooser(props: &ChooserProps) -> Html {
    let desk = use_desk();
    let scenario = &props.scenario;
    let choices: Vec<(AttrValue, AttrValue)> =
        all().iter().map(|entry| (entry.name.into(), entry.title.into())).collect();
    let onpick = {
        let desk = desk.clone();
        Callback::from(move |name: String| {
            if let Some(entry) = protocol(&name) {
                desk.open_scenario((entry.scenario)(None));
            }
        })
    };
    let ondice = dice(&desk, scenario);
    let examples = protocol(&scenario.protocol).map(|entry| (entry.examples)()).unwrap_or_default();
    html! {
        <div class="chooser" role="group" aria-label="Document">
            <PickList label="Protocol" labelled={false} {choices} value={scenario.protocol.clone()} {onpick} name="protocol" />
            <Examples {examples} origin={props.origin.clone()} />
            <Button sign={Sign::Dice} label="New seed" text={format!("seed {}", scenario.seed)} hint="another run by chance" class="quiet seed" onclick={ondice} />
            <Button sign={Sign::Reset} label="Reset" hint="as it was when it was opened" class="quiet" onclick={desk.working(WorkAction::Reset)} />
        </div>
    }
}

/// Properties of [`Examples`].
#[derive(Properties, PartialEq)]
struct ExamplesProps {
    examples: Vec<(&'static str, Scenario)>,
    origin: Rc<Scenario>,
}

/// Opens one of the protocol's examples.
#[component]
fn Examples(props: &ExamplesProps) -> Html {
    let desk = use_desk();
    let open = props.examples.iter().position(|(_, scenario)| *scenario == *props.origin);
    let open = open.map(|place| place.to_string()).unwrap_or_default();
    let first: (AttrValue, AttrValue) = ("".into(), "Examples…".into());
    let rest = props
        .examples
        .iter()
        .enumerate()
        .map(|(place, (title, _))| (place.to_string().into(), (*title).into()));
    let choices: Vec<(AttrValue, AttrValue)> = std::iter::once(first).chain(rest).collect();
    let onpick = {
        let examples = props.examples.clone();
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
