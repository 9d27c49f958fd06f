//! The size of an element, as it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Width and height of an element's inside, in px; nothing until it stands.
#[hook]
pub fn use_size(node: &NodeRef) -> Option<(f64, f64)> {
    let size = use_state_eq(|| None);
    let set = size.setter();
    use_effect_with(node.clone(), move |node| {
        let watch = node.cast::<Element>().and_then(|element| {
            let measured = element.clone();
            let seen = Closure::<dyn Fn()>::new(move || {
                set.set(Some((f64::from(measured.client_width()), f64::from(measured.client_height()))));
            });
            let observer = ResizeObserver::new(seen.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, seen))
        });
        move || {
            if let Some((observer, seen)) = watch {
                observer.disconnect();
                drop(seen);
            }
        }
    });
    *size
}
