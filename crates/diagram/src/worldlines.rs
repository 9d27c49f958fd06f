//! Worldlines: role as weight, epoch as hue, gaps where a node is down, ladders where it stands still, and ticks of
//! the node's own clock.

use lightcone_sim::clock::Segment;
use lightcone_sim::protocol::{Status, Weight};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{EventKind, Instant, Lane, Trace};

use crate::lanes::Lanes;
use crate::moment::Moment;
use crate::palette::hue;
use crate::pen::{Pen, at};
use crate::scene::Target;
use crate::view::{TimeScale, View};
use crate::weave::{CHUNK, Weave};

/// A span in which a node stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Still {
    pub lane: usize,
    pub from: f64,
    pub to: f64,
    pub since: Instant,
}

/// All spans in which nodes stand still.
pub(crate) fn stills(trace: &Trace, weave: &Weave) -> Vec<Still> {
    let mut stills = Vec::new();
    for (lane, (_, line)) in trace.lanes().enumerate() {
        let mut open: Option<(f64, Instant)> = None;
        for (event, index) in line.events.iter().zip(1u32..) {
            let Some(x) = weave.event(lane, index) else { continue };
            match (event.kind, open) {
                (EventKind::Pause, None) => open = Some((x, event.key.instant())),
                (EventKind::Resume | EventKind::Crash | EventKind::Amnesia, Some((from, since))) => {
                    stills.push(Still { lane, from, to: x, since });
                    open = None;
                }
                _ => {}
            }
        }
        stills.extend(open.map(|(from, since)| Still { lane, from, to: weave.end, since }));
    }
    stills
}

/// A node that goes on leading while another leads a later epoch: it has been superseded, and does not know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stale {
    pub lane: usize,
    /// Which of the lane's statuses.
    pub status: usize,
    pub since: Instant,
}

/// All who lead when another leads a later epoch in the same role.
pub(crate) fn stales(trace: &Trace) -> Vec<Stale> {
    let lanes = trace.lanes().enumerate();
    let all: Vec<Reign> = lanes.flat_map(|(lane, (_, line))| reigns(lane, line)).collect();
    let superseded = |own: &Reign| {
        let later = all.iter().filter(|other| {
            other.status.epoch > own.status.epoch
                && other.status.role == own.status.role
                && other.from < own.to
                && other.to > own.from
        });
        later.map(|other| other.from.max(own.from)).min()
    };
    let stale = |own: &Reign| superseded(own).map(|since| Stale { lane: own.lane, status: own.place, since });
    all.iter().filter_map(stale).collect()
}

/// A status of a lane in which it leads an epoch, from when to when.
struct Reign {
    lane: usize,
    place: usize,
    status: Status,
    from: Instant,
    to: Instant,
}

fn reigns(lane: usize, line: &Lane) -> impl Iterator<Item = Reign> + '_ {
    let at = |place: usize| {
        let (index, _) = line.statuses.get(place)?;
        Some(line.events.get((*index as usize).checked_sub(1)?)?.key.instant())
    };
    line.statuses.iter().enumerate().filter_map(move |(place, (_, status))| {
        let status = status.filter(|status| status.weight == Weight::Thick && status.epoch.is_some())?;
        let (from, to) = (at(place)?, at(place + 1).unwrap_or((Ns::NEVER, 0)));
        Some(Reign { lane, place, status, from, to })
    })
}

/// Draws what of the worldlines lies in a chunk.
pub(crate) fn chunk(
    pen: &mut Pen,
    moment: &Moment<'_>,
    (lanes, weave): (&Lanes, &Weave),
    (stills, stales): (&[Still], &[Stale]),
    chunk: usize,
    unit: f64,
) {
    let (from, to) = (chunk as f64 * CHUNK, ((chunk + 1) as f64 * CHUNK).min(weave.end));
    for &node in lanes.shown() {
        let (Some(lane), Some(across)) = (moment.trace.nodes().index(node), lanes.across(node)) else {
            continue;
        };
        let Some(line) = moment.trace.lane(node) else { continue };
        let to = if moment.hides_future { to.min(weave.axis.x_on(lane, moment.now.instant())) } else { to };
        for (place, span) in spans(line, weave, lane, (from, to)).into_iter().enumerate() {
            let (class, epoch) = look(line, span.status);
            let class = if node.is_client() { format!("{class} client") } else { class.to_owned() };
            pen.line(format!("{node}-{place}"), class, at(span.from, across), at(span.to, across))
                .hue(epoch)
                .target(Target::Lane(node))
                .title(told(moment.session, &node.to_string(), line, span.status));
            let stale = stales.iter().find(|stale| stale.lane == lane && stale.status == span.status);
            if let Some(stale) = stale {
                let from = weave.axis.x_on(lane, stale.since).max(span.from);
                if from < span.to {
                    pen.line(
                        format!("{node}-{place}-stale"),
                        "lane-stale",
                        at(from, across),
                        at(span.to, across),
                    );
                }
            }
        }
        for still in stills.iter().filter(|still| still.lane == lane && moment.shows(still.since)) {
            let (a, b) = (still.from.max(from), still.to.min(to));
            if a < b {
                ladder(pen, &format!("{node}-still-{}", still.from as i64), (a, b), across, unit);
            }
        }
    }
}

/// A part of a lane that looks the same throughout.
pub(crate) struct Span {
    pub from: f64,
    pub to: f64,
    /// Which of the lane's statuses.
    pub status: usize,
}

/// The parts of a lane between two places.
pub(crate) fn spans(line: &Lane, weave: &Weave, lane: usize, (from, to): (f64, f64)) -> Vec<Span> {
    let x_of = |place: usize| line.statuses.get(place).and_then(|&(index, _)| weave.event(lane, index));
    let first =
        line.statuses.partition_point(|&(index, _)| weave.event(lane, index).is_some_and(|x| x < from));
    let mut spans = Vec::new();
    // Before it starts for the first time a node is not down: it is not there.
    let start = line.statuses.iter().position(|(_, status)| status.is_some()).unwrap_or(usize::MAX);
    for status in first.saturating_sub(1).max(start)..line.statuses.len() {
        let (Some(begin), end) = (x_of(status), x_of(status + 1).unwrap_or(weave.end)) else { continue };
        if begin >= to {
            break;
        }
        let (a, b) = (begin.max(from), end.min(to));
        if a < b {
            spans.push(Span { from: a, to: b, status });
        }
    }
    spans
}

/// How a lane looks in one of its statuses.
pub(crate) fn look(line: &Lane, status: usize) -> (&'static str, Option<u8>) {
    match line.statuses[status].1 {
        None => ("lane down", None),
        Some(status) => {
            let class = match status.weight {
                Weight::Thin => "lane thin",
                Weight::Dashed => "lane dashed",
                Weight::Thick => "lane thick",
            };
            (class, status.epoch.map(hue))
        }
    }
}

/// What a lane says in one of its statuses.
pub(crate) fn told(session: &dyn Session, node: &str, line: &Lane, status: usize) -> String {
    match line.statuses[status].1 {
        None => format!("{node} is down"),
        Some(status) => format!("{node}, {}", session.role_words(status)),
    }
}

/// Two rails and rungs in place of the line.
pub(crate) fn ladder(pen: &mut Pen, key: &str, (from, to): (f64, f64), across: f64, unit: f64) {
    let half = 3.5 * unit;
    pen.rect(format!("{key}-ground"), "still-ground", at(from, across - half), at(to, across + half), 0.0);
    let mut way = pen.way();
    for side in [-half, half] {
        way = way.to(at(from, across + side)).line(at(to, across + side));
    }
    let step = 9.0 * unit;
    let mut along = (from / step).ceil() * step;
    while along < to {
        way = way.to(at(along, across - half)).line(at(along, across + half));
        along += step;
    }
    pen.path(key, "still", way).title("stands still");
}

/// A tick of a node's own clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    pub x: f64,
    /// What the node's wall clock shows, in seconds.
    pub local: f64,
    /// Every fifth.
    pub is_long: bool,
}

/// The ticks of a node's own clock in a chunk, and their step in seconds.
pub(crate) fn ticks_of(
    line: &Lane,
    weave: &Weave,
    (view, px_per_s): (&View, f64),
    chunk: usize,
) -> (Vec<Tick>, f64) {
    if view.scale == TimeScale::Logical {
        return (Vec::new(), 0.0);
    }
    let (from, to) = (chunk as f64 * CHUNK, ((chunk + 1) as f64 * CHUNK).min(weave.length));
    let window = (weave.axis.time_at(from), weave.axis.time_at(to));
    // A fast clock's ticks stand closer, down to a quarter.
    let fastest = line.clock.segments().iter().map(|span| span.pace().abs()).fold(0.0, f64::max);
    let step = nice_step(30.0 * view.text_px / 12.0 / px_per_s * (fastest / 4.0).max(1.0));
    let mut ticks = Vec::new();
    for (segment, until) in segments(line, window) {
        tick_segment(&mut ticks, weave, (segment, until), window, step);
    }
    (ticks, step)
}

/// Draws the ticks of every node's own clock in a chunk, up to a place along the axis.
pub(crate) fn ticks(
    pen: &mut Pen,
    moment: &Moment<'_>,
    (lanes, weave): (&Lanes, &Weave),
    (view, px_per_s): (&View, f64),
    (chunk, until): (usize, f64),
) {
    let unit = view.text_px / 12.0;
    for &node in lanes.shown() {
        let (Some(across), Some(line)) = (lanes.across(node), moment.trace.lane(node)) else { continue };
        let (ticks, step) = ticks_of(line, weave, (view, px_per_s), chunk);
        let mut way = pen.way();
        for tick in ticks.iter().filter(|tick| tick.x <= until) {
            let length = if tick.is_long { 6.5 } else { 4.5 };
            way = way.to(at(tick.x, across + 3.0 * unit)).line(at(tick.x, across + (3.0 + length) * unit));
        }
        if !way.is_empty() {
            pen.path(node.to_string(), "ticks", way)
                .title(format!("{node}'s own clock: a tick each {}", seconds(step)));
        }
    }
}

/// The spans in which a clock runs evenly, with their ends, as far as they touch a window of time.
fn segments(line: &Lane, window: (Ns, Ns)) -> impl Iterator<Item = (&Segment, Ns)> {
    let segments = line.clock.segments();
    segments.iter().enumerate().filter_map(move |(place, segment)| {
        let until = segments.get(place + 1).map_or(Ns::NEVER, |next| next.from);
        (segment.from <= window.1 && until > window.0).then_some((segment, until.min(window.1)))
    })
}

fn tick_segment(
    ticks: &mut Vec<Tick>,
    weave: &Weave,
    (segment, until): (&Segment, Ns),
    window: (Ns, Ns),
    step: f64,
) {
    // A clock that runs backward is a clock of the opposite time.
    let sign = segment.pace().signum();
    let rate = segment.pace().abs();
    if rate == 0.0 {
        return;
    }
    let origin = sign * (segment.monotonic as f64 + segment.offset as f64) / 1e9;
    let local = |time: Ns| origin + time.since(segment.from).as_secs_f64() * rate;
    let begin = segment.from.max(window.0);
    let mut count = (local(begin) / step).ceil();
    let last = (local(until) / step).floor();
    while count <= last {
        let elapsed = (count * step - origin) / rate;
        let time = segment.from + Ns((elapsed.max(0.0) * 1e9).round() as u64);
        let x = weave.axis.x_of((time, u32::MAX));
        // Where the axis is broken its ticks would say nothing.
        let after = weave.axis.breaks.partition_point(|gap| gap.to <= x);
        if let Some(gap) = weave.axis.breaks.get(after).filter(|gap| gap.from < x) {
            count = (local(weave.axis.time_at(gap.to)) / step).floor().max(count) + 1.0;
            continue;
        }
        ticks.push(Tick { x, local: sign * count * step, is_long: (count % 5.0).abs() < 0.5 });
        count += 1.0;
    }
}

/// The least of 1, 2, 5, 10, … (and their tenths, …) that is no less than so many seconds.
pub(crate) fn nice_step(least: f64) -> f64 {
    let least = least.max(1e-9);
    let (mut tens, mut parts) = (1.0, 1.0);
    while tens * 10.0 <= least {
        tens *= 10.0;
    }
    while tens > least * parts {
        parts *= 10.0;
    }
    let power = tens / parts;
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|&step| step >= least * 0.999)
        .unwrap_or(power * 10.0)
}

/// A span in seconds, as people say it.
pub(crate) fn seconds(span: f64) -> String {
    Ns((span * 1e9).round() as u64).to_string()
}
