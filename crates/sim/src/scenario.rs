//! A scenario: the small value from which everything on the screen derives.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::faults::Fault;
use crate::ids::{EntryId, EventId, MsgId, NodeId, Nodes, TimerId};
use crate::sorted;
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

/// What script entries can do, as `do` says it.
pub const DEEDS: [&str; 23] = [
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
    "rewrite",
    "byzantine",
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
        /// The whole machine stands still (a virtual one that is suspended or moved): its monotonic clock does so, too,
        /// and its wall clock falls behind, until the script next resumes, crashes or recovers the node. (The machine
        /// does that even where its process is down, and the entry does nothing else.)
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        vm: bool,
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
    /// A message on its way is lost, and a forged form of it goes on in its place, with what was left of the way.
    Rewrite {
        /// Which.
        message: MsgId,
        /// The number that is another in the form, by the protocol's name for it.
        field: String,
        /// What it then is.
        value: i64,
    },
    /// What leaves a node is no longer what the node says. The node itself goes on as ever and knows nothing of it.
    Byzantine {
        /// Which.
        node: NodeId,
        /// In which way.
        how: How,
        /// Only what it sends to this node; absent: to all, or for [`How::Equivocate`] to the second half of its peers.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<NodeId>,
        /// Which number it lies about; absent: the message's first.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// What it says instead; absent: one more than the truth.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<i64>,
        /// Until when; absent: until it is made honest.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Ns>,
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
        /// What its wall clock now shows beyond its monotonic clock, in ns; absent: unchanged. (A leap second is an
        /// offset of a second less.)
        #[serde(skip_serializing_if = "Option::is_none")]
        offset: Option<i64>,
        /// The offset is reached evenly while the monotonic clock runs so far (a slew, a leap smear); absent: at once
        /// (a step).
        #[serde(skip_serializing_if = "Option::is_none")]
        over: Option<Ns>,
        /// How fast it now runs, in parts per million beyond true; absent: unchanged.
        #[serde(skip_serializing_if = "Option::is_none")]
        drift_ppm: Option<i64>,
        /// How fast its wall clock now runs beyond the monotonic one, in parts per million of it: −1,000,000 stops it,
        /// less makes it run backward; absent: unchanged.
        #[serde(skip_serializing_if = "Option::is_none")]
        rate_ppm: Option<i64>,
        /// By how much the node now believes its wall clock to be wrong at most; absent: unchanged. Nothing makes that
        /// true: a bound may lie.
        #[serde(skip_serializing_if = "Option::is_none")]
        uncertainty: Option<Ns>,
        /// By how much that bound now grows, in parts per million of its monotonic clock; absent: unchanged.
        #[serde(skip_serializing_if = "Option::is_none")]
        uncertainty_ppm: Option<u32>,
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

/// In which way a node is byzantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It says one thing to the first half of its peers and another to the second half.
    Equivocate,
    /// It lies about one number.
    Lie,
    /// What it sends never leaves.
    Silent,
    /// Beside each message it sends again what it sent to the same node before.
    Replay,
    /// In no way any more: all that it was made before ends.
    Honest,
}

impl How {
    /// All of them.
    pub const ALL: [How; 5] = [How::Equivocate, How::Lie, How::Silent, How::Replay, How::Honest];

    /// Its name in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            How::Equivocate => "equivocate",
            How::Lie => "lie",
            How::Silent => "silent",
            How::Replay => "replay",
            How::Honest => "honest",
        }
    }
}

impl Action {
    /// A clock is set ahead or back, at once, or made to run fast or slow.
    pub fn clock(node: NodeId, offset: Option<i64>, drift_ppm: Option<i64>) -> Action {
        Action::Clock {
            node,
            offset,
            over: None,
            drift_ppm,
            rate_ppm: None,
            uncertainty: None,
            uncertainty_ppm: None,
        }
    }
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
    /// How many of a million messages are altered as they set out: one of the numbers that they hold. A message that holds
    /// none is spoilt, and its receiver throws it away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub corrupt_ppm: u32,
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
    /// Its corruption; absent: the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupt_ppm: Option<u32>,
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
            corrupt_ppm: None,
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
    /// How fast its wall clock runs beyond the monotonic one, in parts per million of it: −1,000,000 stops it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate_ppm: i64,
    /// By how much the node believes its wall clock to be wrong at most, at the beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    pub uncertainty: Ns,
    /// By how much that bound grows, in parts per million of its monotonic clock.
    #[serde(default, skip_serializing_if = "is_default")]
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
