//! Clients' operations as bars beside their lanes, from call to return.

use lightcone_sim::ids::{EventId, OpId};
use lightcone_sim::session::Session;
use lightcone_sim::sorted::sort_by;
use lightcone_sim::trace::{Instant, Trace};

use crate::lanes::Lanes;
use crate::moment::Moment;
use crate::pen::{Pen, Words, at};
use crate::scene::{Anchor, Target};
use crate::text::{grouped, shorten, width};
use crate::view::Flow;
use crate::weave::{CHUNK, Weave};

/// An operation with its place.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub id: OpId,
    /// When it was called.
    pub called: Instant,
    /// When it returned, if it did.
    pub returned: Option<Instant>,
    pub from: f64,
    pub to: f64,
    /// Where the next one begins that stands at the same height.
    pub free: f64,
    /// Across: the edges of the bar.
    pub near: f64,
    pub far: f64,
}

/// How far below its lane a bar begins, and how high it is, by the size of text.
fn room(text: f64) -> (f64, f64) {
    (text * 0.7, text * 1.5)
}

/// All operations of a run, by where they begin. Those of one client that overlap stand beside each other.
pub(crate) fn bars(trace: &Trace, lanes: &Lanes, weave: &Weave, text: f64) -> Bars {
    let (below, height) = room(text);
    let mut bars = Vec::new();
    for (lane, (node, line)) in trace.lanes().enumerate() {
        let Some(across) = lanes.across_at(lane) else { continue };
        // Below the last lane is the axis.
        let room = if across + lanes.gap > lanes.to { lanes.to - across } else { lanes.gap };
        let levels = (((room - below - text * 0.3) / (height + 2.0)) as usize).max(1);
        let mut ends = vec![f64::NEG_INFINITY; levels];
        let mut last: Vec<Option<usize>> = vec![None; levels];
        for op in &line.ops {
            let at = |index| trace.event(EventId { node, index }).map(|event| event.key.instant());
            let (Some(from), Some(called)) = (weave.event(lane, op.invoked), at(op.invoked)) else {
                continue;
            };
            let returned = op.returned.and_then(at);
            let to = op.returned.and_then(|index| weave.event(lane, index)).unwrap_or(weave.end);
            let level = ends.iter().position(|&end| end <= from).unwrap_or(levels - 1);
            ends[level] = to;
            if let Some(before) = last[level].replace(bars.len()) {
                let before: &mut Bar = &mut bars[before];
                before.free = from;
            }
            let near = across + below + level as f64 * (height + 2.0);
            let free = f64::INFINITY;
            bars.push(Bar { id: op.id, called, returned, from, to, free, near, far: near + height });
        }
    }
    Bars::of(bars)
}

/// All bars of a picture, so kept that those in sight are found without a look at the rest.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    /// By where they begin.
    list: Vec<Bar>,
    /// How far any of them reaches, up to each.
    reach: Vec<f64>,
}

impl Bars {
    /// All of these.
    pub fn of(mut list: Vec<Bar>) -> Bars {
        sort_by(&mut list, |one, other| one.from < other.from);
        let reach = list.iter().scan(f64::NEG_INFINITY, |reach, bar| {
            *reach = bar.to.max(*reach);
            Some(*reach)
        });
        Bars { reach: reach.collect(), list }
    }

    /// Some of them, each as it is changed.
    pub fn some(&self, pick: impl FnMut(&Bar) -> Option<Bar>) -> Bars {
        Bars::of(self.list.iter().filter_map(pick).collect())
    }

    /// Those that begin before `to`, without the first of them that all end before `from`. Among the others may be some
    /// that end before it too.
    pub fn within(&self, from: f64, to: f64) -> &[Bar] {
        let behind = self.list.partition_point(|bar| bar.from < to);
        let first = self.reach.partition_point(|&reach| reach < from).min(behind);
        &self.list[first..behind]
    }
}

/// How bars are seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    /// How far along anything is known.
    pub known: f64,
    /// Where the line of the present is.
    pub now: f64,
    pub text: f64,
}

/// Draws the bars that begin in a chunk, and the words that stand in it.
pub(crate) fn chunk(pen: &mut Pen, moment: &Moment<'_>, bars: &Bars, chunk: usize, sight: Sight) {
    let (from, to) = (chunk as f64 * CHUNK, (chunk + 1) as f64 * CHUNK);
    let near = bars.within(from - sight.text, to);
    let here = &near[near.partition_point(|bar| bar.from < from)..];
    if here.len() > CROWDED {
        return together(pen, moment, here, sight);
    }
    for bar in here.iter().filter(|bar| moment.shows(bar.called)) {
        draw(pen, moment, bar, sight);
    }
    for bar in near.iter().filter(|bar| moment.shows(bar.called) && end(bar, sight) > from) {
        say(pen, moment, bar, (from, to), sight);
    }
}

/// Draws the bars that begin before a chunk and reach into it: where it is the first in sight, nobody else does.
pub(crate) fn reaching(pen: &mut Pen, moment: &Moment<'_>, bars: &Bars, chunk: usize, sight: Sight) {
    let from = chunk as f64 * CHUNK;
    for bar in bars
        .within(from - sight.text, from)
        .iter()
        .filter(|bar| moment.shows(bar.called) && end(bar, sight) > from)
    {
        draw(pen, moment, bar, sight);
    }
}

/// Where a bar ends on the picture, as far as it is known.
fn end(bar: &Bar, sight: Sight) -> f64 {
    bar.to.min(sight.known).max(bar.from + sight.text)
}

/// More operations than this in a chunk are drawn together.
const CROWDED: usize = 160;

/// Draws many bars as one shape.
fn together(pen: &mut Pen, moment: &Moment<'_>, bars: &[Bar], sight: Sight) {
    let mut way = pen.way();
    let mut count = 0;
    for bar in bars.iter().filter(|bar| moment.shows(bar.called)) {
        let to = bar.to.min(sight.known).max(bar.from + sight.text * 0.1);
        let (near, far) = (bar.near, bar.far);
        way = way.to(at(bar.from, near)).line(at(to, near)).line(at(to, far)).line(at(bar.from, far)).close();
        count += 1;
    }
    if count > 0 {
        pen.path("together", "op", way).title(format!("{} operations; zoom in to see each", grouped(count)));
    }
}

/// A long bar says what it is so often that one sees it wherever one looks, in px.
pub(crate) const AGAIN: f64 = 440.0;

/// Whether an operation has begun and not returned.
pub(crate) fn is_open(moment: &Moment<'_>, bar: &Bar) -> bool {
    let now = moment.now.instant();
    bar.called <= now && bar.returned.is_none_or(|returned| returned > now)
}

/// Draws one bar: closed if its return is known, open to the right if not.
fn draw(pen: &mut Pen, moment: &Moment<'_>, bar: &Bar, sight: Sight) {
    let open = is_open(moment, bar);
    let class = if open || bar.returned.is_none() { "op open" } else { "op" };
    let words = words(moment.session.op(bar.id).as_ref(), open);
    let (from, to) = (at(bar.from, bar.near), at(end(bar, sight), bar.far));
    pen.rect(bar.id.to_string(), class, from, to, sight.text * 0.45)
        .target(Target::Op(bar.id))
        .title(title(moment, bar, &words));
}

/// Writes on a bar what it is, at its beginning and again along it, as far as that is in a chunk.
fn say(pen: &mut Pen, moment: &Moment<'_>, bar: &Bar, (from, to): (f64, f64), sight: Sight) {
    let text = sight.text;
    let lead = text * 0.45;
    let told = moment.session.op(bar.id);
    let open = is_open(moment, bar);
    let end = end(bar, sight);
    let first = ((from - bar.from) / AGAIN).ceil().max(0.0) as usize;
    for count in first.. {
        let start = bar.from + count as f64 * AGAIN;
        if start >= to.min(end) {
            return;
        }
        // Only what fits into the whole stretch is said again: a few letters at the end of a bar tell nothing.
        let room = (end - start).min(AGAIN) - 2.0 * lead;
        let beside = if count == 0 { bar.free.min(to) - end - 2.0 * lead } else { 0.0 };
        let (fits, start) = match fitting(told.as_ref(), open, text, (room, beside)) {
            Some((fits, true)) => (fits, end),
            Some((fits, _)) if count == 0 || !fits.ends_with('…') || open => (fits, start),
            _ => continue,
        };
        // Nor what the line of the present would cut through.
        if count > 0 && sight.now > start && sight.now < start + lead + width(&fits, text) {
            continue;
        }
        let (x, y) = pen.flow.xy(at(start + lead, (bar.near + bar.far) / 2.0));
        let dip = text * 0.36;
        let (x, y, rotate) = match pen.flow {
            Flow::LeftToRight => (x, y + dip, 0.0),
            Flow::TopToBottom => (x - dip, y, 90.0),
        };
        let words = Words { x, y, anchor: Anchor::Start, rotate, size: text, bold: false, content: fits };
        pen.words(format!("{}t{count}", bar.id), "op-text", &words);
    }
}

/// What stands on a bar: what was asked, and what was told once it was.
fn words(told: Option<&(String, Option<String>)>, open: bool) -> String {
    match told {
        Some((asked, Some(answer))) if !open => format!("{asked} → {answer}"),
        Some((asked, _)) => format!("{asked} …"),
        None => String::new(),
    }
}

/// The most that fits on a bar, or if all of it does, beside it; and whether it is that.
fn fitting(
    told: Option<&(String, Option<String>)>,
    open: bool,
    text: f64,
    (room, beside): (f64, f64),
) -> Option<(String, bool)> {
    let whole = words(told, open);
    let wide = width(&whole, text);
    if wide > room && wide <= beside {
        return Some((whole, true));
    }
    if wide <= room { Some((whole, false)) } else { Some((shorten(&told?.0, text, room)?, false)) }
}

/// How far a bar reaches with what stands beside it, where that ends before a place along the axis.
pub(crate) fn reach(session: &dyn Session, bar: &Bar, text: f64, to: f64) -> f64 {
    let (end, lead) = (bar.to.max(bar.from + text), text * 0.45);
    let room = (end - bar.from - 2.0 * lead, bar.free.min(to) - end - 2.0 * lead);
    match fitting(session.op(bar.id).as_ref(), bar.returned.is_none(), text, room) {
        Some((words, true)) => end + 2.0 * lead + width(&words, text),
        _ => end,
    }
}

fn title(moment: &Moment<'_>, bar: &Bar, words: &str) -> String {
    let client = bar.id.client;
    match bar.returned {
        Some(returned) if !is_open(moment, bar) => {
            format!("{client}: {words}, called at {}, returned at {}", bar.called.0, returned.0)
        }
        _ => format!("{client}: {words} called at {}, not answered yet", bar.called.0),
    }
}
