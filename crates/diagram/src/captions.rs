//! What wants to be said in a chunk of the picture, and where each saying finds room.
//!
//! A chunk's captions depend on the run and the view alone, never on the playhead: a step moves no word. No caption
//! reaches beyond its chunk, so chunks need not know of each other.

use lightcone_sim::ids::{EntryId, EventId};
use lightcone_sim::scenario::Action;
use lightcone_sim::session::Session;
use lightcone_sim::trace::{EventKind, FateKind, Instant};

use crate::arrows::{DENSE, Shaft};
use crate::labels::{Area, Ground, Line};
use crate::layout::Layout;
use crate::marks::{events_in, lost_its_disk, pulses_in};
use crate::palette::hue;
use crate::pen::{Words, at};
use crate::scene::{Anchor, Target};
use crate::text::{grouped, shorten, width, wrap};
use crate::view::{Flow, Labels};
use crate::weave::{Arrow, CHUNK};

/// A text with its place.
#[derive(Clone, Debug)]
pub(crate) struct Caption {
    pub key: String,
    pub class: &'static str,
    pub hue: Option<u8>,
    pub target: Option<Target>,
    pub words: Words,
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

/// A label may be crossed by so many arrows before it hides.
const CROSSINGS: usize = 1;

/// Finds room for all that is to be said in a chunk, the most important first.
pub(crate) fn captions(layout: &Layout, session: &dyn Session, chunk: usize) -> Vec<Caption> {
    let mut writer = Writer::new(layout, session, chunk);
    writer.take_obstacles();
    writer.violations();
    writer.events();
    writer.notes();
    writer.bands();
    writer.pulses();
    writer.arrows();
    writer.captions
}

struct Writer<'a> {
    layout: &'a Layout,
    session: &'a dyn Session,
    chunk: usize,
    /// The chunk's ends along the axis.
    span: (f64, f64),
    text: f64,
    ground: Ground,
    captions: Vec<Caption>,
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
        Writer { layout, session, chunk, span: (from, to), text, ground, captions: Vec::new() }
    }

    fn flow(&self) -> Flow {
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
                self.ground.take(self.area(pulse.x, across, 8.0 * unit, 7.0 * unit));
            }
        }
        for bar in layout.bars.iter().filter(|bar| bar.from < to && bar.to > from) {
            let (a, b) = (bar.from.max(from), bar.to.min(to));
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
        self.ground.cross(Line { from: self.flow().xy(shaft.from), to: self.flow().xy(end) });
        let tip =
            if arrow.part < 1.0 { end } else { shaft.after(1.0 - 8.0 * unit / shaft.length().max(16.0)) };
        self.ground.take(self.area(tip.along, tip.across, 5.0 * unit, 5.0 * unit));
    }

    fn say(&mut self, caption: Caption) {
        self.captions.push(caption);
    }

    /// Places for a text by a point of a lane: above it and behind, above and before, below.
    fn by(&self, along: f64, across: f64, content: &str) -> Vec<Words> {
        let size = self.text;
        let (x, y) = self.flow().xy(at(along, across));
        let words = |dx: f64, dy: f64, anchor| Words {
            x: x + dx,
            y: y + dy,
            anchor,
            rotate: 0.0,
            size,
            content: content.to_owned(),
        };
        let (near, above, below) = (size * 0.55, -size * 0.6, size * 1.35);
        match self.flow() {
            Flow::LeftToRight => vec![
                words(near, above, Anchor::Start),
                words(-near, above, Anchor::End),
                words(near, below, Anchor::Start),
                words(-near, below, Anchor::End),
                words(near, above - size * 1.1, Anchor::Start),
                words(near, below + size * 1.1, Anchor::Start),
                words(near + size * 2.0, above, Anchor::Start),
            ],
            Flow::TopToBottom => vec![
                words(size * 0.8, size * 0.35, Anchor::Start),
                words(-size * 0.8, size * 0.35, Anchor::End),
                words(size * 0.8, size * 1.5, Anchor::Start),
                words(size * 0.8, -size * 0.8, Anchor::Start),
                words(-size * 0.8, size * 1.5, Anchor::End),
                words(-size * 0.8, -size * 0.8, Anchor::End),
            ],
        }
    }

    /// What went wrong, in its one sentence, where it happened.
    fn violations(&mut self) {
        let trace = self.session.trace();
        for (number, violation) in trace.violations().iter().enumerate() {
            let Some((lane, x)) = self.event_here(violation.event) else { continue };
            let from = trace.event(violation.event).map(|event| event.key.instant()).unwrap_or_default();
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

    fn event_here(&self, event: EventId) -> Option<(usize, f64)> {
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
        let size = self.text;
        let room = match self.flow() {
            Flow::LeftToRight => [34.0, 22.0, 16.0, 16.0],
            Flow::TopToBottom => [18.0, 14.0, 11.0, 8.0],
        };
        let (ex, ey) = self.flow().xy(at(x, across));
        let line = size * 1.2;
        let mut blocks = Vec::new();
        for (attempt, room) in room.into_iter().enumerate() {
            let mut lines = wrap(text, size, room * size);
            if attempt == 3 && lines.len() > 2 {
                lines.truncate(2);
                let rest = lines[1].clone() + " ……";
                lines[1] = shorten(&rest, size, room * size).unwrap_or(rest);
            }
            let height = line * (lines.len() as f64 - 1.0);
            for (anchor, dx) in [(Anchor::Start, size * 1.2), (Anchor::End, -size * 1.2)] {
                for dy in [-size * 0.9 - height, size * 1.6, -size * 2.6 - height, size * 3.2] {
                    let block = lines.iter().enumerate().map(|(place, content)| Words {
                        x: ex + dx,
                        y: ey + dy + place as f64 * line,
                        anchor,
                        rotate: 0.0,
                        size,
                        content: content.clone(),
                    });
                    blocks.push(block.collect::<Vec<_>>());
                }
            }
        }
        for (place, words) in self.ground.place_block(blocks).into_iter().flatten().enumerate() {
            self.say(Caption {
                key: format!("{key}-{place}"),
                class,
                hue: None,
                target,
                words,
                from,
                about: About::Event(lane, event),
            });
        }
    }

    /// Names of partitions and cuts, in their bands.
    fn bands(&mut self) {
        let layout = self.layout;
        for band in &layout.bands {
            let Some(strip) = band.strips.first() else { continue };
            let [near, far] = band.span(strip, &layout.weave);
            let (from, to) = (near.0.max(far.0).max(self.span.0), near.1.min(far.1).min(self.span.1));
            if to <= from {
                continue;
            }
            let middle = (strip.near + strip.far) / 2.0;
            let class = if band.is_partition { "band-name" } else { "cut-name" };
            let proposals = self.in_strip(&band.name, (from, to), middle, strip.far - strip.near);
            if let Some(words) = self.ground.place(proposals, 3) {
                self.name(band.entry, class, words, band.from);
            }
        }
    }

    fn name(&mut self, entry: EntryId, class: &'static str, words: Words, from: Instant) {
        let key = format!("band-{entry}");
        let target = Some(Target::Entry(entry));
        self.say(Caption { key, class, hue: None, target, words, from, about: About::Other });
    }

    fn in_strip(&self, name: &str, (from, to): (f64, f64), middle: f64, height: f64) -> Vec<Words> {
        let size = self.text;
        let wide = width(name, size);
        let room = to - from - size;
        let groups = name.split_once(' ').map_or(name, |(_, groups)| groups);
        let mut out = Vec::new();
        for content in [name, groups] {
            let wide = if content == name { wide } else { width(content, size) };
            if wide <= room && height >= size {
                let free = room - wide;
                for part in [0.5, 0.3, 0.7, 0.1, 0.9, 0.0, 1.0] {
                    out.push((from + size * 0.5 + free * part, middle, content));
                }
            }
        }
        for side in [-1.0, 1.0] {
            out.push((from, middle + side * (height / 2.0 + size * 0.75), name));
        }
        let flow = self.flow();
        let turn = |(along, across, content): (f64, f64, &str)| {
            let (x, y) = flow.xy(at(along, across));
            let dip = size * 0.36;
            let (x, y, rotate) = match flow {
                Flow::LeftToRight => (x, y + dip, 0.0),
                Flow::TopToBottom => (x - dip, y, 90.0),
            };
            Words { x, y, anchor: Anchor::Start, rotate, size, content: content.to_owned() }
        };
        out.into_iter().map(turn).collect()
    }

    /// New roles and epochs, crashes and recoveries, in words.
    fn events(&mut self) {
        let trace = self.session.trace();
        let mut minor = Vec::new();
        for (lane, (node, line)) in trace.lanes().enumerate() {
            let Some(across) = self.layout.lanes.across_at(lane) else { continue };
            for index in events_in(&self.layout.weave, lane, self.chunk) {
                let Some(event) = line.events.get(index as usize - 1) else { continue };
                let word = match event.kind {
                    EventKind::Crash => "crash",
                    EventKind::Amnesia => "crash, disk lost",
                    EventKind::Recover if lost_its_disk(trace, lane, index) => "back, disk empty",
                    EventKind::Recover => "back, disk kept",
                    EventKind::Pause => "paused",
                    _ => continue,
                };
                let is_back = event.kind == EventKind::Recover;
                let class = if is_back { "back-word" } else { "fault-word" };
                self.word((lane, EventId { node, index }), across, &[word], event.key.instant(), None, class);
            }
            for pair in line.statuses.windows(2) {
                let [(_, before), (index, Some(after))] = pair else { continue };
                let Some(event) = line.events.get(*index as usize - 1) else { continue };
                let epoch = after.epoch.map(|epoch| format!(" {epoch}")).unwrap_or_default();
                let whole = format!("{}{epoch}", after.role);
                let id = EventId { node, index: *index };
                let says = ((lane, id), across, whole, epoch, event.key.instant(), after.epoch.map(hue));
                if before.is_some_and(|before| before.role == after.role) {
                    minor.push(says)
                } else {
                    self.role(says)
                }
            }
        }
        for says in minor {
            self.role(says);
        }
    }

    fn role(
        &mut self,
        (about, across, whole, epoch, from, hue): (
            (usize, EventId),
            f64,
            String,
            String,
            Instant,
            Option<u8>,
        ),
    ) {
        self.word(about, across, &[&whole, epoch.trim()], from, hue, "role-word");
    }

    /// A word by an event; of several the first that finds room.
    fn word(
        &mut self,
        (lane, id): (usize, EventId),
        across: f64,
        contents: &[&str],
        from: Instant,
        hue: Option<u8>,
        class: &'static str,
    ) {
        let Some((_, x)) = self.event_here(id) else { return };
        for content in contents.iter().filter(|content| !content.is_empty()) {
            let proposals = self.by(x, across, content);
            if let Some(words) = self.ground.place(proposals, 3 * CROSSINGS) {
                return self.say(Caption {
                    key: format!("{class}-{id}"),
                    class,
                    hue,
                    target: Some(Target::Event(id)),
                    words,
                    from,
                    about: About::Event(lane, id),
                });
            }
        }
    }

    /// How often a folded stretch beats.
    fn pulses(&mut self) {
        let layout = self.layout;
        for pulse in pulses_in(&layout.pulses, self.chunk) {
            let Some(across) = layout.lanes.across_at(pulse.lane) else { continue };
            let content = format!("×{}", grouped(pulse.stretch.rounds as usize));
            let Some(words) = self.ground.place(self.by(pulse.x + self.text * 0.25, across, &content), 2)
            else {
                continue;
            };
            self.say(Caption {
                key: format!("pulse-{}", pulse.stretch.first),
                class: "pulse-count",
                hue: pulse.stretch.epoch.map(hue),
                target: Some(Target::Message(pulse.stretch.first)),
                words,
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
        // Of a broadcast that says one thing to all, two arrows say it; of routine, one.
        let mut said: Vec<(usize, u32, String)> = Vec::new();
        for chunk in layout.weave.chunks_within(self.span) {
            if layout.weave.chunks[chunk].drawn > DENSE {
                continue;
            }
            for &place in &layout.weave.chunks[chunk].arrows {
                let arrow = &layout.weave.arrows[place as usize];
                let middle = (arrow.x0 + arrow.x_end()) / 2.0;
                let is_here = middle >= self.span.0 && middle < self.span.0 + CHUNK;
                if arrow.folded || !is_here || arrow.id.is_copy() {
                    continue;
                }
                let Some(told) = self.session.message(arrow.id) else { continue };
                let label =
                    if layout.view.labels == Labels::Kinds { told.kind.to_owned() } else { told.label };
                let same = said.iter().filter(|(from, event, text)| {
                    *from == arrow.from && *event == arrow.event && *text == label
                });
                if label.is_empty() || same.count() >= if arrow.routine { 1 } else { 2 } {
                    continue;
                }
                if self.arrow(arrow, place, &label) {
                    said.push((arrow.from, arrow.event, label));
                    if said.len() > 64 {
                        said.remove(0);
                    }
                }
            }
        }
    }

    fn arrow(&mut self, arrow: &Arrow, place: u32, label: &str) -> bool {
        let Some(shaft) = Shaft::of(arrow, &self.layout.lanes) else { return false };
        let part = if arrow.held { 0.3 } else { arrow.part };
        let (from, to) = (self.flow().xy(shaft.from), self.flow().xy(shaft.after(part)));
        let first = label.split_whitespace().next().unwrap_or(label);
        for content in [label, first] {
            let proposals = along(from, to, content, self.text);
            if let Some(words) = self.ground.place(proposals, CROSSINGS) {
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
                    from: arrow.sent,
                    about: About::Arrow(place),
                });
                return true;
            }
            if first == label {
                break;
            }
        }
        false
    }
}

/// Places for a label at an arrow: along it if it is no steeper than 45°, else beside it.
fn along(from: (f64, f64), to: (f64, f64), content: &str, size: f64) -> Vec<Words> {
    let (from, to) = if to.0 < from.0 { (to, from) } else { (from, to) };
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let parts = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
    let point = |part: f64| (from.0 + dx * part, from.1 + dy * part);
    let words = |(x, y): (f64, f64), anchor, rotate| Words {
        x,
        y,
        anchor,
        rotate,
        size,
        content: content.to_owned(),
    };
    let wide = width(content, size);
    let mut out = Vec::new();
    if dy.abs() <= dx {
        let (cos, sin) = (dx / length.max(1e-9), dy / length.max(1e-9));
        let rotate = dy.atan2(dx).to_degrees();
        for part in parts {
            let (x, y) = point(part);
            let fits = (part * length).min((1.0 - part) * length) > wide / 2.0 + 10.0;
            if fits {
                for up in [size * 0.34, -size * 1.06] {
                    out.push(words((x + up * sin, y - up * cos), Anchor::Middle, rotate));
                }
            }
        }
        return out;
    }
    // Beside a steep line, far enough that it does not cut a corner of the text.
    let away = size * 0.36 + size * 0.56 * dx / dy.abs();
    for part in parts {
        let (x, y) = point(part);
        out.push(words((x + away, y + size * 0.34), Anchor::Start, 0.0));
        out.push(words((x - away, y + size * 0.34), Anchor::End, 0.0));
    }
    out
}
