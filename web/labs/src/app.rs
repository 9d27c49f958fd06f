//! The page as a whole: which lab is open, at which step, and what could not be opened.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::window;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::course::{Known, told};
use crate::home::Home;
use crate::lab::fetched::Fetching;
use crate::lab::page::Page;
use crate::place::{OPENED, Place};
use crate::progress::Progress;
use crate::shade::use_shade;
use crate::source::{self, Opening, Refused};

/// The page.
#[component]
pub fn App() -> Html {
    let place = use_place();
    let progress = use_reducer(Progress::recall);
    let opened = use_state(source::recall);
    let refused = use_state_eq(|| None::<Refused>);
    let open = use_opening(opened.setter(), refused.setter());
    let shade = use_shade();
    let ondrop = {
        let open = open.clone();
        Callback::from(move |event: DragEvent| source::dropped(&event, open.clone()))
    };
    let dismiss = {
        let refused = refused.setter();
        Callback::from(move |_: MouseEvent| refused.set(None))
    };
    let shown = match &*place {
        Place::Home => {
            html! { <Home key="home" progress={Rc::new((*progress).clone())} strange={None::<String>} {open} /> }
        }
        Place::Lab { id, step } => match ((*opened).clone().filter(|_| id == OPENED), told(id)) {
            // Another file is another page, though it has the same place.
            (Some(known), _) => {
                let key = format!("{id} {:p}", Rc::as_ptr(&known.lab));
                html! { <Page {key} step={*step} {known} {progress} {open} /> }
            }
            (_, Some(told)) => html! { <Fetching key={id.clone()} {told} step={*step} {progress} {open} /> },
            _ => {
                html! { <Home key="home" progress={Rc::new((*progress).clone())} strange={id.clone()} {open} /> }
            }
        },
    };
    html! {
        <div class={classes!("page", "labs", shade)} ondragover={Callback::from(|event: DragEvent| event.prevent_default())} {ondrop}>
            <div class="alerts" role="alert">{ refused.as_ref().map(|refused| alert(refused, dismiss)) }</div>
            { shown }
        </div>
    }
}

/// In which line of what, or that there is no such lab; and why.
pub fn told_of(refused: &Refused) -> (String, String) {
    match refused {
        Refused::Bad(bad) => (format!("{}, line {}", bad.file, bad.line), bad.text.clone()),
        Refused::Missing(why) => ("No lab".to_owned(), why.clone()),
    }
}

/// What could not be opened, and why.
fn alert(refused: &Refused, dismiss: Callback<MouseEvent>) -> Html {
    let (title, text) = told_of(refused);
    html! {
        <div class="alert">
            <p><strong>{ title }</strong></p>
            <p class="alert-text">{ text }</p>
            <p class="small">{ "Nothing else has changed." }</p>
            <button type="button" class="button" onclick={dismiss}>{ "Dismiss" }</button>
        </div>
    }
}

/// Where the address is.
#[hook]
fn use_place() -> UseStateHandle<Place> {
    let place = use_state_eq(Place::here);
    use_effect_with((), {
        let place = place.setter();
        move |()| {
            let listener = EventListener::new(&window(), "hashchange", move |_| place.set(Place::here()));
            move || drop(listener)
        }
    });
    place
}

/// The way to open a lab from a file; what `?lab=` asks for is opened at once.
#[hook]
fn use_opening(
    opened: UseStateSetter<Option<Known>>,
    refused: UseStateSetter<Option<Refused>>,
) -> Callback<Opening> {
    let open = use_callback((), move |opening: Opening, ()| match opening {
        Ok(known) => {
            opened.set(Some(known));
            refused.set(None);
            Place::Lab { id: OPENED.to_owned(), step: 0 }.go();
        }
        Err(why) => refused.set(Some(why)),
    });
    use_effect_with((), {
        let open = open.clone();
        move |()| {
            // Who comes back to a step of it finds it open; else it is fetched.
            if let Some(path) = source::asked()
                && Place::here() == Place::Home
            {
                source::fetch(path, open);
            }
        }
    });
    open
}
