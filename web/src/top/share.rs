//! Sharing: a link to this very moment, and files.

use gloo::file::Blob;
use gloo::utils::window;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::desk::{Opening, use_desk};
use crate::dom;
use crate::hooks::address::{Shelf, flush};
use crate::icons::Sign;
use crate::lazy;
use crate::link;
use crate::parts::button::Button;
use crate::store::look::Look;
use crate::store::work::Work;

/// What [`SHARE`] is drawn from.
#[derive(Clone, Properties)]
pub struct ShareProps {
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// How it is looked at.
    pub look: UseReducerHandle<Look>,
    /// Where the address is kept in step.
    pub shelf: Shelf,
}

impl PartialEq for ShareProps {
    fn eq(&self, other: &ShareProps) -> bool {
        self.work == other.work && self.look == other.look
    }
}

lazy::chunk! {
    /// Sharing.
    pub static SHARE: share(ShareProps) = |props| html! { <Share ..props.clone() /> };
}

#[component]
fn Share(props: &ShareProps) -> Html {
    let desk = use_desk();
    let quiz = use_state_eq(|| false);
    let told = use_state_eq(|| "");
    let (field, file) = (use_node_ref(), use_node_ref());
    let mut document = link::document(&props.work, &props.look);
    document.quiz = *quiz;
    let fragment = link::fragment(&document);
    let too_long = link::is_too_long(&fragment);
    let link = format!("{}#{fragment}", dom::page());
    let oncopy = {
        let (link, shelf, field, told) = (link.clone(), props.shelf.clone(), field.clone(), told.setter());
        Callback::from(move |_| {
            flush(&shelf);
            copy(link.clone(), field.clone(), told.clone());
        })
    };
    let onsave = Callback::from({
        let name = format!("{}.lightcone.json", document.scenario.protocol);
        let text = lightcone_formats::link::to_json(&document);
        move |_| dom::download(&name, &text)
    });
    let onquiz = {
        let quiz = quiz.setter();
        Callback::from(move |event: Event| quiz.set(dom::ticked(&event)))
    };
    html! {
        <>
            <div hidden={too_long}>
                <p>{ "This link opens the same run at the same moment, edits and all." }</p>
                <input ref={field} class="link" type="text" readonly=true value={link} aria-label="Link" onclick={Callback::from(select)} />
                <label class="tick"><input type="checkbox" checked={*quiz} onchange={onquiz} /><span>{ "As a quiz: hide what happens after this moment" }</span></label>
                <div class="row">
                    { Button::new(Sign::Link, "Copy link", oncopy).worded().class("strong").html() }
                    <span role="status" class="told">{ *told }</span>
                </div>
            </div>
            <p hidden={!too_long}>{ "With this many edits a link would be too long to travel safely. A file holds it all." }</p>
            <h3>{ "File" }</h3>
            <div class="row">
                { Button::new(Sign::Save, "Save file", onsave).worded().html() }
                { open_file(&file, &desk.open) }
            </div>
            <p class="small">{ "A file can also be dropped anywhere on the page." }</p>
        </>
    }
}

fn select(event: MouseEvent) {
    if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
        field.select();
    }
}

/// Copies a link; where the browser forbids it, marks the link for the reader to copy.
fn copy(link: String, field: NodeRef, told: UseStateSetter<&'static str>) {
    let by_hand = move |told: &UseStateSetter<&'static str>| {
        if let Some(field) = field.cast::<HtmlInputElement>() {
            let _ = field.focus();
            field.select();
        }
        told.set("Press Ctrl+C to copy the marked link.");
    };
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok();
    let clipboard = clipboard.and_then(|clipboard| clipboard.dyn_into::<web_sys::Clipboard>().ok());
    let Some(clipboard) = clipboard else { return by_hand(&told) };
    spawn_local(async move {
        match wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&link)).await {
            Ok(_) => told.set("Copied."),
            Err(_) => by_hand(&told),
        }
    });
}

/// Opens a file from the reader's machine, through this field.
fn open_file(field: &NodeRef, open: &Callback<Opening>) -> Html {
    let onclick = {
        let field = field.clone();
        Callback::from(move |_| {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                field.click();
            }
        })
    };
    let onchange = {
        let open = open.clone();
        Callback::from(move |event: Event| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            if let Some(file) = field.files().and_then(|files| files.get(0)) {
                read(file, open.clone());
            }
            // So that the same file can be chosen again.
            field.set_value("");
        })
    };
    html! {
        <span class="open-file">
            { Button::new(Sign::Folder, "Open file", onclick).worded().html() }
            <input ref={field.clone()} type="file" accept=".json,application/json" class="unseen" tabindex="-1" aria-label="File to open" {onchange} />
        </span>
    }
}

/// Reads a file and hands it over; what is far too large is not read.
pub fn read(file: web_sys::File, open: Callback<Opening>) {
    if file.size() > lightcone_formats::link::MAX_FILE as f64 {
        return open.emit(Opening::Unreadable("it is larger than any scenario".to_owned()));
    }
    let blob = Blob::from(web_sys::Blob::from(file));
    spawn_local(async move {
        match gloo::file::futures::read_as_text(&blob).await {
            Ok(text) => open.emit(Opening::File(text)),
            Err(_) => open.emit(Opening::Unreadable("it is not text".to_owned())),
        }
    });
}
