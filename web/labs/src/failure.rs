//! When the page itself fails: what happened, instead of a blank page. Nothing of the app can be relied on then.

use gloo::utils::document;
use wasm_bindgen::JsValue;
use web_sys::Element;

/// From now on a failure is shown.
pub fn show_failures() {
    yew::set_custom_panic_hook(Box::new(|info| {
        gloo::console::error!(info.to_string());
        // If even this fails, the console has said it.
        let _ = show(&info.to_string());
    }));
}

fn show(what: &str) -> Result<(), JsValue> {
    let Some(body) = document().body() else { return Ok(()) };
    if document().get_element_by_id("failure").is_some() {
        return Ok(());
    }
    let make = |tag: &str, text: &str| -> Result<Element, JsValue> {
        let element = document().create_element(tag)?;
        element.set_text_content(Some(text));
        Ok(element)
    };
    let page = make("div", "")?;
    page.set_id("failure");
    page.set_attribute("role", "alert")?;
    page.append_child(&make("h1", "The labs have stopped")?.into())?;
    page.append_child(&make("p", "This is a fault of the page. What you have done so far is kept.")?.into())?;
    // It is start.js that reloads: here nothing may answer any more.
    let reload = make("button", "Reload")?;
    reload.set_id("reload");
    page.append_child(&reload)?;
    page.append_child(&make("pre", what)?.into())?;
    body.append_child(&page)?;
    Ok(())
}
