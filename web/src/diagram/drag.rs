//! Dragging: the playhead, arrivals, edges, spans of a lane, a partition across lanes, a clock. What letting go would do
//! is shown meanwhile, and Escape lets go of it undone.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use lightcone_diagram::{Flow, Layout};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::Session;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::diagram::click::place;
use crate::diagram::grasp::{Ghost, Handle, Outcome, Place, Proposal, Pull, handle, propose};
use crate::diagram::pane::Plan;
use crate::diagram::target;
use crate::store::run::Run;
use crate::store::work::Work;

/// So far a pointer may wander and still click.
const SLACK: f64 = 4.0;

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

    /// What is held and pulled, besides the playhead.
    pub fn pull(&self) -> Option<Pull> {
        self.pull.filter(|pull| pull.handle != Handle::Now && self.has_moved())
    }

    /// How what letting go would do looks in the diagram.
    pub fn ghost(&self, layout: &Layout, session: &dyn Session, scenario: &Scenario, now: Key) -> Html {
        let proposal = self.pull().and_then(|pull| propose(&pull, layout, session, scenario, now));
        match proposal.map(|proposal| proposal.ghost) {
            None | Some(Ghost::Words) => html! { <g key="still" /> },
            Some(Ghost::Line(along)) => {
                let ends = (Place { along, across: 0.0 }, Place { along, across: layout.across() });
                stroke(layout, "drag-line", ends)
            }
            Some(Ghost::Arrow(from, to)) => html! {
                <g key="arrow">{ stroke(layout, "drag-line", (from, to)) }{ tip(layout, to) }</g>
            },
            Some(Ghost::Area(from, to)) => area(layout, from, to),
        }
    }

    /// The same in words, or nothing.
    pub fn words(&self, layout: &Layout, session: &dyn Session, scenario: &Scenario, now: Key) -> Html {
        let proposal = self.pull().and_then(|pull| propose(&pull, layout, session, scenario, now));
        let words = proposal.map(|proposal| proposal.words).unwrap_or_default();
        html! { <p key="proposal" class="proposal" hidden={words.is_empty()}>{ words }</p> }
    }
}

fn xy(layout: &Layout, place: Place) -> (String, String) {
    let (along, across) = (place.along.to_string(), place.across.to_string());
    if layout.view().flow == Flow::LeftToRight { (along, across) } else { (across, along) }
}

fn stroke(layout: &Layout, class: &'static str, (from, to): (Place, Place)) -> Html {
    let ((x1, y1), (x2, y2)) = (xy(layout, from), xy(layout, to));
    html! { <line key="line" {class} {x1} {y1} {x2} {y2} /> }
}

fn tip(layout: &Layout, at: Place) -> Html {
    let (cx, cy) = xy(layout, at);
    html! { <circle key="tip" class="drag-tip" {cx} {cy} r="5" /> }
}

fn area(layout: &Layout, one: Place, other: Place) -> Html {
    let low = Place { along: one.along.min(other.along), across: one.across.min(other.across) };
    let size = Place { along: (one.along - other.along).abs(), across: (one.across - other.across).abs() };
    let ((x, y), (width, height)) = (xy(layout, low), xy(layout, size));
    html! { <rect key="area" class="drag-area" {x} {y} {width} {height} rx="4" /> }
}

/// What is dragged in, and who is told.
#[derive(Clone, PartialEq)]
pub struct Ground {
    /// The layout on the page.
    pub plan: Option<Plan>,
    /// The run.
    pub run: Run,
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
    /// Ways to change the stores.
    pub desk: Desk,
}

impl Ground {
    /// The document at work, as it is laid out.
    pub fn of(work: &Work, plan: Option<Plan>, desk: &Desk) -> Ground {
        let (run, scenario) = (work.run.clone(), work.scenario.clone());
        Ground { plan, run, scenario, now: work.now, desk: desk.clone() }
    }

    fn propose(&self, pull: &Pull) -> Option<Proposal> {
        let plan = self.plan.as_ref()?;
        propose(pull, &plan.0, &*self.run.session(), &self.scenario, self.now)
    }

    fn place(&self, node: &NodeRef, event: &PointerEvent) -> Option<Place> {
        let layout = &self.plan.as_ref()?.0;
        let (x, y) = place(node, f64::from(event.client_x()), f64::from(event.client_y()))?;
        Some(match layout.view().flow {
            Flow::LeftToRight => Place { along: x, across: y },
            Flow::TopToBottom => Place { along: y, across: x },
        })
    }

    fn let_go(&self, pull: &Pull, at: (f64, f64)) {
        match self.propose(pull).map(|proposal| proposal.outcome) {
            Some(Outcome::Do(deed)) => self.desk.act(deed),
            Some(Outcome::Ask(node, from, to)) => self.desk.pop.set(Some(Pop::Span(node, from, to, at))),
            Some(Outcome::Go(_)) | None => {}
        }
    }
}

/// Dragging in the diagram that this element holds.
#[hook]
pub fn use_drag(node: &NodeRef, ground: Ground) -> Drag {
    let pull = use_state_eq(|| None::<Pull>);
    let moved = use_memo((), |()| Rc::new(Cell::new(false)));
    let moved = (*moved).clone();
    use_escape(&pull);
    let onpointerdown = {
        let (pull, moved, node, ground) = (pull.setter(), moved.clone(), node.clone(), ground.clone());
        Callback::from(move |event: PointerEvent| {
            moved.set(false);
            // A second finger zooms, and drags nothing.
            if !event.is_primary() || event.button() != 0 {
                return pull.set(None);
            }
            let (Some(plan), Some(from)) = (&ground.plan, ground.place(&node, &event)) else { return };
            // A session that is being read cannot be computed further, so its reader is gone before anything is done.
            let held = {
                let session = ground.run.session();
                let target = target::under(event.target(), session.trace());
                let (fine, in_heads) = (event.pointer_type() != "touch", target::is_in_heads(event.target()));
                handle(target, from, &plan.0, &*session, (fine, in_heads))
            };
            if let Some(handle) = held {
                pull.set(Some(Pull { handle, from, to: from }));
            }
        })
    };
    let onpointermove = {
        let (pull, moved, node, ground) = (pull.clone(), moved.clone(), node.clone(), ground.clone());
        Callback::from(move |event: PointerEvent| {
            let (Some(held), Some(to)) = (*pull, ground.place(&node, &event)) else { return };
            let away = (to.along - held.from.along).hypot(to.across - held.from.across);
            if !moved.get() && away > SLACK {
                moved.set(true);
                // From here on all moves are the diagram's, wherever the pointer is.
                if let Some(element) = node.cast::<Element>() {
                    let _ = element.set_pointer_capture(event.pointer_id());
                }
            }
            if moved.get() {
                let held = Pull { to, ..held };
                pull.set(Some(held));
                if held.handle == Handle::Now
                    && let Some(Outcome::Go(now)) = ground.propose(&held).map(|proposal| proposal.outcome)
                {
                    ground.desk.go(now);
                }
            }
        })
    };
    let onpointerup = {
        let (pull, moved, ground) = (pull.clone(), moved.clone(), ground.clone());
        Callback::from(move |event: PointerEvent| {
            if let (Some(held), true) = (*pull, moved.get()) {
                ground.let_go(&held, (f64::from(event.client_x()), f64::from(event.client_y())));
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

/// Escape lets go of what is held, and nothing is done.
#[hook]
fn use_escape(pull: &UseStateHandle<Option<Pull>>) {
    let set = pull.setter();
    use_effect_with(pull.is_some(), move |&held| {
        let options =
            EventListenerOptions { phase: gloo::events::EventListenerPhase::Capture, passive: false };
        let listener = held.then(|| {
            EventListener::new_with_options(&document(), "keydown", options, move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
                    event.prevent_default();
                    set.set(None);
                }
            })
        });
        move || drop(listener)
    });
}
