//! The labs of the course: what is told of each is here with the page, and its text is fetched when it is wanted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::utils::document;
use lightcone_labs::{Lab, Summary, course, read};
use lightcone_protocols::all;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::source::{Refused, text};

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

/// What is told of the lab of this id.
pub fn told(id: &str) -> Option<&'static Summary> {
    course().iter().find(|lab| lab.id == id)
}

/// Whether a search finds a lab: every word of it stands somewhere in the lab's title, chapter, claim, id or steps.
pub fn finds(words: &str, lab: &Summary) -> bool {
    let steps = lab.steps.iter().map(|step| step.title.as_str());
    let parts = [&lab.id, &lab.title, &lab.chapter, &lab.claim, &lab.protocol].map(String::as_str);
    let text = parts.into_iter().chain(steps).collect::<Vec<_>>().join("\n").to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

thread_local! {
    /// The labs that have been fetched.
    static HERE: RefCell<BTreeMap<Rc<str>, Known>> = const { RefCell::new(BTreeMap::new()) };
}

fn here(id: &str) -> Option<Known> {
    HERE.with_borrow(|here| here.get(id).cloned())
}

/// What came of fetching a lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched {
    /// It is on its way, or nobody wants it yet.
    Coming,
    /// It is here.
    Here(Known),
    /// It did not come, or cannot be read.
    Failed(Refused),
}

/// A lab of the course, fetched once it is `wanted`; and the way to try again.
#[hook]
pub fn use_lab(id: &str, wanted: bool) -> (Fetched, Callback<()>) {
    let fetched = use_state_eq(|| here(id).map_or(Fetched::Coming, Fetched::Here));
    // How often it was tried; it only has to differ from before.
    let tries = use_state_eq(|| 0_u32);
    use_effect_with((Rc::<str>::from(id), wanted, *tries), {
        let set = fetched.setter();
        move |(id, wanted, _)| match here(id) {
            Some(known) => set.set(Fetched::Here(known)),
            None if *wanted => {
                let id = id.clone();
                set.set(Fetched::Coming);
                spawn_local(async move {
                    set.set(fetch(&id).await.map_or_else(Fetched::Failed, Fetched::Here));
                });
            }
            None => {}
        }
    });
    let again = use_callback(tries.setter(), {
        let tries = *tries;
        move |(), set| set.set(tries + 1)
    });
    ((*fetched).clone(), again)
}

async fn fetch(id: &Rc<str>) -> Result<Known, Refused> {
    let page = document().document_element();
    let folder = page.and_then(|page| page.get_attribute("data-course")).unwrap_or_default();
    let text = text(&format!("{folder}/{id}.md")).await.map_err(Refused::Missing)?;
    let lab = read(&format!("{id}.md"), &text, all()).map_err(Refused::Bad)?;
    let known = Known { id: id.clone(), lab: Rc::new(lab) };
    HERE.with_borrow_mut(|here| here.insert(id.clone(), known.clone()));
    Ok(known)
}
