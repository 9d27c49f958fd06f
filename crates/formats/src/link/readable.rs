//! The readable form of a link: a name, and what differs from the scenario that the name opens.

use lightcone_sim::order::Key;
use lightcone_sim::sorted::sort;
use lightcone_sim::time::Ns;
use lightcone_sim::validate::MAX_SERVERS;
use serde_json::Value;

use super::{BadLink, Document, Names, VERSION};
use crate::seal::Seal;
use crate::text::{decode, exact_time, excerpt, push_encoded};

const PARAM: &str = "p.";
const VIEW: &str = "view.";

/// The link, if the scenario differs from the one that its protocol's name opens only in what a link can say.
pub(super) fn write(document: &Document, names: &dyn Names) -> Option<String> {
    let scenario = &document.scenario;
    let usual_nodes = names.scenario(&scenario.protocol, None)?.nodes;
    let usual = names.scenario(&scenario.protocol, Some(scenario.nodes))?;
    let mut link = Writer::new(&scenario.protocol);
    link.unless(scenario.nodes == usual_nodes, "nodes", || scenario.nodes.to_string());
    link.unless(scenario.seed == usual.seed, "seed", || scenario.seed.to_string());
    link.unless(scenario.until == usual.until, "until", || exact_time(scenario.until));
    for (name, value) in &scenario.params {
        link.unless(usual.params.get(name) == Some(value), &format!("{PARAM}{name}"), || param_text(value));
    }
    if let Some(playhead) = document.playhead {
        link.pair("t", &moment_text(playhead));
    }
    for (name, value) in &document.view {
        link.pair(&format!("{VIEW}{name}"), &json_text(value, is_json));
    }
    if document.quiz {
        link.flag("quiz");
    }
    if let Some(seal) = &document.sealed {
        link.pair("v", &VERSION.to_string());
        let (hash, trail) = seal.link_parts();
        link.pair("h", &hash);
        link.pair("trail", &trail);
        link.unless(document.playhead == Some(seal.at), "at", || moment_text(seal.at));
    }
    Some(link.link)
}

/// A link as it grows.
struct Writer {
    link: String,
    sign: char,
}

impl Writer {
    fn new(name: &str) -> Writer {
        let mut link = String::new();
        push_encoded(&mut link, name);
        Writer { link, sign: '?' }
    }

    fn flag(&mut self, key: &str) {
        self.link.push(self.sign);
        self.sign = '&';
        push_encoded(&mut self.link, key);
    }

    fn pair(&mut self, key: &str, value: &str) {
        self.flag(key);
        self.link.push('=');
        push_encoded(&mut self.link, value);
    }

    fn unless(&mut self, usual: bool, key: &str, value: impl FnOnce() -> String) {
        if !usual {
            self.pair(key, &value());
        }
    }
}

/// What the link opens.
pub(super) fn read(fragment: &str, names: &dyn Names) -> Result<Document, BadLink> {
    let (name, query) = fragment.split_once('?').unwrap_or((fragment, ""));
    let pairs = pairs(query)?;
    // First of all the version: what a newer format means by its other keys is unknown.
    value_of(&pairs, "v").map_or(Ok(()), check_version)?;
    if name.is_empty() {
        return Err(BadLink::NotALink("this link names nothing to open; `#raft` would open Raft".to_owned()));
    }
    let name = decode(name).ok_or_else(|| damaged(name))?;
    let nodes = value_of(&pairs, "nodes").map(server_count).transpose()?;
    let scenario = names.scenario(&name, nodes).ok_or(BadLink::UnknownName(name))?;
    let mut document = Document::from(scenario);
    let mut seal = SealParts::default();
    for (key, value) in pairs {
        set(&mut document, &mut seal, &key, value)?;
    }
    document.sealed = seal.together(document.playhead)?;
    Ok(document)
}

/// Keys and values of a query, decoded; a key without `=` has an empty value. No key may come twice.
fn pairs(query: &str) -> Result<Vec<(String, String)>, BadLink> {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decode(key).ok_or_else(|| damaged(key))?;
            let value = decode(value).ok_or_else(|| damaged(value))?;
            Ok((key, value))
        })
        .collect::<Result<_, BadLink>>()?;
    let mut keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    sort(&mut keys);
    match keys.windows(2).find(|keys| keys[0] == keys[1]) {
        Some(twice) => Err(BadLink::Damaged(format!("this link says `{}` twice", excerpt(twice[0])))),
        None => Ok(pairs),
    }
}

fn value_of<'a>(pairs: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
}

fn server_count(text: &str) -> Result<u16, BadLink> {
    let count = text.parse().ok().filter(|count| (1..=MAX_SERVERS).contains(count));
    count.ok_or_else(|| bad("nodes", text, &format!("a whole number from 1 to {MAX_SERVERS}")))
}

fn check_version(text: &str) -> Result<(), BadLink> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u64>().unwrap_or(if digits { u64::MAX } else { 0 }) {
        0 => Err(bad("v", text, "a format's version, such as 1")),
        version if version > u64::from(VERSION) => Err(BadLink::Newer(version)),
        _ => Ok(()),
    }
}

/// The parts of a seal, until all have been read.
#[derive(Default)]
struct SealParts {
    hash: Option<String>,
    trail: Option<String>,
    at: Option<Key>,
}

impl SealParts {
    fn together(self, playhead: Option<Key>) -> Result<Option<Seal>, BadLink> {
        let Some(hash) = self.hash else { return Ok(None) };
        let sealed = self
            .at
            .or(playhead)
            .and_then(|at| Seal::from_link_parts(at, &hash, &self.trail.unwrap_or_default()));
        let why = "the hash of the run in this link (`h`, `trail`, `at`) is damaged; without those keys the link opens";
        sealed.map(Some).ok_or_else(|| BadLink::Damaged(why.to_owned()))
    }
}

fn set(document: &mut Document, seal: &mut SealParts, key: &str, value: String) -> Result<(), BadLink> {
    let scenario = &mut document.scenario;
    if let Some(name) = key.strip_prefix(PARAM) {
        scenario.params.insert(name.to_owned(), param_value(value));
        return Ok(());
    }
    if let Some(name) = key.strip_prefix(VIEW) {
        document.view.insert(name.to_owned(), json_value(value));
        return Ok(());
    }
    match key {
        "seed" => scenario.seed = value.parse().map_err(|_| bad(key, &value, "a whole number below 2^64"))?,
        "until" => {
            scenario.until = value.parse::<Ns>().map_err(|_| bad(key, &value, "a time, such as 20s"))?
        }
        "t" => document.playhead = Some(moment(key, &value)?),
        "quiz" if value.is_empty() => document.quiz = true,
        "quiz" => return Err(bad(key, &value, "nothing at all: it has no value")),
        // Read before all others.
        "v" | "nodes" => {}
        "h" => seal.hash = Some(value),
        "trail" => seal.trail = Some(value),
        "at" => seal.at = Some(moment(key, &value)?),
        _ => {
            let known = "nodes, seed, until, t, quiz, p.… (parameters) and view.…";
            return Err(BadLink::Damaged(format!(
                "a link cannot say `{}`; it can say {known}",
                excerpt(key)
            )));
        }
    }
    Ok(())
}

/// The playhead: a time, or all parts of a key.
fn moment(key: &str, value: &str) -> Result<Key, BadLink> {
    value
        .parse::<Key>()
        .or_else(|_| value.parse().map(Key::end_of))
        .map_err(|_| bad(key, value, "a moment, such as 2.31s"))
}

fn moment_text(key: Key) -> String {
    if key == Key::end_of(key.at) { exact_time(key.at) } else { key.to_string() }
}

/// A parameter as text. Whole milliseconds are written as such: most parameters are times.
fn param_text(value: &Value) -> String {
    match value.as_u64() {
        Some(ns) if ns > 0 && ns.is_multiple_of(1_000_000) => exact_time(Ns(ns)),
        _ => json_text(value, |text| is_json(text) || time(text).is_some()),
    }
}

fn param_value(text: String) -> Value {
    time(&text).map_or_else(|| json_value(text), |ns| Value::from(ns.0))
}

/// A time that says its unit.
fn time(text: &str) -> Option<Ns> {
    text.ends_with('s').then(|| text.parse().ok()).flatten()
}

/// A value as text: JSON, but plain text as it is, unless that reads as something else.
fn json_text(value: &Value, reads_otherwise: fn(&str) -> bool) -> String {
    match value {
        Value::String(text) if !reads_otherwise(text) => text.clone(),
        _ => value.to_string(),
    }
}

fn json_value(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

fn damaged(part: &str) -> BadLink {
    BadLink::Damaged(format!("`{}` is no properly encoded part of a link", excerpt(part)))
}

fn bad(key: &str, value: &str, wanted: &str) -> BadLink {
    BadLink::Damaged(format!("`{key}={}` is not {wanted}", excerpt(value)))
}
