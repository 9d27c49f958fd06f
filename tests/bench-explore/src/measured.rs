//! One measurement.

use lightcone_explore::{Assumptions, Budgets, Limits, Network, Progress, Search, Space, Watched};
use lightcone_protocols::paxos::Paxos;
use lightcone_protocols::raft::Raft;
use lightcone_protocols::reference::NoParams;
use lightcone_protocols::reference::two_phase::TwoPhase;
use lightcone_sim::explored::Explored;
use lightcone_sim::ids::Nodes;
use lightcone_sim::protocol::Protocol;
use serde::{Deserialize, Serialize};

/// What is gone through; where all of it does not fit into memory, to a depth.
pub const CASES: &[&str] = &[
    "two-phase, 7 rms",
    "two-phase, 8 rms",
    "paxos, 2 clients",
    "paxos, 3 clients, depth 15",
    "raft, 3 servers, depth 11",
];

/// What it took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    /// Distinct states.
    pub states: u64,
    /// Seconds of processor time.
    pub cpu_seconds: f64,
    /// The most memory that the process had.
    pub bytes: u64,
}

/// A system, whoever goes through it.
pub struct Case<P: Protocol> {
    pub protocol: P,
    pub nodes: Nodes,
    pub network: Network,
    pub ops: Vec<Vec<P::Op>>,
    /// Whether timers fire.
    pub timers: bool,
    /// How many levels of states are met.
    pub depth: Option<u32>,
}

/// Measures one case, ours or theirs: a system, its size, and how many levels of states are met.
pub fn measure(who: &str, case: &str) -> Option<Measured> {
    let number = |what: &str| -> Option<u32> {
        let part = case.split(", ").find(|part| part.contains(what))?;
        part.split(' ').find_map(|word| word.parse().ok())
    };
    let depth = number("depth");
    match case.split(", ").next()? {
        "two-phase" => of(who, two_phase(number("rms")? as u16)?),
        "paxos" => of(who, paxos(number("clients")? as u16, depth)?),
        "raft" => of(who, raft(number("servers")? as u16, depth?)?),
        _ => None,
    }
}

fn two_phase(rms: u16) -> Option<Case<TwoPhase>> {
    let nodes = Nodes { servers: rms + 1, clients: 0 };
    let protocol = TwoPhase::new(NoParams {}, nodes).ok()?;
    Some(Case { protocol, nodes, network: Network::Set, ops: Vec::new(), timers: true, depth: None })
}

fn paxos(clients: u16, depth: Option<u32>) -> Option<Case<Paxos>> {
    let nodes = Nodes { servers: 3, clients };
    let protocol = Paxos::new(Default::default(), nodes).ok()?;
    let ops = (1..=clients).map(|client| Some(vec![format!("propose v{client}").parse().ok()?]));
    let ops = ops.collect::<Option<_>>()?;
    Some(Case { protocol, nodes, network: Network::Multiset, ops, timers: false, depth })
}

fn raft(servers: u16, depth: u32) -> Option<Case<Raft>> {
    let nodes = Nodes { servers, clients: 0 };
    let protocol = Raft::new(Default::default(), nodes).ok()?;
    let (network, ops, timers) = (Network::Multiset, Vec::new(), true);
    Some(Case { protocol, nodes, network, ops, timers, depth: Some(depth) })
}

fn of<P: Explored>(who: &str, case: Case<P>) -> Option<Measured> {
    let states = match who {
        "ours" => ours(case)?,
        "theirs" => crate::theirs::states(case),
        _ => return None,
    };
    Some(Measured { states, cpu_seconds: cpu_seconds()?, bytes: peak_bytes()? })
}

fn ours<P: Explored>(case: Case<P>) -> Option<u64> {
    let timers = (!case.timers).then_some(0);
    let assumptions = Assumptions {
        nodes: case.nodes,
        network: case.network,
        budgets: Budgets { timers, ..Budgets::default() },
        ops: case.ops,
        watched: Watched::Nothing,
        idle_waits: true,
        ticks: None,
        narrowed: None,
    };
    let limits = Limits { depth: case.depth.unwrap_or(u32::MAX), ..Limits::default() };
    let mut search = Search::new(Space::new(case.protocol, assumptions).ok()?, limits);
    while search.run(1 << 16).ok()? == Progress::More {}
    Some(search.report().distinct)
}

/// Processor time of this process so far, all threads of it.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}
