//! A lab in the list.

use lightcone_labs::Summary;
use lightcone_web::icons::{Sign, icon};
use yew::prelude::*;

use crate::home::thumbnail::Thumbnail;
use crate::place::Place;
use crate::progress::Done;

/// Properties of [`Card`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub lab: &'static Summary,
    /// What the reader has done in it.
    pub done: Done,
    /// Whether its picture moves by itself.
    pub plays: bool,
}

/// A lab in the list.
#[component]
pub fn Card(props: &Props) -> Html {
    let hovered = use_state_eq(|| false);
    let over = |is: bool| {
        let hovered = hovered.setter();
        move || hovered.set(is)
    };
    let (enter, leave) = (over(true), over(false));
    let (focus, blur) = (over(true), over(false));
    let lab = props.lab;
    let href = Place::Lab { id: lab.id.clone(), step: next(&props.done, lab.steps.len()) }.fragment();
    html! {
        <li class="card" onpointerenter={move |_| enter()} onpointerleave={move |_| leave()} onfocusin={move |_| focus()} onfocusout={move |_| blur()}>
            <Thumbnail id={lab.id.as_str()} plays={props.plays || *hovered} />
            <div class="card-text">
                <h3><a {href}>{ &lab.title }</a></h3>
                <p class="card-claim">{ &lab.claim }</p>
                <p class="card-progress small">
                    <span class="card-steps">{ steps(&props.done, lab.steps.len()) }</span>
                    <span class="card-tasks">{ tasks(props) }</span>
                </p>
            </div>
        </li>
    }
}

/// Where to go on: at the first step that was not seen.
fn next(done: &Done, steps: usize) -> usize {
    (0..steps).find(|step| !done.seen.contains(step)).unwrap_or(0)
}

fn steps(done: &Done, steps: usize) -> String {
    let seen = done.seen.iter().filter(|&&step| step < steps).count();
    match seen {
        0 => format!("{steps} steps"),
        seen if seen == steps => format!("all {steps} steps seen"),
        seen => format!("{seen} of {steps} steps seen"),
    }
}

/// How many challenges there are, and how many were met.
fn tasks(props: &Props) -> Html {
    let steps = props.lab.steps.iter().enumerate();
    let challenges: Vec<usize> = steps.filter(|(_, of)| of.challenge).map(|(step, _)| step).collect();
    let solved = challenges.iter().filter(|step| props.done.solved.contains(step)).count();
    let all = challenges.len();
    let word = if all == 1 { "challenge" } else { "challenges" };
    match (solved, all) {
        (_, 0) => html! { <span></span> },
        (0, all) => html! { <span>{ format!("{all} {word}") }</span> },
        (solved, all) => {
            html! { <span class="good">{ icon(Sign::Check) }{ format!("{solved} of {all} {word} met") }</span> }
        }
    }
}
