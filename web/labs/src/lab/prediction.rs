//! A question to think about before one looks: the run itself answers it.

use std::rc::Rc;

use lightcone_labs::{Choice, Prediction as Question};
use lightcone_web::icons::{Sign, icon};
use yew::prelude::*;

use crate::course::Known;
use crate::lab::prose::marked;
use crate::lab::stage;

/// Properties of [`Prediction`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub known: Known,
    /// The step that asks.
    pub step: usize,
    /// Whether it was answered on an earlier visit.
    pub answered: bool,
    /// The reader has answered.
    pub onanswer: Callback<()>,
    /// The reader wants to see the run that a choice speaks of.
    pub onif: Callback<Choice>,
}

/// A question and its choices.
#[component]
pub fn Prediction(props: &Props) -> Html {
    let chosen = use_state_eq(Vec::<usize>::new);
    let lab = &props.known.lab;
    // The runs that answer are computed once somebody wants to know.
    let answers = use_memo((props.known.clone(), props.step, chosen.is_empty()), |(known, step, is_open)| {
        if *is_open { None } else { stage::answers(&known.lab, *step) }
    });
    let Some(question) = lab.steps.get(props.step).and_then(|step| step.prediction.as_ref()) else {
        return html! { <div class="ask"></div> };
    };
    let choose = {
        let (chosen, onanswer) = (chosen.clone(), props.onanswer.clone());
        Rc::new(move |choice: usize| {
            let mut now = (*chosen).clone();
            if !now.contains(&choice) {
                now.push(choice);
                chosen.set(now);
            }
            onanswer.emit(());
        })
    };
    html! {
        <section class="ask prediction" aria-label="Prediction">
            <h3>{ "What do you think?" }</h3>
            <p class="question">{ marked(&question.question) }</p>
            <ul class="choices">
                { for question.choices.iter().enumerate().map(|(place, choice)| {
                    let right = chosen.contains(&place).then(|| answers.as_ref().as_ref().and_then(|answers| answers.get(place).copied())).flatten();
                    let onclick = {
                        let choose = choose.clone();
                        Callback::from(move |_: MouseEvent| choose(place))
                    };
                    html! { <li key={place.to_string()} class={sort(right)}>
                        <button type="button" class="choice" aria-pressed={if chosen.contains(&place) { "true" } else { "false" }} {onclick}>
                            { sign(right) }<span>{ marked(&choice.text) }</span>
                        </button>
                        <div class="because">{ right.map(|right| because(right, choice, &props.onif)) }</div>
                    </li> }
                }) }
            </ul>
            <p class="unseen" role="status">{ said(question, &chosen, answers.as_ref().as_deref()) }</p>
            <p class="small">{ if props.answered || !chosen.is_empty() { "The run goes on: play it, or step through it." } else { "What comes is hidden until you choose." } }</p>
        </section>
    }
}

fn sort(right: Option<bool>) -> &'static str {
    match right {
        None => "open",
        Some(true) => "right",
        Some(false) => "wrong-choice",
    }
}

fn sign(right: Option<bool>) -> Html {
    match right {
        None => html! { <span class="choice-sign" aria-hidden="true">{ "○" }</span> },
        Some(true) => html! { <span class="choice-sign">{ icon(Sign::Check) }</span> },
        Some(false) => html! { <span class="choice-sign">{ icon(Sign::Cross) }</span> },
    }
}

/// Why a choice is right or not; where it speaks of another run than the step's, with a way to that.
fn because(right: bool, choice: &Choice, onif: &Callback<Choice>) -> Html {
    let word = if right { "Right. " } else { "Not so. " };
    let (onif, of) = (onif.clone(), choice.clone());
    let onclick = Callback::from(move |_: MouseEvent| onif.emit(of.clone()));
    html! {
        <>
            <p><strong>{ word }</strong>{ marked(&choice.because) }</p>
            if !choice.given.is_empty() {
                <button type="button" class="button what-if" {onclick}>{ icon(Sign::Eye) }<span>{ "See that run" }</span></button>
            }
        </>
    }
}

/// The last answer, for those who listen.
fn said(question: &Question, chosen: &[usize], answers: Option<&[bool]>) -> String {
    let last = chosen.last().and_then(|&place| Some((question.choices.get(place)?, *answers?.get(place)?)));
    last.map(|(choice, right)| {
        let word = if right { "Right" } else { "Not so" };
        // What stresses a word to the eye is not read out.
        format!("{}: {word}. {}", choice.text, choice.because).replace(['*', '`'], "")
    })
    .unwrap_or_default()
}
