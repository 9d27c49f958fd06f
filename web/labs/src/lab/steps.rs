//! The way through a lab: back, next, and a dot for each step.

use lightcone_web::icons::{Sign, icon};
use yew::prelude::*;

use crate::course::Known;
use crate::place::Place;
use crate::progress::Done;

/// The way through a lab.
pub fn steps(known: &Known, step: usize, done: &Done) -> Html {
    let lab = &known.lab;
    let last = lab.steps.len().saturating_sub(1);
    let to = |step: usize| Place::Lab { id: known.id.to_string(), step };
    let going = |place: Place| Callback::from(move |_: MouseEvent| place.go());
    html! {
        <nav class="steps" aria-label="Steps">
            <button type="button" class="button" title="The step before (Shift+N)" disabled={step == 0} onclick={going(to(step.saturating_sub(1)))}>{ "Back" }</button>
            <ol class="dots">
                { for lab.steps.iter().enumerate().map(|(place, of)| {
                    let is_here = place == step;
                    let asks = of.task.is_some();
                    let class = classes!("dot", done.seen.contains(&place).then_some("seen"), asks.then_some("asks"), done.solved.contains(&place).then_some("solved"));
                    let more = if done.solved.contains(&place) { ", done" } else { "" };
                    html! { <li key={place.to_string()}>
                        <a {class} href={to(place).fragment()} aria-current={is_here.then_some("step")} title={of.title.clone()} aria-label={format!("Step {}: {}{more}", place + 1, of.title)}></a>
                    </li> }
                }) }
            </ol>
            if step < last {
                <button key="next" type="button" class="button strong" title="The next step (N)" onclick={going(to(step + 1))}>{ "Next" }{ icon(Sign::Right) }</button>
            } else {
                <button key="end" type="button" class="button strong" onclick={going(Place::Home)}>{ "All labs" }</button>
            }
        </nav>
    }
}
