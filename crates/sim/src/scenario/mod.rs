//! A scenario: the small value from which everything on the screen derives.

mod action;
mod network;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::faults::Fault;
use crate::ids::{EntryId, NodeId, Nodes};
use crate::sorted;
use crate::time::Ns;

pub use self::action::{Action, DEEDS, How};
pub use self::network::{CutRule, Latency, LinkSpec, Network, Reorder, Timing};

/// The format's version. A file or link with a newer one is refused.
pub const VERSION: u32 = 1;

/// Everything that decides a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Format version, [`VERSION`].
    pub version: u32,
    /// The protocol's name: `raft`.
    pub protocol: String,
    /// The protocol's parameters; what is absent has its default.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// How many servers.
    pub nodes: u16,
    /// What nodes are called on the screen, where not by their id.
    #[serde(default, skip_serializing_if = "sorted::Map::is_empty")]
    pub names: sorted::Map<NodeId, String>,
    /// Latency, loss and duplication.
    #[serde(default)]
    pub network: Network,
    /// What befalls servers and links at random. (It is part of the world, as the network is, and no deed of a person.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Clocks that do not run true from the beginning.
    #[serde(default)]
    pub clocks: sorted::Map<NodeId, ClockSpec>,
    /// What clients do unasked.
    #[serde(default)]
    pub workload: Workload,
    /// Decides every chance.
    pub seed: u64,
    /// When the run ends.
    pub until: Ns,
    /// Everything a person did to it. Order in the list means nothing beyond (time, rank).
    #[serde(default)]
    pub script: Vec<Entry>,
}

impl Scenario {
    /// A scenario with defaults in all but protocol and size: seed 1, until 10 s, one client.
    pub fn new(protocol: &str, nodes: u16) -> Scenario {
        Scenario {
            version: VERSION,
            protocol: protocol.to_owned(),
            params: Map::new(),
            nodes,
            names: sorted::Map::new(),
            network: Network::default(),
            faults: Vec::new(),
            clocks: sorted::Map::new(),
            workload: Workload::default(),
            seed: 1,
            until: Ns::s(10),
            script: Vec::new(),
        }
    }

    /// Servers and clients.
    pub fn node_set(&self) -> Nodes {
        Nodes { servers: self.nodes, clients: self.workload.clients }
    }

    /// Whether both are of one world: they differ at most in what was done to it, what nodes are called, and when it ends.
    /// From one to the other leads an edit; any other change makes a new run.
    pub fn is_same_world(&self, other: &Scenario) -> bool {
        let bare = |scenario: &Scenario| Scenario {
            script: Vec::new(),
            names: sorted::Map::new(),
            until: Ns::ZERO,
            ..scenario.clone()
        };
        bare(self) == bare(other)
    }

    /// The id for the next entry: above all in use. A caller that removes entries and must never reuse an id keeps
    /// its own high-water mark and takes the larger.
    pub fn next_entry(&self) -> EntryId {
        EntryId(self.script.iter().map(|entry| entry.id.0).max().unwrap_or(0).saturating_add(1))
    }

    /// A sentence with the names that people see in place of nodes' own. An event's or a message's id stays what it is, and
    /// `I` is whoever speaks. (`A` is the node: no sentence of a protocol begins with that article.)
    pub fn named(&self, text: String) -> String {
        if self.names.is_empty() {
            return text;
        }
        let is_end = |c: char| !c.is_ascii_alphanumeric();
        let (mut named, mut before) = (String::with_capacity(text.len() + 16), ' ');
        let mut pieces = text.split_inclusive(is_end).peekable();
        while let Some(piece) = pieces.next() {
            let word = piece.trim_end_matches(is_end);
            let after = piece[word.len()..].chars().next().unwrap_or(' ');
            let digit = pieces.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
            let is_id =
                word == "I" || digit && matches!(after, ':' | '#' | '@') || matches!(before, '=' | '`');
            let node = if is_id { None } else { word.parse().ok() };
            named += node.and_then(|node: NodeId| self.names.get(&node)).map_or(word, String::as_str);
            named += &piece[word.len()..];
            before = after;
        }
        named
    }

    /// Adds an entry with a fresh id and tells that id.
    pub fn push(&mut self, at: Ns, action: Action) -> EntryId {
        let id = self.next_entry();
        self.script.push(Entry { id, at, rank: 0, action });
        id
    }
}

/// One thing that a person did.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Entry {
    /// Its stable number.
    pub id: EntryId,
    /// When it acts, in true time.
    pub at: Ns,
    /// Orders what was put at one instant after what had already been played there.
    #[serde(skip_serializing_if = "is_default")]
    pub rank: u32,
    /// What it does.
    #[serde(flatten)]
    pub action: Action,
}

/// The number of the copy that the network makes of a message by chance.
pub(crate) const CHANCE_COPY: u32 = 2;
/// The number of the form that chance gives a message: a network that corrupts it, or a node that chance makes lie.
pub(crate) const CHANCE_FORM: u32 = 0;

impl Entry {
    /// The number of the copy that this entry makes, if it duplicates: its own, beyond that of chance, so that taking
    /// out another entry renames nothing.
    pub(crate) fn copy_number(&self) -> u32 {
        copy_number(self.id)
    }
}

pub(crate) fn copy_number(entry: EntryId) -> u32 {
    if entry.is_chance() { CHANCE_FORM } else { entry.0.saturating_add(CHANCE_COPY) }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How a node's clock runs from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClockSpec {
    /// What it shows at the beginning, in ns.
    pub offset: i64,
    /// How fast it runs, in parts per million beyond true: 1,000,000 is twice as fast.
    pub drift_ppm: i64,
    /// How fast its wall clock runs beyond the monotonic one, in parts per million of it: −1,000,000 stops it.
    #[serde(skip_serializing_if = "is_default")]
    pub rate_ppm: i64,
    /// By how much the node believes its wall clock to be wrong at most, at the beginning.
    #[serde(skip_serializing_if = "is_default")]
    pub uncertainty: Ns,
    /// By how much that bound grows, in parts per million of its monotonic clock.
    #[serde(skip_serializing_if = "is_default")]
    pub uncertainty_ppm: u32,
}

/// What the clients do unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// How many clients there are, busy or not.
    #[serde(default = "one")]
    pub clients: u16,
    /// When a client calls again.
    #[serde(default)]
    pub mode: WorkloadMode,
    /// Open: from one call to the next. Closed: from a reply to the next call.
    #[serde(default)]
    pub every: Ns,
    /// When the first client calls first.
    #[serde(default)]
    pub start: Ns,
    /// After how many operations a client stops; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// What is called, in shares of the weights; `{n}` becomes the client's count of operations, `{c}` its number.
    /// Empty: the clients wait to be asked.
    #[serde(default)]
    pub ops: Vec<WeightedOp>,
}

fn one() -> u16 {
    1
}

impl Default for Workload {
    fn default() -> Workload {
        Workload {
            clients: 1,
            mode: WorkloadMode::Closed,
            every: Ns::ZERO,
            start: Ns::ZERO,
            count: None,
            ops: Vec::new(),
        }
    }
}

/// When a client calls again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadMode {
    /// When its last call has returned.
    #[default]
    Closed,
    /// At its own pace.
    Open,
}

/// An operation and its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedOp {
    /// As the protocol writes it: `put x {n}`.
    pub op: String,
    /// Its share.
    #[serde(default = "unit_weight")]
    pub weight: u32,
}

fn unit_weight() -> u32 {
    1
}
