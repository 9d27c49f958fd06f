//! A lab before an audience: what one press of a clicker shows after another.
//!
//! Each step begins with what it tells, the run at its moment. A prediction is asked, large, with what comes hidden, and the
//! next press answers it: the run goes on to the end of what the step shows. A task is told, and the next press shows a
//! solution. Going back goes the same way back.

use crate::lab::{Lab, Step};

/// What one press shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// What the step tells.
    Tell,
    /// Its question, with its choices.
    Ask,
    /// The answer.
    Answer,
    /// What is to be done.
    Goal,
    /// How it can be done.
    Solution,
}

impl Step {
    /// What it shows before an audience, one press after another; at least one.
    pub fn beats(&self) -> Vec<Beat> {
        let asks = self.prediction.as_ref().map(|_| [Beat::Ask, Beat::Answer]);
        let task = self
            .task
            .as_ref()
            .map(|task| (Beat::Goal, (!task.solution.is_empty()).then_some(Beat::Solution)));
        // A step without words begins with what it asks.
        let tells = !self.prose.is_empty() || (asks.is_none() && task.is_none());
        let task = task.into_iter().flat_map(|(goal, solution)| [Some(goal), solution]).flatten();
        tells.then_some(Beat::Tell).into_iter().chain(asks.into_iter().flatten()).chain(task).collect()
    }
}

impl Lab {
    /// The beat so many presses on from one, each given by its step and its place in that; where the lab ends, its end.
    pub fn beat_after(&self, (step, beat): (usize, usize), by: isize) -> (usize, usize) {
        let all: Vec<(usize, usize)> = self
            .steps
            .iter()
            .enumerate()
            .flat_map(|(step, of)| (0..of.beats().len()).map(move |beat| (step, beat)))
            .collect();
        let here = all.iter().position(|&place| place == (step, beat)).unwrap_or(0);
        let there = here.saturating_add_signed(by).min(all.len().saturating_sub(1));
        all.get(there).copied().unwrap_or_default()
    }
}
