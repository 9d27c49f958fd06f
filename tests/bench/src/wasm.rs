//! The door for JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

/// [`crate::measure`], as JSON.
#[wasm_bindgen]
pub fn measure(events: u32) -> String {
    let now = || {
        js_sys::Reflect::get(&js_sys::global(), &"performance".into())
            .ok()
            .and_then(|performance| {
                js_sys::Reflect::get(&performance, &"now".into()).ok().map(|now| (performance, now))
            })
            .and_then(|(performance, now)| js_sys::Function::from(now).call0(&performance).ok())
            .and_then(|now| now.as_f64())
            .unwrap_or(0.0)
    };
    match crate::measure(u64::from(events), now) {
        Ok(figures) => serde_json::to_string(&figures).unwrap_or_default(),
        Err(error) => error,
    }
}
