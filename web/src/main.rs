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
    match address::protocol_at_start().filter(|name| !chunk::is_here(name)) {
        None => start(),
        // What index.html shows stands until then.
        Some(name) => spawn_local(async move {
            match chunk::fetch(&name).await {
                Ok(()) => start(),
                Err(_) => failure::show_not_fetched(&name),
            }
        }),
    }
}

fn start() {
    yew::Renderer::<App>::new().render();
}
