//! The labs of the course: what is told of each, and, with the feature `texts`, their files. A page does without that
//! feature, and fetches a file when its lab is opened.

use std::sync::OnceLock;

pub use crate::summary::{Outline, Summary};

/// The chapters of the course "An Introduction to Distributed Systems", in order.
pub const CHAPTERS: [&str; 8] = [
    "Nodes, networks, time",
    "Availability and consistency",
    "Avoiding consensus",
    "Consensus",
    "Transactions",
    "Scale and common systems",
    "Patterns",
    "Production",
];

/// The labs of the course, in the order of its chapters.
pub fn course() -> &'static [Summary] {
    static COURSE: OnceLock<Vec<Summary>> = OnceLock::new();
    COURSE.get_or_init(|| {
        // The build has just written it.
        let made = include_str!(concat!(env!("OUT_DIR"), "/course.json"));
        let mut labs: Vec<Summary> = serde_json::from_str(made).unwrap_or_default();
        let chapter = |lab: &Summary| CHAPTERS.iter().position(|chapter| *chapter == lab.chapter);
        labs.sort_by_key(|lab| (chapter(lab), lab.place.unwrap_or(u32::MAX)));
        labs
    })
}

#[cfg(feature = "texts")]
static LABS: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/labs");

/// Every lab of the course: its id (`raft/election`) and its file's text, in order of ids.
#[cfg(feature = "texts")]
pub fn catalog() -> Vec<(String, &'static str)> {
    let mut labs: Vec<(String, &'static str)> =
        course().iter().filter_map(|lab| Some((lab.id.clone(), find(&lab.id)?))).collect();
    labs.sort();
    labs
}

/// The text of the lab of this id.
#[cfg(feature = "texts")]
pub fn find(id: &str) -> Option<&'static str> {
    LABS.get_file(format!("{id}.md"))?.contents_utf8()
}
