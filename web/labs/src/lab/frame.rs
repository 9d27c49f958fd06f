//! The sandbox in its frame. It is driven through its address alone: opening a document there is going to its link, and
//! what the reader has made is read from the link that the sandbox then bears.

use std::rc::Rc;

use gloo::timers::callback::Interval;
use lightcone_formats::link::Document;
use lightcone_web::link;
use serde_json::Value;
use web_sys::{Event, HtmlIFrameElement, Window};
use yew::prelude::*;

use crate::fit;

/// How often the frame's address is read, in ms.
const EVERY: u32 = 300;

/// The sandbox's frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    node: NodeRef,
    bare: bool,
}

/// The sandbox's name for the diagram alone.
const BARE: &str = "bare";

impl Frame {
    /// The frame that this reference is bound to; `bare`: with the diagram alone in it.
    pub fn new(node: NodeRef, bare: bool) -> Frame {
        Frame { node, bare }
    }

    /// The element, once it is on the page.
    pub fn element(&self) -> Option<HtmlIFrameElement> {
        self.node.cast()
    }

    /// The sandbox's own window.
    pub fn window(&self) -> Option<Window> {
        self.element()?.content_window()
    }

    /// Its size, and what there is room for in it.
    pub fn size(&self) -> Option<fit::Window> {
        let element = self.element()?;
        let (width, height) = (f64::from(element.client_width()), f64::from(element.client_height()));
        Some(fit::Window { width, height, bare: self.bare })
    }

    /// Opens a document in it. The place of the one before is taken: Back leads to the step before, not through every run.
    pub fn open(&self, document: &Document) {
        // Going where one is would tell the sandbox nothing.
        self.settle();
        let mut document = document.clone();
        document.view.remove(BARE);
        if self.bare {
            document.view.insert(BARE.to_owned(), Value::Bool(true));
        }
        let address = format!("../{}#{}", of_this_build(), link::fragment(&document));
        let Some(element) = self.element() else { return };
        match self.window().filter(|_| element.has_attribute("src")) {
            Some(window) => {
                // What is in the frame is our own page; if ever it is not, there is nothing to do for the lab.
                let _ = window.location().replace(&address);
            }
            None => element.set_src(&address),
        }
    }

    /// The fragment of its address, without `#`; empty while it has none.
    pub fn fragment(&self) -> String {
        let hash = self.window().and_then(|window| window.location().hash().ok());
        hash.map(|hash| hash.trim_start_matches('#').to_owned()).unwrap_or_default()
    }

    /// Has the sandbox write its address at once. It follows what is done there a moment later, but at once when the page
    /// is left: so it is told that it is.
    fn settle(&self) {
        if let (Some(window), Ok(leaving)) = (self.window(), Event::new("pagehide")) {
            let _ = window.dispatch_event(&leaving);
        }
    }

    /// What the reader has made of the document in it, up to now.
    pub fn document(&self) -> Option<Document> {
        self.settle();
        read(&self.fragment())
    }
}

/// Asks web/sw.js for the sandbox that was built together with this page, even where there is a newer one by now.
fn of_this_build() -> String {
    let page = gloo::utils::document().document_element();
    let build = page.and_then(|page| page.get_attribute("data-build")).unwrap_or_default();
    format!("?build={build}")
}

fn read(fragment: &str) -> Option<Document> {
    if fragment.is_empty() { None } else { link::from_link(fragment).ok() }
}

/// What stands in the sandbox, as it changes; `None` before there is anything. What was read before the page opened something
/// else there, whose number is then another, no longer counts.
#[hook]
pub fn use_document(frame: &Frame, number: (usize, u32, bool)) -> Option<Rc<Document>> {
    let heard = use_state_eq(|| (number, String::new()));
    use_effect_with((frame.clone(), number), {
        let heard = heard.setter();
        move |(frame, number)| {
            let (frame, number) = (frame.clone(), *number);
            let timer = Interval::new(EVERY, move || heard.set((number, frame.fragment())));
            move || drop(timer)
        }
    });
    let document = use_memo((heard.0 == number, heard.1.clone()), |(counts, fragment)| {
        if *counts { read(fragment).map(Rc::new) } else { None }
    });
    (*document).clone()
}
