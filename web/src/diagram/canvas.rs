//! A scene on a canvas: for what has too many marks to be elements of the page. Its look is that of the same shapes as
//! SVG: for each kind of mark an element is asked, once, how the style sheet would have it.

use std::f64::consts::TAU;

use gloo::utils::{document, window};
use js_sys::Array;
use lightcone_diagram::{Anchor, Geometry, Layer, Shape};
use lightcone_sim::sorted::Map;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, Element, HtmlCanvasElement, Path2d};

const SVG: &str = "http://www.w3.org/2000/svg";

/// How a kind of mark looks.
struct Paint {
    fill: Option<String>,
    stroke: Option<String>,
    width: f64,
    dash: Array,
    cap: String,
    opacity: f64,
    /// All of a font but its size.
    font: (String, String),
}

/// How marks look, as far as that was asked.
pub struct Paints {
    /// An `svg` of the diagram's class, in which kinds of marks are tried.
    probe: Element,
    known: Map<(&'static str, &'static str, String), Option<Paint>>,
}

impl Paints {
    /// Nothing is known yet.
    pub fn new(probe: Element) -> Paints {
        Paints { probe, known: Map::new() }
    }

    fn of(&mut self, layer: &'static str, shape: &Shape) -> Option<&Paint> {
        let tag = match &shape.geometry {
            Geometry::Text { .. } => "text",
            Geometry::Line { .. } => "line",
            Geometry::Circle { .. } => "circle",
            Geometry::Rect { .. } => "rect",
            _ => "path",
        };
        let key = (layer, tag, shape.classes());
        if !self.known.contains_key(&key) {
            let paint = asked(&self.probe, layer, tag, &key.2);
            self.known.insert(key.clone(), paint);
        }
        self.known.get(&key)?.as_ref()
    }
}

fn asked(probe: &Element, layer: &str, tag: &str, class: &str) -> Option<Paint> {
    let group = document().create_element_ns(Some(SVG), "g").ok()?;
    let mark = document().create_element_ns(Some(SVG), tag).ok()?;
    group.set_attribute("class", &format!("layer-{layer}")).ok()?;
    mark.set_attribute("class", class).ok()?;
    group.append_child(&mark).ok()?;
    probe.append_child(&group).ok()?;
    let style = window().get_computed_style(&mark).ok().flatten();
    let paint = style.map(|style| Paint::read(&style));
    group.remove();
    paint
}

impl Paint {
    fn read(style: &CssStyleDeclaration) -> Paint {
        let value = |name: &str| style.get_property_value(name).unwrap_or_default();
        let number = |name: &str, else_: f64| leading(&value(name)).unwrap_or(else_);
        let colour = |name: &str| Some(value(name)).filter(|colour| colour != "none" && !colour.is_empty());
        let dash = Array::new();
        value("stroke-dasharray").split(',').filter_map(leading).for_each(|length| {
            dash.push(&JsValue::from_f64(length));
        });
        Paint {
            fill: colour("fill"),
            stroke: colour("stroke"),
            width: number("stroke-width", 1.0),
            dash,
            cap: value("stroke-linecap"),
            opacity: number("opacity", 1.0),
            font: (value("font-weight"), value("font-family")),
        }
    }
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    lightcone_sim::decimal::read(&text[..end])
}

/// Draws layers on a canvas. The canvas shows what lies from a place of the body on, in so much room; it is as sharp as the
/// screen.
pub fn paint(
    canvas: &HtmlCanvasElement,
    layers: &[Layer],
    paints: &mut Paints,
    (x, y, width, height): (f64, f64, f64, f64),
) {
    let ratio = window().device_pixel_ratio().max(1.0);
    canvas.set_width((width * ratio).ceil() as u32);
    canvas.set_height((height * ratio).ceil() as u32);
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    // A canvas that was given no room, or too much, draws nothing; there is nobody to tell.
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, -x * ratio, -y * ratio);
    for layer in layers {
        for shape in layer.shapes.iter() {
            if let Some(paint) = paints.of(layer.name, shape) {
                draw(&context, &shape.geometry, paint);
            }
        }
    }
}

fn draw(context: &CanvasRenderingContext2d, geometry: &Geometry, paint: &Paint) {
    context.set_global_alpha(paint.opacity);
    if let Some(fill) = &paint.fill {
        context.set_fill_style_str(fill);
    }
    if let Some(stroke) = &paint.stroke {
        context.set_stroke_style_str(stroke);
        context.set_line_width(paint.width);
        context.set_line_cap(&paint.cap);
        let _ = context.set_line_dash(&paint.dash);
    }
    match geometry {
        Geometry::Rects(rects) => {
            for &[x, y, width, height] in rects {
                rect(context, paint, (x, y, width, height));
            }
        }
        Geometry::Rect { x, y, width, height, .. } => rect(context, paint, (*x, *y, *width, *height)),
        Geometry::Lines(lines) => strokes(context, paint, lines),
        Geometry::Line { x1, y1, x2, y2 } => strokes(context, paint, &[[*x1, *y1, *x2, *y2]]),
        Geometry::Circle { cx, cy, r } => {
            context.begin_path();
            if context.arc(*cx, *cy, *r, 0.0, TAU).is_ok() {
                if paint.fill.is_some() {
                    context.fill();
                }
                if paint.stroke.is_some() {
                    context.stroke();
                }
            }
        }
        Geometry::Path(d) => {
            if let Ok(path) = Path2d::new_with_path_string(d) {
                if paint.fill.is_some() {
                    context.fill_with_path_2d(&path);
                }
                if paint.stroke.is_some() {
                    context.stroke_with_path(&path);
                }
            }
        }
        Geometry::Text { .. } => text(context, paint, geometry),
    }
}

fn rect(context: &CanvasRenderingContext2d, paint: &Paint, (x, y, width, height): (f64, f64, f64, f64)) {
    if paint.fill.is_some() {
        context.fill_rect(x, y, width, height);
    }
    if paint.stroke.is_some() {
        context.stroke_rect(x, y, width, height);
    }
}

fn strokes(context: &CanvasRenderingContext2d, paint: &Paint, lines: &[[f64; 4]]) {
    if paint.stroke.is_none() {
        return;
    }
    context.begin_path();
    for &[x1, y1, x2, y2] in lines {
        context.move_to(x1, y1);
        context.line_to(x2, y2);
    }
    context.stroke();
}

fn text(context: &CanvasRenderingContext2d, paint: &Paint, geometry: &Geometry) {
    let Geometry::Text { x, y, anchor, rotate, size, content } = geometry else { return };
    let (weight, family) = &paint.font;
    context.set_font(&format!("{weight} {size}px {family}"));
    context.set_text_align(match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "center",
        Anchor::End => "end",
    });
    context.save();
    let turned = context.translate(*x, *y).and_then(|()| context.rotate(rotate.to_radians()));
    if turned.is_ok() {
        // Where text has an edge, that lies beneath it.
        if paint.stroke.is_some() {
            context.set_line_join("round");
            let _ = context.stroke_text(content, 0.0, 0.0);
        }
        let _ = context.fill_text(content, 0.0, 0.0);
    }
    context.restore();
}
