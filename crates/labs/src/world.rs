//! What a lab's text and a reader's run have in common.

use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;

use crate::read::run;

/// Whether two scenarios are of the same world, and differ at most in what was done to it and for how long it runs.
pub fn same_world(one: &Scenario, other: &Scenario) -> bool {
    one.protocol == other.protocol
        && one.nodes == other.nodes
        && one.params == other.params
        && one.network == other.network
        && one.clocks == other.clocks
        && one.workload == other.workload
        && one.seed == other.seed
}

/// Where an event stands in a scenario's run, if it happens there.
pub fn moment_of(scenario: &Scenario, event: EventId, registry: &[ProtocolEntry]) -> Option<Key> {
    let entry = registry.iter().find(|entry| entry.name == scenario.protocol)?;
    run(entry, scenario).ok()?.trace().event(event).map(|event| event.key)
}
