//! What a tab keeps of a document's history, so that a reload takes nothing from undo and redo.
//!
//! A line each: first the number of this form, then a moment a line as a link, `-` before those that undo leads to and
//! `+` before those of redo, each with what comes next at its end. Whatever cannot be read is no history.

use std::rc::Rc;

use gloo::storage::{SessionStorage, Storage};
use lightcone_formats::link::Document;

use crate::link;
use crate::store::work::{History, Moment};

/// The form in which it is kept.
const FORM: &str = "1";
/// So many moments are kept each way.
const MOST: usize = 60;
/// So many bytes are kept in all.
const MOST_BYTES: usize = 400_000;

fn place(number: u32) -> String {
    format!("lightcone.history.{number}")
}

/// Keeps a document's history for a reload. A full or forbidden store keeps none.
pub fn keep(number: u32, history: &History) {
    let mut text = FORM.to_owned();
    write(&mut text, '-', &history.past);
    write(&mut text, '+', &history.future);
    let (store, place) = (SessionStorage::raw(), place(number));
    if text.len() > MOST_BYTES || store.set_item(&place, &text).is_err() {
        let _ = store.remove_item(&place);
    }
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
pub fn recall(number: u32) -> History {
    let text = SessionStorage::raw().get_item(&place(number)).ok().flatten();
    text.and_then(|text| read(&text)).unwrap_or_default()
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
