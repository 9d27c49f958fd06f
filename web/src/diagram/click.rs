//! What a click on the diagram means: a mark that is looked into, a menu, or a moment to go to.

use lightcone_diagram::{Flow, Layout, Target};
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, Trace};
use web_sys::Element;
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::diagram::grasp::snapped;
use crate::diagram::target;
use crate::store::pick::Pick;

/// How near to a mark a click must be, in px: a finger is no needle.
pub const NEAR: f64 = 14.0;

/// Where in the body a pointer is.
pub fn place(node: &NodeRef, x: f64, y: f64) -> Option<(f64, f64)> {
    let body = node.cast::<Element>()?.query_selector("svg.body").ok().flatten()?;
    let bounds = body.get_bounding_client_rect();
    Some((x - bounds.left(), y - bounds.top()))
}

/// What a click means.
pub enum Click {
    /// Something is looked into, or nothing any more.
    Pick(Option<Pick>),
    /// What can be done with a node; at the time that was clicked, where that is on its lane.
    Menu(NodeId, Option<Ns>),
    /// What can be done with a message.
    Message(MsgId),
    /// The playhead goes there.
    Go(Key),
    /// Nothing.
    Nothing,
}

/// Does what a click means.
pub fn clicked(desk: &Desk, click: Click, event: &MouseEvent) {
    match click {
        Click::Pick(pick) => desk.pick.set(pick),
        Click::Menu(node, when) => {
            desk.pop.set(Some(Pop::Lane(
                node,
                (f64::from(event.client_x()), f64::from(event.client_y())),
                when,
            )));
        }
        Click::Message(id) => {
            desk.pick.set(Some(Pick::Message(id)));
            desk.pop.set(Some(Pop::Message(id, (f64::from(event.client_x()), f64::from(event.client_y())))));
        }
        Click::Go(now) => desk.go(now),
        Click::Nothing => {}
    }
}

/// What a click means, by what is under it or near.
pub fn meaning(session: &dyn Session, layout: &Layout, node: &NodeRef, event: &MouseEvent) -> Click {
    let trace = session.trace();
    let place = place(node, f64::from(event.client_x()), f64::from(event.client_y()));
    let target = target::under(event.target(), trace);
    if let Some(Target::Lane(id)) = target
        && let Some((x, y)) = place.filter(|_| !target::is_in_heads(event.target()))
    {
        // A dot on the lane is small: what is right beside the pointer comes first.
        return match layout.nearest(session, x, y, NEAR / 2.0) {
            Some(Target::Event(event)) => Click::Pick(Some(Pick::Event(event))),
            _ => Click::Menu(id, Some(time_at(layout, (x, y)))),
        };
    }
    let click = target.and_then(|target| click_on(trace, target));
    click.or_else(|| Some(beside(session, layout, place?))).unwrap_or(Click::Nothing)
}

/// What a click on a mark means, wherever it stands.
pub fn click_on(trace: &Trace, target: Target) -> Option<Click> {
    let event_of = |node, index| Click::Pick(Some(Pick::Event(EventId { node, index })));
    Some(match target {
        Target::Event(id) => Click::Pick(Some(Pick::Event(id))),
        Target::Message(id) | Target::Head(id) => Click::Pick(Some(Pick::Message(id))),
        Target::Lane(id) => Click::Menu(id, None),
        Target::Timer(id) => trace.timer(id).map_or(Click::Nothing, |timer| event_of(id.node, timer.event)),
        Target::Op(id) => {
            let op = trace.ops().find(|op| op.id == id);
            op.map_or(Click::Nothing, |op| event_of(id.client, op.invoked))
        }
        Target::Entry(id) | Target::Begin(id) | Target::End(id) => {
            let caused =
                |&id_of: &EventId| trace.event(id_of).is_some_and(|event| event.cause == Cause::Entry(id));
            let event = trace.order().iter().copied().find(caused)?;
            Click::Pick(Some(Pick::Event(event)))
        }
        Target::Now => Click::Nothing,
    })
}

/// A click on no mark: what is nearest, or the axis of time.
fn beside(session: &dyn Session, layout: &Layout, (x, y): (f64, f64)) -> Click {
    let (along, across) = match layout.view().flow {
        Flow::LeftToRight => (x, y),
        Flow::TopToBottom => (y, x),
    };
    match layout.nearest(session, x, y, NEAR) {
        Some(Target::Event(id)) => return Click::Pick(Some(Pick::Event(id))),
        Some(Target::Message(id)) => return Click::Pick(Some(Pick::Message(id))),
        _ => {}
    }
    let lane = layout.lane_at(across).and_then(|node| Some((node, (layout.lane_y(node)? - across).abs())));
    match lane {
        Some((node, away)) if away < NEAR => Click::Menu(node, Some(time_at(layout, (x, y)))),
        // Above the first lane and below the last there is only time.
        Some((node, away)) if away > 24.0 && is_outermost(layout, node, across) => {
            Click::Go(Key::end_of(layout.time_at(along)))
        }
        // From afar there is nothing between lanes to pick.
        _ if layout.is_overview() => Click::Go(Key::end_of(layout.time_at(along))),
        _ => Click::Pick(None),
    }
}

fn time_at(layout: &Layout, (x, y): (f64, f64)) -> Ns {
    snapped(layout, if layout.view().flow == Flow::LeftToRight { x } else { y })
}

fn is_outermost(layout: &Layout, node: NodeId, across: f64) -> bool {
    let Some(lane) = layout.lane_y(node) else { return false };
    let beyond = across + (across - lane) * 4.0;
    layout.lane_at(beyond) == Some(node)
}
