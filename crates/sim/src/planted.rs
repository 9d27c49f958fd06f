//! Flaws that other simulators have, to be planted in this one: the test of the light-cone law must catch each. And ways
//! to go wrong in taking over a run after an edit, which the test of that must catch.
//!
//! Only with the feature `planted`; no page and no command line is built with it.

use crate::order::Key;
use crate::scenario::Scenario;

/// A way to break the light-cone law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Latency and loss are drawn from one stream that the whole run shares.
    SharedStream,
    /// What happens at one instant happens in the order in which it entered the queue.
    TiesByInsertion,
    /// A copy is numbered among its sender's messages.
    CopiesConsumeIds,
    /// What a node sent is recorded together with what became of it.
    FateInSend,
    /// A script entry is known by its place in the list.
    EntriesByPosition,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 5] = [
        Flaw::SharedStream,
        Flaw::TiesByInsertion,
        Flaw::CopiesConsumeIds,
        Flaw::FateInSend,
        Flaw::EntriesByPosition,
    ];
}

/// A way to take over too much, or the wrong thing, of a run before an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// The loop goes on a snapshot too late.
    TooLate,
    /// It goes on from the time of the edited entry, whatever was decided before.
    FromTheEntry,
    /// What became of what was still to come is not undone.
    FatesStay,
    /// Monitors begin anew.
    MonitorsAfresh,
}

impl Slip {
    /// All of them.
    pub const ALL: [Slip; 4] = [Slip::TooLate, Slip::FromTheEntry, Slip::FatesStay, Slip::MonitorsAfresh];
}

/// What the script asks for, in the order of the list for the engine that queues it so.
pub(crate) fn by_list(flaw: Option<Flaw>, mut keys: Vec<Key>, scenario: &Scenario) -> Vec<Key> {
    if flaw == Some(Flaw::TiesByInsertion) {
        let place = |key: &Key| scenario.script.iter().position(|entry| entry.id.0 == key.id()[0]);
        keys.sort_by_key(place);
    }
    keys
}
