//! The event loop as it stood now and then, kept so that another run can go on from there.
//!
//! What a run leaves behind only grows, but for a few records of what was still to come: a snapshot need hold no more
//! than what is not in the trace, and what is to be made undone in it follows from what had been due.

use std::rc::Rc;

use crate::ids::{EntryId, MsgId, OpSource};
use crate::monitor::Monitor;
use crate::order::{ENVIRONMENT, Key, OP};
use crate::protocol::Protocol;
use crate::run::{LiveNode, Run};
use crate::scenario::Action;
use crate::sorted::Set;

/// After how many events the first snapshots are taken. When there are [`MOST`], every other one goes and they are taken
/// half as often: so they stay a small part of a long run, and near enough to any moment of it. (Tests have them often.)
const FIRST: usize = if cfg!(feature = "planted") { 8 } else { 1_024 };
/// They are not taken more often than after so many events for each node, as each node is copied.
const FIRST_EACH: usize = if cfg!(feature = "planted") { 0 } else { 16 };
/// There are never more snapshots than this.
const MOST: usize = 64;

/// The event loop after one of its steps.
pub(crate) struct Snapshot<P: Protocol> {
    /// What the loop had done last.
    pub key: Key,
    /// How many events the run had.
    pub count: usize,
    /// How many events each node had.
    pub counts: Vec<u32>,
    /// How much of the run's vector clocks there was.
    pub vectors: usize,
    /// How many violations there were.
    pub violations: usize,
    pub nodes: Vec<LiveNode<P>>,
    /// What was to come, but for what the script alone says.
    pub queue: Vec<Key>,
    pub monitors: Vec<Box<dyn Monitor<P>>>,
    pub under_way: Vec<MsgId>,
    /// Entries that had acted, but for those that act whatever happens, and remarks.
    pub acted: Set<EntryId>,
}

/// The snapshots of a run, earliest first.
pub(crate) struct Snapshots<P: Protocol> {
    pub taken: Vec<Rc<Snapshot<P>>>,
    every: usize,
    /// From how many events on the next one is taken.
    pub next: usize,
}

impl<P: Protocol> Snapshots<P> {
    pub fn new(nodes: usize) -> Snapshots<P> {
        let every = FIRST.max(FIRST_EACH * nodes);
        Snapshots { taken: Vec::new(), every, next: every }
    }

    /// Those that another run shares which goes on from the last of the first `count`.
    pub fn up_to(&self, count: usize) -> Snapshots<P> {
        let taken = self.taken[..count].to_vec();
        let next = taken.last().map_or(0, |last| last.count) + self.every;
        Snapshots { taken, every: self.every, next }
    }

    fn add(&mut self, snapshot: Snapshot<P>) {
        self.next = snapshot.count + self.every;
        self.taken.push(Rc::new(snapshot));
        if self.taken.len() >= MOST {
            let mut place = 0;
            self.taken.retain(|_| {
                place += 1;
                place % 2 == 0
            });
            self.every *= 2;
        }
    }
}

impl<P: Protocol> Run<P> {
    /// Whether a key stands in the queue because of the script alone. (What waited for a paused client does not.)
    pub(crate) fn is_of_script(&self, key: Key) -> bool {
        match key.kind() {
            ENVIRONMENT => true,
            OP => match key.op_source() {
                OpSource::Entry(entry) => self.plan.ops.get(&entry).is_some_and(|op| op.at == key.instant()),
                OpSource::Workload(_) => false,
            },
            _ => false,
        }
    }

    /// Keeps how the loop stands after it has done this.
    pub(crate) fn take_snapshot(&mut self, key: Key) {
        let snapshot = Snapshot {
            key,
            count: self.trace.order.len(),
            counts: self.trace.lanes.iter().map(|lane| lane.events.len() as u32).collect(),
            vectors: self.trace.vectors.len(),
            violations: self.trace.violations.len(),
            nodes: self.nodes.clone(),
            queue: self.coming().filter(|&key| !self.is_of_script(key)).collect(),
            monitors: self.monitors.iter().map(|monitor| monitor.copied()).collect(),
            under_way: self.under_way.clone(),
            acted: self.trace.acted.iter().copied().filter(|id| !self.plan.silent.contains(id)).collect(),
        };
        self.snapshots.add(snapshot);
    }
}

/// Whether an entry of this kind is known to have acted, or not, without the loop.
pub(crate) fn is_silent(action: &Action) -> bool {
    matches!(action, Action::HoldAll { .. } | Action::Note { .. })
}
