//! Runs by name, and what each comes to: the same natively and in WebAssembly, today and in the next release.
//!
//! `golden.txt` has a line for each. **A changed run means that links of earlier releases change**: they open to another
//! run than the one that was saved. Where that is meant, and only then, the file is renewed with
//!
//! ```text
//! RENEW_GOLDEN=1 cargo test -p lightcone-determinism
//! ```

use std::collections::BTreeMap;
use std::hash::Hasher;

use lightcone_protocols::all;
use lightcone_sim::hash::PortableHasher;
use lightcone_sim::ids::MsgId;
use lightcone_sim::order::Key;
use lightcone_sim::registry::{ProtocolEntry, TRANSPORT};
use lightcone_sim::scenario::{Latency, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::MessageRecord;
use lightcone_tests::models::chance;
use lightcone_tests::random::Random;

/// What the runs came to when the file was last renewed.
pub const GOLDEN: &str = include_str!("../golden.txt");

/// How many random scenarios of each protocol there are.
const RANDOM: u64 = 10;
/// How many random scenarios of each protocol have all models of the engine together.
const EVERYTHING: u64 = 2;
/// How many have these, and servers that are slow or suspended by chance.
const BY_CHANCE: u64 = 2;
/// How many random scenarios there are of each protocol over connections.
const OVER_CONNECTIONS: u64 = 3;
/// How many single latencies are held fast.
const LATENCIES: usize = 32;
/// No run of these is longer.
const MOST_EVENTS: u64 = 1_000_000;

/// A scenario with a name.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the golden file calls it.
    pub name: String,
    /// Its protocol.
    pub protocol: &'static ProtocolEntry,
    /// The scenario.
    pub scenario: Scenario,
}

impl Case {
    /// Its run up to the end, computed at most so many events at a time, as a page does between two frames.
    pub fn run(&self, stride: u64) -> Result<Box<dyn Session>, String> {
        let mut run = (self.protocol.start)(self.scenario.clone()).map_err(|error| self.wrong(&error))?;
        let mut strides = MOST_EVENTS / stride;
        while run.run_until(self.scenario.until, stride) == Progress::More {
            strides = strides.checked_sub(1).ok_or_else(|| self.wrong("it does not end"))?;
        }
        Ok(run)
    }

    /// What a run of it came to, as in the golden file. The scenario has a hash of its own, to tell another scenario
    /// from another run of the same one.
    pub fn outcome(&self, run: &dyn Session) -> Result<String, String> {
        let json = serde_json::to_string(&self.scenario).map_err(|error| self.wrong(&error))?;
        let mut scenario = PortableHasher::default();
        scenario.write(json.as_bytes());
        Ok(format!(
            "scenario {}, {} events, run {}",
            hex(&scenario.finish_all()[..8]),
            run.trace().order().len(),
            hex(&run.hash(Key::end_of(self.scenario.until)))
        ))
    }

    fn wrong(&self, error: &(impl ToString + ?Sized)) -> String {
        format!("{}: {}", self.name, error.to_string())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every case: each protocol as it opens, with a long tail of latencies, its examples, and random ones with faults; and those
/// that connections can carry over connections.
pub fn cases() -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for protocol in all() {
        let mut add = |what: &str, scenario| {
            cases.push(Case { name: format!("{}, {what}", protocol.name), protocol, scenario });
        };
        add("as it opens", (protocol.scenario)(None));
        add("exponential latency", exponential(protocol));
        for (name, scenario) in (protocol.examples)() {
            add(&format!("example {name}"), scenario);
        }
        for seed in 0..RANDOM {
            add(&format!("random {seed}"), random(protocol, seed, as_it_is)?);
        }
        for seed in 0..EVERYTHING {
            add(&format!("everything {seed}"), everything(protocol, seed, as_it_is, false)?);
        }
        for seed in 0..BY_CHANCE {
            add(&format!("by chance {seed}"), everything(protocol, seed, as_it_is, true)?);
        }
    }
    for protocol in all().iter().filter(|protocol| protocol.connected.is_some()) {
        let mut add = |what: &str, scenario| {
            let name = format!("{} over connections, {what}", protocol.name);
            cases.push(Case { name, protocol, scenario });
        };
        add("as it opens", over_connections((protocol.scenario)(None)));
        for seed in 0..OVER_CONNECTIONS {
            add(&format!("random {seed}"), random(protocol, seed, over_connections)?);
        }
        add("everything 0", everything(protocol, 0, over_connections, false)?);
    }
    Ok(cases)
}

fn as_it_is(scenario: Scenario) -> Scenario {
    scenario
}

fn over_connections(mut scenario: Scenario) -> Scenario {
    scenario.params.insert(TRANSPORT.to_owned(), "connections".into());
    scenario
}

/// A distribution that is sampled with floating-point numbers, over every protocol.
fn exponential(protocol: &ProtocolEntry) -> Scenario {
    let mut scenario = (protocol.scenario)(None);
    scenario.network.latency = Latency::Exponential { min: Ns::ms(3), mean: Ns::ms(20) };
    scenario.until = Ns::s(4);
    scenario
}

fn random(
    protocol: &'static ProtocolEntry,
    seed: u64,
    carried: fn(Scenario) -> Scenario,
) -> Result<Scenario, String> {
    let mut random = Random::new(seed);
    let mut scenario = carried(random.scenario(protocol, 3..=5));
    let calm = Case { name: format!("{}, calm {seed}", protocol.name), protocol, scenario: scenario.clone() };
    random.add_faults(&mut scenario, &*calm.run(MOST_EVENTS)?, protocol.ops);
    Ok(scenario)
}

/// Networks, clocks, lies and faults of every kind at once; with slowness and suspended machines by chance or without.
fn everything(
    protocol: &'static ProtocolEntry,
    seed: u64,
    carried: fn(Scenario) -> Scenario,
    by_chance: bool,
) -> Result<Scenario, String> {
    let mut random = Random::new(seed);
    let mut scenario = carried(random.scenario(protocol, 3..=5));
    random.add_settings(&mut scenario);
    if by_chance {
        chance::add_settings(seed, &mut scenario);
    }
    let calm = Case { name: format!("{}, calm {seed}", protocol.name), protocol, scenario: scenario.clone() };
    let calm = calm.run(MOST_EVENTS)?;
    random.add_faults(&mut scenario, &*calm, protocol.ops);
    random.add_model_deeds(&mut scenario, &*calm, true);
    Ok(scenario)
}

/// The first latencies of a run, so that a sample that differs is seen as such and not only as a hash.
pub fn latencies(run: &dyn Session) -> Vec<(String, String)> {
    let latency = |(id, message): (MsgId, &MessageRecord)| {
        let took = message.natural.0.since(message.sent.0);
        (format!("latency of {id} to {}", message.to), format!("{} ns", took.0))
    };
    run.trace().messages().take(LATENCIES).map(latency).collect()
}

/// All that the golden file says, computed anew: pairs of a name and what it comes to.
pub fn computed() -> Result<Vec<(String, String)>, String> {
    let mut lines = Vec::new();
    for case in cases()? {
        let run = case.run(MOST_EVENTS)?;
        lines.push((case.name.clone(), case.outcome(&*run)?));
        if case.name == "raft, exponential latency" {
            lines.extend(latencies(&*run));
        }
    }
    Ok(lines)
}

/// How these lines differ from those of a golden file, a sentence for each difference.
pub fn differences(golden: &str, lines: &[(String, String)]) -> Vec<String> {
    let mut golden: BTreeMap<&str, &str> = golden.lines().filter_map(|line| line.rsplit_once(": ")).collect();
    let mut differences = Vec::new();
    for (name, is) in lines {
        match golden.remove(name.as_str()) {
            None => differences.push(format!("`{name}` is new: {is}")),
            Some(was) if was != is => differences.push(format!("`{name}` was {was}, is {is}")),
            Some(_) => {}
        }
    }
    differences.extend(golden.keys().map(|name| format!("`{name}` is gone")));
    differences
}

/// Lines as a golden file.
pub fn written(lines: &[(String, String)]) -> String {
    lines.iter().map(|(name, is)| format!("{name}: {is}\n")).collect()
}
