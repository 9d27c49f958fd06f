//! The labs of the course, read once.

use std::rc::Rc;

use lightcone_labs::{CHAPTERS, Lab, catalog, read};
use lightcone_protocols::all;

/// A lab and where it comes from.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its id: `raft/election`.
    pub id: Rc<str>,
    /// The lab.
    pub lab: Rc<Lab>,
}

impl PartialEq for Known {
    fn eq(&self, other: &Known) -> bool {
        self.id == other.id && Rc::ptr_eq(&self.lab, &other.lab)
    }
}

/// Every lab of the course, in the order of its chapters.
pub fn course() -> Vec<Known> {
    // That each of them reads is tested; one that does not would be missing here, and stop nothing.
    let known = catalog().into_iter().filter_map(|(id, text)| {
        let lab = read(&id, text, all()).ok()?;
        Some(Known { id: id.into(), lab: Rc::new(lab) })
    });
    let mut labs: Vec<Known> = known.collect();
    labs.sort_by_key(|known| CHAPTERS.iter().position(|chapter| *chapter == known.lab.chapter));
    labs
}

/// Whether a search finds a lab: every word of it stands somewhere in the lab's title, chapter, claim, id or steps.
pub fn finds(words: &str, known: &Known) -> bool {
    let lab = &known.lab;
    let steps = lab.steps.iter().map(|step| step.title.as_str());
    let parts = [&*known.id, &lab.title, &lab.chapter, &lab.claim, &lab.scenario.protocol];
    let text = parts.into_iter().chain(steps).collect::<Vec<_>>().join("\n").to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}
