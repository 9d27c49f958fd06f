//! A panel with a heading that folds.

use yew::prelude::*;

use crate::desk::use_desk;
use crate::icons::{Icon, Sign};
use crate::store::look::HabitsAction;

/// Properties of [`Fold`].
#[derive(Properties, PartialEq)]
pub struct FoldProps {
    /// Its name, for tests and for the reader's habits.
    pub name: &'static str,
    /// Its heading.
    pub title: AttrValue,
    /// A few words beside the heading.
    #[prop_or_default]
    pub aside: Html,
    /// Whether it is folded.
    pub folded: bool,
    /// What it holds.
    pub children: Html,
}

/// A panel with a heading that folds.
#[component]
pub fn Fold(props: &FoldProps) -> Html {
    let desk = use_desk();
    let name = props.name;
    html! {
        <section class="panel" data-panel={name} id={format!("panel-{name}")} aria-labelledby={format!("head-{name}")}>
            <header class="panel-head">
                <h2 id={format!("head-{name}")}>
                    <button type="button" class="fold" aria-expanded={if props.folded { "false" } else { "true" }}
                        onclick={desk.habit(HabitsAction::Fold(name.to_owned()))}>
                        <Icon sign={if props.folded { Sign::Right } else { Sign::Down }} />
                        <span>{ props.title.clone() }</span>
                    </button>
                </h2>
                <div class="panel-aside">{ props.aside.clone() }</div>
            </header>
            <div class="panel-body" hidden={props.folded}>
                { if props.folded { Html::default() } else { props.children.clone() } }
            </div>
        </section>
    }
}
