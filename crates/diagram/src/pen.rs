//! The pen: it thinks in (along the time axis, across the lanes) and draws in (x, y).

use std::fmt::Write;

use lightcone_sim::decimal;

use crate::scene::{Anchor, Geometry, Shape, Target};
use crate::view::Flow;

/// A place: how far along the time axis, and how far across the lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub along: f64,
    pub across: f64,
}

/// The place at these distances.
pub(crate) const fn at(along: f64, across: f64) -> Place {
    Place { along, across }
}

impl Flow {
    /// A place on the screen.
    pub(crate) fn xy(self, place: Place) -> (f64, f64) {
        match self {
            Flow::LeftToRight => (place.along, place.across),
            Flow::TopToBottom => (place.across, place.along),
        }
    }

    /// The place of a point on the screen.
    pub(crate) fn place(self, x: f64, y: f64) -> Place {
        match self {
            Flow::LeftToRight => at(x, y),
            Flow::TopToBottom => at(y, x),
        }
    }
}

/// A number of px as short as a tenth of a px allows.
pub(crate) fn px(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// A text and where it stands on the screen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Words {
    pub x: f64,
    pub y: f64,
    pub anchor: Anchor,
    pub rotate: f64,
    pub size: f64,
    /// Whether its class makes it bold: it is wider then.
    pub bold: bool,
    pub content: String,
}

impl Words {
    /// A text that has no place yet.
    pub fn unplaced(content: impl Into<String>, size: f64, bold: bool) -> Words {
        Words { x: 0.0, y: 0.0, anchor: Anchor::Start, rotate: 0.0, size, bold, content: content.into() }
    }
}

/// Collects the shapes of a layer.
#[derive(Debug)]
pub(crate) struct Pen {
    pub flow: Flow,
    pub shapes: Vec<Shape>,
}

impl Pen {
    pub fn new(flow: Flow) -> Pen {
        Pen { flow, shapes: Vec::new() }
    }

    fn put(&mut self, key: String, class: String, geometry: Geometry) -> &mut Shape {
        let place = self.shapes.len();
        self.shapes.push(Shape { key, geometry, class, epoch: None, target: None, title: None });
        &mut self.shapes[place]
    }

    pub fn line(
        &mut self,
        key: impl Into<String>,
        class: impl Into<String>,
        from: Place,
        to: Place,
    ) -> &mut Shape {
        let ((x1, y1), (x2, y2)) = (self.flow.xy(from), self.flow.xy(to));
        self.put(key.into(), class.into(), Geometry::Line { x1: px(x1), y1: px(y1), x2: px(x2), y2: px(y2) })
    }

    pub fn circle(
        &mut self,
        key: impl Into<String>,
        class: impl Into<String>,
        centre: Place,
        r: f64,
    ) -> &mut Shape {
        let (cx, cy) = self.flow.xy(centre);
        self.put(key.into(), class.into(), Geometry::Circle { cx: px(cx), cy: px(cy), r })
    }

    /// A rectangle between two opposite corners.
    pub fn rect(
        &mut self,
        key: impl Into<String>,
        class: impl Into<String>,
        one: Place,
        other: Place,
        rx: f64,
    ) -> &mut Shape {
        let ((x1, y1), (x2, y2)) = (self.flow.xy(one), self.flow.xy(other));
        let (x, y) = (px(x1.min(x2)), px(y1.min(y2)));
        let geometry = Geometry::Rect { x, y, width: px((x2 - x1).abs()), height: px((y2 - y1).abs()), rx };
        self.put(key.into(), class.into(), geometry)
    }

    pub fn path(&mut self, key: impl Into<String>, class: impl Into<String>, path: Way) -> &mut Shape {
        self.put(key.into(), class.into(), Geometry::Path(path.d))
    }

    /// Many rectangles of one look, each between two opposite corners.
    pub fn rects(
        &mut self,
        key: impl Into<String>,
        class: impl Into<String>,
        corners: &[(Place, Place)],
    ) -> &mut Shape {
        let rect = |&(one, other): &(Place, Place)| {
            let ((x1, y1), (x2, y2)) = (self.flow.xy(one), self.flow.xy(other));
            [px(x1.min(x2)), px(y1.min(y2)), px((x2 - x1).abs()), px((y2 - y1).abs())]
        };
        let rects = corners.iter().map(rect).collect();
        self.put(key.into(), class.into(), Geometry::Rects(rects))
    }

    /// Many lines of one look.
    pub fn lines(
        &mut self,
        key: impl Into<String>,
        class: impl Into<String>,
        ends: &[(Place, Place)],
    ) -> &mut Shape {
        let line = |&(from, to): &(Place, Place)| {
            let ((x1, y1), (x2, y2)) = (self.flow.xy(from), self.flow.xy(to));
            [px(x1), px(y1), px(x2), px(y2)]
        };
        let lines = ends.iter().map(line).collect();
        self.put(key.into(), class.into(), Geometry::Lines(lines))
    }

    /// Begins a path of this flow.
    pub fn way(&self) -> Way {
        Way { flow: self.flow, d: String::new() }
    }

    pub fn words(&mut self, key: impl Into<String>, class: impl Into<String>, words: &Words) -> &mut Shape {
        let &Words { x, y, anchor, rotate, size, ref content, .. } = words;
        let geometry =
            Geometry::Text { x: px(x), y: px(y), anchor, rotate: px(rotate), size, content: content.clone() };
        self.put(key.into(), class.into(), geometry)
    }
}

impl Shape {
    pub(crate) fn hue(&mut self, hue: Option<u8>) -> &mut Shape {
        self.epoch = hue;
        self
    }

    pub(crate) fn target(&mut self, target: Target) -> &mut Shape {
        self.target = Some(target);
        self
    }

    pub(crate) fn title(&mut self, title: impl Into<String>) -> &mut Shape {
        self.title = Some(title.into());
        self
    }
}

/// A cross.
pub(crate) const CROSS: &str = "m-5 -5l10 10m0 -10l-10 10";
/// A ring with a clock's hands.
pub(crate) const TIMER: &str = "m-4.6 0c0 -2.5 2.1 -4.6 4.6 -4.6c2.5 0 4.6 2.1 4.6 4.6c0 2.5 -2.1 4.6 -4.6 4.6c-2.5 0 -4.6 -2.1 -4.6 -4.6m4.6 -2.9v2.9h2.3";
/// A heart.
pub(crate) const HEART: &str = "m0 5c-4.2 -3.4 -5.8 -5.2 -5.8 -7.2c0 -1.9 1.3 -3.2 3 -3.2c1.2 0 2.2 0.7 2.8 1.8c0.6 -1.1 1.6 -1.8 2.8 -1.8c1.7 0 3 1.3 3 3.2c0 2 -1.6 3.8 -5.8 7.2z";
/// An arrow that turns back on itself.
pub(crate) const AGAIN: &str = "m4.2 -2.6c-1.8 -2.8 -5.6 -3 -7.6 -0.7c-2.4 2.7 -1 7 2.4 7.8c2.6 0.6 5 -1 5.4 -3.6m0.6 -7.2l-0.6 4l-3.8 -1.2";
/// Two upright bars.
pub(crate) const PAUSE: &str = "m-2 -3.5v7m4 -7v7";
/// A small flag.
pub(crate) const FLAG: &str = "m0 0v-14l9 3.5l-9 3.5";

/// A path in the making.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    flow: Flow,
    d: String,
}

impl Way {
    fn step(mut self, letter: char, place: Place) -> Way {
        let (x, y) = self.flow.xy(place);
        // Writing to a string cannot fail.
        let _ = write!(self.d, "{letter}{} {}", px(x), px(y));
        self
    }

    pub fn to(self, place: Place) -> Way {
        self.step('M', place)
    }

    pub fn line(self, place: Place) -> Way {
        self.step('L', place)
    }

    /// A quadratic curve by way of a control point.
    pub fn curve(mut self, control: Place, end: Place) -> Way {
        let ((cx, cy), (x, y)) = (self.flow.xy(control), self.flow.xy(end));
        let _ = write!(self.d, "Q{} {} {} {}", px(cx), px(cy), px(x), px(y));
        self
    }

    pub fn close(mut self) -> Way {
        self.d.push('Z');
        self
    }

    /// A small sign at a point on the screen, upright whatever the flow: `d` in relative commands, `u` times as large.
    pub fn glyph(mut self, place: Place, d: &str, u: f64) -> Way {
        let (x, y) = self.flow.xy(place);
        let _ = write!(self.d, "M{} {}", px(x), px(y));
        let mut rest = d;
        while let Some(start) = rest.find(|c: char| c == '-' || c.is_ascii_digit()) {
            self.d.push_str(&rest[..start]);
            rest = &rest[start..];
            let end =
                rest[1..].find(|c: char| c != '.' && !c.is_ascii_digit()).map_or(rest.len(), |end| end + 1);
            let number = decimal::read(&rest[..end]).unwrap_or_default();
            let _ = write!(self.d, "{}", px(number * u));
            rest = &rest[end..];
        }
        self.d.push_str(rest);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.d.is_empty()
    }
}
