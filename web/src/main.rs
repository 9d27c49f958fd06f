//! Starts the page, or the window with its notes.

use lightcone_protocols::chunk;
use lightcone_web::app::App;
use lightcone_web::failure;
use lightcone_web::hooks::address;
use lightcone_web::lecture::notes::{self, NotesPage, NotesProps};
use yew::platform::spawn_local;

fn main() {
    failure::show_failures(failure::APOLOGY);
    if let Some(number) = notes::number() {
        yew::Renderer::<NotesPage>::with_props(NotesProps { number }).render();
        return;
    }
    match address::scenario_at_start().filter(|wanted| !chunk::is_here(wanted)) {
        None => start(),
        // What index.html shows stands until then.
        Some(wanted) => spawn_local(async move {
            match chunk::fetch(&wanted).await {
                Ok(()) => start(),
                Err(_) => failure::show_not_fetched(&wanted.protocol),
            }
        }),
    }
}

fn start() {
    yew::Renderer::<App>::new().render();
}
