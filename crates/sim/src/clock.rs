//! A node's clocks as functions of true time, exact to the nanosecond.
//!
//! The **monotonic** clock drifts and never steps; timers run on it. The **wall** clock is the monotonic one plus an
//! offset that people and NTP set: at once (a step) or evenly over a span (a slew); by a rate of its own the wall clock
//! may also stop or run backward. A machine that is suspended stands still with both. Beside its wall clock a node has a
//! bound on its error, as it believes: with it, time is an interval (Corbett et al., *Spanner*, 2012, §3). All of it is
//! piecewise linear with rational slopes, known for the whole run from the scenario alone.

use crate::ids::EntryId;
use crate::scenario::ClockSpec;
use crate::time::{LocalNs, Ns};

/// Parts in a million: the unit of drift.
const MILLION: i128 = 1_000_000;

/// The slowest clock: it still moves, by one part in a million, so that every timer comes due.
pub const MIN_DRIFT_PPM: i64 = -999_999;
/// The fastest clock: a thousand times true.
pub const MAX_DRIFT_PPM: i64 = 999_000_000;

/// The clocks of one node through a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// By true time; the first begins at 0.
    segments: Vec<Segment>,
}

/// A span in which a clock runs evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When it begins, in true time.
    pub from: Ns,
    /// The rank of what began it.
    pub rank: u32,
    /// What the monotonic clock shows then.
    pub monotonic: u64,
    /// What the wall clock then shows beyond the monotonic one.
    pub offset: i64,
    /// How fast both run, in parts per million beyond true.
    pub drift_ppm: i64,
    /// How fast the wall clock runs beyond the monotonic one, in parts per million of it: −1,000,000 stops it, less
    /// makes it run backward.
    pub rate_ppm: i64,
    /// What a slew is still to add to the offset, and over how much of the monotonic clock; (0, 0): there is none.
    slew: (i64, u64),
    /// Whether the machine is suspended, and both clocks stand still.
    pub stands: bool,
    /// By how much the wall clock is wrong then at most, as the node believes, in ns.
    pub uncertainty: u64,
    /// By how much that grows, in parts per million of the monotonic clock.
    uncertainty_ppm: u32,
    /// The script entry that began it, if one did.
    pub entry: Option<EntryId>,
}

/// What a node's clocks show at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock.
    pub wall: LocalNs,
    /// The monotonic clock: how long it has run.
    pub monotonic: Ns,
    /// By how much the wall clock is wrong at most, as the node believes.
    pub uncertainty: Ns,
}

impl Reading {
    /// The bounds between which the node believes true time to lie.
    pub fn interval(self) -> (LocalNs, LocalNs) {
        (
            self.wall.saturating_sub_unsigned(self.uncertainty.0),
            self.wall.saturating_add_unsigned(self.uncertainty.0),
        )
    }
}

/// How a clock is set; what is `None` stays as it was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    pub offset: Option<i64>,
    /// How long the monotonic clock runs until the offset is reached; `None`: it is, at once.
    pub over: Option<Ns>,
    pub drift_ppm: Option<i64>,
    pub rate_ppm: Option<i64>,
    pub uncertainty: Option<Ns>,
    pub uncertainty_ppm: Option<u32>,
    pub stands: Option<bool>,
}

/// `part` of a million of a span, rounded down.
fn share(span: u64, part: i64) -> i128 {
    // Nearly every product has room in 64 bits, where to divide takes a tenth of the time.
    match i64::try_from(span).ok().and_then(|span| span.checked_mul(part)) {
        Some(product) => i128::from(product.div_euclid(MILLION as i64)),
        None => (i128::from(span) * i128::from(part)).div_euclid(MILLION),
    }
}

impl Segment {
    fn rate(&self) -> i64 {
        if self.stands { 0 } else { MILLION as i64 + self.drift_ppm }
    }

    /// How far the monotonic clock has run since the beginning.
    fn elapsed(&self, at: Ns) -> u64 {
        let elapsed = at.since(self.from).0;
        if self.drift_ppm == 0 && !self.stands { elapsed } else { share(elapsed, self.rate()) as u64 }
    }

    fn monotonic_at(&self, at: Ns) -> u64 {
        self.monotonic.saturating_add(self.elapsed(at))
    }

    /// How much of the slew is done when the monotonic clock has run so far.
    fn slewed(&self, elapsed: u64) -> i64 {
        match self.slew {
            (gain, span) if elapsed >= span => gain,
            // Between zero and the gain.
            (gain, span) => (i128::from(gain) * i128::from(elapsed)).div_euclid(i128::from(span)) as i64,
        }
    }

    fn offset_after(&self, elapsed: u64) -> i64 {
        if self.rate_ppm == 0 && self.slew == (0, 0) {
            return self.offset;
        }
        let offset =
            i128::from(self.offset) + i128::from(self.slewed(elapsed)) + share(elapsed, self.rate_ppm);
        offset.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// What the wall clock shows beyond the monotonic one at a time of this span.
    pub fn offset_at(&self, at: Ns) -> i64 {
        self.offset_after(self.elapsed(at))
    }

    fn uncertainty_after(&self, elapsed: u64) -> u64 {
        match self.uncertainty_ppm {
            0 => self.uncertainty,
            // Rounded up: a bound must not be broken by rounding.
            ppm => self.uncertainty.saturating_add((share(elapsed, i64::from(ppm)) + 1) as u64),
        }
    }

    /// How many of its own seconds the wall clock counts in a true one; for drawing only.
    pub fn pace(&self) -> f64 {
        let slew = self.slew.0 as f64 / self.slew.1.max(1) as f64;
        self.rate() as f64 / 1e6 * (1.0 + self.rate_ppm as f64 / 1e6 + slew)
    }

    /// The rest of this span, as one of its own.
    fn rest(&self, (from, rank): (Ns, u32), entry: EntryId) -> Segment {
        let elapsed = self.elapsed(from);
        let (gain, span) = self.slew;
        Segment {
            from,
            rank,
            monotonic: self.monotonic.saturating_add(elapsed),
            offset: self.offset_after(elapsed),
            slew: if elapsed >= span { (0, 0) } else { (gain - self.slewed(elapsed), span - elapsed) },
            uncertainty: self.uncertainty_after(elapsed),
            entry: (!entry.is_chance()).then_some(entry),
            ..*self
        }
    }
}

impl Clock {
    /// A clock that begins like this.
    pub fn new(spec: ClockSpec) -> Clock {
        let first = Segment {
            from: Ns::ZERO,
            rank: 0,
            monotonic: 0,
            offset: spec.offset,
            drift_ppm: spec.drift_ppm,
            rate_ppm: spec.rate_ppm,
            slew: (0, 0),
            stands: false,
            uncertainty: spec.uncertainty.0,
            uncertainty_ppm: spec.uncertainty_ppm,
            entry: None,
        };
        Clock { segments: vec![first] }
    }

    /// Sets the clock from `at` on. Changes must come in order of time.
    pub(crate) fn set(&mut self, at: (Ns, u32), change: Change, entry: EntryId) {
        // A slew that would have ended later may do so no more.
        self.segments
            .truncate(self.segments.partition_point(|segment| (segment.from, segment.rank) <= at).max(1));
        let mut next = self.segment(at.0, at.1).rest(at, entry);
        match (change.offset, change.over) {
            (Some(offset), Some(over)) if over > Ns::ZERO => {
                next.slew = (offset.saturating_sub(next.offset), over.0);
            }
            (Some(offset), _) => (next.offset, next.slew) = (offset, (0, 0)),
            (None, _) => {}
        }
        next.drift_ppm = change.drift_ppm.unwrap_or(next.drift_ppm);
        next.rate_ppm = change.rate_ppm.unwrap_or(next.rate_ppm);
        next.uncertainty = change.uncertainty.map_or(next.uncertainty, |bound| bound.0);
        next.uncertainty_ppm = change.uncertainty_ppm.unwrap_or(next.uncertainty_ppm);
        next.stands = change.stands.unwrap_or(next.stands);
        self.segments.push(next);
        if next.slew.1 > 0 {
            let end = self.reaches(next.monotonic.saturating_add(next.slew.1));
            if end != Ns::NEVER {
                self.segments.push(next.rest((end, 0), entry));
            }
        }
    }

    /// Whether the machine is suspended when all changes so far have been made.
    pub(crate) fn stands(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment.stands)
    }

    /// All spans, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The span in which what happens at this time and rank lies.
    pub fn segment(&self, at: Ns, rank: u32) -> &Segment {
        let after = self.segments.partition_point(|segment| (segment.from, segment.rank) <= (at, rank));
        &self.segments[after.saturating_sub(1)]
    }

    /// What the clocks show to what happens at this time and rank.
    pub fn read(&self, at: Ns, rank: u32) -> Reading {
        let segment = self.segment(at, rank);
        let elapsed = segment.elapsed(at);
        let monotonic = segment.monotonic.saturating_add(elapsed);
        Reading {
            wall: i64::try_from(monotonic).unwrap_or(i64::MAX).saturating_add(segment.offset_after(elapsed)),
            monotonic: Ns(monotonic),
            uncertainty: Ns(segment.uncertainty_after(elapsed)),
        }
    }

    /// What the wall clock shows to what happens at this time and rank.
    pub fn wall(&self, at: Ns, rank: u32) -> LocalNs {
        self.read(at, rank).wall
    }

    /// How fast the clock runs at this time and rank, in parts per million beyond true.
    pub fn drift_ppm(&self, at: Ns, rank: u32) -> i64 {
        self.segment(at, rank).drift_ppm
    }

    /// What the monotonic clock shows. A step changes the wall clock alone, so no rank is needed.
    pub fn monotonic(&self, at: Ns) -> u64 {
        self.segment(at, u32::MAX).monotonic_at(at)
    }

    /// The first true nanosecond at which the monotonic clock shows `deadline` or more; [`Ns::NEVER`] if the machine
    /// stands still by then for good.
    pub fn reaches(&self, deadline: u64) -> Ns {
        let after = self.segments.partition_point(|segment| segment.monotonic < deadline);
        let Some(segment) = self.segments.get(after.saturating_sub(1)) else { return Ns::NEVER };
        let Some(missing) = deadline.checked_sub(segment.monotonic) else { return segment.from };
        if segment.stands {
            return if missing == 0 { segment.from } else { Ns::NEVER };
        }
        if segment.drift_ppm == 0 {
            return segment.from + Ns(missing);
        }
        // floor(elapsed · rate / 10⁶) ≥ missing  ⇔  elapsed ≥ ceil(missing · 10⁶ / rate)
        let rate = i128::from(segment.rate());
        let elapsed = (i128::from(missing) * MILLION + rate - 1) / rate;
        segment.from + Ns(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests;
