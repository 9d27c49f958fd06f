//! `lightcone explore`

use std::io::Write;
#[expect(clippy::disallowed_types, reason = "how long an exploration takes is no part of a run")]
use std::time::Instant;

use lightcone_explore::{Found, Limits, Order, Progress, Report, Strategy};
use lightcone_formats::link::{self, Document, Seal};
use lightcone_models::{Asked, Model, Question, all, find};
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use serde_json::{Value, json};

use crate::Streams;
use crate::args::{ExploreArgs, SearchOrder};
use crate::failure::{Code, Failure};
use crate::settings;

/// States to go on from at a time.
const SLICE: u64 = 1 << 20;

#[expect(clippy::disallowed_types, reason = "how long an exploration takes is no part of a run")]
pub(super) fn run(
    registry: &[ProtocolEntry],
    args: &ExploreArgs,
    streams: &mut Streams<'_>,
) -> Result<Code, Failure> {
    let Some(name) = args.model.as_deref().filter(|_| !args.list) else { return list(streams.out) };
    let Some(model) = find(name) else {
        let names: Vec<&str> = all().iter().map(|model| model.name).collect();
        return Failure::bad(format!("`{name}` is no model: there are {}", names.join(", ")));
    };
    let question = question(args)?;
    let mut asked =
        model.ask(&question).map_err(|sentence| Failure::BadInput(format!("{name}: {sentence}")))?;
    let begin = Instant::now();
    while asked.search.run(SLICE).map_err(|error| Failure::BadInput(error.to_string()))? == Progress::More {}
    let report = asked.search.report();
    let told = Told { model, asked: &asked, report: &report, seconds: begin.elapsed().as_secs_f64() };
    let story = report.found.as_ref().map(|found| Story::new(registry, &asked, found));
    if args.json {
        writeln!(streams.out, "{}", told.json(story.as_ref()))?;
    } else {
        told.print(story.as_ref(), streams.out)?;
    }
    Ok(match (&report.found, report.finished) {
        (Some(_), _) => Code::Violated,
        (None, true) if report.never().next().is_some() => Code::Violated,
        (None, true) => Code::Fine,
        (None, false) => Code::Unfinished,
    })
}

fn question(args: &ExploreArgs) -> Result<Question, Failure> {
    let pair = |setting: &String| match setting.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Failure::bad(format!("--set wants KEY=VALUE, and `{setting}` has no `=`")),
    };
    let set = args.settings.iter().map(pair).collect::<Result<_, _>>()?;
    let usual = Limits::default();
    let limits = Limits {
        states: args.max_states.unwrap_or(usual.states),
        bytes: args.max_memory.map_or(usual.bytes, |megabytes| megabytes.saturating_mul(1_000_000)),
        depth: args.max_depth.unwrap_or(usual.depth),
    };
    let order = match args.search {
        SearchOrder::Breadth => Order::Breadth,
        SearchOrder::Depth => Order::Depth,
        SearchOrder::Random => Order::Random { walks: args.walks, seed: args.seed },
    };
    let all =
        || std::thread::available_parallelism().map_or(1, |cores| u16::try_from(cores.get()).unwrap_or(1));
    let threads = args.threads.unwrap_or_else(all);
    let strategy = Strategy { order, symmetry: args.symmetry, por: args.por, threads };
    Ok(Question { set, network: args.network, property: args.property.clone(), limits, strategy })
}

fn list(out: &mut dyn Write) -> Result<Code, Failure> {
    for model in all() {
        writeln!(out, "{}  {}. The network is {}.", model.name, model.summary, model.network.words())?;
        for (name, meaning, usual) in model.settings {
            writeln!(out, "    {:<14}  {meaning}", format!("{name}={usual}"))?;
        }
    }
    writeln!(out, "\nEvery model also takes what may go wrong:")?;
    for (name, meaning, usual) in lightcone_models::FAULTS {
        writeln!(out, "    {:<14}  {meaning}", format!("{name}={usual}"))?;
    }
    Ok(Code::Fine)
}

/// What was found, as it can be handed on.
struct Story {
    property: &'static str,
    text: String,
    steps: Vec<String>,
    /// The scenario, or why there is none.
    scenario: Result<Value, String>,
    link: Option<String>,
}

impl Story {
    fn new(registry: &[ProtocolEntry], asked: &Asked, found: &Found) -> Story {
        let scenario = asked.search.scenario(found).map_err(|error| error.to_string());
        let link = scenario.as_ref().ok().and_then(|scenario| {
            let entry = registry.iter().find(|entry| entry.name == scenario.protocol)?;
            let mut session = (entry.start)(scenario.clone()).ok()?;
            session.run_until(scenario.until, u64::MAX);
            let end = Key::end_of(scenario.until);
            let mut document = Document {
                sealed: Some(Seal::of(session.as_ref(), end)),
                ..Document::from(scenario.clone())
            };
            settings::abbreviate(&mut document.scenario, entry);
            Some(format!("#{}", link::to_fragment(&document, registry)))
        });
        Story {
            property: found.property,
            text: found.text.clone(),
            steps: asked.search.story(found),
            scenario: scenario
                .and_then(|scenario| serde_json::to_value(scenario).map_err(|error| error.to_string())),
            link,
        }
    }
}

/// An answer, and what it was given for.
struct Told<'a> {
    model: &'a Model,
    asked: &'a Asked,
    report: &'a Report,
    seconds: f64,
}

impl Told<'_> {
    fn peak_bytes(&self) -> u64 {
        resident_peak().unwrap_or(self.report.bytes)
    }

    fn json(&self, story: Option<&Story>) -> Value {
        let never = self.report.never().map(|name| {
            json!({ "property": name, "text": never(name), "steps": [], "link": null, "scenario": null, "untold": null })
        });
        let violations: Vec<Value> = story
            .into_iter()
            .map(|story| {
                let (scenario, untold) = match &story.scenario {
                    Ok(scenario) => (scenario.clone(), Value::Null),
                    Err(why) => (Value::Null, json!(why)),
                };
                json!({
                    "property": story.property,
                    "text": story.text,
                    "steps": story.steps,
                    "link": story.link,
                    "scenario": scenario,
                    "untold": untold,
                })
            })
            .chain(never)
            .collect();
        // What has not been so is known not to be only once everything was gone through.
        let known = |is_so: bool| (is_so || self.report.finished).then_some(is_so);
        let sometimes: serde_json::Map<String, Value> = self
            .report
            .sometimes
            .iter()
            .map(|&(name, is_so)| (name.to_owned(), json!(known(is_so))))
            .collect();
        json!({
            "model": self.model.name,
            "assumed": self.asked.assumed,
            "properties": self.asked.search.properties(),
            "sometimes": sometimes,
            "distinct": self.report.distinct,
            "stand_for": self.report.stand_for,
            "generated": self.report.generated,
            "depth": self.report.depth,
            "seconds": self.seconds,
            "peak_bytes": self.peak_bytes(),
            "finished": self.report.finished,
            "collision_bound": self.report.collision_bound(),
            "violations": violations,
        })
    }

    fn print(&self, story: Option<&Story>, out: &mut dyn Write) -> std::io::Result<()> {
        let Report { distinct, generated, depth, finished, .. } = self.report;
        writeln!(out, "{}: {}", self.model.name, self.asked.assumed.join("; "))?;
        writeln!(
            out,
            "{distinct} distinct states, {generated} generated, depth {depth}, {:.1} s, {:.0} MB",
            self.seconds,
            self.peak_bytes() as f64 / 1e6
        )?;
        let properties = self.asked.search.properties().join(", ");
        let is_so: Vec<&str> =
            self.report.sometimes.iter().filter(|(_, is_so)| *is_so).map(|(name, _)| *name).collect();
        if !is_so.is_empty() {
            writeln!(out, "sometimes: {}", is_so.join(", "))?;
        }
        for name in self.report.never() {
            writeln!(out, "violated: {name}: {}", never(name))?;
        }
        match story {
            Some(Story { property, text, steps, scenario, link }) => {
                writeln!(out, "violated: {property}: {text}")?;
                for (step, number) in steps.iter().zip(1..) {
                    writeln!(out, "  {number:>2}. {step}")?;
                }
                match (link, scenario) {
                    (Some(link), _) => writeln!(out, "{link}"),
                    (None, Ok(scenario)) => writeln!(out, "{scenario}"),
                    (None, Err(why)) => writeln!(out, "not told as a scenario: {why}"),
                }
            }
            None if *finished && properties.is_empty() => Ok(()),
            None if *finished => writeln!(
                out,
                "never violated: {properties} (states are told apart by 64-bit fingerprints: two were taken for one with a \
                 probability below {:.0e})",
                self.report.collision_bound().max(1e-18)
            ),
            None => {
                writeln!(out, "not finished: explored to depth {depth}; not violated so far: {properties}")
            }
        }
    }
}

/// What is wrong where something that should be so sometimes never is.
fn never(name: &str) -> String {
    format!("In no schedule {name}.")
}

/// The most memory that this process has had, where the system tells.
fn resident_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}
