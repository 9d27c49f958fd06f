//! A lab of the course, fetched when it is opened.

use lightcone_labs::Summary;
use lightcone_web::icons::{Sign, icon};
use yew::prelude::*;

use crate::app::told_of;
use crate::course::{Fetched, use_lab};
use crate::lab::page::Page;
use crate::progress::Progress;
use crate::source::{Opening, Refused};

/// Properties of [`Fetching`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub told: &'static Summary,
    /// The step, from 0.
    pub step: usize,
    /// What the reader has done.
    pub progress: UseReducerHandle<Progress>,
    /// What to do with a lab from a file.
    pub open: Callback<Opening>,
}

/// A lab of the course once it is here; until then, that it is on its way; and if it did not come, that, with a way to try
/// again.
#[component]
pub fn Fetching(props: &Props) -> Html {
    let Props { told, step, progress, open } = props;
    let (fetched, again) = use_lab(&told.id, true);
    match fetched {
        Fetched::Here(known) => html! {
            <Page {known} step={*step} progress={progress.clone()} open={open.clone()} />
        },
        Fetched::Coming => html! {
            <main class="waiting"><p role="status">{ format!("Loading “{}”…", told.title) }</p></main>
        },
        Fetched::Failed(why) => failed(told, &why, &again),
    }
}

fn failed(told: &Summary, why: &Refused, again: &Callback<()>) -> Html {
    let (place, why) = match why {
        Refused::Missing(why) => (String::new(), format!("{why}.")),
        bad => told_of(bad),
    };
    html! {
        <main class="waiting">
            <div class="alert" role="alert">
                <p><strong>{ format!("The lab “{}” could not be loaded", told.title) }</strong></p>
                <p class="alert-text">{ place }{ " " }{ why }</p>
                <p class="small">{ "What you have done so far is kept." }</p>
                <div class="row">
                    <button type="button" class="button strong" onclick={again.reform(|_: MouseEvent| ())}>{ icon(Sign::Reset) }<span>{ "Try again" }</span></button>
                    <a class="button" href="#">{ "All labs" }</a>
                </div>
            </div>
        </main>
    }
}
