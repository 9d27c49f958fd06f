//! What wants to be said in a chunk of the picture, and where each saying finds room.
//!
//! A chunk's captions depend on the run and the view alone, never on the playhead: a step moves no word. No caption
//! reaches beyond its chunk, so chunks need not know of each other.

use std::rc::Rc;

use lightcone_sim::clock::Segment;
use lightcone_sim::ids::EventId;
use lightcone_sim::scenario::Action;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::sort_by_key;
use lightcone_sim::trace::{FateKind, Instant};

use crate::arrows::Shaft;
use crate::labels::{Area, Ground, Line};
use crate::layout::Layout;
use crate::marks::{events_in, pulses_in};
use crate::numbers::{digits_of, said};
use crate::ops;
use crate::palette::hue;
use crate::pen::{Place, Words, at};
use crate::proposals::{at_arrow, blocks, by, by_pulse, by_tick, leader};
use crate::scene::Target;
use crate::text::grouped;
use crate::view::{Flow, Labels};
use crate::weave::{Arrow, CHUNK, Chunk};
use crate::worldlines::ticks_of;

/// A text with its place.
#[derive(Clone, Debug)]
pub(crate) struct Caption {
    pub key: String,
    pub class: &'static str,
    pub hue: Option<u8>,
    pub target: Option<Target>,
    pub words: Words,
    /// Of a line of a sentence: the ground of all its lines, and the whole sentence.
    pub block: Option<(Area, Rc<str>)>,
    /// A line to what it is about, on the screen, where that is far.
    pub leader: Option<Line>,
    /// When there is something to say.
    pub from: Instant,
    pub about: About,
}

/// What a caption is about, to be dimmed with it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    /// An event, with its lane.
    Event(usize, EventId),
    /// A message, by its place among the arrows.
    Arrow(u32),
    /// Anything else.
    Other,
}

/// A word that matters may be crossed by so many arrows before it hides; what is said of an arrow, by none: it would
/// seem to be said of another.
pub(crate) const CROSSINGS: usize = 3;

/// Finds room for all that is to be said in a chunk, the most important first.
pub(crate) fn captions(layout: &Layout, session: &dyn Session, chunk: usize) -> Vec<Caption> {
    let mut writer = Writer::new(layout, session, chunk);
    writer.take_obstacles();
    writer.violations();
    if layout.weave.chunks.get(chunk).is_some_and(Chunk::is_dense) {
        writer.bands();
        writer.too_much();
        return writer.captions;
    }
    writer.events();
    writer.notes();
    writer.stamps();
    writer.bands();
    writer.pulses();
    writer.arrows();
    writer.clocks();
    writer.captions
}

/// Finds room in one picture for what two runs have to say. Of the second only what the first does not say.
pub(crate) fn captions_of_two(
    first: (&Layout, &dyn Session),
    second: (&Layout, &dyn Session),
    said: &dyn Fn(EventId) -> bool,
    chunk: usize,
) -> [Vec<Caption>; 2] {
    let mut two = [Writer::new(first.0, first.1, chunk), Writer::new(second.0, second.1, chunk)];
    two[1].said = Some(said);
    let is_dense =
        [first.0, second.0].map(|layout| layout.weave.chunks.get(chunk).is_some_and(Chunk::is_dense));
    // Both write on one ground, each thing of the first before the same of the second.
    let mut turn = |writes: &dyn Fn(&mut Writer<'_>, bool)| {
        for (place, dense) in is_dense.into_iter().enumerate() {
            writes(&mut two[place], dense);
            let ground = std::mem::replace(&mut two[place].ground, Ground::new((0.0, 0.0, 0.0, 0.0)));
            two[1 - place].ground = ground;
        }
    };
    turn(&|writer, _| writer.take_obstacles());
    turn(&|writer, _| writer.violations());
    turn(&|writer, dense| {
        if !dense {
            writer.events()
        }
    });
    turn(&|writer, _| writer.notes());
    turn(&|writer, _| writer.bands());
    turn(&|writer, dense| if dense { writer.too_much() } else { writer.pulses() });
    turn(&|writer, dense| {
        if !dense {
            writer.arrows()
        }
    });
    two.map(|writer| writer.captions)
}

pub(crate) struct Writer<'a> {
    pub layout: &'a Layout,
    pub session: &'a dyn Session,
    pub chunk: usize,
    /// The chunk's ends along the axis.
    pub span: (f64, f64),
    pub text: f64,
    pub ground: Ground,
    captions: Vec<Caption>,
    /// Events of which nothing is said: another run says it.
    said: Option<&'a dyn Fn(EventId) -> bool>,
}

impl<'a> Writer<'a> {
    fn new(layout: &'a Layout, session: &'a dyn Session, chunk: usize) -> Writer<'a> {
        let from = chunk as f64 * CHUNK;
        let to = (from + CHUNK).min(layout.weave.length);
        let text = layout.view.text_px;
        let flow = layout.view.flow;
        let (left, top) = flow.xy(at(from, layout.lanes.from - text * 0.3));
        let (right, bottom) = flow.xy(at(to, layout.lanes.to + text * 0.3));
        let ground = Ground::new((left, top, right, bottom));
        Writer { layout, session, chunk, span: (from, to), text, ground, captions: Vec::new(), said: None }
    }

    pub fn flow(&self) -> Flow {
        self.layout.view.flow
    }

    /// An upright area about a place.
    fn area(&self, along: f64, across: f64, half_along: f64, half_across: f64) -> Area {
        let (x, y) = self.flow().xy(at(along, across));
        let (dx, dy) = self.flow().xy(at(half_along, half_across));
        Area::upright(x, y, dx, dy)
    }

    fn take_obstacles(&mut self) {
        let unit = self.text / 12.0;
        let layout = self.layout;
        let (from, to) = self.span;
        for (lane, _) in self.session.trace().lanes().enumerate() {
            let Some(across) = layout.lanes.across_at(lane) else { continue };
            self.ground.take(self.area((from + to) / 2.0, across + 1.0, (to - from) / 2.0, 4.0 * unit));
            for index in events_in(&layout.weave, lane, self.chunk) {
                if layout.folds.is_quiet(lane, index) {
                    continue;
                }
                if let Some(x) = layout.weave.event(lane, index) {
                    self.ground.take(self.area(x, across, 6.0 * unit, 6.0 * unit));
                }
            }
        }
        for pulse in pulses_in(&layout.pulses, self.chunk) {
            if let Some(across) = layout.lanes.across_at(pulse.lane) {
                self.ground.take(self.area(pulse.x, across + pulse.lift, 8.0 * unit, 7.0 * unit));
            }
        }
        for bar in layout.bars.within(from, to).iter().filter(|bar| bar.to > from) {
            let (a, b) = (bar.from.max(from), ops::reach(self.session, bar, self.text, to).min(to));
            let (near, far) = (bar.near, bar.far);
            self.ground.take(self.area((a + b) / 2.0, (near + far) / 2.0, (b - a) / 2.0, (far - near) / 2.0));
        }
        for gap in layout.weave.axis.breaks.iter().filter(|gap| gap.to > from && gap.from < to) {
            let middle = (gap.from + gap.to) / 2.0;
            let half = (layout.lanes.to - layout.lanes.from) / 2.0;
            self.ground.take(self.area(middle, layout.lanes.from + half, 7.0, half));
        }
        for chunk in layout.weave.chunks_within(self.span) {
            for &place in &layout.weave.chunks[chunk].arrows {
                let arrow = &layout.weave.arrows[place as usize];
                if !arrow.folded && arrow.x0 < to && arrow.x1 > from {
                    self.take_arrow(arrow, unit);
                }
            }
        }
    }

    fn take_arrow(&mut self, arrow: &Arrow, unit: f64) {
        let Some(shaft) = Shaft::of(arrow, &self.layout.lanes) else { return };
        let part = if arrow.held { 0.3 } else { arrow.part };
        let end = shaft.after(part);
        if let Some(peak) = self.bow(arrow, shaft) {
            let side = at(arrow.x0 * 0.75 + arrow.x1 * 0.25, (shaft.from.across + peak.across * 3.0) / 4.0);
            let other = at(arrow.x0 * 0.25 + arrow.x1 * 0.75, side.across);
            let way = [shaft.from, side, peak, other, shaft.to].map(|place| self.flow().xy(place));
            return way.windows(2).for_each(|pair| self.ground.cross(Line { from: pair[0], to: pair[1] }));
        }
        self.ground.cross(Line { from: self.flow().xy(shaft.from), to: self.flow().xy(end) });
        if arrow.held {
            // Its way from there on is drawn too.
            self.ground.cross(Line { from: self.flow().xy(end), to: self.flow().xy(shaft.to) });
        }
        let tip =
            if arrow.part < 1.0 { end } else { shaft.after(1.0 - 8.0 * unit / shaft.length().max(16.0)) };
        self.ground.take(self.area(tip.along, tip.across, 5.0 * unit, 5.0 * unit));
    }

    /// The farthest place of the bow in which a message goes to its own sender.
    fn bow(&self, arrow: &Arrow, shaft: Shaft) -> Option<Place> {
        let across = shaft.from.across - self.layout.lanes.gap * 0.25;
        (arrow.from == arrow.to).then(|| at((arrow.x0 + arrow.x1) / 2.0, across))
    }

    pub fn say(&mut self, caption: Caption) {
        self.captions.push(caption);
    }

    /// What went wrong, in its one sentence, where it happened.
    fn violations(&mut self) {
        let trace = self.session.trace();
        for (number, violation) in trace.violations().iter().enumerate() {
            let Some((lane, x)) = self.event_here(violation.event) else { continue };
            let from = trace.event(violation.event).map(|event| event.key.instant()).unwrap_or_default();
            if let Some(across) = self.layout.lanes.across_at(lane) {
                let ring = 11.0 * self.text / 12.0;
                self.ground.take(self.area(x, across, ring, ring));
            }
            let key = format!("violation-{number}");
            let target = Some(Target::Event(violation.event));
            self.block(&key, "violation-text", (lane, x, violation.event), &violation.text, from, target);
        }
    }

    /// Remarks that people pinned to events.
    fn notes(&mut self) {
        for entry in &self.session.scenario().script {
            let Action::Note { event, text } = &entry.action else { continue };
            let Some((lane, x)) = self.event_here(*event) else { continue };
            let from =
                self.session.trace().event(*event).map(|event| event.key.instant()).unwrap_or_default();
            let target = Some(Target::Entry(entry.id));
            self.block(&format!("note-{}", entry.id), "note-text", (lane, x, *event), text, from, target);
        }
    }

    pub fn event_here(&self, event: EventId) -> Option<(usize, f64)> {
        if self.said.is_some_and(|said| said(event)) {
            return None;
        }
        let lane = self.session.trace().nodes().index(event.node)?;
        let x = self.layout.weave.event(lane, event.index)?;
        (x >= self.span.0 && x < self.span.0 + CHUNK).then_some((lane, x))
    }

    /// A sentence in a few lines by an event; shorter if there is no room for all of it.
    fn block(
        &mut self,
        key: &str,
        class: &'static str,
        (lane, x, event): (usize, f64, EventId),
        text: &str,
        from: Instant,
        target: Option<Target>,
    ) {
        let Some(across) = self.layout.lanes.across_at(lane) else { return };
        let words = Words::unplaced(text, self.text, class == "violation-text");
        // Rather across an arrow than cut short.
        let attempts = blocks(self.flow(), x, across, &words);
        let placed = attempts.into_iter().find_map(|blocks| self.ground.place_block(blocks));
        let Some(placed) = placed else { return };
        let block = (Area::around(&placed), Rc::from(text));
        let event_at = self.flow().xy(at(x, across));
        let leader = leader(event_at, &placed, self.text);
        for (place, words) in placed.into_iter().enumerate() {
            self.say(Caption {
                key: format!("{key}-{place}"),
                class,
                hue: None,
                target,
                words,
                block: Some(block.clone()),
                leader: leader.filter(|_| place == 0),
                from,
                about: About::Event(lane, event),
            });
        }
    }

    /// How often a folded stretch beats.
    fn pulses(&mut self) {
        let layout = self.layout;
        for pulse in pulses_in(&layout.pulses, self.chunk) {
            let Some(across) = layout.lanes.across_at(pulse.lane) else { continue };
            let content = format!("×{}", grouped(pulse.stretch.rounds as usize));
            let words = Words::unplaced(content, self.text, false);
            let proposals = by_pulse(self.flow(), pulse.x, across + pulse.lift, &words);
            let Some(words) = self.ground.place(proposals, CROSSINGS) else { continue };
            self.say(Caption {
                key: format!("pulse-{}", pulse.stretch.first),
                class: "pulse-count",
                hue: pulse.stretch.epoch.map(hue),
                target: Some(Target::Message(pulse.stretch.first)),
                words,
                leader: None,
                block: None,
                from: pulse.stretch.to,
                about: About::Other,
            });
        }
    }

    /// What messages say.
    fn arrows(&mut self) {
        let layout = self.layout;
        if layout.view.labels == Labels::None {
            return;
        }
        // Of a broadcast that says one thing to all, one arrow says it to either side first; of routine, one of all.
        let mut said: Vec<(usize, u32, bool, String)> = Vec::new();
        let mut rest = Vec::new();
        for place in self.own_arrows() {
            let arrow = &layout.weave.arrows[place as usize];
            let Some(told) = self.session.message(arrow.id) else { continue };
            let label = if layout.view.labels == Labels::Kinds { told.kind.to_owned() } else { told.label };
            let is_up = self.goes_up(arrow);
            let is_said = said.iter().any(|(from, event, up, text)| {
                (*from, *event) == (arrow.from, arrow.event)
                    && (*up == is_up || arrow.routine)
                    && *text == label
            });
            if is_said && !arrow.routine {
                rest.push((place, label));
            } else if !is_said && !label.is_empty() && self.arrow(place, &label, false) {
                said.push((arrow.from, arrow.event, is_up, label));
                if said.len() > 64 {
                    said.remove(0);
                }
            }
        }
        for (place, label) in rest {
            self.arrow(place, &label, true);
        }
    }

    /// The arrows whose words stand in the chunk, in order of time: what comes later takes no room from what was before.
    fn own_arrows(&self) -> Vec<u32> {
        let weave = &self.layout.weave;
        let mut places = Vec::new();
        for chunk in weave.chunks_within(self.span).map(|chunk| &weave.chunks[chunk]) {
            let is_own = |&&place: &&u32| {
                let arrow = &weave.arrows[place as usize];
                let middle = (arrow.x0 + arrow.x_end()) / 2.0;
                let is_here = middle >= self.span.0 && middle < self.span.0 + CHUNK;
                is_here && !arrow.folded && (!arrow.id.is_copy() || arrow.forged)
            };
            if !chunk.is_dense() {
                places.extend(chunk.arrows.iter().filter(is_own));
            }
        }
        sort_by_key(&mut places, |&place| weave.arrows[place as usize].sent);
        places
    }

    /// Whether the same words stand right beside these.
    fn stutters(&self, words: &Words, apart: f64) -> bool {
        let area = Area::of(words).aired(self.text * 1.2 * apart, self.text * 0.9 * apart);
        let mut same = self.captions.iter().filter(|caption| caption.words.content == words.content);
        same.any(|caption| Area::of(&caption.words).overlaps(&area))
    }

    /// Whether a message goes to a lane before its sender's.
    fn goes_up(&self, arrow: &Arrow) -> bool {
        let across = |lane| self.layout.lanes.across_at(lane).unwrap_or_default();
        across(arrow.to) < across(arrow.from)
    }

    /// What clocks show that do not run true, at some of their ticks.
    fn clocks(&mut self) {
        let layout = self.layout;
        let view = (&layout.view, layout.space.px_per_s);
        for (node, line) in self.session.trace().lanes() {
            let Some(across) = layout.lanes.across(node) else { continue };
            let runs_true = |segment: &Segment| segment.pace() == 1.0 && segment.offset == 0;
            if line.clock.segments().iter().all(runs_true) {
                continue;
            }
            let (ticks, step) = ticks_of(line, &layout.weave, view, self.chunk);
            let mut last = f64::NEG_INFINITY;
            for tick in ticks.iter().filter(|tick| tick.is_long) {
                let content = said(tick.local, digits_of(step * 5.0));
                let words = Words::unplaced(content, self.text, false);
                if tick.x - last < self.text * 12.0 {
                    continue;
                }
                let Some(words) = self.ground.place(by_tick(self.flow(), tick.x, across, &words), 0) else {
                    continue;
                };
                last = tick.x;
                self.say(Caption {
                    key: format!("clock-{node}-{}", tick.x as i64),
                    class: "tick-number",
                    hue: None,
                    target: Some(Target::Lane(node)),
                    words,
                    leader: None,
                    block: None,
                    from: (layout.weave.axis.time_at(tick.x), 0),
                    about: About::Other,
                });
            }
        }
    }

    /// Labels an arrow. What has been said before is said again only in whole, and well apart.
    fn arrow(&mut self, place: u32, label: &str, again: bool) -> bool {
        let arrow = &self.layout.weave.arrows[place as usize];
        let Some(shaft) = Shaft::of(arrow, &self.layout.lanes) else { return false };
        let part = if arrow.held { 0.3 } else { arrow.part };
        let (from, to) = (self.flow().xy(shaft.from), self.flow().xy(shaft.after(part)));
        let first = label.split_whitespace().next().unwrap_or(label);
        for content in [label, first] {
            let words = Words::unplaced(content, self.text, false);
            let mut proposals = match self.bow(arrow, shaft) {
                Some(peak) => by(self.flow(), peak.along, peak.across, &words).concat(),
                None => at_arrow(from, to, &words),
            };
            proposals.retain(|words| !self.stutters(words, if again { 3.0 } else { 1.0 }));
            if let Some(words) = self.ground.place(proposals, 0) {
                let class = match (arrow.client, arrow.fate) {
                    (true, _) => "label client",
                    (_, FateKind::Delivered) => "label",
                    _ => "label lost",
                };
                self.say(Caption {
                    key: arrow.id.to_string(),
                    class,
                    hue: arrow.epoch,
                    target: Some(Target::Message(arrow.id)),
                    words,
                    leader: None,
                    block: None,
                    from: arrow.sent,
                    about: About::Arrow(place),
                });
                return true;
            }
            if first == label || again {
                break;
            }
        }
        false
    }
}
