//! The events of a run as rows of a table: what each was and did in one sentence, and which of them a reader asks for.

use lightcone_sim::ids::{EventId, MsgId, NodeId, TimerId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::trace::{Cause, EventKind, FateKind};

use crate::bands::name_of;

/// The sorts of events that one can ask for: their name, and what belongs to it.
pub const SORTS: [(&str, &[EventKind]); 6] = [
    ("message", &[EventKind::Message]),
    ("timer", &[EventKind::Timer]),
    ("call", &[EventKind::Op]),
    ("start", &[EventKind::Boot, EventKind::Recover]),
    (
        "fault",
        &[
            EventKind::Crash,
            EventKind::Amnesia,
            EventKind::Pause,
            EventKind::Resume,
            EventKind::Clock,
            EventKind::Slow,
            EventKind::Quick,
            EventKind::Byzantine,
            EventKind::Honest,
        ],
    ),
    ("link", &[EventKind::Cut, EventKind::Heal]),
];

/// Which events are asked for; all, if nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What must stand in the sentence, in upper or lower case.
    pub text: String,
    /// Whose.
    pub node: Option<NodeId>,
    /// Of which sort: an index into [`SORTS`].
    pub sort: Option<usize>,
}

/// The sort of an event.
pub fn sort_of(kind: EventKind) -> &'static str {
    SORTS.iter().find(|(_, kinds)| kinds.contains(&kind)).map_or("", |(name, _)| name)
}

/// The events up to a moment that are asked for, in order. Fates are known as they are at `told`.
pub fn events(session: &dyn Session, filter: &Filter, until: Key, told: Key) -> Vec<EventId> {
    let trace = session.trace();
    let text = filter.text.trim().to_ascii_lowercase();
    let is_asked = |id: &EventId| {
        let kinds = filter.sort.and_then(|sort| SORTS.get(sort)).map(|(_, kinds)| kinds);
        filter.node.is_none_or(|node| node == id.node)
            && kinds.is_none_or(|kinds| trace.event(*id).is_some_and(|event| kinds.contains(&event.kind)))
            && (text.is_empty() || sentence(session, *id, told).to_ascii_lowercase().contains(&text))
    };
    trace.order()[..trace.count_until(until)].iter().copied().filter(is_asked).collect()
}

/// What an event was, in a few words: `D got vote? 2 from A`. It is the title of its explanation with the nodes' own
/// names, and costs no more than looking up what came in.
pub fn title(session: &dyn Session, id: EventId) -> String {
    let trace = session.trace();
    let Some(event) = trace.event(id) else { return String::new() };
    let name = |node| name_of(session.scenario(), node);
    let own = name(id.node);
    match event.cause {
        Cause::Message(message) => {
            let label = session.message(message).map(|told| told.label).unwrap_or_default();
            [&own, " got ", &label, " from ", &name(message.node)].concat()
        }
        Cause::Timer(seq) => {
            let what = session.timer(TimerId { node: id.node, seq }).unwrap_or_default();
            [&own, ": ", &what].concat()
        }
        Cause::Op(place) => {
            let op = trace.lane(id.node).and_then(|lane| lane.ops.get(place as usize));
            let asked = op.and_then(|op| session.op(op.id)).map(|(asked, _)| asked).unwrap_or_default();
            [&own, " calls ", &asked].concat()
        }
        Cause::Start | Cause::Entry(_) | Cause::Chance => {
            let title = session.explain(id).unwrap_or_default().title;
            let rest = title.strip_prefix(&id.node.to_string()).unwrap_or(&title);
            [&own, rest].concat()
        }
    }
}

/// What an event was, and what it sent: `D: election timeout; sends vote? 2 to A, B (lost), C`.
pub fn sentence(session: &dyn Session, id: EventId, told: Key) -> String {
    let trace = session.trace();
    // What is said to several is said once.
    let mut sent: Vec<(String, String)> = Vec::new();
    for seq in trace.sends(id) {
        let message = MsgId::new(id.node, seq);
        let (Some(record), Some(view)) = (trace.message(message), session.message(message)) else { continue };
        let fate = match record.fate_at(told.instant()) {
            FateKind::InFlight | FateKind::Delivered => "",
            FateKind::Dropped if trace.replaced_by(message).is_some() => " (altered)",
            FateKind::Dropped => " (lost)",
            FateKind::Cut => " (cut off)",
            FateKind::ToCrashed => " (is down)",
        };
        let to = [&name_of(session.scenario(), record.to), fate].concat();
        match sent.iter_mut().find(|(label, _)| *label == view.label) {
            Some((_, all)) => all.push_str(&[", ", &to].concat()),
            None => sent.push((view.label, to)),
        }
    }
    let mut said = title(session, id);
    for (place, (label, to)) in sent.iter().enumerate() {
        said.push_str(&[if place == 0 { "; sends " } else { "; " }, label, " to ", to].concat());
    }
    said
}
