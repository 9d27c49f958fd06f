//! What happens in the sandbox's frame and is the lab's affair.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{Document, DragEvent, Event};
use yew::prelude::*;

use crate::lab::frame::Frame;
use crate::source::{self, Opening};

/// Listens in the frame for as long as this is kept.
pub struct Inside {
    _loading: Option<EventListener>,
    _heard: Rc<RefCell<Option<EventListener>>>,
}

/// Listens in the frame's document, whichever is loaded.
pub fn inside(frame: &Frame, listen: impl Fn(&Document) -> EventListener + 'static) -> Inside {
    let heard = Rc::new(RefCell::new(None));
    let hear = {
        let (heard, frame) = (heard.clone(), frame.clone());
        move || {
            let document = frame.element().and_then(|element| element.content_document());
            *heard.borrow_mut() = document.map(|document| listen(&document));
        }
    };
    // It may have been loaded before.
    hear();
    let loading = frame.element().map(|element| EventListener::new(&element, "load", move |_| hear()));
    Inside { _loading: loading, _heard: heard }
}

/// A lab that is dropped on the sandbox is opened as if it were dropped beside it; other files are the sandbox's.
#[hook]
pub fn use_drops(frame: &Frame, open: Callback<Opening>) {
    use_effect_with((frame.clone(), open), |(frame, open)| {
        let open = open.clone();
        let inside = inside(frame, move |document| {
            let open = open.clone();
            let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
            EventListener::new_with_options(document, "drop", options, move |event| dropped(event, &open))
        });
        move || drop(inside)
    });
}

fn dropped(event: &Event, open: &Callback<Opening>) {
    // An event of the frame is of the frame's own kind of events, so it cannot be tested for its kind here.
    let event: &DragEvent = event.unchecked_ref();
    let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
    if file.is_some_and(|file| file.name().to_lowercase().ends_with(".md")) {
        event.stop_propagation();
        source::dropped(event, open.clone());
    }
}
