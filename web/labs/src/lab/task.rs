//! Something asked of the reader: an action, or a challenge whose goal they have to bring about.

use lightcone_labs::{Task as Asked, TaskKind};
use lightcone_web::icons::{Sign, icon};
use yew::prelude::*;

use crate::lab::prose::marked;
use crate::lab::verdict::Verdict;

/// Properties of [`Task`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is asked.
    pub task: Asked,
    /// What there is to say about the reader's run.
    pub verdict: Verdict,
    /// Whether the solution was shown.
    pub shown: bool,
    /// Whether the reader has done it before.
    pub solved: bool,
    /// Shows the solution.
    pub onsolution: Callback<()>,
    /// Begins again.
    pub onagain: Callback<()>,
}

/// Something asked of the reader.
#[component]
pub fn Task(props: &Props) -> Html {
    let hinted = use_state_eq(|| false);
    let task = &props.task;
    let onhint = {
        let hinted = hinted.clone();
        Callback::from(move |_: MouseEvent| hinted.set(!*hinted))
    };
    let (onsolution, onagain) =
        (props.onsolution.reform(|_: MouseEvent| ()), props.onagain.reform(|_: MouseEvent| ()));
    let (title, label) = match task.kind {
        TaskKind::Action => ("Do it", "Action"),
        TaskKind::Challenge => ("Challenge", "Challenge"),
    };
    html! {
        <section class="ask task" aria-label={label}>
            <h3>{ title }</h3>
            <p class="question">{ marked(&task.goal) }</p>
            <p class={classes!("verdict", sort(props.verdict))} role="status" data-verdict={sort(props.verdict)}>{ sign(props.verdict) }<span>{ words(props) }</span></p>
            <div class="row">
                if task.hint.is_some() {
                    <button type="button" class="button" aria-expanded={if *hinted { "true" } else { "false" }} onclick={onhint}>{ "Hint" }</button>
                }
                <button type="button" class="button" onclick={onsolution} disabled={task.solution.is_empty()}>{ "Show a solution" }</button>
                <button type="button" class="button" onclick={onagain}>{ icon(Sign::Reset) }<span>{ "Start again" }</span></button>
            </div>
            <div class="hint-text" role="status">{ task.hint.as_ref().filter(|_| *hinted).map(|hint| html! { <p>{ marked(hint) }</p> }) }</div>
        </section>
    }
}

fn sort(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Waiting => "waiting",
        Verdict::Elsewhere => "elsewhere",
        Verdict::TooLong => "too-long",
        Verdict::NotYet => "not-yet",
        Verdict::Done => "done",
    }
}

fn sign(verdict: Verdict) -> Html {
    match verdict {
        Verdict::Done => icon(Sign::Check),
        Verdict::Elsewhere | Verdict::TooLong => icon(Sign::Alert),
        Verdict::Waiting | Verdict::NotYet => {
            html! { <span class="choice-sign" aria-hidden="true">{ "○" }</span> }
        }
    }
}

fn words(props: &Props) -> &'static str {
    match (props.verdict, props.shown) {
        (Verdict::Waiting, _) => "The sandbox is on its way.",
        (Verdict::Elsewhere, _) => {
            "This is another run than the one that is asked about. Start again to come back to it."
        }
        (Verdict::TooLong, _) => "This run has become too long to be judged. Start again.",
        (Verdict::NotYet, _) if props.solved => "Not in this run. You have done it before.",
        (Verdict::NotYet, _) => "Not yet.",
        (Verdict::Done, true) => "Done, with the solution shown. Start again to find a way of your own.",
        (Verdict::Done, false) => "Done!",
    }
}
