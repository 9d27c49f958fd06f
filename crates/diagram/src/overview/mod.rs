//! A run from afar: bars that count, in true time.
//!
//! Where events are too close for a mark each, a picture of all marks is a smear that says nothing, or something false.
//! Here every bar is a count: above a lane how many events there were in a span as wide as the bar, below it how many of
//! the messages that were sent then got lost. All bars of a picture have one scale, which is said in words. What has room
//! for itself is drawn as elsewhere: leaders, crashes, pauses, partitions, violations; so are messages where there are few.

mod bars;
mod index;
mod marks;
mod strip;

use std::ops::RangeInclusive;
use std::rc::Rc;

use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Instant;

pub use self::bars::Scale;
pub(crate) use self::index::Index;
pub use self::strip::{Strip, strip};
use crate::layout::Layout;
use crate::moment::Moment;
use crate::pen::{Pen, at};
use crate::scene::{Layer, Scene, Target};
use crate::view::Frame;
use crate::weave::{CHUNK, LEAD};
use crate::{axis, bands, cones, describe, heads};

/// From one bar to the next, in px of 12 px text.
const BAR: f64 = 5.0;

/// What is seen of a run from afar.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The mass of it, which follows from the window and not from the playhead (unless the future is hidden): for a canvas.
    pub ground: Vec<Layer>,
    /// What can be pointed at, and what moves with the playhead.
    pub marks: Vec<Layer>,
    /// The lanes' heads.
    pub heads: Vec<Layer>,
    /// What a bar as high as can be stands for.
    pub scale: Scale,
    /// The picture in a few sentences.
    pub desc: String,
}

impl Overview {
    /// The same as one scene, for a file.
    pub fn scene(self, layout: &Layout, session: &dyn Session) -> Scene {
        let (width, height) = layout.view.flow.xy(at(layout.weave.length, layout.lanes.size));
        Scene {
            width: width.ceil(),
            height: height.ceil(),
            gutter: layout.gutter,
            flow: layout.view.flow,
            title: describe::title(session),
            desc: self.desc,
            heads: self.heads,
            layers: self.ground.into_iter().chain(self.marks).collect(),
        }
    }
}

/// A window that has been counted, and what it looked like.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    window: (f64, f64),
    /// The playhead, where the future is hidden.
    until: Option<Key>,
    ground: Vec<Layer>,
    scale: Scale,
}

/// The picture of a run from afar at a moment, for a layout whose view is an overview.
pub fn overview(layout: &Layout, session: &dyn Session, frame: &Frame) -> Overview {
    let related = layout.related(session, frame.selected);
    let moment = Moment {
        session,
        trace: session.trace(),
        now: frame.now,
        hides_future: layout.view.hide_future,
        related: related.as_deref(),
    };
    let window = frame.window.unwrap_or((0.0, layout.weave.length));
    let sight = Sight::new(layout, &moment, window);
    let counted = counted(&sight);
    let layer = |name: &'static str, draw: &dyn Fn(&mut Pen)| layer_of(layout, name, draw);
    let marks = vec![
        layer("glow", &|pen| {
            if let Some(cone) = &frame.glow {
                cones::glow(pen, moment.trace, &layout.lanes, &layout.weave, cone);
            }
        }),
        layer("marks", &|pen| marks::faults(pen, &sight)),
        layer("edges", &|pen| edges(pen, &sight)),
        layer("veil", &|pen| axis::veil(pen, layout, &moment)),
        layer("selection", &|pen| marks::selected(pen, &sight)),
        layer("now", &|pen| axis::now(pen, layout, &moment)),
        layer("said", &|pen| marks::violations(pen, &sight)),
    ];
    let heads = layer("heads", &|pen| {
        heads::heads(pen, layout, session, frame.now);
        bars::legend(pen, layout, counted.scale);
    });
    let desc = format!(
        "{} Seen from afar: a bar counts the events of a node in a span of time; a full one is {}.",
        describe::desc(&moment, layout),
        counted.scale
    );
    Overview { ground: counted.ground, marks, heads: vec![heads], scale: counted.scale, desc }
}

/// The edges of partitions, which can be dragged: the bands themselves are ground.
fn edges(pen: &mut Pen, sight: &Sight<'_>) {
    bands_in(pen, sight);
    pen.shapes.retain(|shape| matches!(shape.target, Some(Target::Begin(_) | Target::End(_))));
}

fn bands_in(pen: &mut Pen, sight: &Sight<'_>) {
    for chunk in sight.chunks() {
        bands::draw(pen, sight.moment, &sight.layout.bands, &sight.layout.weave, chunk);
    }
}

fn layer_of(layout: &Layout, name: &'static str, draw: &dyn Fn(&mut Pen)) -> Layer {
    let mut pen = Pen::new(layout.view.flow);
    draw(&mut pen);
    Layer { name, chunk: 0, shapes: Rc::new(pen.shapes) }
}

/// The part of a run that is in sight.
pub(crate) struct Sight<'a> {
    pub layout: &'a Layout,
    pub moment: &'a Moment<'a>,
    /// In px of the body, on the grid of the bars.
    pub window: (f64, f64),
    /// Width of a bar, in px.
    pub bar: f64,
    /// How far along the picture is drawn.
    pub known: f64,
}

impl<'a> Sight<'a> {
    fn new(layout: &'a Layout, moment: &'a Moment<'a>, window: (f64, f64)) -> Sight<'a> {
        let bar = BAR * layout.view.text_px / 12.0;
        let end = layout.weave.end;
        let known = match moment.hides_future {
            true => layout.weave.axis.x_of(moment.now.instant()).min(end),
            false => end,
        };
        // Bars begin where the axis does, wherever the window is, so that scrolling changes none of them.
        let grid = |x: f64| LEAD + (x - LEAD) / bar;
        let from = LEAD + ((grid(window.0.max(LEAD)) - LEAD).floor()) * bar;
        let to = LEAD + ((grid(window.1.min(end).max(LEAD)) - LEAD).ceil()) * bar;
        Sight { layout, moment, window: (from, to.max(from)), bar, known }
    }

    /// The stretches of the axis in sight.
    pub fn chunks(&self) -> RangeInclusive<usize> {
        (self.window.0 / CHUNK) as usize..=(self.window.1 / CHUNK) as usize
    }

    /// How many bars are in sight.
    pub fn bars(&self) -> usize {
        ((self.window.1 - self.window.0) / self.bar).round().max(0.0) as usize
    }

    /// Where a bar begins.
    pub fn edge(&self, bar: usize) -> f64 {
        self.window.0 + bar as f64 * self.bar
    }

    /// The first instant that stands at a place.
    pub fn instant(&self, x: f64) -> Instant {
        (self.layout.weave.axis.time_at(x), 0)
    }

    /// Where an instant stands.
    pub fn x(&self, at: Instant) -> f64 {
        self.layout.weave.axis.x_of(at).min(self.layout.weave.end)
    }

    /// The last instant that is drawn.
    pub fn last(&self) -> Instant {
        if self.moment.hides_future { self.moment.now.instant() } else { (Ns::NEVER, u32::MAX) }
    }

    /// The lanes that are shown: by place among all nodes, and how far across.
    pub fn lanes(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let lanes = &self.layout.lanes;
        lanes.shown().iter().filter_map(|&node| Some((self.layout.nodes.index(node)?, lanes.across(node)?)))
    }
}

/// The ground of a window, counted anew only if it is another one.
fn counted(sight: &Sight<'_>) -> Counted {
    let layout = sight.layout;
    let until = sight.moment.hides_future.then_some(sight.moment.now);
    let known = layout.cache.borrow().overview.clone();
    if let Some(known) = known.filter(|known| known.window == sight.window && known.until == until) {
        return known;
    }
    let counts = bars::count(sight);
    let layer = |name: &'static str, draw: &dyn Fn(&mut Pen)| layer_of(layout, name, draw);
    let ground = vec![
        layer("axis", &|pen| {
            for chunk in sight.chunks() {
                // Keys are unique within a chunk; on a canvas they mean nothing.
                axis::numbers(pen, layout, (chunk, sight.known));
            }
            bars::sums(pen, sight);
        }),
        layer("bands", &|pen| bands_in(pen, sight)),
        layer("arrows", &|pen| bars::arrows(pen, sight)),
        layer("bars", &|pen| bars::draw(pen, sight, &counts)),
        layer("lanes", &|pen| marks::lanes(pen, sight)),
        layer("labels", &|pen| marks::leaders(pen, sight)),
    ];
    let counted = Counted { window: sight.window, until, ground, scale: counts.scale(sight) };
    layout.cache.borrow_mut().overview = Some(counted.clone());
    counted
}

/// A rectangle from one place along the axis to another, about a place across.
pub(crate) fn span(from: f64, to: f64, across: (f64, f64)) -> (crate::pen::Place, crate::pen::Place) {
    (at(from, across.0), at(to, across.1))
}
