//! From a file to a lab.

use std::ops::Range;

use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{DEEDS, Scenario};
use lightcone_sim::session::{Progress, Session};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::blocks::parse;
use crate::catalog::CHAPTERS;
use crate::head::{ActionBlock, ChallengeBlock, Head, LookBlock, PredictionBlock, ShowsBlock};
use crate::lab::{Choice, Lab, Look, Prediction, Step, Task, TaskKind};
use crate::predicate::{Name, Predicate};
use crate::prose::Builder;
use crate::trouble::{BadLab, Trouble, instead};
use crate::{FORMAT, scenario};

/// A file that is larger is no lab.
const MAX_SIZE: usize = 256 * 1024;

/// So many events of a run are computed at most.
pub(crate) const MAX_EVENTS: u64 = 1_000_000;

/// Reads a lab. `file` is what errors call it.
pub fn read(file: &str, text: &str, registry: &[ProtocolEntry]) -> Result<Lab, BadLab> {
    let bad = |line, text: &str| BadLab { file: file.to_owned(), line, text: text.to_owned() };
    if text.len() > MAX_SIZE {
        return Err(bad(1, "this is larger than a lab may be (256 kB)"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let Some(rest) = text.strip_prefix("+++\n") else {
        return Err(bad(1, "a lab begins with a line `+++` and its head in TOML"));
    };
    let Some((head, body)) = rest.split_once("\n+++\n") else {
        return Err(bad(1, "the lab's head does not end: a line `+++` is missing"));
    };
    let first = head.matches('\n').count() + 4;
    let reader = Reader::begin(file, head, registry)?;
    reader.body(body, first)
}

/// Reads one file.
struct Reader<'a> {
    file: &'a str,
    registry: &'a [ProtocolEntry],
    /// The protocol of the lab's head, and that of the step at hand.
    head: &'a ProtocolEntry,
    entry: &'a ProtocolEntry,
    lab: Lab,
    /// The scenario of the step at hand.
    scenario: Scenario,
    /// Invariants and kinds of entry that a predicate may name.
    monitors: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn begin(file: &'a str, source: &str, registry: &'a [ProtocolEntry]) -> Result<Reader<'a>, BadLab> {
        let bad = |trouble: Trouble| trouble.in_file(file, 2, source);
        let head: Head = parse(source).map_err(bad)?;
        if head.format != FORMAT {
            let text =
                format!("this lab is of format {}, and this release reads format {FORMAT}", head.format);
            return Err(bad(Trouble::new(text).near(source, "format =")));
        }
        if !CHAPTERS.contains(&head.chapter.as_str()) {
            let text =
                format!("the course has no chapter `{}`: {}", head.chapter, instead(&head.chapter, CHAPTERS));
            return Err(bad(Trouble::new(text).near(source, "chapter =")));
        }
        let in_scenario = |trouble: Trouble| bad(trouble.near(source, "[scenario"));
        let (scenario, entry) = scenario::of_protocol(&head.scenario, registry).map_err(in_scenario)?;
        let monitors = monitors(entry, &scenario);
        let lab = Lab {
            title: head.title,
            chapter: head.chapter,
            claim: head.claim.trim().to_owned(),
            source: head.source,
            scenario: scenario.clone(),
            intro: Vec::new(),
            steps: Vec::new(),
        };
        Ok(Reader { file, registry, head: entry, entry, lab, scenario, monitors })
    }

    fn body(mut self, body: &str, first: usize) -> Result<Lab, BadLab> {
        let mut prose = Builder::new();
        let mut events = Parser::new_ext(body, Options::empty()).into_offset_iter();
        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                    self.give(prose.take());
                    let title = inside(&mut events, TagEnd::Heading(HeadingLevel::H2));
                    let line = first + body[..range.start].matches('\n').count();
                    self.lab.steps.push(Step::new(title, line));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) if !kind.is_empty() => {
                    let start = body[range.clone()].find('\n').map_or(range.end, |at| range.start + at + 1);
                    let source = inside(&mut events, TagEnd::CodeBlock);
                    // What stands before a question is read before it, and what stands after it after.
                    self.give(prose.take());
                    let line = first + body[..start].matches('\n').count();
                    self.block(&kind, &source)
                        .map_err(|trouble| trouble.in_file(self.file, line, &source))?;
                }
                event => {
                    let trouble = |trouble: Trouble| self.at(body, first, &range, trouble);
                    prose.take_in(event).map_err(trouble)?;
                }
            }
        }
        self.give(prose.take());
        if self.lab.steps.is_empty() {
            return Err(BadLab { file: self.file.to_owned(), line: first, text: NO_STEPS.to_owned() });
        }
        Ok(self.lab)
    }

    fn at(&self, body: &str, first: usize, range: &Range<usize>, trouble: Trouble) -> BadLab {
        Trouble { at: Some(range.start), ..trouble }.in_file(self.file, first, body)
    }

    /// The prose of the step at hand.
    fn give(&mut self, prose: Vec<crate::prose::Block>) {
        match self.lab.steps.last_mut() {
            Some(step) if step.prediction.is_some() || step.task.is_some() => step.after.extend(prose),
            Some(step) => step.prose.extend(prose),
            None => self.lab.intro.extend(prose),
        }
    }

    /// A fenced block of TOML.
    fn block(&mut self, kind: &str, source: &str) -> Result<(), Trouble> {
        const KINDS: [&str; 6] = ["look", "scenario", "shows", "prediction", "action", "challenge"];
        if !KINDS.contains(&kind) {
            return Err(Trouble::new(format!("there is no block `{kind}`: {}", instead(kind, KINDS))));
        }
        if self.lab.steps.is_empty() {
            return Err(Trouble::new(format!("a block `{kind}` stands in a step, after its `## heading`")));
        }
        match kind {
            "look" => self.look(source),
            "scenario" => self.own_scenario(source),
            "shows" => self.shows(source),
            "prediction" => self.prediction(source),
            "action" => {
                let block: ActionBlock = parse(source)?;
                self.task(source, TaskKind::Action, (block.ask, block.when, None), &block.solution)
            }
            _ => {
                let block: ChallengeBlock = parse(source)?;
                self.task(source, TaskKind::Challenge, (block.goal, block.when, block.hint), &block.solution)
            }
        }
    }

    fn step(&mut self) -> Option<&mut Step> {
        self.lab.steps.last_mut()
    }

    fn look(&mut self, source: &str) -> Result<(), Trouble> {
        let block: LookBlock = parse(source)?;
        let scale = block.scale.map(|scale| scale.word().to_owned());
        let clocks = block.clocks.map(|clock| clock.word().to_owned());
        if block.from.zip(block.to).is_some_and(|(from, to)| from >= to) {
            return Err(Trouble::new("`from` must come before `to`").near(source, "from"));
        }
        if let Some(step) = self.step() {
            let LookBlock { at, from, to, select, .. } = block;
            step.look = Look { at, from, to, select, scale, clocks };
        }
        Ok(())
    }

    fn own_scenario(&mut self, source: &str) -> Result<(), Trouble> {
        let table: toml::Table = parse(source)?;
        (self.scenario, self.entry) = if table.contains_key("protocol") {
            let fresh = scenario::of_protocol(&table, self.registry);
            fresh.map_err(|trouble| trouble.near(source, "protocol"))?
        } else {
            (scenario::changed(&self.lab.scenario, &table, self.head)?, self.head)
        };
        self.monitors = monitors(self.entry, &self.scenario);
        let scenario = self.scenario.clone();
        if let Some(step) = self.step() {
            step.scenario = Some(scenario);
        }
        Ok(())
    }

    fn shows(&mut self, source: &str) -> Result<(), Trouble> {
        let block: ShowsBlock = parse(source)?;
        self.names(source, &block.that)?;
        if let Some(step) = self.step() {
            step.shows.push(block.that);
        }
        Ok(())
    }

    fn prediction(&mut self, source: &str) -> Result<(), Trouble> {
        let block: PredictionBlock = parse(source)?;
        if block.choice.len() < 2 {
            return Err(Trouble::new("a prediction has at least two choices"));
        }
        let mut choices = Vec::new();
        for choice in block.choice {
            self.names(source, &choice.when)?;
            let given = scenario::entries(&choice.given, &self.scenario);
            let given = given.map_err(|trouble| trouble.near(source, "if ="))?;
            choices.push(Choice { text: choice.text, given, when: choice.when, because: choice.because });
        }
        let prediction = Prediction { question: block.question, choices };
        match self.step() {
            Some(Step { prediction: Some(_), .. }) => Err(Trouble::new("a step has one prediction at most")),
            Some(step) => {
                step.prediction = Some(prediction);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn task(
        &mut self,
        source: &str,
        kind: TaskKind,
        (goal, when, hint): (String, Predicate, Option<String>),
        solution: &[toml::Table],
    ) -> Result<(), Trouble> {
        self.names(source, &when)?;
        let entries = scenario::entries(solution, &self.scenario);
        let solution = entries.map_err(|trouble| trouble.near(source, "solution"))?;
        match self.step() {
            Some(Step { task: Some(_), .. }) => {
                Err(Trouble::new("a step has one action or challenge at most"))
            }
            Some(step) => {
                step.task = Some(Task { kind, goal, when, hint, solution });
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Names in a predicate are of things that there are.
    fn names(&self, source: &str, predicate: &Predicate) -> Result<(), Trouble> {
        let nodes = self.scenario.node_set();
        for name in predicate.names() {
            match name {
                Name::Monitor(name) if !self.monitors.contains(&name) => {
                    let known = instead(name, self.monitors.iter().copied());
                    let title = self.entry.title;
                    return Err(Trouble::new(format!("{title} has no invariant `{name}`: {known}"))
                        .near(source, name));
                }
                Name::Node(node) if nodes.index(node).is_none() => {
                    let name = node.to_string();
                    let known: Vec<String> = nodes.iter().map(|node| node.to_string()).collect();
                    let text = format!(
                        "there is no node `{name}`: {}",
                        instead("", known.iter().map(String::as_str))
                    );
                    return Err(Trouble::new(text).near(source, &format!("\"{name}\"")));
                }
                Name::Deed(name) if !DEEDS.contains(&name) => {
                    let text = format!("no script entry does `{name}`: {}", instead(name, DEEDS));
                    return Err(Trouble::new(text).near(source, name));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

const NO_STEPS: &str = "a lab has at least one step, which begins with a `## heading`";

impl Step {
    fn new(title: String, line: usize) -> Step {
        Step {
            title,
            line,
            prose: Vec::new(),
            after: Vec::new(),
            look: Look::default(),
            scenario: None,
            shows: Vec::new(),
            prediction: None,
            task: None,
        }
    }
}

/// The text up to the end of what has begun.
fn inside<'a>(events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>, end: TagEnd) -> String {
    let mut text = String::new();
    for (event, _) in events {
        match event {
            Event::End(tag) if tag == end => break,
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            // Emphasis in a heading is dropped; its words stay.
            _ => {}
        }
    }
    text
}

/// The invariants of a protocol.
fn monitors(entry: &ProtocolEntry, scenario: &Scenario) -> Vec<&'static str> {
    (entry.start)(scenario.clone()).map(|session| session.monitors()).unwrap_or_default()
}

/// A run of a scenario, computed to its end; or why there is none.
pub(crate) fn run(entry: &ProtocolEntry, scenario: &Scenario) -> Result<Box<dyn Session>, String> {
    let mut session = (entry.start)(scenario.clone()).map_err(|bad| bad.to_string())?;
    match session.run_until(scenario.until, MAX_EVENTS) {
        Progress::Done => Ok(session),
        Progress::More => Err(format!("the run has more than {MAX_EVENTS} events")),
    }
}
