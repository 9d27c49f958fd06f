//! Parts of the page that the first view does without: each is fetched, as a chunk of WebAssembly, when it is first shown.
//!
//! ```ignore
//! lazy::chunk! {
//!     /// The table.
//!     static TABLE: table(TableProps) = |props| html! { <Table ..props.clone() /> };
//! }
//!
//! html! { <Lazy<TableProps> part={&TABLE} with={props} /> }
//! ```
//!
//! The first name is how it is called here, the second the name of its file, unique on the page; then what it is drawn
//! from, and what draws it, which captures nothing and uses no hooks itself: components that it shows may. All that only
//! this function reaches lies in the chunk: a call from anywhere else would bring it back into the main module. Where the
//! page is built in one piece (`cargo test`, plain Trunk), nothing is fetched and the part is drawn at once.

use std::sync::OnceLock;

pub use lightcone_protocols::chunk::{Fetching, NotFetched};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::icons::Sign;
use crate::parts::button::Button;

/// Draws a part of the page.
pub type Draw<P> = fn(&P) -> Html;

/// A part of the page that comes by itself.
#[derive(Debug)]
pub struct Part<P: 'static> {
    fetch: fn() -> Fetching<Draw<P>>,
    here: OnceLock<Draw<P>>,
}

impl<P> Part<P> {
    /// A part that is had like this; [`chunk!`] says how.
    pub const fn new(fetch: fn() -> Fetching<Draw<P>>) -> Part<P> {
        Part { fetch, here: OnceLock::new() }
    }

    /// Fetches it, unless it is here. Ahead of need, that may spare the reader the wait.
    pub async fn fetch(&self) -> Result<Draw<P>, NotFetched> {
        match self.here.get() {
            Some(draw) => Ok(*draw),
            None => (self.fetch)().await.map(|draw| *self.here.get_or_init(|| draw)),
        }
    }
}

/// Makes a [`Part`]; see the head of this module.
macro_rules! chunk {
    ($(#[$about:meta])* $seen:vis static $part:ident: $chunk:ident($props:ty) = $draw:expr;) => {
        $(#[$about])*
        $seen static $part: $crate::lazy::Part<$props> = {
            #[cfg(feature = "split")]
            #[wasm_split_helpers::wasm_split($chunk, fallible)]
            fn enter_chunk() -> Result<$crate::lazy::Draw<$props>, $crate::lazy::NotFetched> {
                Ok($draw)
            }
            #[cfg(not(feature = "split"))]
            async fn enter_chunk() -> Result<$crate::lazy::Draw<$props>, $crate::lazy::NotFetched> {
                Ok($draw)
            }
            $crate::lazy::Part::new(|| Box::pin(enter_chunk()))
        };
    };
}

pub(crate) use chunk;

/// Properties of [`Lazy`].
#[derive(Properties)]
pub struct LazyProps<P: PartialEq + 'static> {
    /// What to show.
    pub part: &'static Part<P>,
    /// What it is drawn from.
    pub with: P,
}

impl<P: PartialEq> PartialEq for LazyProps<P> {
    fn eq(&self, other: &LazyProps<P>) -> bool {
        std::ptr::eq(self.part, other.part) && self.with == other.with
    }
}

/// Shows a part of the page once it is here. Until then it says that it is on its way, and if it did not come, that, with
/// a way to try again.
#[component]
pub fn Lazy<P: PartialEq + 'static>(props: &LazyProps<P>) -> Html {
    let part = props.part;
    let came = use_state_eq(|| true);
    // How often it was tried; it only has to differ from before.
    let tries = use_state_eq(|| 0_u32);
    let drawn = use_state_eq(|| false);
    use_effect_with(*tries, {
        let (came, drawn) = (came.setter(), drawn.setter());
        move |_| {
            if part.here.get().is_none() {
                spawn_local(async move {
                    match part.fetch().await {
                        Ok(_) => drawn.set(true),
                        Err(NotFetched) => came.set(false),
                    }
                });
            }
        }
    });
    if let Some(draw) = part.here.get() {
        return draw(&props.with);
    }
    let again = {
        let (came, tries) = (came.setter(), tries.clone());
        Callback::from(move |_| {
            came.set(true);
            tries.set(*tries + 1);
        })
    };
    html! {
        <div class="lazy">
            <p class="small" role="status" hidden={!*came}>{ "Loading…" }</p>
            <div role="alert" hidden={*came}>
                <p>{ "This part of the page could not be loaded. Your run is as it was." }</p>
                { Button::new(Sign::Reset, "Try again", again).worded().html() }
            </div>
        </div>
    }
}
