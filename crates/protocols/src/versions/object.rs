//! What a server holds of one key, and by which rule it tells what has been overwritten. This is all in which the variants
//! differ.

use std::fmt;

use lightcone_sim::ids::NodeId;
use lightcone_sim::stamp::Relation;
use lightcone_sim::stamp::dotted::DvvSet;
use lightcone_sim::stamp::version::Dot;
use lightcone_sim::time::LocalNs;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::messages::{Read, Written};

/// Whose events a clock counts, and what it is attached to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Dotted version vectors, as a set for each key (Almeida et al. 2014; Riak since 2.0).
    #[default]
    Dvv,
    /// A version vector for each value, with an entry for each **client**: the context with the writer's entry counted up
    /// (Riak before 1.0).
    ClientVv,
    /// A version vector for each value, with an entry for each **server**: the context with the entry of the server that
    /// takes the write in counted up to the next number (Dynamo).
    ServerVv,
    /// One version vector with an entry for each server over **all values of a key** (Riak 1.x: vnode version vectors). A
    /// write whose context does not cover it is put beside all that is there.
    VnodeVv,
}

/// A value with its clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    clock: Clock,
    written: Written,
}

/// All values of a key, with their clocks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// By [`Rule::Dvv`].
    Dotted(DvvSet<Written>),
    /// By [`Rule::ClientVv`] and [`Rule::ServerVv`]: none of these is before another by its clock.
    Versions(Vec<Version>),
    /// By [`Rule::VnodeVv`].
    Whole {
        /// Of all values.
        clock: Clock,
        /// In the order in which they came.
        values: Vec<Written>,
    },
}

/// A write that a server takes in.
#[derive(Clone, Copy, Debug)]
pub struct Put<'a> {
    /// What is written.
    pub written: &'a Written,
    /// The context that came with it.
    pub context: &'a Clock,
    /// The server.
    pub server: NodeId,
    /// What its wall clock shows.
    pub now: LocalNs,
    /// How many entries a version vector may keep; 0: all.
    pub keep: u32,
}

/// What became of a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// By its clock there is the same already, or something newer: it was not stored.
    pub stale: bool,
    /// The entries that were dropped from its clock.
    pub dropped: Vec<NodeId>,
}

impl Object {
    /// Nothing is written yet.
    pub fn new(rule: Rule) -> Object {
        match rule {
            Rule::Dvv => Object::Dotted(DvvSet::new()),
            Rule::ClientVv | Rule::ServerVv => Object::Versions(Vec::new()),
            Rule::VnodeVv => Object::Whole { clock: Clock::default(), values: Vec::new() },
        }
    }

    /// The values.
    pub fn values(&self) -> Vec<&Written> {
        match self {
            Object::Dotted(set) => set.values().map(|(_, written)| written).collect(),
            Object::Versions(versions) => versions.iter().map(|version| &version.written).collect(),
            Object::Whole { values, .. } => values.iter().collect(),
        }
    }

    /// What a client gets who reads it.
    pub fn read(&self) -> Read {
        let context = match self {
            Object::Dotted(set) => set.context().into(),
            Object::Versions(versions) => versions.iter().fold(Clock::default(), |mut context, version| {
                context.merge(&version.clock);
                context
            }),
            Object::Whole { clock, .. } => clock.clone(),
        };
        Read { values: self.values().into_iter().cloned().collect(), context }
    }

    /// How many entries its longest clock has.
    pub fn entries(&self) -> usize {
        match self {
            Object::Dotted(set) => set.context().len(),
            Object::Versions(versions) => {
                versions.iter().map(|version| version.clock.vector().len()).max().unwrap_or(0)
            }
            Object::Whole { clock, .. } => clock.vector().len(),
        }
    }

    /// A client's write comes in.
    pub fn put(&mut self, rule: Rule, put: Put<'_>) -> Outcome {
        match self {
            Object::Dotted(set) => {
                set.update(put.context.vector(), put.written.clone(), put.server);
                Outcome::default()
            }
            Object::Versions(versions) => {
                let by = if rule == Rule::ClientVv { put.written.id.client } else { put.server };
                // A server knows how far it has counted; what a client has counted only its context says.
                let counted = versions.iter().map(|version| version.clock.vector().count(by)).max();
                let counted = if rule == Rule::ClientVv { None } else { counted };
                let count = put.context.vector().count(by).max(counted.unwrap_or(0)) + 1;
                let mut clock = put.context.clone();
                clock.count(Dot { by, count }, put.now);
                let mut version = Version { clock, written: put.written.clone() };
                if versions.iter().any(|other| version.leq(other)) {
                    return Outcome { stale: true, dropped: Vec::new() };
                }
                versions.retain(|other| !other.leq(&version));
                let dropped = version.clock.prune(put.keep);
                versions.push(version);
                Outcome { stale: false, dropped }
            }
            Object::Whole { clock, values } => {
                if clock.vector().leq(put.context.vector()) {
                    values.clear();
                }
                clock.merge(put.context);
                let count = clock.vector().count(put.server) + 1;
                clock.count(Dot { by: put.server, count }, put.now);
                values.push(put.written.clone());
                Outcome { stale: false, dropped: clock.prune(put.keep) }
            }
        }
    }

    /// What another server has of the key comes in. One that was made by another rule, which no server of a run does, is
    /// let be.
    pub fn sync(&mut self, other: &Object) {
        match (self, other) {
            (Object::Dotted(set), Object::Dotted(other)) => set.sync(other),
            (Object::Versions(versions), Object::Versions(others)) => {
                for version in others {
                    if !versions.iter().any(|own| version.leq(own)) {
                        versions.retain(|own| !own.leq(version));
                        versions.push(version.clone());
                    }
                }
            }
            (Object::Whole { clock, values }, Object::Whole { clock: other_clock, values: others }) => {
                match clock.vector().compare(other_clock.vector()) {
                    Relation::After | Relation::Equal => {}
                    Relation::Before => (*clock, *values) = (other_clock.clone(), others.clone()),
                    Relation::Concurrent => {
                        clock.merge(other_clock);
                        let more = others.iter().filter(|other| !values.iter().any(|own| own.id == other.id));
                        let more: Vec<Written> = more.cloned().collect();
                        values.extend(more);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Version {
    fn leq(&self, other: &Version) -> bool {
        self.clock.vector().leq(other.clock.vector())
    }
}

/// So many values are named.
const SHOWN: usize = 6;

/// A few of these words, and how many more there are.
fn few(words: impl IntoIterator<Item = String>, between: &str) -> String {
    let mut words: Vec<String> = words.into_iter().collect();
    let more = words.len().saturating_sub(SHOWN);
    words.truncate(SHOWN);
    let shown = words.join(between);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// A few values, and how many more there are.
pub fn listed<'a>(values: impl IntoIterator<Item = &'a Written>) -> String {
    let shown = few(values.into_iter().map(|written| written.value.to_string()), ", ");
    if shown.is_empty() { "nothing".to_owned() } else { shown }
}

/// The values with their clocks, as the papers write them: `{A:3[c,b], B:1[]}`, `a{A:1} b{B:1}`, `[a,b]{A:2}`.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Dotted(set) => {
                let column = |(by, count)| {
                    let own = set.values().filter(|(dot, _)| dot.by == by);
                    let own = own.map(|(_, written)| written.value.to_string());
                    format!("{}[{}]", Dot { by, count }, few(own, ","))
                };
                let columns: Vec<String> = set.context().iter().map(column).collect();
                write!(f, "{{{}}}", columns.join(", "))
            }
            Object::Versions(versions) => {
                let versions =
                    versions.iter().map(|version| format!("{}{}", version.written.value, version.clock));
                f.write_str(&few(versions, " "))
            }
            Object::Whole { clock, values } => {
                write!(f, "[{}]{clock}", few(values.iter().map(|written| written.value.to_string()), ","))
            }
        }
    }
}
