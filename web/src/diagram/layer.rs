//! One layer of a scene as SVG. A layer whose shapes are the same as before costs nothing.

use lightcone_diagram::{Geometry, Layer as LayerData, Shape};
use yew::prelude::*;

use crate::diagram::target;

/// Properties of [`Layer`].
#[derive(Properties, PartialEq)]
pub struct LayerProps {
    /// What to draw.
    pub layer: LayerData,
}

/// One layer of a scene.
#[component]
pub fn Layer(props: &LayerProps) -> Html {
    let layer = &props.layer;
    html! {
        <g class={format!("layer-{}", layer.name)}>{ for layer.shapes.iter().map(shape) }</g>
    }
}

fn shape(shape: &Shape) -> Html {
    let key = shape.key.clone();
    let class = shape.classes();
    let target = shape.target.as_ref().map(target::to_text);
    let title = shape.title.as_ref().map(|title| html! { <title>{ title }</title> }).unwrap_or_default();
    match &shape.geometry {
        Geometry::Line { x1, y1, x2, y2 } => html! {
            <line {key} {class} data-target={target} x1={px(*x1)} y1={px(*y1)} x2={px(*x2)} y2={px(*y2)}>{ title }</line>
        },
        Geometry::Path(path) => {
            html! { <path {key} {class} data-target={target} d={path.clone()}>{ title }</path> }
        }
        many @ (Geometry::Rects(_) | Geometry::Lines(_)) => {
            html! { <path {key} {class} data-target={target} d={many.as_path()}>{ title }</path> }
        }
        Geometry::Circle { cx, cy, r } => html! {
            <circle {key} {class} data-target={target} cx={px(*cx)} cy={px(*cy)} r={px(*r)}>{ title }</circle>
        },
        Geometry::Rect { x, y, width, height, rx } => html! {
            <rect {key} {class} data-target={target} x={px(*x)} y={px(*y)} width={px(*width)} height={px(*height)} rx={px(*rx)}>{ title }</rect>
        },
        Geometry::Text { x, y, anchor, rotate, size, content } => {
            let transform =
                (*rotate != 0.0).then(|| format!("rotate({} {} {})", px(*rotate), px(*x), px(*y)));
            html! {
                <text {key} {class} data-target={target} x={px(*x)} y={px(*y)} text-anchor={anchor.name()} font-size={px(*size)} {transform}>{ content }{ title }</text>
            }
        }
    }
}

/// A number with at most a decimal or two, as short as it can be.
fn px(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    rounded.to_string()
}
