//! The saved file: a document as JSON.

use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::validate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Serializer, Value};

use super::form::Form;
use super::{BadLink, Document, MAX_FILE, VERSION};
use crate::seal::Seal;
use crate::text::one_line;

/// What a saved file holds. Its `scenario` tells it from a scenario alone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<S> {
    version: u32,
    scenario: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    playhead: Option<Key>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    view: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seal: Option<Seal>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    quiz: bool,
}

/// As much as tells what kind of file it is, and whether this release can read it.
#[derive(Deserialize)]
struct Head {
    version: Option<Value>,
    scenario: Option<serde::de::IgnoredAny>,
}

pub(super) fn write(document: &Document, pretty: bool) -> String {
    let file = File {
        version: VERSION,
        scenario: &document.scenario,
        playhead: document.playhead,
        view: document.view.clone(),
        seal: document.sealed.clone(),
        quiz: document.quiz,
    };
    let mut text = Vec::new();
    // Every part of a document is plain data with text for keys: it has a JSON form, which is UTF-8.
    match file.serialize(&mut Serializer::with_formatter(&mut text, Form::new(pretty))) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

pub(super) fn read(text: &str) -> Result<Document, BadLink> {
    if text.len() > MAX_FILE {
        return Err(BadLink::TooLarge(MAX_FILE));
    }
    let head: Head = serde_json::from_str(text).map_err(damaged)?;
    let version = head.version.as_ref().and_then(Value::as_u64);
    if let Some(newer) = version.filter(|&version| version > u64::from(VERSION)) {
        return Err(BadLink::Newer(newer));
    }
    if head.scenario.is_none() {
        return Ok(scenario(serde_json::from_str(text).map_err(damaged)?)?.into());
    }
    let file: File<Value> = serde_json::from_str(text).map_err(damaged)?;
    Ok(Document {
        scenario: scenario(file.scenario)?,
        playhead: file.playhead,
        view: file.view,
        sealed: file.seal,
        quiz: file.quiz,
    })
}

fn scenario(value: Value) -> Result<Scenario, BadLink> {
    validate::from_value(value).map_err(|error| BadLink::Damaged(one_line(&error.to_string())))
}

fn damaged(error: serde_json::Error) -> BadLink {
    BadLink::Damaged(one_line(&format!("this is not a saved scenario: {error}")))
}
