//! Every node's state at the playhead, and what the last step changed in it.

use std::rc::Rc;

use lightcone_diagram::clock_words;
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::{LogItem, View};
use lightcone_sim::session::{Condition, NodeView, Session};
use yew::prelude::*;

use crate::desk::{Pop, use_desk};
use crate::epoch;
use crate::icons::{Sign, icon};
use crate::store::work::Work;
use crate::words;

/// Every node's state, in the order of the lanes.
pub fn nodes(work: &Work, lanes: &[NodeId]) -> Html {
    let session = work.run.session();
    let before = session.trace().step_back(work.now);
    let card = |&node: &NodeId| {
        let Some(state) = session.node(node, work.now) else {
            return html! { <div key={node.to_string()} /> };
        };
        let old = before.filter(|&before| has_moved(&*session, node, before, work.now));
        let old = old.and_then(|before| session.node(node, before)).and_then(|old| old.view);
        html! {
            <Card key={node.to_string()} {node} name={words::name(&work.scenario, node)} state={Rc::new(Quiet::of(&*session, node, state, work.now))} old={old.map(Rc::new)} />
        }
    };
    html! { <div class="cards">{ for lanes.iter().map(card) }</div> }
}

fn has_moved(session: &dyn Session, node: NodeId, before: Key, now: Key) -> bool {
    session.trace().node_count_until(node, before) != session.trace().node_count_until(node, now)
}

/// A node's state as its card shows it: without what changes at every instant.
#[derive(Debug, PartialEq)]
struct Quiet {
    condition: Condition,
    /// Whether anything has happened here.
    began: bool,
    role: &'static str,
    epoch: Option<u64>,
    /// The epoch as the protocol's paper writes it.
    epoch_name: String,
    view: Option<View>,
    skew: String,
}

impl Quiet {
    fn of(session: &dyn Session, node: NodeId, state: NodeView, now: Key) -> Quiet {
        let epoch = state.status.and_then(|status| status.epoch);
        Quiet {
            condition: state.condition,
            began: session.trace().node_count_until(node, now) > 0,
            role: state.status.map_or("", |status| status.role),
            epoch,
            epoch_name: epoch.map(|epoch| session.epoch_name(epoch)).unwrap_or_default(),
            view: state.view,
            skew: clock_words(session.trace(), node, now),
        }
    }
}

/// Properties of [`Card`].
#[derive(Properties, PartialEq)]
struct CardProps {
    node: NodeId,
    name: String,
    state: Rc<Quiet>,
    old: Option<Rc<View>>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let desk = use_desk();
    let state = &props.state;
    let (condition, word) = match state.condition {
        Condition::Up => ("up", state.role),
        Condition::Paused => ("paused", "stands still"),
        Condition::Down if !state.began => ("unborn", "not started yet"),
        Condition::Down => ("down", "is down"),
    };
    let epoch = state.epoch.map(|epoch| epoch.to_string());
    let node = props.node;
    let onmenu = Callback::from(move |event: MouseEvent| {
        desk.pop.set(Some(Pop::Lane(node, (f64::from(event.client_x()), f64::from(event.client_y())), None)));
    });
    html! {
        <article class={classes!("card", condition, epoch::class(state.epoch))} data-node={node.to_string()}
            data-role={state.role} data-epoch={epoch.clone()} data-condition={condition} aria-label={format!("State of {}", props.name)}>
            <header class="card-head">
                <button type="button" class="card-name" data-pops="" title={format!("What to do with {}", props.name)} onclick={onmenu}>{ &props.name }</button>
                <span class="card-role">{ word }</span>
                <span class="card-epoch" hidden={epoch.is_none()}>{ &state.epoch_name }</span>
                <span class="card-skew">{ &state.skew }</span>
            </header>
            <div class="card-body">
                if let Some(view) = &state.view {
                    { fields(view, props.old.as_deref()) }
                    { log(view, props.old.as_deref()) }
                }
            </div>
        </article>
    }
}

fn fields(view: &View, old: Option<&View>) -> Html {
    let field = |(place, field): (usize, &lightcone_sim::protocol::Field)| {
        // Several may have one name, such as the round trips to each peer: the first is compared with the first.
        let same = |other: &&lightcone_sim::protocol::Field| other.name == field.name;
        let nth = view.fields[..place].iter().filter(same).count();
        let was = old.and_then(|old| old.fields.iter().filter(same).nth(nth));
        let was = was.filter(|was| was.value != field.value).map(|was| was.value.clone());
        html! {
            <div key={place} class={classes!("field", was.is_some().then_some("changed"))} data-field={field.name}>
                <dt>
                    { field.name }
                    if field.durable {
                        <span class="durable" title="on disk: survives a crash">{ icon(Sign::Disk) }<span class="unseen">{ "on disk" }</span></span>
                    }
                </dt>
                <dd>
                    if let Some(was) = was {
                        <><del>{ shown(&was) }</del>{ " → " }</>
                    }
                    <span class="value">{ shown(&field.value) }</span>
                </dd>
            </div>
        }
    };
    html! { <dl class="fields">{ for view.fields.iter().enumerate().map(field) }</dl> }
}

fn shown(value: &str) -> String {
    if value.is_empty() { "–".to_owned() } else { value.to_owned() }
}

fn log(view: &View, old: Option<&View>) -> Html {
    let item = |item: &LogItem| {
        let is_new = old.is_some_and(|old| !old.log.contains(item));
        let committed = if item.committed { "committed" } else { "not known to be committed" };
        html! {
            <li key={item.index.to_string()} class={classes!("log-item", epoch::class(item.epoch), item.committed.then_some("committed"), is_new.then_some("changed"))}
                title={format!("entry {}{}: {}, {committed}", item.index, item.epoch.map(|epoch| format!(", epoch {epoch}")).unwrap_or_default(), item.text)}
                data-index={item.index.to_string()} data-committed={item.committed.to_string()}>
                { &item.text }
            </li>
        }
    };
    let empty = view.log.is_empty() && view.log_before == 0;
    html! {
        <ol class="log" hidden={empty} aria-label="Log">
            if view.log_before > 0 {
                <li key="before" class="log-before">{ format!("{} earlier", view.log_before) }</li>
            }
            { for view.log.iter().map(item) }
        </ol>
    }
}
