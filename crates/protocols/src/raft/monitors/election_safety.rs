//! **Election Safety**: at most one leader can be elected in a given term (§5.2).

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::Map;

use super::PerServer;
use crate::raft::Raft;
use crate::raft::types::Term;

/// Remembers who led each term.
#[derive(Clone, Debug, Default)]
pub(super) struct ElectionSafety {
    /// The term in which each server was last seen leading.
    led: PerServer<Term>,
    leaders: Map<Term, Vec<(NodeId, EventId)>>,
}

impl Monitor<Raft> for ElectionSafety {
    fn name(&self) -> &'static str {
        "election safety"
    }

    fn observe(&mut self, seen: Seen<'_, Raft>, report: &mut Report<'_>) {
        if super::leader(&seen).is_none() {
            return;
        }
        let (node, term) = (seen.event.node, seen.stable.current_term);
        if std::mem::replace(self.led.of(node), term) == term {
            return;
        }
        let leaders = self.leaders.or_default(term);
        if leaders.iter().any(|&(leader, _)| leader == node) {
            return;
        }
        if let Some(&(other, elected)) = leaders.first() {
            let (one, two) = (node.min(other), node.max(other));
            report.violated(
                format!("{one} and {two} both lead in term {term}: a term has one leader at most."),
                [elected],
            );
        }
        leaders.push((node, seen.event));
    }
}
