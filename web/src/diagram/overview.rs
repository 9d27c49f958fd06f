//! A run from afar on the page: its mass on a canvas, and what can be pointed at above that as elements.

use lightcone_diagram::{Flow, Frame, overview};
use web_sys::{Element, HtmlCanvasElement};
use yew::prelude::*;

use crate::diagram::canvas::{Paints, paint};
use crate::diagram::layer::Layer;
use crate::diagram::pane::Plan;
use crate::lazy;
use crate::store::run::Run;

/// What [`OVERVIEW`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct OverviewProps {
    /// The layout, of a view from afar.
    pub plan: Plan,
    /// The run.
    pub run: Run,
    /// The playhead, what is selected, and what is in sight.
    pub frame: Frame,
    /// What letting go of something would do.
    pub ghost: Html,
    /// Whether the room is dark: a canvas does not see that by itself.
    pub dark: bool,
}

lazy::chunk! {
    /// The run from afar.
    pub static OVERVIEW: overview(OverviewProps) = |props| html! { <FromAfar ..props.clone() /> };
}

#[component]
fn FromAfar(props: &OverviewProps) -> Html {
    let (canvas, probe) = (use_node_ref(), use_node_ref());
    let layout = &props.plan.0;
    let flow = layout.view().flow;
    let seen = overview(layout, &*props.run.session(), &props.frame);
    let (width, height) = match flow {
        Flow::LeftToRight => (layout.length(), layout.across()),
        Flow::TopToBottom => (layout.across(), layout.length()),
    };
    let (from, to) = props.frame.window.unwrap_or((0.0, layout.length()));
    let (from, to) = (from.max(0.0), to.min(layout.length()).max(from.max(0.0)));
    let part = match flow {
        Flow::LeftToRight => (from, 0.0, to - from, height),
        Flow::TopToBottom => (0.0, from, width, to - from),
    };
    let ratio = gloo::utils::window().device_pixel_ratio();
    use_effect_with((seen.ground.clone(), part, props.dark, ratio), {
        let (canvas, probe) = (canvas.clone(), probe.clone());
        move |(ground, part, ..)| {
            if let (Some(canvas), Some(probe)) = (canvas.cast::<HtmlCanvasElement>(), probe.cast::<Element>())
            {
                paint(&canvas, ground, &mut Paints::new(probe), *part);
            }
        }
    });
    let gutter = layout.gutter().ceil();
    let (head_width, head_height) = match flow {
        Flow::LeftToRight => (gutter, height),
        Flow::TopToBottom => (width, gutter),
    };
    let (left, top) = match flow {
        Flow::LeftToRight => (gutter + part.0, 0.0),
        Flow::TopToBottom => (0.0, gutter + part.1),
    };
    let place = format!("left: {left}px; top: {top}px; width: {}px; height: {}px", part.2, part.3);
    html! {
        <div class={classes!("stage", "afar", "lightcone", if flow == Flow::LeftToRight { "across" } else { "down" })}>
            <canvas ref={canvas} style={place} aria-hidden="true"></canvas>
            <svg key="probe" ref={probe} class="probe lightcone" width="0" height="0" aria-hidden="true"></svg>
            <svg key="heads" class="heads" width={head_width.to_string()} height={head_height.to_string()} role="group" aria-label="Nodes">
                { for seen.heads.iter().map(|layer| html! { <Layer key={layer.name} layer={layer.clone()} /> }) }
            </svg>
            <svg key="body" class="body" width={width.ceil().to_string()} height={height.ceil().to_string()} role="group" aria-label="The run from afar" data-scale={seen.scale.to_string()}>
                <desc>{ &seen.desc }</desc>
                { for seen.marks.iter().map(|layer| html! { <Layer key={layer.name} layer={layer.clone()} /> }) }
                <g key="drag" class="layer-drag">{ props.ghost.clone() }</g>
            </svg>
        </div>
    }
}
