//! Where times stand along the time axis: true, warped, or by cause and effect alone.

use lightcone_sim::time::Ns;
use lightcone_sim::trace::Instant;

/// A monotone curve from time to px, straight between its points.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curve {
    /// In order of both.
    points: Vec<(Instant, f64)>,
    /// px per ns before the first and after the last point.
    rate: f64,
}

impl Curve {
    /// A straight line.
    pub fn straight(from: f64, px_per_s: f64) -> Curve {
        Curve { points: vec![((Ns::ZERO, 0), from)], rate: px_per_s / 1e9 }
    }

    /// Adds a point at or beyond the last one. A second point at the same instant moves it onward.
    fn add(&mut self, at: Instant, x: f64) {
        match self.points.last_mut() {
            Some(last) if last.0 == at => last.1 = last.1.max(x),
            Some(last) if last.0 > at => debug_assert!(false, "points out of order"),
            _ => self.points.push((at, x)),
        }
    }

    /// How far along an instant is.
    pub fn x(&self, at: Instant) -> f64 {
        self.between(self.points.partition_point(|&(point, _)| point <= at), at)
    }

    /// How far along an instant is, before which so many points stand.
    fn between(&self, after: usize, at: Instant) -> f64 {
        let Some(&(t0, x0)) = after.checked_sub(1).and_then(|before| self.points.get(before)) else {
            return self.points.first().map_or(0.0, |&(_, x)| x);
        };
        let elapsed = at.0.since(t0.0).0 as f64;
        match self.points.get(after) {
            // Ranks at one time: nothing lies between them.
            Some(&(t1, _)) if t1.0 == t0.0 => x0,
            Some(&(t1, x1)) => x0 + (x1 - x0) * (elapsed / t1.0.since(t0.0).0 as f64).min(1.0),
            None if at.0 == Ns::NEVER => f64::INFINITY,
            None => x0 + elapsed * self.rate,
        }
    }

    /// How far along instants are that come in order: each is looked for from the one before it on.
    fn walk(&self) -> impl FnMut(Instant) -> f64 + '_ {
        let mut seen = 0;
        move |at| {
            let mut step = 1;
            while self.points.get(seen + step).is_some_and(|&(point, _)| point <= at) {
                seen += step;
                step *= 2;
            }
            let last = (seen + step).min(self.points.len());
            let after = seen + self.points[seen..last].partition_point(|&(point, _)| point <= at);
            seen = after.saturating_sub(1);
            self.between(after, at)
        }
    }

    /// The time that stands at a place: the inverse of [`Curve::x`].
    pub fn time(&self, x: f64) -> Ns {
        let after = self.points.partition_point(|&(_, point)| point <= x);
        let Some(&(t0, x0)) = after.checked_sub(1).and_then(|before| self.points.get(before)) else {
            return self.points.first().map_or(Ns::ZERO, |&((at, _), _)| at);
        };
        let span = match self.points.get(after) {
            Some(&(t1, x1)) if x1 > x0 => t1.0.since(t0.0).0 as f64 * (x - x0) / (x1 - x0),
            Some(_) => 0.0,
            None if self.rate > 0.0 => (x - x0) / self.rate,
            None => 0.0,
        };
        t0.0 + Ns(span.max(0.0) as u64)
    }
}

/// An idle span that was cut short.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Break {
    /// From where along the axis.
    pub from: f64,
    /// To where.
    pub to: f64,
    /// From where on a place has a time of its own again: what stands at one instant may take some room.
    pub clear: f64,
    /// How long it was.
    pub span: Ns,
}

/// Something that wants a place of its own along the axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub at: Instant,
    /// Which line it is on; `usize::MAX`: none.
    pub lane: usize,
    /// The mark that it follows from, by its place in the list of all marks.
    pub after: Option<usize>,
    /// Room that it wants behind it on its line, in px.
    pub room: f64,
    /// Whether it is drawn: what is not has a place, and no column of its own.
    pub drawn: bool,
}

/// The time axis of a layout.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    /// How far along each instant is; in logical order, where it is farthest.
    front: Curve,
    /// In logical order: each line's own marks.
    lines: Option<Vec<Curve>>,
    pub breaks: Vec<Break>,
}

impl Axis {
    /// How far along an instant is on a line.
    pub fn x_on(&self, lane: usize, at: Instant) -> f64 {
        let front = self.front.x(at);
        let Some(line) = self.lines.as_ref().and_then(|lines| lines.get(lane)) else { return front };
        // With the others, but neither before the line's own last mark nor beyond its next.
        let after = line.points.partition_point(|&(point, _)| point <= at);
        let last = after.checked_sub(1).map_or(front, |before| line.points[before].1);
        let next = line.points.get(after).map_or(f64::INFINITY, |&(_, x)| x);
        front.max(last).min(next)
    }

    /// How far along instants are that come in order, where all lines have one time.
    pub fn walk(&self) -> Option<impl FnMut(Instant) -> f64 + '_> {
        self.is_timed().then(|| self.front.walk())
    }

    /// Whether distance has to do with time.
    pub fn is_timed(&self) -> bool {
        self.lines.is_none()
    }

    /// How far along an instant is where it is farthest.
    pub fn x_of(&self, at: Instant) -> f64 {
        self.front.x(at)
    }

    /// The time at a place: the inverse of [`Axis::x_of`].
    pub fn time_at(&self, x: f64) -> Ns {
        self.front.time(x)
    }

    /// True time.
    pub fn straight(from: f64, px_per_s: f64) -> Axis {
        Axis { front: Curve::straight(from, px_per_s), lines: None, breaks: Vec::new() }
    }

    /// Warped time.
    pub fn warped(front: Curve, breaks: Vec<Break>) -> Axis {
        Axis { front, lines: None, breaks }
    }

    /// Causal order: how far the farthest mark is, and each line's own marks.
    pub fn logical(front: Curve, lines: Vec<Curve>) -> Axis {
        Axis { front, lines: Some(lines), breaks: Vec::new() }
    }
}

/// What keeps marks apart, in px.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gaps {
    /// Between neighbours on different lines.
    pub neighbours: f64,
    /// Between neighbours on one line.
    pub line: f64,
    /// From sending to arrival.
    pub slant: f64,
    /// More than this without a mark breaks the axis.
    pub idle: f64,
    /// What is left of a broken span.
    pub broken: f64,
}

/// Places marks, in order of time, in one pass: at the true rate where that keeps them apart, farther apart where it
/// does not, and nearer where nothing happens. Gives each mark's place too.
pub(crate) fn warp(
    marks: &[Mark],
    lanes: usize,
    from: f64,
    px_per_s: f64,
    gaps: Gaps,
) -> (Curve, Vec<Break>, Vec<f64>) {
    let rate = px_per_s / 1e9;
    let mut curve = Curve { points: vec![((Ns::ZERO, 0), from)], rate };
    let mut breaks = Vec::new();
    let mut last = vec![(f64::NEG_INFINITY, (Ns::NEVER, 0)); lanes];
    let (mut now, mut x) = ((Ns::ZERO, 0), from);
    let mut xs = Vec::with_capacity(marks.len());
    let mut place = 0;
    while place < marks.len() {
        let at = marks[place].at;
        let count = marks[place..].partition_point(|mark| mark.at == at);
        if at > now {
            let span = at.0.since(now.0);
            let true_gap = span.0 as f64 * rate;
            let mut to = x + true_gap.max(gaps.neighbours);
            if true_gap > gaps.idle {
                to = x + gaps.broken;
                breaks.push(Break { from: x, to, clear: to, span });
            }
            x = to;
            now = at;
        }
        // What stands at one instant on several lines stands in one column; on one line, one behind the other.
        let mut column = x;
        let is_broken = breaks.last().is_some_and(|gap: &Break| gap.to == x);
        for mark in &marks[place..place + count] {
            if let Some(&(end, when)) = last.get(mark.lane)
                && when != at
            {
                column = column.max(end);
            }
            if let Some(cause) = mark.after {
                column = column.max(xs.get(cause).map_or(from, |x| x + gaps.slant));
            }
        }
        x = column;
        if let Some(gap) = breaks.last_mut().filter(|_| is_broken) {
            gap.to = column;
        }
        for mark in &marks[place..place + count] {
            let mut own = column;
            if let Some(end) = last.get_mut(mark.lane) {
                if end.1 == at {
                    own = own.max(end.0);
                }
                *end = (own + gaps.line + mark.room, at);
            }
            xs.push(own);
            x = x.max(own);
        }
        if let Some(gap) = breaks.last_mut().filter(|_| is_broken) {
            gap.clear = x;
        }
        curve.add(at, x);
        place += count;
    }
    (curve, breaks, xs)
}

/// How many columns what has no cause may stand behind the farthest mark of its time.
const BEHIND: f64 = 2.0;

/// Places marks by cause and effect: each at least one column beyond its line's last mark and beyond its cause, and
/// what nobody else caused not far from what else happens at its time. Gives the farthest place by time, each line's
/// own marks, and each mark's place.
pub(crate) fn order(
    marks: &[Mark],
    lanes: usize,
    from: f64,
    column: f64,
    last: Instant,
) -> (Curve, Vec<Curve>, Vec<f64>) {
    let mut depth = vec![0.0_f64; lanes];
    let mut front = Curve { points: vec![((Ns::ZERO, 0), from)], rate: 0.0 };
    let mut lines = vec![Curve::default(); lanes];
    let mut farthest = 0.0_f64;
    let mut xs = vec![0.0_f64; marks.len()];
    for (index, mark) in marks.iter().enumerate() {
        let Some(line) = lines.get_mut(mark.lane) else { continue };
        let step = if mark.drawn { 1.0 } else { 0.0 };
        let least = match mark.after {
            Some(cause) => (xs[cause] - from) / column + step,
            None => farthest - BEHIND,
        };
        let own = least.max(depth[mark.lane] + step);
        let x = from + own * column;
        xs[index] = x;
        depth[mark.lane] = own + (mark.room / column).ceil();
        farthest = farthest.max(own);
        line.add(mark.at, x);
        front.add(mark.at, from + farthest * column);
    }
    front.add(last.max(front.points.last().map_or(last, |point| point.0)), from + (farthest + 1.0) * column);
    (front, lines, xs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAPS: Gaps = Gaps { neighbours: 6.0, line: 14.0, slant: 26.0, idle: 150.0, broken: 60.0 };

    fn mark(ms: u64, lane: usize, after: Option<usize>) -> Mark {
        Mark { at: (Ns::ms(ms), 0), lane, after, room: 0.0, drawn: true }
    }

    #[test]
    fn warped_time_keeps_order_and_distance_and_breaks_where_nothing_happens() {
        let marks =
            [mark(0, 0, None), mark(1, 1, None), mark(1, 0, None), mark(2, 1, Some(0)), mark(5_000, 0, None)];
        let (curve, breaks, xs) = warp(&marks, 2, 0.0, 1_000.0, GAPS);
        assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(xs[2] - xs[0] >= GAPS.line);
        assert!(xs[3] - xs[0] >= GAPS.slant);
        assert_eq!(breaks.len(), 1);
        assert_eq!(curve.x(marks[4].at) - curve.x(marks[3].at), GAPS.broken);
        for ms in 0..6_000 {
            let there = curve.x((Ns::ms(ms), 0));
            assert!(curve.x((Ns::ms(ms + 1), 0)) >= there);
            assert!(curve.x((curve.time(there), 0)) <= there + 1e-6);
        }
    }

    #[test]
    fn in_causal_order_every_message_goes_forward_and_the_present_is_nearly_straight() {
        let marks = [mark(0, 0, None), mark(1, 0, None), mark(2, 1, Some(1)), mark(3, 2, Some(0))];
        let (front, lines, xs) = order(&marks, 3, 0.0, 10.0, (Ns::ms(4), 0));
        assert_eq!(xs, [10.0, 20.0, 30.0, 20.0]);
        let axis = Axis::logical(front, lines);
        assert_eq!(axis.x_of((Ns::ms(2), 0)), 30.0);
        // The first line's last mark stands at 20, and the present is at 30.
        assert_eq!(axis.x_on(0, (Ns::ms(2), 0)), 30.0);
        assert_eq!(axis.x_on(2, (Ns::ms(2), 0)), 20.0);
    }
}
