//! Jumping on: to the next leader, violation, fault, loss or answer, to the next event of a node, or to the first moment
//! at which a field of a node's state has a value.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::landmarks::Landmark;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::lazy;
use crate::panels::explore::explore_here;
use crate::parts::pick_list::PickList;
use crate::store::pick::Pick;
use crate::store::work::{Work, WorkAction};
use crate::words;

/// So many events of a node are looked at for a value, so that the page does not stand still.
const FARTHEST: usize = 20_000;

/// What [`JUMP`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct JumpProps {
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// The node that is looked into.
    pub node: Option<NodeId>,
}

lazy::chunk! {
    /// Where the run may be gone to.
    pub static JUMP: jump(JumpProps) = |props| html! { <Jump ..props.clone() /> };
}

#[component]
fn Jump(props: &JumpProps) -> Html {
    let desk = use_desk();
    let work = &props.work;
    let row = |(word, what): (String, Landmark)| {
        let found = work.run.session().trace().next_landmark(work.now, what);
        let text = found.map_or("none ahead".to_owned(), |(id, key)| {
            format!("{}, {}", words::name(&work.scenario, id.node), words::clock(key.at))
        });
        let desk = desk.clone();
        let onclick = Callback::from(move |_| found.iter().for_each(|&found| land(&desk, found)));
        html! {
            <li key={word.clone()}><button type="button" class="effect-row" disabled={found.is_none()} {onclick}><span>{ word }</span><span class="fate">{ text }</span></button></li>
        }
    };
    let mut rows = vec![
        ("Next leader".to_owned(), Landmark::Leader),
        ("Next violation".to_owned(), Landmark::Violation),
        ("Next answer to a client".to_owned(), Landmark::Answer),
        ("Next message that is lost".to_owned(), Landmark::Loss),
        ("Next fault in the script".to_owned(), Landmark::Fault),
    ];
    if let Some(node) = props.node {
        rows.push((format!("Next event of {}", words::name(&work.scenario, node)), Landmark::At(node)));
    }
    let onclick = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| explore_here(&desk))
    };
    html! {
        <>
            <ul>{ for rows.into_iter().map(row) }</ul>
            <Until work={work.clone()} node={props.node} />
            <button type="button" class="effect-row" {onclick}><span>{ "Explore from here…" }</span><span class="fate">{ "can this ever happen?" }</span></button>
        </>
    }
}

/// Goes to an event and looks into it.
fn land(desk: &Desk, (event, key): (EventId, Key)) {
    desk.pop.set(None);
    desk.go(key);
    desk.pick.set(Some(Pick::Event(event)));
}

/// Goes to the next such place, or says that there is none.
pub fn jump(desk: &Desk, work: &Work, what: Landmark) {
    let found = if work.quiz { None } else { work.run.session().trace().next_landmark(work.now, what) };
    match found {
        Some(found) => land(desk, found),
        None if work.quiz => {
            desk.work.dispatch(WorkAction::Complain("The rest of the run stays hidden in a quiz.".to_owned()))
        }
        None => desk.work.dispatch(WorkAction::Complain("There is none ahead in this run.".to_owned())),
    }
}

/// Runs on until a field has a value.
#[component]
fn Until(props: &JumpProps) -> Html {
    let desk = use_desk();
    let work = &props.work;
    let session = work.run.session();
    let servers: Vec<NodeId> = work.run.nodes().iter().filter(|node| !node.is_client()).collect();
    let node = use_state_eq(|| props.node.filter(|node| !node.is_client()).or(servers.first().copied()));
    let fields = (*node).map(|node| fields(&*session, node, work.now)).unwrap_or_default();
    let field = use_state_eq(String::new);
    let chosen = if fields.iter().any(|(name, _)| **name == **field) {
        (*field).clone()
    } else {
        fields.first().map(|(name, _)| (*name).to_owned()).unwrap_or_default()
    };
    let now =
        fields.iter().find(|(name, _)| **name == *chosen).map(|(_, value)| value.clone()).unwrap_or_default();
    let value = use_state_eq(String::new);
    let onnode = {
        let node = node.setter();
        Callback::from(move |text: String| node.set(text.parse().ok()))
    };
    let onfield = {
        let field = field.setter();
        Callback::from(move |text: String| field.set(text))
    };
    let oninput = {
        let value = value.setter();
        Callback::from(move |event: InputEvent| value.set(dom::written(&event)))
    };
    let onsubmit = {
        let (desk, work, node, field, value) =
            (desk.clone(), work.clone(), *node, chosen.clone(), (*value).clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let found = node.map(|node| until(&*work.run.session(), work.now, (node, &field, value.trim())));
            match found {
                Some(Ok(found)) => land(&desk, found),
                Some(Err(why)) => desk.work.dispatch(WorkAction::Complain(why)),
                None => {}
            }
        })
    };
    let named = |node: &NodeId| (node.to_string().into(), words::name(&work.scenario, *node).into());
    let choices: Vec<(AttrValue, AttrValue)> = servers.iter().map(named).collect();
    // Several may have one name: it stands once, and any of them counts.
    let is_first = |place: usize| fields[..place].iter().all(|(name, _)| *name != fields[place].0);
    let names: Vec<(AttrValue, AttrValue)> = (0..fields.len())
        .filter(|&place| is_first(place))
        .map(|place| (fields[place].0.into(), fields[place].0.into()))
        .collect();
    html! {
        <form class="menu-form" aria-label="Run until" {onsubmit}>
            <span class="menu-label">{ "run until" }</span>
            <PickList label="Node" labelled={false} {choices} value={node.map(|node| node.to_string()).unwrap_or_default()} onpick={onnode} />
            <PickList label="Field" labelled={false} choices={names} value={chosen} onpick={onfield} />
            <label class="row">{ "is" }<input type="text" aria-label="Value" placeholder={now} value={(*value).clone()} {oninput} /></label>
            <button type="submit" class="button strong">{ "Run" }</button>
        </form>
    }
}

/// The fields of a node's state and their values, with its role in front.
fn fields(session: &dyn Session, node: NodeId, now: Key) -> Vec<(&'static str, String)> {
    let Some(state) = session.node(node, now) else { return Vec::new() };
    let role = state.status.map(|status| status.role.to_owned()).unwrap_or_default();
    let view = state.view.into_iter().flat_map(|view| view.fields);
    std::iter::once(("role", role)).chain(view.map(|field| (field.name, field.value))).collect()
}

/// The first event of a node, after a moment, after which a field has a value.
fn until(
    session: &dyn Session,
    now: Key,
    (node, field, value): (NodeId, &str, &str),
) -> Result<(EventId, Key), String> {
    let trace = session.trace();
    let from = trace.node_count_until(node, now);
    let events = trace.lane(node).map_or(&[][..], |lane| &lane.events[from as usize..]);
    for (index, event) in (from + 1..).zip(events).take(FARTHEST) {
        if fields(session, node, event.key).iter().any(|(name, text)| *name == field && text == value) {
            return Ok((EventId { node, index }, event.key));
        }
    }
    let far = if events.len() > FARTHEST {
        format!("in its next {FARTHEST} events")
    } else {
        "in this run".to_owned()
    };
    let node = words::name(session.scenario(), node);
    Err(format!("{field} of {node} does not become “{}” {far}.", value.chars().take(40).collect::<String>()))
}
