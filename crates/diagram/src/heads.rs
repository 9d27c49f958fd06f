//! The lanes' heads: each node's name, its role and epoch now, whether it runs, and what its clock does.

use lightcone_sim::clock::Segment;
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{EventKind, Trace};

use crate::bands::name_of;
use crate::layout::Layout;
use crate::palette::hue;
use crate::pen::{Pen, Words};
use crate::scene::{Anchor, Target};
use crate::text::{abbreviate, bold_width, shorten, width};
use crate::view::{Flow, Stamps};
use crate::worldlines::Stale;

/// The least and the most width of a gutter, by the size of text.
const GUTTER: (f64, f64) = (7.5, 16.0);
/// In what steps it grows, by the size of text.
const STEP: f64 = 3.0;

/// Width (left to right) or height (top to bottom) of the heads.
pub(crate) fn gutter(session: &dyn Session, shown: &[NodeId], flow: Flow, text: f64) -> f64 {
    if flow == Flow::TopToBottom {
        return text * 4.6;
    }
    let scenario = session.scenario();
    let widest = shown.iter().map(|&node| {
        let name = bold_width(&name_of(scenario, node), text * 1.25);
        let clock = session.trace().lane(node).map_or(0.0, |lane| {
            // Room for any number, so that nothing moves while it changes.
            let corrected = lane.corrections.first().map(|_| 888_800_000);
            let states =
                lane.clock.segments().iter().map(|segment| words_of(segment, segment.from, corrected));
            states.map(|words| width(&words, text)).fold(0.0, f64::max)
        });
        name.max(clock).max(roles_width(session, node, text))
    });
    let wide = widest.fold(0.0, f64::max) + text * 2.0;
    // In wide steps: a word that is a little longer moves nothing of the picture.
    let steps = (wide / (text * STEP)).ceil();
    (steps * text * STEP).clamp(text * GUTTER.0, text * GUTTER.1).ceil()
}

fn roles_width(session: &dyn Session, node: NodeId, text: f64) -> f64 {
    let statuses = session.trace().lane(node).map_or(&[][..], |lane| &lane.statuses);
    let statuses = statuses.iter().filter_map(|&(_, status)| status);
    statuses.map(|status| width(&session.role_words(status), text)).fold(0.0, f64::max)
}

/// What to say of a node's clock at a moment; empty for one that runs true. Where the node sets its clock for itself, that
/// clock is told, and not its machine's.
pub fn clock_words(trace: &Trace, node: NodeId, now: Key) -> String {
    let Some(clock) = trace.lane(node).map(|lane| &lane.clock) else { return String::new() };
    let corrected = trace.correction(node, now).map(|by| {
        let beyond = clock.wall(now.at, now.rank).saturating_add(by).saturating_sub(now.at.0 as i64);
        // As exactly as can be read while it changes.
        let step = if beyond.abs() < 1_000_000 { 1_000 } else { 100_000 };
        (beyond + beyond.signum() * step / 2) / step * step
    });
    words_of(clock.segment(now.at, now.rank), now.at, corrected)
}

fn words_of(segment: &Segment, now: Ns, corrected: Option<i64>) -> String {
    let (offset, drift_ppm) = (corrected.unwrap_or_else(|| segment.offset_at(now)), segment.drift_ppm);
    let mut parts = Vec::new();
    match segment.rate_ppm {
        _ if segment.stands => parts.push("stopped".to_owned()),
        -1_000_000 => parts.push("stopped".to_owned()),
        ..-1_000_000 => parts.push("backward".to_owned()),
        _ => {}
    }
    if drift_ppm != 0 {
        let sign = if drift_ppm < 0 { '−' } else { '+' };
        let percent = drift_ppm.unsigned_abs() as f64 / 1e4;
        let amount = if percent >= 0.1 {
            let text = format!("{percent:.1}");
            format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
        } else {
            format!("{} ppm", drift_ppm.unsigned_abs())
        };
        parts.push(format!("{sign}{amount}"));
    }
    if offset != 0 {
        let sign = if offset < 0 { '−' } else { '+' };
        parts.push(format!("{sign}{}", Ns(offset.unsigned_abs())));
    }
    if segment.uncertainty != 0 {
        parts.push(format!("±{}", Ns(segment.uncertainty)));
    }
    if corrected.is_some() {
        parts.push("set".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!("clock {}", parts.join(", ")) }
}

/// Whether a node runs, in a word; empty if it does.
pub(crate) fn condition(trace: &Trace, node: NodeId, now: Key) -> &'static str {
    let count = trace.node_count_until(node, now) as usize;
    let events = trace.lane(node).map_or(&[][..], |lane| &lane.events[..count.min(lane.events.len())]);
    let last = events.iter().rev().find(|event| {
        matches!(
            event.kind,
            EventKind::Crash | EventKind::Amnesia | EventKind::Recover | EventKind::Pause | EventKind::Resume
        ) || event.kind == EventKind::Boot
    });
    match last.map(|event| event.kind) {
        Some(EventKind::Crash) => "down",
        Some(EventKind::Amnesia) => "down, disk lost",
        Some(EventKind::Pause) => "paused",
        _ => "",
    }
}

/// Draws all heads.
pub(crate) fn heads(pen: &mut Pen, layout: &Layout, session: &dyn Session, now: Key) {
    // From afar there are no stamps, and beside the axis stands what a bar is worth.
    if layout.view.stamps == Stamps::Vector && !layout.is_overview() {
        order_of_entries(pen, layout, session);
    }
    for &node in layout.lanes.shown() {
        match layout.view.flow {
            Flow::LeftToRight => beside(pen, layout, session, node, now),
            Flow::TopToBottom => above(pen, layout, session, node, now),
        }
    }
}

/// Whose the entries of a vector clock are, where the axis has its numbers.
fn order_of_entries(pen: &mut Pen, layout: &Layout, session: &dyn Session) {
    let text = layout.view.text_px;
    let names: Vec<String> = layout.nodes.iter().map(|node| name_of(session.scenario(), node)).collect();
    let whole = format!("[{}]", names.join(" "));
    let (y, room) = match layout.view.flow {
        Flow::LeftToRight => (layout.axis_across() + text * 1.5, layout.gutter - text * 1.2),
        Flow::TopToBottom => (text * 1.5, layout.lanes.from),
    };
    let Some(content) = shorten(&whole, text, room) else { return };
    let words =
        Words { x: text * 0.9, y, anchor: Anchor::Start, rotate: 0.0, size: text, bold: false, content };
    pen.words("entries", "stamp", &words).title(format!("a vector clock has an entry for each: {whole}"));
}

/// Whether a node leads and another leads a later epoch.
fn is_stale(layout: &Layout, trace: &Trace, node: NodeId, now: Key) -> bool {
    let Some(line) = trace.lane(node) else { return false };
    let index = trace.node_count_until(node, now);
    let status = line.statuses.partition_point(|&(from, _)| from <= index);
    let is_here = |stale: &&Stale| Some(stale.lane) == layout.nodes.index(node) && stale.status + 1 == status;
    layout.stales.iter().find(is_here).is_some_and(|stale| stale.since <= now.instant())
}

/// What a head says below the name.
struct Said {
    role: String,
    hue: Option<u8>,
    condition: &'static str,
    clock: String,
}

fn said(layout: &Layout, session: &dyn Session, node: NodeId, now: Key) -> Said {
    let trace = session.trace();
    let status = trace.status(node, now);
    let role = status.map_or(String::new(), |status| session.role_words(status));
    let condition = match condition(trace, node, now) {
        "" if is_stale(layout, trace, node, now) => "stale",
        condition => condition,
    };
    Said {
        role,
        hue: status.and_then(|status| status.epoch).map(hue),
        condition,
        clock: clock_words(trace, node, now),
    }
}

fn beside(pen: &mut Pen, layout: &Layout, session: &dyn Session, node: NodeId, now: Key) {
    let Some(y) = layout.lanes.across(node) else { return };
    let text = layout.view.text_px;
    let said = said(layout, session, node, now);
    let name = name_of(session.scenario(), node);
    let title = title(&name, &said);
    let (x, room) = (text * 0.9, layout.gutter - text * 1.2);
    pen.shapes.push(hit(layout, node, y));
    let put = |pen: &mut Pen, key: &str, class: &str, x: f64, y: f64, size: f64, room: f64, content: &str| {
        let Some(content) = shorten(content, size, room) else { return };
        let words = Words { x, y, anchor: Anchor::Start, rotate: 0.0, size, bold: false, content };
        let epoch = if class.contains("role") { said.hue } else { None };
        pen.words(format!("{node}-{key}"), class, &words)
            .hue(epoch)
            .target(Target::Lane(node))
            .title(title.clone());
    };
    // As many lines as there is room for between two lanes.
    let lines = ((layout.lanes.gap - text * 0.4) / (text * 1.25)).floor();
    let state = [said.role.as_str(), said.condition, &said.clock];
    let classes = ["head-role", "head-condition", "head-clock"];
    let below: Vec<_> = state.into_iter().zip(classes).filter(|(words, _)| !words.is_empty()).collect();
    let size = text * 1.25;
    if lines >= 3.0 {
        put(pen, "name", "head-name", x, y - text * 0.1, size, room, &name);
        let fitting = below.len().min(lines as usize - 1);
        for (place, (words, class)) in below.iter().take(fitting).enumerate() {
            put(pen, class, class, x, y + text * (1.2 + 1.2 * place as f64), text, room, words);
        }
    } else {
        put(pen, "name", "head-name", x, y + text * 0.35, size, room, &name);
        let after = bold_width(&name, size) + text * 0.6;
        let stale = format!("{}, {}", said.role, said.condition);
        let content = match said.condition {
            "" => said.role.as_str(),
            "stale" => &stale,
            condition => condition,
        };
        put(pen, "role", "head-role", x + after, y + text * 0.35, text, room - after, content);
    }
}

fn above(pen: &mut Pen, layout: &Layout, session: &dyn Session, node: NodeId, now: Key) {
    let Some(x) = layout.lanes.across(node) else { return };
    let text = layout.view.text_px;
    let said = said(layout, session, node, now);
    let name = name_of(session.scenario(), node);
    let title = title(&name, &said);
    // Two heads side by side must not read as one.
    let room = layout.lanes.gap - text * 0.5;
    let (role, epoch) = said.role.rsplit_once(' ').unwrap_or((&said.role, ""));
    let stale = format!("{epoch} {}", said.condition);
    let last = match said.condition {
        "" => epoch,
        "stale" => stale.as_str(),
        condition => condition,
    };
    let short_clock = said.clock.trim_start_matches("clock ");
    let lines = [
        ("head-name", name.as_str(), text * 1.25, text * 1.5),
        ("head-role", role, text, text * 2.8),
        (if said.condition.is_empty() { "head-role" } else { "head-condition" }, last, text, text * 3.9),
        ("head-clock", if last.is_empty() { short_clock } else { "" }, text, text * 3.9),
    ];
    for (place, (class, content, size, y)) in lines.into_iter().enumerate() {
        let fitting = if class == "head-role" { abbreviate(content, size, room) } else { None };
        let fitting = fitting.or_else(|| shorten(content, size, room));
        let Some(content) = fitting.filter(|content| !content.is_empty()) else { continue };
        let words = Words { x, y, anchor: Anchor::Middle, rotate: 0.0, size, bold: false, content };
        let epoch = if class == "head-role" { said.hue } else { None };
        pen.words(format!("{node}-{place}"), class, &words)
            .hue(epoch)
            .target(Target::Lane(node))
            .title(title.clone());
    }
}

fn title(name: &str, said: &Said) -> String {
    let parts = [name, &said.role, said.condition, &said.clock];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Ground to click on.
fn hit(layout: &Layout, node: NodeId, y: f64) -> crate::Shape {
    let half = layout.lanes.gap / 2.0;
    let mut pen = Pen::new(Flow::LeftToRight);
    pen.rect(
        format!("{node}-hit"),
        "head-hit",
        crate::pen::at(0.0, y - half),
        crate::pen::at(layout.gutter, y + half),
        0.0,
    )
    .target(Target::Lane(node));
    pen.shapes.remove(0)
}
