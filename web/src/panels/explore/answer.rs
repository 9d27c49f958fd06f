//! What a search has found out, in words.

use std::rc::Rc;

use gloo::utils::window;
use lightcone_explore::ASKED_FOR;
use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use crate::desk::Desk;
use crate::icons::Sign;
use crate::panels::explore::job::{Over, Story, Told, Under};
use crate::parts::button::Button;
use crate::words;

/// How far below the window an answer may begin that the reader still waits for: the height of some lines, in CSS pixels.
const NEAR: f64 = 160.0;

/// How far a search has come.
pub fn progress(under: &Under) -> Html {
    let report = &under.report;
    let speed = if under.ms > 0.0 { (report.distinct as f64 / under.ms * 1e3) as u64 } else { 0 };
    let fact = |name: &'static str, value: String| html! { <div class="fact"><dt>{ name }</dt><dd>{ value }</dd></div> };
    html! {
        <dl class="explore-facts">
            { fact("states", grouped(report.distinct)) }
            { fact("depth", report.depth.to_string()) }
            { fact("to go on from", grouped(report.frontier)) }
            { fact("states a second", grouped(speed)) }
            { fact("memory", format!("{:.1} MB", report.bytes as f64 / 1e6)) }
        </dl>
    }
}

/// A number with a thin gap at the thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut told = String::with_capacity(digits.len() + 6);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push('\u{202f}');
        }
        told.push(digit);
    }
    told
}

/// Properties of [`Answer`].
#[derive(Properties, PartialEq)]
pub struct AnswerProps {
    /// What was found out.
    pub told: Rc<Told>,
    /// Ways to change the stores.
    pub desk: Desk,
    /// The number of the document.
    pub number: u32,
}

/// What a search has found out.
#[component]
pub fn Answer(props: &AnswerProps) -> Html {
    let told = &props.told;
    let whole = use_node_ref();
    use_effect_with(Rc::as_ptr(told), {
        let whole = whole.clone();
        move |_| whole.cast::<Element>().iter().for_each(bring_into_sight)
    });
    let (class, head) = match (&told.story, told.over) {
        (Some(story), _) if story.property == ASKED_FOR => ("yes", "Yes, this can happen.".to_owned()),
        (Some(story), _) => ("broken", format!("Violated: {}.", story.property)),
        (None, Over::Ended) => ("never", "Never.".to_owned()),
        (None, Over::Full) => ("open", "Not finished: the memory that it may take is full.".to_owned()),
        (None, Over::Stopped) => ("open", "Not finished: you stopped it.".to_owned()),
    };
    html! {
        <div ref={whole} class={classes!("explore-answer", class)} data-answer={class}>
            <p class="explore-head">{ head }</p>
            { match &told.story {
                Some(story) => found(story, told, &props.desk),
                None => html! { <p>{ without(told) }</p> },
            } }
            { for told.under.report.never().map(|name| html! { <p class="explore-head">{ format!("In no schedule {name}.") }</p> }) }
            { progress(&told.under) }
            { sometimes(told) }
            <details class="small">
                <summary>{ "What was assumed" }</summary>
                <ul>{ for told.assumed.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
                <p>{ format!("Watched: {}.", told.watched.join(", ")) }</p>
            </details>
        </div>
    }
}

/// An answer that comes below the edge is brought into sight, unless the reader has gone elsewhere meanwhile.
fn bring_into_sight(answer: &Element) {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    let top = answer.get_bounding_client_rect().top();
    if (0.0..height + NEAR).contains(&top) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        answer.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// What is known where nothing was found.
fn without(told: &Told) -> String {
    let report = &told.under.report;
    if !report.finished {
        return format!(
            "It does not happen within {} steps, nor in any of the {} states that were met.",
            report.depth.saturating_sub(1),
            grouped(report.distinct)
        );
    }
    let stand_for = match report.stand_for {
        same if same == report.distinct => String::new(),
        all => format!(", which stand for {},", grouped(all)),
    };
    format!(
        "It does not happen in any of the {} states{stand_for} that these assumptions allow. States are told apart by fingerprints of 64 \
         bits: the chance that two were taken for one is below {:.0e}.",
        grouped(report.distinct),
        report.collision_bound().max(1e-18)
    )
}

/// What is promised to come about, and has.
fn sometimes(told: &Told) -> Html {
    let all = told.under.report.sometimes.iter();
    let is_so: Vec<&str> = all.filter(|(_, is_so)| *is_so).map(|(name, _)| *name).collect();
    html! { <p class="small" hidden={is_so.is_empty()}>{ format!("Sometimes {}.", is_so.join(", ")) }</p> }
}

fn found(story: &Story, told: &Told, desk: &Desk) -> Html {
    let at = told.at;
    let steps = match story.steps.len() {
        0 => "It is so from the beginning.".to_owned(),
        1 => "One step leads there:".to_owned(),
        count if told.may_be_long => format!("{count} steps lead there, perhaps more than are needed:"),
        count => format!("No fewer than {count} steps lead there:"),
    };
    let show = match &story.scenario {
        Ok(scenario) => {
            let (desk, scenario) = (desk.clone(), scenario.clone());
            let show = Callback::from(move |_: MouseEvent| {
                desk.apply(scenario.clone());
                desk.go(Key::end_of(at.unwrap_or(Ns::ZERO)));
            });
            let hint = "In place of the run on the page; Undo brings that back";
            html! { <div class="row">{ Button::new(Sign::Go, "Show this run", show).worded().hint(hint).html() }</div> }
        }
        Err(why) => html! { <p class="small">{ format!("It cannot be shown as a run: {why}.") }</p> },
    };
    html! {
        <>
            <p>{ &story.text }</p>
            { show }
            <p class="small">{ steps }</p>
            <ol class="explore-steps">{ for story.steps.iter().map(|step| html! { <li>{ step }</li> }) }</ol>
            <p class="small" hidden={at.is_none()}>{ format!("Counted from {} on.", words::clock(at.unwrap_or(Ns::ZERO))) }</p>
        </>
    }
}
