//! The whole run in a strip below the diagram, with a frame about what is in sight: dragging that scrolls.

use gloo::events::EventListener;
use lightcone_diagram::{Flow, strip};
use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;
use web_sys::{Element, HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use crate::diagram::canvas::{Paints, paint};
use crate::diagram::pane::Plan;
use crate::diagram::scroll::{offset, room, scroll_to};
use crate::hooks::measure::use_size;
use crate::lazy;
use crate::store::run::Run;
use crate::words;

/// How much more than the window a picture must be for a map to be of use, and how many events there must be: for fewer
/// the scrubber does.
const WORTH: (f64, usize) = (1.25, 3_000);

/// What [`MINIMAP`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct MinimapProps {
    /// The layout on the page.
    pub plan: Plan,
    /// The run.
    pub run: Run,
    /// The playhead.
    pub now: Key,
    /// Where the run ends.
    pub until: Ns,
    /// Whether what comes after the playhead is hidden.
    pub quiz: bool,
    /// What scrolls.
    pub scroll: NodeRef,
    /// Whether the room is dark.
    pub dark: bool,
}

/// Whether a picture is so long that a map of it is of use.
pub fn is_of_use(plan: &Plan, run: &Run, (width, height): (f64, f64)) -> bool {
    let along = if plan.0.view().flow == Flow::LeftToRight { width } else { height };
    plan.0.length() > along * WORTH.0 && run.session().trace().order().len() >= WORTH.1
}

lazy::chunk! {
    /// The map.
    pub static MINIMAP: minimap(MinimapProps) = |props| html! { <Minimap ..props.clone() /> };
}

#[component]
fn Minimap(props: &MinimapProps) -> Html {
    let (canvas, probe, node) = (use_node_ref(), use_node_ref(), use_node_ref());
    let size = use_size(&node);
    let sight = use_sight(&props.plan, &props.scroll);
    let until = if props.quiz { props.now.at } else { props.until };
    let ratio = gloo::utils::window().device_pixel_ratio();
    let drawn = use_memo((props.run.clone(), until, props.until, size), |(run, until, whole, size)| {
        let size = (*size)?;
        Some((strip(&*run.session(), (*until, *whole), size), size))
    });
    use_effect_with((drawn.clone(), props.dark, ratio), {
        let (canvas, probe) = (canvas.clone(), probe.clone());
        move |(drawn, ..)| {
            let (canvas, probe) = (canvas.cast::<HtmlCanvasElement>(), probe.cast::<Element>());
            if let (Some((strip, (width, height))), Some(canvas), Some(probe)) = (&**drawn, canvas, probe) {
                paint(&canvas, &strip.layers, &mut Paints::new(probe), (0.0, 0.0, *width, *height));
            }
        }
    });
    let whole = props.until.as_secs_f64().max(1e-9);
    let share = |at: Ns| (at.as_secs_f64() / whole * 100.0).clamp(0.0, 100.0);
    let (from, to) = sight;
    let frame = format!("left: {:.3}%; width: {:.3}%", share(from), share(to) - share(from));
    let oninput = {
        let (plan, scroll) = (props.plan.clone(), props.scroll.clone());
        Callback::from(move |event: InputEvent| {
            let field = event.target_dyn_into::<HtmlInputElement>();
            let value = field.and_then(|field| field.value().parse::<u64>().ok());
            if let (Some(ms), Some(element)) = (value, scroll.cast::<Element>()) {
                let flow = plan.0.view().flow;
                let middle = plan.0.x_of((Ns::ms(ms), 0));
                scroll_to(&element, flow, middle - room(&element, flow, plan.0.gutter()) / 2.0);
            }
        })
    };
    let ms = |at: Ns| (at.0 / 1_000_000).to_string();
    let middle = Ns(from.0 / 2 + to.0 / 2);
    let said = format!("{} to {}", words::clock(from), words::clock(to));
    let step = (to.since(from).0 / 4_000_000).max(1).to_string();
    html! {
        <div class="minimap lightcone" ref={node}>
            <canvas ref={canvas} aria-hidden="true"></canvas>
            <svg ref={probe} class="probe lightcone" width="0" height="0" aria-hidden="true"></svg>
            <span class="minimap-now" style={format!("left: {:.3}%", share(props.now.at))}></span>
            <span class="minimap-frame" style={frame}></span>
            <input type="range" data-moves="" min="0" max={ms(props.until)} {step} value={ms(middle)} {oninput}
                aria-label="Part of the run in sight" aria-valuetext={said.clone()} title={format!("In sight: {said}. Drag to look elsewhere; the playhead stays.")} />
        </div>
    }
}

/// From when to when the run is in sight.
#[hook]
fn use_sight(plan: &Plan, scroll: &NodeRef) -> (Ns, Ns) {
    let sight = use_state_eq(|| (Ns::ZERO, Ns::ZERO));
    use_effect_with((plan.clone(), scroll.clone()), {
        let set = sight.setter();
        move |(plan, scroll)| {
            let plan = plan.clone();
            let listener = scroll.cast::<Element>().map(|element| {
                let look = {
                    let element = element.clone();
                    move || {
                        let flow = plan.0.view().flow;
                        let from = offset(&element, flow);
                        let to = from + room(&element, flow, plan.0.gutter());
                        set.set((plan.0.time_at(from), plan.0.time_at(to.min(plan.0.length()))));
                    }
                };
                look();
                EventListener::new(&element, "scroll", move |_| look())
            });
            move || drop(listener)
        }
    });
    *sight
}
