//! Light or dark: as the reader has chosen in the sandbox, else as their system has it.

use gloo::events::EventListener;
use gloo::utils::window;
use lightcone_web::hooks::media::{DARK, use_media};
use lightcone_web::store::look::{Habits, Shade};
use yew::prelude::*;

/// The class of the page's colours. The sandbox in the frame is another document of the same browser: what is chosen there
/// is told here as a change of what the browser keeps.
#[hook]
pub fn use_shade() -> &'static str {
    let shade = use_state_eq(|| Habits::recall().shade);
    let dark_system = use_media(DARK);
    use_effect_with((), {
        let shade = shade.setter();
        move |()| {
            let listener =
                EventListener::new(&window(), "storage", move |_| shade.set(Habits::recall().shade));
            move || drop(listener)
        }
    });
    match *shade {
        Shade::Dark => "dark",
        Shade::Auto if dark_system => "dark",
        _ => "light",
    }
}
