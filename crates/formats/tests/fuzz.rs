//! Links and files from strangers: a hundred thousand of them, made from good ones by every kind of damage, with a
//! generator that makes the same ones each time.
//!
//! Nothing panics; what is refused is refused in one short line; what is accepted opens again from its own link and
//! runs, or is refused in one short line by the protocol.

mod common;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{at, defaults, everything, names, run};
use lightcone_formats::lines::{write_json, write_text};
use lightcone_formats::link::{BadLink, Document, Seal, from_fragment, from_json, to_fragment, to_json};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::SplitMix64;
use serde_json::{Value, json};

/// Inputs for each of the four tests.
const INPUTS: u32 = 27_000;
/// Of those that are accepted, one in so many runs for longer, is written and compared.
const LONG_EVERY: u32 = 16;
const LONG_EVENTS: u64 = 5_000;
const SHORT_EVENTS: u64 = 500;

/// What a test has seen.
#[derive(Debug, Default)]
struct Tally {
    accepted: u32,
    refused: u32,
    started: u32,
}

impl Tally {
    fn take(&mut self, input: &str, opened: Result<Document, BadLink>) {
        match opened {
            Ok(document) => {
                self.accepted += 1;
                self.started += u32::from(lives(input, &document, self.accepted));
            }
            Err(error) => {
                self.refused += 1;
                assert_sentence(input, &error.to_string());
            }
        }
    }
}

fn assert_sentence(input: &str, sentence: &str) {
    assert!(!sentence.trim().is_empty() && sentence.len() < 1_000, "{sentence:?} for {input:?}");
    assert!(!sentence.contains(char::is_control), "{sentence:?} for {input:?}");
}

/// What was accepted can be saved, opened and run.
fn lives(input: &str, document: &Document, number: u32) -> bool {
    if number.is_multiple_of(8) {
        assert_eq!(
            from_fragment(&to_fragment(document, names()), names()).as_ref(),
            Ok(document),
            "{input:?}"
        );
        assert_eq!(from_json(&to_json(document)).as_ref(), Ok(document), "{input:?}");
    }
    let Some(entry) = lightcone_protocols::find(&document.scenario.protocol) else { return false };
    let mut session = match (entry.start)(document.scenario.clone()) {
        Ok(session) => session,
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.is_empty() && !sentence.contains('\n'), "{sentence:?} for {input:?}");
            return false;
        }
    };
    let is_long = number.is_multiple_of(LONG_EVERY);
    session.run_until(document.scenario.until, if is_long { LONG_EVENTS } else { SHORT_EVENTS });
    if is_long {
        look(session.as_ref(), document);
    }
    true
}

fn look(session: &dyn Session, document: &Document) {
    let until = document.scenario.until;
    let playhead = document.playhead.unwrap_or(Key::end_of(until));
    write_json(session, until, &mut std::io::sink()).expect("nothing to fail");
    write_text(session, until, &mut std::io::sink()).expect("nothing to fail");
    let verdict = document.sealed.as_ref().map(|seal| seal.compare(session).to_string());
    assert_ne!(verdict.as_deref(), Some(""));
    Seal::of(session, playhead).compare(session);
}

/// Good documents, of every protocol, edited and not, sealed and not.
fn documents() -> Vec<Document> {
    let mut documents = Vec::new();
    for scenario in defaults().into_iter().chain([everything()]) {
        let sealed = Seal::of(run(&scenario).as_ref(), at("2s"));
        let plain = Document::from(scenario);
        let mut rich = plain.clone();
        rich.scenario.seed = 7;
        rich.playhead = Some(at("2s"));
        rich.sealed = Some(sealed);
        rich.view.insert("scale".into(), json!("warped"));
        rich.quiz = true;
        let mut edited = rich.clone();
        edited.scenario.script.extend(everything().script.into_iter().take(9));
        edited.scenario.script.iter_mut().zip(1..).for_each(|(entry, id)| entry.id.0 = id);
        documents.extend([plain, rich, edited]);
    }
    documents
}

/// Absurd things to find in place of a good one.
const ABSURD: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "3",
    "64",
    "65",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e999",
    "-0.0",
    "0.5",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"A\"",
    "\"ZZZ\"",
    "\"c0\"",
    "\"c32768\"",
    "\"A#4294967295\"",
    "\"A:4294967295\"",
    "\"A@4294967295\"",
    "\"A#1/4294967295\"",
    "\"raft\"",
    "\"paxos\"",
    "\"\\u0000\"",
    "\"put x 1\"",
    "\"crash\"",
    "\"hold-all\"",
    "3600000000000",
    "[[[[[[[[]]]]]]]]",
    "999s",
    "%00",
    "%F0%9F%92%A5",
    "&nodes=64",
    "~",
    "#",
    "💥",
];

struct Mutator {
    draw: SplitMix64,
}

impl Mutator {
    fn new(seed: u64) -> Mutator {
        Mutator { draw: SplitMix64::seed_from_u64(seed) }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.draw.random_range(0..bound.max(1))
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One to four kinds of damage to a text, rather one than four; another good text lends parts.
    fn damage(&mut self, text: &str, other: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let most = self.below(4);
        for _ in 0..=self.below(most + 1) {
            let place = self.below(bytes.len());
            let end = (place + self.below(40)).min(bytes.len());
            match self.below(9) {
                0 => bytes.truncate(place),
                1 => drop(bytes.drain(..place)),
                2 if !bytes.is_empty() => bytes[place] ^= 1 << self.below(8),
                3 if !bytes.is_empty() => bytes[place] = self.draw.random_range(0..=255),
                4 => drop(bytes.splice(place..end, [])),
                5 => {
                    let copied = bytes[place..end].to_vec();
                    drop(bytes.splice(place..place, copied));
                }
                6 => {
                    let from = self.below(other.len());
                    let to = (from + self.below(200)).min(other.len());
                    drop(bytes.splice(place..end, other.as_bytes()[from..to].iter().copied()));
                }
                7 => self.replace_number(&mut bytes),
                _ => {
                    let absurd = self.pick(ABSURD).as_bytes();
                    drop(bytes.splice(place..end, absurd.iter().copied()));
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Puts something absurd in place of a number.
    fn replace_number(&mut self, bytes: &mut Vec<u8>) {
        let starts: Vec<usize> = (0..bytes.len())
            .filter(|&i| bytes[i].is_ascii_digit() && (i == 0 || !bytes[i - 1].is_ascii_digit()))
            .collect();
        if starts.is_empty() {
            return;
        }
        let start = *self.pick(&starts);
        let end =
            bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |n| start + n);
        let absurd = self.pick(ABSURD).as_bytes();
        drop(bytes.splice(start..end, absurd.iter().copied()));
    }

    /// Changes a JSON value at one to three places, keeping it JSON.
    fn disturb(&mut self, value: &Value, other: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..=self.below(3) {
            let gift = self.part(other);
            let absurd = *self.pick::<&str>(ABSURD);
            let absurd = serde_json::from_str(absurd).unwrap_or(Value::Null);
            let place = self.place(&mut value);
            match self.below(6) {
                0 => *place = absurd,
                1 => *place = gift,
                2 => self.nudge(place),
                3 => self.shrink(place),
                4 => self.grow(place),
                _ => *place = (0..self.below(140)).fold(gift, |inner, _| json!([inner])),
            }
        }
        value
    }

    /// A random part of a value, itself included.
    fn place<'a>(&mut self, value: &'a mut Value) -> &'a mut Value {
        let len = match value {
            Value::Array(list) => list.len(),
            Value::Object(map) => map.len(),
            _ => 0,
        };
        if len == 0 || self.below(8) == 0 {
            return value;
        }
        let index = self.below(len);
        let next = match value {
            Value::Array(list) => &mut list[index],
            Value::Object(map) => map.values_mut().nth(index).expect("it is in range"),
            _ => unreachable!("it has parts"),
        };
        self.place(next)
    }

    fn part(&mut self, value: &Value) -> Value {
        let mut copy = value.clone();
        self.place(&mut copy).clone()
    }

    /// A number a little off, or a name's last letter changed.
    fn nudge(&mut self, value: &mut Value) {
        if let Some(number) = value.as_u64() {
            let shift = self.below(64) as u32;
            let delta = 1u64.wrapping_shl(shift);
            *value = json!(if self.below(2) == 0 {
                number.wrapping_add(delta)
            } else {
                number.wrapping_sub(delta)
            });
        } else if let Some(text) = value.as_str() {
            let mut text = text.to_owned();
            text.pop();
            text.push(*self.pick(&['1', '9', 'A', 'Z', '#', ':', '\n', 'é']));
            *value = json!(text);
        }
    }

    fn shrink(&mut self, value: &mut Value) {
        match value {
            Value::Array(list) if !list.is_empty() => drop(list.remove(self.below(list.len()))),
            Value::Object(map) if !map.is_empty() => {
                let key = map.keys().nth(self.below(map.len())).cloned().expect("it is in range");
                map.remove(&key);
            }
            value => *value = Value::Null,
        }
    }

    fn grow(&mut self, value: &mut Value) {
        match value {
            Value::Array(list) if !list.is_empty() => {
                let again = self.pick(list).clone();
                let place = self.below(list.len());
                list.insert(place, again);
            }
            Value::Object(map) => {
                let key = *self.pick::<&str>(&["version", "until", "offset", "node", "zzz", ""]);
                map.insert(key.to_owned(), json!(1));
            }
            value => *value = json!([value.clone(), value.clone()]),
        }
    }
}

#[test]
fn damaged_links() {
    let links: Vec<String> = documents().iter().map(|document| to_fragment(document, names())).collect();
    let mut mutator = Mutator::new(1);
    let mut tally = Tally::default();
    for number in 0..INPUTS {
        let (link, other) = (mutator.pick(&links).clone(), mutator.pick(&links).clone());
        let damaged = mutator.damage(&link, &other);
        let before = ["", "#", "https://example.org/lightcone/#", "  "][number as usize % 4];
        let input = format!("{before}{damaged}");
        tally.take(&input, from_fragment(&input, names()));
    }
    assert!(tally.accepted > INPUTS / 40 && tally.refused > INPUTS / 4, "{tally:?}");
}

#[test]
fn damaged_files() {
    let files: Vec<String> = documents()
        .iter()
        .flat_map(|document| [to_json(document), serde_json::to_string(&document.scenario).expect("JSON")])
        .collect();
    let mut mutator = Mutator::new(2);
    let mut tally = Tally::default();
    for _ in 0..INPUTS {
        let (file, other) = (mutator.pick(&files).clone(), mutator.pick(&files).clone());
        let input = mutator.damage(&file, &other);
        tally.take(&input, from_json(&input));
    }
    assert!(tally.accepted > INPUTS / 40 && tally.refused > INPUTS / 4, "{tally:?}");
}

#[test]
fn well_formed_files_that_make_little_sense() {
    let files: Vec<Value> = documents()
        .iter()
        .flat_map(|document| [to_json(document), serde_json::to_string(&document.scenario).expect("JSON")])
        .map(|text| serde_json::from_str(&text).expect("JSON"))
        .collect();
    let mut mutator = Mutator::new(3);
    let mut tally = Tally::default();
    for _ in 0..INPUTS {
        let (file, other) = (mutator.pick(&files).clone(), mutator.pick(&files).clone());
        let input = mutator.disturb(&file, &other).to_string();
        tally.take(&input, from_json(&input));
    }
    assert!(tally.started > INPUTS / 20 && tally.refused > INPUTS / 10, "{tally:?}");
}

#[test]
fn well_packed_links_that_make_little_sense() {
    let files: Vec<Value> =
        documents().iter().map(|document| serde_json::from_str(&to_json(document)).expect("JSON")).collect();
    let mut mutator = Mutator::new(4);
    let mut tally = Tally::default();
    for number in 0..INPUTS {
        let (file, other) = (mutator.pick(&files).clone(), mutator.pick(&files).clone());
        let content = match number % 4 {
            0 => mutator.damage(&file.to_string(), &other.to_string()),
            _ => mutator.disturb(&file, &other).to_string(),
        };
        let mut packed = miniz_oxide::deflate::compress_to_vec(content.as_bytes(), 1);
        if number.is_multiple_of(5) {
            let place = mutator.below(packed.len());
            packed[place] ^= 1 << mutator.below(8);
        }
        let version = [1, 1, 1, 1, 1, 1, 0, 2][mutator.below(8)];
        let input = format!("#{version}~{}", URL_SAFE_NO_PAD.encode(&packed));
        tally.take(&input, from_fragment(&input, names()));
    }
    assert!(tally.started > INPUTS / 20 && tally.refused > INPUTS / 10, "{tally:?}");
}
