//! What is in sight.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry};
use yew::prelude::*;

/// Whether an element is in sight.
#[hook]
pub fn use_in_sight(node: &NodeRef) -> bool {
    let in_sight = use_state_eq(|| false);
    use_effect_with(node.clone(), {
        let set = in_sight.setter();
        move |node| {
            let seen = Closure::<dyn Fn(Array)>::new(move |changes: Array| {
                // The last change is how it is now.
                let last =
                    changes.iter().last().and_then(|last| last.dyn_into::<IntersectionObserverEntry>().ok());
                if let Some(last) = last {
                    set.set(last.is_intersecting());
                }
            });
            let observer = IntersectionObserver::new(seen.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, node.cast::<Element>()) {
                observer.observe(&element);
            }
            move || {
                observer.iter().for_each(IntersectionObserver::disconnect);
                drop(seen);
            }
        }
    });
    *in_sight
}
