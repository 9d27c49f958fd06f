//! The address: the document at work stands in it, so that it can be copied, reloaded and gone back to.
//!
//! Stepping and editing replace the address a moment later; opening something pushes a new one. What was open before
//! keeps its undo history on a shelf, and Back takes it from there.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::{document, history, window};
use lightcone_formats::link::{Document, from_json, to_json};
use lightcone_protocols::chunk;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use wasm_bindgen::JsValue;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::desk::Opening;
use crate::dom;
use crate::failure;
use crate::hooks::media::{STILL, matches};
use crate::keep;
use crate::link;
use crate::store::look::{Look, LookAction};
use crate::store::pick::Pick;
use crate::store::run::protocol;
use crate::store::work::branches::Branches;
use crate::store::work::{History, Work, WorkAction};
use crate::words;

/// How long after a change the address follows, in ms.
const LATER: u32 = 250;
/// It holds a hash of all so far, for which a step in a long run would have to wait: a ms more for so many events. Whoever
/// leaves the page before takes the address along all the same.
const EVENTS_A_MS: usize = 100;
/// So long, in ms, a document may be on its way before the page says so.
const SLOW: u32 = 300;
/// So far beyond the end of a run a link may ask for: it is computed then.
const BEYOND: Ns = Ns::s(60);
const COUNT: &str = "lightcone.count";

/// Every document that was opened on this page, as it was left.
pub type Shelf = Rc<RefCell<Books>>;

/// What the shelf holds.
#[derive(Default)]
pub struct Books {
    kept: Map<u32, (Work, Look)>,
    present: Option<u32>,
    last: u32,
    /// How often something was asked for. What takes its time is shown only if nothing else was asked for meanwhile.
    asked: u32,
    /// The history as it was last kept, and whose it is.
    history: Option<(u32, History)>,
    /// The branches as they were last kept.
    branches: Option<Branches>,
    timer: Option<Timeout>,
}

impl std::fmt::Debug for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} documents", self.kept.len())
    }
}

impl Books {
    /// A shelf with nothing on it, whose numbers go on from those of the page's last visit in this tab.
    pub fn empty() -> Books {
        let last = keep::get(COUNT).and_then(|count| count.parse().ok()).unwrap_or(0);
        Books { last, ..Books::default() }
    }

    fn ask(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    fn next_number(&mut self) -> u32 {
        self.last += 1;
        keep::set(COUNT, &self.last.to_string());
        self.last
    }

    /// Whether what is on the page plays.
    fn plays(&self) -> bool {
        self.present.and_then(|number| self.kept.get(&number)).is_none_or(|(work, _)| work.playing)
    }

    /// What is at work and was edited, by its protocol.
    fn edited(&self) -> Option<&'static str> {
        let (work, _) =
            self.present.and_then(|number| self.kept.get(&number)).filter(|(work, _)| work.can_undo())?;
        protocol(&work.scenario.protocol).map(|entry| entry.title)
    }

    fn put(&mut self, work: &Work, look: &Look) {
        self.present = Some(work.number);
        self.kept.insert(work.number, (work.clone(), look.clone()));
    }
}

/// A document made ready: as it will stand on the page.
pub fn ready(number: u32, document: &Document) -> Result<(Work, Look), String> {
    let end = document.scenario.until;
    let wild = document.playhead.filter(|now| now.at > end && now.at.since(end) > BEYOND);
    let now = if wild.is_some() { Some(Key::end_of(end)) } else { document.playhead };
    let mut work = Work::open(number, document.scenario.clone(), now, document.quiz)?;
    if let Some(wild) = wild {
        let (wild, end) = (words::clock(wild.at), words::clock(end));
        work.complain(format!(
            "This run ends at {end}, and is shown there: {wild}, as the link asks, is too far beyond."
        ));
    }
    if document.playhead.is_none() {
        if let Some(still) = link::still_moment(&work.run) {
            work.now = still;
        } else if matches(STILL) {
            work.now = link::telling_moment(&work.run, work.scenario.until);
        } else {
            work.now = link::first_moment(&work.run);
            work.playing = true;
        }
    }
    if let Some(differs) = link::verdict(document, &work.run) {
        work.complain(differs);
    }
    Ok((work, Look::from_map(&document.view)))
}

/// What is picked when a document opens, if its link asks for something that can be seen there.
pub fn picked(work: &Work, look: &Look) -> Option<Pick> {
    let session = work.run.session();
    let is_seen = |pick: &Pick| {
        pick.exists(session.trace()) && (!work.quiz || pick.happened(session.trace(), work.now))
    };
    look.opens.pick.filter(is_seen)
}

/// With its history, if it was kept in this tab.
fn remembering((mut work, look): (Work, Look), is_kept: bool) -> (Work, Look) {
    if is_kept {
        work.remember(keep::history(work.number));
        work.branches = keep::branches(work.number);
        fetch_ahead(&work);
    }
    (work, look)
}

/// Where undo, redo and branches lead, other code may be wanted.
fn fetch_ahead(work: &Work) {
    let History { past, future } = work.history();
    let scenarios = past.iter().chain(&**future).map(|moment| &moment.scenario);
    let mut scenarios = scenarios.chain(work.branches.list.iter().map(|branch| &branch.scenario));
    if let Some(wanted) = scenarios.find(|scenario| !chunk::is_here(scenario)).cloned() {
        spawn_local(async move {
            let _ = chunk::fetch(&wanted).await;
        });
    }
}

/// The scenario that the address asks for when the page starts. As long as the code that runs it is not here, only what
/// code that is, is sure to be right.
pub fn scenario_at_start() -> Option<Scenario> {
    let asked = dom::fragment();
    let kept = state_number().and_then(|number| recall(number, &asked));
    let document = kept.or_else(|| (asked.len() > 1).then(|| link::from_link(&asked).ok())?)?;
    Some(document.scenario)
}

/// What the address asks for when the page starts; the code that runs it is here. What cannot be read is said, and the usual document opens.
pub fn at_start(shelf: &Shelf) -> Option<(Work, Look)> {
    let asked = dom::fragment();
    let mut shelf = shelf.borrow_mut();
    let kept = state_number().and_then(|number| Some((number, recall(number, &asked)?)));
    let (number, found) = match kept.clone() {
        Some((number, document)) => (number, Ok(document)),
        None if asked.len() > 1 => (shelf.next_number(), link::from_link(&asked)),
        None => (shelf.next_number(), link::first().ok_or_else(|| "There is no protocol here.".to_owned())),
    };
    let is_kept = kept.is_some();
    let opened =
        found.and_then(|document| ready(number, &document)).map(|opened| remembering(opened, is_kept));
    let (work, look) = opened
        .or_else(|bad| {
            let first = link::first().ok_or(bad.clone())?;
            let (mut work, look) = ready(number, &first)?;
            work.complain(not_opened("This link", &bad));
            Ok::<_, String>((work, look))
        })
        .ok()?;
    let _ = history_replace(number, &asked);
    shelf.put(&work, &look);
    Some((work, look))
}

fn not_opened(what: &str, why: &str) -> String {
    let mut why = why.trim_end_matches('.').to_owned();
    if why.is_empty() {
        why.push_str("it cannot be read");
    }
    format!("{what} could not be opened: {why}. Nothing else has changed.")
}

fn state_number() -> Option<u32> {
    history().state().ok()?.as_f64().map(|number| number as u32)
}

/// The document of this number, if it is what the address asks for.
fn recall(number: u32, asked: &str) -> Option<Document> {
    let kept = keep::document(number)?;
    kept.is_at(asked.trim_start_matches('#')).then(|| from_json(kept.file()).ok()).flatten()
}

fn history_replace(number: u32, fragment: &str) -> Result<(), JsValue> {
    let url =
        if fragment.is_empty() { dom::base() } else { format!("#{}", fragment.trim_start_matches('#')) };
    history().replace_state_with_url(&JsValue::from(number), "", Some(&url))
}

/// The address of a document. One that is too long for a link is kept for a reload in the tab's own store.
fn write_down(work: &Work, look: &Look) -> String {
    let document = link::document(work, look);
    let mut fragment = link::fragment(&document);
    if link::is_too_long(&fragment) {
        fragment = work.scenario.protocol.clone();
    }
    keep::keep_document(work.number, &fragment, dom::fragment().trim_start_matches('#'), &to_json(&document));
    fragment
}

/// Writes what is on the page into the address, now.
pub fn flush(shelf: &Shelf) {
    // In a failure of the page it may be in use.
    let Ok(mut books) = shelf.try_borrow_mut() else { return };
    let books = &mut *books;
    books.timer = None;
    let Some((work, look)) = books.present.and_then(|number| books.kept.get(&number)) else { return };
    let fragment = write_down(work, look);
    if dom::fragment().trim_start_matches('#') != fragment || state_number() != Some(work.number) {
        let _ = history_replace(work.number, &fragment);
    }
    let is_kept =
        |(number, history): &(u32, History)| *number == work.number && history.is_same(work.history());
    if !books.history.as_ref().is_some_and(is_kept) {
        keep::keep_history(work.number, work.history());
        books.history = Some((work.number, work.history().clone()));
    }
    // Branches change seldom, and a list that has not is the very same.
    let is_kept = |kept: &Branches| Rc::ptr_eq(&kept.list, &work.branches.list) && *kept == work.branches;
    if !work.branches.list.is_empty() && !books.branches.as_ref().is_some_and(is_kept) {
        keep::keep_branches(work.number, &work.branches);
        books.branches = Some(work.branches.clone());
    }
}

/// Hands on what is to be opened once the code that runs it is here. Until then, and if it does not come, what is open
/// stays.
fn when_here(
    shelf: &Shelf,
    work: &UseReducerDispatcher<Work>,
    (wanted, opening): (Scenario, Opening),
    then: impl FnOnce(Opening) + 'static,
) {
    let asked = shelf.borrow_mut().ask();
    if chunk::is_here(&wanted) {
        return then(opening);
    }
    let title = protocol(&wanted.protocol).map_or("", |entry| entry.title);
    let (shelf, work) = (shelf.clone(), work.clone());
    spawn_local(async move {
        let waiting = work.clone();
        let slow = Timeout::new(SLOW, move || waiting.dispatch(WorkAction::Await(title)));
        let fetched = chunk::fetch(&wanted).await;
        drop(slow);
        if shelf.borrow().asked != asked {
            return;
        }
        match fetched {
            Ok(()) => then(opening),
            Err(_) => work.dispatch(WorkAction::Miss(title, Rc::new(opening))),
        }
    });
}

/// Keeps the address and the page in step. Gives the way to open a document.
#[hook]
pub fn use_address(
    shelf: Shelf,
    work: &UseReducerHandle<Work>,
    look: &UseReducerHandle<Look>,
    pick: UseStateSetter<Option<Pick>>,
) -> Callback<Opening> {
    shelf.borrow_mut().put(work, look);
    failure::keep(&shelf);
    let changed = (work.number, work.scenario.clone(), work.now, work.quiz, (**look).clone());
    use_effect_with(changed, {
        let (shelf, (so_far, _)) = (shelf.clone(), work.place());
        move |_| {
            let later = shelf.clone();
            let wait = LATER + u32::try_from(so_far / EVENTS_A_MS).unwrap_or(0);
            let timer = Timeout::new(wait, move || flush(&later));
            shelf.borrow_mut().timer = Some(timer);
        }
    });
    let show = use_callback((), {
        let (work, look) = (work.dispatcher(), look.dispatcher());
        move |(new_work, new_look): (Work, Look), ()| {
            pick.set(picked(&new_work, &new_look));
            look.dispatch(LookAction::Replace(Box::new(new_look)));
            work.dispatch(WorkAction::Replace(Box::new(new_work)));
        }
    });
    use_leaving(shelf.clone());
    use_going_back(shelf.clone(), show.clone(), work.dispatcher());
    let work = work.dispatcher();
    use_callback((), move |opening: Opening, ()| {
        let what = match &opening {
            Opening::Document(_) => "This",
            Opening::Link(_) => "This link",
            Opening::File(_) | Opening::Unreadable(_) => "This file",
        };
        let wanted = match opening.document() {
            Ok(document) => document.scenario,
            Err(bad) => return work.dispatch(WorkAction::Complain(not_opened(what, &bad))),
        };
        let (shelf, show, work) = (shelf.clone(), show.clone(), work.clone());
        when_here(&shelf.clone(), &work.clone(), (wanted, opening), move |opening| {
            flush(&shelf);
            let number = shelf.borrow_mut().next_number();
            match opening.document().and_then(|document| ready(number, &document)) {
                Ok((mut new_work, new_look)) => {
                    new_work.left = shelf.borrow().edited();
                    // Whoever stopped what plays by itself has had enough of that.
                    new_work.playing &= shelf.borrow().plays();
                    let fragment = write_down(&new_work, &new_look);
                    let state = JsValue::from(number);
                    let _ = history().push_state_with_url(&state, "", Some(&format!("#{fragment}")));
                    show.emit((new_work, new_look));
                }
                Err(bad) => work.dispatch(WorkAction::Complain(not_opened(what, &bad))),
            }
        });
    })
}

/// Nothing is lost when the page goes away.
#[hook]
fn use_leaving(shelf: Shelf) {
    use_effect_with((), move |()| {
        let hidden = shelf.clone();
        let listeners = [
            EventListener::new(&window(), "pagehide", move |_| flush(&shelf)),
            EventListener::new(&document(), "visibilitychange", move |_| flush(&hidden)),
        ];
        move || drop(listeners)
    });
}

/// The document on the page at another moment, if that is all that is asked for: then undo leads where it led before.
fn moved(books: &Books, asked: &Document) -> Option<(Work, Look)> {
    let (work, _) = books.kept.get(&books.present?)?;
    let now = asked.playhead.filter(|_| *work.scenario == asked.scenario)?;
    let mut work = work.clone();
    (work.now, work.quiz, work.playing) = (now, asked.quiz, false);
    Some((work, Look::from_map(&asked.view)))
}

/// Back and Forward, and an address that was changed by hand.
#[hook]
fn use_going_back(shelf: Shelf, show: Callback<(Work, Look)>, work: UseReducerDispatcher<Work>) {
    use_effect_with((), move |()| {
        let listener = EventListener::new(&window(), "popstate", move |_| {
            let asked = dom::fragment();
            let number = state_number();
            let kept = number.and_then(|number| shelf.borrow().kept.get(&number).cloned());
            if let Some((mut kept, look)) = kept {
                shelf.borrow_mut().ask();
                kept.playing = false;
                kept.awaited = None;
                return show.emit((kept, look));
            }
            let recalled = number.and_then(|number| recall(number, &asked));
            let is_kept = recalled.is_some();
            let found = recalled.map_or_else(|| link::from_link(&asked), Ok);
            let moved = found.as_ref().ok().and_then(|document| moved(&shelf.borrow(), document));
            if let Some((work, look)) = moved {
                shelf.borrow_mut().ask();
                let _ = history_replace(work.number, &asked);
                return show.emit((work, look));
            }
            let document = match found {
                Ok(document) => document,
                Err(bad) => return work.dispatch(WorkAction::Complain(not_opened("This link", &bad))),
            };
            let wanted = document.scenario.clone();
            let opening =
                if is_kept { Opening::Document(Box::new(document)) } else { Opening::Link(asked.clone()) };
            let (books, show, complaints) = (shelf.clone(), show.clone(), work.clone());
            when_here(&shelf, &work, (wanted, opening), move |opening| {
                let number = number.unwrap_or_else(|| books.borrow_mut().next_number());
                match opening.document().and_then(|document| ready(number, &document)) {
                    Ok(opened) => {
                        let _ = history_replace(number, &asked);
                        show.emit(remembering(opened, is_kept));
                    }
                    Err(bad) => complaints.dispatch(WorkAction::Complain(not_opened("This link", &bad))),
                }
            });
        });
        move || drop(listener)
    });
}
