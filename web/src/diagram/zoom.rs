//! Zooming about a place of the diagram: with the wheel and Ctrl, with two fingers, and from afar with a double click. The
//! wheel alone scrolls along time.
//!
//! To lay out and draw a picture anew takes longer than a frame. So what is there is stretched at once, as a map is, and
//! drawn anew when wheel or fingers rest. From afar it is drawn anew at once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use lightcone_diagram::Flow;
use lightcone_sim::time::Ns;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, SvgElement, TouchEvent, WheelEvent};
use yew::prelude::*;

use crate::diagram::pane::Plan;
use crate::diagram::scroll::{Anchor, offset, scroll_to};
use crate::store::look::{Look, LookAction};

/// Fingers that move less than this part of their distance draw nothing anew.
const FINEST: f64 = 0.02;
/// So long after the last turn of the wheel what was stretched is drawn anew, in ms.
const REST_MS: u32 = 90;
/// What was stretched or pressed more than this is drawn anew at once.
const MOST: f64 = 3.0;

/// What zooming needs: the element that scrolls, what it shows, and what is to stay in its place.
struct Zoom {
    element: Element,
    flow: Flow,
    plan: Rc<RefCell<Option<Plan>>>,
    anchor: Rc<RefCell<Anchor>>,
    look: UseReducerDispatcher<Look>,
    /// Two fingers: how far apart they were when the diagram was last drawn, and the time between them.
    pinch: Cell<Option<(f64, Ns)>>,
    /// How much the picture on the page is stretched, until it is drawn anew.
    stretched: Cell<f64>,
    rest: RefCell<Option<Timeout>>,
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
            let zoom = Rc::new(Zoom {
                element,
                flow,
                plan,
                anchor,
                look,
                pinch: Cell::new(None),
                stretched: Cell::new(1.0),
                rest: RefCell::new(None),
            });
            ["wheel", "touchstart", "touchmove", "touchend", "dblclick"].map(|name| {
                let zoom = zoom.clone();
                EventListener::new_with_options(&zoom.element.clone(), name, options, move |event| {
                    if let Some(wheel) = event.dyn_ref::<WheelEvent>() {
                        zoom.wheel(wheel);
                    } else if let Some(touch) = event.dyn_ref::<TouchEvent>() {
                        zoom.touch(touch);
                    } else if let Some(click) = event.dyn_ref::<MouseEvent>() {
                        zoom.come_near(click);
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

    /// What stands at a place of the window: while the picture is stretched, what that was about.
    fn about(&self, plan: &Plan, away: f64) -> (Ns, f64) {
        match self.anchor.borrow().pointed {
            Some(about) if self.stretched.get() != 1.0 => about,
            _ => (plan.0.time_at(offset(&self.element, self.flow) + away), away),
        }
    }

    /// Zooms by a factor about a time that stands so far from where the axis begins to be in sight.
    fn by(self: &Rc<Zoom>, plan: &Plan, factor: f64, (time, away): (Ns, f64)) {
        self.anchor.borrow_mut().pointed = Some((time, away));
        if plan.0.is_overview() {
            return self.look.dispatch(LookAction::Zoom(factor));
        }
        let stretched = self.stretched.get() * factor;
        self.stretched.set(stretched);
        if !(MOST.recip()..MOST).contains(&stretched) {
            return self.draw_anew();
        }
        // The time stays where it is, and all else comes nearer to it or goes farther from it.
        let (x, scroll) = (plan.0.x_of((time, 0)), offset(&self.element, self.flow));
        let shift = scroll + away - x * stretched;
        let transform = match self.flow {
            Flow::LeftToRight => format!("matrix({stretched}, 0, 0, 1, {shift}, 0)"),
            Flow::TopToBottom => format!("matrix(1, 0, 0, {stretched}, 0, {shift})"),
        };
        self.transform(&transform);
        let zoom = self.clone();
        *self.rest.borrow_mut() = Some(Timeout::new(REST_MS, move || zoom.draw_anew()));
    }

    /// Draws what was stretched anew, at the size that it has been given.
    fn draw_anew(&self) {
        self.rest.borrow_mut().take();
        let stretched = self.stretched.replace(1.0);
        if stretched != 1.0 {
            // The new picture comes before the next frame, so the old one is not seen again.
            self.transform("");
            self.look.dispatch(LookAction::Zoom(stretched));
        }
    }

    fn transform(&self, transform: &str) {
        let body = self.element.query_selector("svg.body").ok().flatten();
        let Some(body) = body.and_then(|body| body.dyn_into::<SvgElement>().ok()) else { return };
        // Both are names that there are.
        let _ = body.style().set_property("transform-origin", "0 0");
        let _ = body.style().set_property("transform", transform);
    }

    /// From afar, a double click comes so near that each mark has its place.
    fn come_near(&self, event: &MouseEvent) {
        let Some(plan) = self.plan.borrow().clone().filter(|plan| plan.0.is_overview()) else { return };
        let away = self.away(&plan, (f64::from(event.client_x()), f64::from(event.client_y())));
        let time = plan.0.time_at(offset(&self.element, self.flow) + away);
        self.anchor.borrow_mut().pointed = Some((time, away));
        self.look.dispatch(LookAction::Natural);
    }

    fn wheel(self: &Rc<Zoom>, event: &WheelEvent) {
        let Some(plan) = self.plan.borrow().clone() else { return };
        if event.ctrl_key() {
            event.prevent_default();
            let away = self.away(&plan, (f64::from(event.client_x()), f64::from(event.client_y())));
            let about = self.about(&plan, away);
            return self.by(&plan, (-event.delta_y() * 0.002).exp(), about);
        }
        let fits = self.element.scroll_height() <= self.element.client_height();
        if self.flow == Flow::LeftToRight && fits && event.delta_x() == 0.0 {
            event.prevent_default();
            let lines = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { 30.0 } else { 1.0 };
            scroll_to(&self.element, self.flow, offset(&self.element, self.flow) + event.delta_y() * lines);
        }
    }

    /// Two fingers zoom about the time between them, which stays between them. One finger scrolls, as everywhere.
    fn touch(self: &Rc<Zoom>, event: &TouchEvent) {
        let touches = event.touches();
        let finger =
            |index| touches.item(index).map(|at| (f64::from(at.client_x()), f64::from(at.client_y())));
        let (Some(one), Some(other), None) = (finger(0), finger(1), finger(2)) else {
            self.pinch.set(None);
            return self.draw_anew();
        };
        event.prevent_default();
        let Some(plan) = self.plan.borrow().clone() else { return };
        let apart = (one.0 - other.0).hypot(one.1 - other.1).max(1.0);
        let away = self.away(&plan, ((one.0 + other.0) / 2.0, (one.1 + other.1) / 2.0));
        match self.pinch.get() {
            Some((before, time)) if event.type_() == "touchmove" => {
                if (apart / before - 1.0).abs() >= FINEST {
                    self.pinch.set(Some((apart, time)));
                    self.by(&plan, apart / before, (time, away));
                }
            }
            _ => {
                let time = plan.0.time_at(offset(&self.element, self.flow) + away);
                self.pinch.set(Some((apart, time)));
            }
        }
    }
}
