//! What is asked about a model.

use std::fmt::Display;

use lightcone_explore::{Budgets, Limits, Network, Strategy, Ticks};
use lightcone_sim::time::Ns;

/// By how much a clock goes on at a time.
pub(crate) const UNIT: Ns = Ns::ms(1);

/// A setting: its name, what it means, and its usual value.
pub type Setting = (&'static str, &'static str, u64);

/// What may happen, and what may go wrong, as settings that every model has.
pub const FAULTS: &[Setting] = &[
    ("drops", "messages that may be lost", 0),
    ("duplicates", "messages that may be doubled", 0),
    ("crashes", "crashes after which the disk is as it was", 0),
    ("amnesias", "crashes after which the disk is empty", 0),
    ("inside", "crashes between two effects of one step", 0),
    ("cuts", "partitions of the network in two", 0),
    ("lies", "messages of servers in which a number may be one more or one less than it should", 0),
    ("timeouts", "timers that may fire, in all; 0: any number", 0),
    ("ticks", "how often each clock goes on; 0: clocks stand still, and timers fire at any moment", 0),
    ("apart", "units by which two clocks may differ; 0: all go on together", 100),
    ("idle", "whether messages arrive that change nothing; 0: they stay under way", 1),
];

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Settings, as (name, value).
    pub set: Vec<(String, String)>,
    /// The network, if not the model's own.
    pub network: Option<Network>,
    /// The one property to watch; `None`: all.
    pub property: Option<String>,
    /// When to give up.
    pub limits: Limits,
    /// How the search goes about it.
    pub strategy: Strategy,
}

/// The settings of a question, held against those that a model has.
#[derive(Debug)]
pub struct Settings<'a> {
    set: &'a [(String, String)],
    known: &'static [Setting],
}

impl<'a> Settings<'a> {
    /// The settings, or one sentence on the first that is wrong.
    pub(crate) fn new(
        set: &'a [(String, String)],
        known: &'static [Setting],
    ) -> Result<Settings<'a>, String> {
        let settings = Settings { set, known };
        for (name, value) in set {
            if !known.iter().chain(FAULTS).any(|(other, ..)| other == name) {
                let names: Vec<&str> = known.iter().chain(FAULTS).map(|(name, ..)| *name).collect();
                return Err(format!("`{name}` cannot be set here: there are {}", names.join(", ")));
            }
            value.parse::<u64>().map_err(|_| format!("`{name}` is a number, not `{value}`"))?;
        }
        Ok(settings)
    }

    /// The number that is set, or the usual one.
    pub fn number<T: TryFrom<u64> + Display>(&self, name: &str) -> Result<T, String> {
        let usual = self.known.iter().chain(FAULTS).find(|(other, ..)| *other == name);
        let set =
            self.set.iter().rev().find(|(other, _)| other == name).and_then(|(_, value)| value.parse().ok());
        let value: u64 = set.or(usual.map(|(_, _, usual)| *usual)).unwrap_or(0);
        T::try_from(value).map_err(|_| format!("`{name}` cannot be {value}: that is too much"))
    }

    /// How clocks go on.
    pub(crate) fn ticks(&self, clients: bool) -> Result<Option<Ticks>, String> {
        let ticks = Ticks { most: self.number("ticks")?, unit: UNIT, apart: self.number("apart")?, clients };
        Ok(Some(ticks).filter(|ticks| ticks.most > 0))
    }

    /// What may go wrong.
    pub(crate) fn budgets(&self) -> Result<Budgets, String> {
        Ok(Budgets {
            drops: self.number("drops")?,
            duplicates: self.number("duplicates")?,
            crashes: self.number("crashes")?,
            amnesias: self.number("amnesias")?,
            inside: self.number("inside")?,
            cuts: self.number("cuts")?,
            lies: self.number("lies")?,
            timers: Some(self.number("timeouts")?).filter(|&most: &u8| most > 0),
        })
    }
}
