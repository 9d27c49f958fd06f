//! The door for JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

/// [`crate::measure`], as JSON.
#[wasm_bindgen]
pub fn measure(lengths: Vec<u32>) -> String {
    let lengths: Vec<u64> = lengths.into_iter().map(u64::from).collect();
    match crate::measure(&lengths, clock()) {
        Ok(figures) => serde_json::to_string(&figures).unwrap_or_default(),
        Err(error) => error,
    }
}

/// [`crate::explore::explore`], as JSON.
#[wasm_bindgen]
pub fn explore(system: &str) -> String {
    match crate::explore::explore(system, clock()) {
        Ok(gone) => serde_json::to_string(&gone).unwrap_or_default(),
        Err(error) => error,
    }
}

/// Milliseconds, by `performance.now`.
fn clock() -> impl Fn() -> f64 {
    let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into()).unwrap_or_default();
    let now =
        js_sys::Reflect::get(&performance, &"now".into()).map(js_sys::Function::from).unwrap_or_default();
    move || now.call0(&performance).ok().and_then(|now| now.as_f64()).unwrap_or(0.0)
}
