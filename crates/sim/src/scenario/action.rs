//! What script entries do.

use serde::{Deserialize, Serialize};

use crate::ids::{EventId, MsgId, NodeId, TimerId};
use crate::time::Ns;

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
