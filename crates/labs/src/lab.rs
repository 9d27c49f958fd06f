//! What a lab is, once read.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{BadId, EventId, MsgId};
use lightcone_sim::scenario::{Entry, Scenario};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Trace;
use serde::Serialize;

use crate::predicate::Predicate;
use crate::prose::Block;

/// One lab.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lab {
    /// Its name.
    pub title: String,
    /// The chapter of the course that it belongs to: one of [`crate::CHAPTERS`].
    pub chapter: String,
    /// What it shows, in a paragraph.
    pub claim: String,
    /// Where that comes from: paper, section, figure.
    pub source: Option<String>,
    /// The scenario that it opens with.
    pub scenario: Scenario,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    /// The steps, at least one.
    pub steps: Vec<Step>,
}

impl Lab {
    /// The scenario of a step, untouched by any reader: that of the last step up to it that has one of its own.
    pub fn scenario_of(&self, step: usize) -> &Scenario {
        let own = self.steps.iter().take(step + 1).rev().find_map(|step| step.scenario.as_ref());
        own.unwrap_or(&self.scenario)
    }
}

/// One step of a lab.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its heading.
    pub title: String,
    /// The line of the file that its heading stands in, from 1.
    pub line: usize,
    /// What it tells.
    pub prose: Vec<Block>,
    /// What it tells after its prediction or task: what is to be read when the reader has thought.
    pub after: Vec<Block>,
    /// What to look at.
    pub look: Look,
    /// A scenario of its own, from here on.
    pub scenario: Option<Scenario>,
    /// What is so in its run, and is told in its prose.
    pub shows: Vec<Predicate>,
    /// A question to think about before one goes on.
    pub prediction: Option<Prediction>,
    /// Something to do or to bring about.
    pub task: Option<Task>,
}

/// What to look at. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Look {
    /// Where the playhead goes.
    pub at: Option<Ns>,
    /// The span to show, from when.
    pub from: Option<Ns>,
    /// To when.
    pub to: Option<Ns>,
    /// What to select.
    pub select: Option<Selection>,
    /// The time scale: `true`, `warped` or `logical`.
    pub scale: Option<String>,
    /// The logical clock that stands at events: `none`, `lamport`, `vector`, `dotted` or `tree`.
    pub clocks: Option<String>,
}

/// Something in the diagram that a step points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Selection {
    /// An event: `C:4`.
    Event(EventId),
    /// A message: `C#7`.
    Message(MsgId),
}

impl Selection {
    /// Whether there is such a thing in a run.
    pub fn is_in(self, trace: &Trace) -> bool {
        match self {
            Selection::Event(id) => trace.event(id).is_some(),
            Selection::Message(id) => trace.message(id).is_some(),
        }
    }
}

impl FromStr for Selection {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Selection, BadId> {
        if text.contains('#') {
            text.parse().map(Selection::Message)
        } else {
            text.parse().map(Selection::Event)
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selection::Event(id) => id.fmt(f),
            Selection::Message(id) => id.fmt(f),
        }
    }
}

/// A question, answered by the run itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// What is asked.
    pub question: String,
    /// What may be answered; exactly one choice holds in the run.
    pub choices: Vec<Choice>,
}

/// One answer to a [`Prediction`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// The answer.
    pub text: String,
    /// Script entries that are added before it is judged: "what if?".
    pub given: Vec<Entry>,
    /// When it is right: in the run of the step, with what is given.
    pub when: Predicate,
    /// Why it is right or wrong: shown once it was chosen.
    pub because: String,
}

/// Whether the reader is told what to do, or has to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// Asked to do this.
    Action,
    /// Asked to bring this about.
    Challenge,
}

/// Something asked of the reader, judged on whatever run they have made of the lab's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    /// Told or challenged.
    pub kind: TaskKind,
    /// In words.
    pub goal: String,
    /// When it is done.
    pub when: Predicate,
    /// A help for who is stuck.
    pub hint: Option<String>,
    /// Script entries that do it, as a proof that it can be done. Added to the scenario of the step.
    pub solution: Vec<Entry>,
}
