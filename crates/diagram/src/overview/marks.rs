//! What has room for a mark of its own, however far away: worldlines, leaders, faults, violations, what is selected.

use lightcone_sim::ids::MsgId;
use lightcone_sim::protocol::Weight;
use lightcone_sim::sorted::Map;
use lightcone_sim::trace::{EventKind, Lane};

use super::Sight;
use super::index::Fault;
use crate::pen::{CROSS, Pen, Place, Words, at};
use crate::scene::{Anchor, Target};
use crate::text::{bold_width, grouped};
use crate::view::{Flow, Selected};
use crate::worldlines;

/// Marks on one lane keep so far apart, in px; what comes closer is not drawn twice.
const APART: f64 = 14.0;
/// More changes of a lane than this in sight are looked at once a bar.
const CHANGES: usize = 400;

type Lines = Vec<(Place, Place)>;

/// Draws the worldlines: role as weight, epoch as hue, gaps where a node is down.
pub(super) fn lanes(pen: &mut Pen, sight: &Sight<'_>) {
    let (trace, known) = (sight.moment.trace, sight.known.min(sight.window.1));
    for (lane, across) in sight.lanes() {
        let node = sight.layout.nodes.at(lane);
        let Some(line) = trace.lane(node) else { continue };
        let mut spans: Map<(&'static str, Option<u8>), Lines> = Map::new();
        for (status, from, to) in changes(line, sight) {
            let (from, to) = (from.max(sight.window.0), to.min(known));
            if from < to {
                spans.or_default(worldlines::look(line, status)).push((at(from, across), at(to, across)));
            }
        }
        for ((class, hue), lines) in spans.iter() {
            let class = if node.is_client() { format!("{class} client") } else { (*class).to_owned() };
            pen.lines(format!("{node} {class} {hue:?}"), class, lines).hue(*hue);
        }
        paused(pen, sight, lane, across);
    }
}

/// Which of a lane's statuses holds from where to where, of those in sight.
fn changes(line: &Lane, sight: &Sight<'_>) -> Vec<(usize, f64, f64)> {
    let x_of = |status: usize| {
        let event = line
            .statuses
            .get(status)
            .and_then(|&(index, _)| line.events.get((index as usize).checked_sub(1)?));
        event.map_or(sight.layout.weave.end, |event| sight.x(event.key.instant()))
    };
    // Before it starts for the first time a node is not there.
    let Some(start) = line.statuses.iter().position(|(_, status)| status.is_some()) else {
        return Vec::new();
    };
    let place = |x: f64| {
        let events = line.events.partition_point(|event| event.key.instant() < sight.instant(x));
        line.statuses.partition_point(|&(from, _)| from as usize <= events)
    };
    let first = place(sight.window.0).saturating_sub(1).max(start);
    let last = place(sight.window.1).max(first + 1).min(line.statuses.len());
    if last - first <= CHANGES {
        return (first..last).map(|status| (status, x_of(status), x_of(status + 1))).collect();
    }
    let at_bar =
        |bar: usize| Some((place(sight.edge(bar + 1)).checked_sub(1)?, sight.edge(bar), sight.edge(bar + 1)));
    (0..sight.bars()).filter_map(at_bar).filter(|&(status, ..)| status >= start).collect()
}

/// Rails where a node stands still.
fn paused(pen: &mut Pen, sight: &Sight<'_>, lane: usize, across: f64) {
    let mut open: Option<f64> = None;
    let mut spans = Vec::new();
    for fault in faults_of(sight, lane) {
        match (fault.kind, open) {
            (EventKind::Pause, None) => open = Some(sight.x(fault.at)),
            (EventKind::Resume | EventKind::Crash | EventKind::Amnesia, Some(from)) => {
                spans.push((from, sight.x(fault.at)));
                open = None;
            }
            _ => {}
        }
    }
    spans.extend(open.map(|from| (from, sight.known)));
    let cut = |(from, to): (f64, f64)| (from.max(sight.window.0), to.min(sight.window.1).min(sight.known));
    let spans: Vec<(f64, f64)> = spans.into_iter().map(cut).filter(|(from, to)| to - from >= 2.0).collect();
    if spans.is_empty() {
        return;
    }
    let ground: Vec<_> =
        spans.iter().map(|&(from, to)| super::span(from, to, (across - 3.5, across + 3.5))).collect();
    pen.rects(format!("{lane}-still-ground"), "still-ground", &ground);
    let rail =
        |side: f64| spans.iter().map(move |&(from, to)| (at(from, across + side), at(to, across + side)));
    pen.lines(format!("{lane}-still"), "still", &rail(-3.5).chain(rail(3.5)).collect::<Vec<_>>());
}

fn faults_of<'a>(sight: &'a Sight<'_>, lane: usize) -> impl Iterator<Item = &'a Fault> {
    let all = sight.layout.index.as_deref().and_then(|index| index.faults.get(lane));
    let last = sight.last();
    all.into_iter().flatten().take_while(move |fault| fault.at <= last)
}

/// Says who leads from where on, where there is room for the words.
pub(super) fn leaders(pen: &mut Pen, sight: &Sight<'_>) {
    let text = sight.layout.view.text_px;
    for (lane, across) in sight.lanes() {
        let node = sight.layout.nodes.at(lane);
        let Some(line) = sight.moment.trace.lane(node) else { continue };
        let mut last = f64::NEG_INFINITY;
        for (place, from, _) in changes(line, sight) {
            let Some(status) = line.statuses[place].1.filter(|status| status.weight == Weight::Thick) else {
                continue;
            };
            let content = sight.moment.session.role_words(status);
            let long = bold_width(&content, text);
            // What runs down has the next lane beside it.
            if sight.layout.view.flow == Flow::TopToBottom && long > sight.layout.lanes.gap * 0.6 {
                continue;
            }
            let taken = if sight.layout.view.flow == Flow::LeftToRight { long } else { text };
            if from < last + text || from < sight.window.0 || from > sight.known {
                continue;
            }
            last = from + taken;
            let (x, y) = match sight.layout.view.flow {
                Flow::LeftToRight => (from + 2.0, across + text * 1.25),
                Flow::TopToBottom => (across + 6.0, from + text),
            };
            let words = Words { x, y, anchor: Anchor::Start, rotate: 0.0, size: text, bold: true, content };
            pen.words(format!("{node} {place}"), "role-word", &words)
                .hue(status.epoch.map(crate::palette::hue));
        }
    }
}

/// Draws crashes and what came back, where they keep apart.
pub(super) fn faults(pen: &mut Pen, sight: &Sight<'_>) {
    let unit = sight.layout.view.text_px / 12.0;
    for (lane, across) in sight.lanes() {
        let node = sight.layout.nodes.at(lane);
        let mut last = f64::NEG_INFINITY;
        for fault in faults_of(sight, lane) {
            let x = sight.x(fault.at);
            if x < sight.window.0 || x > sight.window.1 || x < last + APART * unit {
                continue;
            }
            let place = at(x, across);
            let key = fault.id.to_string();
            let drawn = match fault.kind {
                EventKind::Crash | EventKind::Amnesia => {
                    let way = pen.way().glyph(place, CROSS, unit);
                    pen.path(key, "crash", way)
                }
                EventKind::Recover => pen.circle(key, "recover", place, 3.5 * unit),
                _ => continue,
            };
            drawn.target(Target::Event(fault.id)).title(format!(
                "{node}: {}, at {}",
                fault.kind.name(),
                fault.at.0.0
            ));
            last = x;
        }
    }
}

/// Rings where an invariant breaks, with how many where they crowd, and the first one's sentence.
pub(super) fn violations(pen: &mut Pen, sight: &Sight<'_>) {
    let text = sight.layout.view.text_px;
    let mut rings: Vec<(f64, f64, usize, usize)> = Vec::new();
    for (place, violation) in sight.moment.trace.violations().iter().enumerate() {
        let Some(event) = sight.moment.trace.event(violation.event) else { continue };
        let Some(across) = sight.layout.lanes.across(violation.event.node) else { continue };
        let x = sight.x(event.key.instant());
        if event.key > sight.moment.now && sight.moment.hides_future
            || x < sight.window.0
            || x > sight.window.1
        {
            continue;
        }
        let near = rings.iter_mut().find(|ring| ring.1 == across && (ring.0 - x).abs() < 2.0 * APART);
        match near {
            Some(ring) => ring.3 += 1,
            None => rings.push((x, across, place, 1)),
        }
    }
    for (x, across, first, count) in rings {
        let violation = &sight.moment.trace.violations()[first];
        pen.circle(format!("violation {first}"), "violation", at(x, across), text * 0.75)
            .target(Target::Event(violation.event))
            .title(violation.text.clone());
        let content = if count > 1 { format!("{}×", grouped(count)) } else { violation.monitor.to_owned() };
        let (x, y) = sight.layout.view.flow.xy(at(x, across));
        let words = Words {
            x: x + text,
            y: y - text * 0.6,
            anchor: Anchor::Start,
            rotate: 0.0,
            size: text,
            bold: true,
            content,
        };
        pen.words(format!("violation {first} words"), "violation-text", &words)
            .target(Target::Event(violation.event))
            .title(violation.text.clone());
    }
}

/// What is selected, in gold.
pub(super) fn selected(pen: &mut Pen, sight: &Sight<'_>) {
    let Some(related) = sight.moment.related else { return };
    let unit = sight.layout.view.text_px / 12.0;
    match related.selected {
        Selected::Event(id) => {
            let Some(event) = sight.moment.trace.event(id) else { return };
            let Some(across) = sight.layout.lanes.across(id.node) else { return };
            pen.circle("selected", "selected", at(sight.x(event.key.instant()), across), 6.0 * unit)
                .target(Target::Event(id))
                .title(id.to_string());
        }
        Selected::Message(id) => {
            if let Some((from, to)) = message(sight, id) {
                pen.line("selected", "selected-line", from, to)
                    .target(Target::Message(id))
                    .title(id.to_string());
            }
        }
    }
}

fn message(sight: &Sight<'_>, id: MsgId) -> Option<(Place, Place)> {
    let message = sight.moment.trace.message(id).filter(|message| !message.is_held())?;
    let (over, _) = crate::weave::ending(message);
    let over = over.min(sight.last());
    let lanes = &sight.layout.lanes;
    Some((at(sight.x(message.sent), lanes.across(id.node)?), at(sight.x(over), lanes.across(message.to)?)))
}
