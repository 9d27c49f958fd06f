//! Starts the page.

fn main() {
    lightcone_web::failure::show_failures();
    lightcone_web::app::start();
}
