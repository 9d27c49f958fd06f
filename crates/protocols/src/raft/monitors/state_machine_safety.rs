//! **State Machine Safety**: if a server has applied a log entry at a given index to its state machine, no other server
//! will ever apply a different log entry for the same index (§5.4.3).

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};

use super::PerServer;
use crate::raft::Raft;
use crate::raft::display::command_text;
use crate::raft::log::Digest;
use crate::raft::types::{Entry, Index};
use crate::stack::Stack;

/// Remembers what was first applied at each index.
#[derive(Clone, Debug, Default)]
pub(super) struct StateMachineSafety {
    /// Entry 1 first.
    applied: Stack<Applied>,
    /// How far each server had come when last seen.
    last_applied: PerServer<Index>,
    /// Servers that were told to have parted ways with the others.
    told: PerServer<bool>,
}

#[derive(Clone, Debug)]
struct Applied {
    digest: Digest,
    entry: Entry,
    node: NodeId,
    event: EventId,
}

impl Monitor<Raft> for StateMachineSafety {
    fn name(&self) -> &'static str {
        "state machine safety"
    }

    fn observe(&mut self, seen: Seen<'_, Raft>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if node.is_client() {
            return;
        }
        // A server that starts again executes its log from the beginning.
        let now = super::server(&seen).map_or(Index(0), |server| server.last_applied);
        let before = std::mem::replace(self.last_applied.of(node), now).min(now);
        if before == now {
            return;
        }
        let log = &seen.stable.log;
        let first = |index: u64| self.applied.get(usize::try_from(index.checked_sub(1)?).ok()?);
        // Logs of one digest are equal all the way up: a server that executes its whole log again is known at one look.
        if first(now.0).is_some_and(|first| Some(first.digest) == log.digest_at(now)) {
            return;
        }
        for index in before.0 + 1..=now.0 {
            let (Some(entry), Some(digest)) = (log.get(Index(index)), log.digest_at(Index(index))) else {
                return;
            };
            let place = (index - 1) as usize;
            let Some(first) = self.applied.get(place) else {
                self.applied.push(Applied { digest, entry: entry.clone(), node, event: seen.event });
                continue;
            };
            if first.digest == digest || first.entry == *entry || std::mem::replace(self.told.of(node), true)
            {
                continue;
            }
            let (this, other) = (command_text(&entry.command), command_text(&first.entry.command));
            report.violated(
                format!(
                    "{node} executes {this} of term {} as entry {index}, where {} has executed {other} of term {}.",
                    entry.term, first.node, first.entry.term
                ),
                [first.event],
            );
        }
    }
}
