//! What opens above the page: near where it was asked for, or on a narrow window as a sheet from below.

use gloo::events::EventListener;
use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

use crate::desk::use_desk;
use crate::icons::Sign;
use crate::parts::button::Button;

/// Properties of [`Sheet`].
#[derive(Properties, PartialEq)]
pub struct SheetProps {
    /// What it is.
    pub title: AttrValue,
    /// For tests and looks.
    pub name: &'static str,
    /// Where in the window it was asked for; without, it stands at the top right.
    #[prop_or_default]
    pub at: Option<(f64, f64)>,
    /// What it holds.
    pub children: Html,
}

/// A dialog that leaves the page at work. Escape and a click elsewhere close it.
#[component]
pub fn Sheet(props: &SheetProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    use_effect_with((), {
        let (node, close) = (node.clone(), desk.pop.clone());
        move |()| {
            // The focus goes back only to where the keyboard had put it: a button that was clicked must not answer to Space.
            let before =
                document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
            let before = before.filter(|element| element.matches(":focus-visible").unwrap_or(false));
            if let Some(sheet) = node.cast::<HtmlElement>() {
                let _ = sheet.focus();
            }
            let inside = node.clone();
            let listener = EventListener::new(&document(), "pointerdown", move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                let is_inside = inside.cast::<Element>().is_some_and(|sheet| sheet.contains(target.as_ref()));
                if !is_inside && !keeps_open(target.as_ref()) {
                    close.set(None);
                }
            });
            move || {
                drop(listener);
                let focused = document().active_element();
                let is_free = focused.is_none_or(|element| {
                    element.tag_name() == "BODY"
                        || element.closest("[data-sheet]").is_ok_and(|sheet| sheet.is_some())
                });
                if let Some(before) = before.filter(|_| is_free) {
                    let _ = before.focus();
                }
            }
        }
    });
    let place = props.at.map(|(x, y)| format!("--x: {x:.0}px; --y: {y:.0}px"));
    html! {
        <div class={classes!("sheet", props.at.is_some().then_some("placed"))} style={place} ref={node} tabindex="-1"
            role="dialog" aria-label={props.title.clone()} data-sheet={props.name}>
            <div class="sheet-head">
                <h2>{ props.title.clone() }</h2>
                { Button::new(Sign::Cross, "Close", desk.popping(None)).hint("Esc").class("quiet").html() }
            </div>
            <div class="sheet-body" tabindex="0">{ props.children.clone() }</div>
        </div>
    }
}

/// Whether this opens and closes sheets by itself: a press on it must not close what its click then opens again.
fn keeps_open(target: Option<&Node>) -> bool {
    let element = target.and_then(|node| node.dyn_ref::<Element>());
    element.is_some_and(|element| element.closest("[data-pops]").ok().flatten().is_some())
}
