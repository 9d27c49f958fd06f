//! What an overview has to know of a whole run, looked up once.

use lightcone_sim::ids::EventId;
use lightcone_sim::sorted::sort_by_key;
use lightcone_sim::trace::{EventKind, FateKind, Instant, Trace};

/// Something that was done to a node, or that it came back from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub at: Instant,
    pub id: EventId,
    pub kind: EventKind,
}

/// What an overview has to know of a whole run.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By sender: when it sent those of its messages that got lost, in order.
    pub lost: Vec<Vec<Instant>>,
    /// By lane, in order.
    pub faults: Vec<Vec<Fault>>,
}

impl Index {
    /// Looks at every event and message once.
    pub fn new(trace: &Trace) -> Index {
        let mut index = Index::default();
        for (node, line) in trace.lanes() {
            let is_lost = |kind| matches!(kind, FateKind::Dropped | FateKind::Cut | FateKind::ToCrashed);
            let all = line.messages.iter().chain(line.copies.iter().map(|(_, copy)| copy));
            let mut lost: Vec<Instant> =
                all.filter(|message| is_lost(message.fate.kind)).map(|message| message.sent).collect();
            sort_by_key(&mut lost, |&at| at);
            index.lost.push(lost);
            let events = line.events.iter().zip(1..).filter(|(event, _)| {
                matches!(
                    event.kind,
                    EventKind::Crash
                        | EventKind::Amnesia
                        | EventKind::Recover
                        | EventKind::Pause
                        | EventKind::Resume
                )
            });
            let fault = |(event, index): (&lightcone_sim::trace::EventRecord, u32)| Fault {
                at: event.key.instant(),
                id: EventId { node, index },
                kind: event.kind,
            };
            index.faults.push(events.map(fault).collect());
        }
        index
    }
}
