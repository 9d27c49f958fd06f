//! What can be asked of a run.

use lightcone_sim::ids::NodeId;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

use crate::blocks::{maybe_written, write, written};
use crate::place::Place;

/// Something that is so, or not, in a run up to a moment. Written as TOML: `{ violated = "agreement" }`.
///
/// The moment is the end of the run, unless [`Predicate::At`], [`Predicate::Ever`] or [`Predicate::Always`] move it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Predicate {
    /// All of these.
    All(Vec<Predicate>),
    /// At least one of these.
    Any(Vec<Predicate>),
    /// Not this.
    Not(Box<Predicate>),
    /// This, at another moment: `at = { time = "2s", that = … }`.
    At(Moment),
    /// This, after some event up to the moment.
    Ever(Box<Predicate>),
    /// This, after every event up to the moment.
    Always(Box<Predicate>),
    /// The invariant of this name was violated.
    Violated(String),
    /// No invariant was violated (`safe = true`), or one was.
    Safe(bool),
    /// So many nodes that are up have this role: `role = { is = "leader", at-least = 2, same-epoch = true }`.
    Role(Role),
    /// A node is up, paused or down: `condition = { node = "C", is = "down" }`.
    Condition(Condition),
    /// A field of a node's state (or one of several of that name), as the inspector shows it: `field = { node = "B", name = "votedFor", is = "A" }`.
    Field(Field),
    /// A node's log: `log = { node = "B", epochs = [1, 1, 4] }`.
    Log(Log),
    /// So many messages were sent: `sent = { kind = "AppendEntries", from = "C", fate = "dropped", at-least = 1 }`.
    Sent(Sent),
    /// So many operations were called: `operation = { is = "put x 1", answer = "ok" }`.
    Operation(Operation),
    /// A client was told that its write succeeded, and a later read of the same key, with no other write beside it, did
    /// not return it.
    AcknowledgedWriteLost(bool),
    /// One event could have caused another: `happens-before = { first = "A:3", then = "got A#2" }`. See [`Place`].
    HappensBefore(HappensBefore),
    /// None of these events could have caused another of them: `concurrent = ["A:3", "B:5"]`.
    Concurrent(Vec<Place>),
    /// An event's Lamport clock: `lamport = { event = "A:3", is = 4 }`, `lamport = { event = "A:3", less-than = "B:5" }`.
    Lamport(Lamport),
    /// A cut is consistent, given the last event of each line that has some in it:
    /// `consistent-cut = { last = ["A:3", "B:5"] }`.
    ConsistentCut(ConsistentCut),
    /// The reader has so many entries of this kind in the script, that acted: `done = { what = "crash", node = "C" }`.
    Done(Done),
    /// The reader has added so many entries to the script: `added = { at-most = 2 }`.
    Added(Bound),
}

/// See [`Predicate::At`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// When: the end of this instant.
    #[serde(deserialize_with = "written", serialize_with = "write")]
    pub time: Ns,
    /// What.
    pub that: Box<Predicate>,
}

/// How many: at least one, if nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bound {
    /// At least so many.
    pub at_least: Option<u32>,
    /// At most so many.
    pub at_most: Option<u32>,
}

impl Bound {
    /// Whether so many are within the bounds.
    pub fn admits(self, count: usize) -> bool {
        let least = self.at_least.unwrap_or(u32::from(self.at_most.is_none()));
        count >= least as usize && self.at_most.is_none_or(|most| count <= most as usize)
    }
}

/// See [`Predicate::Role`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Role {
    /// The role, in the protocol's word.
    pub is: String,
    /// This node alone; absent: any.
    #[serde(default, deserialize_with = "maybe_written")]
    pub node: Option<NodeId>,
    /// Count those of one epoch only, whichever has most.
    #[serde(default)]
    pub same_epoch: bool,
    /// Of this epoch only.
    pub epoch: Option<u64>,
    /// At least so many.
    pub at_least: Option<u32>,
    /// At most so many.
    pub at_most: Option<u32>,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runs {
    /// It runs.
    Up,
    /// It stands still.
    Paused,
    /// It is down.
    Down,
}

/// See [`Predicate::Condition`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Which node.
    #[serde(deserialize_with = "written")]
    pub node: NodeId,
    /// What.
    pub is: Runs,
}

/// See [`Predicate::Field`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Whose.
    #[serde(deserialize_with = "written")]
    pub node: NodeId,
    /// The field's name.
    pub name: String,
    /// It is exactly this.
    pub is: Option<String>,
    /// This is part of it.
    pub contains: Option<String>,
}

/// See [`Predicate::Log`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Log {
    /// Whose.
    #[serde(deserialize_with = "written")]
    pub node: NodeId,
    /// The epochs of its entries, oldest first.
    pub epochs: Option<Vec<u64>>,
    /// It has an entry that reads like this.
    pub contains: Option<String>,
    /// It has so many entries.
    pub length: Option<u64>,
    /// It is the same as this node's.
    #[serde(default, deserialize_with = "maybe_written")]
    pub same_as: Option<NodeId>,
}

/// See [`Predicate::Sent`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sent {
    /// The message's type, in the protocol's word.
    pub kind: Option<String>,
    /// This is part of its label.
    pub label: Option<String>,
    /// Who sent it.
    #[serde(default, deserialize_with = "maybe_written")]
    pub from: Option<NodeId>,
    /// To whom.
    #[serde(default, deserialize_with = "maybe_written")]
    pub to: Option<NodeId>,
    /// What became of it by then.
    pub fate: Option<FateWord>,
    /// At least so many.
    pub at_least: Option<u32>,
    /// At most so many.
    pub at_most: Option<u32>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FateWord {
    /// On its way, or held.
    InFlight,
    /// Handled by its receiver.
    Delivered,
    /// Lost by chance or by hand.
    Dropped,
    /// Stopped by a cut of its link.
    Cut,
    /// Arrived at a node that was down.
    ToCrashed,
}

/// See [`Predicate::Operation`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Operation {
    /// What was asked, as the protocol writes it.
    pub is: Option<String>,
    /// Who asked.
    #[serde(default, deserialize_with = "maybe_written")]
    pub client: Option<NodeId>,
    /// Whether an answer came.
    pub answered: Option<bool>,
    /// The answer.
    pub answer: Option<String>,
    /// At least so many.
    pub at_least: Option<u32>,
    /// At most so many.
    pub at_most: Option<u32>,
}

/// See [`Predicate::HappensBefore`]. Both events have happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HappensBefore {
    /// What may be the cause.
    pub first: Place,
    /// What may be the effect.
    pub then: Place,
    /// Whether it is so (`is = false`: it is not).
    #[serde(default = "yes")]
    pub is: bool,
}

/// See [`Predicate::Lamport`]. The events have happened, and tick clocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Lamport {
    /// Which event.
    pub event: Place,
    /// Its clock is exactly this.
    pub is: Option<u32>,
    /// Its clock is less than this event's.
    pub less_than: Option<Place>,
}

/// See [`Predicate::ConsistentCut`]. The events have happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistentCut {
    /// The last event of each line that is in the cut; lines not named have none in it.
    pub last: Vec<Place>,
    /// Whether it is so (`is = false`: it is not).
    #[serde(default = "yes")]
    pub is: bool,
}

fn yes() -> bool {
    true
}

/// See [`Predicate::Done`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Done {
    /// What the entry does: `crash`, `partition`, `drop`, … as scripts write it.
    pub what: String,
    /// To or at this node.
    #[serde(default, deserialize_with = "maybe_written")]
    pub node: Option<NodeId>,
    /// At least so many.
    pub at_least: Option<u32>,
    /// At most so many.
    pub at_most: Option<u32>,
}

/// Names in a predicate that only the run can tell to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// Of an invariant.
    Monitor(&'a str),
    /// Of a node.
    Node(NodeId),
    /// Of what an entry does.
    Deed(&'a str),
}

impl Predicate {
    /// All names in it.
    pub(crate) fn names(&self) -> Vec<Name<'_>> {
        let of = |places: &[Place]| -> Vec<Name<'_>> {
            places.iter().map(|place| Name::Node(place.node())).collect()
        };
        let one = |node: &Option<NodeId>| node.iter().map(|&node| Name::Node(node)).collect();
        match self {
            Predicate::All(parts) | Predicate::Any(parts) => {
                parts.iter().flat_map(Predicate::names).collect()
            }
            Predicate::Not(part) | Predicate::Ever(part) | Predicate::Always(part) => part.names(),
            Predicate::At(moment) => moment.that.names(),
            Predicate::Violated(name) => vec![Name::Monitor(name)],
            Predicate::Role(role) => one(&role.node),
            Predicate::Condition(condition) => vec![Name::Node(condition.node)],
            Predicate::Field(field) => vec![Name::Node(field.node)],
            Predicate::Log(log) => one(&log.same_as).into_iter().chain([Name::Node(log.node)]).collect(),
            Predicate::Sent(sent) => [sent.from, sent.to].iter().flat_map(one).collect(),
            Predicate::Operation(operation) => one(&operation.client),
            Predicate::HappensBefore(said) => of(&[said.first, said.then]),
            Predicate::Concurrent(places) => of(places),
            Predicate::Lamport(said) => {
                said.less_than.iter().chain([&said.event]).flat_map(|&place| of(&[place])).collect()
            }
            Predicate::ConsistentCut(said) => of(&said.last),
            Predicate::Done(done) => one(&done.node).into_iter().chain([Name::Deed(&done.what)]).collect(),
            Predicate::Safe(_) | Predicate::AcknowledgedWriteLost(_) | Predicate::Added(_) => Vec::new(),
        }
    }
}
