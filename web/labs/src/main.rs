//! Starts the page of the labs.

use lightcone_web::failure::{Apology, show_failures};

fn main() {
    show_failures(Apology {
        title: "The labs have stopped",
        text: "This is a fault of the page. What you have done so far is kept.",
        scenario: false,
    });
    yew::Renderer::<lightcone_web_labs::app::App>::new().render();
}
