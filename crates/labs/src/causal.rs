//! Whether something that a lab says of causality is so.

use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::trace::Trace;

use crate::place::Place;
use crate::predicate::{ConsistentCut, HappensBefore, Lamport};

fn found(trace: &Trace, places: &[Place], now: Key) -> Option<Vec<EventId>> {
    places.iter().map(|place| place.find(trace, now)).collect()
}

pub(crate) fn happens_before(trace: &Trace, said: &HappensBefore, now: Key) -> bool {
    match found(trace, &[said.first, said.then], now).as_deref() {
        Some(&[first, then]) => trace.happens_before(first, then) == said.is,
        _ => false,
    }
}

pub(crate) fn concurrent(trace: &Trace, places: &[Place], now: Key) -> bool {
    found(trace, places, now).is_some_and(|events| {
        let mut pairs = (0..events.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        pairs.all(|(one, other)| trace.concurrent(events[one], events[other]))
    })
}

pub(crate) fn lamport(trace: &Trace, said: &Lamport, now: Key) -> bool {
    // Environment events have none.
    let clock = |place: Place| {
        let event = trace.event(place.find(trace, now)?)?;
        (event.lamport > 0).then_some(event.lamport)
    };
    clock(said.event).is_some_and(|mine| {
        said.is.is_none_or(|is| is == mine)
            && said.less_than.is_none_or(|other| clock(other).is_some_and(|theirs| mine < theirs))
    })
}

pub(crate) fn consistent_cut(trace: &Trace, said: &ConsistentCut, now: Key) -> bool {
    found(trace, &said.last, now).is_some_and(|events| {
        let mut cut = vec![0; trace.nodes().len()];
        for event in events {
            if let Some(count) = trace.nodes().index(event.node).and_then(|lane| cut.get_mut(lane)) {
                *count = event.index.max(*count);
            }
        }
        trace.is_consistent(&cut) == said.is
    })
}
