//! Gossip: whoever hears something new tells two others, picked at random (Demers et al., 1987).

use std::collections::{BTreeMap, BTreeSet};
use std::{fmt, str::FromStr};

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Scenario, WeightedOp};
use lightcone_sim::time::Ns;

/// What nodes tell one another, and what clients are asked to tell: `tell it's spring`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rumour(String);

impl fmt::Display for Rumour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tell {}", self.0)
    }
}

impl FromStr for Rumour {
    type Err = String;
    fn from_str(text: &str) -> Result<Rumour, String> {
        let rumour =
            text.strip_prefix("tell ").ok_or("write `tell` and a text, such as `tell it's spring`")?;
        Ok(Rumour(rumour.to_owned()))
    }
}

/// The protocol. What a person can set would be its fields; there is nothing.
pub struct Gossip;

impl Protocol for Gossip {
    type Params = BTreeMap<String, u64>; // None.
    type State = BTreeSet<Rumour>; // What a node has heard. In memory: a crash makes it forget.
    type Stable = (); // Nothing is on disk.
    type Msg = Rumour;
    type Timer = (); // There is one, which needs no name.
    type Op = Rumour;
    type Ret = &'static str;

    const NAME: &'static str = "gossip";
    const TITLE: &'static str = "Gossip";
    const SUMMARY: &'static str = "A rumour spreads at random, until everybody has heard it";
    const OPS: &'static [&'static str] = &["tell it's spring"];

    fn new(_: Self::Params, _: Nodes) -> Result<Gossip, String> {
        Ok(Gossip)
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario::new(Self::NAME, nodes.unwrap_or(8));
        scenario.workload.every = Ns::s(3);
        scenario.workload.ops = vec![WeightedOp { op: "tell rumour {n}".to_owned(), weight: 1 }];
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Gossip>) -> Self::State {
        ctx.set_timer((), Ns::ms(500), Ns::s(1)); // At a random moment in between, by the node's own clock.
        BTreeSet::new()
    }

    fn on(&self, heard: &mut Self::State, event: Event<'_, Gossip>, ctx: &mut Ctx<'_, Gossip>) {
        // What to tell, and to how many.
        let (rumour, count) = match event {
            Event::Op { id, op, at } => {
                heard.insert(op.clone());
                ctx.reply(id, "told");
                return ctx.send(at.unwrap_or(NodeId::server(0)), op);
            }
            Event::Message { msg, .. } if heard.insert(msg.clone()) => (Some(msg.clone()), 2),
            Event::Message { .. } => return ctx.note(|| "I know that, and keep it to myself.".to_owned()),
            Event::Timer(()) => {
                ctx.note(|| {
                    "Somebody may have been left out, or a message lost: I tell an old story.".to_owned()
                });
                ctx.set_timer((), Ns::ms(500), Ns::s(1));
                (heard.iter().nth(ctx.pick(heard.len() as u64) as usize).cloned(), 1)
            }
        };
        for rumour in rumour.iter().cycle().take(count) {
            // All chance comes from `pick`, so that every run can be repeated.
            let lucky = NodeId::server(ctx.pick(ctx.server_count() as u64) as u16);
            ctx.send(lucky, rumour.clone());
        }
    }

    fn status(&self, heard: &Self::State, (): &()) -> Status {
        Status { role: "gossip", weight: Weight::Thin, epoch: Some(heard.len() as u64) }
    }

    fn view(&self, heard: &Self::State, (): &()) -> View {
        heard.iter().fold(View::default(), |view, rumour| view.field("heard", &rumour.0))
    }

    fn describe(&self, Rumour(text): &Rumour) -> MsgView {
        let sentence = format!("Have you heard? {text}!");
        MsgView { kind: "rumour", label: text.clone(), sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, (): &()) -> String {
        "old story".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Gossip>>> {
        Vec::new() // Invariants would go here.
    }
}
