//! **Log Matching**: if two logs contain an entry with the same index and term, then the logs are identical in all
//! entries up through the given index (§5.3).

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::PerServer;
use crate::raft::Raft;
use crate::raft::log::Digest;
use crate::raft::types::{Index, Term};

/// Remembers what the log up to each (index, term) looked like where it was first seen.
#[derive(Debug, Default)]
pub(super) struct LogMatching {
    /// The digests of each server's log as last seen.
    logs: PerServer<Vec<Digest>>,
    first: Map<(Index, Term), First>,
    /// Pairs of servers whose logs were told to differ.
    told: Set<(NodeId, NodeId)>,
}

#[derive(Debug)]
struct First {
    digest: Digest,
    node: NodeId,
    event: EventId,
}

impl Monitor<Raft> for LogMatching {
    fn name(&self) -> &'static str {
        "log matching"
    }

    fn observe(&mut self, seen: Seen<'_, Raft>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if node.is_client() {
            return;
        }
        let log = &seen.stable.log;
        let known = self.logs.of(node);
        if known.len() as u64 == log.last_index().0
            && known.last().is_none_or(|&last| last == log.last_digest())
        {
            return;
        }
        // What is no longer in the log goes; equal digests mean that all before is equal too.
        while known.last().is_some_and(|&last| log.digest_at(Index(known.len() as u64)) != Some(last)) {
            known.pop();
        }
        for index in known.len() as u64 + 1..=log.last_index().0 {
            let index = Index(index);
            let (Some(term), Some(digest)) = (log.term_at(index), log.digest_at(index)) else { return };
            known.push(digest);
            let first = self.first.get_or_insert((index, term), First { digest, node, event: seen.event });
            let pair = (first.node.min(node), first.node.max(node));
            if first.digest != digest && self.told.insert(pair) {
                let other = first.node;
                report.violated(
                    format!(
                        "{node} and {other} both have an entry {index} of term {term}, but their logs up to it are \
                         not the same."
                    ),
                    [first.event],
                );
            }
        }
    }
}
