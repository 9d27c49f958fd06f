//! What the page and the window with notes tell each other: both are of this host and in this browser, so no server and
//! no other machine hears it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::window;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};
use yew::prelude::*;

/// What the lecturer wants to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slip {
    /// What is shown.
    pub title: String,
    /// How far it has come.
    pub place: String,
    /// What has just happened.
    pub now: String,
    /// All that there is to say of it.
    pub prose: Vec<String>,
    /// What a step will show.
    pub next: String,
    /// Notes pinned to what has just happened.
    pub remarks: Vec<String>,
    /// Notes pinned to what comes, the next one first, each with its time.
    pub coming: Vec<String>,
    /// Whether it plays; `None` for what does not.
    pub playing: Option<bool>,
    /// Whether the audience sees a dark screen.
    pub black: bool,
}

/// What the window with notes asks of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// To tell how things stand.
    Tell,
    /// A step.
    Step,
    /// A step back.
    StepBack,
    /// To play, or pause.
    Play,
    /// To the beginning.
    ToStart,
    /// A dark screen, or no longer.
    Black,
}

/// One end of the way between the two windows. What is no message of theirs is not heard.
pub struct Channel {
    channel: Option<BroadcastChannel>,
    listener: Option<EventListener>,
}

impl Channel {
    /// Opens the way of this number, and hears what comes.
    pub fn open<T: DeserializeOwned>(number: u64, heard: impl Fn(T) + 'static) -> Channel {
        let channel = BroadcastChannel::new(&format!("lightcone.notes.{number}")).ok();
        let listener = channel.as_ref().map(|channel| {
            EventListener::new(channel, "message", move |event| {
                let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                if let Some(told) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                    heard(told);
                }
            })
        });
        Channel { channel, listener }
    }

    /// Tells the other window.
    pub fn tell(&self, what: &impl Serialize) {
        if let (Some(channel), Ok(text)) = (&self.channel, serde_json::to_string(what)) {
            let _ = channel.post_message(&text.into());
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        drop(self.listener.take());
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}

/// Tells the window with notes how things stand, if there is one, and has what it asks obeyed. `number` is theirs alone.
#[hook]
pub fn use_channel(number: u64, slip: Option<Slip>, obey: Callback<Order>) {
    let channel = use_mut_ref(|| None::<Channel>);
    let is_open = slip.is_some();
    let told = use_mut_ref(Slip::default);
    let obeys = use_mut_ref(|| obey.clone());
    *obeys.borrow_mut() = obey;
    if let Some(now) = slip.filter(|now| *told.borrow() != *now) {
        channel.borrow().iter().for_each(|channel| channel.tell(&now));
        *told.borrow_mut() = now;
    }
    use_effect_with(is_open, move |&is_open| {
        let way: Rc<RefCell<Option<Channel>>> = channel.clone();
        let heard = move |order| match order {
            Order::Tell => way.borrow().iter().for_each(|channel| channel.tell(&*told.borrow())),
            order => {
                let obey = obeys.borrow().clone();
                obey.emit(order);
            }
        };
        if is_open {
            *channel.borrow_mut() = Some(Channel::open(number, heard));
        }
        move || drop(channel.borrow_mut().take())
    });
}

/// Opens the window with notes of this number; `page` is the sandbox's address. Not every browser lets it.
pub fn open_window(page: &str, number: u64) -> bool {
    let address = format!("{page}?notes={number}");
    let features = "popup,width=900,height=640";
    let opened = window().open_with_url_and_target_and_features(&address, "lightcone-notes", features);
    matches!(opened, Ok(Some(_)))
}

/// What is said where it did not.
pub const NOT_OPENED: &str = "The browser did not open the window with notes: allow pop-ups for this page.";
