//! Starts the page.

fn main() {
    lightcone_web::failure::show_failures();
    yew::Renderer::<lightcone_web::app::App>::new().render();
}
