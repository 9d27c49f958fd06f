//! The labs of the course.

use include_dir::{Dir, include_dir};

static LABS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/labs");

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

/// Every lab of the course: its id (`raft/election`) and its file's text, in order of ids.
pub fn catalog() -> Vec<(String, &'static str)> {
    let mut labs: Vec<(String, &'static str)> = LABS
        .dirs()
        .flat_map(|folder| folder.files())
        .filter_map(|file| {
            let id = file.path().with_extension("");
            Some((id.to_str()?.replace('\\', "/"), file.contents_utf8()?))
        })
        .collect();
    labs.sort();
    labs
}

/// The lab of this id.
pub fn find(id: &str) -> Option<&'static str> {
    catalog().into_iter().find(|(known, _)| known == id).map(|(_, text)| text)
}
