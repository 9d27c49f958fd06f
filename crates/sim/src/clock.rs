//! A node's clocks as functions of true time, exact to the nanosecond.
//!
//! The **monotonic** clock drifts and never steps; timers run on it. The **wall** clock is the monotonic one plus an
//! offset that people and NTP set. Both are piecewise linear with rational slopes, known for the whole run from the
//! scenario alone.

use crate::ids::EntryId;
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
    /// What the wall clock shows beyond the monotonic one.
    pub offset: i64,
    /// How fast both run, in parts per million beyond true.
    pub drift_ppm: i64,
    /// The script entry that began it, if one did.
    pub entry: Option<EntryId>,
}

impl Segment {
    fn rate(&self) -> i128 {
        MILLION + i128::from(self.drift_ppm)
    }

    fn monotonic_at(&self, at: Ns) -> u64 {
        let elapsed = at.since(self.from).0;
        let local =
            if self.drift_ppm == 0 { elapsed } else { (i128::from(elapsed) * self.rate() / MILLION) as u64 };
        self.monotonic.saturating_add(local)
    }
}

impl Clock {
    /// A clock that begins with this offset and drift.
    pub fn new(offset: i64, drift_ppm: i64) -> Clock {
        Clock {
            segments: vec![Segment { from: Ns::ZERO, rank: 0, monotonic: 0, offset, drift_ppm, entry: None }],
        }
    }

    /// Sets the clock from `at` on; `None` leaves a part as it was. Changes must come in order of time.
    pub(crate) fn set(&mut self, at: (Ns, u32), offset: Option<i64>, drift_ppm: Option<i64>, entry: EntryId) {
        let last = *self.segment(at.0, at.1);
        self.segments.push(Segment {
            from: at.0,
            rank: at.1,
            monotonic: last.monotonic_at(at.0),
            offset: offset.unwrap_or(last.offset),
            drift_ppm: drift_ppm.unwrap_or(last.drift_ppm),
            entry: (!entry.is_chance()).then_some(entry),
        });
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

    /// What the wall clock shows to what happens at this time and rank.
    pub fn wall(&self, at: Ns, rank: u32) -> LocalNs {
        let segment = self.segment(at, rank);
        i64::try_from(segment.monotonic_at(at)).unwrap_or(i64::MAX).saturating_add(segment.offset)
    }

    /// How fast the clock runs at this time and rank, in parts per million beyond true.
    pub fn drift_ppm(&self, at: Ns, rank: u32) -> i64 {
        self.segment(at, rank).drift_ppm
    }

    /// What the monotonic clock shows. A step changes the wall clock alone, so no rank is needed.
    pub fn monotonic(&self, at: Ns) -> u64 {
        self.segment(at, u32::MAX).monotonic_at(at)
    }

    /// The first true nanosecond at which the monotonic clock shows `deadline` or more.
    pub fn reaches(&self, deadline: u64) -> Ns {
        let after = self.segments.partition_point(|segment| segment.monotonic < deadline);
        let Some(segment) = self.segments.get(after.saturating_sub(1)) else { return Ns::NEVER };
        let Some(missing) = deadline.checked_sub(segment.monotonic) else { return segment.from };
        if segment.drift_ppm == 0 {
            return segment.from + Ns(missing);
        }
        // floor(elapsed · rate / 10⁶) ≥ missing  ⇔  elapsed ≥ ceil(missing · 10⁶ / rate)
        let elapsed = (i128::from(missing) * MILLION + segment.rate() - 1) / segment.rate();
        segment.from + Ns(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_at_double_speed_reaches_its_deadline_in_half_the_time() {
        let clock = Clock::new(0, 1_000_000);
        assert_eq!(clock.reaches(200), Ns(100));
        assert_eq!(clock.wall(Ns(100), 0), 200);
    }

    #[test]
    fn the_deadline_is_met_at_the_first_nanosecond_and_not_before() {
        for drift in [-999_999, -500_000, -333_333, -7, 0, 7, 333_333, 26_000, 1_000_000, 999_000_000] {
            let mut clock = Clock::new(5, drift);
            clock.set((Ns(1_000), 0), None, Some(-drift / 1_001), EntryId(1));
            clock.set((Ns(5_000), 2), Some(-9_000), None, EntryId(2));
            for deadline in [1, 2, 999, 1_000, 1_001, 4_321, 1_000_000] {
                let due = clock.reaches(deadline);
                assert!(clock.monotonic(due) >= deadline, "drift {drift}, deadline {deadline}");
                assert!(
                    due == Ns::ZERO || clock.monotonic(Ns(due.0 - 1)) < deadline,
                    "drift {drift}, deadline {deadline}"
                );
            }
        }
    }

    #[test]
    fn a_step_moves_the_wall_clock_and_no_timer() {
        let mut clock = Clock::new(0, 0);
        clock.set((Ns(100), 0), Some(-50), None, EntryId(1));
        assert_eq!((clock.wall(Ns(99), 0), clock.wall(Ns(100), 0)), (99, 50));
        assert_eq!(clock.reaches(200), Ns(200));
    }
}
