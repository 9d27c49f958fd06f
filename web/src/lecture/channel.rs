//! What the page and the window with notes tell each other: both are of this host and in this browser, so no server and
//! no other machine hears it.

use gloo::events::EventListener;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

/// What the lecturer wants to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slip {
    /// What is shown.
    pub title: String,
    /// The playhead's time.
    pub clock: String,
    /// How many events have happened, of how many.
    pub place: (usize, usize),
    /// What has just happened.
    pub now: String,
    /// What a step will show.
    pub next: String,
    /// Notes pinned to what has just happened.
    pub remarks: Vec<String>,
    /// Notes pinned to what comes, the next one first, each with its time.
    pub coming: Vec<String>,
    /// Whether it plays.
    pub playing: bool,
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
