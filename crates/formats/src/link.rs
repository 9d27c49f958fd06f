//! Permalinks and saved files: a scenario, where one looks at it, and what its run looked like.
//!
//! A link of an unedited protocol reads like what it opens:
//!
//! ```text
//! #raft
//! #raft?nodes=7&seed=3&until=20s&p.election_timeout_min=150ms&t=2.31s&view.scale=warped
//! ```
//!
//! | key | meaning |
//! |---|---|
//! | `nodes`, `seed`, `until` | of the scenario; `until` is a time such as `20s` |
//! | `p.NAME` | a parameter of the protocol: JSON, or a time with its unit, or plain text |
//! | `t` | the playhead: a time, or a [`Key`] in full |
//! | `view.NAME` | an option of the page's view: JSON or plain text |
//! | `quiz` | hides what lies ahead of the playhead; it has no value |
//! | `v` | the format's version; absent: 1 |
//! | `h`, `trail`, `at` | the seal: short hash, trail, and its moment where that is not the playhead |
//!
//! An edited scenario is packed: `#1~` and the saved file, deflated, in URL-safe base64; the number before `~` is the
//! format's version.

mod file;
mod form;
mod packed;
mod readable;

use std::fmt;

use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use serde_json::{Map, Value};

pub use crate::seal::{Seal, SealVerdict, ShortHash};
use crate::text::excerpt;

/// The version of links and saved files that this release writes. A newer one is refused.
pub const VERSION: u32 = 1;

/// Beyond this many bytes a link does not travel well: offer a file instead.
pub const MAX_LINK: usize = 8_000;

/// The largest saved file in bytes: more than a script of as many entries as are allowed.
pub const MAX_FILE: usize = 16 << 20;

/// The largest link in bytes that is looked at, and the most that one may unpack to.
pub const MAX_UNPACKED: usize = 2 << 20;

/// All that a link or a saved file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The scenario.
    pub scenario: Scenario,
    /// The moment at which it opens; `None`: as the page thinks best.
    pub playhead: Option<Key>,
    /// Options of the page's view. Nothing here knows what they mean.
    pub view: Map<String, Value>,
    /// What the run looked like when it was saved.
    pub sealed: Option<Seal>,
    /// Hides what lies ahead of the playhead, for a lecturer's "what happens next?".
    pub quiz: bool,
}

impl From<Scenario> for Document {
    fn from(scenario: Scenario) -> Document {
        Document { scenario, playhead: None, view: Map::new(), sealed: None, quiz: false }
    }
}

/// Why a link or a file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLink {
    /// It was written by a later release, in a format that this one does not know.
    Newer(u64),
    /// The name at its head opens nothing here.
    UnknownName(String),
    /// It is larger than so many bytes, packed or unpacked.
    TooLarge(usize),
    /// It is no link: the sentence says why.
    NotALink(String),
    /// It is a link or a file, but part of it cannot be read: the sentence says which and why.
    Damaged(String),
}

impl fmt::Display for BadLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadLink::Newer(version) => write!(
                f,
                "this was saved in format {version} by a newer release; this release reads formats up to {VERSION}"
            ),
            BadLink::UnknownName(name) => write!(f, "`{}` is not the name of a protocol", excerpt(name)),
            BadLink::TooLarge(most) => write!(f, "this is larger than it may be ({} kB)", most / 1024),
            BadLink::NotALink(why) | BadLink::Damaged(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for BadLink {}

/// What names open: a registry of protocols, or for those that have none, a function from a name to its scenario.
pub trait Names {
    /// The scenario that a name opens, for so many servers or as many as usual.
    fn scenario(&self, name: &str, nodes: Option<u16>) -> Option<Scenario>;
}

impl Names for &[ProtocolEntry] {
    fn scenario(&self, name: &str, nodes: Option<u16>) -> Option<Scenario> {
        self.iter().find(|entry| entry.name == name).map(|entry| (entry.scenario)(nodes))
    }
}

impl<F: Fn(&str) -> Option<Scenario>> Names for F {
    /// The function knows the usual scenario only: for other numbers of servers, nothing else in it changes.
    fn scenario(&self, name: &str, nodes: Option<u16>) -> Option<Scenario> {
        let usual = self(name)?;
        Some(Scenario { nodes: nodes.unwrap_or(usual.nodes), ..usual })
    }
}

/// The fragment (without `#`) that opens this document, given what names open.
pub fn to_fragment(document: &Document, names: impl Names) -> String {
    readable::write(document, &names)
        // A readable link is an abbreviation; it must say all that it abbreviates.
        .filter(|link| readable::read(link, &names).as_ref() == Ok(document))
        .unwrap_or_else(|| packed::write(document))
}

/// What a link opens, given as the whole URL or its fragment alone, with or without `#`.
pub fn from_fragment(link: &str, names: impl Names) -> Result<Document, BadLink> {
    if link.len() > MAX_UNPACKED {
        return Err(BadLink::TooLarge(MAX_UNPACKED));
    }
    let link = link.trim();
    let fragment = match link.split_once('#') {
        Some((_, fragment)) => fragment,
        None if link.contains("://") => {
            return Err(BadLink::NotALink("this address has no `#…` that would say what to open".to_owned()));
        }
        None => link,
    };
    match packed::split(fragment) {
        Some((version, content)) => packed::read(version, content),
        None => readable::read(fragment, &names),
    }
}

/// The saved file of this document.
pub fn to_json(document: &Document) -> String {
    file::write(document, true)
}

/// What a saved file opens. A scenario alone is a saved file as well.
pub fn from_json(text: &str) -> Result<Document, BadLink> {
    file::read(text)
}
