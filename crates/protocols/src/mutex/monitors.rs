//! What must hold: the paper's conditions I and II.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::Map;

use super::messages::Request;
use super::{Mutex, State};

/// The request with which a node is inside, if it is.
fn granted(seen: &Seen<'_, Mutex>) -> Option<Request> {
    match seen.state {
        Some(State::Process(process)) if process.inside => process.mine,
        _ => None,
    }
}

/// Condition I: *a process which has been granted the resource must release it before it can be granted to another*.
///
/// A process that crashes inside is not inside any more; nobody follows it all the same, for it releases nothing.
#[derive(Clone, Debug, Default)]
pub struct MutualExclusion {
    inside: Map<NodeId, EventId>,
}

impl Monitor<Mutex> for MutualExclusion {
    fn name(&self) -> &'static str {
        "mutual exclusion"
    }

    fn observe(&mut self, seen: Seen<'_, Mutex>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if granted(&seen).is_none() {
            self.inside.remove(&node);
            return;
        }
        if self.inside.contains_key(&node) {
            return;
        }
        for (other, &since) in &self.inside {
            report.violated(format!("{node} enters while {other} is inside."), [since]);
        }
        self.inside.insert(node, seen.event);
    }
}

/// Condition II: *different requests for the resource must be granted in the order in which they are made*. As the
/// algorithm has it: in the total order ⇒, which is that of their times, and then of the processes.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The last request that was granted to each.
    granted: Map<NodeId, Request>,
    /// The latest of all, and when it was granted.
    latest: Option<(Request, EventId)>,
}

impl Monitor<Mutex> for Order {
    fn name(&self) -> &'static str {
        "order of requests"
    }

    fn observe(&mut self, seen: Seen<'_, Mutex>, report: &mut Report<'_>) {
        let Some(now) = granted(&seen) else { return };
        if self.granted.insert(seen.event.node, now) == Some(now) {
            return;
        }
        match self.latest {
            Some((later, event)) if now < later => {
                report.violated(format!("{now} is granted after {later}, which is later."), [event]);
            }
            _ => self.latest = Some((now, seen.event)),
        }
    }
}
