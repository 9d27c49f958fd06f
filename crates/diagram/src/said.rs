//! Captions, rings and flags at a moment. What is to come is faint with the rest of the future; what has happened is
//! not, though its words stand beyond now; and the line of the present cuts through no word.

use lightcone_sim::ids::EventId;
use lightcone_sim::scenario::Action;
use lightcone_sim::trace::Instant;

use crate::axis::present;
use crate::captions::{About, Caption};
use crate::labels::Area;
use crate::layout::Layout;
use crate::moment::Moment;
use crate::pen::{FLAG, Pen, Place, at};
use crate::scene::Target;
use crate::weave::CHUNK;

/// Where something stands for the line of the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// With its layer, under the veil if it is beyond now.
    Below,
    /// Over the veil and over the line.
    Above,
    /// It gives way to the line.
    Gone,
}

/// The line of the present at a moment.
pub(crate) struct Present<'a> {
    layout: &'a Layout,
    moment: &'a Moment<'a>,
    line: Vec<Place>,
}

impl<'a> Present<'a> {
    pub fn new(layout: &'a Layout, moment: &'a Moment<'a>) -> Present<'a> {
        Present { layout, moment, line: present(layout, moment.now) }
    }

    /// Whether anything in a chunk may stand over the line: in its own, and in the next, into which words reach.
    pub fn touches(&self, chunk: usize) -> bool {
        let (from, to) = (chunk as f64 * CHUNK, (chunk + 1) as f64 * CHUNK);
        self.line.iter().any(|place| place.along >= from - CHUNK && place.along < to)
    }

    /// How far along the line is between these lanes.
    fn along(&self, across: f64) -> f64 {
        let before = self.line.iter().rev().find(|place| place.across <= across);
        before.or(self.line.first()).map_or(0.0, |place| place.along)
    }

    fn depth_of_words(&self, caption: &Caption) -> Depth {
        let flow = self.layout.view.flow;
        // A sentence is seen whole or not at all.
        let own = || Area::of(&caption.words);
        let area = caption.block.as_ref().map_or_else(own, |(area, _)| *area).aired(3.0, 3.0);
        let is_crossed = self.line.windows(2).any(|pair| area.is_crossed(flow.xy(pair[0]), flow.xy(pair[1])));
        let middle = flow.place(area.x, area.y);
        let is_beyond = !matches!(caption.about, About::Other) && middle.along > self.along(middle.across);
        match (caption.from <= self.moment.now.instant(), is_crossed) {
            (true, true) => Depth::Above,
            (true, false) if is_beyond => Depth::Above,
            (false, true) => Depth::Gone,
            _ => Depth::Below,
        }
    }

    /// Rings about what has happened reach beyond now where it has just happened.
    fn depth_of_mark(&self, place: Place, happened: Instant) -> Depth {
        let reach = 10.0 * self.layout.view.text_px / 12.0;
        let is_here = (place.along - self.along(place.across)).abs() <= reach;
        if is_here && happened <= self.moment.now.instant() { Depth::Above } else { Depth::Below }
    }

    /// Draws the captions of a chunk that stand at a depth, dimmed with what they are about.
    pub fn labels(&self, pen: &mut Pen, chunk: usize, depth: Depth) {
        let (layout, moment) = (self.layout, self.moment);
        let known = layout.weave.axis.x_of(moment.now.instant());
        // In what is hidden, what is about a span would float, and what is said of a message would tell its way.
        let floats = |caption: &Caption| {
            let (area, flow) = (Area::of(&caption.words), layout.view.flow);
            let along = match caption.about {
                About::Event(..) => return false,
                About::Other => flow.place(caption.words.x, caption.words.y).along,
                About::Arrow(_) => {
                    let (dx, dy) = area.reach();
                    flow.place(area.x + dx, area.y + dy).along
                }
            };
            moment.hides_future && along > known
        };
        let touches = self.touches(chunk);
        let here = |caption: &&Caption| {
            let own = if touches { self.depth_of_words(caption) } else { Depth::Below };
            own == depth && moment.shows(caption.from) && !floats(caption)
        };
        for caption in layout.captions(moment.session, chunk).iter().filter(here) {
            let dim = match caption.about {
                About::Event(lane, id) => moment.dim_event(lane, id),
                About::Arrow(place) => moment.dim_arrow(&layout.weave.arrows[place as usize]),
                About::Other => "",
            };
            if let Some(line) = caption.leader {
                let (from, to) =
                    (pen.flow.place(line.from.0, line.from.1), pen.flow.place(line.to.0, line.to.1));
                let class = format!("leader {}{dim}", caption.class);
                pen.line(format!("{}-leader", caption.key), class, from, to);
            }
            let class = format!("{}{dim}", caption.class);
            let shape = pen.words(&caption.key, class, &caption.words).hue(caption.hue);
            shape.target = caption.target;
            if let Some((_, whole)) = &caption.block {
                shape.title(&**whole);
            }
        }
    }

    /// Draws the rings about violations and the flags at remarks of a chunk that stand at a depth.
    pub fn faults(&self, pen: &mut Pen, chunk: usize, depth: Depth) {
        let (layout, moment) = (self.layout, self.moment);
        let unit = layout.view.text_px / 12.0;
        let touches = self.touches(chunk);
        let here = |event: EventId| {
            let lane = layout.nodes.index(event.node)?;
            let x = layout.weave.event(lane, event.index)?;
            let place = at(x, layout.lanes.across(event.node)?);
            let happened = moment.trace.event(event)?.key.instant();
            let own = if touches { self.depth_of_mark(place, happened) } else { Depth::Below };
            let is_in_chunk = x >= chunk as f64 * CHUNK && x < (chunk + 1) as f64 * CHUNK;
            (is_in_chunk && own == depth && moment.shows(happened)).then_some(place)
        };
        for (number, violation) in moment.trace.violations().iter().enumerate() {
            if let Some(place) = here(violation.event) {
                pen.circle(format!("violation-{number}"), "violation", place, 10.0 * unit)
                    .target(Target::Event(violation.event))
                    .title(format!("{} is broken: {}", violation.monitor, violation.text));
            }
        }
        for entry in &moment.session.scenario().script {
            let Action::Note { event, text } = &entry.action else { continue };
            if let Some(place) = here(*event) {
                let way = pen.way().glyph(place, FLAG, unit);
                pen.path(format!("note-{}", entry.id), "note", way)
                    .target(Target::Entry(entry.id))
                    .title(text.as_str());
            }
        }
    }
}
