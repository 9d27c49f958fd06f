//! Going through the diagram with keys: it is one stop of Tab, arrows go from mark to mark, and each mark is told in a
//! sentence.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use lightcone_diagram::{Flow, Layout, Selected, Way};
use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Trace;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::desk::{Pop, use_desk};
use crate::diagram::pane::{Plan, selected};
use crate::lazy;
use crate::store::pick::Pick;
use crate::store::work::Work;

/// What a key asks for in the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To another mark.
    Go(Way),
    /// What can be done there.
    Menu,
}

/// What names the one among many marks that has the focus.
const ACTIVE: &str = "aria-activedescendant";

/// What this key asks for in a diagram in which time runs this way.
fn step(key: &str, flow: Flow) -> Option<Step> {
    let way = match (key, flow) {
        ("ArrowRight", Flow::LeftToRight) | ("ArrowDown", Flow::TopToBottom) => Way::On,
        ("ArrowLeft", Flow::LeftToRight) | ("ArrowUp", Flow::TopToBottom) => Way::Back,
        ("ArrowUp", Flow::LeftToRight) | ("ArrowLeft", Flow::TopToBottom) => Way::Up,
        ("ArrowDown", Flow::LeftToRight) | ("ArrowRight", Flow::TopToBottom) => Way::Down,
        ("Home", _) => Way::First,
        ("End", _) => Way::Last,
        ("Enter", _) => return Some(Step::Menu),
        _ => return None,
    };
    Some(Step::Go(way))
}

/// What [`Told`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct ToldProps {
    /// The element that scrolls and has the focus.
    pub node: NodeRef,
    /// The id of what is told, which that element names as its active one.
    pub id: AttrValue,
    /// Which way time runs.
    pub flow: Flow,
    /// How wide the heads are.
    pub gutter: f64,
    /// What is picked, in a sentence.
    pub words: AttrValue,
    /// Where it stands in the body.
    pub at: Option<(f64, f64)>,
    /// Told what a key asks for.
    pub onstep: Callback<Step>,
}

/// Hears the keys of a diagram, tells what is picked, and keeps that in sight.
#[component]
pub fn Told(props: &ToldProps) -> Html {
    use_effect_with((props.node.clone(), props.flow, props.onstep.clone()), |(node, flow, onstep)| {
        let (flow, onstep) = (*flow, onstep.clone());
        let listener = node.cast::<Element>().map(|element| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&element, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let with = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
                if let Some(step) = step(&event.key(), flow).filter(|_| !with) {
                    event.prevent_default();
                    onstep.emit(step);
                }
            })
        });
        move || drop(listener)
    });
    // What is not told yet cannot be active.
    use_effect_with((props.node.clone(), props.id.clone(), props.words.is_empty()), |(node, id, nothing)| {
        let element = node.cast::<Element>();
        if let Some(element) = element.as_ref().filter(|_| !nothing) {
            let _ = element.set_attribute(ACTIVE, id);
        }
        move || drop(element.map(|element| element.remove_attribute(ACTIVE)))
    });
    let is_focused = props.node.cast::<Element>().is_some_and(|own| document().active_element() == Some(own));
    use_effect_with((props.words.clone(), props.at), {
        let (node, flow, gutter) = (props.node.clone(), props.flow, props.gutter);
        move |(_, at)| {
            if let (Some(element), Some(at)) = (node.cast::<Element>(), *at) {
                bring(&element, flow, gutter, at);
            }
        }
    });
    // Where the focus is elsewhere, nobody would hear what has become active here.
    let aloud = if is_focused { AttrValue::default() } else { props.words.clone() };
    html! {
        <>
            <span key="mark">
                if !props.words.is_empty() {
                    <span id={props.id.clone()} role="img" aria-roledescription="mark" aria-label={props.words.clone()} />
                }
            </span>
            <span key="aloud" role="status">{ aloud }</span>
        </>
    }
}

/// So much air is left about what is brought into sight, in px.
const AIR: f64 = 48.0;

/// Scrolls no farther than it must for a place of the body to be in sight.
fn bring(element: &Element, flow: Flow, gutter: f64, (x, y): (f64, f64)) {
    let (wide, high) = (f64::from(element.client_width()), f64::from(element.client_height()));
    let (wide, high) = if flow == Flow::LeftToRight { (wide - gutter, high) } else { (wide, high - gutter) };
    let nearer = |from: i32, room: f64, place: f64| {
        let from = f64::from(from);
        let air = AIR.min(room / 4.0);
        let to = if place < from + air { place - air } else { (place + air - room).max(from) };
        to.round() as i32
    };
    element.set_scroll_left(nearer(element.scroll_left(), wide, x));
    element.set_scroll_top(nearer(element.scroll_top(), high, y));
}

/// What [`MARKS`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct MarksProps {
    /// The element that scrolls and has the focus.
    pub node: NodeRef,
    /// The id of what is told.
    pub id: AttrValue,
    /// The layout on the page.
    pub plan: Plan,
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// What is picked.
    pub pick: Option<Pick>,
}

lazy::chunk! {
    /// What makes the diagram of one run heard and gone through with keys. It is wanted where the diagram has the focus or
    /// something is picked.
    pub static MARKS: marks(MarksProps) = |props| html! { <Marks ..props.clone() /> };
}

/// Up to when all is told: a quiz tells nothing of what is to come.
pub fn told_until(work: &Work) -> Key {
    if work.quiz { work.now } else { Key::end_of(Ns::NEVER) }
}

/// What is picked, as stores call it.
pub fn pick_of(mark: Selected) -> Pick {
    match mark {
        Selected::Event(id) => Pick::Event(id),
        Selected::Message(id) => Pick::Message(id),
    }
}

#[component]
fn Marks(props: &MarksProps) -> Html {
    let desk = use_desk();
    let until = told_until(&props.work);
    let layout: &Layout = &props.plan.0;
    let (words, at) = {
        let session = props.work.run.session();
        let mark = props.pick.map(selected);
        let words = mark.map(|mark| layout.tell(&*session, mark, until)).unwrap_or_default();
        (words, mark.and_then(|mark| layout.mark_at(session.trace(), mark)))
    };
    let onstep = {
        let (desk, plan, work, pick) = (desk.clone(), props.plan.clone(), props.work.clone(), props.pick);
        Callback::from(move |step: Step| {
            let session = work.run.session();
            let trace = session.trace();
            let here = trace.last_event(work.now).or(trace.order().first().copied()).map(Pick::Event);
            match (step, pick) {
                (Step::Menu, _) => {
                    let pop = pick.or(here).and_then(|pick| menu_of(&plan.0, trace, pick, work.now));
                    drop(session);
                    desk.pop.set(pop);
                }
                // The first key begins where the run stands.
                (Step::Go(_), None) => desk.pick.set(here),
                (Step::Go(way), Some(pick)) => {
                    if let Some(mark) = plan.0.walk(trace, selected(pick), way, until) {
                        desk.pick.set(Some(pick_of(mark)));
                    }
                }
            }
        })
    };
    let (node, id, flow, gutter) =
        (props.node.clone(), props.id.clone(), layout.view().flow, layout.gutter());
    html! { <Told {node} {id} {flow} {gutter} words={words} {at} {onstep} /> }
}

/// The menu of what is picked, beside its mark.
pub fn menu_of(layout: &Layout, trace: &Trace, pick: Pick, now: Key) -> Option<Pop> {
    let place = layout.mark_at(trace, selected(pick)).and_then(|(x, y)| {
        let body = document().query_selector("svg.body").ok().flatten()?.get_bounding_client_rect();
        Some((body.left() + x, body.top() + y))
    });
    let place = place.unwrap_or((360.0, 180.0));
    Some(match pick {
        Pick::Message(id) => Pop::Message(id, place),
        Pick::Event(id) => {
            // What has just happened is followed by what is done now.
            let at = trace.event(id)?.at();
            Pop::Lane(id.node, place, (trace.last_event(now) != Some(id)).then_some(at))
        }
    })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn an_arrow_points_where_it_goes_however_the_diagram_is_turned() {
        assert_eq!(step("ArrowRight", Flow::LeftToRight), Some(Step::Go(Way::On)));
        assert_eq!(step("ArrowDown", Flow::TopToBottom), Some(Step::Go(Way::On)));
        assert_eq!(step("ArrowLeft", Flow::TopToBottom), Some(Step::Go(Way::Up)));
        assert_eq!(step(" ", Flow::LeftToRight), None, "Space plays wherever the focus is");
    }
}
