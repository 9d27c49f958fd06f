//! Starts the page of the labs.

fn main() {
    lightcone_web_labs::failure::show_failures();
    yew::Renderer::<lightcone_web_labs::app::App>::new().render();
}
