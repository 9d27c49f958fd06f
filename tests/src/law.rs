//! The light-cone law, held against two runs: outside the cone of an edit every record is equal.

use lightcone_sim::cone::Cone;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::session::Session;
use lightcone_sim::trace::{FateKind, Instant, Trace};

/// The first record outside the cone that differs, in a sentence; `None` where the law holds.
pub fn broken(old: &dyn Session, new: &dyn Session, cone: &Cone) -> Option<String> {
    broken_in_records(old, new, cone)
        .or_else(|| violations_differ(old.trace(), new.trace(), cone))
        .or_else(|| violations_differ(new.trace(), old.trace(), cone))
}

/// The law as a protocol keeps it: with what its monitors say, or without.
pub fn law_of(protocol: &ProtocolEntry) -> fn(&dyn Session, &dyn Session, &Cone) -> Option<String> {
    /// Their monitors look at no more than what has come to the node of an event.
    const STRICT: [&str; 3] = ["raft", "paxos", "2pc"];
    if STRICT.contains(&protocol.name) { broken } else { broken_in_records }
}

/// The same for events and fates alone. A monitor sees the whole run from outside: one that tells of the first breach only,
/// or names the greatest so far, may say another thing of an event outside the cone when something in it has changed.
pub fn broken_in_records(old: &dyn Session, new: &dyn Session, cone: &Cone) -> Option<String> {
    old.trace().nodes().iter().find_map(|node| events_differ(old, new, cone, node)).or_else(|| {
        fates_differ(old.trace(), new.trace(), cone).or_else(|| fates_differ(new.trace(), old.trace(), cone))
    })
}

fn outside(trace: &Trace, cone: &Cone, node: NodeId) -> u32 {
    trace.lane(node).map_or(0, |lane| {
        lane.events.iter().take_while(|event| !cone.contains(node, event.key.instant())).count() as u32
    })
}

fn events_differ(old: &dyn Session, new: &dyn Session, cone: &Cone, node: NodeId) -> Option<String> {
    let (before, after) = (outside(old.trace(), cone, node), outside(new.trace(), cone, node));
    if before != after {
        return Some(format!(
            "{node} has {before} events outside the cone before the edit, {after} after it"
        ));
    }
    (1..=before)
        .map(|index| EventId { node, index })
        .find(|&event| old.hash_of(event) != new.hash_of(event))
        .map(|event| {
            let (was, is) = (old.trace().event(event), new.trace().event(event));
            format!("{event} lies outside the cone and was {was:?}, is {is:?}")
        })
}

fn is_record(fate: FateKind) -> bool {
    fate != FateKind::InFlight
}

fn fates_differ(one: &Trace, other: &Trace, cone: &Cone) -> Option<String> {
    let lies_outside = |to: NodeId, at: Instant| !cone.contains(to, at);
    one.messages().find_map(|(id, message)| {
        if !is_record(message.fate.kind)
            || message.fate.at.0 > one.reached()
            || !lies_outside(message.to, message.fate.at)
        {
            return None;
        }
        // What became of a message that never arrived is a record of its link, in the cone with its sending.
        let sent = one.message(id.original()).map(|original| original.sent)?;
        if matches!(message.fate.kind, FateKind::Dropped | FateKind::Cut) && cone.contains(id.node, sent) {
            return None;
        }
        let twin = other.message(id).map(|twin| (twin.to, twin.fate.kind, twin.fate.at, twin.fate.event));
        let mine = (message.to, message.fate.kind, message.fate.at, message.fate.event);
        (twin != Some(mine))
            .then(|| format!("the fate of {id} lies outside the cone and is {mine:?} or {twin:?}"))
    })
}

fn violations_differ(one: &Trace, other: &Trace, cone: &Cone) -> Option<String> {
    let lies_outside = |event: &EventId| {
        one.event(*event).is_some_and(|record| !cone.contains(event.node, record.key.instant()))
    };
    one.violations()
        .iter()
        .filter(|violation| lies_outside(&violation.event) && violation.evidence.iter().all(lies_outside))
        .find(|violation| !other.violations().contains(violation))
        .map(|violation| format!("a violation outside the cone shows in one run only: {violation:?}"))
}

/// How much of the run before the edit lies in the cone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// Nothing.
    Empty,
    /// A part.
    Partial,
    /// Every event.
    Whole,
}

/// How much of these runs' events lies in the cone.
pub fn share(old: &dyn Session, new: &dyn Session, cone: &Cone) -> Share {
    let count = |session: &dyn Session| {
        let trace = session.trace();
        let spared: u32 = trace.nodes().iter().map(|node| outside(trace, cone, node)).sum();
        (spared as usize, trace.order().len())
    };
    let ((spared, all), (spared_new, all_new)) = (count(old), count(new));
    if spared == all && spared_new == all_new {
        Share::Empty
    } else if spared == 0 {
        Share::Whole
    } else {
        Share::Partial
    }
}
