//! The labs: the course as a page of its own beside the sandbox, which it shows in a frame.
//!
//! The sandbox is driven through its address alone: what a step shows is a link that is opened in the frame, and what the
//! reader has made is the link that the frame then bears. [`place`] is where the reader is, [`progress`] what they have done,
//! [`home`] the list of labs, [`course`] where they are fetched, [`lab`] one lab beside its sandbox, and [`lecture`] one before
//! an audience.

#![deny(clippy::unwrap_used)]

pub mod app;
pub mod course;
pub mod fit;
pub mod home;
pub mod lab;
pub mod lecture;
pub mod place;
pub mod progress;
pub mod shade;
pub mod source;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
