//! Logical clocks as values: each says of two of its kind whether one knows all that the other knows.
//!
//! They are plain data. Nothing in the engine uses them; protocols that keep such a clock, and whoever wants to show one
//! beside an event, do.

pub mod dotted;
pub mod itc;
pub mod version;

/// How two logical times lie to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The second knows all that the first knows, and more.
    Before,
    /// The first knows all that the second knows, and more.
    After,
    /// They know the same.
    Equal,
    /// Each knows something that the other does not.
    Concurrent,
}

impl Relation {
    /// The relation of two times of which each knows all of the other, or does not.
    pub const fn of(known: bool, knows: bool) -> Relation {
        match (known, knows) {
            (true, true) => Relation::Equal,
            (true, false) => Relation::Before,
            (false, true) => Relation::After,
            (false, false) => Relation::Concurrent,
        }
    }
}
