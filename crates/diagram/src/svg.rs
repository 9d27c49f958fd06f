//! The scene as an SVG file that stands alone: real text, no scripts, nothing fetched.

use std::fmt::Write;

use crate::draw::heads_are_beside;
use crate::palette::{Theme, plain_css};
use crate::pen::px;
use crate::scene::{Geometry, Layer, Scene, Shape};

/// A complete SVG document.
pub fn svg(scene: &Scene, theme: Theme) -> String {
    let whole = if heads_are_beside(scene) { scene.width } else { scene.height };
    svg_between(scene, theme, (0.0, whole))
}

/// The same with only so much of the body: from one place along the time axis to another, in px of the body.
pub fn svg_between(scene: &Scene, theme: Theme, (from, to): (f64, f64)) -> String {
    let length = (to - from).max(1.0);
    // The body's part, and where it stands.
    let (part, (dx, dy)) = if heads_are_beside(scene) {
        ((from, 0.0, length, scene.height), (scene.gutter, 0.0))
    } else {
        ((0.0, from, scene.width, length), (0.0, scene.gutter))
    };
    let (width, height) = (px(part.2 + dx), px(part.3 + dy));
    let mut out = String::with_capacity(4096 + 160 * crate::draw::shapes(scene).count());
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" class=\"lightcone\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>\n{}</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n",
        escape(&scene.title),
        escape(&scene.desc),
        escape(&plain_css(theme)),
    );
    let _ = writeln!(
        out,
        "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" viewBox=\"{} {} {2} {3}\">",
        px(dx),
        px(dy),
        px(part.2),
        px(part.3),
        px(part.0),
        px(part.1),
    );
    scene.layers.iter().for_each(|layer| write_layer(&mut out, layer));
    out.push_str("</svg>\n<g class=\"heads\">\n");
    scene.heads.iter().for_each(|layer| write_layer(&mut out, layer));
    out.push_str("</g>\n</svg>\n");
    out
}

fn write_layer(out: &mut String, layer: &Layer) {
    if layer.shapes.is_empty() {
        return;
    }
    let _ = writeln!(out, "<g class=\"layer-{}\">", layer.name);
    layer.shapes.iter().for_each(|shape| write_shape(out, shape));
    out.push_str("</g>\n");
}

fn write_shape(out: &mut String, shape: &Shape) {
    let class = escape(&shape.classes());
    let title = shape.title.as_deref().map(|title| format!("<title>{}</title>", escape(title)));
    let name = match &shape.geometry {
        Geometry::Line { x1, y1, x2, y2 } => {
            let _ = write!(out, "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"");
            "line"
        }
        Geometry::Path(d) => {
            let _ = write!(out, "<path class=\"{class}\" d=\"{}\"", escape(d));
            "path"
        }
        many @ (Geometry::Rects(_) | Geometry::Lines(_)) => {
            let _ = write!(out, "<path class=\"{class}\" d=\"{}\"", many.as_path().unwrap_or_default());
            "path"
        }
        Geometry::Circle { cx, cy, r } => {
            let _ = write!(out, "<circle class=\"{class}\" cx=\"{cx}\" cy=\"{cy}\" r=\"{}\"", px(*r));
            "circle"
        }
        Geometry::Rect { x, y, width, height, rx } => {
            let _ = write!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"",
                px(*rx)
            );
            "rect"
        }
        Geometry::Text { x, y, anchor, rotate, size, content } => {
            let turn = if *rotate == 0.0 {
                String::new()
            } else {
                format!(" transform=\"rotate({rotate} {x} {y})\"")
            };
            let _ = write!(
                out,
                "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{}\" font-size=\"{}\"{turn}>{}",
                anchor.name(),
                px(*size),
                title.as_deref().unwrap_or(""),
            );
            let _ = writeln!(out, "{}</text>", escape(content));
            return;
        }
    };
    match title {
        Some(title) => {
            let _ = writeln!(out, ">{title}</{name}>");
        }
        None => out.push_str("/>\n"),
    }
}

/// Text as XML may hold it, in content and in attributes alike; characters that XML forbids are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_ends_its_element() {
        assert_eq!(escape("</text><script>\"&'\u{7}"), "&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;");
    }
}
