//! Gossip: whoever hears something new tells two others, picked at random (Demers et al., 1987).

use std::collections::{BTreeMap, BTreeSet};

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, Protocol, View};
use lightcone_sim::scenario::{Scenario, WeightedOp};
use lightcone_sim::time::Ns;

/// The protocol. What a person can set would be its fields; there is nothing.
#[derive(Debug)]
pub struct Gossip;

impl Protocol for Gossip {
    type Params = BTreeMap<String, u64>; // None.
    type State = BTreeSet<String>; // The rumours that a node has heard. In memory: a crash makes it forget.
    type Stable = (); // Nothing is on disk.
    type Msg = String; // A rumour.
    type Timer = (); // There is one, which needs no name.
    type Op = String; // A client starts a rumour.
    type Ret = &'static str;
    const NAME: &'static str = "gossip";
    const TITLE: &'static str = "Gossip";
    const CHAPTER: &'static str = "Avoiding consensus";
    const SUMMARY: &'static str = "A rumour spreads at random, until everybody has heard it";
    const OPS: &'static [&'static str] = &["it's spring"];

    fn new(_: Self::Params, _: Nodes) -> Result<Gossip, String> {
        Ok(Gossip)
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario::new(Self::NAME, nodes.unwrap_or(6));
        scenario.workload.every = Ns::s(3); // The client starts a rumour every three seconds.
        scenario.workload.ops = vec![WeightedOp { op: "rumour {n}".to_owned(), weight: 1 }];
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
                ctx.note(|| "Somebody may have been left out: I tell an old story.".to_owned());
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

    fn view(&self, heard: &Self::State, (): &()) -> View {
        heard.iter().fold(View::default(), |view, rumour| view.field("heard", rumour))
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Gossip>>> {
        vec![Box::new(Truth::default())]
    }
}

/// An invariant: nobody hears what no client ever told.
#[derive(Clone, Default)]
struct Truth(BTreeSet<String>);

impl Monitor<Gossip> for Truth {
    fn name(&self) -> &'static str {
        "truth"
    }

    fn observe(&mut self, seen: Seen<'_, Gossip>, report: &mut Report<'_>) {
        self.0.extend(seen.asked.cloned());
        let mut heard = seen.state.into_iter().flatten();
        if let Some(rumour) = heard.find(|rumour| !self.0.contains(*rumour)) {
            report.violated(format!("{} heard `{rumour}`, which no client told.", seen.event.node), []);
        }
    }
}
