//! One axis of time for two runs: what both have stands once, and neither stands on the other.

use lightcone_sim::compare::Common;
use lightcone_sim::ids::EventId;
use lightcone_sim::sorted::sort_by_key;
use lightcone_sim::trace::Trace;

use crate::fold::Folds;
use crate::lanes::Lanes;
use crate::scale::{Axis, Gaps, Mark, order, warp};
use crate::view::{Space, TimeScale, View};
use crate::weave::{LEAD, Owner, Wanted, wanted};

/// Where the events of two runs stand.
pub(super) struct Placed {
    /// The axis; in causal order, where lines have places of their own, for each run its own lines.
    pub axes: [Axis; 2],
    /// By run, lane and event; what is not drawn: NaN.
    pub events: [Vec<Vec<f64>>; 2],
}

/// Places the events of two runs.
pub(super) fn common(
    traces: [&Trace; 2],
    view: &View,
    space: &Space,
    (lanes, folds): (&[Lanes; 2], &[Folds; 2]),
    common: &Common,
    (gaps, column): (Gaps, f64),
) -> Placed {
    let mut events =
        traces.map(|trace| trace.lanes().map(|(_, lane)| vec![f64::NAN; lane.events.len()]).collect());
    if view.scale == TimeScale::True {
        let axis = Axis::straight(LEAD, space.px_per_s);
        return Placed { axes: [axis.clone(), axis], events };
    }
    let all = [0, 1].map(|run| wanted(traces[run], view, &lanes[run], &folds[run]));
    let (marks, owners) = woven(traces, all, common, view.scale == TimeScale::Warped);
    let counts = traces.map(|trace| trace.nodes().len());
    let (axes, xs) = if view.scale == TimeScale::Warped {
        let (curve, breaks, xs) = warp(&marks, counts[0] + counts[1], LEAD, space.px_per_s, gaps);
        let axis = Axis::warped(curve, breaks);
        ([axis.clone(), axis], xs)
    } else {
        let last = (traces[0].reached().max(traces[1].reached()), u32::MAX);
        let (front, mut lines, xs) = order(&marks, counts[0] + counts[1], LEAD, column, last);
        let theirs = lines.split_off(counts[0]);
        ([Axis::logical(front.clone(), lines), Axis::logical(front, theirs)], xs)
    };
    for (x, (run, owner)) in xs.into_iter().zip(owners) {
        if let Some((lane, index)) = owner {
            let lanes: &mut Vec<Vec<f64>> = &mut events[run];
            lanes[lane][index as usize - 1] = x;
        }
    }
    Placed { axes, events }
}

/// The marks of both in order of time. Each run has lines of its own; on those of the second, what both have follows the
/// same on the first and takes no column, so that it stands where that does.
fn woven(
    traces: [&Trace; 2],
    all: [Vec<Wanted>; 2],
    common: &Common,
    is_timed: bool,
) -> (Vec<Mark>, Vec<(usize, Owner)>) {
    let mut both: Vec<(usize, Wanted)> = Vec::new();
    for (run, wanted) in all.into_iter().enumerate() {
        both.extend(wanted.into_iter().map(|wanted| (run, wanted)));
    }
    // The first run's before the second's at one instant.
    sort_by_key(&mut both, |(run, wanted)| (wanted.at, *run));
    let mut place_of: [Vec<Vec<usize>>; 2] =
        traces.map(|trace| trace.lanes().map(|(_, lane)| vec![usize::MAX; lane.events.len()]).collect());
    let known = |place_of: &[Vec<Vec<usize>>; 2], run: usize, id: EventId| {
        let lane = traces[run].nodes().index(id.node)?;
        let place = *place_of[run][lane].get(id.index.checked_sub(1)? as usize)?;
        (place != usize::MAX).then_some(place)
    };
    let own_lines = traces[0].nodes().len();
    let (mut marks, mut owners) = (Vec::with_capacity(both.len()), Vec::with_capacity(both.len()));
    for (run, wanted) in both {
        let id = wanted.owner.map(|(lane, index)| EventId { node: traces[run].nodes().at(lane), index });
        let twin = id.filter(|&id| run == 1 && common.has(id)).and_then(|id| known(&place_of, 0, id));
        let cause = wanted.cause.and_then(|message| {
            let event = traces[run].message(message.original())?.event;
            known(&place_of, run, EventId { node: message.node, index: event })
        });
        if let Some((lane, index)) = wanted.owner {
            place_of[run][lane][index as usize - 1] = marks.len();
        }
        let lane = match wanted.lane {
            usize::MAX => usize::MAX,
            lane => lane + run * own_lines,
        };
        let (after, drawn) = match twin {
            Some(_) if is_timed => (None, false),
            Some(_) => (twin, false),
            None => (cause, wanted.drawn),
        };
        marks.push(Mark { at: wanted.at, lane, after, room: wanted.room, drawn });
        owners.push((run, wanted.owner));
    }
    (marks, owners)
}
