//! What happened in a run: events, messages and their fates, timers, operations, clocks and violations.
//!
//! A trace knows no protocol. It holds identities and times; what a message says is asked of the
//! [`Session`](crate::session::Session).

mod records;

use crate::clock::Clock;
use crate::ids::{EntryId, EventId, MsgId, NodeId, Nodes, TimerId};
use crate::monitor::Violation;
use crate::order::Key;
use crate::protocol::Status;
use crate::scenario::CHANCE_COPY;
use crate::sorted::{Map, Set};
use crate::time::Ns;
use crate::vectors::Vectors;

pub use self::records::{
    Cause, CutSpan, EventKind, EventRecord, Fate, FateKind, MessageRecord, OpRecord, TimerRecord,
};

/// Everything that happened, up to [`Trace::reached`].
#[derive(Clone, Debug)]
pub struct Trace {
    pub(crate) nodes: Nodes,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) order: Vec<EventId>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) cuts: Vec<CutSpan>,
    pub(crate) held: Vec<(Instant, Instant)>,
    pub(crate) acted: Set<EntryId>,
    pub(crate) reached: Ns,
    pub(crate) marks: Vec<Mark>,
    pub(crate) vectors: Vectors,
}

/// After how many events of a run it is noted how far each line has come, so that a moment is found in a long run by
/// looking at little of it.
pub(crate) const MARK_EVERY: usize = 128;

/// How far each line had come after so many events of the run.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// The last of these events.
    pub key: Key,
    /// How many events each node had had.
    pub counts: Vec<u32>,
}

/// A true time and a rank.
pub type Instant = (Ns, u32);

/// After everything.
pub(crate) const NEVER: Instant = (Ns::NEVER, u32::MAX);

/// One node's worldline.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Its events, `A:1` first.
    pub events: Vec<EventRecord>,
    /// What it sent, `A#1` first.
    pub messages: Vec<MessageRecord>,
    /// Copies that the network made of what it sent, and forged forms of it, by (seq, copy).
    pub copies: Map<(u32, u32), MessageRecord>,
    /// Timers it set, `A@1` first.
    pub timers: Vec<TimerRecord>,
    /// Operations it called (clients), in the order of their calls.
    pub ops: Vec<OpRecord>,
    /// Its role and epoch, from each event (by index) at which they changed; `None` while it is down.
    pub statuses: Vec<(u32, Option<Status>)>,
    /// By how much it corrects its wall clock for itself, from each event (by index) at which that changed.
    pub corrections: Vec<(u32, i64)>,
    /// Its clocks.
    pub clock: Clock,
    /// Its vector clock after each activation, in [`Trace::vectors`].
    pub(crate) vectors: Vec<u32>,
}

impl Lane {
    /// A message of its own, or a copy of one.
    pub(crate) fn message(&self, id: MsgId) -> Option<&MessageRecord> {
        if id.is_copy() {
            self.copies.get(&(id.seq, id.copy))
        } else {
            self.messages.get(id.seq.checked_sub(1)? as usize)
        }
    }
}

impl Trace {
    /// The nodes of the run.
    pub fn nodes(&self) -> Nodes {
        self.nodes
    }

    /// Up to when the run has been computed.
    pub fn reached(&self) -> Ns {
        self.reached
    }

    /// All events in total order.
    pub fn order(&self) -> &[EventId] {
        &self.order
    }

    /// A node's worldline.
    pub fn lane(&self, node: NodeId) -> Option<&Lane> {
        self.lanes.get(self.nodes.index(node)?)
    }

    /// All worldlines: servers, then clients.
    pub fn lanes(&self) -> impl Iterator<Item = (NodeId, &Lane)> {
        self.nodes.iter().zip(&self.lanes)
    }

    /// An event.
    pub fn event(&self, id: EventId) -> Option<&EventRecord> {
        self.lane(id.node)?.events.get(id.index.checked_sub(1)? as usize)
    }

    /// A message or a copy.
    pub fn message(&self, id: MsgId) -> Option<&MessageRecord> {
        self.lane(id.node)?.message(id)
    }

    /// Every message and copy, by sender.
    pub fn messages(&self) -> impl Iterator<Item = (MsgId, &MessageRecord)> {
        self.lanes().flat_map(|(node, lane)| {
            let originals =
                lane.messages.iter().zip(1..).map(move |(message, seq)| (MsgId::new(node, seq), message));
            originals.chain(
                lane.copies.iter().map(move |(&(seq, copy), message)| (MsgId { node, seq, copy }, message)),
            )
        })
    }

    /// The forged or altered form that went on in a message's place, where that was lost.
    pub fn replaced_by(&self, id: MsgId) -> Option<MsgId> {
        let fate = self.message(id)?.fate;
        let lane = self.lane(id.node).filter(|_| fate.kind == FateKind::Dropped && fate.lost < fate.at)?;
        let mut forms = lane.copies.range((id.seq, 0)..=(id.seq, u32::MAX));
        let form = forms.find(|&(&(_, copy), form)| copy != CHANCE_COPY && form.sent == fate.lost);
        form.map(|(&(_, copy), _)| MsgId { copy, ..id })
    }

    /// A timer.
    pub fn timer(&self, id: TimerId) -> Option<&TimerRecord> {
        self.lane(id.node)?.timers.get(id.seq.checked_sub(1)? as usize)
    }

    /// Operations of all clients, each client's in the order of its calls.
    pub fn ops(&self) -> impl Iterator<Item = &OpRecord> {
        self.lanes.iter().flat_map(|lane| &lane.ops)
    }

    /// Broken invariants, in the order in which they broke.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Cut links.
    pub fn cuts(&self) -> &[CutSpan] {
        &self.cuts
    }

    /// Spans in which everything waits for the person.
    pub fn held_spans(&self) -> &[(Instant, Instant)] {
        &self.held
    }

    /// Whether a script entry found its target in this run; an inert one is shown greyed out.
    pub fn has_acted(&self, entry: EntryId) -> bool {
        self.acted.contains(&entry)
    }

    /// What an event sent: numbers of the node's messages.
    pub fn sends(&self, id: EventId) -> std::ops::Range<u32> {
        let Some(event) = self.event(id) else { return 1..1 };
        let before = self.event(EventId { index: id.index - 1, ..id }).map_or(0, |event| event.sent);
        before + 1..event.sent + 1
    }

    /// What timers an event set: numbers of the node's timers.
    pub fn timers_set(&self, id: EventId) -> std::ops::Range<u32> {
        let Some(event) = self.event(id) else { return 1..1 };
        let before = self.event(EventId { index: id.index - 1, ..id }).map_or(0, |event| event.timers);
        before + 1..event.timers + 1
    }

    /// The event that sent the message, set the timer or cut the way of this one: its cause among events.
    pub fn cause(&self, id: EventId) -> Option<EventId> {
        match self.event(id)?.cause {
            Cause::Message(message) => {
                let sender = self.message(message.original())?;
                Some(EventId { node: message.node, index: sender.event })
            }
            Cause::Timer(seq) => {
                let timer = self.timer(TimerId { node: id.node, seq })?;
                Some(EventId { node: id.node, index: timer.event })
            }
            Cause::Start | Cause::Op(_) | Cause::Entry(_) | Cause::Chance => None,
        }
    }

    /// How many marks stand at or before `now`.
    pub(crate) fn marks_until(&self, now: Key) -> usize {
        self.marks.partition_point(|mark| mark.key <= now)
    }

    /// How many events of the run happen at or before `now`.
    pub fn count_until(&self, now: Key) -> usize {
        let first = self.marks_until(now) * MARK_EVERY;
        let last = (first + MARK_EVERY).min(self.order.len());
        first
            + self.order[first..last]
                .partition_point(|&id| self.event(id).is_some_and(|event| event.key <= now))
    }

    /// How many events of one node happen at or before `now`.
    pub fn node_count_until(&self, node: NodeId, now: Key) -> u32 {
        let Some(index) = self.nodes.index(node) else { return 0 };
        let (marks, events) = (self.marks_until(now), &self.lanes[index].events);
        let first = marks.checked_sub(1).map_or(0, |before| self.marks[before].counts[index] as usize);
        let last = self.marks.get(marks).map_or(events.len(), |after| after.counts[index] as usize);
        (first + events[first..last].partition_point(|event| event.key <= now)) as u32
    }

    /// How many events of each node happen at or before `now`, by the nodes' places.
    pub(crate) fn counts_until(&self, now: Key, counts: &mut Vec<u32>) {
        let marks = self.marks_until(now);
        counts.clear();
        match marks.checked_sub(1) {
            Some(before) => counts.extend_from_slice(&self.marks[before].counts),
            None => counts.resize(self.lanes.len(), 0),
        }
        for event in &self.order[marks * MARK_EVERY..self.count_until(now)] {
            if let Some(index) = self.nodes.index(event.node) {
                counts[index] = event.index;
            }
        }
    }

    /// The last event at or before `now`.
    pub fn last_event(&self, now: Key) -> Option<EventId> {
        self.count_until(now).checked_sub(1).map(|place| self.order[place])
    }

    /// The playhead one step on: at the next event, together with those that the same script entry causes at once.
    pub fn step(&self, now: Key) -> Option<Key> {
        self.stop(self.count_until(now))
    }

    /// The playhead one step back: just before the last event happened.
    pub fn step_back(&self, now: Key) -> Option<Key> {
        let mut place = self.count_until(now).checked_sub(1)?;
        while place > 0 && self.belongs_together(place - 1, place) {
            place -= 1;
        }
        Some(match place.checked_sub(1) {
            Some(before) => self.stop(before)?,
            None => Key::START,
        })
    }

    fn stop(&self, first: usize) -> Option<Key> {
        let mut place = first;
        self.order.get(place)?;
        while place + 1 < self.order.len() && self.belongs_together(place, place + 1) {
            place += 1;
        }
        self.event(self.order[place]).map(|event| event.key)
    }

    fn belongs_together(&self, one: usize, next: usize) -> bool {
        let (Some(one), Some(next)) = (self.event(self.order[one]), self.event(self.order[next])) else {
            return false;
        };
        let same_entry = matches!((one.cause, next.cause), (Cause::Entry(a), Cause::Entry(b)) if a == b);
        let both_start = one.cause == Cause::Start && next.cause == Cause::Start;
        one.key.instant() == next.key.instant() && (same_entry || both_start)
    }

    /// By how much a node corrects its wall clock for itself at a moment; `None`: it has not begun to.
    pub fn correction(&self, node: NodeId, now: Key) -> Option<i64> {
        let corrections = &self.lane(node)?.corrections;
        let index = corrections.len().min(1) as u32 * self.node_count_until(node, now);
        Some(corrections[..corrections.partition_point(|&(from, _)| from <= index)].last()?.1)
    }

    /// The node's role and epoch at a moment; `None` while it is down.
    pub fn status(&self, node: NodeId, now: Key) -> Option<Status> {
        let lane = self.lane(node)?;
        let index = self.node_count_until(node, now);
        let place = lane.statuses.partition_point(|&(from, _)| from <= index);
        lane.statuses[..place].last()?.1
    }
}
