//! Scrolling: the part of the diagram that is in sight, and the playhead kept in it.

use gloo::events::EventListener;
use lightcone_diagram::Flow;
use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;
use web_sys::Element;
use yew::prelude::*;

use crate::diagram::pane::Plan;
use crate::diagram::zoom::use_zoom;
use crate::store::look::Look;

/// What is in sight is told in steps of so many px, so that scrolling redraws now and then and not always.
const STEP: f64 = 256.0;
/// While playing, the playhead comes no farther than this part of what is in sight.
const FAR: f64 = 0.72;

/// So much before the time at which a link has it begin is in sight, in px.
const LEAD: f64 = 12.0;

/// What stays in its place of the window when the layout changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anchor {
    /// A time, and how far from the edge of the window it stands; set by the wheel and by two fingers.
    pub pointed: Option<(Ns, f64)>,
    /// How far from the edge of the window the playhead stands.
    pub now: f64,
    /// The number of the link that was followed last, and the playhead then. While that stays where it was, so does what is
    /// in sight, though the layout may only come to rest.
    pub opened: Option<(u32, Key)>,
}

/// What is kept in sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playing {
    /// The playhead.
    pub now: Key,
    /// How often it was sent somewhere.
    pub gone: u32,
    /// Whether it moves by itself.
    pub playing: bool,
    /// Whether all before it is to be in sight too.
    pub fits: bool,
    /// Where a link has what is in sight begin, and the number of that link: it counts once.
    pub opens: (Option<Ns>, u32),
}

/// What is in sight along the time axis, in px of the body.
#[hook]
pub fn use_scroll(
    node: &NodeRef,
    plan: Option<Plan>,
    flow: Flow,
    playing: Playing,
    look: UseReducerDispatcher<Look>,
) -> Option<(f64, f64)> {
    let seen = use_state_eq(|| None::<(f64, f64)>);
    let anchor = use_mut_ref(Anchor::default);
    let latest = use_mut_ref(|| None::<Plan>);
    latest.borrow_mut().clone_from(&plan);
    let before = use_mut_ref(|| None::<Plan>);

    // A new layout is drawn at once where it will be scrolled to, and not first where the one before it was.
    let ahead = plan.as_ref().and_then(|plan| {
        let known = before.borrow();
        let first = known.is_none();
        known.as_ref().is_none_or(|known| known != plan).then_some(())?;
        let (element, pointed) = (node.cast::<Element>()?, anchor.borrow().pointed.is_some());
        let to = kept_at(*anchor.borrow(), plan, playing, (true, first))?;
        let whole = room(&element, flow, 0.0);
        let last = (plan.0.length() + plan.0.gutter() - whole).max(0.0);
        let to = to.clamp(0.0, last);
        // What is in sight in the end is told, and not what would be if the playhead were not followed.
        let x = plan.0.x_of(playing.now.instant());
        let room = room(&element, flow, plan.0.gutter());
        let to = followed(x, (to, room), playing.playing).filter(|_| !pointed).unwrap_or(to);
        Some(about(to.clamp(0.0, last), whole))
    });
    use_effect_with((plan.clone(), playing), {
        let (node, anchor) = (node.clone(), anchor.clone());
        move |(plan, playing): &(Option<Plan>, Playing)| {
            if let (Some(element), Some(plan)) = (node.cast::<Element>(), plan) {
                let is_new = before.borrow().as_ref() != Some(plan);
                let mut anchor = anchor.borrow_mut();
                let x = plan.0.x_of(playing.now.instant());
                let first = before.borrow().is_none();
                if let Some(to) = kept_at(*anchor, plan, *playing, (is_new, first)) {
                    scroll_to(&element, flow, to);
                }
                if anchor.pointed.take().is_none() {
                    follow(&element, flow, plan, x, playing.playing);
                }
                if anchor.opened.is_none_or(|(number, _)| number != playing.opens.1) {
                    anchor.opened = Some((playing.opens.1, playing.now));
                }
                anchor.now = x - offset(&element, flow);
                *before.borrow_mut() = Some(plan.clone());
            }
        }
    });
    // After the scrolling, so that it is not measured where it is no longer.
    use_effect_with((plan.clone(), flow), {
        let (node, set) = (node.clone(), seen.setter());
        move |(_, flow): &(Option<Plan>, Flow)| {
            let flow = *flow;
            let element = node.cast::<Element>();
            if let Some(element) = &element {
                set.set(Some(in_sight(element, flow)));
            }
            let listener = element.map(|element| {
                let scrolled = element.clone();
                EventListener::new(&element, "scroll", move |_| set.set(Some(in_sight(&scrolled, flow))))
            });
            move || drop(listener)
        }
    });
    use_zoom(node, flow, latest, anchor, look);
    ahead.or(*seen)
}

/// Where it is scrolled to so that what is anchored stays in its place, if anything has to be done for that.
fn kept_at(anchor: Anchor, plan: &Plan, playing: Playing, (is_new, first): (bool, bool)) -> Option<f64> {
    if let (Some(from), number) = playing.opens
        && anchor.pointed.is_none()
        && (anchor.opened.is_none_or(|(opened, _)| opened != number)
            || (is_new && anchor.opened == Some((number, playing.now))))
    {
        return Some(plan.0.x_of((from, 0)) - LEAD);
    }
    match anchor.pointed {
        Some((time, away)) => Some(plan.0.x_of((time, 0)) - away),
        None if is_new && playing.fits => Some(0.0),
        None if is_new && !first => Some(plan.0.x_of(playing.now.instant()) - anchor.now),
        None => None,
    }
}

/// How far it is scrolled along time.
pub fn offset(element: &Element, flow: Flow) -> f64 {
    f64::from(if flow == Flow::LeftToRight { element.scroll_left() } else { element.scroll_top() })
}

/// Scrolls along time to a place.
pub fn scroll_to(element: &Element, flow: Flow, to: f64) {
    let to = to.max(0.0).round() as i32;
    if flow == Flow::LeftToRight {
        element.set_scroll_left(to);
    } else {
        element.set_scroll_top(to);
    }
}

/// How much of the time axis is in sight.
pub fn room(element: &Element, flow: Flow, gutter: f64) -> f64 {
    f64::from(if flow == Flow::LeftToRight { element.client_width() } else { element.client_height() })
        - gutter
}

fn in_sight(element: &Element, flow: Flow) -> (f64, f64) {
    about(offset(element, flow), room(element, flow, 0.0))
}

fn about(from: f64, room: f64) -> (f64, f64) {
    let to = from + room;
    (((from / STEP).floor() - 1.0) * STEP, ((to / STEP).ceil() + 1.0) * STEP)
}

/// Keeps the playhead in sight.
fn follow(element: &Element, flow: Flow, plan: &Plan, x: f64, playing: bool) {
    let sight = (offset(element, flow), room(element, flow, plan.0.gutter()));
    if let Some(to) = followed(x, sight, playing) {
        scroll_to(element, flow, to);
    }
}

/// Where it has to be scrolled to for a place to be in sight, if it is not.
fn followed(x: f64, (offset, room): (f64, f64), playing: bool) -> Option<f64> {
    let at = x - offset;
    if playing && at > room * FAR {
        Some(x - room * FAR)
    } else if at < 0.0 || at > room * 0.92 {
        Some(x - room * 0.5)
    } else {
        None
    }
}
