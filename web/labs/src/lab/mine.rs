//! The run that the reader has made, kept in the tab.

use lightcone_formats::link::Document;
use lightcone_web::{keep, link};

use crate::course::Known;
use crate::lab::stage::same_world;

/// Where the tab keeps the run that its reader has made, so that a reload takes nothing away.
const MINE: &str = "lightcone.labs.run";

/// Keeps the run that the reader has made in a step.
pub fn remember(id: &str, step: usize, made: &Document) {
    keep::set(MINE, &format!("{id} {step}\n{}", link::fragment(made)));
}

/// The run that the reader had made in this step when the page was left.
pub fn recall(known: &Known, step: usize) -> Option<Document> {
    let kept = keep::get(MINE)?;
    let (place, fragment) = kept.split_once('\n')?;
    let mine = link::from_link(fragment).ok().filter(|_| place == format!("{} {step}", known.id))?;
    // It may be of another file, or of another world that the reader went to.
    same_world(&mine.scenario, known.lab.scenario_of(step)).then_some(mine)
}
