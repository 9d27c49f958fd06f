//! The protocols, one module each: a pure state machine from its paper, with its invariants, its client and its view.
//!
//! A new protocol is a new module here and one line in `protocols!` below.

use lightcone_sim::registry::ProtocolEntry;

pub mod chat;
pub mod chunk;
pub mod client;
pub mod gossip;
pub mod paxos;
pub mod raft;
mod stack;
pub mod two_generals;
pub mod two_phase_commit;

chunk::protocols! {
    raft::Raft, // The page begins with it.
    run_paxos: paxos::Paxos,
    run_2pc: two_phase_commit::TwoPhaseCommit,
    run_generals: two_generals::TwoGenerals,
    run_gossip: gossip::Gossip,
    run_chat: chat::Chat,
}

/// Every protocol, in the order in which it is offered.
pub fn all() -> &'static [ProtocolEntry] {
    ALL
}

/// The protocol of this name.
pub fn find(name: &str) -> Option<&'static ProtocolEntry> {
    all().iter().find(|entry| entry.name == name)
}
