//! The two generals: they must attack together, and can only send messengers who may be caught (Akkoyunlu, Ekanadham and
//! Huber, *Some Constraints and Tradeoffs in the Design of Network Communications*, 1975; Gray, *Notes on Data Base
//! Operating Systems*, 1978, §5.8.3.3.1).
//!
//! A sends the plan, B confirms, A confirms the confirmation, and so on, for as many messengers as were agreed
//! beforehand. At dawn each general attacks if everything came that it was to receive. Whatever the number, the last
//! messenger makes the difference: whoever sent it cannot know whether it arrived, and attacks all the same.

use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;
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
}

impl Default for Params {
    fn default() -> Params {
        Params { messengers: 3, dawn: Ns::s(1) }
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
        // A sends the odd messengers and waits for the even ones; B the other way round.
        let missing = (self.params.messengers + number) / 2;
        ctx.set_timer((), self.params.dawn, self.params.dawn);
        let general = General { missing, heard: 0, decision: None };
        if number == 0 && self.params.messengers > 0 {
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
                let decision = if general.missing == 0 { Decision::Attack } else { Decision::Stay };
                let missing = general.missing;
                ctx.note(|| match missing {
                    0 => "Everything came that I was to receive: I attack.".to_owned(),
                    missing => format!("{missing} messengers have not come: I stay."),
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
        vec![Box::new(Together::default())]
    }
}

/// What must hold: both attack, or neither.
#[derive(Clone, Debug, Default)]
struct Together {
    first: Option<(Decision, EventId)>,
    broken: bool,
}

impl Monitor<TwoGenerals> for Together {
    fn name(&self) -> &'static str {
        "agreement"
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
