//! Labs from elsewhere: a file that is dropped or chosen, or `?lab=` with a path on the same host.

use std::rc::Rc;

use gloo::file::Blob;
use gloo::utils::window;
use lightcone_labs::{BadLab, read};
use lightcone_protocols::all;
use lightcone_web::keep;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, Response, Url};
use yew::prelude::*;

use crate::course::Known;
use crate::place::OPENED;

/// Where the tab keeps the file that is open, so that a reload takes nothing away.
const KEPT: &str = "lightcone.labs.opened";
/// A file that is larger is no lab.
const MAX_BYTES: f64 = 1_048_576.0;

/// Why a lab could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It cannot be read: where, and what would be right.
    Bad(BadLab),
    /// It did not come.
    Missing(String),
}

/// What came of opening a lab.
pub type Opening = Result<Known, Refused>;

/// Reads a lab's text and keeps it for a reload.
fn opened(name: &str, text: &str) -> Opening {
    let lab = read(name, text, all()).map_err(Refused::Bad)?;
    keep::set(KEPT, &format!("{name}\n{text}"));
    Ok(Known { id: OPENED.into(), lab: Rc::new(lab) })
}

/// The lab that this tab had open from a file.
pub fn recall() -> Option<Known> {
    let kept = keep::get(KEPT)?;
    let (name, text) = kept.split_once('\n')?;
    opened(name, text).ok()
}

/// Opens a file.
pub fn open_file(file: web_sys::File, open: Callback<Opening>) {
    let name = file.name();
    if file.size() > MAX_BYTES {
        return open.emit(Err(Refused::Missing(format!("{name} is larger than a lab may be."))));
    }
    let blob = Blob::from(web_sys::Blob::from(file));
    spawn_local(async move {
        let text = gloo::file::futures::read_as_text(&blob).await;
        open.emit(match text {
            Ok(text) => opened(&name, &text),
            Err(_) => Err(Refused::Missing(format!("{name} could not be read."))),
        });
    });
}

/// Opens what is dropped on the page.
pub fn dropped(event: &DragEvent, open: Callback<Opening>) {
    event.prevent_default();
    let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
    if let Some(file) = file {
        open_file(file, open);
    }
}

/// The lab that the address asks for by `?lab=`, if it does.
pub fn asked() -> Option<String> {
    let href = window().location().href().ok()?;
    Url::new(&href).ok()?.search_params().get("lab").filter(|path| !path.is_empty())
}

/// Fetches a lab from the page's own host.
pub fn fetch(path: String, open: Callback<Opening>) {
    spawn_local(async move {
        let missing = |why: String| Refused::Missing(format!("The lab {path} could not be opened: {why}."));
        let found = match own(&path) {
            None => Err("labs are opened from this page's own host only".to_owned()),
            Some(address) => text(&address).await,
        };
        open.emit(found.map_err(missing).and_then(|text| opened(&path, &text)));
    });
}

/// The whole address of a path, if it is on the page's own host.
fn own(path: &str) -> Option<String> {
    let here = window().location();
    let url = Url::new_with_base(path, &here.href().ok()?).ok()?;
    (url.origin() == here.origin().ok()?).then(|| url.href())
}

/// The text at an address, or why it did not come.
pub async fn text(address: &str) -> Result<String, String> {
    const SILENT: &str = "there is no connection to its host";
    let response = JsFuture::from(window().fetch_with_str(address)).await.map_err(|_| SILENT)?;
    let response =
        response.dyn_into::<Response>().ok().filter(Response::ok).ok_or("there is no such file")?;
    let text = JsFuture::from(response.text().map_err(|_| SILENT)?).await;
    text.ok().and_then(|text| text.as_string()).ok_or(SILENT.to_owned())
}
