//! The axis of time: its numbers, its breaks, and the line of the present.

use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;

use crate::layout::Layout;
use crate::moment::Moment;
use crate::pen::{Pen, Place, Words, at};
use crate::scene::{Anchor, Target};
use crate::text::bold_width;
use crate::view::{Flow, TimeScale};
use crate::weave::{CHUNK, LEAD};

/// Draws the numbers of a chunk, up to a place along the axis.
pub(crate) fn numbers(pen: &mut Pen, layout: &Layout, (chunk, until): (usize, f64)) {
    let (from, to) = (chunk as f64 * CHUNK, ((chunk + 1) as f64 * CHUNK).min(layout.weave.length));
    let places = if layout.view.scale == TimeScale::Logical {
        columns(layout, from, to)
    } else {
        layout.numbers.within(&layout.weave.axis, from, to)
    };
    let text = layout.view.text_px;
    for (x, content) in places.into_iter().filter(|(x, _)| *x <= until) {
        let words = match layout.view.flow {
            Flow::LeftToRight => Words {
                x,
                y: layout.axis_across() + text * 1.5,
                anchor: Anchor::Middle,
                rotate: 0.0,
                size: text,
                bold: false,
                content,
            },
            Flow::TopToBottom => {
                let x_end = layout.axis_across() - text * 0.4;
                Words {
                    x: x_end,
                    y: x + text * 0.35,
                    anchor: Anchor::End,
                    rotate: 0.0,
                    size: text,
                    bold: false,
                    content,
                }
            }
        };
        let key = words.content.clone();
        let away = if layout.view.flow == Flow::LeftToRight { 4.0 } else { -4.0 };
        let edge = layout.axis_across();
        pen.line(format!("{key}-tick"), "axis-tick", at(x, edge), at(x, edge + away));
        pen.words(key, "axis-number", &words);
    }
    let to = to.min(until).min(layout.weave.end);
    if to > from {
        pen.line("axis", "axis-line", at(from.max(LEAD), layout.axis_across()), at(to, layout.axis_across()));
    }
}

/// Columns of logical time, every fifth.
fn columns(layout: &Layout, from: f64, to: f64) -> Vec<(f64, String)> {
    let column = layout.column();
    let first = ((from - LEAD) / column).ceil().max(0.0) as u64;
    let last = ((to - LEAD) / column).floor().max(0.0) as u64;
    (first..=last)
        .filter(|count| count % 5 == 0 && *count > 0)
        .map(|count| (LEAD + count as f64 * column, format!("step {count}")))
        .filter(|(x, _)| *x < to - 20.0 && *x > from + 20.0)
        .collect()
}

/// How long nothing happened, as exactly as it matters.
fn idle(span: Ns) -> String {
    if span >= Ns::s(1) {
        format!("{:.2} s", span.as_secs_f64())
    } else {
        Ns((span.0 / 1_000_000).max(1) * 1_000_000).to_string()
    }
}

/// Draws where a chunk's axis leaves out an idle span, up to a place along the axis.
pub(crate) fn breaks(pen: &mut Pen, layout: &Layout, (chunk, until): (usize, f64)) {
    let (from, to) = (chunk as f64 * CHUNK, (chunk + 1) as f64 * CHUNK);
    let breaks = &layout.weave.axis.breaks;
    let first = breaks.partition_point(|gap| (gap.from + gap.to) / 2.0 < from);
    let mut last = first
        .checked_sub(1)
        .map_or(f64::NEG_INFINITY, |before| (breaks[before].from + breaks[before].to) / 2.0);
    // One that is not over tells how long nothing will happen.
    let here = breaks[first..].iter().take_while(|gap| (gap.from + gap.to) / 2.0 < to && gap.to <= until);
    for gap in here {
        let middle = (gap.from + gap.to) / 2.0;
        let edge_across = layout.axis_across();
        let (top, bottom) = (layout.lanes.from.min(edge_across), layout.lanes.to.max(edge_across));
        let key = format!("{}", gap.from as i64);
        let span = idle(gap.span);
        let title = format!("{span} left out: nothing is drawn in them");
        let edge = |along: f64, mut way: crate::pen::Way, down: bool| {
            let (from, to) = (top.min(bottom), top.max(bottom));
            let steps = ((to - from) / 8.0).ceil() as usize;
            for step in 0..=steps {
                let step = if down { step } else { steps - step };
                let across = (from + step as f64 * 8.0).min(to);
                let place = at(along + if step % 2 == 0 { -2.0 } else { 2.0 }, across);
                way = if way.is_empty() { way.to(place) } else { way.line(place) };
            }
            way
        };
        let strip = edge(middle + 3.0, edge(middle - 3.0, pen.way(), true), false).close();
        pen.path(format!("{key}-strip"), "break", strip).title(title);
        let (left, right) = (edge(middle - 3.0, pen.way(), true), edge(middle + 3.0, pen.way(), true));
        pen.path(format!("{key}-left"), "break-edge", left);
        pen.path(format!("{key}-right"), "break-edge", right);
        let text = layout.view.text_px;
        let words = match layout.view.flow {
            Flow::LeftToRight => Words {
                x: middle,
                y: layout.axis_across() + text * 1.5,
                anchor: Anchor::Middle,
                rotate: 0.0,
                size: text,
                bold: false,
                content: format!("⋯ {span} ⋯"),
            },
            Flow::TopToBottom => Words {
                x: layout.axis_across() - text * 0.4,
                y: middle + text * 0.35,
                anchor: Anchor::End,
                rotate: 0.0,
                size: text,
                bold: false,
                content: format!("+{span}"),
            },
        };
        // Where breaks crowd, the tooltip has to do.
        if middle - last < (words.width() + text).max(text * 2.2) {
            continue;
        }
        last = middle;
        pen.words(format!("{key}-span"), "break-span", &words);
    }
}

/// The line of the present, from lane to lane: straight, but in logical order.
pub(crate) fn present(layout: &Layout, now: Key) -> Vec<Place> {
    let nodes = layout.nodes;
    let (first, last) = (layout.lanes.from, layout.lanes.to);
    let mut places: Vec<Place> = Vec::new();
    if layout.view.scale == TimeScale::Logical {
        for &node in layout.lanes.shown() {
            if let (Some(lane), Some(across)) = (nodes.index(node), layout.lanes.across(node)) {
                let x = layout.frontier(lane, now);
                places.push(at(x, across - layout.lanes.gap * 0.22));
                places.push(at(x, across + layout.lanes.gap * 0.22));
            }
        }
    }
    let x = layout.weave.axis.x_of(now.instant()).min(layout.weave.end);
    let (begin, end) =
        (places.first().map_or(x, |place| place.along), places.last().map_or(x, |place| place.along));
    places.insert(0, at(begin, first));
    places.push(at(end, last));
    places
}

/// What is to come, made faint.
pub(crate) fn veil(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>) {
    veil_behind(pen, layout, moment, &present(layout, moment.now));
}

/// The same behind any line.
pub(crate) fn veil_behind(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>, places: &[Place]) {
    // A future that is hidden is not drawn at all.
    if moment.hides_future || places.iter().all(|place| place.along >= layout.weave.end - 1.0) {
        return;
    }
    let end = layout.weave.length;
    let (first, last) = (layout.lanes.from, layout.lanes.to);
    let mut way = pen.way().to(at(end, first));
    for &place in places {
        way = way.line(place);
    }
    way = way.line(at(end, last)).close();
    pen.path("veil", "veil", way);
}

/// The line of the present, with the time in a pill.
pub(crate) fn now(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>) {
    now_along(pen, layout, moment, &present(layout, moment.now));
}

/// The same along any line.
pub(crate) fn now_along(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>, places: &[Place]) {
    let text = layout.view.text_px;
    let content = pill_time(moment.now.at);
    let air = if layout.view.flow == Flow::LeftToRight { 1.6 } else { 1.2 };
    let wide = bold_width(&content, text) + text * air;
    let high = text * 1.9;
    let (start, end) = (places[0], places[places.len() - 1]);
    let mut way = pen.way();
    let (centre, from, to) = match layout.view.flow {
        Flow::LeftToRight => {
            let x = start
                .along
                .clamp(wide / 2.0 + 1.0, (layout.weave.length - wide / 2.0 - 1.0).max(wide / 2.0 + 1.0));
            way = way.to(at(start.along, 4.0 + high));
            ((x, 4.0 + high / 2.0), at(x - wide / 2.0, 4.0), at(x + wide / 2.0, 4.0 + high))
        }
        Flow::TopToBottom => {
            // A time with many figures is wider than the axis, and must not touch the edge.
            let right = (layout.axis_across() - 2.0).max(wide + 4.0);
            way = way.to(at(start.along, right));
            let (x, y) = (right - wide / 2.0, start.along.max(high / 2.0 + 1.0));
            ((x, y), at(y - high / 2.0, right - wide), at(y + high / 2.0, right))
        }
    };
    for &place in places {
        way = way.line(place);
    }
    let beyond = match layout.view.flow {
        Flow::LeftToRight => layout.axis_across(),
        Flow::TopToBottom => layout.lanes.to,
    };
    way = way.line(at(end.along, beyond));
    pen.path("line", "now-line", way).target(Target::Now).title(format!("now: {}", moment.now.at));
    pen.rect("pill", "now-pill", from, to, high / 2.0)
        .target(Target::Now)
        .title(format!("now: {}", moment.now.at));
    let words = Words {
        x: centre.0,
        y: centre.1 + text * 0.36,
        anchor: Anchor::Middle,
        rotate: 0.0,
        size: text,
        bold: false,
        content,
    };
    pen.words("time", "now-time", &words).target(Target::Now);
}

/// The time as the pill says it: in seconds to the millisecond, or finer where it is young.
fn pill_time(at: Ns) -> String {
    if at >= Ns::ms(100) || at == Ns::ZERO {
        format!("{:.3} s", (at.as_secs_f64() * 1e3).floor() / 1e3)
    } else {
        at.to_string()
    }
}
