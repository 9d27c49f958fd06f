//! A run as lines, in total order: events, fates of messages, broken invariants.
//!
//! A message's fate is a line of its own, where it befalls: just before the event at which it is handled, or where it
//! was lost. What is still under way at the end comes last. A broken invariant follows the event that broke it.

mod json;
mod people;

use std::io;
use std::iter::Peekable;
use std::slice;

use lightcone_sim::ids::{EventId, MsgId, NodeId, TimerId};
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::sort;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, EventRecord, FateKind, MessageRecord, Trace};

/// One line.
#[derive(Clone, Copy, Debug)]
pub enum Line<'a> {
    /// Something happened on a node's line.
    Event(EventId, &'a EventRecord),
    /// A message's fate: what, and when; `None`: it is still under way.
    Fate(MsgId, &'a MessageRecord, Option<Ns>),
    /// An invariant broke.
    Violation(&'a Violation),
}

/// The lines of a run, as far as it has been computed, up to a time.
pub struct Lines<'a> {
    trace: &'a Trace,
    events: slice::Iter<'a, EventId>,
    violations: Peekable<slice::Iter<'a, Violation>>,
    /// Fates in total order; those of messages under way stand at the end of time.
    fates: Peekable<std::vec::IntoIter<(Key, MsgId)>>,
    /// The event of the line before.
    last: Option<EventId>,
}

impl<'a> Lines<'a> {
    /// The lines up to a time.
    pub fn new(trace: &'a Trace, until: Ns) -> Lines<'a> {
        let end = until.min(trace.reached());
        let events = trace.order()[..trace.count_until(Key::end_of(end))].iter();
        let sent = trace.messages().filter(|(_, message)| message.sent.0 <= end);
        let mut fates: Vec<(Key, MsgId)> = sent
            .map(|(id, message)| {
                let over = message.fate.kind != FateKind::InFlight && message.fate.at.0 <= end;
                (if over { Key::fate(message.fate.at, message.to, id) } else { UNDER_WAY }, id)
            })
            .collect();
        sort(&mut fates);
        let violations = trace.violations().iter().peekable();
        Lines { trace, events, violations, fates: fates.into_iter().peekable(), last: None }
    }

    /// The fate that is due before a key.
    fn fate_before(&mut self, key: Key) -> Option<Line<'a>> {
        let (at, id) = self.fates.next_if(|&(at, _)| at < key)?;
        let message = self.trace.message(id)?;
        Some(Line::Fate(id, message, (at != UNDER_WAY).then_some(at.at)))
    }
}

/// Where the fate of a message stands that has none yet: behind all that happens.
const UNDER_WAY: Key = Key::end_of(Ns(u64::MAX - 1));

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if let Some(violation) = self.violations.next_if(|violation| Some(violation.event) == self.last) {
            return Some(Line::Violation(violation));
        }
        let Some(&id) = self.events.as_slice().first() else {
            return self.fate_before(Key::end_of(Ns::NEVER));
        };
        let event = self.trace.event(id)?;
        if let Some(fate) = self.fate_before(event.key) {
            return Some(fate);
        }
        self.events.next();
        self.last = Some(id);
        Some(Line::Event(id, event))
    }
}

/// Writes a run as JSON, one object a line.
pub fn write_json(session: &dyn Session, until: Ns, to: &mut dyn io::Write) -> io::Result<()> {
    Lines::new(session.trace(), until).try_for_each(|line| json::write(session, line, to))
}

/// Writes a run for people: one line an event, one for each message that was lost, one for each broken invariant.
pub fn write_text(session: &dyn Session, until: Ns, to: &mut dyn io::Write) -> io::Result<()> {
    let columns = people::Columns::of(session, until);
    Lines::new(session.trace(), until).try_for_each(|line| columns.write(session, line, to))
}

/// An event in a few words, without deriving its node's state again: what was said, fired or asked.
fn label(session: &dyn Session, node: NodeId, event: &EventRecord) -> String {
    match event.cause {
        Cause::Message(id) => session.message(id).map(|view| view.label),
        Cause::Timer(seq) => session.timer(TimerId { node, seq }),
        Cause::Op(place) => {
            let op = session.trace().lane(node).and_then(|lane| lane.ops.get(place as usize));
            op.and_then(|op| session.op(op.id)).map(|(asked, _)| asked)
        }
        Cause::Start | Cause::Entry(_) | Cause::Chance => None,
    }
    .unwrap_or_else(|| event.kind.name().to_owned())
}
