//! Clients' operations as bars beside their lanes, from call to return.

use lightcone_sim::ids::{EventId, OpId};
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
    /// Across: the edges of the bar.
    pub near: f64,
    pub far: f64,
}

/// How far below its lane a bar begins, and how high it is, by the size of text.
fn room(text: f64) -> (f64, f64) {
    (text * 0.7, text * 1.5)
}

/// All operations of a run, by where they begin. Those of one client that overlap stand beside each other.
pub(crate) fn bars(trace: &Trace, lanes: &Lanes, weave: &Weave, text: f64) -> Vec<Bar> {
    let (below, height) = room(text);
    let mut bars = Vec::new();
    for (lane, (node, line)) in trace.lanes().enumerate() {
        let Some(across) = lanes.across_at(lane) else { continue };
        let levels = (((lanes.gap - below - text * 0.3) / (height + 2.0)) as usize).max(1);
        let mut ends = vec![f64::NEG_INFINITY; levels];
        for op in &line.ops {
            let at = |index| trace.event(EventId { node, index }).map(|event| event.key.instant());
            let (Some(from), Some(called)) = (weave.event(lane, op.invoked), at(op.invoked)) else {
                continue;
            };
            let returned = op.returned.and_then(at);
            let to = op.returned.and_then(|index| weave.event(lane, index)).unwrap_or(weave.length);
            let level = ends.iter().position(|&end| end <= from).unwrap_or(levels - 1);
            ends[level] = to;
            let near = across + below + level as f64 * (height + 2.0);
            bars.push(Bar { id: op.id, called, returned, from, to, near, far: near + height });
        }
    }
    sort_by(&mut bars, |one, other| one.from < other.from);
    bars
}

/// Draws the bars that lie in a chunk.
pub(crate) fn chunk(pen: &mut Pen, moment: &Moment<'_>, bars: &[Bar], chunk: usize, text: f64) {
    let (from, to) = (chunk as f64 * CHUNK, (chunk + 1) as f64 * CHUNK);
    let (first, reach) =
        (bars.partition_point(|bar| bar.from < from), bars.partition_point(|bar| bar.from < to));
    if reach - first > CROWDED {
        return together(pen, moment, &bars[first..reach], text);
    }
    for bar in bars[..reach].iter().filter(|bar| moment.shows(bar.called)) {
        if bar.from >= from {
            draw(pen, moment, bar, text);
        } else if says_again(bar, from) {
            // A long bar says again what it is wherever one may look.
            let told = moment.session.op(bar.id);
            say(pen, moment, bar, told.as_ref(), (from, bar.to.min(to)), text);
        }
    }
}

/// More operations than this in a chunk are drawn together.
const CROWDED: usize = 160;

/// Draws many bars as one shape.
fn together(pen: &mut Pen, moment: &Moment<'_>, bars: &[Bar], text: f64) {
    let mut way = pen.way();
    let mut count = 0;
    for bar in bars.iter().filter(|bar| moment.shows(bar.called)) {
        let to = bar.to.max(bar.from + text * 0.1);
        let (near, far) = (bar.near, bar.far);
        way = way.to(at(bar.from, near)).line(at(to, near)).line(at(to, far)).line(at(bar.from, far)).close();
        count += 1;
    }
    if count > 0 {
        pen.path("together", "op", way).title(format!("{} operations; zoom in to see each", grouped(count)));
    }
}

/// Whether a bar says again what it is in a chunk that begins here.
fn says_again(bar: &Bar, from: f64) -> bool {
    from - bar.from > CHUNK * 0.4 && bar.to - from > CHUNK * 0.2
}

/// Whether an operation has begun and not returned.
pub(crate) fn is_open(moment: &Moment<'_>, bar: &Bar) -> bool {
    let now = moment.now.instant();
    bar.called <= now && bar.returned.is_none_or(|returned| returned > now)
}

/// Draws one bar: closed if its return is known, open to the right if not.
fn draw(pen: &mut Pen, moment: &Moment<'_>, bar: &Bar, text: f64) {
    let open = is_open(moment, bar);
    let class = if open || bar.returned.is_none() { "op open" } else { "op" };
    let r = text * 0.45;
    let told = moment.session.op(bar.id);
    let words = words(told.as_ref(), open);
    let to = bar.to.max(bar.from + text);
    pen.rect(bar.id.to_string(), class, at(bar.from, bar.near), at(to, bar.far), r)
        .target(Target::Op(bar.id))
        .title(title(moment, bar, &words));
    let chunk_end = ((bar.from / CHUNK).floor() + 1.0) * CHUNK;
    let room = if says_again(bar, chunk_end) { to.min(chunk_end) } else { to };
    say(pen, moment, bar, told.as_ref(), (bar.from, room), text);
}

/// Writes on a part of a bar.
fn say(
    pen: &mut Pen,
    moment: &Moment<'_>,
    bar: &Bar,
    told: Option<&(String, Option<String>)>,
    (from, to): (f64, f64),
    text: f64,
) {
    let lead = text * 0.45;
    let Some(fits) = fitting(told, is_open(moment, bar), text, to - from - 2.0 * lead) else { return };
    let (x, y) = pen.flow.xy(at(from + lead, (bar.near + bar.far) / 2.0));
    let dip = text * 0.36;
    let (x, y, rotate) = match pen.flow {
        Flow::LeftToRight => (x, y + dip, 0.0),
        Flow::TopToBottom => (x - dip, y, 90.0),
    };
    let words = Words { x, y, anchor: Anchor::Start, rotate, size: text, bold: false, content: fits };
    pen.words(format!("{}t", bar.id), "op-text", &words);
}

/// What stands on a bar: what was asked, and what was told once it was.
fn words(told: Option<&(String, Option<String>)>, open: bool) -> String {
    match told {
        Some((asked, Some(answer))) if !open => format!("{asked} → {answer}"),
        Some((asked, _)) => format!("{asked} …"),
        None => String::new(),
    }
}

/// The most that fits.
fn fitting(told: Option<&(String, Option<String>)>, open: bool, text: f64, room: f64) -> Option<String> {
    let whole = words(told, open);
    if width(&whole, text) <= room { Some(whole) } else { shorten(&told?.0, text, room) }
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
