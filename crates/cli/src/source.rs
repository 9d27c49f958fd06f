//! From what was typed to a document and its protocol.

use std::fs::File;
use std::io::Read;

use lightcone_formats::link::{self, Document};
use lightcone_sim::registry::ProtocolEntry;

use crate::Streams;
use crate::args::SourceArgs;
use crate::failure::Failure;
use crate::settings;

/// A document, and the protocol that it runs.
pub(crate) struct Source<'a> {
    pub(crate) document: Document,
    pub(crate) entry: &'a ProtocolEntry,
}

/// What SCENARIO stands for, with the flags applied. The scenario is valid.
pub(crate) fn open<'a>(
    registry: &'a [ProtocolEntry],
    args: &SourceArgs,
    streams: &mut Streams<'_>,
) -> Result<Source<'a>, Failure> {
    let mut document = find(registry, args, streams)?;
    let entry = entry(registry, &document.scenario.protocol)?;
    let before = document.scenario.clone();
    settings::apply(&mut document.scenario, entry, args)?;
    if document.scenario != before {
        // A seal says what another run looked like.
        document.sealed = None;
    }
    // Starting is the full check, down to the protocol's own view of its parameters.
    (entry.start)(document.scenario.clone())
        .map_err(Failure::from)
        .map_err(|failure| failure.about(named(args)))?;
    Ok(Source { document, entry })
}

fn find(
    registry: &[ProtocolEntry],
    args: &SourceArgs,
    streams: &mut Streams<'_>,
) -> Result<Document, Failure> {
    let text = args.scenario.as_str();
    if let Some(entry) = registry.iter().find(|entry| entry.name == text) {
        return Ok((entry.scenario)(args.nodes).into());
    }
    let content = if text == "-" {
        read(&mut *streams.input)
    } else if let Ok(mut file) = File::open(text) {
        read(&mut file)
    } else if is_link(text) {
        Ok(text.to_owned())
    } else {
        let names = names(registry);
        return Failure::bad(format!(
            "`{text}` is no protocol ({names}), no file that can be read, and no permalink"
        ));
    };
    content.and_then(|content| understand(registry, &content)).map_err(|failure| failure.about(named(args)))
}

/// Whether a text that is no name and no file can only be meant as a permalink.
fn is_link(text: &str) -> bool {
    let packed = text.split_once('~').is_some_and(|(version, _)| version.parse::<u64>().is_ok());
    packed || text.contains('#') || text.contains('?') || text.contains("://")
}

/// A file's or stdin's content: a saved file, or a permalink.
fn understand(registry: &[ProtocolEntry], content: &str) -> Result<Document, Failure> {
    let content = content.trim_start_matches('\u{feff}').trim();
    if content.is_empty() {
        return Failure::bad("this is empty; a scenario in JSON or a permalink was expected");
    }
    let looks_like_json = content.starts_with(['{', '[', '"']);
    Ok(if looks_like_json { link::from_json(content)? } else { link::from_fragment(content, registry)? })
}

fn read(from: &mut dyn Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    if let Err(error) = from.take(link::MAX_FILE as u64 + 1).read_to_end(&mut bytes) {
        return Failure::bad(format!("it cannot be read: {error}"));
    }
    if bytes.len() > link::MAX_FILE {
        return Err(link::BadLink::TooLarge(link::MAX_FILE).into());
    }
    String::from_utf8(bytes).or_else(|_| Failure::bad("this is not text in UTF-8"))
}

fn entry<'a>(registry: &'a [ProtocolEntry], name: &str) -> Result<&'a ProtocolEntry, Failure> {
    let found = registry.iter().find(|entry| entry.name == name);
    found.ok_or_else(|| {
        let name: String = name.chars().take(40).collect();
        Failure::BadInput(format!(
            "the scenario's protocol `{name}` is unknown; known are {}",
            names(registry)
        ))
    })
}

fn names(registry: &[ProtocolEntry]) -> String {
    registry.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
}

/// What an error calls the scenario.
fn named(args: &SourceArgs) -> String {
    match args.scenario.as_str() {
        "-" => "stdin".to_owned(),
        text if text.chars().count() > 60 => format!("{}…", text.chars().take(60).collect::<String>()),
        text => text.to_owned(),
    }
}
