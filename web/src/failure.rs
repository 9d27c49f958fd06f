//! When the page itself fails: what happened, and the scenario to take along, instead of a blank page.
//!
//! Nothing of the app can be relied on then, so this touches the document alone.

use std::cell::RefCell;
use std::panic::PanicHookInfo;

use gloo::utils::document;
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::dom;
use crate::hooks::address::{Shelf, flush};
use crate::store::run::protocol;

thread_local! {
    /// Where the document at work can be found when all else fails.
    static KEEPER: RefCell<Option<Shelf>> = const { RefCell::new(None) };
}

/// Tells where the document at work is kept.
pub fn keep(shelf: &Shelf) {
    KEEPER.set(Some(shelf.clone()));
}

/// What a page says when it fails.
#[derive(Clone, Copy, Debug)]
pub struct Apology {
    /// That it has stopped.
    pub title: &'static str,
    /// What became of what was done.
    pub text: &'static str,
    /// Whether its address is a scenario, to be taken along.
    pub scenario: bool,
}

/// What this page says.
pub const APOLOGY: Apology = Apology {
    title: "Lightcone has stopped",
    text: "This is a fault of the page, not of your scenario. Reload the page to go on; the line below opens the scenario as it last stood.",
    scenario: true,
};

/// From now on a failure is shown.
pub fn show_failures(apology: Apology) {
    yew::set_custom_panic_hook(Box::new(move |info| {
        gloo::console::error!(info.to_string());
        // If even this fails, the console has said it.
        let _ = show(apology, info);
    }));
}

/// The page cannot begin, since the code of the protocol that its address asks for did not come.
pub fn show_not_fetched(name: &str) {
    let title = protocol(name).map_or(name, |entry| entry.title);
    let document = document();
    let Some(line) = document.get_element_by_id("starting-line") else { return };
    line.set_text_content(Some(&format!(
        "{title} could not be loaded: a part of the page did not come. The address still holds the run. "
    )));
    // As below: start.js reloads.
    if let Ok(again) = document.create_element("button") {
        again.set_id("reload");
        again.set_text_content(Some("Try again"));
        let _ = line.append_child(&again);
    }
}

fn show(apology: Apology, info: &PanicHookInfo<'_>) -> Result<(), JsValue> {
    let document = document();
    let Some(body) = document.body() else { return Ok(()) };
    if document.get_element_by_id("failure").is_some() {
        return Ok(());
    }
    let make = |tag: &str, text: &str| -> Result<Element, JsValue> {
        let element = document.create_element(tag)?;
        element.set_text_content(Some(text));
        Ok(element)
    };
    let page = make("div", "")?;
    page.set_id("failure");
    page.set_attribute("role", "alert")?;
    page.append_child(&make("h1", apology.title)?.into())?;
    page.append_child(&make("p", apology.text)?.into())?;
    let link = make("textarea", &address())?;
    link.set_attribute("readonly", "")?;
    link.set_attribute("rows", "4")?;
    link.set_attribute("aria-label", "Link to the scenario")?;
    if apology.scenario {
        page.append_child(&link)?;
    }
    let ways = make("p", "")?;
    // It is start.js that reloads: here nothing may answer any more.
    let reload = make("button", "Reload")?;
    reload.set_id("reload");
    ways.append_child(&reload)?;
    let afresh = make("a", "Begin afresh, without the scenario")?;
    afresh.set_attribute("href", &dom::base())?;
    if apology.scenario {
        ways.append_child(&afresh)?;
    }
    page.append_child(&ways)?;
    page.append_child(&make("pre", &info.to_string())?.into())?;
    body.append_child(&page)?;
    // What was done last may not stand in the address yet. If writing it down fails as well, all the above stands.
    if let Some(shelf) = KEEPER.take() {
        flush(&shelf);
    }
    link.set_text_content(Some(&address()));
    Ok(())
}

fn address() -> String {
    format!("{}{}", dom::page(), dom::fragment())
}
