//! The two generals: they must attack together, and can only send messengers who may be caught (Akkoyunlu, Ekanadham and
//! Huber, *Some Constraints and Tradeoffs in the Design of Network Communications*, 1975; Gray, *Notes on Data Base
//! Operating Systems*, 1978, §5.8.3.3.1).
//!
//! A sends the plan, B confirms, A confirms the confirmation, and so on, for as many messengers as were agreed
//! beforehand. At dawn each general attacks if everything came that it was to receive. Whatever the number, the last
//! messenger makes the difference: whoever sent it cannot know whether it arrived, and attacks all the same.
//!
//! Another rule does not help. All that a general knows at dawn is how many messengers have come, for each is sent only when
//! the one before it has come; so [`Rule`] can say every rule that there is.

use std::fmt;

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Milestone, World};
use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Debug)]
pub struct TwoGenerals {
    params: Params,
}

/// What the generals have agreed on beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many messengers go to and fro in all, the first with the plan.
    pub messengers: u32,
    /// When each general decides, on its own clock.
    pub dawn: Ns,
    /// Whether A means to attack. If not, it sends nobody, and stays.
    pub plan: bool,
    /// When A attacks.
    pub rule_a: Rule,
    /// When B attacks.
    pub rule_b: Rule,
}

impl Default for Params {
    fn default() -> Params {
        Params { messengers: 3, dawn: Ns::s(1), plan: true, rule_a: Rule::All, rule_b: Rule::All }
    }
}

/// When a general attacks, by how many messengers have come to it at dawn. Written `all`, `never`, or as numbers: `1, 2`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// If all came that it was to receive.
    #[default]
    All,
    /// If so many came, or so many; none: never.
    After(Vec<u32>),
}

impl From<Rule> for String {
    fn from(rule: Rule) -> String {
        rule.to_string()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::All => f.write_str("all"),
            Rule::After(counts) if counts.is_empty() => f.write_str("never"),
            Rule::After(counts) => {
                let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
                f.write_str(&counts.join(", "))
            }
        }
    }
}

impl TryFrom<String> for Rule {
    type Error = String;

    fn try_from(text: String) -> Result<Rule, String> {
        let counts = || text.split(',').map(|count| count.trim().parse().ok()).collect::<Option<Vec<u32>>>();
        match text.trim() {
            "all" => Ok(Rule::All),
            "never" => Ok(Rule::After(Vec::new())),
            _ => counts().map(Rule::After).ok_or_else(|| {
                format!(
                    "`{text}` is no rule: write `all`, `never`, or after how many messengers, such as `1, 2`"
                )
            }),
        }
    }
}

/// What a general knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct General {
    /// How many messengers it still waits for.
    missing: u32,
    /// The number of the last messenger that came; 0: none.
    heard: u32,
    /// What it does, once it is dawn.
    pub decision: Option<Decision>,
}

/// What a general does at dawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It attacks.
    Attack,
    /// It stays where it is.
    Stay,
}

impl Decision {
    const fn word(self) -> &'static str {
        match self {
            Decision::Attack => "attacks",
            Decision::Stay => "stays",
        }
    }
}

impl TwoGenerals {
    /// How many messengers a general waits for: A sends the odd ones and waits for the even ones; B the other way round.
    fn expected(&self, general: NodeId) -> u32 {
        (self.params.messengers + u32::from(general.number())) / 2
    }

    /// What a general does to whom so many messengers have not come.
    fn decide(&self, general: NodeId, missing: u32) -> Decision {
        let is_first = general.number() == 0;
        let attacks = match if is_first { &self.params.rule_a } else { &self.params.rule_b } {
            _ if is_first && !self.params.plan => false,
            Rule::All => missing == 0,
            Rule::After(counts) => counts.contains(&(self.expected(general).saturating_sub(missing))),
        };
        if attacks { Decision::Attack } else { Decision::Stay }
    }

    /// What is wrong though they agree: they stay although there was a plan and all messengers came, or attack without one.
    fn trivial<'a>(&self, generals: impl Iterator<Item = (NodeId, &'a General)>) -> Option<String> {
        let (mut all_came, mut decided, mut wrong) = (true, 0, None);
        for (node, general) in generals {
            all_came &= general.missing == 0;
            decided += u32::from(general.decision.is_some());
            let wrongly = if self.params.plan { Decision::Stay } else { Decision::Attack };
            wrong = wrong.or((general.decision == Some(wrongly)).then_some(node));
        }
        let node = wrong?;
        match self.params.plan {
            false => Some(format!("{node} attacks, and nobody has planned to.")),
            true if all_came && decided == 2 => Some(format!("Every messenger came, and {node} stays.")),
            true => None,
        }
    }
}

impl Protocol for TwoGenerals {
    type Params = Params;
    type State = General;
    type Stable = ();
    type Msg = u32; // The messenger's number, from 1.
    type Timer = (); // Dawn.
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "generals";
    const TITLE: &'static str = "Two generals";
    const SUMMARY: &'static str =
        "Two must act together or not at all, over a link that may lose any message";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("messengers", "how many messengers go to and fro in all"),
        ("dawn", "when each general decides, in ns of local time"),
        ("plan", "whether A means to attack; if not, it sends nobody"),
        ("rule_a", "when A attacks: all, if all came; never; or after how many messengers, as 1, 2"),
        ("rule_b", "when B attacks"),
    ];

    fn new(params: Params, nodes: Nodes) -> Result<TwoGenerals, String> {
        match (nodes.servers, params.messengers) {
            (2, 0..=1_000) => Ok(TwoGenerals { params }),
            (2, _) => Err("at most 1000 messengers can be sent".to_owned()),
            (servers, _) => Err(format!("there are two generals, not {servers}")),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::ms(1_500), ..Scenario::new(Self::NAME, nodes.unwrap_or(2)) };
        scenario.workload.clients = 0;
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, TwoGenerals>) -> General {
        let number = u32::from(ctx.me().number());
        let missing = self.expected(ctx.me());
        ctx.set_timer((), self.params.dawn, self.params.dawn);
        let general = General { missing, heard: 0, decision: None };
        if number == 0 && self.params.messengers > 0 && self.params.plan {
            ctx.note(|| {
                "I propose to attack at dawn. Without an answer I cannot know that B has heard.".to_owned()
            });
            ctx.send(NodeId::server(1), 1);
        }
        general
    }

    fn on(&self, general: &mut General, event: Event<'_, TwoGenerals>, ctx: &mut Ctx<'_, TwoGenerals>) {
        match event {
            Event::Message { from, msg: &number } if number > general.heard && general.decision.is_none() => {
                general.missing = general.missing.saturating_sub(1);
                general.heard = number;
                if number < self.params.messengers {
                    ctx.note(|| format!("I have heard, and {from} does not know it: I must say so."));
                    ctx.send(from, number + 1);
                } else {
                    ctx.note(|| format!("This was the last messenger. {from} will never know that it came."));
                }
            }
            Event::Message { .. } => {}
            Event::Timer(()) => {
                let decision = self.decide(ctx.me(), general.missing);
                let missing = general.missing;
                ctx.note(|| match (missing, decision) {
                    (0, Decision::Attack) => "Everything came that I was to receive: I attack.".to_owned(),
                    (0, Decision::Stay) => {
                        "Everything came that I was to receive. I stay, as is my rule.".to_owned()
                    }
                    (missing, Decision::Attack) => {
                        format!("{missing} messengers have not come. I attack, as is my rule.")
                    }
                    (missing, Decision::Stay) => format!("{missing} messengers have not come: I stay."),
                });
                general.decision = Some(decision);
            }
            Event::Op { id, .. } => ctx.reply(id, "nobody asks a general"),
        }
    }

    fn status(&self, general: &General, (): &()) -> Status {
        match general.decision {
            Some(Decision::Attack) => Status { role: "attacks", weight: Weight::Thick, epoch: Some(1) },
            Some(Decision::Stay) => Status { role: "stays", weight: Weight::Thin, epoch: Some(2) },
            None => Status { role: "waits", weight: Weight::Dashed, epoch: None },
        }
    }

    fn view(&self, general: &General, (): &()) -> View {
        let decision = general.decision.map_or("not yet", Decision::word);
        View::default().field("still to come", general.missing).field("decision", decision)
    }

    fn describe(&self, &number: &u32) -> MsgView {
        let (kind, label, sentence) = match number {
            1 => ("plan", "attack at dawn".to_owned(), "Let us attack at dawn.".to_owned()),
            2 => (
                "confirmation",
                "I have heard".to_owned(),
                "I have your plan, and will attack if you know that.".to_owned(),
            ),
            _ => {
                let label = format!("confirmed, {}", number - 2);
                (
                    "confirmation",
                    label,
                    format!("I have messenger {}, and now you know that I have.", number - 1),
                )
            }
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, (): &()) -> String {
        "dawn".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<TwoGenerals>>> {
        vec![Box::new(Together::default()), Box::new(ToSomeEnd::default())]
    }
}

const AGREEMENT: &str = "agreement";
const NONTRIVIALITY: &str = "nontriviality";

/// What must hold: both attack, or neither.
#[derive(Clone, Debug, Default)]
struct Together {
    first: Option<(Decision, EventId)>,
    broken: bool,
}

impl Monitor<TwoGenerals> for Together {
    fn name(&self) -> &'static str {
        AGREEMENT
    }

    fn observe(&mut self, seen: Seen<'_, TwoGenerals>, report: &mut Report<'_>) {
        let general = seen.state.filter(|_| !seen.event.node.is_client());
        let Some(decision) = general.and_then(|general| general.decision) else { return };
        let &mut (first, event) = self.first.get_or_insert((decision, seen.event));
        if first != decision && event.node != seen.event.node && !self.broken {
            self.broken = true;
            let text =
                format!("{} {}, and {} {}.", event.node, first.word(), seen.event.node, decision.word());
            report.violated(text, [event]);
        }
    }
}

/// And what they do has something to do with the plan.
#[derive(Clone, Debug, Default)]
struct ToSomeEnd {
    generals: Map<NodeId, General>,
    is_broken: bool,
}

impl Monitor<TwoGenerals> for ToSomeEnd {
    fn name(&self) -> &'static str {
        NONTRIVIALITY
    }

    fn observe(&mut self, seen: Seen<'_, TwoGenerals>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let Some(general) = seen.state.filter(|_| !node.is_client() && !self.is_broken) else { return };
        self.generals.insert(node, general.clone());
        let wrong = seen.protocol.trivial(self.generals.iter().map(|(&node, general)| (node, general)));
        if let Some(text) = wrong {
            self.is_broken = true;
            report.violated(text, []);
        }
    }
}

impl Explored for TwoGenerals {
    const PROPERTIES: &'static [&'static str] = &[AGREEMENT, NONTRIVIALITY];
    const LOOKS_AT_ALL: bool = true;

    fn milestones(&self, me: NodeId, local: &Local<TwoGenerals>) -> Vec<Milestone> {
        let decision = local.state.as_ref().and_then(|general| general.decision);
        let of = |decision: Decision| Milestone {
            property: AGREEMENT,
            about: 0,
            is: decision as u64,
            text: format!("{me} {}", decision.word()),
        };
        decision.map(of).into_iter().collect()
    }

    fn always(&self, world: &World<'_, TwoGenerals>) -> Result<(), Broken> {
        let generals = world.nodes.iter().filter_map(|&(node, local)| Some((node, local.state.as_ref()?)));
        match self.trivial(generals) {
            Some(text) => Err(Broken { property: NONTRIVIALITY, text }),
            None => Ok(()),
        }
    }
}
