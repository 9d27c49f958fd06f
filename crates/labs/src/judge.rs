//! Whether a predicate holds in a run.

use lightcone_sim::ids::{EntryId, EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::protocol::View;
use lightcone_sim::scenario::Entry;
use lightcone_sim::session::{Condition as Runs, Session};
use lightcone_sim::trace::FateKind;

use crate::causal;
use crate::deed;
use crate::history::acknowledged_write_lost;
use crate::predicate::{
    Bound, Condition, Done, FateWord, Field, Log, Operation, Predicate, Role, Runs as RunsWord, Sent,
};

/// The end of a run: all that its scenario lets happen.
pub fn end(session: &dyn Session) -> Key {
    Key::end_of(session.scenario().until)
}

/// Judges a run that a reader may have changed.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    session: &'a dyn Session,
    given: &'a [Entry],
}

impl std::fmt::Debug for Judge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge").field("given", &self.given.len()).finish_non_exhaustive()
    }
}

impl<'a> Judge<'a> {
    /// A judge of a run, computed to its end. `given` is the script that the lab set up: what stands in the run's script
    /// beside it is the reader's.
    pub fn new(session: &'a dyn Session, given: &'a [Entry]) -> Judge<'a> {
        Judge { session, given }
    }

    /// Whether a predicate holds when all up to `now` has happened.
    pub fn holds(&self, predicate: &Predicate, now: Key) -> bool {
        match predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.holds(part, now)),
            Predicate::Any(parts) => parts.iter().any(|part| self.holds(part, now)),
            Predicate::Not(part) => !self.holds(part, now),
            Predicate::At(moment) => self.holds(&moment.that, Key::end_of(moment.time)),
            Predicate::Ever(part) => self.first(part, now).is_some(),
            Predicate::Always(part) => self.moments(now).all(|moment| self.holds(part, moment)),
            Predicate::Violated(name) => self.violations(now).any(|monitor| monitor == name),
            Predicate::Safe(safe) => self.violations(now).next().is_none() == *safe,
            Predicate::Role(role) => self.role(role, now),
            Predicate::Condition(condition) => self.condition(condition, now),
            Predicate::Field(field) => self.field(field, now),
            Predicate::Log(log) => self.log(log, now),
            Predicate::Sent(sent) => self.sent(sent, now),
            Predicate::Operation(operation) => self.operation(operation, now),
            Predicate::AcknowledgedWriteLost(lost) => acknowledged_write_lost(self.session, now) == *lost,
            Predicate::Done(done) => self.done(done, now),
            Predicate::HappensBefore(said) => causal::happens_before(self.session.trace(), said, now),
            Predicate::Concurrent(places) => causal::concurrent(self.session.trace(), places, now),
            Predicate::Lamport(said) => causal::lamport(self.session.trace(), said, now),
            Predicate::ConsistentCut(said) => causal::consistent_cut(self.session.trace(), said, now),
            Predicate::Added(bound) => bound.admits(self.added().count()),
        }
    }

    /// The first moment up to `now` at which a predicate holds.
    pub fn first(&self, predicate: &Predicate, now: Key) -> Option<Key> {
        self.moments(now).find(|&moment| self.holds(predicate, moment))
    }

    /// After each event up to `now`, in order.
    fn moments(&self, now: Key) -> impl Iterator<Item = Key> + use<'a> {
        let trace = self.session.trace();
        let keys = trace.order().iter().filter_map(|&id| trace.event(id).map(|event| event.key));
        keys.take_while(move |&key| key <= now)
    }

    fn violations(&self, now: Key) -> impl Iterator<Item = &'static str> + use<'a> {
        let trace = self.session.trace();
        let shown = move |event: EventId| trace.event(event).is_some_and(|event| event.key <= now);
        trace.violations().iter().filter(move |found| shown(found.event)).map(|found| found.monitor)
    }

    fn role(&self, role: &Role, now: Key) -> bool {
        let trace = self.session.trace();
        let with_role = |node: NodeId| {
            let status = trace.status(node, now)?;
            let fits = status.role == role.is && role.epoch.is_none_or(|epoch| status.epoch == Some(epoch));
            fits.then_some(status.epoch)
        };
        let nodes = trace.nodes().iter().filter(|&node| role.node.is_none_or(|only| only == node));
        let epochs: Vec<Option<u64>> = nodes.filter_map(with_role).collect();
        let of_one = |epoch: &Option<u64>| epochs.iter().filter(|other| *other == epoch).count();
        let count = if role.same_epoch { epochs.iter().map(of_one).max().unwrap_or(0) } else { epochs.len() };
        Bound { at_least: role.at_least, at_most: role.at_most }.admits(count)
    }

    fn condition(&self, condition: &Condition, now: Key) -> bool {
        let runs = match condition.is {
            RunsWord::Up => Runs::Up,
            RunsWord::Paused => Runs::Paused,
            RunsWord::Down => Runs::Down,
        };
        self.session.node(condition.node, now).is_some_and(|node| node.condition == runs)
    }

    fn view(&self, node: NodeId, now: Key) -> Option<View> {
        self.session.node(node, now)?.view
    }

    fn field(&self, field: &Field, now: Key) -> bool {
        let view = self.view(field.node, now);
        let mut found = view.iter().flat_map(|view| &view.fields).filter(|found| found.name == field.name);
        found.any(|found| {
            field.is.as_ref().is_none_or(|is| *is == found.value)
                && field.contains.as_ref().is_none_or(|part| found.value.contains(part.as_str()))
        })
    }

    fn log(&self, log: &Log, now: Key) -> bool {
        let Some(view) = self.view(log.node, now) else { return false };
        let epochs = || view.log.iter().map(|item| item.epoch.unwrap_or(0));
        let says =
            |view: &View| view.log.iter().map(|item| (item.epoch, item.text.clone())).collect::<Vec<_>>();
        log.epochs.as_ref().is_none_or(|wanted| epochs().eq(wanted.iter().copied()))
            && log.contains.as_ref().is_none_or(|text| view.log.iter().any(|item| item.text == *text))
            && log.length.is_none_or(|length| view.log_before + view.log.len() as u64 == length)
            && log
                .same_as
                .is_none_or(|other| self.view(other, now).is_some_and(|other| says(&other) == says(&view)))
    }

    fn sent(&self, sent: &Sent, now: Key) -> bool {
        let instant = now.instant();
        let messages = self.session.trace().messages().filter(|(id, message)| {
            message.sent <= instant
                && sent.from.is_none_or(|from| from == id.node)
                && sent.to.is_none_or(|to| to == message.to)
                && sent.fate.is_none_or(|fate| message.fate_at(instant) == kind(fate))
        });
        let says = |id| {
            if sent.kind.is_none() && sent.label.is_none() {
                return true;
            }
            self.session.message(id).is_some_and(|view| {
                sent.kind.as_ref().is_none_or(|kind| *kind == view.kind)
                    && sent.label.as_ref().is_none_or(|part| view.label.contains(part.as_str()))
            })
        };
        let count = messages.filter(|&(id, _)| says(id)).count();
        Bound { at_least: sent.at_least, at_most: sent.at_most }.admits(count)
    }

    fn operation(&self, wanted: &Operation, now: Key) -> bool {
        let trace = self.session.trace();
        let by_now = |node, index| trace.event(EventId { node, index }).is_some_and(|event| event.key <= now);
        let ops = trace.ops().filter(|op| by_now(op.id.client, op.invoked));
        let ops = ops.filter(|op| wanted.client.is_none_or(|client| client == op.id.client));
        let count = ops.filter(|op| {
            let answered = op.returned.is_some_and(|index| by_now(op.id.client, index));
            let Some((text, answer)) = self.session.op(op.id) else { return false };
            wanted.is.as_ref().is_none_or(|is| *is == text)
                && wanted.answered.is_none_or(|wanted| wanted == answered)
                && wanted.answer.as_ref().is_none_or(|is| answered && answer.as_ref() == Some(is))
        });
        Bound { at_least: wanted.at_least, at_most: wanted.at_most }.admits(count.count())
    }

    /// Entries of the script that the lab has not given.
    fn added(&self) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let given = self.given;
        self.session.scenario().script.iter().filter(move |entry| !given.contains(entry))
    }

    fn done(&self, done: &Done, now: Key) -> bool {
        let acted = |id: EntryId| self.session.trace().has_acted(id);
        let entries = self.added().filter(|entry| (entry.at, entry.rank) <= now.instant() && acted(entry.id));
        let count = entries.filter(|entry| {
            deed::name(&entry.action) == done.what
                && done.node.is_none_or(|node| deed::names(&entry.action, node))
        });
        Bound { at_least: done.at_least, at_most: done.at_most }.admits(count.count())
    }
}

fn kind(fate: FateWord) -> FateKind {
    match fate {
        FateWord::InFlight => FateKind::InFlight,
        FateWord::Delivered => FateKind::Delivered,
        FateWord::Dropped => FateKind::Dropped,
        FateWord::Cut => FateKind::Cut,
        FateWord::ToCrashed => FateKind::ToCrashed,
    }
}
