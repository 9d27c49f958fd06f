//! The browser's own affairs: text in and out, files, the clipboard, storage.

use gloo::file::{Blob, ObjectUrl};
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{
    EventTarget, HtmlAnchorElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement,
};
use yew::prelude::*;

/// A clock in ms, to tell how long something took. Natively, where only tests run, it stands still.
pub fn ms() -> f64 {
    if cfg!(target_arch = "wasm32") { js_sys::Date::now() } else { 0.0 }
}

/// What stands in the field that an event comes from.
pub fn value(event: &Event) -> String {
    field_value(event.target())
}

/// What stands in the field that is being written in.
pub fn written(event: &InputEvent) -> String {
    field_value(event.target())
}

fn field_value(target: Option<EventTarget>) -> String {
    let Some(target) = target else { return String::new() };
    if let Some(field) = target.dyn_ref::<HtmlInputElement>() {
        return field.value();
    }
    if let Some(field) = target.dyn_ref::<HtmlSelectElement>() {
        return field.value();
    }
    target.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value).unwrap_or_default()
}

/// Whether the box that an event comes from is ticked.
pub fn ticked(event: &Event) -> bool {
    event.target_dyn_into::<HtmlInputElement>().is_some_and(|field| field.checked())
}

/// To what was open before.
pub fn back() {
    let _ = gloo::utils::history().back();
}

/// Presses the button that this finds, if it is there.
pub fn press(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(button) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// Brings the first such element into sight, and the keys to it.
pub fn look_at(selector: &str) {
    let element = document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.scroll_into_view();
        let _ = element.focus();
    }
}

/// The middle, in the window, of what this finds.
pub fn middle(selector: &str) -> Option<(f64, f64)> {
    let bounds = document().query_selector(selector).ok().flatten()?.get_bounding_client_rect();
    Some((bounds.left() + bounds.width() / 2.0, bounds.top() + bounds.height() / 2.0))
}

/// Hands a file to the reader.
pub fn download(name: &str, text: &str) {
    let blob = Blob::new_with_options(text, Some("application/json"));
    let url = ObjectUrl::from(blob);
    let anchor =
        document().create_element("a").ok().and_then(|anchor| anchor.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(anchor) = anchor {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // The browser has taken what it needs by then; a URL that is freed at once may not be read.
    gloo::timers::callback::Timeout::new(10_000, move || drop(url)).forget();
}

/// The address without its fragment.
pub fn base() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The address to hand on: without its fragment, and without what a lab asks of its frame.
pub fn page() -> String {
    base().split('?').next().unwrap_or_default().to_owned()
}

/// The fragment, with its `#`, empty if there is none.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// Whether another page, such as a lab's, shows this one in a frame.
pub fn is_framed() -> bool {
    window().parent().ok().flatten().is_some_and(|parent| parent != window())
}

/// A number from 1 to 999,999, by chance of the browser's own.
pub fn chance() -> u64 {
    (js_sys::Math::random() * 999_999.0) as u64 + 1
}
