//! What is told of a lab before it is fetched. The build makes it from the lab's own file: this module belongs to the crate's
//! build script as well, so it uses nothing of the crate's.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

/// What is told of a lab before it is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Its id: `raft/election`. Its file is of the same name.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The chapter of the course that it belongs to.
    pub chapter: String,
    /// Where it stands in its chapter; those without a place come last, by their ids.
    pub place: Option<u32>,
    /// What it shows, in a paragraph.
    pub claim: String,
    /// The protocol that runs in it.
    pub protocol: String,
    /// Its steps.
    pub steps: Vec<Outline>,
}

/// A step of a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Its heading.
    pub title: String,
    /// Whether it has a challenge.
    pub challenge: bool,
}

#[derive(Deserialize)]
struct Head {
    title: String,
    chapter: String,
    place: Option<u32>,
    claim: String,
    scenario: Scenario,
}

#[derive(Deserialize)]
struct Scenario {
    protocol: String,
}

impl Summary {
    /// The summary of a lab from its file's text, or why there is none. Whether the lab is right is not looked at.
    pub fn of(id: &str, text: &str) -> Result<Summary, String> {
        let text = text.replace("\r\n", "\n");
        let parts = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
        let (head, body) = parts.ok_or("a lab begins with its head, between two lines `+++`")?;
        let head: Head = toml::from_str(head).map_err(|error| error.to_string())?;
        Ok(Summary {
            id: id.to_owned(),
            title: head.title,
            chapter: head.chapter,
            place: head.place,
            claim: head.claim.trim().to_owned(),
            protocol: head.scenario.protocol,
            steps: steps(body),
        })
    }
}

fn steps(body: &str) -> Vec<Outline> {
    const STEP: HeadingLevel = HeadingLevel::H2;
    let mut steps: Vec<Outline> = Vec::new();
    let mut in_heading = false;
    for event in Parser::new(body) {
        match event {
            Event::Start(Tag::Heading { level: STEP, .. }) => {
                in_heading = true;
                steps.push(Outline { title: String::new(), challenge: false });
            }
            Event::End(TagEnd::Heading(STEP)) => in_heading = false,
            Event::Text(words) | Event::Code(words) if in_heading => {
                steps.iter_mut().last().into_iter().for_each(|step| step.title.push_str(&words));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) if &*kind == "challenge" => {
                steps.iter_mut().last().into_iter().for_each(|step| step.challenge = true);
            }
            _ => {}
        }
    }
    steps
}
