//! How messages travel.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::ids::NodeId;
use crate::time::Ns;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkSpec {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Its latency; absent: the network's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// Its loss; absent: the network's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_ppm: Option<u32>,
    /// Its duplication; absent: the network's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_ppm: Option<u32>,
    /// What is held back; absent: as on the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reorder: Option<Reorder>,
    /// Its bytes a second; absent: the network's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
    /// How many messages wait at its sender's end; absent: as on the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
    /// Its corruption; absent: the network's.
    #[serde(skip_serializing_if = "Option::is_none")]
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
