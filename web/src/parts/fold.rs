//! A panel with a heading that folds.

use yew::prelude::*;

use crate::desk::Desk;
use crate::icons::{Sign, icon};
use crate::store::look::HabitsAction;

/// A panel with a heading that folds. Its name is for tests and for the reader's habits, `aside` stands beside its
/// heading, and what it holds is made only while it is unfolded.
pub fn fold(
    desk: &Desk,
    name: &'static str,
    title: impl Into<AttrValue>,
    aside: Html,
    folded: bool,
    body: &dyn Fn() -> Html,
) -> Html {
    let title: AttrValue = title.into();
    html! {
        <section class="panel" data-panel={name} id={format!("panel-{name}")} aria-labelledby={format!("head-{name}")}>
            <header class="panel-head">
                <h2 id={format!("head-{name}")}>
                    <button type="button" class="fold" aria-expanded={if folded { "false" } else { "true" }}
                        onclick={desk.habit(HabitsAction::Fold(name.to_owned()))}>
                        { icon(if folded { Sign::Right } else { Sign::Down }) }
                        <span>{ title }</span>
                    </button>
                </h2>
                <div class="panel-aside">{ aside }</div>
            </header>
            <div class="panel-body" hidden={folded}>
                { if folded { Html::default() } else { body() } }
            </div>
        </section>
    }
}
