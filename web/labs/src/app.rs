//! The page as a whole: which lab is open, at which step, and what could not be opened.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::window;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::course::{Known, course};
use crate::home::Home;
use crate::lab::page::Page;
use crate::place::{OPENED, Place};
use crate::progress::Progress;
use crate::shade::use_shade;
use crate::source::{self, Opening, Refused};

/// The page.
#[component]
pub fn App() -> Html {
    let labs = use_memo((), |()| course());
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
    let (known, strange) = match &*place {
        Place::Home => (None, None),
        Place::Lab { id, step } => match find(&labs, (*opened).as_ref(), id) {
            Some(known) => (Some((known, *step)), None),
            None => (None, Some(id.clone())),
        },
    };
    html! {
        <div class={classes!("page", "labs", shade)} ondragover={Callback::from(|event: DragEvent| event.prevent_default())} {ondrop}>
            <div class="alerts" role="alert">{ refused.as_ref().map(|refused| alert(refused, dismiss)) }</div>
            if let Some((known, step)) = known {
                <Page key={key(&known)} step={step.min(known.lab.steps.len().saturating_sub(1))} known={known.clone()} progress={progress.clone()} open={open.clone()} />
            } else {
                <Home key="home" labs={labs.clone()} progress={Rc::new((*progress).clone())} {strange} {open} />
            }
        </div>
    }
}

/// Another file is another page, though it has the same place.
fn key(known: &Known) -> String {
    format!("{} {:p}", known.id, Rc::as_ptr(&known.lab))
}

fn find(labs: &[Known], opened: Option<&Known>, id: &str) -> Option<Known> {
    let known = labs.iter().find(|known| &*known.id == id);
    known.or(opened.filter(|_| id == OPENED)).cloned()
}

/// What could not be opened, and why.
fn alert(refused: &Refused, dismiss: Callback<MouseEvent>) -> Html {
    let (title, text) = match refused {
        Refused::Bad(bad) => (format!("{}, line {}", bad.file, bad.line), bad.text.clone()),
        Refused::Missing(why) => ("No lab".to_owned(), why.clone()),
    };
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
