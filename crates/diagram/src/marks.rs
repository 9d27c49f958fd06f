//! Marks on lanes: events, timers that fire, crashes and recoveries, and folded routine.

use lightcone_sim::ids::{EventId, MsgId, TimerId};
use lightcone_sim::protocol::Weight;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::sort_by;
use lightcone_sim::trace::{Cause, EventKind, EventRecord, Instant, Trace};

use crate::fold::{Folds, Stretch};
use crate::lanes::Lanes;
use crate::moment::Moment;
use crate::palette::hue;
use crate::pen::{AGAIN, CROSS, HEART, Pen, Place, TIMER, at};
use crate::scene::Target;
use crate::text::grouped;
use crate::weave::{CHUNK, Chunk, Weave};

/// A part of a stretch of routine that fits in sight, with its mark.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    pub stretch: Stretch,
    pub lane: usize,
    pub x: f64,
    /// Whether it began with a message sent again, and not with routine.
    pub is_retry: bool,
    /// How far beside its lane it stands; see [`Arrow::lift`](crate::weave::Arrow::lift).
    pub lift: f64,
}

/// Longer stretches than this get several marks, so that one is in sight.
const PULSE: f64 = 280.0;

/// Gives each stretch of routine its marks along the axis.
pub(crate) fn pulses(folds: &Folds, trace: &Trace, lanes: &Lanes, weave: &Weave) -> Vec<Pulse> {
    let mut pulses = Vec::new();
    for stretch in &folds.stretches {
        let Some(lane) = trace.nodes().index(stretch.node) else { continue };
        let Some(record) = trace.lane(stretch.node) else { continue };
        if lanes.across_at(lane).is_none() {
            continue;
        }
        let mut open: Option<(Pulse, f64)> = None;
        for index in stretch.events.0..=stretch.events.1 {
            let (Some(x), Some(event)) = (weave.event(lane, index), record.events.get(index as usize - 1))
            else {
                continue;
            };
            let sends = trace.sends(EventId { node: stretch.node, index });
            if event.kind != EventKind::Timer || sends.is_empty() {
                continue;
            }
            let id = MsgId::new(stretch.node, sends.start);
            let told = folds.told(lane, id);
            let epoch = told.and_then(|told| told.epoch);
            let is_retry = told.is_some_and(|told| !told.routine);
            let fits = open.as_ref().is_some_and(|(pulse, from)| {
                x - from < PULSE && pulse.stretch.epoch == epoch && pulse.is_retry == is_retry
            });
            if !fits {
                pulses.extend(open.take().map(|(pulse, _)| pulse));
                let part = Stretch {
                    first: id,
                    epoch,
                    rounds: 0,
                    messages: 0,
                    from: event.key.instant(),
                    ..stretch.clone()
                };
                open = Some((Pulse { stretch: part, lane, x, is_retry, lift: 0.0 }, x));
            }
            if let Some((pulse, from)) = &mut open {
                pulse.stretch.rounds += 1;
                pulse.stretch.messages += sends.len() as u32;
                pulse.stretch.to = event.key.instant();
                pulse.x = (*from + x) / 2.0;
            }
        }
        pulses.extend(open.map(|(pulse, _)| pulse));
    }
    for pulse in &mut pulses {
        // A mark in the middle of a break would be cut through.
        let breaks = &weave.axis.breaks;
        let gap = breaks.get(breaks.partition_point(|gap| gap.to <= pulse.x));
        if let Some(gap) = gap.filter(|gap| gap.from < pulse.x) {
            let middle = (gap.from + gap.to) / 2.0;
            let side = if pulse.x < middle { -1.0 } else { 1.0 };
            pulse.x = middle + side * (middle - pulse.x).abs().max((gap.to - gap.from) * 0.28);
        }
    }
    sort_by(&mut pulses, |one, other| one.x < other.x);
    pulses
}

/// The pulses of a chunk.
pub(crate) fn pulses_in(pulses: &[Pulse], chunk: usize) -> &[Pulse] {
    let from = pulses.partition_point(|pulse| pulse.x < chunk as f64 * CHUNK);
    let to = pulses.partition_point(|pulse| pulse.x < (chunk + 1) as f64 * CHUNK);
    &pulses[from..to]
}

/// The events of a lane in a chunk, by index.
pub(crate) fn events_in(weave: &Weave, lane: usize, chunk: usize) -> std::ops::RangeInclusive<u32> {
    let xs = &weave.events[lane];
    let from = xs.partition_point(|&x| x < chunk as f64 * CHUNK);
    let to = xs.partition_point(|&x| x < (chunk + 1) as f64 * CHUNK);
    from as u32 + 1..=to as u32
}

/// More events than this on a lane in a chunk are drawn a px apart at least.
pub(crate) const CROWDED: u32 = 260;

/// Draws the marks of a chunk.
pub(crate) fn chunk(
    pen: &mut Pen,
    moment: &Moment<'_>,
    (lanes, weave, folds): (&Lanes, &Weave, &Folds),
    pulses: &[Pulse],
    chunk: usize,
    unit: f64,
) {
    // Where messages are drawn together, only what was done to nodes is marked.
    let is_dense = weave.chunks.get(chunk).is_some_and(Chunk::is_dense);
    for (lane, (node, line)) in moment.trace.lanes().enumerate() {
        let Some(across) = lanes.across_at(lane) else { continue };
        let events = events_in(weave, lane, chunk);
        let crowded = events.end().saturating_sub(*events.start()) > CROWDED;
        let mut last = f64::NEG_INFINITY;
        for index in events {
            let id = EventId { node, index };
            let (Some(x), Some(event)) = (weave.event(lane, index), line.events.get(index as usize - 1))
            else {
                continue;
            };
            if folds.is_quiet(lane, index) || !moment.shows(event.key.instant()) {
                continue;
            }
            if event.kind.is_activation() && (is_dense || crowded && x - last < 1.0) {
                continue;
            }
            last = x;
            event_mark(pen, moment, (lane, id, event), at(x, across), unit, moment.dim_event(lane, id));
        }
    }
    if is_dense {
        return;
    }
    let known = weave.axis.x_of(moment.now.instant());
    for pulse in pulses_in(pulses, chunk) {
        let Some(across) = lanes.across_at(pulse.lane) else { continue };
        if moment.shows(pulse.stretch.from) && (!moment.hides_future || pulse.x <= known) {
            pulse_mark(pen, moment, pulse, at(pulse.x, across), unit);
        }
    }
}

/// Draws the mark of one event.
pub(crate) fn event_mark(
    pen: &mut Pen,
    moment: &Moment<'_>,
    (lane, id, event): (usize, EventId, &EventRecord),
    place: Place,
    u: f64,
    more: &str,
) {
    let key = id.to_string();
    let status = moment.trace.status(id.node, event.key);
    let epoch = status.and_then(|status| status.epoch).map(hue);
    let sends = !moment.trace.sends(id).is_empty();
    let client = if id.node.is_client() { " client" } else { "" };
    let class = |class: &str| format!("{class}{client}{more}");
    let shape = match event.kind {
        EventKind::Boot => pen.circle(key, class("event boot"), place, 3.2 * u),
        EventKind::Message | EventKind::Op => {
            let (name, r) = if sends { ("event sends", 3.6) } else { ("event", 2.8) };
            // On a thick line it stands out all the same.
            let is_thick = status.is_some_and(|status| status.weight == Weight::Thick);
            pen.circle(key, class(name), place, if is_thick { 4.4 * u } else { r * u })
        }
        EventKind::Timer => {
            let way = pen.way().glyph(place, TIMER, u);
            pen.path(key, class("timer"), way)
        }
        EventKind::Crash | EventKind::Amnesia => {
            let way = pen.way().glyph(place, CROSS, 1.1 * u);
            pen.path(key, class("crash"), way)
        }
        EventKind::Recover => {
            let name =
                if lost_its_disk(moment.trace, lane, id.index) { "recover amnesia" } else { "recover" };
            pen.circle(key, class(name), place, 5.0 * u)
        }
        EventKind::Pause | EventKind::Resume | EventKind::Slow | EventKind::Quick => {
            bar(pen, key, class("pause-edge"), place, 7.0 * u)
        }
        EventKind::Clock => {
            let way = pen.way().glyph(place, "m0 3l5 8h-10z", u);
            pen.path(key, class("clock-set"), way)
        }
        EventKind::Byzantine | EventKind::Honest => {
            // Two faces: a diamond with one half empty; whole again when the node is.
            let two = event.kind == EventKind::Byzantine;
            let way = if two { "m0 -6l6 6l-6 6l-6 -6zm0 2v8l-4 -4z" } else { "m0 -5l5 5l-5 5l-5 -5z" };
            let way = pen.way().glyph(place, way, u);
            pen.path(key, class("byzantine"), way)
        }
        EventKind::Cut | EventKind::Heal => bar(pen, key, class("link-event"), place, 4.0 * u),
    };
    shape.hue(epoch).target(Target::Event(id)).title(title(moment.session, moment.trace, id, event));
}

fn bar(pen: &mut Pen, key: String, class: String, place: Place, half: f64) -> &mut crate::Shape {
    let (one, other) = (at(place.along, place.across - half), at(place.along, place.across + half));
    pen.line(key, class, one, other)
}

/// Whether the crash before this recovery took the disk.
pub(crate) fn lost_its_disk(trace: &Trace, lane: usize, index: u32) -> bool {
    let Some((_, line)) = trace.lanes().nth(lane) else { return false };
    let before = &line.events[..(index as usize).min(line.events.len())];
    let crash = before.iter().rev().find(|event| matches!(event.kind, EventKind::Crash | EventKind::Amnesia));
    crash.is_some_and(|event| event.kind == EventKind::Amnesia)
}

/// A tooltip: what happened, when, and on the node's own clock.
pub(crate) fn title(session: &dyn Session, trace: &Trace, id: EventId, event: &EventRecord) -> String {
    let node = id.node;
    let what = match (event.kind, event.cause) {
        (EventKind::Message, Cause::Message(message)) => {
            let told = session.message(message);
            format!("{node} got {} from {}", told.map(|told| told.label).unwrap_or_default(), message.node)
        }
        (EventKind::Timer, Cause::Timer(seq)) => {
            let timer = session.timer(TimerId { node, seq });
            format!("{node}: {}", timer.unwrap_or_default())
        }
        (EventKind::Op, Cause::Op(place)) => {
            let op = trace.lane(node).and_then(|lane| lane.ops.get(place as usize));
            format!("{node} calls {}", op.and_then(|op| session.op(op.id)).map(|op| op.0).unwrap_or_default())
        }
        (EventKind::Boot, _) => format!("{node} starts"),
        (EventKind::Crash, _) => format!("{node} crashes; its disk stays"),
        (EventKind::Amnesia, _) => format!("{node} crashes and loses its disk"),
        (EventKind::Recover, _) => format!("{node} is started again"),
        (EventKind::Pause, _) => format!("{node} stands still"),
        (EventKind::Resume, _) => format!("{node} goes on"),
        (EventKind::Slow, _) => format!("{node} becomes slow"),
        (EventKind::Quick, _) => format!("{node} is quick again"),
        (EventKind::Clock, _) => format!("{node}'s clock is set"),
        (EventKind::Cut, _) => format!("{node} no longer hears some nodes"),
        (EventKind::Heal, _) => format!("{node} hears some nodes again"),
        (EventKind::Byzantine, _) => format!("{node} turns byzantine: it no longer says what it means"),
        (EventKind::Honest, _) => format!("{node} is honest again"),
        (kind, _) => format!("{node}: {}", kind.name()),
    };
    let by_chance = if event.cause == Cause::Chance { " (by chance)" } else { "" };
    format!("{id}: {what}{by_chance}, at {}", event.key.at)
}

/// A heart, for the heartbeats that fold; a plain outline, so that no font need have it.
pub(crate) fn pulse_mark(pen: &mut Pen, moment: &Moment<'_>, pulse: &Pulse, place: Place, u: f64) {
    let stretch = &pulse.stretch;
    let (class, glyph) = if pulse.is_retry { ("pulse again", AGAIN) } else { ("pulse", HEART) };
    let way = pen.way().glyph(place, glyph, u);
    pen.circle(format!("{}-ground", stretch.first), "pulse-ground", place, 8.0 * u);
    let client = if stretch.node.is_client() { " client" } else { "" };
    pen.path(stretch.first.to_string(), format!("{class}{client}"), way)
        .hue(stretch.epoch.map(hue))
        .target(Target::Message(stretch.first))
        .title(pulse_title(moment, pulse));
}

fn pulse_title(moment: &Moment<'_>, pulse: &Pulse) -> String {
    let stretch = &pulse.stretch;
    let what = if pulse.is_retry { "the same" } else { "routine messages" };
    if !moment.shows(stretch.to) {
        return format!("{} sends {what}, from {}", stretch.node, stretch.from.0);
    }
    let span = |from: Instant, to: Instant| {
        if from == to { format!("at {}", from.0) } else { format!("from {} to {}", from.0, to.0) }
    };
    format!(
        "{} sends {what} {} times, {} in all, {}",
        stretch.node,
        grouped(stretch.rounds as usize),
        grouped(stretch.messages as usize),
        span(stretch.from, stretch.to)
    )
}
