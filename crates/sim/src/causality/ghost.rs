//! Four logical clocks on any event of any run, whatever its protocol: ghosts, which the world computes and no node sees.
//!
//! Lamport's clock and the vector clock are of the run itself. The dotted version vector of an event is its dot, which
//! activation of its node it is, beside the vector of its past. The interval tree clock is that of nodes which have shared
//! out the line from 0 to 1 among them before the run begins: each activation is an event, a message carries what its
//! sender knew when the activation that sent it was over, and a receipt joins that.
//!
//! Environment events have none of them, as they tick no clock.

use std::fmt;

use crate::ids::{EventId, NodeId};
use crate::stamp::dotted::Dvv;
use crate::stamp::itc::Stamp;
use crate::stamp::version::{Dot, VersionVector};
use crate::trace::{Cause, Trace};

/// Interval tree clocks are computed for so many events of a run from its beginning, and not beyond: each needs all before.
pub const MAX_EVENTS: usize = 200_000;

/// The clocks of one activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Lamport's clock.
    pub lamport: u32,
    /// The vector clock: of whom it has an entry, how many activations it knows.
    pub vector: VersionVector,
    /// The dotted version vector: this activation, and what had happened before it.
    pub dotted: Dvv,
    /// The interval tree clock; `None` for an event beyond [`MAX_EVENTS`].
    pub tree: Option<Stamp>,
}

/// A line for each: `Lamport 4`, `vector {A:2, B:1}`, `dotted (A:2){A:1, B:1}`, `interval tree ((1,0),(0,2,1))`.
impl fmt::Display for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lamport {}\nvector {}\ndotted {}", self.lamport, self.vector, self.dotted)?;
        self.tree.iter().try_for_each(|tree| write!(f, "\ninterval tree {tree}"))
    }
}

/// Tells the clocks of one run's events, and keeps what it had to compute for that. A run that was changed needs another.
#[derive(Clone, Debug, Default)]
pub struct Ghosts {
    /// Of each node, its stamp at first and after each of its activations.
    stamps: Vec<Vec<Stamp>>,
    /// How many events of the run have been gone through.
    done: usize,
}

impl Ghosts {
    /// Nothing has been computed yet.
    pub fn new() -> Ghosts {
        Ghosts::default()
    }

    /// The clocks of an event; `None` if there is no such event, or it ticks no clock.
    pub fn of(&mut self, trace: &Trace, id: EventId) -> Option<Clocks> {
        let event = trace.event(id).filter(|event| event.kind.is_activation())?;
        let vector = trace.version_vector(id);
        let own = u64::from(event.activation);
        let past: VersionVector = vector
            .iter()
            .map(|(by, count)| Dot { by, count: if by == id.node { own - 1 } else { count } })
            .collect();
        let dotted = Dvv::update(past, &VersionVector::new(), id.node);
        Some(Clocks { lamport: event.lamport, vector, dotted, tree: self.tree(trace, id).cloned() })
    }

    /// The interval tree clock of an activation: its node's stamp when it was over. Goes through the run as far as that, once.
    pub fn tree(&mut self, trace: &Trace, id: EventId) -> Option<&Stamp> {
        let event = trace.event(id).filter(|event| event.kind.is_activation())?;
        let lane = trace.nodes.index(id.node)?;
        if self.stamps.is_empty() {
            self.stamps = shared_out(trace.nodes.len()).into_iter().map(|stamp| vec![stamp]).collect();
        }
        while self.stamps[lane].len() <= event.activation as usize && self.done < MAX_EVENTS {
            let next = *trace.order.get(self.done)?;
            self.done += 1;
            self.go_on(trace, next);
        }
        self.stamps[lane].get(event.activation as usize)
    }

    fn go_on(&mut self, trace: &Trace, id: EventId) {
        let (Some(event), Some(lane)) = (trace.event(id), trace.nodes.index(id.node)) else { return };
        if !event.kind.is_activation() {
            return;
        }
        let heard = match event.cause {
            Cause::Message(message) => trace.cause(id).and_then(|sent| {
                let sender = trace.nodes.index(message.node)?;
                self.stamps[sender].get(trace.event(sent)?.activation as usize).map(Stamp::peek)
            }),
            _ => None,
        };
        if let Some(before) = self.stamps[lane].last() {
            let after = heard.map_or_else(|| before.event(), |heard| before.join(&heard).event());
            self.stamps[lane].push(after);
        }
    }
}

/// The line from 0 to 1, shared out among so many as evenly as halving allows.
fn shared_out(count: usize) -> Vec<Stamp> {
    let mut stamps = vec![Stamp::seed()];
    while stamps.len() < count {
        let lacking = count - stamps.len();
        let forked = stamps.iter().enumerate().flat_map(|(place, stamp)| match place < lacking {
            true => <[Stamp; 2]>::from(stamp.fork()).to_vec(),
            false => vec![stamp.clone()],
        });
        stamps = forked.collect();
    }
    stamps
}

impl Trace {
    /// The vector clock of an activation as a version vector; empty for environment events.
    fn version_vector(&self, id: EventId) -> VersionVector {
        let entry = |(by, count): (NodeId, u32)| Dot { by, count: u64::from(count) };
        self.nodes.iter().zip(self.vector(id)).map(entry).collect()
    }
}
