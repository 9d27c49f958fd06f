//! What a read by lease must not do (dissertation, §6.4): answer from a log that lacks what was done before the read began.

use lightcone_sim::ids::NodeId;
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::PerServer;
use crate::raft::Raft;
use crate::raft::types::{Command, Index, Serial, State};

/// Remembers how far the log was known to be executed when each request began.
#[derive(Clone, Debug, Default)]
pub(super) struct StaleRead {
    /// How far the log has been looked at, and where requests stand in it.
    looked: Index,
    stands: Map<(NodeId, Serial), Index>,
    /// The last entry of all that clients have been answered for.
    done: Index,
    /// The request that each client waits for.
    waits: PerServer<Option<Serial>>,
    /// By request: what was done when it began.
    since: Map<(NodeId, Serial), Index>,
    told: Set<(NodeId, Serial)>,
}

impl StaleRead {
    fn client(&mut self, node: NodeId, waits: Option<Serial>, is_up: bool) {
        let before = std::mem::replace(self.waits.of(node), waits);
        if before == waits || !is_up {
            return;
        }
        if let Some(&index) = before.and_then(|serial| self.stands.get(&(node, serial))) {
            self.done = self.done.max(index);
        }
        if let Some(serial) = waits {
            self.since.insert((node, serial), self.done);
        }
    }
}

impl Monitor<Raft> for StaleRead {
    fn name(&self) -> &'static str {
        "no stale read"
    }

    fn observe(&mut self, seen: Seen<'_, Raft>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let server = match seen.state {
            Some(State::Server(server)) => server,
            Some(State::Client(client)) => {
                return self.client(node, client.request.as_ref().map(|request| request.serial), true);
            }
            None if node.is_client() => return self.client(node, None, false),
            None => return,
        };
        while self.looked < server.last_applied {
            self.looked = self.looked.next();
            if let Some(Command::Client(request)) =
                seen.stable.log.get(self.looked).map(|entry| &entry.command)
            {
                self.stands.get_or_insert((request.client, request.serial), self.looked);
            }
        }
        let Some((client, serial, index)) = server.lease.read else { return };
        self.stands.get_or_insert((client, serial), index);
        let since = self.since.get(&(client, serial)).copied().unwrap_or_default();
        if index < since && self.told.insert((client, serial)) {
            report.violated(
                format!(
                    "{node} answers {client}'s request {serial} from its log up to {index}, and entry {since} was done before \
                     the request began: a stale read."
                ),
                [],
            );
        }
    }
}
