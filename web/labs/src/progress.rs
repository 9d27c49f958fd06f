//! What the reader has done, kept in their own browser.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use lightcone_web::keep;
use serde::{Deserialize, Serialize};
use yew::Reducible;

use crate::place::OPENED;

const KEPT: &str = "lightcone.labs";

/// What the reader has done in all labs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    labs: BTreeMap<String, Done>,
}

/// What the reader has done in one lab. Steps count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// Steps that were seen.
    pub seen: BTreeSet<usize>,
    /// Steps whose question was answered.
    pub answered: BTreeSet<usize>,
    /// Steps whose task was done by the reader's own hand.
    pub solved: BTreeSet<usize>,
}

/// Something that the reader has done, in the lab of this id at this step.
#[derive(Clone, Debug)]
pub enum Did {
    /// They saw the step.
    See(Rc<str>, usize),
    /// They answered its question.
    Answer(Rc<str>, usize),
    /// They did its task.
    Solve(Rc<str>, usize),
}

impl Progress {
    /// As it was on the last visit.
    pub fn recall() -> Progress {
        let text = keep::browser().and_then(|store| store.get_item(KEPT).ok().flatten());
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// What was done in a lab.
    pub fn of(&self, id: &str) -> Done {
        self.labs.get(id).cloned().unwrap_or_default()
    }

    fn keep(&self) {
        // A file of one's own is another one next time.
        let mut kept = self.clone();
        kept.labs.remove(OPENED);
        // A browser that keeps nothing is no reason to complain.
        if let (Some(store), Ok(text)) = (keep::browser(), serde_json::to_string(&kept)) {
            let _ = store.set_item(KEPT, &text);
        }
    }
}

impl Reducible for Progress {
    type Action = Did;

    fn reduce(self: Rc<Self>, did: Did) -> Rc<Self> {
        let mut progress = (*self).clone();
        let (Did::See(id, step) | Did::Answer(id, step) | Did::Solve(id, step)) = &did;
        let done = progress.labs.entry(id.to_string()).or_default();
        let steps = match did {
            Did::See(..) => &mut done.seen,
            Did::Answer(..) => &mut done.answered,
            Did::Solve(..) => &mut done.solved,
        };
        let is_new = steps.insert(*step);
        if !is_new {
            return self;
        }
        progress.keep();
        Rc::new(progress)
    }
}
