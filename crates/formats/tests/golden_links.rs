//! Links of this and of every earlier release open: to the same run, or with a line that says from where it differs.
//!
//! `golden_links.txt` has a link a line: the release that made it, the short hash of its run up to its playhead (or
//! its end), and the link. A release's lines are written once, by
//! `cargo test -p lightcone-formats --test golden_links -- --ignored`, and stay as they are for ever.

mod common;

use common::{at, everything, names, run};
use lightcone_formats::link::{Document, Seal, SealVerdict, from_fragment, to_fragment};
use lightcone_sim::order::Key;
use serde_json::json;

const GOLDEN: &str = include_str!("golden_links.txt");

/// The release at work, `0.1` of `0.1.0`.
fn release() -> &'static str {
    env!("CARGO_PKG_VERSION").rsplit_once('.').expect("major.minor.patch").0
}

fn golden(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("release, hash and link");
        (word(), word(), word())
    })
}

/// The moment that a document's hash is for.
fn moment(document: &Document) -> Key {
    document.playhead.unwrap_or(Key::end_of(document.scenario.until))
}

#[test]
fn every_golden_link_opens_to_its_run_or_says_from_where_it_differs() {
    let mut seen = 0;
    for (release_of_link, hash, link) in golden(GOLDEN) {
        let document = from_fragment(link, names()).unwrap_or_else(|error| panic!("{link}: {error}"));
        let session = run(&document.scenario);
        let now = Seal::of(session.as_ref(), moment(&document)).hash().to_string();
        let verdict = document.sealed.as_ref().map(|seal| seal.compare(session.as_ref()));
        if release_of_link == release() {
            assert_eq!(now, hash, "{link}");
            assert!(matches!(verdict, None | Some(SealVerdict::Same)), "{link}: {verdict:?}");
        } else if now != hash {
            let differs = verdict.filter(|verdict| {
                matches!(verdict, SealVerdict::DiffersFrom(..) | SealVerdict::DiffersAfter(..))
            });
            assert!(differs.is_some() || document.sealed.is_none(), "{link}");
        }
        seen += 1;
    }
    assert!(seen >= 8, "{seen} golden links");
}

#[test]
fn what_this_release_writes_for_a_golden_link_is_that_link() {
    for (_, _, link) in golden(GOLDEN).filter(|(made_by, ..)| *made_by == release()) {
        let document = from_fragment(link, names()).expect("it opens");
        let again = from_fragment(&to_fragment(&document, names()), names());
        assert_eq!(again, Ok(document), "{link}");
    }
}

/// What a release's golden links are made of: each protocol as it opens, readable links, packed links.
fn documents() -> Vec<Document> {
    let mut documents: Vec<Document> = common::defaults().into_iter().map(Document::from).collect();
    let sealed_at = |document: &mut Document, time: &str| {
        document.playhead = Some(at(time));
        document.sealed = Some(Seal::of(run(&document.scenario).as_ref(), at(time)));
    };
    for mut document in documents.clone() {
        sealed_at(&mut document, "2.31s");
        documents.push(document);
    }
    let mut raft = common::raft();
    raft.scenario.nodes = 7;
    raft.scenario.seed = 42;
    raft.scenario.params.insert("election_timeout_min".into(), json!(200_000_000));
    raft.view.insert("scale".into(), json!("logical"));
    raft.quiz = true;
    sealed_at(&mut raft, "5s");
    documents.push(raft);
    let mut edited = Document::from(everything());
    sealed_at(&mut edited, "7.5s");
    documents.push(edited);
    let examples = lightcone_protocols::all().iter().filter_map(|entry| (entry.examples)().pop());
    for (_, scenario) in examples {
        let mut example = Document::from(scenario);
        sealed_at(&mut example, "3s");
        documents.push(example);
    }
    documents
}

#[test]
#[ignore = "writes the golden links of this release: once, when it is made"]
fn write_the_golden_links_of_this_release() {
    let is_earlier = |line: &&str| line.starts_with('#') || !line.starts_with(&format!("{} ", release()));
    let mut text: String = GOLDEN.lines().filter(is_earlier).map(|line| format!("{line}\n")).collect();
    for document in documents() {
        let hash = Seal::of(run(&document.scenario).as_ref(), moment(&document)).hash();
        text.push_str(&format!("{} {hash} {}\n", release(), to_fragment(&document, names())));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden_links.txt");
    std::fs::write(path, text).expect("the folder of the tests takes files");
}
