//! Messages as arrows, each fate drawn in its own way.

use lightcone_sim::protocol::MsgView;
use lightcone_sim::sorted::sort;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::FateKind;

use crate::lanes::Lanes;
use crate::moment::Moment;
use crate::pen::{CROSS, PAUSE, Pen, Place, at};
use crate::scene::Target;
use crate::text::grouped;
use crate::weave::{Arrow, Chunk, Weave};

/// The way of an arrow: its ends, and how lines run along it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shaft {
    pub from: Place,
    pub to: Place,
}

impl Shaft {
    /// From lane to lane, as if nothing befell the message.
    pub fn of(arrow: &Arrow, lanes: &Lanes) -> Option<Shaft> {
        let (from, to) = (lanes.across_at(arrow.from)?, lanes.across_at(arrow.to)?);
        Some(Shaft { from: at(arrow.x0, from + arrow.lift.0), to: at(arrow.x1, to + arrow.lift.1) })
    }

    pub fn length(self) -> f64 {
        (self.to.along - self.from.along).hypot(self.to.across - self.from.across)
    }

    /// The place after a part of the way.
    pub fn after(self, part: f64) -> Place {
        at(
            self.from.along + (self.to.along - self.from.along) * part,
            self.from.across + (self.to.across - self.from.across) * part,
        )
    }

    /// The part of the way that so many px are.
    pub fn part(self, px: f64) -> f64 {
        let length = self.length();
        if length > 0.0 { px / length } else { 0.0 }
    }

    /// A place so many px back from a part of the way, and so many to its side.
    pub fn beside(self, part: f64, back: f64, side: f64) -> Place {
        let length = self.length().max(1e-9);
        let (along, across) =
            ((self.to.along - self.from.along) / length, (self.to.across - self.from.across) / length);
        let there = self.after(part);
        at(there.along - along * back - across * side, there.across - across * back + along * side)
    }
}

/// How an arrow looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style<'a> {
    /// Classes beside its fate's.
    pub more: &'a str,
    /// The size of text over 12 px.
    pub unit: f64,
}

/// Draws all messages that set out in a chunk, but those that are under way.
pub(crate) fn chunk(
    pen: &mut Pen,
    moment: &Moment<'_>,
    lanes: &Lanes,
    weave: &Weave,
    chunk: &Chunk,
    unit: f64,
) {
    if chunk.is_dense() {
        return dense(pen, moment, lanes, weave, chunk);
    }
    for &place in &chunk.arrows {
        let arrow = &weave.arrows[place as usize];
        if arrow.folded || !moment.shows(arrow.sent) || moment.is_under_way(arrow) {
            continue;
        }
        let known = as_far_as_known(moment, weave, *arrow);
        whole(pen, moment, lanes, &known, Style { more: moment.dim_arrow(arrow), unit });
    }
}

/// What is cut off as soon as it is sent ends at the edge of its band, which may lie in a future that is hidden, and how
/// long something waits is not known before.
pub(crate) fn as_far_as_known(moment: &Moment<'_>, weave: &Weave, mut arrow: Arrow) -> Arrow {
    let on = |lane| weave.axis.x_on(lane, moment.now.instant());
    let now = on(arrow.from);
    if let Some((to, _)) = arrow.wait.as_mut().filter(|_| moment.hides_future) {
        *to = to.min(on(arrow.to));
    }
    if !moment.hides_future || arrow.held || arrow.x_end() <= now {
        return arrow;
    }
    let part = (now - arrow.x0) / (arrow.x1 - arrow.x0).max(1e-9);
    Arrow { part: part.clamp(0.04, arrow.part.max(0.04)), ..arrow }
}

/// Draws a message with its whole fate.
pub(crate) fn whole(pen: &mut Pen, moment: &Moment<'_>, lanes: &Lanes, arrow: &Arrow, style: Style<'_>) {
    let Some(shaft) = Shaft::of(arrow, lanes) else { return };
    let class = format!("{}{}", classes(arrow), style.more);
    let key = arrow.id.to_string();
    let told = moment.session.message(arrow.id);
    let title = title(moment, arrow, told.as_ref());
    if arrow.from == arrow.to {
        return to_itself(pen, &key, &class, arrow, shaft, lanes.gap, title);
    }
    let u = style.unit;
    let lands =
        matches!(arrow.fate, FateKind::Delivered | FateKind::ToCrashed | FateKind::InFlight) && !arrow.held;
    let tip = if lands { 1.0 - shaft.part(4.0 * u) } else { arrow.part };
    let end = if lands { shaft.after(tip - shaft.part(7.0 * u)) } else { shaft.after(tip) };
    let end = if arrow.held { shaft.after(0.3) } else { end };
    pen.line(&key, class.as_str(), shaft.from, end)
        .hue(arrow.epoch)
        .target(Target::Message(arrow.id))
        .title(title);
    if arrow.held {
        if !moment.hides_future {
            pen.line(format!("{key}g"), format!("ghost{}", style.more), end, shaft.to).hue(arrow.epoch);
        }
        return pause_mark(pen, &key, arrow, shaft, style);
    }
    if lands {
        // What waits has been delivered as far as is known.
        let waits = arrow.wait.is_some_and(|(_, until)| until.0 == Ns::NEVER || !moment.shows(until));
        let open = if arrow.fate == FateKind::Delivered || waits { "solid" } else { "open" };
        let copy = if arrow.id.is_copy() { " copy" } else { "" };
        let client = if arrow.client { " client" } else { "" };
        head(pen, &format!("{key}h"), &format!("head {open}{copy}{client}{}", style.more), shaft, tip, u)
            .hue(arrow.epoch)
            .target(Target::Head(arrow.id));
        wait(pen, &key, arrow, shaft, style);
    } else {
        cross(pen, &key, arrow, shaft, style);
    }
    if arrow.by_hand && lands {
        grip(pen, &key, arrow, shaft, tip, style);
    }
}

/// Draws how long a message waits where it has arrived, on its side of the lane.
fn wait(pen: &mut Pen, key: &str, arrow: &Arrow, shaft: Shaft, style: Style<'_>) {
    let Some((to, _)) = arrow.wait.filter(|(to, _)| *to > shaft.to.along) else { return };
    let across = shaft.to.across + (shaft.from.across - shaft.to.across).signum() * 5.5 * style.unit;
    let mut line = |end: &str, from, to| {
        pen.line(format!("{key}w{end}"), format!("wait{}", style.more), from, to)
            .hue(arrow.epoch)
            .target(Target::Message(arrow.id))
            .title(format!("{} waits here", arrow.id));
    };
    line("", at(shaft.to.along, across), at(to, across));
    line("e", at(to, across), at(to, shaft.to.across));
}

/// Draws a message that is under way: solid up to now, then dotted to where it will land.
pub(crate) fn under_way(
    pen: &mut Pen,
    moment: &Moment<'_>,
    lanes: &Lanes,
    weave: &Weave,
    arrow: &Arrow,
    unit: f64,
) {
    let Some(shaft) = Shaft::of(arrow, lanes) else { return };
    let key = arrow.id.to_string();
    let told = moment.session.message(arrow.id);
    let part = progress(moment, weave, arrow, shaft);
    let end = shaft.after(part);
    let client = if arrow.client { " client" } else { "" };
    let more = format!("{client}{}", moment.dim_arrow(arrow));
    let more = more.as_str();
    let class = format!("{}{more}", classes(arrow).replace(name_of_fate(arrow), "in-flight"));
    pen.line(&key, class, shaft.from, end).hue(arrow.epoch).target(Target::Message(arrow.id)).title(title(
        moment,
        arrow,
        told.as_ref(),
    ));
    if arrow.held {
        if !moment.hides_future {
            pen.line(format!("{key}g"), format!("ghost{more}"), end, shaft.to).hue(arrow.epoch);
        }
        return pause_mark(pen, &key, arrow, shaft, Style { more, unit });
    }
    if !moment.hides_future {
        let tip = 1.0 - shaft.part(4.0 * unit);
        pen.line(format!("{key}g"), format!("ghost{more}"), end, shaft.after(tip)).hue(arrow.epoch);
        head(pen, &format!("{key}h"), &format!("head ghost-head{more}"), shaft, tip, unit)
            .hue(arrow.epoch)
            .target(Target::Head(arrow.id))
            .title(format!("{} lands here unless something befalls it", arrow.id));
    }
    pen.circle(format!("{key}d"), format!("in-flight-dot{more}"), end, 2.6 * unit).hue(arrow.epoch);
}

/// How much of its way a message has made: where its line meets the line of the present.
fn progress(moment: &Moment<'_>, weave: &Weave, arrow: &Arrow, shaft: Shaft) -> f64 {
    if arrow.held {
        return 0.3;
    }
    let now = moment.now.instant();
    let (here, there) = (weave.axis.x_on(arrow.from, now), weave.axis.x_on(arrow.to, now));
    // Along the way the present goes from `here` on the sender's line to `there` on the receiver's.
    let run = shaft.to.along - shaft.from.along - (there - here);
    let part = if run.abs() > 1e-9 { (here - shaft.from.along) / run } else { 0.0 };
    part.clamp(0.04, 0.97)
}

fn classes(arrow: &Arrow) -> String {
    let copy = if arrow.id.is_copy() { " copy" } else { "" };
    let routine = if arrow.routine { " routine" } else { "" };
    let by_hand = if arrow.by_hand { " by-hand" } else { "" };
    let client = if arrow.client { " client" } else { "" };
    format!("arrow {}{copy}{routine}{by_hand}{client}", name_of_fate(arrow))
}

fn name_of_fate(arrow: &Arrow) -> &'static str {
    if arrow.held { "held" } else { arrow.fate.name() }
}

/// A tooltip: who said what to whom, and what became of it as far as it is known.
fn title(moment: &Moment<'_>, arrow: &Arrow, told: Option<&MsgView>) -> String {
    let nodes = moment.trace.nodes();
    let what = told.map_or("", |told| told.label.as_str());
    let sentence = told.map_or("", |told| told.sentence.as_str());
    let sent = arrow.sent.0;
    let known = arrow.over <= moment.now.instant() || !moment.hides_future && !moment.is_under_way(arrow);
    let fate = match arrow.fate {
        _ if arrow.held => "held back".to_owned(),
        _ if !known => "under way".to_owned(),
        _ if arrow.wait.is_some_and(|(_, until)| until.0 == Ns::NEVER || !moment.shows(until)) => {
            format!("arrives at {}, and waits", arrow.over.0)
        }
        FateKind::InFlight => "under way".to_owned(),
        FateKind::Delivered => match arrow.wait {
            Some((_, until)) => format!("arrives at {}, is handled at {}", arrow.over.0, until.0),
            None => format!("arrives at {}", arrow.over.0),
        },
        FateKind::Dropped => match moment.trace.replaced_by(arrow.id) {
            Some(form) => format!("altered at {}: {form} goes on in its place", arrow.over.0),
            None => format!("lost at {}", arrow.over.0),
        },
        FateKind::Cut => format!("cut off at {}", arrow.over.0),
        FateKind::ToCrashed => format!("arrives at {}, where nobody is up", arrow.over.0),
    };
    let dot = if sentence.is_empty() { "" } else { ". " };
    let (from, to) = (nodes.at(arrow.from), nodes.at(arrow.to));
    format!("{}: {what}, {from} to {to}, sent at {sent}, {fate}{dot}{sentence}", arrow.id)
}

fn to_itself(pen: &mut Pen, key: &str, class: &str, arrow: &Arrow, shaft: Shaft, gap: f64, title: String) {
    let control = at((arrow.x0 + arrow.x1) / 2.0, shaft.from.across - gap * 0.5);
    let way = pen.way().to(shaft.from).curve(control, shaft.to);
    pen.path(key, format!("{class} to-itself"), way)
        .hue(arrow.epoch)
        .target(Target::Message(arrow.id))
        .title(title);
}

/// A triangle with its tip after a part of the way.
pub(crate) fn head<'a>(
    pen: &'a mut Pen,
    key: &str,
    class: &str,
    shaft: Shaft,
    tip: f64,
    u: f64,
) -> &'a mut crate::Shape {
    let way = pen
        .way()
        .to(shaft.after(tip))
        .line(shaft.beside(tip, 8.5 * u, 3.4 * u))
        .line(shaft.beside(tip, 8.5 * u, -3.4 * u))
        .close();
    pen.path(key, class, way)
}

fn cross(pen: &mut Pen, key: &str, arrow: &Arrow, shaft: Shaft, style: Style<'_>) {
    let way = pen.way().glyph(shaft.after(arrow.part), CROSS, style.unit);
    let what = if arrow.fate == FateKind::Cut { "cut" } else { "dropped" };
    pen.path(format!("{key}x"), format!("cross {what}{}", style.more), way).target(Target::Message(arrow.id));
}

fn pause_mark(pen: &mut Pen, key: &str, arrow: &Arrow, shaft: Shaft, style: Style<'_>) {
    let u = style.unit;
    let place = shaft.after(0.3);
    pen.circle(format!("{key}o"), format!("held-ground{}", style.more), place, 7.0 * u)
        .hue(arrow.epoch)
        .target(Target::Message(arrow.id));
    let way = pen.way().glyph(place, PAUSE, u);
    pen.path(format!("{key}p"), format!("held-bars{}", style.more), way).hue(arrow.epoch);
}

fn grip(pen: &mut Pen, key: &str, arrow: &Arrow, shaft: Shaft, tip: f64, style: Style<'_>) {
    let u = style.unit;
    let mut way = pen.way();
    for back in [12.0, 15.0, 18.0] {
        way = way.to(shaft.beside(tip, back * u, 4.0 * u)).line(shaft.beside(tip, back * u, -4.0 * u));
    }
    pen.path(format!("{key}k"), format!("grip{}", style.more), way)
        .hue(arrow.epoch)
        .target(Target::Head(arrow.id))
        .title(format!("{} was moved by hand", arrow.id));
}

/// A dense chunk: one path for each hue and fate, each px drawn once.
fn dense(pen: &mut Pen, moment: &Moment<'_>, lanes: &Lanes, weave: &Weave, chunk: &Chunk) {
    let mut lines: Vec<(Option<u8>, FateKind, [i64; 4])> = Vec::new();
    let mut count = 0;
    for &place in &chunk.arrows {
        let arrow = &weave.arrows[place as usize];
        if arrow.folded || !moment.shows(arrow.sent) {
            continue;
        }
        let Some(shaft) = Shaft::of(arrow, lanes) else { continue };
        let end = shaft.after(arrow.part);
        count += 1;
        let ends = [shaft.from.along, shaft.from.across, end.along, end.across].map(|px| px.round() as i64);
        lines.push((arrow.epoch, arrow.fate, ends));
    }
    sort(&mut lines);
    lines.dedup();
    for group in lines.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let mut way = pen.way();
        for &(_, _, [x0, y0, x1, y1]) in group {
            way = way.to(at(x0 as f64, y0 as f64)).line(at(x1 as f64, y1 as f64));
        }
        let (hue, fate, _) = group[0];
        let key = format!("dense-{}-{}", hue.map_or(-1, i16::from), fate.name());
        pen.path(key, format!("arrow dense {}", fate.name()), way)
            .hue(hue)
            .title(format!("some of {} messages; zoom in to see each", grouped(count)));
    }
}
