//! What folds: messages that bring no news, and the events that only send or hear such messages.
//!
//! A routine message (a heartbeat, the answer to one) is **news** if a person touched it, if it is a copy, if its
//! receiver's role or epoch changes as it arrives, or if it differs in epoch or fate from the routine message before
//! it on the same link. A message of another kind folds only if it is lost in the same way as the same words were
//! before it: a retry. News is drawn. The rest folds into one mark on the line of the node that sends unasked, a mark
//! for each stretch between two of that node's other events.

use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::protocol::MsgView;
use lightcone_sim::scenario::Action;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::{Map, sort};
use lightcone_sim::trace::{Cause, EventKind, FateKind, Instant, Lane, MessageRecord};

use crate::view::View;

/// What the layout needs to know of a message, asked of the session once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub epoch: Option<u64>,
    pub routine: bool,
    /// Its kind is left out of the view.
    pub hidden: bool,
    /// It folds.
    pub folded: bool,
}

/// A stretch of routine on one line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub node: NodeId,
    /// Its first message: it stands for all.
    pub first: MsgId,
    pub epoch: Option<u64>,
    /// How many times the node sent.
    pub rounds: u32,
    /// How many messages those were.
    pub messages: u32,
    pub from: Instant,
    pub to: Instant,
    /// The node's first and last event in it, by index.
    pub events: (u32, u32),
}

/// All that folds, by lane in node order.
#[derive(Debug, Default)]
pub(crate) struct Folds {
    /// By sender, then by message.
    pub told: Vec<Vec<Told>>,
    /// What forged forms say: not what their senders said.
    pub forged: Map<MsgId, Told>,
    /// By node, then by event: only routine happens at it.
    pub quiet: Vec<Vec<bool>>,
    pub stretches: Vec<Stretch>,
}

/// Looks at every message of a run once.
pub(crate) fn fold(session: &dyn Session, view: &View) -> Folds {
    let trace = session.trace();
    let mut folds = Folds::default();
    for (node, lane) in trace.lanes() {
        folds.told.push(tell(session, view, node, lane));
        folds.forged.extend(forged(session, view, node, lane));
    }
    folds.quiet = trace.lanes().map(|(_, lane)| vec![false; lane.events.len()]).collect();
    if view.fold_routine {
        unfold(session, &mut folds);
        let pinned = pinned(session);
        for (index, (node, lane)) in trace.lanes().enumerate() {
            folds.quiet[index] = quiet(session, &folds, node, lane, &pinned);
            stretches(&mut folds, index, node, lane, u32::MAX);
        }
    }
    folds
}

impl Folds {
    pub fn told(&self, sender: usize, id: MsgId) -> Option<Told> {
        if let Some(told) = self.forged.get(&id) {
            return Some(*told);
        }
        self.told.get(sender)?.get(id.seq.checked_sub(1)? as usize).copied()
    }

    pub fn is_quiet(&self, lane: usize, event: u32) -> bool {
        event > 0 && self.quiet[lane].get(event as usize - 1).copied().unwrap_or(false)
    }
}

/// The last message on a link that could fold.
#[derive(Clone)]
struct Last {
    epoch: Option<u64>,
    fate: FateKind,
    label: String,
    routine: bool,
}

fn forged(session: &dyn Session, view: &View, node: NodeId, lane: &Lane) -> Vec<(MsgId, Told)> {
    let forms = lane.copies.keys().map(|&(seq, copy)| MsgId { node, seq, copy });
    let told = |id| {
        let MsgView { kind, epoch, routine, .. } = session.message(id)?;
        let hidden = view.hidden_kinds.contains(kind);
        Some((id, Told { epoch, routine, hidden, folded: false }))
    };
    forms.filter(|&id| session.is_forged(id)).filter_map(told).collect()
}

fn tell(session: &dyn Session, view: &View, node: NodeId, lane: &Lane) -> Vec<Told> {
    let nodes = session.trace().nodes();
    let mut last: Vec<Option<Last>> = vec![None; nodes.len()];
    let mut told = Vec::with_capacity(lane.messages.len());
    for (message, seq) in lane.messages.iter().zip(1..) {
        let Some(said) = session.message(MsgId::new(node, seq)) else { continue };
        let MsgView { kind, label, epoch, routine, .. } = said;
        let hidden = view.hidden_kinds.contains(kind);
        let to = nodes.index(message.to).filter(|_| view.fold_routine);
        let folded = to.is_some_and(|to| {
            // What is still under way where the run ends brings no news by that.
            let settled = message.fate.kind != FateKind::InFlight;
            let fate = if settled { message.fate.kind } else { FateKind::Delivered };
            let now = Last { epoch, fate, label, routine };
            let news = last[to].as_ref().is_none_or(|before| is_news(before, &now));
            if routine || fate != FateKind::Delivered {
                last[to] = Some(now);
            }
            !news && !message.by_hand && !changes_receiver(session, message)
        });
        told.push(Told { epoch, routine, hidden, folded });
    }
    told
}

/// Whether a message says more than the one before it on its link: routine another epoch or another fate, anything
/// else another text or that it arrived. That one loss by chance is over is no news.
fn is_news(before: &Last, now: &Last) -> bool {
    if !now.routine {
        return now.fate == FateKind::Delivered || now.fate != before.fate || now.label != before.label;
    }
    let same_fate = before.fate == now.fate
        || before.routine && before.fate == FateKind::Dropped && now.fate == FateKind::Delivered;
    before.epoch != now.epoch || !same_fate
}

fn changes_receiver(session: &dyn Session, message: &MessageRecord) -> bool {
    let lane = session.trace().lane(message.to);
    lane.is_some_and(|lane| changes_status(lane, message.fate.event))
}

fn changes_status(lane: &Lane, event: u32) -> bool {
    lane.statuses.binary_search_by_key(&event, |&(from, _)| from).is_ok()
}

/// Events that carry a violation or a remark: never quiet.
fn pinned(session: &dyn Session) -> Vec<EventId> {
    let mut pinned: Vec<_> = session.trace().violations().iter().map(|violation| violation.event).collect();
    pinned.extend(session.scenario().script.iter().filter_map(|entry| match entry.action {
        Action::Note { event, .. } | Action::CrashInside { event, .. } => Some(event),
        _ => None,
    }));
    sort(&mut pinned);
    pinned
}

fn quiet(session: &dyn Session, folds: &Folds, node: NodeId, lane: &Lane, pinned: &[EventId]) -> Vec<bool> {
    let nodes = session.trace().nodes();
    let told = |id: MsgId| nodes.index(id.node).and_then(|sender| folds.told(sender, id));
    let answered: Vec<u32> = lane.ops.iter().filter_map(|op| op.returned).collect();
    let mut sent = 0;
    lane.events
        .iter()
        .zip(1u32..)
        .map(|(event, index)| {
            let sends = sent + 1..=event.sent;
            sent = event.sent;
            let heard_routine = match event.cause {
                Cause::Message(id) => told(id).is_some_and(|told| told.folded) && !id.is_copy(),
                Cause::Timer(_) => !sends.is_empty(),
                _ => false,
            };
            heard_routine
                && matches!(event.kind, EventKind::Message | EventKind::Timer)
                && sends.clone().all(|seq| told(MsgId::new(node, seq)).is_some_and(|told| told.folded))
                && !changes_status(lane, index)
                && answered.binary_search(&index).is_err()
                && pinned.binary_search(&EventId { node, index }).is_err()
        })
        .collect()
}

/// Unfolds a message whose receiver answers with more than routine, so that nothing seems to come from nowhere, and
/// what was sent together with something that is drawn, so that a broadcast is seen whole.
fn unfold(session: &dyn Session, folds: &mut Folds) {
    let trace = session.trace();
    let nodes = trace.nodes();
    for (index, (_, lane)) in trace.lanes().enumerate() {
        for (place, message) in lane.messages.iter().enumerate() {
            let Some(to) = nodes.index(message.to).filter(|_| folds.told[index][place].folded) else {
                continue;
            };
            let mut answers = trace.sends(EventId { node: message.to, index: message.fate.event });
            let speaks =
                answers.any(|seq| folds.told[to].get(seq as usize - 1).is_some_and(|told| !told.routine));
            folds.told[index][place].folded = !(message.fate.event > 0 && speaks);
        }
    }
    for (index, (_, lane)) in trace.lanes().enumerate() {
        let mut sent = 0;
        for event in &lane.events {
            let sends = sent as usize..event.sent as usize;
            sent = event.sent;
            let told = &mut folds.told[index][sends];
            if event.kind == EventKind::Timer && told.iter().any(|told| !told.folded) {
                told.iter_mut().for_each(|told| told.folded = false);
            }
        }
    }
}

/// Gathers what a node sends unasked between two of its drawn events; what it does up to an event (by index) and what
/// after it are not gathered together.
pub(crate) fn stretches(folds: &mut Folds, index: usize, node: NodeId, lane: &Lane, part: u32) {
    let mut open: Option<Stretch> = None;
    let mut sent = 0;
    for (event, number) in lane.events.iter().zip(1u32..) {
        let first = sent + 1;
        let count = event.sent - sent;
        sent = event.sent;
        if !folds.is_quiet(index, number) {
            folds.stretches.extend(open.take());
            continue;
        }
        if number == part.saturating_add(1) {
            folds.stretches.extend(open.take());
        }
        if event.kind != EventKind::Timer || count == 0 {
            continue;
        }
        let at = event.key.instant();
        match &mut open {
            Some(stretch) => {
                stretch.rounds += 1;
                stretch.messages += count;
                stretch.to = at;
                stretch.events.1 = number;
            }
            None => {
                let id = MsgId::new(node, first);
                let epoch = folds.told(index, id).and_then(|told| told.epoch);
                open = Some(Stretch {
                    node,
                    first: id,
                    epoch,
                    rounds: 1,
                    messages: count,
                    from: at,
                    to: at,
                    events: (number, number),
                });
            }
        }
    }
    folds.stretches.extend(open);
}
