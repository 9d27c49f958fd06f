//! JSON Schemas (draft 2020-12) of what leaves and enters as JSON.

/// A schema by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// A scenario file.
    Scenario,
    /// One line of a run written as JSON.
    Event,
    /// One line of a client history.
    History,
}

impl Schema {
    /// All of them.
    pub const ALL: [Schema; 3] = [Schema::Scenario, Schema::Event, Schema::History];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Schema::Scenario => "scenario",
            Schema::Event => "event",
            Schema::History => "history",
        }
    }

    /// The schema as JSON text.
    pub const fn text(self) -> &'static str {
        match self {
            Schema::Scenario => include_str!("../schema/scenario.json"),
            Schema::Event => include_str!("../schema/event.json"),
            Schema::History => include_str!("../schema/history.json"),
        }
    }
}
