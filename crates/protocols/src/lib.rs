//! The protocols, one module each: a pure state machine from its paper, with its invariants, its client and its view.
//!
//! A new protocol is a new module here and one line in `protocols!` below. Where a scenario is to be able to carry its
//! messages over connections, the line says that, too: `run_NAME + connections: module::Type`.

use lightcone_sim::registry::ProtocolEntry;

pub mod bank;
pub mod ben_or;
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
pub mod reference;
mod stack;
pub mod stopwatch;
pub mod stream;
pub mod switch;
pub mod transfer;
pub mod truetime;
pub mod two_generals;
pub mod two_phase_commit;
pub mod versions;
pub mod vote;

chunk::protocols! {
    link_raft: raft::Raft, // The page begins with it.
    run_paxos + connections: paxos::Paxos,
    run_2pc + connections: two_phase_commit::TwoPhaseCommit,
    run_vote: vote::Vote,
    run_benor: ben_or::BenOr,
    run_generals + connections: two_generals::TwoGenerals,
    run_gossip: gossip::Gossip,
    run_ping + connections: ping::Ping,
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
    run_chat + connections: chat::Chat,
    run_tcommit: reference::tcommit::TCommit,
    run_two_phase: reference::two_phase::TwoPhase,
    run_paxos_commit: reference::paxos_commit::PaxosCommit,
    run_paxos_tla: reference::paxos_tla::PaxosTla,
    run_lamport_mutex: reference::lamport_mutex::LamportMutex,
    run_chang_roberts: reference::chang_roberts::ChangRoberts,
    run_echo: reference::echo::Echo,
}

/// Every protocol, in the order in which it is offered.
///
/// Never inlined: whoever calls it would compile the runs of all protocols again, each of some seventy test programs among them.
#[inline(never)]
pub fn all() -> &'static [ProtocolEntry] {
    ALL
}

/// The protocol of this name; one that is in a chunk has no more than its names until that has been fetched.
#[inline(never)]
pub fn find(name: &str) -> Option<&'static ProtocolEntry> {
    chunk::fetched(name).or_else(|| all().iter().find(|entry| entry.name == name))
}
