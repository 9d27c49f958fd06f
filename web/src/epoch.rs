//! The colour of an epoch, as the diagram has it.

use lightcone_diagram::palette::hue;

/// The class that gives an epoch's colour; none for what has no epoch.
pub fn class(epoch: Option<u64>) -> Option<String> {
    epoch.map(|epoch| format!("e{}", hue(epoch)))
}
