//! The run that the reader has made, kept in the tab.

use lightcone_formats::link::Document;
use lightcone_web::{keep, link};

use crate::course::Known;

/// Where the tab keeps the run that its reader has made, so that a reload takes nothing away.
const MINE: &str = "lightcone.labs.run";
/// What stands there where a solution was shown in it.
const HELPED: &str = "helped";

/// The run that the reader has made in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Mine {
    /// The run.
    pub made: Document,
    /// Whether it holds a solution that was shown: then it is not theirs alone.
    pub helped: bool,
}

/// Keeps the run that the reader has made in a step.
pub fn remember(id: &str, step: usize, made: &Document, helped: bool) {
    let helped = if helped { HELPED } else { "" };
    keep::set(MINE, &format!("{id} {step}\n{helped}\n{}", link::fragment(made)));
}

/// The run that the reader had made in this step when the page was left.
pub fn recall(known: &Known, step: usize) -> Option<Mine> {
    let kept = keep::get(MINE)?;
    let mut lines = kept.splitn(3, '\n');
    let (place, helped, fragment) = (lines.next()?, lines.next()?, lines.next()?);
    let made = link::from_link(fragment).ok().filter(|_| place == format!("{} {step}", known.id))?;
    // It may be of another file, or of another world that the reader went to.
    let is_same = made.scenario.is_same_world(known.lab.scenario_of(step));
    is_same.then_some(Mine { made, helped: helped == HELPED })
}
