//! Entries of the script at other times: what is pulled keeps its sense.

use lightcone_sim::ids::EntryId;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::time::Ns;

/// The entry with this number.
pub fn find(scenario: &Scenario, id: EntryId) -> Option<&Entry> {
    scenario.script.iter().find(|entry| entry.id == id)
}

/// The entry beginning at another time, and before its end.
pub fn begin(entry: &Entry, at: Ns) -> Entry {
    let latest = match entry.action {
        Action::Partition { until: Some(until), .. } | Action::Cut { until: Some(until), .. } => until,
        _ => Ns::NEVER,
    };
    Entry { at: at.min(latest), rank: 0, ..entry.clone() }
}

/// The entry ending at another time; one that is itself an end moves there.
pub fn end(entry: &Entry, at: Ns) -> Entry {
    match entry.action {
        Action::Partition { .. } | Action::Cut { .. } => {
            let mut changed = entry.clone();
            if let Action::Partition { until, .. } | Action::Cut { until, .. } = &mut changed.action {
                *until = Some(at.max(entry.at));
            }
            changed
        }
        _ => moved(entry, at),
    }
}

/// The entry at another time, as long as it was.
pub fn moved(entry: &Entry, at: Ns) -> Entry {
    let mut changed = Entry { at, rank: 0, ..entry.clone() };
    if let Action::Partition { until: Some(until), .. } | Action::Cut { until: Some(until), .. } =
        &mut changed.action
    {
        *until = at + until.since(entry.at);
    }
    changed
}
