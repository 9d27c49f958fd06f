//! What the stories share: plays a scenario, answers questions about what happened, and makes trouble.

use lightcone_sim::chance::Chance;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use serde_json::Value;

pub const A: NodeId = NodeId::server(0);
pub const B: NodeId = NodeId::server(1);
pub const C: NodeId = NodeId::server(2);

/// A scenario with this parameter set otherwise.
pub fn with(mut scenario: Scenario, name: &str, value: impl Into<Value>) -> Scenario {
    scenario.params.insert(name.to_owned(), value.into());
    scenario
}

/// The example of this title.
#[allow(dead_code)] // Some stories do without.
pub fn example<P: Protocol>(title: &str) -> Scenario {
    let found = P::examples().into_iter().find(|(name, _)| *name == title);
    found.unwrap_or_else(|| panic!("no example is called `{title}`")).1
}

/// A run that is over.
pub struct Story(Box<dyn Session>);

/// Runs a scenario to its end.
pub fn play<P: Protocol>(scenario: Scenario) -> Story {
    let until = scenario.until;
    let mut run = Run::<P>::start(scenario).expect("the scenario makes sense");
    assert_eq!(run.run_until(until, 100_000), Progress::Done, "a run of so few seconds is over by now");
    Story(Box::new(run))
}

/// Runs a scenario of whichever protocol it names to its end, or says what is wrong with it.
#[allow(dead_code)] // Some stories are of one type.
pub fn open(scenario: Scenario) -> Result<Story, String> {
    let entry = lightcone_protocols::find(&scenario.protocol).expect("the protocol is registered");
    let until = scenario.until;
    let mut run = (entry.start)(scenario).map_err(|bad| bad.to_string())?;
    assert_eq!(run.run_until(until, 100_000), Progress::Done, "a run of so few seconds is over by now");
    Ok(Story(run))
}

#[allow(dead_code)] // No story asks all of these questions.
impl Story {
    pub fn session(&self) -> &dyn Session {
        &*self.0
    }

    /// The monitors that found something, each named once.
    pub fn broken(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.trace().violations().iter().map(|found| found.monitor).collect();
        names.dedup();
        names
    }

    /// What was found, for the message of a failing test.
    pub fn findings(&self) -> Vec<&str> {
        self.0.trace().violations().iter().map(|found| found.text.as_str()).collect()
    }

    /// What clients were told, in the order of their calls; `None` where a call has not returned.
    pub fn answers(&self) -> Vec<Option<String>> {
        self.0.trace().ops().map(|op| self.0.op(op.id).and_then(|(_, answer)| answer)).collect()
    }

    /// A field of a node's view at a moment, each time that it occurs.
    pub fn field(&self, node: NodeId, at: Ns, name: &str) -> Vec<String> {
        let view = self.0.node(node, Key::end_of(at)).and_then(|node| node.view);
        let fields = view.into_iter().flat_map(|view| view.fields);
        fields.filter(|field| field.name == name).map(|field| field.value).collect()
    }

    /// A node's role at a moment; `None` while it is down.
    pub fn role(&self, node: NodeId, at: Ns) -> Option<&'static str> {
        self.0.trace().status(node, Key::end_of(at)).map(|status| status.role)
    }

    /// The labels of all messages of one kind, by sender.
    pub fn said(&self, kind: &str) -> Vec<(NodeId, String)> {
        let said = self.0.trace().messages().filter_map(|(id, _)| Some((id.node, self.0.message(id)?)));
        said.filter(|(_, msg)| msg.kind == kind).map(|(node, msg)| (node, msg.label)).collect()
    }

    /// Whether a node said, in a note of its own, something with these words in it.
    pub fn noted(&self, node: NodeId, words: &str) -> bool {
        let mine = self.0.trace().order().iter().filter(|event| event.node == node);
        mine.filter_map(|&event| self.0.explain(event))
            .flat_map(|told| told.notes)
            .any(|note| note.contains(words))
    }
}

/// A protocol's usual scenario with nothing in it: true clocks, messages that take 10 ms, and nobody who asks.
#[allow(dead_code)] // Some stories do without.
pub fn quiet<P: Protocol>() -> Scenario {
    let mut scenario = P::scenario(None);
    scenario.script.clear();
    scenario.workload.ops.clear();
    scenario.clocks = Default::default();
    scenario.network.links.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(10));
    scenario
}

/// A scenario in which this is done, too.
#[allow(dead_code)] // Some stories do without.
pub fn with_script(mut scenario: Scenario, script: impl IntoIterator<Item = (Ns, Action)>) -> Scenario {
    script.into_iter().for_each(|(at, action)| {
        scenario.push(at, action);
    });
    scenario
}

/// Numbers below a bound, the same for the same seed.
pub struct Dice {
    chance: Chance,
    rolls: u32,
}

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice { chance: Chance::new(seed), rolls: 0 }
    }

    /// A number that is no further from zero than this.
    #[allow(dead_code)] // Some stories do without.
    pub fn around_zero(&mut self, most: u64) -> i64 {
        self.roll(2 * most + 1) as i64 - most as i64
    }

    pub fn roll(&mut self, bound: u64) -> u64 {
        self.rolls += 1;
        self.chance.pick(NodeId::client(99), self.rolls, 0, bound)
    }

    /// A span from `min` to `max` milliseconds, not a whole number of them.
    fn ms(&mut self, min: u64, max: u64) -> Ns {
        Ns(min * 1_000_000 + self.roll((max - min) * 1_000_000))
    }
}

/// When all trouble is over: everybody is up, and every link is whole.
pub const CALM: Ns = Ns::s(3);

/// Puts a scenario into trouble until [`CALM`]: crashes between activations and inside them, partitions, pauses, clocks
/// that run fast or slow, and messages that are lost, late, or come twice. Disks survive.
pub fn trouble(seed: u64, usual: Scenario, until: Ns) -> Scenario {
    let mut scenario = Scenario { seed, until, ..usual };
    let mut dice = Dice::new(seed ^ 0x5eed);
    scenario.network.latency = Latency::Uniform { min: Ns::ms(1), max: dice.ms(5, 60) };
    scenario.network.loss_ppm = dice.roll(150_000) as u32;
    scenario.network.duplicate_ppm = dice.roll(150_000) as u32;
    let quiet = 20 + dice.roll(400);
    let mut now = Ns::ms(80);
    while now < CALM {
        bother(&mut scenario, &mut dice, now);
        now = now + dice.ms(5, 5 + quiet);
    }
    scenario.push(CALM, Action::Heal { from: None, to: None });
    for node in (0..scenario.nodes).map(NodeId::server) {
        scenario.push(CALM, Action::Resume { node });
        // A crash inside an activation waits for that activation: whoever is down is soon put up again.
        let mut now = CALM;
        while now < until - Ns::s(3) {
            scenario.push(now, Action::Recover { node });
            now = now + Ns::ms(500);
        }
    }
    scenario
}

/// The same trouble, but every crash takes the disk with it: nothing is promised any more, but that nothing panics.
#[allow(dead_code)] // Some stories do without.
pub fn with_amnesia(mut scenario: Scenario) -> Scenario {
    for entry in &mut scenario.script {
        if let Action::Crash { node } = entry.action {
            entry.action = Action::Amnesia { node };
        }
    }
    scenario
}

fn bother(scenario: &mut Scenario, dice: &mut Dice, now: Ns) {
    let node = NodeId::server(dice.roll(u64::from(scenario.nodes)) as u16);
    let later = |dice: &mut Dice| (now + dice.ms(1, 700)).min(CALM);
    match dice.roll(8) {
        0..=1 => {
            scenario.push(now, Action::Crash { node });
            let action = Action::Recover { node };
            scenario.push(later(dice), action);
        }
        2..=3 => {
            let event = EventId { node, index: 2 + dice.roll(40) as u32 };
            scenario.push(now, Action::CrashInside { event, after: dice.roll(6) as u32 });
            scenario.push(later(dice), Action::Recover { node });
        }
        4..=5 => {
            let (mut one, mut rest) = (vec![node], Vec::new());
            for other in (0..scenario.nodes).map(NodeId::server).filter(|&other| other != node) {
                if dice.roll(3) == 0 { one.push(other) } else { rest.push(other) }
            }
            let groups = vec![one, rest];
            let (until, one_way) = (Some(later(dice)), dice.roll(4) == 0);
            scenario.push(now, Action::Partition { groups, until, one_way });
        }
        6 => {
            scenario.push(now, Action::Pause { node, vm: false });
            scenario.push(later(dice), Action::Resume { node });
        }
        _ => {
            let drift_ppm = Some(dice.roll(1_500_000) as i64 - 500_000);
            scenario.push(now, Action::clock(node, None, drift_ppm));
        }
    }
}
