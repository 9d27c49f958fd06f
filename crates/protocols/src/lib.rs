//! The protocols, one module each: a pure state machine from its paper, with its invariants, its client and its view.
//!
//! A new protocol is a new module here and one line in [`all`].

use lightcone_sim::registry::ProtocolEntry;

pub mod client;
pub mod gossip;
pub mod paxos;
pub mod raft;
mod stack;
pub mod two_generals;
pub mod two_phase_commit;

/// Every protocol, in the order in which it is offered.
pub fn all() -> &'static [ProtocolEntry] {
    const ALL: &[ProtocolEntry] = &[
        ProtocolEntry::of::<raft::Raft>(),
        ProtocolEntry::of::<paxos::Paxos>(),
        ProtocolEntry::of::<two_phase_commit::TwoPhaseCommit>(),
        ProtocolEntry::of::<two_generals::TwoGenerals>(),
        ProtocolEntry::of::<gossip::Gossip>(),
    ];
    ALL
}

/// The protocol of this name.
pub fn find(name: &str) -> Option<&'static ProtocolEntry> {
    all().iter().find(|entry| entry.name == name)
}
