//! A lab beside its sandbox.

use lightcone_formats::link::Document;
use lightcone_labs::Beat;
use lightcone_web::icons::{Sign, icon};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::course::Known;
use crate::lab::acts::{Acts, use_acts};
use crate::lab::frame::{Frame, use_document};
use crate::lab::inside::use_drops;
use crate::lab::keys::use_keys;
use crate::lab::mine::{recall, remember};
use crate::lab::parts::{Parts, choose_parts};
use crate::lab::prediction::Prediction;
use crate::lab::prose::{Spot, blocks};
use crate::lab::stage;
use crate::lab::steps::steps;
use crate::lab::task::Task;
use crate::lab::verdict::{Verdict, judge};
use crate::lecture::{Asked, Caption, Lecturing, use_lecture};
use crate::progress::{Did, Progress};
use crate::source::Opening;

/// Properties of [`Page`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub known: Known,
    /// The step that the address asks for, from 0.
    pub step: usize,
    /// What the reader has done.
    pub progress: UseReducerHandle<Progress>,
    /// What to do with a lab from a file.
    pub open: Callback<Opening>,
}

/// A lab beside its sandbox.
#[component]
pub fn Page(props: &Props) -> Html {
    let node = use_node_ref();
    let parts = use_state_eq(|| Parts::Both);
    let Props { known, progress, open, .. } = props;
    let lab = &known.lab;
    // The address may ask for more steps than there are.
    let step = props.step.min(lab.steps.len().saturating_sub(1));
    let lecturing = use_lecture(known, step);
    let shown = lecturing.shown(known, step);
    let frame = Frame::new(node.clone(), shown.is_some());
    let done = progress.of(&known.id);
    // Whether the run in the sandbox holds a solution that was shown: what it does was not done by the reader.
    let helped = use_state_eq(|| recall(known, step).is_some_and(|mine| mine.helped));
    let acts = use_acts(&frame, known, step, progress, &helped);
    let made = use_document(&frame, (step, acts.again, shown.is_some()));
    // What is shown to an audience is nobody's own.
    let made = made.filter(|_| shown.is_none());
    use_stage(&frame, known, (step, shown), progress, &helped);
    use_keys(&frame, shown.is_some(), lecturing.obey.clone());
    use_drops(&frame, open.clone());
    let heading = use_heading(step);

    let verdict = use_verdict(known, step, made.as_deref());
    use_solved(known, step, verdict == Verdict::Done && !*helped, progress);
    use_effect_with((known.id.clone(), step, made.clone(), *helped), |(id, step, made, helped)| {
        if let Some(made) = made {
            remember(id, *step, made, *helped);
        }
    });
    let Some(of) = lab.steps.get(step) else { return html! { <main></main> } };
    // What follows a question would answer it.
    let tells_after = of.prediction.is_none() || done.answered.contains(&step);
    html! {
        <main class={classes!("lab", parts.class(), shown.map(|_| "lecturing"), lecturing.lecture.laser.then_some("pointing"))}>
            <section class="text" aria-label="Text" hidden={shown.is_some()}>
                <header class="text-top">
                    <a class="button quiet" href="#">{ icon(Sign::Right) }<span>{ "Labs" }</span></a>
                    <span class="text-chapter small">{ &lab.chapter }</span>
                    { present(&lecturing) }
                    { choose_parts(&parts) }
                </header>
                <div class="text-scroll" key={step.to_string()} tabindex="0" role="group" aria-label="Step">
                    <h1>{ &lab.title }</h1>
                    <div class="intro">{ (step == 0).then(|| intro(known, &acts.onspot)) }</div>
                    <p class="small step-count">{ format!("Step {} of {}", step + 1, lab.steps.len()) }</p>
                    <h2 ref={heading} tabindex="-1">{ &of.title }</h2>
                    { blocks(&of.prose, &acts.onspot) }
                    <div class="asks-all">{ asks(props, step, (&acts, *helped), verdict) }</div>
                    <div class="after">{ tells_after.then(|| blocks(&of.after, &acts.onspot)) }</div>
                    <div class="changed">{ changed(known, step, made.as_deref(), &acts.onagain) }</div>
                    <p class="small source">{ lab.source.as_ref().filter(|_| step == 0).map(|source| format!("After {source}.")) }</p>
                    { keys_line() }
                </div>
                { steps(known, step, &done) }
            </section>
            <section class="stage-frame" aria-label="Sandbox">
                <iframe ref={node} title="Sandbox: the run of this lab"></iframe>
            </section>
            <div class="caption-place">
                if let Some(beat) = shown {
                    <Caption known={known.clone()} {step} {beat} lecturing={lecturing.clone()} />
                }
            </div>
        </main>
    }
}

/// What a step asks: a prediction, an action or a challenge.
fn asks(props: &Props, step: usize, (acts, helped): (&Acts, bool), verdict: Verdict) -> Html {
    let Props { known, progress, .. } = props;
    let done = progress.of(&known.id);
    let Some(of) = known.lab.steps.get(step) else { return html! { <span></span> } };
    html! {
        <>
            <div>
                if of.prediction.is_some() {
                    <Prediction key={format!("prediction {step}")} known={known.clone()} {step} answered={done.answered.contains(&step)} onanswer={acts.onanswer.clone()} onif={acts.onif.clone()} />
                }
            </div>
            <div>
                if let Some(task) = of.task.clone() {
                    <Task key={format!("task {step}")} {task} {verdict} shown={helped} solved={done.solved.contains(&step)} onsolution={acts.onsolution.clone()} onagain={acts.onagain.clone()} />
                }
            </div>
        </>
    }
}

/// Begins the lecture.
fn present(lecturing: &Lecturing) -> Html {
    let onclick = lecturing.obey.reform(|_: MouseEvent| Asked::Present);
    html! {
        <button type="button" class="button quiet present" title="Before an audience: the diagram, and this lab step by step (v)" {onclick}>{ icon(Sign::Screen) }<span>{ "Present" }</span></button>
    }
}

/// Which keys there are.
fn keys_line() -> Html {
    html! {
        <p class="small keys-line">
            <kbd>{ "N" }</kbd>{ " next step, " }<kbd>{ "Shift+N" }</kbd>{ " the one before, " }<kbd>{ "v" }</kbd>{ " before an audience. All other keys are the sandbox's: " }
            <kbd>{ "→" }</kbd>{ " steps the run, " }<kbd>{ "Space" }</kbd>{ " plays it, " }<kbd>{ "?" }</kbd>{ " shows them all." }
        </p>
    }
}

/// What introduces the lab.
fn intro(known: &Known, onspot: &Callback<Spot>) -> Html {
    let lab = &known.lab;
    html! {
        <>
            <p class="claim">{ &lab.claim }</p>
            { blocks(&lab.intro, onspot) }
        </>
    }
}

/// A word where the text tells of another run than the one in the sandbox.
fn changed(known: &Known, step: usize, made: Option<&Document>, onagain: &Callback<()>) -> Option<Html> {
    let of = known.lab.steps.get(step)?;
    let made = made?;
    let given = known.lab.scenario_of(step);
    let is_same = made.scenario.script == given.script && made.scenario.is_same_world(given);
    (of.task.is_none() && !is_same).then(|| {
        html! {
            <div class="note">
                <p>{ if stage::is_what_if(&known.lab, step, &made.scenario) {
                    "This is the run that an answer speaks of. The step tells of another one; Start again leads back to it."
                } else {
                    "You have changed this run. The text tells of the run as it was."
                } }</p>
                <button type="button" class="button" onclick={onagain.reform(|_: MouseEvent| ())}>{ icon(Sign::Reset) }<span>{ "Start again" }</span></button>
            </div>
        }
    })
}

/// Puts a step into the sandbox whenever one is come to, or what is shown of it to an audience. The reader's own run is kept
/// where the step before had the same scenario, and found again after a lecture.
#[hook]
fn use_stage(
    frame: &Frame,
    known: &Known,
    place: (usize, Option<Beat>),
    progress: &UseReducerHandle<Progress>,
    helped: &UseStateHandle<bool>,
) {
    let before = use_mut_ref(|| None::<usize>);
    let (frame, progress, helped) = (frame.clone(), progress.clone(), helped.clone());
    use_effect_with((known.clone(), place), move |(known, (step, shown))| {
        let lab = &known.lab;
        progress.dispatch(Did::See(known.id.clone(), *step));
        if let Some(beat) = shown {
            // What the reader did a moment ago is kept before anything else takes its place.
            let home = before.take().zip(frame.document());
            if let Some((home, made)) = home {
                remember(&known.id, home, &made, *helped);
            }
            return frame.open(&stage::before_audience(lab, *step, *beat, frame.size()));
        }
        let before = before.replace(Some(*step));
        if let Some(mine) = before.is_none().then(|| recall(known, *step)).flatten() {
            helped.set(mine.helped);
            return frame.open(&mine.made);
        }
        let goes_on = before.is_some_and(|before| lab.scenario_of(before) == lab.scenario_of(*step));
        let mine =
            frame.document().filter(|mine| goes_on && mine.scenario.is_same_world(lab.scenario_of(*step)));
        if mine.is_none() {
            helped.set(false);
        }
        let asks = lab.steps.get(*step).is_some_and(|step| step.prediction.is_some());
        let hides = asks && !progress.of(&known.id).answered.contains(step);
        let mut document = stage::document(lab, *step, mine.as_ref(), hides, frame.size());
        document.quiz = hides;
        frame.open(&document);
    });
}

/// The heading of a step takes the focus when one comes to it, so that it is read from there; not when the page opens.
#[hook]
fn use_heading(step: usize) -> NodeRef {
    let heading = use_node_ref();
    let is_first = use_mut_ref(|| true);
    use_effect_with(step, {
        let heading = heading.clone();
        move |_| {
            if !is_first.replace(false)
                && let Some(heading) = heading.cast::<HtmlElement>()
            {
                let _ = heading.focus();
            }
        }
    });
    heading
}

/// What there is to say about the run that the reader has made.
#[hook]
fn use_verdict(known: &Known, step: usize, made: Option<&Document>) -> Verdict {
    // Where the playhead stands changes nothing: a run is judged once.
    let scenario = made.map(|made| made.scenario.clone());
    let verdict = use_memo((known.clone(), step, scenario), |(known, step, scenario)| {
        let task = known.lab.steps.get(*step).and_then(|step| step.task.as_ref());
        task.map_or(Verdict::Waiting, |task| judge(&known.lab, *step, task, scenario.as_ref()))
    });
    *verdict
}

/// What the reader has done by their own hand is kept.
#[hook]
fn use_solved(known: &Known, step: usize, is_done: bool, progress: &UseReducerHandle<Progress>) {
    let progress = progress.dispatcher();
    use_effect_with((known.clone(), step, is_done), move |(known, step, is_done)| {
        if *is_done {
            progress.dispatch(Did::Solve(known.id.clone(), *step));
        }
    });
}
