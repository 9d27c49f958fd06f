//! **Leader Append-Only**: a leader never overwrites or deletes entries in its log; it only appends new entries (§5.3).

use lightcone_sim::ids::EventId;
use lightcone_sim::monitor::{Monitor, Report, Seen};

use super::PerServer;
use crate::raft::Raft;
use crate::raft::log::Digest;
use crate::raft::types::Index;

/// Remembers where each log ended.
#[derive(Clone, Debug, Default)]
pub(super) struct LeaderAppendOnly {
    ends: PerServer<End>,
}

#[derive(Clone, Debug, Default)]
struct End {
    index: Index,
    digest: Digest,
    /// The event at which the log came to be so.
    since: Option<EventId>,
}

impl Monitor<Raft> for LeaderAppendOnly {
    fn name(&self) -> &'static str {
        "leader append-only"
    }

    fn observe(&mut self, seen: Seen<'_, Raft>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if node.is_client() {
            return;
        }
        let log = &seen.stable.log;
        let end = self.ends.of(node);
        if end.index == log.last_index() && end.digest == log.last_digest() {
            return;
        }
        let now = End { index: log.last_index(), digest: log.last_digest(), since: Some(seen.event) };
        let before = std::mem::replace(end, now);
        if super::leader(&seen).is_some() && log.digest_at(before.index) != Some(before.digest) {
            let term = seen.stable.current_term;
            report.violated(
                format!(
                    "{node} leads term {term} and deletes or overwrites entries of its own log, which went up to {}: \
                     a leader only appends.",
                    before.index
                ),
                before.since,
            );
        }
    }
}
