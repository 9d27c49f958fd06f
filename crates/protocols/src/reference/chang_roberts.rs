//! Election of a leader on a ring (Chang and Roberts, *An Improved Algorithm for Decentralized Extrema-Finding in Circular
//! Configurations of Processes*, 1979; Merz's specification `ChangRoberts`): the smallest identity of those that begin wins.
//!
//! Which nodes begin is chance, and in an exploration every choice is gone through.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, World};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;

use super::{NoParams, SOON, quiet};

/// The specification. The identity of A is 1, of B 2, and so on along the ring.
#[derive(Debug)]
pub struct ChangRoberts;

/// What a node has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It may still win.
    Cand,
    /// It cannot.
    Lost,
    /// It has won.
    Won,
    /// A client has nothing to do.
    Idle,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Whether it begins by itself.
    pub initiator: bool,
    /// What it has come to.
    pub state: Standing,
    /// Whether it has taken its first step (`pc` is no longer `n0`).
    pub has_begun: bool,
    /// What came before it had, to be handled then.
    waiting: Vec<u16>,
}

/// The one who wins began, has the least identity of those who did, and all others have lost.
const CORRECTNESS: &str = "correctness";

impl ChangRoberts {
    fn receive(&self, state: &mut State, id: u16, ctx: &mut Ctx<'_, ChangRoberts>) {
        let mine = identity(ctx.me());
        match state.state {
            Standing::Lost => {
                ctx.note(|| format!("I cannot win, and pass {id} on."));
                ctx.send(successor(ctx), id);
            }
            _ if id < mine => {
                ctx.note(|| format!("{id} is less than my {mine}: I have lost, and pass it on."));
                state.state = Standing::Lost;
                ctx.send(successor(ctx), id);
            }
            _ if id == mine => {
                ctx.note(|| format!("My own {mine} has come all the way round: I lead."));
                state.state = Standing::Won;
            }
            _ => ctx.note(|| format!("{id} is more than my {mine}: here it ends.")),
        }
    }
}

fn identity(node: NodeId) -> u16 {
    node.number() + 1
}

fn successor(ctx: &Ctx<'_, ChangRoberts>) -> NodeId {
    NodeId::server((ctx.me().number() + 1) % ctx.server_count() as u16)
}

impl Protocol for ChangRoberts {
    type Params = NoParams;
    type State = State;
    type Stable = ();
    type Msg = u16; // An identity.
    type Timer = (); // The first step.
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "chang_roberts";
    const TITLE: &'static str = "Election on a ring (Chang and Roberts)";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str =
        "Identities go round a ring, the larger ones are stopped, and the least comes home: its node leads";

    fn new(_: NoParams, nodes: Nodes) -> Result<ChangRoberts, String> {
        if nodes.servers == 0 { Err("there must be a node".to_owned()) } else { Ok(ChangRoberts) }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        quiet::<ChangRoberts>(nodes.unwrap_or(5))
    }

    fn boot(&self, ctx: &mut Ctx<'_, ChangRoberts>) -> State {
        if ctx.me().is_client() {
            return State { initiator: false, state: Standing::Idle, has_begun: false, waiting: Vec::new() };
        }
        let initiator = ctx.pick(2) == 1;
        ctx.set_timer((), SOON.0, SOON.1);
        let state = if initiator { Standing::Cand } else { Standing::Lost };
        State { initiator, state, has_begun: false, waiting: Vec::new() }
    }

    fn on(&self, state: &mut State, event: Event<'_, ChangRoberts>, ctx: &mut Ctx<'_, ChangRoberts>) {
        match event {
            Event::Message { msg, .. } if !state.has_begun => state.waiting.push(*msg),
            Event::Message { msg, .. } => self.receive(state, *msg, ctx),
            Event::Timer(()) => {
                let initiator = state.initiator;
                ctx.note(|| {
                    if initiator {
                        "I begin: my identity goes round."
                    } else {
                        "I do not begin, and only pass on."
                    }
                    .to_owned()
                });
                state.has_begun = true;
                if state.initiator {
                    ctx.send(successor(ctx), identity(ctx.me()));
                }
                for id in std::mem::take(&mut state.waiting) {
                    self.receive(state, id, ctx);
                }
            }
            Event::Op { id, .. } => ctx.reply(id, "nobody asks a node"),
        }
    }

    fn status(&self, state: &State, (): &()) -> Status {
        let (role, weight) = match state.state {
            Standing::Cand => ("candidate", Weight::Dashed),
            Standing::Lost if state.initiator => ("lost", Weight::Thin),
            Standing::Lost => ("passive", Weight::Thin),
            Standing::Idle => ("client", Weight::Thin),
            Standing::Won => ("leader", Weight::Thick),
        };
        Status { role, weight, epoch: None }
    }

    fn view(&self, state: &State, (): &()) -> View {
        let word = match state.state {
            Standing::Cand => "cand",
            Standing::Lost => "lost",
            Standing::Won => "won",
            Standing::Idle => return View::default(),
        };
        View::default().field("initiator", state.initiator).field("state", word)
    }

    fn describe(&self, msg: &u16) -> MsgView {
        let sentence = format!("The least identity so far is {msg}.");
        MsgView { kind: "id", label: format!("id {msg}"), sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, (): &()) -> String {
        "takes its first step".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<ChangRoberts>>> {
        vec![Box::new(Correct::default())]
    }
}

/// Watches [`CORRECTNESS`].
#[derive(Clone, Debug, Default)]
struct Correct {
    /// What each node last was.
    nodes: Vec<(NodeId, State)>,
    /// What has been said to be wrong, so that it is said once.
    said: Option<String>,
}

/// What is wrong with a leader.
fn wrong<'a>(nodes: impl Iterator<Item = (NodeId, &'a State)> + Clone) -> Option<String> {
    let (leader, state) = nodes.clone().find(|(_, state)| state.state == Standing::Won)?;
    if !state.initiator {
        return Some(format!("{leader} leads and never began."));
    }
    nodes.filter(|(node, _)| *node != leader).find_map(|(node, state)| match state {
        State { state: Standing::Lost, initiator, .. } if !initiator || identity(node) > identity(leader) => {
            None
        }
        State { initiator: true, .. } if identity(node) < identity(leader) => {
            Some(format!("{leader} leads, though {node} began and has a smaller identity."))
        }
        _ => Some(format!("{leader} leads, and {node} does not know that it has lost.")),
    })
}

impl Monitor<ChangRoberts> for Correct {
    fn name(&self) -> &'static str {
        CORRECTNESS
    }

    fn observe(&mut self, seen: Seen<'_, ChangRoberts>, report: &mut Report<'_>) {
        let node = seen.event.node;
        self.nodes.retain(|(other, _)| *other != node);
        let Some(state) = seen.state.filter(|_| !node.is_client()) else { return };
        self.nodes.push((node, state.clone()));
        let wrong = wrong(self.nodes.iter().map(|(node, state)| (*node, state)));
        if wrong != self.said {
            self.said.clone_from(&wrong);
            if let Some(text) = wrong {
                report.violated(text, []);
            }
        }
    }
}

impl Explored for ChangRoberts {
    const PROPERTIES: &'static [&'static str] = &[CORRECTNESS];
    const LOOKS_AT_ALL: bool = true;

    fn always(&self, world: &World<'_, ChangRoberts>) -> Result<(), Broken> {
        let servers = world.nodes.iter().filter(|(node, _)| !node.is_client());
        let nodes = servers.filter_map(|(node, local)| Some((*node, local.state.as_ref()?)));
        wrong(nodes).map_or(Ok(()), |text| Err(Broken { property: CORRECTNESS, text }))
    }

    fn looks_alike(&self, one: &Local<ChangRoberts>, other: &Local<ChangRoberts>) -> bool {
        let shown = |local: &Local<ChangRoberts>| local.state.as_ref().map(|it| (it.state, it.initiator));
        shown(one) == shown(other)
    }

    fn takes(&self, _me: NodeId, local: &Local<ChangRoberts>, _msg: &u16) -> bool {
        local.state.as_ref().is_none_or(|state| state.has_begun)
    }
}
