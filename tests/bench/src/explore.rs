//! What the explorer's benchmark goes through.

use lightcone_explore::{Assumptions, Budgets, Limits, Network, Progress, Search, Space, Watched};
use lightcone_protocols::paxos::Paxos;
use lightcone_protocols::raft::Raft;
use lightcone_protocols::reference::NoParams;
use lightcone_protocols::reference::two_phase::TwoPhase;
use lightcone_sim::explored::Explored;
use lightcone_sim::ids::Nodes;
use lightcone_sim::protocol::Protocol;
use serde::{Deserialize, Serialize};

/// The systems, by name.
pub const SYSTEMS: [&str; 3] = ["two-phase, 7 rms", "paxos, 2 clients, depth 9", "raft, 3 servers, depth 10"];

/// What going through a system took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gone {
    /// Distinct states.
    pub states: u64,
    /// Milliseconds.
    pub ms: f64,
}

/// Goes through a system on one thread; `now` is a clock in milliseconds.
pub fn explore(system: &str, now: impl Fn() -> f64) -> Result<Gone, String> {
    let begin = now();
    let states = match system {
        "two-phase, 7 rms" => states::<TwoPhase>(NoParams {}, (8, 0), Network::Set, &[], u32::MAX),
        "paxos, 2 clients, depth 9" => {
            let ops = ["propose v1", "propose v2"];
            states::<Paxos>(Default::default(), (3, 2), Network::Multiset, &ops, 9)
        }
        "raft, 3 servers, depth 10" => states::<Raft>(Default::default(), (3, 0), Network::Multiset, &[], 10),
        other => Err(format!("there is no system `{other}`")),
    }?;
    Ok(Gone { states, ms: now() - begin })
}

fn states<P: Explored>(
    params: P::Params,
    (servers, clients): (u16, u16),
    network: Network,
    ops: &[&str],
    depth: u32,
) -> Result<u64, String> {
    let nodes = Nodes { servers, clients };
    let op = |op: &&str| Ok(vec![op.parse::<P::Op>().map_err(|error| error.to_string())?]);
    let assumptions = Assumptions {
        nodes,
        network,
        budgets: Budgets::default(),
        ops: ops.iter().map(op).collect::<Result<_, String>>()?,
        watched: Watched::Nothing,
        idle_waits: true,
        ticks: None,
        narrowed: None,
    };
    let space =
        Space::new(<P as Protocol>::new(params, nodes)?, assumptions).map_err(|error| error.to_string())?;
    let mut search = Search::new(space, Limits { depth, ..Limits::default() });
    while search.run(1 << 16).map_err(|error| error.to_string())? == Progress::More {}
    Ok(search.report().distinct)
}
