//! What a protocol says of itself to whoever goes through all its schedules: what must never be, said of states and not
//! of runs.
//!
//! A [`crate::monitor::Monitor`] watches one run and may remember what it likes. To go through all runs, what is remembered
//! must be part of a state, or two histories would be taken for one: so a property over time is told as [`Milestone`]s that a
//! state makes true for ever (one leads term 3, one has decided 7), of which no two may contradict each other.

use std::collections::BTreeMap;

use crate::alone::Local;
use crate::ids::{NodeId, Nodes};
use crate::protocol::Protocol;

/// Something that has been so once, and so has been so for ever after.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Milestone {
    /// The property that two milestones break which are about one thing and say two: the name of the protocol's monitor.
    pub property: &'static str,
    /// What it is about: a term, an index, a transaction.
    pub about: u64,
    /// What it says: a node, a value's digest.
    pub is: u64,
    /// The same as a clause: `A leads term 1`.
    pub text: String,
}

/// A state of the whole system.
#[derive(Debug)]
pub struct World<'a, P: Protocol> {
    /// The protocol, for its configuration.
    pub protocol: &'a P,
    /// Every node, servers first.
    pub nodes: Vec<(NodeId, &'a Local<P>)>,
    /// All that has been so once.
    pub milestones: Vec<&'a Milestone>,
}

/// What was broken, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The property, as the protocol's monitor is called.
    pub property: &'static str,
    /// What is wrong.
    pub text: String,
}

/// What an object holds, as text by text: a store's values by their keys.
pub type Contents = BTreeMap<String, String>;

/// The object that clients' calls are held to, as if one came after another: what a call then does, and what it returns.
pub type Object<P> = fn(&mut Contents, &<P as Protocol>::Op) -> <P as Protocol>::Ret;

/// The property of a system whose clients see its [`Object`]: each call seems to take effect at one moment between its
/// beginning and its answer (Herlihy and Wing, *Linearizability: A Correctness Condition for Concurrent Objects*, 1990). It is
/// watched where it is asked for, because what clients have seen so far is then part of a state.
pub const LINEARIZABLE: &str = "linearizable";

/// Other names for nodes: each node's new name. Clients keep theirs.
pub type Names<'a> = dyn Fn(NodeId) -> NodeId + 'a;

/// A list that has a place for each server, from this one on, as it is when servers are called otherwise.
pub fn permuted<T: Clone>(list: &[T], first: u16, names: &Names<'_>) -> Vec<T> {
    let mut permuted = list.to_vec();
    for (number, item) in (first..).zip(list) {
        let place = usize::from(names(NodeId::server(number)).number().saturating_sub(first));
        if let Some(there) = permuted.get_mut(place) {
            *there = item.clone();
        }
    }
    permuted
}

/// The same of a word that has a bit for each server, from this one on.
pub fn permuted_bits(bits: u32, first: u16, names: &Names<'_>) -> u32 {
    let of = |place: u16| names(NodeId::server(first + place)).number().saturating_sub(first);
    (0..32).filter(|place| bits >> place & 1 == 1).map(|place| 1 << of(place)).sum()
}

/// A protocol that can be gone through.
pub trait Explored: Protocol {
    /// The properties that [`Explored::milestones`], [`Explored::always`] and [`Explored::between`] speak of.
    const PROPERTIES: &'static [&'static str];

    /// Whether [`Explored::always`] has anything to say: it is asked of every state.
    const LOOKS_AT_ALL: bool = false;

    /// What a node's state makes true for ever. Asked once of each state of a node, whatever the others do.
    fn milestones(&self, _me: NodeId, _local: &Local<Self>) -> Vec<Milestone> {
        Vec::new()
    }

    /// Whether a state of the whole is as every state must be.
    fn always(&self, _world: &World<'_, Self>) -> Result<(), Broken> {
        Ok(())
    }

    /// Whether [`Explored::between`] has anything to say: it is asked of every step.
    const LOOKS_BETWEEN: bool = false;

    /// Whether a step from one state of the whole to the next is as every step must be.
    fn between(&self, _before: &World<'_, Self>, _after: &World<'_, Self>) -> Result<(), Broken> {
        Ok(())
    }

    /// What must be so of some node in some schedule, or the system promises nothing by never breaking anything. At most 32.
    const SOMETIMES: &'static [&'static str] = &[];

    /// Those of [`Explored::SOMETIMES`] that a node's state makes true. Asked once of each state of a node.
    fn sometimes(&self, _me: NodeId, _local: &Local<Self>) -> Vec<&'static str> {
        Vec::new()
    }

    /// The object that its clients' calls are held to, if there is one: see [`LINEARIZABLE`].
    const OBJECT: Option<Object<Self>> = None;

    /// Whether nothing is left to do where nothing can happen any more; otherwise the system is stuck.
    fn may_end(&self, _world: &World<'_, Self>) -> bool {
        true
    }

    /// Whether a node's state lies within what is gone through. A bound on a counter makes a finite model of an infinite
    /// one, as a constraint does in TLC: states beyond it are neither counted nor gone on from.
    fn is_within(&self, _me: NodeId, _local: &Local<Self>) -> bool {
        true
    }

    /// Whether a node takes a message that has come; until it does, the message waits. (In a run it comes when it comes, and
    /// a protocol that cannot use it yet must keep it.)
    fn takes(&self, _me: NodeId, _local: &Local<Self>, _msg: &Self::Msg) -> bool {
        true
    }

    /// Whether a node sees at once, within the step that sends it, whatever is sent to it: for specifications in which a
    /// rule reads all that was ever sent.
    fn sees_at_once(&self, _node: NodeId) -> bool {
        false
    }

    /// Whether [`Explored::always`], where it once refuses a state, refuses all that come after it.
    const STAYS_BROKEN: bool = !Self::LOOKS_AT_ALL;

    /// Whether [`Explored::always`] and [`Explored::between`] cannot tell two states of one node apart, milestones left aside.
    fn looks_alike(&self, one: &Local<Self>, other: &Local<Self>) -> bool {
        one == other
    }

    /// Groups of servers of which any may change places with any other of its group, and nothing but names is different:
    /// what a server does must not depend on the order of the names in a group. Or why there are none.
    fn interchangeable(&self, _nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        Err("it does not say which of its nodes are interchangeable")
    }

    /// A node's state as it is when nodes are called otherwise. [`Explored::milestones`] tells of both the same in the same
    /// order.
    fn renamed(&self, local: &Local<Self>, _names: &Names<'_>) -> Local<Self> {
        local.clone()
    }

    /// What a message says when nodes are called otherwise.
    fn renamed_msg(&self, msg: &Self::Msg, _names: &Names<'_>) -> Self::Msg {
        msg.clone()
    }
}
