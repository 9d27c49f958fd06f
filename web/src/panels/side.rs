//! The panels, one under another beside the diagram, or on a phone one at a time under tabs.

use std::rc::Rc;

use lightcone_sim::ids::NodeId;
use yew::prelude::*;

use crate::desk::{Desk, Pop, use_desk};
use crate::diagram::other::Elsewhere;
use crate::icons::Sign;
use crate::lazy::Lazy;
use crate::panels::branches;
use crate::panels::checks::{self, broken};
use crate::panels::event::{LOOK, LookProps};
use crate::panels::explore::{EXPLORE, ExploreProps};
use crate::panels::next::{Next, hold_all};
use crate::panels::nodes;
use crate::panels::script::{SCRIPT, ScriptProps};
use crate::panels::setup::{SETUP, SetupProps};
use crate::parts::button::Button;
use crate::parts::fold::fold;
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
    /// What is looked into in another branch.
    pub elsewhere: Option<Elsewhere>,
    /// Lanes in order.
    pub lanes: Vec<NodeId>,
    /// Whether the window is a phone's.
    pub narrow: bool,
}

const TABS: [(&str, &str); 8] = [
    ("nodes", "Nodes"),
    ("next", "Next"),
    ("look", "Event"),
    ("checks", "Checks"),
    ("script", "Script"),
    ("branches", "Branches"),
    ("setup", "Set-up"),
    ("explore", "Explore"),
];

/// The panels.
#[component]
pub fn Side(props: &SideProps) -> Html {
    let desk = use_desk();
    let tab = use_state_eq(|| "nodes");
    // On a phone, what is picked comes to the front.
    use_effect_with((props.pick, props.elsewhere.as_ref().map(|elsewhere| elsewhere.pick)), {
        let tab = tab.setter();
        move |(pick, elsewhere)| {
            if pick.is_some() || elsewhere.is_some() {
                tab.set("look");
            }
        }
    });
    let shows = |name: &str| !props.narrow || *tab == name;
    html! {
        <aside class="side" aria-label="Panels">
            { tabs(props.narrow, *tab, &tab.setter()) }
            <div class="side-panels">
                <div key="look" class="slot" hidden={!shows("look")}>{ if shows("look") { look(&desk, props) } else { Html::default() } }</div>
                <div key="next" class="slot" hidden={!shows("next")}>{ if shows("next") { next(&desk, props) } else { Html::default() } }</div>
                <div key="nodes" class="slot" hidden={!shows("nodes")}>{ if shows("nodes") { nodes(&desk, props) } else { Html::default() } }</div>
                <div key="checks" class="slot" hidden={!shows("checks")}>{ if shows("checks") { checks(&desk, props) } else { Html::default() } }</div>
                <div key="script" class="slot" hidden={!shows("script")}>{ if shows("script") { script(&desk, props) } else { Html::default() } }</div>
                <div key="branches" class="slot" hidden={!shows("branches")}>{ if shows("branches") { branches(&desk, props) } else { Html::default() } }</div>
                <div key="setup" class="slot" hidden={!shows("setup")}>{ if shows("setup") { setup(&desk, props) } else { Html::default() } }</div>
                <div key="explore" class="slot" hidden={!shows("explore")}>{ if shows("explore") { explore(&desk, props) } else { Html::default() } }</div>
            </div>
        </aside>
    }
}

fn tabs(narrow: bool, shown: &'static str, set: &UseStateSetter<&'static str>) -> Html {
    let tab = |(name, word): (&'static str, &'static str)| {
        let set = set.clone();
        html! {
            <button key={name} type="button" role="tab" class="tab" aria-selected={if shown == name { "true" } else { "false" }}
                onclick={Callback::from(move |_| set.set(name))}>{ word }</button>
        }
    };
    html! { <div class="tabs" role="tablist" aria-label="Panels" hidden={!narrow}>{ for TABS.into_iter().map(tab) }</div> }
}

fn folded(props: &SideProps, name: &str) -> bool {
    !props.narrow && props.habits.is_folded(name)
}

fn look(desk: &Desk, props: &SideProps) -> Html {
    if let Some(elsewhere) = &props.elsewhere {
        let name = format!(" in {}", elsewhere.name);
        return html! {
            <ContextProvider<Desk> key="elsewhere" context={elsewhere.desk.clone()}>
                { picked(&elsewhere.desk, props, (&elsewhere.work, elsewhere.pick), &name) }
            </ContextProvider<Desk>>
        };
    }
    match props.pick {
        Some(pick) => picked(desk, props, (&props.work, pick), ""),
        None => {
            html! { <p class="small nothing-picked" hidden={!props.narrow}>{ "Tap an arrow or a dot in the diagram to look into it." }</p> }
        }
    }
}

fn picked(
    desk: &Desk,
    props: &SideProps,
    (work, pick): (&UseReducerHandle<Work>, Pick),
    branch: &str,
) -> Html {
    let (title, id) = match pick {
        Pick::Event(id) => ("Event", id.to_string()),
        Pick::Message(id) => ("Message", id.to_string()),
    };
    let close =
        Button::new(Sign::Cross, "Look no longer", desk.picking(None)).hint("Esc").class("quiet").html();
    let title = format!("{title} {id}{branch}");
    fold(desk, "look", title, close, folded(props, "look"), &|| {
        let with = LookProps { desk: desk.clone(), work: work.clone(), pick };
        html! { <Lazy<LookProps> part={&LOOK} {with} /> }
    })
}

fn next(desk: &Desk, props: &SideProps) -> Html {
    let work = &props.work;
    let hold = hold_all(desk, &*work.run.session(), work.now);
    fold(desk, "next", "Next", hold, folded(props, "next"), &|| {
        html! { <Next run={work.run.clone()} scenario={work.scenario.clone()} now={work.now} pick={props.pick} quiz={work.quiz} /> }
    })
}

fn nodes(desk: &Desk, props: &SideProps) -> Html {
    let part =
        Button::new(Sign::Split, "Partition…", desk.popping(Some(Pop::Partition(None)))).worded().hint("p");
    let part = html! { <span data-pops="">{ part.class("quiet").html() }</span> };
    fold(desk, "nodes", "Nodes", part, folded(props, "nodes"), &|| nodes::nodes(&props.work, &props.lanes))
}

fn checks(desk: &Desk, props: &SideProps) -> Html {
    let work = &props.work;
    let (broken, all) = {
        let session = work.run.session();
        (broken(&*session, work.now), session.monitors().len())
    };
    let (word, class) = match (broken, all) {
        (_, 0) => ("none".to_owned(), "small"),
        (0, _) => (format!("{all} hold"), "holds"),
        _ => (format!("{broken} of {all} violated"), "violated"),
    };
    let aside = html! { <span {class}>{ word }</span> };
    fold(desk, "checks", "Invariants", aside, folded(props, "checks"), &|| {
        checks::checks(desk, &*work.run.session(), work.now)
    })
}

fn script(desk: &Desk, props: &SideProps) -> Html {
    let work = &props.work;
    let count = work.scenario.script.len();
    let aside =
        html! { <span class="small">{ if count == 0 { String::new() } else { count.to_string() } }</span> };
    fold(desk, "script", "Script", aside, folded(props, "script"), &|| {
        if count == 0 {
            return html! { <p key="none" class="small">{ "Nothing yet. What you do to the run is listed here." }</p> };
        }
        let with = ScriptProps { run: work.run.clone(), scenario: work.scenario.clone(), now: work.now };
        html! { <Lazy<ScriptProps> key="script" part={&SCRIPT} {with} /> }
    })
}

fn branches(desk: &Desk, props: &SideProps) -> Html {
    fold(desk, "branches", "Branches", branches::begin(desk), folded(props, "branches"), &|| {
        branches::branches(desk, &props.work)
    })
}

fn setup(desk: &Desk, props: &SideProps) -> Html {
    let scenario = &props.work.scenario;
    let holds = html! { <span class="small">{ "nodes, network, parameters" }</span> };
    fold(desk, "setup", "Set-up", holds, folded(props, "setup"), &|| {
        let with = SetupProps { number: props.work.number, scenario: scenario.clone() };
        html! { <Lazy<SetupProps> part={&SETUP} {with} /> }
    })
}

fn explore(desk: &Desk, props: &SideProps) -> Html {
    let work = &props.work;
    let holds = html! { <span class="small">{ "can this ever happen?" }</span> };
    fold(desk, "explore", "Explore", holds, folded(props, "explore"), &|| {
        let (number, run, scenario) = (work.number, work.run.clone(), work.scenario.clone());
        let with = ExploreProps { number, run, scenario, now: work.now };
        html! { <Lazy<ExploreProps> part={&EXPLORE} {with} /> }
    })
}
