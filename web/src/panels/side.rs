//! The panels, one under another beside the diagram, or on a phone one at a time under tabs.

use std::rc::Rc;

use lightcone_sim::ids::NodeId;
use yew::prelude::*;

use crate::desk::{Pop, use_desk};
use crate::icons::Sign;
use crate::panels::checks::{Checks, broken};
use crate::panels::event::Look as Inspector;
use crate::panels::next::{HoldAll, Next};
use crate::panels::nodes::Nodes;
use crate::panels::script::Script;
use crate::panels::setup::Setup;
use crate::parts::button::Button;
use crate::parts::fold::Fold;
use crate::store::look::Habits;
use crate::store::pick::Pick;
use crate::store::work::Work;

/// Properties of [`Side`].
#[derive(Properties, PartialEq)]
pub struct SideProps {
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// What stays with the reader.
    pub habits: Rc<Habits>,
    /// What is picked.
    pub pick: Option<Pick>,
    /// Lanes in order.
    pub lanes: Vec<NodeId>,
    /// Whether the window is a phone's.
    pub narrow: bool,
}

const TABS: [(&str, &str); 6] = [
    ("nodes", "Nodes"),
    ("next", "Next"),
    ("look", "Event"),
    ("checks", "Checks"),
    ("script", "Script"),
    ("setup", "Set-up"),
];

/// The panels.
#[component]
pub fn Side(props: &SideProps) -> Html {
    let tab = use_state_eq(|| "nodes");
    // On a phone, what is picked comes to the front.
    use_effect_with(props.pick, {
        let tab = tab.setter();
        move |pick| {
            if pick.is_some() {
                tab.set("look");
            }
        }
    });
    let shows = |name: &str| !props.narrow || *tab == name;
    html! {
        <aside class="side" aria-label="Panels">
            <Tabs narrow={props.narrow} tab={*tab} set={tab.setter()} />
            <div class="side-panels">
                <div key="look" class="slot" hidden={!shows("look")}>{ if shows("look") { look(props) } else { Html::default() } }</div>
                <div key="next" class="slot" hidden={!shows("next")}>{ if shows("next") { next(props) } else { Html::default() } }</div>
                <div key="nodes" class="slot" hidden={!shows("nodes")}>{ if shows("nodes") { nodes(props) } else { Html::default() } }</div>
                <div key="checks" class="slot" hidden={!shows("checks")}>{ if shows("checks") { checks(props) } else { Html::default() } }</div>
                <div key="script" class="slot" hidden={!shows("script")}>{ if shows("script") { script(props) } else { Html::default() } }</div>
                <div key="setup" class="slot" hidden={!shows("setup")}>{ if shows("setup") { setup(props) } else { Html::default() } }</div>
            </div>
        </aside>
    }
}

/// Properties of [`Tabs`].
#[derive(Properties, PartialEq)]
struct TabsProps {
    narrow: bool,
    tab: &'static str,
    set: UseStateSetter<&'static str>,
}

#[component]
fn Tabs(props: &TabsProps) -> Html {
    let tab = |(name, word): (&'static str, &'static str)| {
        let set = props.set.clone();
        html! {
            <button key={name} type="button" role="tab" class="tab" aria-selected={if props.tab == name { "true" } else { "false" }}
                onclick={Callback::from(move |_| set.set(name))}>{ word }</button>
        }
    };
    html! { <div class="tabs" role="tablist" aria-label="Panels" hidden={!props.narrow}>{ for TABS.into_iter().map(tab) }</div> }
}

fn folded(props: &SideProps, name: &str) -> bool {
    !props.narrow && props.habits.is_folded(name)
}

fn look(props: &SideProps) -> Html {
    let work = &props.work;
    match props.pick {
        Some(pick) => html! { <Picked {pick} work={work.clone()} folded={folded(props, "look")} /> },
        None => {
            html! { <p class="small nothing-picked" hidden={!props.narrow}>{ "Tap an arrow or a dot in the diagram to look into it." }</p> }
        }
    }
}

/// Properties of [`Picked`].
#[derive(Properties, PartialEq)]
struct PickedProps {
    pick: Pick,
    work: UseReducerHandle<Work>,
    folded: bool,
}

#[component]
fn Picked(props: &PickedProps) -> Html {
    let desk = use_desk();
    let work = &props.work;
    let (title, id) = match props.pick {
        Pick::Event(id) => ("Event", id.to_string()),
        Pick::Message(id) => ("Message", id.to_string()),
    };
    let close = html! { <Button sign={Sign::Cross} label="Look no longer" hint="Esc" class="quiet" onclick={desk.picking(None)} /> };
    html! {
        <Fold name="look" title={format!("{title} {id}")} aside={close} folded={props.folded}>
            <Inspector run={work.run.clone()} scenario={work.scenario.clone()} now={work.now} pick={props.pick} />
        </Fold>
    }
}

fn next(props: &SideProps) -> Html {
    let work = &props.work;
    let hold = html! { <HoldAll run={work.run.clone()} now={work.now} /> };
    html! {
        <Fold name="next" title="Next" aside={hold} folded={folded(props, "next")}>
            <Next run={work.run.clone()} scenario={work.scenario.clone()} now={work.now} pick={props.pick} />
        </Fold>
    }
}

fn nodes(props: &SideProps) -> Html {
    let work = &props.work;
    html! {
        <Fold name="nodes" title="Nodes" aside={html! { <PartitionButton /> }} folded={folded(props, "nodes")}>
            <Nodes run={work.run.clone()} scenario={work.scenario.clone()} now={work.now} lanes={props.lanes.clone()} />
        </Fold>
    }
}

#[component]
fn PartitionButton() -> Html {
    let desk = use_desk();
    html! { <span data-pops=""><Button sign={Sign::Split} label="Partition…" text="Partition…" class="quiet" onclick={desk.popping(Some(Pop::Partition(None)))} /></span> }
}

fn checks(props: &SideProps) -> Html {
    let work = &props.work;
    let (broken, all) = {
        let session = work.run.session();
        (broken(&*session, work.now), session.monitors().len())
    };
    let word = if broken == 0 { format!("{all} hold") } else { format!("{broken} of {all} violated") };
    let aside = html! { <span class={if broken == 0 { "holds" } else { "violated" }}>{ word }</span> };
    html! {
        <Fold name="checks" title="Invariants" {aside} folded={folded(props, "checks")}>
            <Checks run={work.run.clone()} now={work.now} />
        </Fold>
    }
}

fn script(props: &SideProps) -> Html {
    let work = &props.work;
    let count = work.scenario.script.len();
    let aside =
        html! { <span class="small">{ if count == 0 { String::new() } else { count.to_string() } }</span> };
    html! {
        <Fold name="script" title="Script" {aside} folded={folded(props, "script")}>
            <Script run={work.run.clone()} scenario={work.scenario.clone()} now={work.now} />
        </Fold>
    }
}

fn setup(props: &SideProps) -> Html {
    html! {
        <Fold name="setup" title="Set-up" folded={folded(props, "setup")}>
            <Setup scenario={props.work.scenario.clone()} />
        </Fold>
    }
}
