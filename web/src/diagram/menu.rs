//! What can be done with a node: its lane's menu.

use std::rc::Rc;

use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Condition, Session};
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::desk::{Desk, Pop, use_desk};
use crate::diagram::model_menu::models;
use crate::dom;
use crate::icons::Sign;
use crate::panels::explore::explore_here;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::parts::pop::Sheet;
use crate::store::gesture;
use crate::store::look::LookAction;
use crate::store::run::{Run, protocol};
use crate::store::work::{Deed, Work, WorkAction};
use crate::top::options::moved;
use crate::words;

/// How long a while is, to begin with.
const WHILE: Ns = Ns::ms(500);

/// Properties of [`LaneMenu`].
#[derive(Clone, Properties, PartialEq)]
pub struct LaneMenuProps {
    /// Whose lane.
    pub node: NodeId,
    /// Where in the window it was clicked.
    pub at: (f64, f64),
    /// The time that was clicked; without, all of it happens at the playhead.
    pub when: Option<Ns>,
    /// The run.
    pub run: Run,
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
    /// Lanes in order.
    pub lanes: Vec<NodeId>,
}

/// A node's menu. All of it happens at the time of its title.
#[component]
pub fn LaneMenu(props: &LaneMenuProps) -> Html {
    let desk = use_desk();
    let node = props.node;
    let name = words::name(&props.scenario, node);
    let at_now = use_state_eq(|| false);
    let when = props.when.filter(|_| !*at_now);
    let now = when.map_or(props.now, Key::end_of);
    let request = use_request(&desk, node, &props.scenario, when);
    let state = props.run.session().node(node, now);
    let condition = state.map_or(Condition::Up, |state| state.condition);
    let act = |sign: Sign, word: &'static str, action: Action| {
        html! { <key={word}>{ Button::new(sign, word, desk.at_and_close(when, action)).worded().html() }</> }
    };
    let life = match condition {
        Condition::Up => vec![
            act(Sign::Cross, "Crash", Action::Crash { node }),
            act(Sign::Disk, "Crash and lose disk", Action::Amnesia { node }),
            act(Sign::Pause, "Pause", Action::Pause { node, vm: false }),
            act(Sign::Hold, "Suspend the machine", Action::Pause { node, vm: true }),
        ],
        Condition::Paused => vec![
            act(Sign::Play, "Resume", Action::Resume { node }),
            act(Sign::Cross, "Crash", Action::Crash { node }),
            act(Sign::Disk, "Crash and lose disk", Action::Amnesia { node }),
        ],
        Condition::Down => vec![act(Sign::Play, "Recover", Action::Recover { node })],
    };
    let title = format!("{name} at {}", words::clock(now.at));
    let to_now = {
        let at_now = at_now.setter();
        Callback::from(move |_| at_now.set(true))
    };
    let playhead = format!("At the playhead instead, {}", words::clock(props.now.at));
    let while_to = now.at + WHILE;
    html! {
        <Sheet key={node.to_string()} {title} name="lane" at={props.at}>
            <div hidden={when.is_none()}>{ Button::new(Sign::Go, playhead, to_now).worded().class("quiet").html() }</div>
            <div class="menu-life" role="group" aria-label="Crash and recover">
                { for life }
                { Button::new(Sign::Later, "For a while…", desk.popping(Some(Pop::Span(node, now.at, while_to, props.at)))).worded().html() }
            </div>
            <div class="menu-life" role="group" aria-label="Links">
                { isolate(&desk, node, &props.scenario, when) }
                { Button::new(Sign::Split, "Partition…", desk.popping(Some(Pop::Partition(Some(node))))).worded().html() }
            </div>
            { request }
            { clock_form(&desk, node, when) }
            { models(&desk, node, (&props.run, now), when) }
            <div class="menu-life">{ explore_from(&desk, when) }</div>
            { lane_form(&desk, node, &name, &props.lanes) }
        </Sheet>
    }
}

/// Asks what may ever happen from the time of the title on.
fn explore_from(desk: &Desk, when: Option<Ns>) -> Html {
    let onclick = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            when.into_iter().for_each(|when| desk.go(Key::end_of(when)));
            explore_here(&desk);
        })
    };
    Button::new(Sign::Eye, "Explore from here…", onclick).worded().hint("can this ever happen?").html()
}

/// What crashes a node, or recovers one that is down.
pub fn crash_or_recover(session: &dyn Session, now: Key, node: NodeId) -> Action {
    match session.node(node, now).map(|state| state.condition) {
        Some(Condition::Down) => Action::Recover { node },
        _ => Action::Crash { node },
    }
}

/// What [`crash_list`] asks about.
#[derive(Clone, PartialEq)]
pub struct Crash {
    /// Ways to change the stores.
    pub desk: Desk,
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// Lanes in order.
    pub lanes: Vec<NodeId>,
}

/// Asks which server to crash, or to recover.
pub fn crash_list(Crash { desk, work, lanes }: &Crash) -> Html {
    let session = work.run.session();
    let one = |&node: &NodeId| {
        let action = crash_or_recover(&*session, work.now, node);
        let (sign, word) = match action {
            Action::Recover { .. } => (Sign::Play, "Recover"),
            _ => (Sign::Cross, "Crash"),
        };
        let label = format!("{word} {}", words::name(&work.scenario, node));
        html! { <key={node.to_string()}>{ Button::new(sign, label, desk.at_and_close(None, action)).worded().html() }</> }
    };
    html! {
        <Sheet key="crash" title={format!("Crash at {}", words::clock(work.now.at))} name="crash">
            <div class="menu-life">{ for lanes.iter().filter(|node| !node.is_client()).map(one) }</div>
        </Sheet>
    }
}

/// Cuts one node off from all others, or heals all links.
fn isolate(desk: &Desk, node: NodeId, scenario: &Scenario, when: Option<Ns>) -> Html {
    let heal = desk.at_and_close(when, Action::Heal { from: None, to: None });
    let cut = gesture::cut_off(scenario, node, None);
    html! {
        <>
            { Button::new(Sign::Split, "Cut it off", desk.at_and_close(when, cut)).worded().hint("from all other servers").html() }
            { Button::new(Sign::Link, "Heal all links", heal).text("Heal all").html() }
        </>
    }
}

/// A client's operation, at this server or by this client.
#[hook]
fn use_request(desk: &Desk, node: NodeId, scenario: &Scenario, when: Option<Ns>) -> Html {
    let ops = protocol(&scenario.protocol).map_or(&[][..], |entry| entry.ops);
    let op = use_state_eq(|| ops.first().map(ToString::to_string).unwrap_or_default());
    let clients: Vec<NodeId> = scenario.node_set().iter().filter(|node| node.is_client()).collect();
    let client = use_state_eq(|| if node.is_client() { Some(node) } else { clients.first().copied() });
    let name = |node: &NodeId| (node.to_string().into(), words::name(scenario, *node).into());
    let servers: Vec<NodeId> = scenario.node_set().iter().filter(|node| !node.is_client()).collect();
    let server = use_state_eq(|| (!node.is_client()).then_some(node));
    let oninput = {
        let op = op.setter();
        Callback::from(move |event: InputEvent| op.set(dom::written(&event)))
    };
    let onsubmit = {
        let (desk, op, client, server, name) =
            (desk.clone(), op.clone(), *client, *server, scenario.protocol.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (Some(client), Some(entry)) = (client, protocol(&name)) else { return };
            match (entry.check_op)(op.trim()) {
                Ok(()) => {
                    desk.pop.set(None);
                    desk.act(Deed::at(when, Action::Op { client, op: op.trim().to_owned(), node: server }));
                }
                Err(why) => desk
                    .work
                    .dispatch(WorkAction::Complain(format!("“{}” is no operation: {why}.", op.trim()))),
            }
        })
    };
    let onclient = Callback::from({
        let client = client.setter();
        move |value: String| client.set(value.parse().ok())
    });
    let onserver = Callback::from({
        let server = server.setter();
        move |value: String| server.set(value.parse().ok())
    });
    let any: (AttrValue, AttrValue) = ("".into(), "any".into());
    html! {
        <form class="menu-form" hidden={clients.is_empty()} {onsubmit} aria-label="Client operation">
            <input type="text" list="operations" class="op-field" aria-label="Operation" value={(*op).clone()} {oninput} />
            <datalist id="operations">{ for ops.iter().map(|op| html! { <option key={*op} value={*op} /> }) }</datalist>
            <PickList label="by" choices={clients.iter().map(name).collect::<Vec<_>>()} value={client.map(|node| node.to_string()).unwrap_or_default()} onpick={onclient} />
            <PickList label="at" choices={std::iter::once(any).chain(servers.iter().map(name)).collect::<Vec<_>>()} value={server.map(|node| node.to_string()).unwrap_or_default()} onpick={onserver} />
            <button type="submit" class="button strong">{ "Ask" }</button>
        </form>
    }
}

/// A node's clock: set ahead or back, or running fast or slow.
fn clock_form(desk: &Desk, node: NodeId, when: Option<Ns>) -> Html {
    let offset = |ms: i64| Action::clock(node, Some(ms * 1_000_000), None);
    let drift = |percent: i64| Action::clock(node, None, Some(percent * 10_000));
    let offsets = [(-500, "−0.5 s"), (0, "true"), (200, "+0.2 s"), (1_000, "+1 s")];
    let drifts = [(-30, "−30 %"), (0, "true"), (10, "+10 %"), (40, "+40 %")];
    let button = |(word, action): (&'static str, Action)| {
        html! { <button key={word} type="button" class="button small-button" onclick={desk.acting(Deed::at(when, action))}>{ word }</button> }
    };
    html! {
        <div class="menu-clock">
            <span class="menu-label" id="clock-shows">{ "clock shows" }</span>
            <span class="row" role="group" aria-labelledby="clock-shows">{ for offsets.into_iter().map(|(ms, word)| button((word, offset(ms)))) }</span>
            <span class="menu-label" id="clock-runs">{ "clock runs" }</span>
            <span class="row" role="group" aria-labelledby="clock-runs">{ for drifts.into_iter().map(|(percent, word)| button((word, drift(percent)))) }</span>
        </div>
    }
}

/// How a lane is called, and where it stands.
fn lane_form(desk: &Desk, node: NodeId, name: &str, lanes: &[NodeId]) -> Html {
    let onchange = {
        let desk = desk.clone();
        Callback::from(move |event: Event| desk.act(Deed::Rename(node, dom::value(&event))))
    };
    let place = lanes.iter().position(|&other| other == node).unwrap_or(0);
    let order = |by: isize| desk.looking(LookAction::Order(moved(lanes, place, by)));
    let onhide = {
        let desk = desk.clone();
        Callback::from(move |_| {
            desk.look.dispatch(LookAction::Lane(node, true));
            desk.pop.set(None);
        })
    };
    html! {
        <div class="menu-lane">
            <label class="value-row"><span>{ "called" }</span><input type="text" maxlength="20" value={name.to_owned()} {onchange} /></label>
            <span class="row">
                { Button::new(Sign::Up, "Move the lane up", order(-1)).disabled(place == 0).html() }
                { Button::new(Sign::Down, "Move the lane down", order(1)).disabled(place + 1 == lanes.len()).html() }
                { Button::new(Sign::Eye, "Hide the lane", onhide).text("Hide").html() }
            </span>
        </div>
    }
}
