//! **Leader Completeness**: if a log entry is committed in a given term, then that entry will be present in the logs of
//! the leaders for all higher-numbered terms (§5.4).

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::PerServer;
use crate::raft::Raft;
use crate::raft::display::command_text;
use crate::raft::log::{Digest, Log};
use crate::raft::types::{Entry, Index, Term};
use crate::stack::Stack;

/// Remembers what was committed in which term, and each leader's log at its election.
#[derive(Clone, Debug, Default)]
pub(super) struct LeaderCompleteness {
    /// Entry 1 first.
    committed: Stack<Committed>,
    elected: Map<(Term, NodeId), Elected>,
    /// The term in which each server was last seen leading.
    led: PerServer<Term>,
    told: Set<(Term, NodeId)>,
}

#[derive(Clone, Debug)]
struct Committed {
    digest: Digest,
    entry: Entry,
    /// The term in which it was first known to be committed.
    term: Term,
    event: EventId,
}

#[derive(Clone, Debug)]
struct Elected {
    /// A copy that shares its entries with the leader's own.
    log: Log,
    event: EventId,
}

impl LeaderCompleteness {
    fn elected(&mut self, seen: &Seen<'_, Raft>, report: &mut Report<'_>) {
        let (node, term) = (seen.event.node, seen.stable.current_term);
        let log = &seen.stable.log;
        // All before the last entry that was committed earlier stands in its digest.
        let below = |&place: &usize| self.committed.get(place).is_some_and(|committed| committed.term < term);
        if let Some(place) = (0..self.committed.height()).rev().find(below)
            && let Some(committed) = self.committed.get(place)
            && let index = Index(place as u64 + 1)
            && log.digest_at(index) != Some(committed.digest)
            && self.told.insert((term, node))
        {
            report.violated(sentence(node, term, index, committed), [committed.event]);
        }
        self.elected.insert((term, node), Elected { log: log.clone(), event: seen.event });
    }

    fn committed(&mut self, seen: &Seen<'_, Raft>, commit_index: Index, report: &mut Report<'_>) {
        let (log, term) = (&seen.stable.log, seen.stable.current_term);
        while (self.committed.height() as u64) < commit_index.0 {
            let index = Index(self.committed.height() as u64 + 1);
            let (Some(entry), Some(digest)) = (log.get(index), log.digest_at(index)) else { return };
            let committed = Committed { digest, entry: entry.clone(), term, event: seen.event };
            // Leaders of higher terms may be in office before this term's leader knows.
            for (&(later, leader), elected) in self.elected.range((term.next(), NodeId::server(0))..) {
                if elected.log.digest_at(index) != Some(digest) && self.told.insert((later, leader)) {
                    report.violated(sentence(leader, later, index, &committed), [elected.event]);
                }
            }
            self.committed.push(committed);
        }
    }
}

fn sentence(leader: NodeId, term: Term, index: Index, committed: &Committed) -> String {
    let text = command_text(&committed.entry.command);
    let before = committed.term;
    format!(
        "{leader} leads in term {term}, but its log lacks entry {index} ({text}), committed in term {before}."
    )
}

impl Monitor<Raft> for LeaderCompleteness {
    fn name(&self) -> &'static str {
        "leader completeness"
    }

    fn observe(&mut self, seen: Seen<'_, Raft>, report: &mut Report<'_>) {
        let Some(server) = super::server(&seen) else { return };
        if (self.committed.height() as u64) < server.commit_index.0 {
            self.committed(&seen, server.commit_index, report);
        }
        if super::leader(&seen).is_some() {
            let term = seen.stable.current_term;
            if std::mem::replace(self.led.of(seen.event.node), term) != term {
                self.elected(&seen, report);
            }
        }
    }
}
