//! What the audience reads below the diagram.

use lightcone_labs::{Beat, Prediction, Step, Task, TaskKind, summed_up};
use lightcone_web::icons::{Sign, icon};
use lightcone_web::lecture::channel::NOT_OPENED;
use lightcone_web::lecture::stage::over_all;
use lightcone_web::store::run::Run;
use lightcone_web::words;
use yew::prelude::*;

use crate::course::Known;
use crate::lab::prose::marked;
use crate::lab::stage;
use crate::lecture::{Asked, Lecturing};

/// Properties of [`Caption`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub known: Known,
    /// The step, from 0.
    pub step: usize,
    /// What is shown of it.
    pub beat: Beat,
    /// The lecture.
    pub lecturing: Lecturing,
}

/// What the audience reads below the diagram, and what lies over all.
#[component]
pub fn Caption(props: &Props) -> Html {
    let Props { known, step, beat, lecturing } = props;
    let lab = &known.lab;
    // The runs that answer are computed once.
    let right = use_memo((known.clone(), *step), |(known, step)| {
        stage::answers(&known.lab, *step).unwrap_or_default()
    });
    let deeds = use_memo((known.clone(), *step), |(known, step)| deeds(known, *step));
    let Some(of) = lab.steps.get(*step) else { return html! { <section /> } };
    html! {
        <section class="caption-lab" aria-label="Lecture" data-beat={name(*beat)} data-lecture={if lecturing.lecture.black { "black" } else { "on" }}>
            <div class="caption-told" aria-live="polite">
                <p class="caption-step">{ format!("{} · {} of {}", lab.title, step + 1, lab.steps.len()) }</p>
                <h1>{ &of.title }</h1>
                { said(of, *beat, &right, &deeds) }
            </div>
            { keys(lecturing) }
            { over_all(lecturing.lecture) }
            // The sandbox in its frame would keep the pointer to itself.
            <div class="pointing-over" hidden={!lecturing.lecture.laser} />
        </section>
    }
}

/// A beat's name, for tests and style.
fn name(beat: Beat) -> &'static str {
    match beat {
        Beat::Tell => "tell",
        Beat::Ask => "ask",
        Beat::Answer => "answer",
        Beat::Goal => "goal",
        Beat::Solution => "solution",
    }
}

fn said(step: &Step, beat: Beat, right: &[bool], deeds: &[String]) -> Html {
    match (beat, &step.prediction, &step.task) {
        (Beat::Ask, Some(question), _) => asked(question, None),
        (Beat::Answer, Some(question), _) => asked(question, Some(right)),
        (Beat::Goal, _, Some(task)) => goal(task),
        (Beat::Solution, _, Some(task)) => html! {
            <>
                { goal(task) }
                <ul class="caption-deeds">{ for deeds.iter().map(|deed| html! { <li key={deed.clone()}>{ icon(Sign::Check) }<span>{ deed }</span></li> }) }</ul>
            </>
        },
        _ => html! { <p>{ summed_up(&step.prose) }</p> },
    }
}

/// What is to be done.
fn goal(task: &Task) -> Html {
    let sort = match task.kind {
        TaskKind::Action => "Do it: ",
        TaskKind::Challenge => "Challenge: ",
    };
    html! { <p class="caption-question"><span class="caption-sort">{ sort }</span>{ marked(&task.goal) }</p> }
}

/// A question and its choices; once it is answered, which is right and why.
fn asked(question: &Prediction, right: Option<&[bool]>) -> Html {
    let is_right = |place: usize| right.and_then(|right| right.get(place).copied());
    let because = question.choices.iter().enumerate().find(|(place, _)| is_right(*place) == Some(true));
    html! {
        <>
            <p class="caption-question">{ marked(&question.question) }</p>
            <ol class="caption-choices">
                { for question.choices.iter().enumerate().map(|(place, choice)| {
                    let (class, sign) = match is_right(place) {
                        None => ("", html! { <span class="caption-letter">{ letter(place) }</span> }),
                        Some(true) => ("right", html! { <span class="caption-letter">{ icon(Sign::Check) }<span class="unseen">{ "Right:" }</span></span> }),
                        Some(false) => ("wrong-choice", html! { <span class="caption-letter">{ icon(Sign::Cross) }<span class="unseen">{ "Not so:" }</span></span> }),
                    };
                    html! { <li key={place.to_string()} {class}>{ sign }<span>{ marked(&choice.text) }</span></li> }
                }) }
            </ol>
            <p class="caption-because">{ because.map(|(_, choice)| marked(&choice.because)) }</p>
        </>
    }
}

fn letter(place: usize) -> char {
    char::from(b'A' + u8::try_from(place % 26).unwrap_or_default())
}

/// What a step's solution does, in words.
fn deeds(known: &Known, step: usize) -> Vec<String> {
    let task = known.lab.steps.get(step).and_then(|step| step.task.as_ref());
    let Some(task) = task.filter(|task| !task.solution.is_empty()) else { return Vec::new() };
    let document = stage::solved(known.lab.scenario_of(step), &task.solution);
    let Ok(run) = Run::whole(&document.scenario) else { return Vec::new() };
    let session = run.session();
    let told = |entry: &lightcone_sim::scenario::Entry| {
        format!("{}: {}", words::clock(entry.at), words::action(&entry.action, &document.scenario, &*session))
    };
    task.solution.iter().map(told).collect()
}

/// For a hand without keys.
fn keys(lecturing: &Lecturing) -> Html {
    let press = |asked: Asked| {
        let obey = lecturing.obey.clone();
        Callback::from(move |_: MouseEvent| obey.emit(asked))
    };
    html! {
        <div class="caption-buttons">
            <p class="small" role="status">{ lecturing.blocked.then_some(NOT_OPENED) }</p>
            <div class="row" role="group" aria-label="Lecture">
                <button type="button" class="button quiet" aria-label="Back" title="Back (←, Page Up)" onclick={press(Asked::Go(-1))}>{ icon(Sign::StepBack) }</button>
                <button type="button" class="button quiet" aria-label="On" title="On (→, Space, Page Down)" onclick={press(Asked::Go(1))}>{ icon(Sign::Step) }</button>
                <button type="button" class="button quiet" aria-label="Notes" title="A second window with notes (n)" onclick={press(Asked::Notes)}>{ icon(Sign::Screen) }</button>
                <button type="button" class="button quiet" aria-label="End the lecture" title="End the lecture (Esc)" onclick={press(Asked::Present)}>{ icon(Sign::Cross) }</button>
            </div>
        </div>
    }
}
