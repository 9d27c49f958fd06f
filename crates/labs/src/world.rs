//! What a lab's text and a reader's run have in common.

use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;

use crate::read::run;

/// Where an event stands in a scenario's run, if it happens there.
pub fn moment_of(scenario: &Scenario, event: EventId, registry: &[ProtocolEntry]) -> Option<Key> {
    let entry = registry.iter().find(|entry| entry.name == scenario.protocol)?;
    run(entry, scenario).ok()?.trace().event(event).map(|event| event.key)
}
