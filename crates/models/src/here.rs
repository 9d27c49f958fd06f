//! Questions about a scenario that is being looked at: from its beginning, or from where its run has come to.

use lightcone_explore::{Assumptions, Budgets, Limits, Network, Space, Start, Strategy, Watched};
use lightcone_protocols::reference::{
    chang_roberts::ChangRoberts, echo::Echo, lamport_mutex::LamportMutex, paxos_commit::PaxosCommit,
    paxos_tla::PaxosTla, tcommit::TCommit, two_phase::TwoPhase,
};
use lightcone_protocols::{paxos::Paxos, raft::Raft, two_phase_commit::TwoPhaseCommit};
use lightcone_sim::explored::{Explored, LINEARIZABLE};
use lightcone_sim::ids::NodeId;
use lightcone_sim::registry::TRANSPORT;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use serde_json::Value;

use crate::asked::Asked;
use crate::catalogue::find;

/// What is asked of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The moment of its run to begin at; `None`: where all nodes start.
    pub at: Option<Ns>,
    /// How many operations each client may call beyond those that its script asks for, as its workload says.
    pub calls: u16,
    /// What the network does.
    pub network: Network,
    /// What may go wrong.
    pub budgets: Budgets,
    /// What is watched.
    pub watched: Watched,
    /// When to give up.
    pub limits: Limits,
    /// How the search goes about it.
    pub strategy: Strategy,
}

impl Asking {
    /// What is watched, in words, where a protocol has these properties.
    pub fn watched_among(&self, properties: &[&str]) -> Vec<String> {
        match &self.watched {
            Watched::All => properties.iter().map(|&name| name.to_owned()).collect(),
            Watched::Only(name) => vec![name.clone()],
            Watched::Shown(shown) => {
                let (servers, field, value) = (shown.servers.max(1), &shown.field, &shown.value);
                vec![format!("{servers} or more servers show {field} {value} at once")]
            }
            Watched::Nothing => vec!["nothing".to_owned()],
        }
    }
}

/// What can be asked of the scenarios of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Askable {
    /// The properties that are watched.
    pub properties: &'static [&'static str],
    /// Whether clients' calls can be held to an object: [`LINEARIZABLE`], from the start on.
    pub has_object: bool,
    /// The network that it is made for.
    pub network: Network,
    /// How many timers fire in a question that does not say it; `None`: any number. Where terms can grow without end, any
    /// number would never come to an end.
    pub timers: Option<u8>,
}

struct Entry {
    protocol: &'static str,
    model: &'static str,
    properties: &'static [&'static str],
    has_object: bool,
    timers: Option<u8>,
    ask: fn(&Scenario, &Asking) -> Result<Asked, String>,
}

const fn entry<P: Explored>(model: &'static str, timers: Option<u8>) -> Entry {
    let has_object = P::OBJECT.is_some();
    Entry { protocol: P::NAME, model, properties: P::PROPERTIES, has_object, timers, ask: ask_of::<P> }
}

static ENTRIES: &[Entry] = &[
    entry::<Raft>("raft", Some(2)),
    entry::<Paxos>("paxos", Some(1)),
    entry::<TwoPhaseCommit>("2pc", Some(1)),
    entry::<TCommit>("tcommit", None),
    entry::<TwoPhase>("two-phase", None),
    entry::<PaxosCommit>("paxos-commit", None),
    entry::<PaxosTla>("paxos-tla", None),
    entry::<LamportMutex>("lamport-mutex", None),
    entry::<ChangRoberts>("chang-roberts", None),
    entry::<Echo>("echo", None),
];

/// What can be asked of the scenarios of a protocol; `None`: it cannot be gone through.
#[inline(never)]
pub fn askable(protocol: &str) -> Option<Askable> {
    let entry = ENTRIES.iter().find(|entry| entry.protocol == protocol)?;
    let network = find(entry.model).map(|model| model.network).unwrap_or_default();
    let Entry { properties, has_object, timers, .. } = *entry;
    Some(Askable { properties, has_object, network, timers })
}

/// Puts a question to a scenario, or says in a sentence why it cannot be asked.
#[inline(never)]
pub fn ask(scenario: &Scenario, asking: &Asking) -> Result<Asked, String> {
    let entry = ENTRIES.iter().find(|entry| entry.protocol == scenario.protocol);
    let Some(entry) = entry else {
        let names: Vec<&str> = ENTRIES.iter().map(|entry| entry.protocol).collect();
        return Err(format!("{} cannot be gone through: there are {}", scenario.protocol, names.join(", ")));
    };
    if scenario.params.contains_key(TRANSPORT) {
        return Err("what goes over connections cannot be gone through".to_owned());
    }
    (entry.ask)(scenario, asking)
}

fn ask_of<P: Explored>(scenario: &Scenario, asking: &Asking) -> Result<Asked, String> {
    let Asking { network, budgets, ref watched, limits, strategy, .. } = *asking;
    may_reduce(asking)?;
    if watched.is_only(LINEARIZABLE) && asking.at.is_some() {
        return Err("what clients saw before this moment is not known: begin at the start".to_owned());
    }
    let nodes = scenario.node_set();
    let params: P::Params = serde_json::from_value(Value::Object(scenario.params.clone()))
        .map_err(|error| format!("the parameters: {error}"))?;
    let start = asking.at.map(|at| Start::<P>::of(scenario, at)).transpose()?;
    let mut ops = Vec::new();
    for client in (0..nodes.clients).map(NodeId::client) {
        let mut texts = calls(scenario, client, asking);
        let waits = start.as_ref().and_then(|start| start.asking().get(usize::from(client.number())));
        if waits == Some(&true) && !texts.is_empty() {
            // It stands for the call that is under way.
            texts.insert(0, texts[0].clone());
        }
        let read = |text: &String| text.parse::<P::Op>().map_err(|_| format!("`{text}` is no operation"));
        ops.push(texts.iter().map(read).collect::<Result<Vec<_>, _>>()?);
    }
    let watched = watched.clone();
    let (ticks, narrowed) = (None, None);
    let assumptions =
        Assumptions { nodes, network, budgets, ops, watched, idle_waits: false, ticks, narrowed };
    let mut base = scenario.clone();
    base.script.clear();
    let protocol = P::new(params, nodes)?;
    let mut assumed = Asked::assumed(&assumptions);
    if let Some(at) = asking.at {
        assumed.insert(0, format!("from {} ms of this run on", at.0 / 1_000_000));
    }
    if strategy.symmetry {
        assumed.push("states that differ only in the names of interchangeable nodes are one".to_owned());
    }
    if strategy.por {
        assumed.push("what commutes is not tried in every order".to_owned());
    }
    let mut space = Space::new(protocol, assumptions).map_err(|error| error.to_string())?;
    start.into_iter().for_each(|start| space.begin_at(start));
    Asked::of(space, base, assumed, limits, strategy)
}

/// Says in a sentence where partial-order reduction would leave nothing out; symmetry is judged where it is used.
fn may_reduce(asking: &Asking) -> Result<(), String> {
    let refused = |why: &str| Err(format!("no partial-order reduction: {why}"));
    match asking {
        Asking { strategy: Strategy { por: false, .. }, .. } => Ok(()),
        Asking { watched: Watched::Shown(_), .. } => refused("any step may change what servers show"),
        Asking { watched, .. } if watched.is_only(LINEARIZABLE) => {
            refused("what clients see depends on the order of all their calls")
        }
        Asking { network: Network::Shared, .. } => {
            refused("where all see at once what is written, nothing commutes")
        }
        _ => Ok(()),
    }
}

/// What a client may yet call: what the script asks of it after the moment, then what its workload does.
fn calls(scenario: &Scenario, client: NodeId, asking: &Asking) -> Vec<String> {
    let scripted = scenario.script.iter().filter(|entry| asking.at.is_none_or(|at| entry.at > at));
    let mut scripted: Vec<_> = scripted
        .filter_map(|entry| match &entry.action {
            Action::Op { client: caller, op, .. } if *caller == client => Some((entry.at, op.clone())),
            _ => None,
        })
        .collect();
    scripted.sort_by_key(|&(at, _)| at);
    let workload = &scenario.workload;
    let drawn = (0..asking.calls).filter_map(|n| {
        let op = workload.ops.get(usize::from(n) % workload.ops.len().max(1))?;
        Some(op.op.replace("{n}", &(n + 1).to_string()).replace("{c}", &(client.number() + 1).to_string()))
    });
    scripted.into_iter().map(|(_, op)| op).chain(drawn).collect()
}
