//! Monitors: invariants that watch a whole run from outside, and say in a sentence when one breaks.
//!
//! A monitor is ghost: it sees every node's state after every event, remembers what it likes, and influences nothing.
//! History (one leader a term, ever) lives here and not in the protocol.

use crate::ids::EventId;
use crate::protocol::Protocol;
use crate::time::Ns;

/// What a monitor is shown after each event: the node of that event as it now is.
#[derive(Debug)]
pub struct Seen<'a, P: Protocol> {
    /// The protocol, for its configuration.
    pub protocol: &'a P,
    /// The event.
    pub event: EventId,
    /// When it happened, in true time, which no node knows.
    pub at: Ns,
    /// The operation that a client is asked for at this event.
    pub asked: Option<&'a P::Op>,
    /// The node's volatile state; `None` while it is down, and where it crashes inside this very activation.
    pub state: Option<&'a P::State>,
    /// The node's disk.
    pub stable: &'a P::Stable,
    /// Whether the node is byzantine, or has been before: what it said may not be what left it.
    pub is_byzantine: bool,
}

/// An invariant over a run. A run keeps copies of its monitors, to go on from where they stood: what one remembers may
/// grow with the run, and is best kept where copies share it.
pub trait Monitor<P: Protocol>: Copied<P> {
    /// The field's name for it: `election safety`.
    fn name(&self) -> &'static str;

    /// Takes note of one event. Cost is paid on every event: look only at what changed.
    fn observe(&mut self, seen: Seen<'_, P>, report: &mut Report<'_>);
}

/// A monitor can be copied with all that it remembers; whatever is [`Clone`] can.
pub trait Copied<P: Protocol> {
    /// A copy.
    fn copied(&self) -> Box<dyn Monitor<P>>;
}

impl<P: Protocol, M: Monitor<P> + Clone + 'static> Copied<P> for M {
    fn copied(&self) -> Box<dyn Monitor<P>> {
        Box::new(self.clone())
    }
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which monitor.
    pub monitor: &'static str,
    /// The event at which it broke.
    pub event: EventId,
    /// Other events without which it would not have: the other leader's election, the first decision.
    pub evidence: Vec<EventId>,
    /// What happened, in a plain sentence.
    pub text: String,
}

/// Where a monitor says what broke.
#[derive(Debug)]
pub struct Report<'a> {
    pub(crate) monitor: &'static str,
    pub(crate) event: EventId,
    pub(crate) violations: &'a mut Vec<Violation>,
}

impl Report<'_> {
    /// The invariant broke at the event just seen, given also what happened at `evidence`.
    pub fn violated(&mut self, text: String, evidence: impl IntoIterator<Item = EventId>) {
        let evidence = evidence.into_iter().filter(|&event| event != self.event).collect();
        self.violations.push(Violation { monitor: self.monitor, event: self.event, evidence, text });
    }
}
