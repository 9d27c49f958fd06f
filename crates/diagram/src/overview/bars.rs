//! Counts as bars, and what each of them stands for.

use std::fmt;

use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{FateKind, Instant, Lane};

use super::{Sight, span};
use crate::layout::Layout;
use crate::palette::hue;
use crate::pen::{Pen, Place, Words, at};
use crate::scene::Anchor;
use crate::text::{grouped, width};
use crate::view::Flow;
use crate::weave::ending;

/// How high a full bar is, in gaps between lanes: of events, and of lost messages.
const HIGH: (f64, f64) = (0.46, 0.3);
/// A bar that counts anything is at least so high, in px.
const LEAST: f64 = 1.5;
/// Messages are drawn where there is so much room for each, in px along the axis; else they are only counted.
const ROOM: f64 = 1.5;

/// What happened in each bar's span.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// By lane in sight, then by bar: events, and messages sent then that got lost.
    lanes: Vec<(usize, f64, Vec<Bar>)>,
    /// What a full bar counts on a server's lane and on a client's: round, and no less than any bar in sight.
    full: [u32; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct Bar {
    events: u32,
    lost: u32,
    /// The hue of the epoch in which the span ended.
    hue: Option<u8>,
}

/// Counts what is in sight.
pub(super) fn count(sight: &Sight<'_>) -> Counts {
    let mut edges: Vec<Instant> = (0..=sight.bars()).map(|bar| sight.instant(sight.edge(bar))).collect();
    // What is not known yet does not count, not even within a bar.
    let last = sight.last();
    edges.iter_mut().for_each(|edge| *edge = (*edge).min((last.0, last.1.saturating_add(1))));
    let lost = sight.layout.index.as_deref().map_or(&[][..], |index| &index.lost);
    let mut most = [0, 0];
    let lanes = sight.lanes().filter_map(|(lane, across)| {
        let node = sight.layout.nodes.at(lane);
        let line = sight.moment.trace.lane(node)?;
        let most = &mut most[usize::from(node.is_client())];
        let lost = lost.get(lane).map_or(&[][..], |lost| lost);
        let mut events = before(line, edges[0], 0);
        let mut missing = lost.partition_point(|&at| at < edges[0]);
        let mut bars = Vec::with_capacity(edges.len());
        for &edge in &edges[1..] {
            let next = before(line, edge, events);
            let next_missing = missing + lost[missing..].partition_point(|&at| at < edge);
            let bar = Bar {
                events: (next - events) as u32,
                lost: (next_missing - missing) as u32,
                hue: hue_at(line, next),
            };
            *most = bar.events.max(bar.lost).max(*most);
            bars.push(bar);
            (events, missing) = (next, next_missing);
        }
        Some((lane, across, bars))
    });
    let lanes = lanes.collect();
    Counts { lanes, full: most.map(round_up) }
}

/// How many events of a line come before an instant, of which so many are known to.
fn before(line: &Lane, at: Instant, known: usize) -> usize {
    known + line.events[known..].partition_point(|event| event.key.instant() < at)
}

/// The hue of the epoch that a line is in after so many events.
fn hue_at(line: &Lane, events: usize) -> Option<u8> {
    let place = line.statuses.partition_point(|&(from, _)| from as usize <= events);
    line.statuses[..place].last()?.1?.epoch.map(hue)
}

/// The next count with one figure that is not 0, or 15, 150, …: round enough to be read, and little is wasted.
fn round_up(count: u32) -> u32 {
    let mut unit = 1_u32;
    while unit <= count / 10 {
        unit *= 10;
    }
    let round = count.div_ceil(unit).saturating_mul(unit);
    let half = unit + unit / 2;
    if count <= half && count > unit && unit > 1 { half } else { round }
}

impl Counts {
    /// What a full bar stands for.
    pub fn scale(&self, sight: &Sight<'_>) -> Scale {
        let span = sight.bar / sight.layout.space.px_per_s;
        Scale { full: self.full, span: rounded(Ns((span * 1e9).round() as u64)) }
    }
}

/// What a full bar stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Events, on a server's lane and on a client's; 0 where there are none in sight.
    pub full: [u32; 2],
    /// The span of time that a bar is wide, as exactly as it matters.
    pub span: Ns,
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [servers, clients] = self.full.map(|full| grouped(full as usize));
        match self.full {
            [_, 0] => write!(f, "{servers} events in {}", self.span),
            [0, _] => write!(f, "{clients} events in {}", self.span),
            _ => write!(f, "{servers} events in {} ({clients} for a client)", self.span),
        }
    }
}

/// A span in two figures.
fn rounded(span: Ns) -> Ns {
    let unit = 10_u64.pow(span.0.max(1).ilog10().saturating_sub(1));
    Ns((span.0 + unit / 2) / unit * unit)
}

/// Draws the bars: above each lane its events, below it what it sent in vain.
pub(super) fn draw(pen: &mut Pen, sight: &Sight<'_>, counts: &Counts) {
    let gap = sight.layout.lanes.gap;
    let air = sight.bar * 0.2;
    let clear = 3.5;
    for (lane, across, bars) in &counts.lanes {
        let node = sight.layout.nodes.at(*lane);
        let full = f64::from(counts.full[usize::from(node.is_client())]);
        let high = |count: u32, most: f64| (f64::from(count) / full * most * gap).max(LEAST);
        let mut events: Map<Option<u8>, Vec<(Place, Place)>> = Map::new();
        let mut lost = Vec::new();
        for (place, bar) in bars.iter().enumerate() {
            let (from, to) = (sight.edge(place), sight.edge(place + 1) - air);
            if bar.events > 0 {
                let top = across - clear - high(bar.events, HIGH.0);
                events.or_default(bar.hue).push(span(from, to, (top, across - clear)));
            }
            if bar.lost > 0 {
                let bottom = across + clear + high(bar.lost, HIGH.1);
                lost.push(span(from, to, (across + clear, bottom)));
            }
        }
        for (hue, rects) in events.iter() {
            let class = if node.is_client() { "count client" } else { "count" };
            pen.rects(format!("{node}-{hue:?}"), class, rects).hue(*hue);
        }
        if !lost.is_empty() {
            pen.rects(format!("{node}-lost"), "count lost", &lost);
        }
    }
}

/// Draws the messages, if they are few enough to be told apart.
pub(super) fn arrows(pen: &mut Pen, sight: &Sight<'_>) {
    let trace = sight.moment.trace;
    let (from, to) = (sight.instant(sight.window.0), sight.instant(sight.window.1));
    let ranges = sight.lanes().filter_map(|(lane, across)| {
        let line = trace.lane(sight.layout.nodes.at(lane))?;
        let first = line.messages.partition_point(|message| message.sent < from);
        let last = line.messages.partition_point(|message| message.sent < to);
        Some((line, across, first..last))
    });
    let ranges: Vec<_> = ranges.collect();
    let count: usize = ranges.iter().map(|(.., range)| range.len()).sum();
    if count as f64 * ROOM > sight.window.1 - sight.window.0 {
        return;
    }
    let mut arrows: Map<Option<u8>, Vec<(Place, Place)>> = Map::new();
    let mut lost = Vec::new();
    for (line, across, range) in ranges {
        for message in &line.messages[range] {
            let Some(to_across) = sight.layout.lanes.across(message.to) else { continue };
            let (over, part) = ending(message);
            if message.is_held() || over > sight.last() {
                continue;
            }
            let (x0, x1) = (sight.x(message.sent), sight.x(message.fate.at));
            let end = at(x0 + (x1 - x0) * part, across + (to_across - across) * part);
            let is_lost =
                matches!(message.fate.kind, FateKind::Dropped | FateKind::Cut | FateKind::ToCrashed);
            let hue = hue_at(line, message.event as usize);
            let kind = if is_lost { &mut lost } else { arrows.or_default(hue) };
            kind.push((at(x0, across), end));
        }
    }
    for (hue, lines) in arrows.iter() {
        pen.lines(format!("{hue:?}"), "arrow far", lines).hue(*hue);
    }
    if !lost.is_empty() {
        pen.lines("lost", "arrow far lost", &lost);
    }
}

/// Says how many events lie between two numbers of the axis, in numbers.
pub(super) fn sums(pen: &mut Pen, sight: &Sight<'_>) {
    let layout = sight.layout;
    if layout.view.flow == Flow::TopToBottom {
        return;
    }
    let text = layout.view.text_px;
    let numbers = layout.numbers.within(&layout.weave.axis, sight.window.0 - 1.0, sight.window.1 + 1.0);
    for pair in numbers.windows(2) {
        let (from, to) = (pair[0].0, pair[1].0.min(sight.known));
        if from >= to {
            break;
        }
        let (first, last) = (sight.instant(from), sight.instant(to));
        let count: usize = sight
            .lanes()
            .filter_map(|(lane, _)| sight.moment.trace.lane(layout.nodes.at(lane)))
            .map(|line| before(line, last, 0) - before(line, first, 0))
            .sum();
        let long = format!("{} events", grouped(count));
        let content = if width(&long, text) < (to - from) - text { long } else { grouped(count) };
        if count == 0 || width(&content, text) > to - from - text {
            continue;
        }
        let words = Words {
            x: (from + to) / 2.0,
            y: layout.axis_across() + text * 3.0,
            anchor: Anchor::Middle,
            rotate: 0.0,
            size: text,
            bold: false,
            content,
        };
        pen.words(format!("sum {from}"), "axis-number sum", &words);
    }
}

/// Says beside the axis what a full bar stands for.
pub(super) fn legend(pen: &mut Pen, layout: &Layout, scale: Scale) {
    let text = layout.view.text_px;
    if layout.view.flow == Flow::TopToBottom {
        return;
    }
    let words = Words {
        x: text * 0.9,
        y: text * 2.0,
        anchor: Anchor::Start,
        rotate: 0.0,
        size: text,
        bold: false,
        content: "bars count events".to_owned(),
    };
    let words = match words.width() < layout.gutter - text * 0.5 {
        true => words,
        false => Words { content: "events".to_owned(), ..words },
    };
    pen.words("what", "axis-number", &words)
        .title("Seen from afar: bars count events. Zoom in, or click twice, to see each.");
    let rows = [("count", scale.full[0]), ("count client", scale.full[1])];
    for (row, (class, full)) in rows.into_iter().filter(|(_, full)| *full > 0).enumerate() {
        let (x, y) = (text * 0.9, layout.axis_across() + text * (1.5 + 1.5 * row as f64));
        pen.rect(
            format!("full {row}"),
            class,
            at(x, y - text * 0.95),
            at(x + text * 0.35, y + text * 0.1),
            0.0,
        );
        let words = Words {
            x: x + text * 0.8,
            y,
            anchor: Anchor::Start,
            rotate: 0.0,
            size: text,
            bold: false,
            content: format!("{} in {}", grouped(full as usize), scale.span),
        };
        pen.words(format!("scale {row}"), "axis-number", &words)
            .title(format!("A full bar stands for {scale}"));
    }
}
