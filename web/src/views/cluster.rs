//! The nodes at the playhead, and the messages that move between them.

use lightcone_diagram::{Frame, Geometry, Layer as LayerData, View, cluster};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::session::{Condition, Pending, PendingWhat, Session};
use web_sys::Element;
use yew::prelude::*;

use crate::desk::{Pop, use_desk};
use crate::diagram::click::{Click, click_on, clicked};
use crate::diagram::layer::Layer;
use crate::diagram::pane::selected;
use crate::diagram::target;
use crate::diagram::toolbar::{labels, more};
use crate::hooks::measure::use_size;
use crate::hooks::media::{STILL, use_media};
use crate::views::ViewProps;
use crate::views::sights::sights;
use crate::words;

/// The cluster.
#[component]
pub fn Cluster(props: &ViewProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    let size = use_size(&node);
    let still = use_media(STILL);
    let work = &props.work;
    let onclick = {
        let (desk, run) = (desk.clone(), work.run.clone());
        Callback::from(move |event: MouseEvent| {
            // A session that is being read cannot be computed further, so its reader is gone before anything is done.
            let click = {
                let session = run.session();
                target::under(event.target(), session.trace())
                    .map_or(Some(Click::Pick(None)), |target| click_on(session.trace(), target))
            };
            clicked(&desk, click.unwrap_or(Click::Nothing), &event);
        })
    };
    // The node that keys are at, once one is chosen with them.
    let chosen = use_state_eq(|| None::<NodeId>);
    let shown: Vec<NodeId> =
        props.lanes.iter().copied().filter(|node| !props.look.view.hidden_nodes.contains(node)).collect();
    let onkeydown = {
        let (desk, chosen, shown, node) = (desk.clone(), chosen.clone(), shown.clone(), node.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.shift_key()
                || event.ctrl_key()
                || event.alt_key()
                || event.meta_key()
                || shown.is_empty()
            {
                return;
            }
            let here = chosen.and_then(|chosen| shown.iter().position(|&other| other == chosen));
            let to = match (event.key().as_str(), here) {
                ("ArrowRight" | "ArrowDown" | "ArrowLeft" | "ArrowUp" | "Home", None) | ("Home", _) => 0,
                // Round the ring: behind the last comes the first.
                ("ArrowRight" | "ArrowDown", Some(here)) => (here + 1) % shown.len(),
                ("ArrowLeft" | "ArrowUp", Some(here)) => (here + shown.len() - 1) % shown.len(),
                ("End", _) => shown.len() - 1,
                ("Enter", Some(here)) => {
                    event.prevent_default();
                    let place = middle_of(&node, shown[here]).unwrap_or((360.0, 180.0));
                    return desk.pop.set(Some(Pop::Lane(shown[here], place, None)));
                }
                _ => return,
            };
            event.prevent_default();
            chosen.set(Some(shown[to]));
        })
    };
    let chosen = chosen.filter(|chosen| shown.contains(chosen));
    let session = work.run.session();
    let trace = session.trace();
    // Where motion is unwelcome, nothing moves but when something happens.
    let last = trace.last_event(work.now).filter(|_| still).and_then(|last| trace.event(last));
    let now = last.map_or(work.now, |last| last.key);
    let view = View { text_px: props.text_px, hide_future: work.quiz, ..props.look.view.clone() };
    let frame = Frame { selected: props.pick.map(selected), ..Frame::at(now) };
    let picture = size.map(|(width, height)| {
        let drawn = cluster(&*session, &view, &frame, (width, height));
        html! {
            <svg class="cluster-picture lightcone" width={width.to_string()} height={height.to_string()} role="group" aria-label={format!("Cluster, {}", drawn.title)}>
                <desc>{ drawn.desc }</desc>
                { for drawn.layers.iter().map(|layer| html! { <Layer key={layer.name} layer={layer.clone()} /> }) }
                <g key="chosen">{ chosen.and_then(|node| ring(&drawn.layers, node)).unwrap_or_default() }</g>
            </svg>
        }
    });
    html! {
        <section class="pane" aria-label="Cluster" data-view="cluster">
            <div class="toolbar" role="toolbar" aria-label="Diagram">
                { sights(&desk, props.sight, &*session) }
                // On a phone the room is the picture's.
                if !props.narrow {
                    <>{ labels(&desk, props.look.view.labels) }{ more(&desk, props.options_open) }</>
                }
            </div>
            <div ref={node} class="cluster" tabindex="0" role="application" aria-label="Nodes of the cluster" aria-description={HOW} aria-activedescendant={chosen.map(|_| "cluster-node")} {onclick} {onkeydown}>
                <div class="unseen">
                    if let Some(chosen) = chosen {
                        <span id="cluster-node" role="img" aria-roledescription="node" aria-label={told(&*session, now, chosen)} />
                    }
                </div>
                { picture.unwrap_or_else(|| html! { <svg /> }) }
            </div>
        </section>
    }
}

/// How one goes through it with keys.
const HOW: &str = "Arrows go from node to node round the ring, Enter opens what can be done with one.";

/// A node in a sentence: what it is, and how many messages are on their way to it.
fn told(session: &dyn Session, now: Key, node: NodeId) -> String {
    let name = words::name(session.scenario(), node);
    let state = session.node(node, now);
    let role = match state.as_ref().map(|state| (state.condition, state.status)) {
        Some((Condition::Down, _)) => "is down".to_owned(),
        Some((Condition::Paused, _)) => "stands still".to_owned(),
        Some((_, Some(status))) => session.role_words(status),
        _ => String::new(),
    };
    let to_it = |pending: &Pending| matches!(pending.what, PendingWhat::Message { to, .. } if to == node);
    match session.pending(now).iter().filter(|pending| to_it(pending)).count() {
        0 => format!("{name}, {role}"),
        1 => format!("{name}, {role}, one message on its way to it"),
        count => format!("{name}, {role}, {count} messages on their way to it"),
    }
}

/// The outline of a node again, larger: where the keys are.
fn ring(layers: &[LayerData], node: NodeId) -> Option<Html> {
    let key = node.to_string();
    let shape = layers.iter().flat_map(|layer| layer.shapes.iter()).find(|shape| shape.key == key)?;
    Some(match shape.geometry {
        Geometry::Circle { cx, cy, r } => {
            html! { <circle class="node-chosen" cx={cx.to_string()} cy={cy.to_string()} r={(r + 6.0).to_string()} /> }
        }
        Geometry::Rect { x, y, width, height, rx } => html! {
            <rect class="node-chosen" x={(x - 6.0).to_string()} y={(y - 6.0).to_string()} width={(width + 12.0).to_string()} height={(height + 12.0).to_string()} rx={(rx + 6.0).to_string()} />
        },
        _ => return None,
    })
}

/// The middle of a node in the window.
fn middle_of(within: &NodeRef, node: NodeId) -> Option<(f64, f64)> {
    let mark =
        within.cast::<Element>()?.query_selector(&format!("[data-target='lane {node}']")).ok().flatten()?;
    let bounds = mark.get_bounding_client_rect();
    Some((bounds.left() + bounds.width() / 2.0, bounds.top() + bounds.height() / 2.0))
}
