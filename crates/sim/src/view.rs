//! A run seen through the object-safe facade: states, pending things and explanations, derived when asked for.

use std::any::Any;
use std::hash::{Hash, Hasher};

use crate::hash::PortableHasher;
use crate::ids::{EventId, MsgId, NodeId, OpId, OpSource, TimerId};
use crate::order::Key;
use crate::protocol::{Effect, EffectOf, LogView, MsgView, Protocol};
use crate::run::Run;
use crate::scenario::Scenario;
use crate::session::{Condition, Explained, NodeView, Pending, PendingWhat, Progress, Session};
use crate::sorted::{sort, sort_by_key};
use crate::time::Ns;
use crate::trace::{Cause, EventKind, FateKind, Instant, MARK_EVERY, NEVER, Trace};

impl<P: Protocol> Session for Run<P> {
    fn scenario(&self) -> &Scenario {
        Run::scenario(self)
    }

    fn trace(&self) -> &Trace {
        Run::trace(self)
    }

    fn run_until(&mut self, until: Ns, max_events: u64) -> Progress {
        Run::run_until(self, until, max_events)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn node(&self, node: NodeId, now: Key) -> Option<NodeView> {
        let index = self.trace.nodes.index(node)?;
        let state = self.node_after(index, self.trace.node_count_until(node, now));
        let clock = &self.trace.lanes[index].clock;
        let condition = match &state.state {
            None => Condition::Down,
            Some(_) if state.is_paused => Condition::Paused,
            Some(_) => Condition::Up,
        };
        Some(NodeView {
            condition,
            status: state.state.as_ref().map(|volatile| self.protocol.status(volatile, &state.stable)),
            view: state.state.as_ref().map(|volatile| self.protocol.view(volatile, &state.stable)),
            local: clock.wall(now.at, now.rank),
            drift_ppm: clock.drift_ppm(now.at, now.rank),
        })
    }

    fn log(&self, node: NodeId, now: Key, before: u64, count: u64) -> Option<LogView> {
        let index = self.trace.nodes.index(node).filter(|_| !node.is_client())?;
        let node = self.node_after(index, self.trace.node_count_until(node, now));
        self.protocol.log(node.state.as_ref(), &node.stable, before, count)
    }

    fn pending(&self, now: Key) -> Vec<Pending> {
        let mut pending: Vec<Pending> =
            self.messages_under_way(now).filter_map(|id| self.pending_message(id)).collect();
        for index in 0..self.trace.nodes.len() {
            let node = self.trace.nodes.at(index);
            let state = self.node_after(index, self.trace.node_count_until(node, now));
            pending.extend(
                state.timers.iter().filter_map(|&(_, seq)| self.pending_timer(TimerId { node, seq })),
            );
        }
        sort_by_key(&mut pending, |pending| (pending.due.unwrap_or(NEVER), pending.what));
        pending
    }

    fn explain(&self, event: EventId) -> Option<Explained> {
        let index = self.trace.nodes.index(event.node)?;
        let record = self.trace.event(event)?;
        let mut node = self.node_after(index, event.index - 1);
        let mut effects = Vec::new();
        self.repeat(index, event.index, &mut node, &mut effects, true);
        let (title, sentence) = self.headline(event, record.kind, record.cause);
        let named = |text| self.scenario.named(text);
        let mut told = Explained { title: named(title), sentence: named(sentence), ..Explained::default() };
        let mut sent = self.trace.sends(event);
        for effect in effects {
            match effect {
                Effect::Note(note) => told.notes.push(named(note)),
                effect => {
                    let message = if let Effect::Send { .. } = effect { sent.next() } else { None };
                    told.effects.push(named(self.tell(event.node, effect, message)));
                }
            }
        }
        told.cut_short = self.plan.crashes_inside.contains_key(&event) && record.kind.is_activation();
        Some(told)
    }

    fn message(&self, id: MsgId) -> Option<MsgView> {
        let told = self.said(id)?;
        Some(MsgView { sentence: self.scenario.named(told.sentence), ..told })
    }

    fn is_forged(&self, id: MsgId) -> bool {
        let index = self.trace.nodes.index(id.node);
        index.is_some_and(|index| self.payloads[index].forged.contains_key(&(id.seq, id.copy)))
    }

    fn facts(&self, id: MsgId) -> Vec<(&'static str, i64)> {
        let index = self.trace.nodes.index(id.node);
        let msg = index.and_then(|index| self.payloads[index].message(id.seq, id.copy));
        msg.map_or(Vec::new(), |msg| self.protocol.facts(msg))
    }

    fn timer(&self, id: TimerId) -> Option<String> {
        Some(self.scenario.named(self.set_for(id)?))
    }

    fn op(&self, id: OpId) -> Option<(String, Option<String>)> {
        let index = self.trace.nodes.index(id.client)?;
        let ops = &self.trace.lanes[index].ops;
        // The n-th of the workload stands no later than n, but for those that people asked for in between.
        let end = match id.source {
            OpSource::Workload(n) => (n as usize + self.plan.ops.len()).min(ops.len()),
            OpSource::Entry(_) => ops.len(),
        };
        let place = ops[..end].iter().rposition(|op| op.id == id)?;
        let (asked, told) = &self.payloads[index].ops[place];
        Some((asked.op.to_string(), told.as_ref().map(ToString::to_string)))
    }

    fn epoch_name(&self, epoch: u64) -> String {
        self.protocol.epoch_name(epoch)
    }

    fn monitors(&self) -> Vec<&'static str> {
        self.monitor_names()
    }

    fn hash_of(&self, event: EventId) -> [u8; 32] {
        let mut hasher = PortableHasher::default();
        self.hash_event(event, &mut hasher);
        hasher.finish_all()
    }

    fn hashes(&self, moments: &[Key]) -> Vec<[u8; 32]> {
        let last = moments.last().copied().unwrap_or(Key::START);
        let fates = self.trace.messages().filter(|(_, message)| message.fate.kind != FateKind::InFlight);
        let fates = fates.map(|(id, message)| (Key::fate(message.fate.at, message.to, id), id));
        let mut fates: Vec<(Key, MsgId)> = fates.filter(|&(key, _)| key <= last).collect();
        sort(&mut fates);
        let (mut fates, mut events) =
            (fates.into_iter().peekable(), self.trace.order.iter().copied().peekable());
        let mut hasher = PortableHasher::default();
        let up_to = |&moment: &Key| {
            // Events and fates in the total order, so that the hash of a beginning is the beginning of the hash.
            loop {
                let event = events.peek().and_then(|&event| self.trace.event(event)).map(|event| event.key);
                let event = event.filter(|&key| key <= moment);
                let fate = fates.peek().map(|&(key, _)| key).filter(|&key| key <= moment);
                match (event, fate) {
                    (Some(event), fate) if fate.is_none_or(|fate| event < fate) => {
                        events.next().into_iter().for_each(|event| self.hash_event(event, &mut hasher));
                    }
                    (_, Some(_)) => {
                        fates.next().into_iter().for_each(|(_, id)| self.hash_fate(id, &mut hasher))
                    }
                    (_, None) => return hasher.clone().finish_all(),
                }
            }
        };
        moments.iter().map(up_to).collect()
    }
}

impl<P: Protocol> Run<P> {
    /// Messages sent and neither arrived nor lost: those kept at the last mark, and what was sent since.
    fn messages_under_way(&self, now: Key) -> impl Iterator<Item = MsgId> + '_ {
        let count = self.trace.count_until(now);
        let marks = count / MARK_EVERY;
        let kept = marks.checked_sub(1).map_or(&[][..], |mark| &self.marks[mark]);
        let since = self.trace.order[marks * MARK_EVERY..count].iter().flat_map(|&event| {
            let copies = self.trace.lane(event.node).map(|lane| &lane.copies);
            self.trace.sends(event).flat_map(move |seq| {
                let twins =
                    copies.into_iter().flat_map(move |copies| copies.range((seq, 0)..=(seq, u32::MAX)));
                let twins = twins.map(move |(&(_, copy), _)| MsgId { node: event.node, seq, copy });
                std::iter::once(MsgId::new(event.node, seq)).chain(twins)
            })
        });
        let instant = now.instant();
        kept.iter().copied().chain(since).filter(move |&id| {
            self.trace
                .message(id)
                .is_some_and(|message| message.is_under_way(instant) && !self.has_come(id, now))
        })
    }

    /// What a message says, by the nodes' own names.
    fn said(&self, id: MsgId) -> Option<MsgView> {
        let index = self.trace.nodes.index(id.node)?;
        Some(self.protocol.describe(self.payloads[index].message(id.seq, id.copy)?))
    }

    /// What a timer is for, by the nodes' own names.
    fn set_for(&self, id: TimerId) -> Option<String> {
        let index = self.trace.nodes.index(id.node)?;
        let timer = self.payloads[index].timers.get(id.seq.checked_sub(1)? as usize)?;
        Some(self.protocol.describe_timer(timer))
    }

    /// Whether a message's fate stands at this very instant and has been played.
    fn has_come(&self, id: MsgId, now: Key) -> bool {
        self.trace.message(id).is_some_and(|message| Key::fate(message.fate.at, message.to, id) <= now)
    }

    fn pending_message(&self, id: MsgId) -> Option<Pending> {
        let message = self.trace.message(id)?;
        let told = self.message(id)?;
        let doomed = matches!(message.fate.kind, FateKind::Dropped | FateKind::Cut);
        Some(Pending {
            what: PendingWhat::Message { id, to: message.to },
            due: due(message.fate.at),
            doomed,
            label: told.label,
            epoch: told.epoch,
            routine: told.routine,
        })
    }

    fn pending_timer(&self, id: TimerId) -> Option<Pending> {
        let timer = self.trace.timer(id)?;
        let label = self.timer(id)?;
        let what = PendingWhat::Timer(id);
        Some(Pending { what, due: due(timer.due), doomed: false, label, epoch: None, routine: false })
    }

    fn headline(&self, event: EventId, kind: EventKind, cause: Cause) -> (String, String) {
        let node = event.node;
        match (kind, cause) {
            (EventKind::Message, Cause::Message(id)) => match self.said(id) {
                Some(told) => (format!("{node} got {} from {}", told.label, id.node), told.sentence),
                None => (format!("{node} got {id}"), String::new()),
            },
            (EventKind::Timer, Cause::Timer(seq)) => {
                let what = self.set_for(TimerId { node, seq }).unwrap_or_default();
                (format!("{node}: {what}"), String::new())
            }
            (EventKind::Op, Cause::Op(place)) => {
                let ops = self.trace.nodes.index(node).map(|index| &self.payloads[index].ops);
                let op = ops.and_then(|ops| ops.get(place as usize)).map(|(asked, _)| asked.op.to_string());
                let op = op.unwrap_or_default();
                (format!("{node} calls {op}"), String::new())
            }
            (EventKind::Boot, _) => (format!("{node} starts"), String::new()),
            (EventKind::Crash, _) => {
                (format!("{node} crashes"), "What it held in memory is gone; its disk stays.".into())
            }
            (EventKind::Amnesia, _) => (format!("{node} crashes and loses its disk"), String::new()),
            (EventKind::Recover, _) => (format!("{node} is started again"), String::new()),
            (EventKind::Pause, _) => (format!("{node} stands still"), "Messages and due timers wait.".into()),
            (EventKind::Resume, _) => (format!("{node} goes on"), String::new()),
            (EventKind::Slow, _) => (
                format!("{node} becomes slow"),
                "Each step takes time, and what comes meanwhile waits.".into(),
            ),
            (EventKind::Quick, _) => (format!("{node} is quick again"), String::new()),
            (EventKind::Clock, _) => (format!("{node}'s clock is set"), String::new()),
            (EventKind::Cut, Cause::Entry(_) | Cause::Chance) => {
                (format!("{node} no longer hears {}", self.silenced(event, true)), String::new())
            }
            (EventKind::Heal, Cause::Entry(_) | Cause::Chance) => {
                (format!("{node} hears {} again", self.silenced(event, false)), String::new())
            }
            (EventKind::Byzantine, _) => (
                format!("{node} turns byzantine"),
                "What leaves it is no longer what it says; it does not know of it.".into(),
            ),
            (EventKind::Honest, _) => (format!("{node} is honest again"), String::new()),
            _ => (format!("{node}: {}", kind.name()), String::new()),
        }
    }

    /// Whose messages no longer (or again) reach the node of this event.
    fn silenced(&self, event: EventId, begins: bool) -> String {
        let instant = self.trace.event(event).map(|record| record.key.instant());
        let spans = self.trace.cuts.iter().filter(|cut| {
            cut.receiver == event.node && instant == Some(if begins { cut.from } else { cut.to })
        });
        let names: Vec<String> = spans.map(|cut| cut.sender.to_string()).collect();
        names.join(", ")
    }

    fn tell(&self, me: NodeId, effect: EffectOf<P>, message: Option<u32>) -> String {
        match effect {
            Effect::Persist => "writes to disk".to_owned(),
            Effect::Send { to, msg } => {
                let id = message.map(|seq| format!(" ({})", MsgId::new(me, seq))).unwrap_or_default();
                format!("sends {} to {to}{id}", self.protocol.describe(&msg).label)
            }
            Effect::SetTimer { timer, after } => {
                format!("sets {} for {after}", self.protocol.describe_timer(&timer))
            }
            Effect::Cancel(timer) => format!("cancels {}", self.protocol.describe_timer(&timer)),
            Effect::Reply { op, ret } => format!("{op} returns {ret}"),
            Effect::Note(note) => note,
        }
    }

    fn hash_fate(&self, id: MsgId, hasher: &mut impl Hasher) {
        if let Some(message) = self.trace.message(id) {
            (id, message.fate.kind, message.fate.at, message.fate.event).hash(hasher);
            // What a message says is hashed with its sending; only a forged form says something else.
            let sender = self.trace.nodes.index(id.node).map(|index| &self.payloads[index].forged);
            if let Some(form) = sender.and_then(|forged| forged.get(&(id.seq, id.copy))) {
                form.hash(hasher);
            }
        }
    }

    /// All of an event that is no fate: what it was, when, its clocks, and what it sent and set.
    pub(crate) fn hash_event(&self, event: EventId, hasher: &mut impl Hasher) {
        let Some(record) = self.trace.event(event) else { return };
        (event, record.key, record.kind, record.cause, record.local, record.lamport).hash(hasher);
        self.trace.vector(event).hash(hasher);
        let Some(index) = self.trace.nodes.index(event.node) else { return };
        for seq in self.trace.sends(event) {
            let place = seq as usize - 1;
            (self.trace.lanes[index].messages[place].to, &self.payloads[index].messages[place]).hash(hasher);
            #[cfg(feature = "planted")]
            if self.flaw == Some(crate::planted::Flaw::FateInSend) {
                self.trace.lanes[index].messages[place].fate.kind.hash(hasher);
            }
        }
        for seq in self.trace.timers_set(event) {
            let place = seq as usize - 1;
            (self.trace.lanes[index].timers[place].deadline, &self.payloads[index].timers[place])
                .hash(hasher);
        }
    }
}

fn due(at: Instant) -> Option<Instant> {
    (at != NEVER).then_some(at)
}
