//! What there is to draw, as plain values: a list of shapes in painter's order, for the page and for files alike.
//!
//! A scene says nothing of colours or fonts: a shape carries semantic classes, and [`css`](crate::palette::css)
//! gives them their look in a light and in a dark theme.

use std::fmt::Write;
use std::rc::Rc;

use lightcone_sim::ids::{EntryId, EventId, MsgId, NodeId, OpId, TimerId};

use crate::view::Flow;

/// A picture of a run around one moment.
///
/// It has two parts with an origin each: the **body**, which scrolls along the time axis, and the **heads** (the
/// lanes' names, roles and clocks), which stay in sight. Left to right, the heads stand in a gutter `gutter` px wide
/// to the left of the body and share its y; top to bottom, in a strip `gutter` px high above it and share its x.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width of the body in px.
    pub width: f64,
    /// Height of the body in px.
    pub height: f64,
    /// Width (left to right) or height (top to bottom) of the heads.
    pub gutter: f64,
    /// Which way time runs.
    pub flow: Flow,
    /// What the picture shows, in a few words.
    pub title: String,
    /// What the picture shows, in a few sentences, for those who cannot see it.
    pub desc: String,
    /// The lanes' heads, in coordinates of their own.
    pub heads: Vec<Layer>,
    /// The body, in painter's order.
    pub layers: Vec<Layer>,
}

/// Shapes that belong together. Layers that did not change since the last scene of the same layout hold the same
/// `Rc`, so a renderer compares them in no time and leaves their elements alone.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it holds: `lanes`, `arrows`, …. Also a class for its group: `layer-lanes`.
    pub name: &'static str,
    /// Which stretch of the time axis, for layers that come in several; (name, chunk) is unique in a scene.
    pub chunk: u32,
    /// What to draw, in order.
    pub shapes: Rc<Vec<Shape>>,
}

impl PartialEq for Layer {
    fn eq(&self, other: &Layer) -> bool {
        self.name == other.name
            && self.chunk == other.chunk
            && (Rc::ptr_eq(&self.shapes, &other.shapes) || self.shapes == other.shapes)
    }
}

/// One mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Unique and stable within its layer: for keyed lists.
    pub key: String,
    /// Where and what.
    pub geometry: Geometry,
    /// What it means, as CSS classes: `lane thick`, `arrow cut`, `head open`, `cross`, ….
    pub class: String,
    /// Its hue: an index into the palette of epochs, below [`EPOCHS`](crate::palette::EPOCHS). As a class: `e3`.
    pub epoch: Option<u8>,
    /// What it stands for, if it can be pointed at.
    pub target: Option<Target>,
    /// Tooltip and accessible name.
    pub title: Option<String>,
}

impl Shape {
    /// The whole value for a `class` attribute: the meaning and the epoch's hue.
    pub fn classes(&self) -> String {
        match self.epoch {
            Some(hue) => format!("{} e{hue}", self.class),
            None => self.class.clone(),
        }
    }
}

/// Forms that SVG and a canvas both know. All numbers are px.
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// A straight line.
    Line {
        /// Its start.
        x1: f64,
        /// Its start.
        y1: f64,
        /// Its end.
        x2: f64,
        /// Its end.
        y2: f64,
    },
    /// A path in SVG's notation (absolute and relative M, L, H, V, C, Q, A, Z).
    Path(String),
    /// A circle.
    Circle {
        /// Its centre.
        cx: f64,
        /// Its centre.
        cy: f64,
        /// Its radius.
        r: f64,
    },
    /// A rectangle.
    Rect {
        /// Its left edge.
        x: f64,
        /// Its top edge.
        y: f64,
        /// Its width.
        width: f64,
        /// Its height.
        height: f64,
        /// The radius of its corners.
        rx: f64,
    },
    /// Many rectangles of one look, each as its left and top edge, width and height.
    Rects(Vec<[f64; 4]>),
    /// Many straight lines of one look, each from (x1, y1) to (x2, y2).
    Lines(Vec<[f64; 4]>),
    /// A line of text.
    Text {
        /// Where its anchor is.
        x: f64,
        /// Its baseline at the anchor.
        y: f64,
        /// Which point of the text stands at x.
        anchor: Anchor,
        /// Degrees clockwise about (x, y).
        rotate: f64,
        /// Font size.
        size: f64,
        /// What it says.
        content: String,
    },
}

/// Which point of a text stands at its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Geometry {
    /// Many rectangles or lines as one path in SVG's notation, for what knows no better; `None` for all else.
    pub fn as_path(&self) -> Option<String> {
        let mut path = String::new();
        // Writing to a string cannot fail.
        match self {
            Geometry::Rects(rects) => {
                for &[x, y, width, height] in rects {
                    let _ = write!(path, "M{x} {y}h{width}v{height}h{}z", -width);
                }
            }
            Geometry::Lines(lines) => {
                for &[x1, y1, x2, y2] in lines {
                    let _ = write!(path, "M{x1} {y1}L{x2} {y2}");
                }
            }
            _ => return None,
        }
        Some(path)
    }
}

impl Anchor {
    /// The value of SVG's `text-anchor`.
    pub const fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An event; also a violation's ring at its event.
    Event(EventId),
    /// A message: its arrow, or (the first of them) a fold of routine messages.
    Message(MsgId),
    /// The end of a message's arrow: dragging it along the time axis moves the arrival.
    Head(MsgId),
    /// A node: its lane and its lane's head.
    Lane(NodeId),
    /// A timer that is set: the ghost where it is due.
    Timer(TimerId),
    /// A client's operation.
    Op(OpId),
    /// A script entry: a partition's band, a cut's mark, a crash, a note, ….
    Entry(EntryId),
    /// The edge at which a band begins: dragging it moves the entry.
    Begin(EntryId),
    /// The edge at which a band ends: dragging it moves what ends it.
    End(EntryId),
    /// The line of the present and its pill: dragging it moves the playhead.
    Now,
}
