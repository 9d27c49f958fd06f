//! Dragging: the playhead, a message's arrival, the edges of a partition.

use std::cell::Cell;
use std::rc::Rc;

use lightcone_diagram::{Flow, Layout, Target};
use lightcone_sim::ids::EntryId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::time::Ns;
use web_sys::Element;
use yew::prelude::*;

use crate::desk::Desk;
use crate::diagram::pane::{Plan, place};
use crate::diagram::target;
use crate::store::run::Run;
use crate::store::work::Deed;
use crate::words;

/// So far a pointer may wander and still click.
const SLACK: f64 = 4.0;

/// What is being dragged, and where to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pull {
    what: Target,
    from: f64,
    along: f64,
}

/// Dragging in the diagram.
#[derive(Clone)]
pub struct Drag {
    pull: Option<Pull>,
    moved: Rc<Cell<bool>>,
    /// For the element that holds the diagram.
    pub onpointerdown: Callback<PointerEvent>,
    /// For the element that holds the diagram.
    pub onpointermove: Callback<PointerEvent>,
    /// For the element that holds the diagram.
    pub onpointerup: Callback<PointerEvent>,
    /// For the element that holds the diagram.
    pub oncancel: Callback<PointerEvent>,
}

impl Drag {
    /// Whether the last press became a drag, so that its click means nothing.
    pub fn has_moved(&self) -> bool {
        self.moved.get()
    }

    /// Where what is dragged would land.
    pub fn line(&self, layout: &Layout) -> Html {
        let Some(pull) = self.pull.filter(|pull| pull.what != Target::Now && self.has_moved()) else {
            return html! { <g key="still" /> };
        };
        let (along, across) = (pull.along.to_string(), layout.across().to_string());
        let words = words::clock(layout.time_at(pull.along));
        match layout.view().flow {
            Flow::LeftToRight => html! {
                <g key="pull"><line class="drag-line" x1={along.clone()} x2={along.clone()} y1="0" y2={across} /><text class="drag-time" x={(pull.along + 6.0).to_string()} y="14">{ words }</text></g>
            },
            Flow::TopToBottom => html! {
                <g key="pull"><line class="drag-line" y1={along.clone()} y2={along.clone()} x1="0" x2={across} /><text class="drag-time" y={(pull.along - 6.0).to_string()} x="4">{ words }</text></g>
            },
        }
    }
}

/// Dragging in the diagram that this element holds.
#[hook]
pub fn use_drag(node: &NodeRef, plan: Option<Plan>, run: Run, scenario: Rc<Scenario>, desk: Desk) -> Drag {
    let pull = use_state_eq(|| None::<Pull>);
    let moved = use_memo((), |()| Rc::new(Cell::new(false)));
    let moved = (*moved).clone();
    let along = {
        let (node, plan) = (node.clone(), plan.clone());
        move |event: &PointerEvent| -> Option<f64> {
            let layout = &plan.as_ref()?.0;
            let (x, y) = place(&node, f64::from(event.client_x()), f64::from(event.client_y()))?;
            Some(if layout.view().flow == Flow::LeftToRight { x } else { y })
        }
    };
    let onpointerdown = {
        let (pull, moved, along) = (pull.setter(), moved.clone(), along.clone());
        Callback::from(move |event: PointerEvent| {
            moved.set(false);
            // A second finger zooms, and drags nothing.
            if !event.is_primary() {
                return pull.set(None);
            }
            let what = target::under(event.target(), run.session().trace()).filter(|what| is_handle(*what));
            if let (Some(what), Some(from), true) = (what, along(&event), event.button() == 0) {
                pull.set(Some(Pull { what, from, along: from }));
            }
        })
    };
    let onpointermove = {
        let (pull, moved, plan, desk, node) =
            (pull.clone(), moved.clone(), plan.clone(), desk.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            let (Some(held), Some(along), Some(plan)) = (*pull, along(&event), plan.as_ref()) else { return };
            if !moved.get() && (along - held.from).abs() > SLACK {
                moved.set(true);
                // From here on all moves are the diagram's, wherever the pointer is.
                if let Some(element) = node.cast::<Element>() {
                    let _ = element.set_pointer_capture(event.pointer_id());
                }
            }
            if moved.get() {
                pull.set(Some(Pull { along, ..held }));
                if held.what == Target::Now {
                    desk.go(Key::end_of(plan.0.time_at(along.max(0.0))));
                }
            }
        })
    };
    let onpointerup = {
        let (pull, moved) = (pull.clone(), moved.clone());
        Callback::from(move |_: PointerEvent| {
            if let (Some(held), Some(plan), true) = (*pull, plan.as_ref(), moved.get())
                && let Some(deed) = deed(held.what, plan.0.time_at(held.along.max(0.0)), &scenario)
            {
                desk.act(deed);
            }
            pull.set(None);
        })
    };
    let oncancel = {
        let pull = pull.setter();
        Callback::from(move |_| pull.set(None))
    };
    Drag { pull: *pull, moved, onpointerdown, onpointermove, onpointerup, oncancel }
}

fn is_handle(target: Target) -> bool {
    matches!(target, Target::Now | Target::Head(_) | Target::Begin(_) | Target::End(_))
}

/// What letting go of a handle at a time means.
fn deed(what: Target, at: Ns, scenario: &Scenario) -> Option<Deed> {
    match what {
        Target::Head(message) => Some(Deed::Arrive(message, at)),
        Target::Begin(id) => find(scenario, id).map(|entry| Deed::Change(begin(entry, at))),
        Target::End(id) => find(scenario, id).map(|entry| Deed::Change(end(entry, at))),
        _ => None,
    }
}

fn find(scenario: &Scenario, id: EntryId) -> Option<&Entry> {
    scenario.script.iter().find(|entry| entry.id == id)
}

/// The entry beginning at another time, and before its end.
fn begin(entry: &Entry, at: Ns) -> Entry {
    let latest = match entry.action {
        Action::Partition { until: Some(until), .. } | Action::Cut { until: Some(until), .. } => until,
        _ => Ns::NEVER,
    };
    Entry { at: at.min(latest), rank: 0, ..entry.clone() }
}

/// The entry ending at another time; one that is itself an end moves there.
fn end(entry: &Entry, at: Ns) -> Entry {
    let mut changed = entry.clone();
    match &mut changed.action {
        Action::Partition { until, .. } | Action::Cut { until, .. } => *until = Some(at.max(entry.at)),
        _ => {
            changed.at = at;
            changed.rank = 0;
        }
    }
    changed
}
