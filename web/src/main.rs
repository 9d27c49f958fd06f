//! Starts the page.
use yew::prelude::*;
#[component]
fn App() -> Html { html! { <main><h1>{ "Lightcone" }</h1></main> } }
fn main() { yew::Renderer::<App>::new().render(); }
