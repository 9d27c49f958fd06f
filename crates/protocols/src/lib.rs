//! The protocols, one module each: a pure state machine from its paper, with its invariants, its client and its view.
//!
//! A new protocol is a new module here and one line in `protocols!` below.

use lightcone_sim::registry::ProtocolEntry;

pub mod bank;
pub mod berkeley;
pub mod chat;
pub mod chunk;
pub mod client;
pub mod connection;
pub mod counter;
pub mod cristian;
pub mod fifo;
pub mod floodmin;
pub mod gossip;
pub mod itc;
pub mod last_write_wins;
pub mod lease;
pub mod metrics;
pub mod mutex;
pub mod oral;
pub mod paxos;
pub mod ping;
pub mod raft;
mod readings;
mod stack;
pub mod stopwatch;
pub mod stream;
pub mod switch;
pub mod transfer;
pub mod truetime;
pub mod two_generals;
pub mod two_phase_commit;
pub mod versions;

chunk::protocols! {
    raft::Raft, // The page begins with it.
    run_paxos: paxos::Paxos,
    run_2pc: two_phase_commit::TwoPhaseCommit,
    run_generals: two_generals::TwoGenerals,
    run_gossip: gossip::Gossip,
    run_ping: ping::Ping,
    run_floodmin: floodmin::FloodMin,
    run_oral: oral::Oral,
    run_transfer: transfer::Transfer,
    run_versions: versions::Versions,
    run_itc: itc::Itc,
    run_counter: counter::Counter,
    run_mutex: mutex::Mutex,
    run_bank: bank::Bank,
    run_stream: stream::Stream,
    run_metrics: metrics::Metrics,
    run_cristian: cristian::Cristian,
    run_berkeley: berkeley::Berkeley,
    run_truetime: truetime::TrueTime,
    run_stopwatch: stopwatch::Stopwatch,
    run_lease: lease::Lease,
    run_lww: last_write_wins::LastWriteWins,
    run_chat: chat::Chat,
}

/// Every protocol, in the order in which it is offered.
pub fn all() -> &'static [ProtocolEntry] {
    ALL
}

/// The protocol of this name; one that is in a chunk has no more than its names until that has been fetched.
pub fn find(name: &str) -> Option<&'static ProtocolEntry> {
    chunk::fetched(name).or_else(|| all().iter().find(|entry| entry.name == name))
}
