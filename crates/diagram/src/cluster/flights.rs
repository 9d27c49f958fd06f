//! Messages at a moment: how far on its way each is, and what has just become of those that are over.

use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::session::{PendingWhat, Session};
use lightcone_sim::sorted::{Set, sort_by_key};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, FateKind, MessageRecord, Trace};

use crate::view::View;
use crate::weave::ending;

/// So many of the last events are searched for messages whose end is still to be seen.
const RECENT: usize = 256;
/// What is lost stays in sight at least so long.
const LINGERS: Ns = Ns::ms(8);
/// A message that is held stands after this part of its way, as in the space-time diagram.
const HELD: f64 = 0.3;
/// A message on its way, or just at its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flight {
    pub id: MsgId,
    pub to: NodeId,
    /// How much of its way it has made; what is cut off makes no more of it than up to the cut.
    pub part: f64,
    /// Whether it is cut off, as far as that is known.
    pub is_cut: bool,
    pub state: State,
}

/// What is to be seen of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is under way.
    UnderWay,
    /// It stands still until it is let go.
    Held,
    /// Its arrival is what has happened last.
    Landed,
    /// It has just been lost, cut off, or come to a node that is down.
    Lost(FateKind),
}

/// All messages to be seen at a moment, by id.
pub(crate) fn flights(session: &dyn Session, view: &View, now: Key) -> Vec<Flight> {
    let trace = session.trace();
    let mut ids: Set<MsgId> = Set::new();
    for pending in session.pending(now) {
        if let PendingWhat::Message { id, .. } = pending.what {
            ids.insert(id);
        }
    }
    let last = trace.last_event(now);
    if let Some(Cause::Message(id)) = last.and_then(|last| trace.event(last)).map(|event| event.cause) {
        ids.insert(id);
    }
    for &event in trace.order()[..trace.count_until(now)].iter().rev().take(RECENT) {
        sent_by(trace, event, |id| {
            ids.insert(id);
        });
    }
    let flight = |&id: &MsgId| {
        let record = trace.message(id)?;
        let state = state(record, last, now)?;
        let is_known = matches!(state, State::Lost(_)) || !view.hide_future;
        Some(Flight {
            id,
            to: record.to,
            part: part(session, record, state, view.hide_future, now),
            is_cut: is_known && record.fate.kind == FateKind::Cut,
            state,
        })
    };
    let mut flights: Vec<Flight> = ids.iter().filter_map(flight).collect();
    sort_by_key(&mut flights, |flight| flight.id);
    flights
}

/// The messages that an event sent, copies included.
fn sent_by(trace: &Trace, event: EventId, mut each: impl FnMut(MsgId)) {
    for seq in trace.sends(event) {
        each(MsgId::new(event.node, seq));
        let copies = trace.lane(event.node).map(|lane| &lane.copies);
        for (&(_, copy), _) in copies.into_iter().flat_map(|copies| copies.range((seq, 0)..=(seq, u32::MAX)))
        {
            each(MsgId { node: event.node, seq, copy });
        }
    }
}

fn state(record: &MessageRecord, last: Option<EventId>, now: Key) -> Option<State> {
    let instant = now.instant();
    if record.sent > instant {
        return None;
    }
    if record.is_held() {
        return Some(State::Held);
    }
    let (over, _) = ending(record);
    let handled = EventId { node: record.to, index: record.fate.event };
    if record.fate.kind == FateKind::Delivered && record.fate.event > 0 && last == Some(handled) {
        return Some(State::Landed);
    }
    if instant < over {
        return Some(State::UnderWay);
    }
    let is_lost = matches!(record.fate.kind, FateKind::Dropped | FateKind::Cut | FateKind::ToCrashed);
    let stays = record.fate.at.0.since(record.sent.0).max(LINGERS);
    (is_lost && now.at.since(over.0) <= stays).then_some(State::Lost(record.fate.kind))
}

fn part(session: &dyn Session, record: &MessageRecord, state: State, hides_future: bool, now: Key) -> f64 {
    let gone = now.at.since(record.sent.0).as_secs_f64();
    match state {
        State::Held => HELD,
        State::Landed | State::Lost(FateKind::ToCrashed | FateKind::Cut) => 1.0,
        State::Lost(_) => ending(record).1,
        // When it will arrive is not to be told by its pace: it comes nearer and nearer, and never quite.
        State::UnderWay if hides_future => {
            let usual = session.scenario().network.latency.usual();
            0.9 * gone / (gone + usual.as_secs_f64()).max(1e-9)
        }
        State::UnderWay => {
            // What has arrived waits where it is.
            let arrives = record.fate.at.0.min(record.arrived);
            let whole = arrives.since(record.sent.0).as_secs_f64();
            if whole > 0.0 { (gone / whole).min(1.0) } else { 0.0 }
        }
    }
}
