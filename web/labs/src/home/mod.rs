//! Home: the course as chapters and labs, and a sandbox for each protocol.

mod card;
mod sight;
mod thumbnail;

use std::rc::Rc;

use lightcone_labs::{CHAPTERS, Summary, course};
use lightcone_protocols::all;
use lightcone_web::icons::{Sign, icon};
use web_sys::{Event, HtmlInputElement, InputEvent};
use yew::prelude::*;

use crate::course::finds;
use crate::home::card::Card;
use crate::progress::Progress;
use crate::source::{Opening, open_file};

/// Properties of [`Home`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the reader has done.
    pub progress: Rc<Progress>,
    /// The id in the address that is no lab's.
    pub strange: Option<String>,
    /// What to do with a lab from a file.
    pub open: Callback<Opening>,
}

/// Home.
#[component]
pub fn Home(props: &Props) -> Html {
    let words = use_state_eq(String::new);
    let found: Vec<&'static Summary> = course().iter().filter(|lab| finds(&words, lab)).collect();
    let oninput = {
        let words = words.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                words.set(field.value());
            }
        })
    };
    let count = match found.len() {
        0 => "No lab has these words.".to_owned(),
        1 => "1 lab".to_owned(),
        count => format!("{count} labs"),
    };
    html! {
        <div class="home">
            <header class="home-top">
                <a class="home-brand" href="../">{ "Lightcone" }</a>
                <span class="home-gap"></span>
                <a class="button" href="../">{ icon(Sign::Play) }<span>{ "Sandbox" }</span></a>
            </header>
            <main class="home-main">
                <div class="strange" role="status">
                    { props.strange.as_ref().map(|id| html! { <p>{ format!("There is no lab “{}” here. These are the labs that there are.", short(id)) }</p> }) }
                </div>
                <h1>{ "Labs" }</h1>
                <p class="home-lead">{ "Each lab is a story told over a real run. Predict what happens, then reach in and change it: drop the message, crash the leader, cut the network. Everything is simulated here, in your browser." }</p>
                <div class="home-tools">
                    <label class="search">
                        <span>{ "Search" }</span>
                        <input type="search" name="search" value={(*words).clone()} {oninput} />
                    </label>
                    <span role="status" class="small">{ count }</span>
                    <span class="home-gap"></span>
                    { chooser(props.open.clone()) }
                </div>
                <div class="chapters">{ for CHAPTERS.iter().filter_map(|chapter| self::chapter(chapter, &found, &props.progress)) }</div>
                { sandboxes() }
                { more() }
            </main>
        </div>
    }
}

/// An id as it may be shown, however long it is.
fn short(id: &str) -> String {
    id.chars().take(60).collect()
}

/// A chapter, if a lab of it was found.
fn chapter(chapter: &str, found: &[&'static Summary], progress: &Progress) -> Option<Html> {
    let labs: Vec<&'static Summary> = found.iter().copied().filter(|lab| lab.chapter == chapter).collect();
    let first = found.first().map(|lab| &lab.id);
    (!labs.is_empty()).then(|| {
        html! {
            <section key={chapter.to_owned()} class="chapter" aria-label={chapter.to_owned()}>
                <h2>{ chapter }</h2>
                <ul class="cards">
                    { for labs.into_iter().map(|lab| html! {
                        <Card key={lab.id.clone()} {lab} done={progress.of(&lab.id)} plays={first == Some(&lab.id)} />
                    }) }
                </ul>
            </section>
        }
    })
}

/// A sandbox for each protocol.
fn sandboxes() -> Html {
    html! {
        <section class="chapter" aria-label="Sandboxes">
            <h2>{ "Sandboxes" }</h2>
            <ul class="sandboxes">
                { for all().iter().map(|entry| html! {
                    <li key={entry.name}>
                        <a href={format!("../#{}", entry.name)}>{ entry.title }</a>
                        <p class="small">{ entry.summary }</p>
                    </li>
                }) }
            </ul>
        </section>
    }
}

/// How one comes by labs of one's own.
fn more() -> Html {
    html! {
        <section class="chapter" aria-label="A lab of your own">
            <h2>{ "A lab of your own" }</h2>
            <p class="home-lead">
                { "A lab is one text file. " }<code>{ "lightcone lab new" }</code>{ " writes a commented one to begin with, " }
                <code>{ "lightcone lab check FILE" }</code>{ " holds everything that it claims against its runs. Drop the file anywhere on this page to open it." }
            </p>
        </section>
    }
}

/// Opens a lab from the reader's machine.
fn chooser(open: Callback<Opening>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(file) = field.files().and_then(|files| files.get(0)) {
            open_file(file, open.clone());
        }
        // So that the same file can be chosen again.
        field.set_value("");
    });
    html! {
        <label class="button open-lab">
            { icon(Sign::Folder) }<span>{ "Open a lab file…" }</span>
            <input type="file" class="unseen" accept=".md,text/markdown,text/plain" {onchange} />
        </label>
    }
}
