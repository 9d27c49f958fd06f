//! The five properties of Figure 3, each watched through the whole run. "Raft guarantees that each of these properties
//! is true at all times."
//!
//! A monitor is shown one server after each event and looks at what changed. Logs are compared by their digests, so
//! that a step costs the same however long they are; what a monitor remembers grows with logs and terms and not with
//! the number of events; what grows with logs is a stack, which is copied for nothing. Each tells a broken property once, not again at every event that follows from it.

mod election_safety;
mod leader_append_only;
mod leader_completeness;
mod log_matching;
mod stale_read;
mod state_machine_safety;

use lightcone_sim::ids::NodeId;
use lightcone_sim::monitor::{Monitor, Seen};

use super::Raft;
use super::types::{Role, Server, State};

/// Fresh monitors for one run, in the order of Figure 3; with leases also on what they are to keep.
pub(super) fn all(has_leases: bool) -> Vec<Box<dyn Monitor<Raft>>> {
    let mut monitors: Vec<Box<dyn Monitor<Raft>>> = vec![
        Box::<election_safety::ElectionSafety>::default(),
        Box::<leader_append_only::LeaderAppendOnly>::default(),
        Box::<log_matching::LogMatching>::default(),
        Box::<leader_completeness::LeaderCompleteness>::default(),
        Box::<state_machine_safety::StateMachineSafety>::default(),
    ];
    if has_leases {
        monitors.push(Box::<stale_read::StaleRead>::default());
    }
    monitors
}

/// The server that is seen, if it is one and is up.
fn server<'a>(seen: &Seen<'a, Raft>) -> Option<&'a Server> {
    match seen.state {
        Some(State::Server(server)) => Some(server),
        Some(State::Client(_)) | None => None,
    }
}

/// The server that is seen, if it leads.
fn leader<'a>(seen: &Seen<'a, Raft>) -> Option<&'a Server> {
    server(seen).filter(|server| matches!(server.role, Role::Leader { .. }))
}

/// Something remembered of each server.
#[derive(Clone, Debug)]
struct PerServer<T>(Vec<T>);

impl<T> Default for PerServer<T> {
    fn default() -> PerServer<T> {
        PerServer(Vec::new())
    }
}

impl<T: Default> PerServer<T> {
    /// What is remembered of this one; clients have numbers of their own and must not be asked for.
    fn of(&mut self, node: NodeId) -> &mut T {
        let place = usize::from(node.number());
        if place >= self.0.len() {
            self.0.resize_with(place + 1, T::default);
        }
        &mut self.0[place]
    }
}
