//! Sentences say the names that people see.

#[allow(dead_code)] // Others use the rest.
mod story;

use std::fs;
use std::path::Path;

use lightcone_protocols::stream::Stream;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Latency, Scenario};
use lightcone_sim::time::Ns;
use story::*;

#[test]
fn what_is_told_of_a_node_is_told_by_its_name() {
    let scenario = with(Stream::scenario(None), "transport", "datagrams");
    let mut scenario = with(scenario, "numbers", false);
    scenario.names.insert(A, "bank".to_owned());
    (scenario.network.duplicate_ppm, scenario.until) = (400_000, Ns::s(1));
    scenario.network.latency = Latency::Uniform { min: Ns::ms(10), max: Ns::ms(90) };
    (scenario.workload.clients, scenario.workload.every, scenario.workload.count) = (1, Ns::ms(20), Some(8));
    let story = play::<Stream>(scenario);
    let findings = story.findings();
    assert!(findings.iter().any(|text| text.starts_with("bank applied")), "{findings:?}");
    let session = story.session();
    let told: Vec<_> = session.trace().order().iter().filter_map(|&event| session.explain(event)).collect();
    assert!(told.iter().any(|told| told.title.starts_with("bank got ")));
    assert!(told.iter().flat_map(|told| &told.effects).any(|effect| effect.contains(" to bank (c1#")));
    assert!(!told.iter().any(|told| told.title.split_whitespace().any(|word| word == "A")));
}

#[test]
fn ids_and_whoever_speaks_keep_their_own() {
    let mut scenario = Scenario::new("gossip", 12);
    for (node, name) in [("A", "bank"), ("B", "A"), ("I", "ninth"), ("c1", "Ann")] {
        scenario.names.insert(node.parse().expect("a node"), name.to_owned());
    }
    let named = |text: &str| scenario.named(text.to_owned());
    assert_eq!(named("A hears B, and A's clock is c1's."), "bank hears A, and bank's clock is Ann's.");
    assert_eq!(named("A: time to ask"), "bank: time to ask");
    assert_eq!(named("A:4 sent A#7 (A@2), vector A2 B3"), "A:4 sent A#7 (A@2), vector A2 B3");
    assert_eq!(named("I know that no=B means ABBA"), "I know that no=B means ABBA");
    assert_eq!(Scenario::new("gossip", 2).named("A".to_owned()), "A");
}

/// `A` is a node in every sentence of a protocol: none has the article at its beginning, where it would look the same.
#[test]
fn no_sentence_begins_with_the_article_a() {
    fn files(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push((path.display().to_string(), fs::read_to_string(&path).expect("a source")));
            }
        }
    }
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    assert!(sources.len() > 30);
    let is_letter = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase());
    for (file, source) in &sources {
        for (line, number) in source.lines().zip(1..) {
            let code = line.split("// ").next().unwrap_or_default().trim();
            // What a protocol and its examples are called is told of no node.
            let is_title = code.starts_with("(\"A ") || code.starts_with('"') && code.ends_with(';');
            if is_title || code.starts_with("//") || code.contains("SUMMARY") || code.contains("TITLE") {
                continue;
            }
            let begins =
                ["\"A ", ". A ", ": A "].iter().any(|start| code.split(start).skip(1).any(is_letter));
            assert!(!begins, "{file}:{number}: {line}");
        }
    }
}
