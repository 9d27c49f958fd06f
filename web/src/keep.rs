//! What a tab keeps of its documents, so that a reload takes nothing away: the document itself, exact and however long
//! it is, and where undo and redo lead. A full or forbidden store keeps nothing, and that is no reason to complain.
//!
//! All is plain text, a part a line. Whatever cannot be read was never kept.

use std::rc::Rc;

use gloo::utils::window;
use lightcone_formats::link::Document;
use serde::{Deserialize, Serialize};
use web_sys::Storage;

use crate::link;
use crate::store::work::branches::{Branch, Branches};
use crate::store::work::{History, Moment};

/// The form in which a history is kept.
const FORM: &str = "1";
/// So many moments are kept each way.
const MOST: usize = 60;
/// So many bytes of history are kept in all.
const MOST_BYTES: usize = 400_000;

/// The tab's own store, unless it is forbidden.
fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What the tab keeps in a place.
pub fn get(place: &str) -> Option<String> {
    tab()?.get_item(place).ok().flatten()
}

/// Keeps something in a place, or nothing at all there.
pub fn set(place: &str, text: &str) {
    if let Some(store) = tab()
        && store.set_item(place, text).is_err()
    {
        let _ = store.remove_item(place);
    }
}

/// The browser's store, for what outlives the tab, unless it is forbidden.
pub fn browser() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// A document as it was kept: a line with its address, one with the address before, and the file.
#[derive(Debug)]
pub struct Kept(String);

impl Kept {
    fn part(&self, place: usize) -> &str {
        self.0.splitn(3, '\n').nth(place).unwrap_or_default()
    }

    /// Whether it is what an address asks for. A page that is left at once is asked for by the address before, which
    /// could not follow any more.
    pub fn is_at(&self, fragment: &str) -> bool {
        self.part(0) == fragment || self.part(1) == fragment
    }

    /// The document, as a file.
    pub fn file(&self) -> &str {
        self.part(2)
    }
}

fn document_place(number: u32) -> String {
    format!("lightcone.document.{number}")
}

/// The document of this number.
pub fn document(number: u32) -> Option<Kept> {
    get(&document_place(number)).map(Kept)
}

/// Keeps a document under its address; `stands` is what the address bar still shows.
pub fn keep_document(number: u32, fragment: &str, stands: &str, file: &str) {
    // A page that goes away is written down twice, and only the first time the address is still the one before.
    let again = if stands == fragment { document(number) } else { None };
    let before = again.as_ref().map_or(stands, |kept| kept.part(1));
    set(&document_place(number), &[fragment, before, file].join("\n"));
}

fn history_place(number: u32) -> String {
    format!("lightcone.history.{number}")
}

/// Keeps a document's history: a line each moment as a link, `-` before those that undo leads to and `+` before those
/// of redo, each with what comes next at its end.
pub fn keep_history(number: u32, history: &History) {
    set(&history_place(number), &text_of(history, MOST_BYTES));
}

/// A history as it is kept; nothing, if that were longer than so many bytes.
fn text_of(history: &History, most: usize) -> String {
    let mut text = FORM.to_owned();
    write(&mut text, '-', &history.past);
    write(&mut text, '+', &history.future);
    if text.len() > most {
        text.clear();
    }
    text
}

fn write(text: &mut String, sign: char, moments: &[Moment]) {
    for moment in &moments[moments.len().saturating_sub(MOST)..] {
        let mut document = Document::from((*moment.scenario).clone());
        document.playhead = Some(moment.now);
        text.push('\n');
        text.push(sign);
        text.push_str(&link::fragment(&document));
    }
}

/// The history that was kept of a document; none if it is damaged or of another form.
pub fn history(number: u32) -> History {
    get(&history_place(number)).and_then(|text| read(&text)).unwrap_or_default()
}

fn branches_place(number: u32) -> String {
    format!("lightcone.branches.{number}")
}

/// A branch as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptBranch {
    id: u32,
    parent: Option<u32>,
    name: String,
    link: String,
    #[serde(default)]
    history: String,
}

/// Keeps the branches of a document.
pub fn keep_branches(number: u32, branches: &Branches) {
    // All histories together have the room of one: what does not fit any more is forgotten.
    let mut room = MOST_BYTES;
    let kept = |branch: &Branch| {
        let history = text_of(&branch.history, room);
        room -= history.len();
        let mut document = Document::from((*branch.scenario).clone());
        document.playhead = Some(branch.now);
        let link = link::fragment(&document);
        KeptBranch { id: branch.id, parent: branch.parent, name: branch.name.clone(), link, history }
    };
    let list: Vec<KeptBranch> = branches.list.iter().map(kept).collect();
    if let Ok(text) = serde_json::to_string(&(branches.current, branches.beside, list)) {
        set(&branches_place(number), &text);
    }
}

/// The branches that were kept of a document; none if they are damaged.
pub fn branches(number: u32) -> Branches {
    let kept = get(&branches_place(number)).and_then(|text| serde_json::from_str(&text).ok());
    let Some((current, beside, list)): Option<(u32, Option<u32>, Vec<KeptBranch>)> = kept else {
        return Branches::default();
    };
    let read = |kept: KeptBranch| {
        let document = link::from_link(&kept.link).ok()?;
        let (scenario, now) = (Rc::new(document.scenario), document.playhead?);
        Some(Branch {
            id: kept.id,
            parent: kept.parent,
            name: kept.name,
            scenario,
            now,
            history: read(&kept.history).unwrap_or_default(),
        })
    };
    match list.into_iter().map(read).collect::<Option<Vec<_>>>() {
        Some(list) if list.iter().any(|branch| branch.id == current) => {
            Branches { list: Rc::new(list), current, beside }
        }
        _ => Branches::default(),
    }
}

fn read(text: &str) -> Option<History> {
    let mut lines = text.split('\n');
    if lines.next() != Some(FORM) {
        return None;
    }
    let (mut past, mut future) = (Vec::new(), Vec::new());
    for line in lines {
        let (way, fragment) = match line.strip_prefix('-') {
            Some(fragment) => (&mut past, fragment),
            None => (&mut future, line.strip_prefix('+')?),
        };
        let document = link::from_link(fragment).ok()?;
        way.push(Moment { scenario: Rc::new(document.scenario), now: document.playhead? });
    }
    Some(History { past: Rc::new(past), future: Rc::new(future) })
}
