//! A scenario: the small value from which everything on the screen derives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{EntryId, EventId, MsgId, NodeId, Nodes, TimerId};
use crate::time::Ns;

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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<NodeId, String>,
    /// Latency, loss and duplication.
    #[serde(default)]
    pub network: Network,
    /// Clocks that do not run true from the beginning.
    #[serde(default)]
    pub clocks: BTreeMap<NodeId, ClockSpec>,
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
            names: BTreeMap::new(),
            network: Network::default(),
            clocks: BTreeMap::new(),
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

    /// The id for the next entry: above all in use. A caller that removes entries and must never reuse an id keeps
    /// its own high-water mark and takes the larger.
    pub fn next_entry(&self) -> EntryId {
        EntryId(self.script.iter().map(|entry| entry.id.0).max().unwrap_or(0).saturating_add(1))
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
    #[serde(skip_serializing_if = "is_zero")]
    pub rank: u32,
    /// What it does.
    #[serde(flatten)]
    pub action: Action,
}

/// The number of the copy that the network makes of a message by chance.
pub(crate) const CHANCE_COPY: u32 = 2;

impl Entry {
    /// The number of the copy that this entry makes, if it duplicates: its own, beyond that of chance, so that taking
    /// out another entry renames nothing.
    pub(crate) fn copy_number(&self) -> u32 {
        copy_number(self.id)
    }
}

pub(crate) fn copy_number(entry: EntryId) -> u32 {
    entry.0.saturating_add(CHANCE_COPY)
}

fn is_zero(rank: &u32) -> bool {
    *rank == 0
}

/// What script entries can do, as `do` says it.
pub const DEEDS: [&str; 21] = [
    "crash",
    "crash-inside",
    "amnesia",
    "recover",
    "pause",
    "resume",
    "slow",
    "cut",
    "heal",
    "partition",
    "drop",
    "deliver",
    "duplicate",
    "hold",
    "release",
    "fire",
    "suppress",
    "clock",
    "op",
    "hold-all",
    "note",
];

/// What a script entry does. Its target is named by causal id; where that does not exist, the entry is inert.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// The node stops; its volatile state is gone, its disk stays.
    Crash {
        /// Which.
        node: NodeId,
    },
    /// The node stops inside an activation, after its `after`-th effect: the rest does not happen.
    CrashInside {
        /// The activation.
        event: EventId,
        /// How many of its effects happen.
        after: u32,
    },
    /// The node stops and its disk is lost with the rest.
    Amnesia {
        /// Which.
        node: NodeId,
    },
    /// A stopped node starts again from its disk.
    Recover {
        /// Which.
        node: NodeId,
    },
    /// The node's process stands still (garbage collection); messages and due timers wait.
    Pause {
        /// Which.
        node: NodeId,
    },
    /// A paused node goes on, with what waited, in order.
    Resume {
        /// Which.
        node: NodeId,
    },
    /// From here on the node takes so long for each of its steps; meanwhile all that comes to it waits.
    Slow {
        /// Which.
        node: NodeId,
        /// How long a step takes; 0: the node is as quick as ever.
        step: Ns,
    },
    /// One direction of one link is cut.
    Cut {
        /// The sender's end.
        from: NodeId,
        /// The receiver's end.
        to: NodeId,
        /// Until when; absent: until healed.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Ns>,
    },
    /// Cuts end: on one direction of a link, on all into or out of a node, or everywhere.
    Heal {
        /// The sender's end; absent: every sender.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<NodeId>,
        /// The receiver's end; absent: every receiver.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<NodeId>,
    },
    /// Links between nodes of different groups are cut. A node in no group keeps all its links.
    Partition {
        /// The groups.
        groups: Vec<Vec<NodeId>>,
        /// Until when; absent: until healed.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Ns>,
        /// Cut only what the first group sends to the others.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        one_way: bool,
    },
    /// A message on its way is lost.
    Drop {
        /// Which.
        message: MsgId,
    },
    /// A message arrives at this entry's time: sooner, later, or though it was held.
    Deliver {
        /// Which.
        message: MsgId,
    },
    /// The network makes a copy, which travels from this entry's time on with a latency of its own.
    Duplicate {
        /// Which.
        message: MsgId,
    },
    /// A message on its way stands still.
    Hold {
        /// Which.
        message: MsgId,
    },
    /// A held message goes on with what was left of its way.
    Release {
        /// Which.
        message: MsgId,
    },
    /// A timer fires at this entry's time.
    Fire {
        /// Which.
        timer: TimerId,
    },
    /// A timer does not fire by itself.
    Suppress {
        /// Which.
        timer: TimerId,
    },
    /// A node's clock is set.
    Clock {
        /// Whose.
        node: NodeId,
        /// What its wall clock now shows beyond its monotonic clock, in ns; absent: unchanged.
        #[serde(skip_serializing_if = "Option::is_none")]
        offset: Option<i64>,
        /// How fast it now runs, in parts per million beyond true; absent: unchanged.
        #[serde(skip_serializing_if = "Option::is_none")]
        drift_ppm: Option<i64>,
    },
    /// A client calls an operation.
    Op {
        /// Who calls.
        client: NodeId,
        /// What, as the protocol writes it: `put x 1`.
        op: String,
        /// The server it asks first.
        #[serde(skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
    },
    /// From here on (or no longer) every message and timer waits for the person.
    HoldAll {
        /// On or off.
        on: bool,
    },
    /// A remark, pinned to an event. Changes nothing.
    Note {
        /// The event.
        event: EventId,
        /// The remark.
        text: String,
    },
}

/// How messages travel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// How long a message takes.
    #[serde(default)]
    pub latency: Latency,
    /// How many of a million messages are lost.
    #[serde(default)]
    pub loss_ppm: u32,
    /// How many of a million messages arrive twice.
    #[serde(default)]
    pub duplicate_ppm: u32,
    /// What the model promises of time.
    #[serde(default, skip_serializing_if = "is_asynchronous")]
    pub timing: Timing,
    /// How many messages are held back so that others overtake them; absent: none. Only where timing is asynchronous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder: Option<Reorder>,
    /// How many bytes a second each direction of a link carries: a message leaves only when all before it have left
    /// ([`Protocol::size`](crate::protocol::Protocol::size) says how long it is). Absent: without bound. Only where timing
    /// is asynchronous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
    /// How many messages at most wait at the sender's end of a link while another one leaves. What finds no room is lost
    /// at once (tail drop). Absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
    /// Links that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkSpec>,
    /// When a cut stops a message.
    #[serde(default)]
    pub cut_rule: CutRule,
}

/// What a model promises of time (Lynch, *Distributed Algorithms*, 1996, §2, §8 and §23).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// Nothing: a message takes as long as its link's latency says, and steps take no time.
    #[default]
    Asynchronous,
    /// Bounds: every delay lies in [c, 1] of a unit, whatever the link's latency says, and so does every step (after
    /// Attiya, Dwork, Lynch and Stockmeyer, *Bounds on the Time to Reach Agreement in the Presence of Timing Uncertainty*,
    /// 1994).
    SemiSynchronous {
        /// The longest delay.
        unit: Ns,
        /// The shortest in thousandths of the longest, of delays and steps alike.
        c: u32,
        /// The longest step of a node: two of its activations are at least a step apart. 0: they take no time.
        steps: Ns,
    },
    /// Rounds: what is sent in a round arrives exactly when it ends, before timers that are due then, whatever the
    /// link's latency says.
    Synchronous {
        /// How long a round is; the first begins with the run.
        round: Ns,
    },
}

fn is_asynchronous(timing: &Timing) -> bool {
    *timing == Timing::Asynchronous
}

/// How many messages are held back, and for how long, so that others overtake them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reorder {
    /// How many of a million.
    pub ppm: u32,
    /// For at most so long beyond their latency; each time as likely.
    pub by: Ns,
}

/// When a cut stops a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutRule {
    /// If the link is cut at any instant from sending to arrival.
    #[default]
    InFlight,
    /// Only if the link is cut at the moment of arrival.
    AtArrival,
}

/// A distribution of latencies. Every sample is at least a nanosecond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Latency {
    /// Always the same.
    Constant(Ns),
    /// Even between two bounds.
    Uniform {
        /// At least.
        min: Ns,
        /// At most.
        max: Ns,
    },
    /// A least latency, and beyond it an exponential tail.
    Exponential {
        /// At least.
        min: Ns,
        /// The mean of all, `min` included.
        mean: Ns,
    },
    /// Log-normal: half of all messages take less than the median, one in a hundred more than `p99`.
    LogNormal {
        /// The 50 % quantile.
        median: Ns,
        /// The 99 % quantile: the tail. (The standard deviation of the logarithm is ln(p99/median)/2.326.)
        p99: Ns,
    },
    /// Pareto: one message in 2^α takes more than twice the least, one in 10^α more than ten times that.
    Pareto {
        /// The least.
        min: Ns,
        /// α in thousandths: 1500 is 1.5. At 2000 or less the variance is infinite, at 1000 or less the mean is.
        shape: u32,
    },
    /// Measured latencies, each of them as likely as any other.
    Empirical(Vec<Ns>),
}

impl Default for Latency {
    /// 10 to 30 ms: slow enough to see, fast enough beside usual time-outs.
    fn default() -> Latency {
        Latency::Uniform { min: Ns::ms(10), max: Ns::ms(30) }
    }
}

/// One direction of a link that differs from the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Its latency; absent: the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// Its loss; absent: the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_ppm: Option<u32>,
    /// Its duplication; absent: the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_ppm: Option<u32>,
    /// What is held back; absent: as on the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder: Option<Reorder>,
    /// Its bytes a second; absent: the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
    /// How many messages wait at its sender's end; absent: as on the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
}

impl LinkSpec {
    /// A link that does not differ.
    pub fn usual(from: NodeId, to: NodeId) -> LinkSpec {
        LinkSpec {
            from,
            to,
            latency: None,
            loss_ppm: None,
            duplicate_ppm: None,
            reorder: None,
            bandwidth: None,
            queue: None,
        }
    }
}

/// How a node's clock runs from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSpec {
    /// What it shows at the beginning, in ns.
    #[serde(default)]
    pub offset: i64,
    /// How fast it runs, in parts per million beyond true: 1,000,000 is twice as fast.
    #[serde(default)]
    pub drift_ppm: i64,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
