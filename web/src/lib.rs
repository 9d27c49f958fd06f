//! The Lightcone page: pick a protocol, watch it run, and change what happens.
//!
//! [`store`] holds what the page knows, [`app`] puts the page together, and each folder beside them draws one part of
//! it. Nothing here simulates: a run comes from [`lightcone_sim`], a picture of it from [`lightcone_diagram`].

#![deny(clippy::unwrap_used)]

pub mod app;
pub mod commands;
pub mod desk;
pub mod diagram;
pub mod dom;
pub mod epoch;
pub mod failure;
pub mod hooks;
pub mod icons;
pub mod keep;
pub mod lazy;
pub mod lecture;
pub mod link;
pub mod panels;
pub mod parts;
pub mod store;
pub mod style;
pub mod top;
pub mod transport;
pub mod views;
pub mod words;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
