//! **Log Matching**: if two logs contain an entry with the same index and term, then the logs are identical in all
//! entries up through the given index (§5.3).

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::PerServer;
use crate::raft::Raft;
use crate::raft::log::{Digest, Log};
use crate::raft::types::{Index, Term};
use crate::stack::Stack;

/// Remembers what the log up to each (index, term) looked like where it was first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct LogMatching {
    /// Each server's log as last seen: a copy that shares its entries with the server's own.
    logs: PerServer<Log>,
    /// By index, entry 1 first: what was seen there before anything else.
    first: Stack<First>,
    /// What was first seen of other terms.
    later: Map<(Index, Term), First>,
    /// Pairs of servers whose logs were told to differ.
    told: Set<(NodeId, NodeId)>,
}

#[derive(Clone, Copy, Debug)]
struct First {
    term: Term,
    digest: Digest,
    node: NodeId,
    event: EventId,
}

impl LogMatching {
    /// What was first seen at this index in this term: this, if nothing was.
    fn first(&mut self, index: Index, seen: First) -> First {
        match self.first.get(index.prev().0 as usize) {
            Some(&first) if first.term == seen.term => first,
            Some(_) => *self.later.get_or_insert((index, seen.term), seen),
            None => {
                self.first.push(seen);
                seen
            }
        }
    }
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
        if known.last_index() == log.last_index() && known.last_digest() == log.last_digest() {
            return;
        }
        // What is no longer in the log was forgotten; equal digests mean that all before is equal too.
        let mut same = known.last_index();
        while known.digest_at(same) != log.digest_at(same) {
            same = same.prev();
        }
        *known = log.clone();
        for index in same.0 + 1..=log.last_index().0 {
            let index = Index(index);
            let (Some(term), Some(digest)) = (log.term_at(index), log.digest_at(index)) else { return };
            let first = self.first(index, First { term, digest, node, event: seen.event });
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
