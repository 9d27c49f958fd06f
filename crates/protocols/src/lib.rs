//! The protocols, one module each: a pure state machine from its paper, with its invariants, its client and its view.
//!
//! A new protocol is a new module here and one line in `protocols!` below.

use lightcone_sim::registry::ProtocolEntry;

pub mod berkeley;
pub mod chunk;
pub mod client;
pub mod cristian;
pub mod gossip;
pub mod last_write_wins;
pub mod lease;
pub mod paxos;
pub mod raft;
mod readings;
mod stack;
pub mod stopwatch;
pub mod truetime;
pub mod two_generals;
pub mod two_phase_commit;

chunk::protocols! {
    raft::Raft, // The page begins with it.
    run_paxos: paxos::Paxos,
    run_2pc: two_phase_commit::TwoPhaseCommit,
    run_generals: two_generals::TwoGenerals,
    run_gossip: gossip::Gossip,
    run_cristian: cristian::Cristian,
    run_berkeley: berkeley::Berkeley,
    run_truetime: truetime::TrueTime,
    run_stopwatch: stopwatch::Stopwatch,
    run_lease: lease::Lease,
    run_lww: last_write_wins::LastWriteWins,
}

/// Every protocol, in the order in which it is offered.
pub fn all() -> &'static [ProtocolEntry] {
    ALL
}

/// The protocol of this name.
pub fn find(name: &str) -> Option<&'static ProtocolEntry> {
    all().iter().find(|entry| entry.name == name)
}
