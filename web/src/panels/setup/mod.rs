//! The set-up: how many nodes, which seed, which parameters, how messages travel, and what goes wrong by chance. Every
//! change is another run.

mod network;
mod params;
mod picture;
mod row;
mod transport;

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lightcone_sim::scenario::Scenario;
use web_sys::Element;
use yew::prelude::*;

use crate::desk::use_desk;
use crate::icons::Sign;
use crate::lazy;
use crate::panels::setup::row::{Form, Wrong, small, whole};
use crate::parts::button::Button;
use crate::store::run::protocol;
use crate::store::work::WorkAction;
use crate::top::bar::dice;

lazy::chunk! {
    /// The set-up, for what is on the page.
    pub static SETUP: setup(SetupProps) = |props| html! { <Setup key={props.number} ..props.clone() /> };
}

/// Properties of [`Setup`].
#[derive(Clone, Properties, PartialEq)]
pub struct SetupProps {
    /// The number of the document.
    pub number: u32,
    /// The scenario.
    pub scenario: Rc<Scenario>,
}

/// The set-up.
#[component]
pub fn Setup(props: &SetupProps) -> Html {
    let desk = use_desk();
    let wrong = use_state(Vec::<Wrong>::new);
    let node = use_node_ref();
    use_effect_with(node.clone(), into_sight);
    let scenario = &props.scenario;
    let entry = protocol(&scenario.protocol);
    let form = Form { desk: &desk, scenario, wrong: &wrong };
    html! {
        <div class="setup" ref={node}>
            <p class="small">{ entry.map(|entry| entry.summary).unwrap_or_default() }</p>
            <div class="row">
                { Button::new(Sign::Dice, "New seed", dice(&desk, scenario)).worded().html() }
                { Button::new(Sign::Reset, "Reset", desk.working(WorkAction::Reset)).worded().html() }
            </div>
            { run(&form) }
            <h3 hidden={entry.is_none_or(|entry| entry.params.is_empty())}>{ "Parameters" }</h3>
            { for entry.into_iter().flat_map(|entry| params::params(&form, entry, entry.params)) }
            <h3>{ "Network" }</h3>
            { for entry.into_iter().flat_map(|entry| transport::transport(&form, entry)) }
            { network::timing(&form) }
            { network::latency(&form) }
            { picture::links(scenario) }
            { network::mishaps(&form) }
            <h3>{ "Faults by chance" }</h3>
            { network::faults(&form) }
        </div>
    }
}

/// What the reader has just unfolded is brought into sight: it opens below the other panels.
fn into_sight(node: &NodeRef) {
    // It stands in the page a moment later.
    let node = node.clone();
    Timeout::new(50, move || show(&node)).forget();
}

fn show(node: &NodeRef) {
    let panel = node.cast::<Element>().and_then(|own| own.closest(".panel").ok().flatten());
    // Not what was open when the page was.
    let is_at_hand = |panel: &Element| panel.matches(":hover, :focus-within").unwrap_or_default();
    if let Some(panel) = panel.filter(is_at_hand) {
        panel.scroll_into_view();
    }
}

/// How many nodes, and which chance.
fn run(form: &Form<'_>) -> Html {
    let scenario = form.scenario;
    html! {
        <>
            { form.row("nodes", "how many servers", scenario.nodes.to_string(), |new, text| {
                new.nodes = small(text)?;
                Ok(())
            }) }
            { form.row("clients", "how many clients", scenario.workload.clients.to_string(), |new, text| {
                new.workload.clients = small(text)?;
                Ok(())
            }) }
            { form.row("seed", "decides every chance", scenario.seed.to_string(), |new, text| {
                new.seed = whole(text)?;
                Ok(())
            }) }
        </>
    }
}
