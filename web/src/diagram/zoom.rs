//! Zooming about a place of the diagram: with the wheel and Ctrl, and with two fingers. The wheel alone scrolls along time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use lightcone_diagram::Flow;
use lightcone_sim::time::Ns;
use wasm_bindgen::JsCast;
use web_sys::{Element, TouchEvent, WheelEvent};
use yew::prelude::*;

use crate::diagram::pane::Plan;
use crate::diagram::scroll::{Anchor, offset, scroll_to};
use crate::store::look::{Look, LookAction};

/// Fingers that move less than this part of their distance draw nothing anew.
const FINEST: f64 = 0.02;

/// What zooming needs: the element that scrolls, what it shows, and what is to stay in its place.
struct Zoom {
    element: Element,
    flow: Flow,
    plan: Rc<RefCell<Option<Plan>>>,
    anchor: Rc<RefCell<Anchor>>,
    look: UseReducerDispatcher<Look>,
    /// Two fingers: how far apart they were when the diagram was last drawn, and the time between them.
    pinch: Cell<Option<(f64, Ns)>>,
}

/// The wheel and two fingers.
#[hook]
pub fn use_zoom(
    node: &NodeRef,
    flow: Flow,
    plan: Rc<RefCell<Option<Plan>>>,
    anchor: Rc<RefCell<Anchor>>,
    look: UseReducerDispatcher<Look>,
) {
    use_effect_with((node.clone(), flow), move |(node, flow)| {
        let flow = *flow;
        let listeners = node.cast::<Element>().map(|element| {
            let options = EventListenerOptions::enable_prevent_default();
            let zoom = Rc::new(Zoom { element, flow, plan, anchor, look, pinch: Cell::new(None) });
            ["wheel", "touchstart", "touchmove"].map(|name| {
                let zoom = zoom.clone();
                EventListener::new_with_options(&zoom.element.clone(), name, options, move |event| {
                    if let Some(wheel) = event.dyn_ref::<WheelEvent>() {
                        zoom.wheel(wheel);
                    } else if let Some(touch) = event.dyn_ref::<TouchEvent>() {
                        zoom.touch(touch);
                    }
                })
            })
        });
        move || drop(listeners)
    });
}

impl Zoom {
    /// How far a place of the window is from where the axis begins to be in sight.
    fn away(&self, plan: &Plan, (x, y): (f64, f64)) -> f64 {
        let bounds = self.element.get_bounding_client_rect();
        let away = if self.flow == Flow::LeftToRight { x - bounds.left() } else { y - bounds.top() };
        away - plan.0.gutter()
    }

    fn wheel(&self, event: &WheelEvent) {
        let Some(plan) = self.plan.borrow().clone() else { return };
        if event.ctrl_key() {
            event.prevent_default();
            let away = self.away(&plan, (f64::from(event.client_x()), f64::from(event.client_y())));
            let time = plan.0.time_at(offset(&self.element, self.flow) + away);
            self.anchor.borrow_mut().pointed = Some((time, away));
            return self.look.dispatch(LookAction::Zoom((-event.delta_y() * 0.002).exp()));
        }
        let fits = self.element.scroll_height() <= self.element.client_height();
        if self.flow == Flow::LeftToRight && fits && event.delta_x() == 0.0 {
            event.prevent_default();
            let lines = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { 30.0 } else { 1.0 };
            scroll_to(&self.element, self.flow, offset(&self.element, self.flow) + event.delta_y() * lines);
        }
    }

    /// Two fingers zoom about the time between them, which stays between them. One finger scrolls, as everywhere.
    fn touch(&self, event: &TouchEvent) {
        let touches = event.touches();
        let finger =
            |index| touches.item(index).map(|at| (f64::from(at.client_x()), f64::from(at.client_y())));
        let (Some(one), Some(other), None) = (finger(0), finger(1), finger(2)) else {
            return self.pinch.set(None);
        };
        event.prevent_default();
        let Some(plan) = self.plan.borrow().clone() else { return };
        let apart = (one.0 - other.0).hypot(one.1 - other.1).max(1.0);
        let away = self.away(&plan, ((one.0 + other.0) / 2.0, (one.1 + other.1) / 2.0));
        match self.pinch.get() {
            Some((before, time)) if event.type_() == "touchmove" => {
                if (apart / before - 1.0).abs() >= FINEST {
                    self.pinch.set(Some((apart, time)));
                    self.anchor.borrow_mut().pointed = Some((time, away));
                    self.look.dispatch(LookAction::Zoom(apart / before));
                }
            }
            _ => {
                let time = plan.0.time_at(offset(&self.element, self.flow) + away);
                self.pinch.set(Some((apart, time)));
            }
        }
    }
}
