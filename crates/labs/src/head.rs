//! What stands in a lab's head and blocks, as it is written.

use lightcone_sim::time::Ns;
use serde::Deserialize;

use crate::blocks::maybe_written;
use crate::lab::Selection;
use crate::predicate::Predicate;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub format: u32,
    pub title: String,
    pub chapter: String,
    /// Where in its chapter's list it stands. (The list is made of it by the build; here it is known.)
    #[serde(default, rename = "place")]
    pub _place: Option<u32>,
    pub claim: String,
    pub source: Option<String>,
    pub scenario: toml::Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookBlock {
    #[serde(default, deserialize_with = "maybe_written")]
    pub at: Option<Ns>,
    #[serde(default, deserialize_with = "maybe_written")]
    pub from: Option<Ns>,
    #[serde(default, deserialize_with = "maybe_written")]
    pub to: Option<Ns>,
    #[serde(default, deserialize_with = "maybe_written")]
    pub select: Option<Selection>,
    pub scale: Option<ScaleWord>,
    pub clocks: Option<ClockWord>,
}

/// A logical clock that stands at events.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ClockWord {
    None,
    Lamport,
    Vector,
    Dotted,
    Tree,
}

impl ClockWord {
    pub fn word(self) -> &'static str {
        match self {
            ClockWord::None => "none",
            ClockWord::Lamport => "lamport",
            ClockWord::Vector => "vector",
            ClockWord::Dotted => "dotted",
            ClockWord::Tree => "tree",
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ScaleWord {
    True,
    Warped,
    Logical,
}

impl ScaleWord {
    pub fn word(self) -> &'static str {
        match self {
            ScaleWord::True => "true",
            ScaleWord::Warped => "warped",
            ScaleWord::Logical => "logical",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShowsBlock {
    pub that: Predicate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PredictionBlock {
    pub question: String,
    pub choice: Vec<ChoiceBlock>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceBlock {
    pub text: String,
    #[serde(default, rename = "if")]
    pub given: Vec<toml::Table>,
    pub when: Predicate,
    pub because: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionBlock {
    pub ask: String,
    pub when: Predicate,
    pub solution: Vec<toml::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChallengeBlock {
    pub goal: String,
    pub when: Predicate,
    pub hint: Option<String>,
    pub solution: Vec<toml::Table>,
}
