//! The numbers of the axis of time: regular steps between two breaks of it, as precise everywhere as the finest.

use lightcone_sim::time::Ns;

use crate::scale::{Axis, Break};
use crate::text::width;
use crate::view::{Flow, View};
use crate::weave::LEAD;
use crate::worldlines::nice_step;

/// The steps of an axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    /// Between two breaks each.
    spans: Vec<Span>,
    /// Digits after the point.
    digits: usize,
}

/// A part of the axis that is not broken.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: f64,
    to: f64,
    /// In seconds.
    step: f64,
}

/// No more numbers than this are tried in a span: a picture may be very long.
const MOST: usize = 100_000;

impl Numbers {
    /// The steps of an axis that is so long.
    pub fn new(axis: &Axis, (view, px_per_s): (&View, f64), length: f64) -> Numbers {
        if !axis.is_timed() {
            return Numbers::default();
        }
        let end = axis.time_at(length).as_secs_f64();
        let text = view.text_px;
        let room_for = |digits: usize| match view.flow {
            Flow::LeftToRight => width(&said(end, digits), text) + text * 1.2,
            Flow::TopToBottom => text * 2.2,
        };
        // Where time is true; elsewhere there is as much room or more.
        let mut coarse = nice_step(room_for(1) / px_per_s);
        coarse = nice_step(room_for(digits_of(coarse)) / px_per_s);
        let most = digits_of(nice_step(coarse / FINER));
        let room = room_for(most);
        let words = |gap: &Break| break_room(gap, view);
        let edges = |place: usize| {
            let before = place.checked_sub(1).map(|before| &axis.breaks[before]);
            let from = before.map_or(LEAD, |gap| gap.clear.max(middle(gap) + words(gap)));
            let to = axis.breaks.get(place).map_or(length, |gap| middle(gap) - words(gap));
            (from, to)
        };
        let mut spans: Vec<Span> = Vec::new();
        for place in 0..=axis.breaks.len() {
            let (from, to) = edges(place);
            if from < to {
                let step = step_of(axis, (from, to), (coarse, most), room);
                spans.push(Span { from, to, step });
            }
        }
        let digits = spans.iter().map(|span| digits_of(span.step)).max().unwrap_or(0);
        Numbers { spans, digits }
    }

    /// The numbers between two places, with their own.
    pub fn within(&self, axis: &Axis, from: f64, to: f64) -> Vec<(f64, String)> {
        let first = self.spans.partition_point(|span| span.to < from);
        let spans = self.spans[first..].iter().take_while(|span| span.from < to);
        spans
            .flat_map(|span| places(axis, (span.from.max(from), span.to.min(to)), span.step))
            .filter(|&(x, _)| x >= from && x < to)
            .map(|(x, seconds)| (x, said(seconds, self.digits)))
            .collect()
    }
}

fn middle(gap: &Break) -> f64 {
    (gap.from + gap.to) / 2.0
}

/// How far from the middle of a break the next number may stand.
fn break_room(gap: &Break, view: &View) -> f64 {
    let half = (gap.to - gap.from) / 2.0;
    match view.flow {
        Flow::LeftToRight => half.max(view.text_px * 5.6),
        Flow::TopToBottom => half.max(view.text_px * 1.4),
    }
}

/// From a step to the next finer one of 1, 2, 5, ….
const FINER: f64 = 2.6;

/// The finest round step, with so many digits at most, at which the numbers of a span keep so far apart; no coarser
/// than a given one.
fn step_of(axis: &Axis, span: (f64, f64), (coarse, most): (f64, usize), room: f64) -> f64 {
    let mut best = coarse;
    loop {
        let step = nice_step(best / FINER);
        if digits_of(step) > most {
            return best;
        }
        let mut last = f64::NEG_INFINITY;
        let is_clear = places(axis, span, step).all(|(x, _)| {
            let is_clear = x - last >= room;
            last = x;
            is_clear
        });
        if !is_clear {
            return best;
        }
        best = step;
    }
}

/// Where the multiples of a step stand.
fn places(axis: &Axis, (from, to): (f64, f64), step: f64) -> impl Iterator<Item = (f64, f64)> {
    let first = (axis.time_at(from).as_secs_f64() / step).floor().max(0.0);
    (0..MOST)
        .map(move |count| (first + count as f64) * step)
        .map(|seconds| (axis.x_of((Ns((seconds * 1e9).round() as u64), u32::MAX)), seconds))
        .skip_while(move |&(x, _)| x < from)
        .take_while(move |&(x, _)| x <= to)
}

/// Digits after the point that the multiples of a step need.
pub(crate) fn digits_of(step: f64) -> usize {
    let mut digits = 0;
    let mut unit = 1.0;
    while step < unit * 0.999 && digits < 9 {
        unit /= 10.0;
        digits += 1;
    }
    digits
}

/// A time in seconds, with so many digits after the point.
pub(crate) fn said(seconds: f64, digits: usize) -> String {
    format!("{seconds:.digits$} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_needs_as_many_digits_as_its_multiples() {
        let digits = [5.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.001].map(digits_of);
        assert_eq!(digits, [0, 0, 1, 1, 1, 2, 3]);
    }
}
