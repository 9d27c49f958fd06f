//! Where in a run a thing acts that a person does now: resolved once, and stored as an absolute time.

use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, CutRule, Entry, Scenario};
use lightcone_sim::session::{Pending, PendingWhat, Session};
use lightcone_sim::sorted::sort_by_key;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{CutSpan, FateKind, Instant};

/// How far on a message that was held lands when it is let go, so that its arrow slants.
const FLIGHT: Ns = Ns::ms(10);

/// The instant of an entry made at this playhead: the playhead's time, after all that has been played there.
pub fn here(session: &dyn Session, script: &[Entry], now: Key) -> Instant {
    if now.rank < u32::MAX {
        return (now.at, now.rank + 1);
    }
    let trace = session.trace();
    let event = trace.last_event(now).and_then(|id| trace.event(id)).map(|event| event.key.instant());
    let event = event.filter(|instant| instant.0 == now.at).map(|instant| instant.1);
    let entry = script.iter().filter(|entry| entry.at == now.at).map(|entry| entry.rank).max();
    (now.at, event.max(entry).map_or(0, |rank| rank.saturating_add(1)))
}

/// The instant at which something lands that waited for the person: a little later, so that its way can be seen, but
/// before anything that comes by itself.
pub fn soon(session: &dyn Session, script: &[Entry], now: Key) -> Instant {
    let here = here(session, script, now);
    let due = session.pending(now).into_iter().filter_map(|pending| pending.due);
    let planned = script.iter().map(|entry| (entry.at, entry.rank));
    let next = due.chain(planned).filter(|&instant| instant >= here).map(|instant| instant.0).min();
    let at = (here.0 + FLIGHT).min(next.map_or(Ns::NEVER, |next| Ns(next.0.saturating_sub(1))));
    if at <= here.0 {
        return here;
    }
    let taken = script.iter().filter(|entry| entry.at == at).map(|entry| entry.rank).max();
    (at, taken.map_or(0, |rank| rank.saturating_add(1)))
}

/// Whether everything waits for the person at this moment.
pub fn holds_all(session: &dyn Session, now: Key) -> bool {
    let now = now.instant();
    session.trace().held_spans().iter().any(|&(from, to)| from <= now && now < to)
}

/// What may happen next. Where everything waits, there is no order of time: messages come before timers.
pub fn pending(session: &dyn Session, now: Key) -> Vec<Pending> {
    let mut pending = session.pending(now);
    if holds_all(session, now) {
        sort_by_key(&mut pending, |pending| matches!(pending.what, PendingWhat::Timer(_)));
    }
    pending
}

/// Whether a message under way can no longer arrive, because its way is cut or was cut since it set out.
pub fn is_cut(session: &dyn Session, id: MsgId, now: Key) -> bool {
    let trace = session.trace();
    let Some(message) = trace.message(id) else { return false };
    let stays = session.scenario().network.cut_rule == CutRule::InFlight;
    let now = now.instant();
    let is_of = |span: &CutSpan| span.sender == id.node && span.receiver == message.to && span.from <= now;
    let stops = |span: &CutSpan| now < span.to || (stays && message.sent < span.to);
    message.fate.kind == FateKind::Cut || trace.cuts().iter().any(|span| is_of(span) && stops(span))
}

/// One node cut off from all other servers.
pub fn cut_off(scenario: &Scenario, node: NodeId, until: Option<Ns>) -> Action {
    let others = scenario.node_set().iter().filter(|&other| other != node && !other.is_client());
    Action::Partition { groups: vec![vec![node], others.collect()], until, one_way: false }
}

/// The playhead just after all that happens at an instant, and before what has a higher rank there.
pub fn after(instant: Instant) -> Key {
    let last = NodeId::client(u16::MAX);
    Key::fate(instant, last, MsgId { node: last, seq: u32::MAX, copy: u32::MAX })
}
