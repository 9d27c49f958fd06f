//! The echo algorithm: a wave through a network that leaves a spanning tree behind (Chang, *Echo Algorithms: Depth Parallel
//! Operations on General Graphs*, 1982; Merz's specification `Echo`). Here every node is every other's neighbour.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Names, World, permuted_bits};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;

use super::{AT_ONCE, NoParams, Rules, SOON, bits, enable, names, quiet, set};

/// The specification. A is the initiator.
#[derive(Debug)]
pub struct Echo;

/// Where a process stands in its program (`pc`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// Before its first step.
    N0,
    /// It receives.
    N1,
    /// It has heard from all neighbours.
    N2,
    /// It has answered its parent.
    Done,
    /// A client has nothing to do.
    Idle,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Where it stands.
    pub at: At,
    /// From whom the wave came.
    pub parent: Option<NodeId>,
    /// Whose parent it is, one bit each.
    pub children: u32,
    /// How many messages it has received.
    pub rcvd: u16,
    /// What came before its first step.
    waiting: Vec<(NodeId, Kind)>,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The wave.
    M,
    /// "You are my parent."
    C,
}

/// A node is another's child only if that one is its parent.
const PARENT_CHILD: &str = "parent and child";

/// The initiator.
const ROOT: NodeId = NodeId::server(0);

impl Echo {
    fn receive(&self, state: &mut State, from: NodeId, kind: Kind, ctx: &mut Ctx<'_, Echo>) {
        state.rcvd += 1;
        if ctx.me() != ROOT && state.rcvd == 1 {
            ctx.note(|| {
                format!("The wave reaches me from {from}: that is my parent, and all others hear of it.")
            });
            state.parent = Some(from);
            for peer in ctx.peers().filter(|&peer| peer != from) {
                ctx.send(peer, Kind::M);
            }
        }
        if kind == Kind::C {
            state.children |= 1 << from.number();
        }
    }
}

/// What a process does next by itself, if anything.
fn enabled(state: &State, servers: usize) -> Rules<Echo> {
    match state.at {
        At::N0 => vec![((), SOON)],
        At::N1 if usize::from(state.rcvd) + 1 >= servers => vec![((), AT_ONCE)],
        At::N2 => vec![((), AT_ONCE)],
        At::N1 | At::Done | At::Idle => Vec::new(),
    }
}

impl Protocol for Echo {
    type Params = NoParams;
    type State = State;
    type Stable = ();
    type Msg = Kind;
    type Timer = (); // The next step that no message sets going.
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "echo";
    const TITLE: &'static str = "Echo algorithm";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str =
        "A wave goes out from one node and comes back to it, and leaves a spanning tree behind";

    fn new(_: NoParams, nodes: Nodes) -> Result<Echo, String> {
        match nodes.servers {
            1..=32 => Ok(Echo),
            servers => Err(format!("1 to 32 nodes, not {servers}")),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        quiet::<Echo>(nodes.unwrap_or(4))
    }

    fn boot(&self, ctx: &mut Ctx<'_, Echo>) -> State {
        let at = if ctx.me().is_client() { At::Idle } else { At::N0 };
        let state = State { at, parent: None, children: 0, rcvd: 0, waiting: Vec::new() };
        enable(ctx, &Vec::new(), enabled(&state, ctx.server_count()));
        state
    }

    fn on(&self, state: &mut State, event: Event<'_, Echo>, ctx: &mut Ctx<'_, Echo>) {
        let was = set(enabled(state, ctx.server_count()), &event);
        match (event, state.at) {
            (Event::Message { from, msg }, At::N0) => state.waiting.push((from, *msg)),
            (Event::Message { from, msg }, _) => self.receive(state, from, *msg, ctx),
            (Event::Timer(()), At::N0) => {
                state.at = At::N1;
                if ctx.me() == ROOT {
                    ctx.note(|| "I begin: a wave goes out to all.".to_owned());
                    ctx.peers().for_each(|peer| ctx.send(peer, Kind::M));
                }
                for (from, kind) in std::mem::take(&mut state.waiting) {
                    self.receive(state, from, kind, ctx);
                }
            }
            (Event::Timer(()), At::N1) => state.at = At::N2,
            (Event::Timer(()), _) => {
                state.at = At::Done;
                if let Some(parent) = state.parent {
                    ctx.note(|| "I have heard from everybody, and tell my parent.".to_owned());
                    ctx.send(parent, Kind::C);
                }
            }
            (Event::Op { id, .. }, _) => return ctx.reply(id, "nobody asks a process"),
        }
        enable(ctx, &was, enabled(state, ctx.server_count()));
    }

    fn status(&self, state: &State, (): &()) -> Status {
        let (role, weight) = match state.at {
            At::Done => ("done", Weight::Thick),
            At::Idle => ("client", Weight::Thin),
            _ if state.rcvd > 0 => ("reached", Weight::Dashed),
            _ => ("quiet", Weight::Thin),
        };
        Status { role, weight, epoch: None }
    }

    fn view(&self, state: &State, (): &()) -> View {
        View::default()
            .field("parent", names(state.parent.iter().map(|parent| parent.number())))
            .field("children", names(bits(state.children)))
            .field("rcvd", state.rcvd)
    }

    fn describe(&self, msg: &Kind) -> MsgView {
        let (kind, label, sentence) = match msg {
            Kind::M => ("m", "wave", "The wave: pass it on."),
            Kind::C => ("c", "child", "You are my parent, and all behind me have heard."),
        };
        MsgView { kind, label: label.to_owned(), sentence: sentence.to_owned(), epoch: None, routine: false }
    }

    fn describe_timer(&self, (): &()) -> String {
        "takes its next step".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Echo>>> {
        vec![Box::new(Family::default())]
    }
}

/// Watches [`PARENT_CHILD`].
#[derive(Clone, Debug, Default)]
struct Family {
    nodes: Vec<(NodeId, State)>,
    /// What has been said to be wrong, so that it is said once.
    said: Option<String>,
}

/// Who is whose child without having it for a parent.
fn wrong<'a>(nodes: impl Iterator<Item = (NodeId, &'a State)> + Clone) -> Option<String> {
    nodes.clone().find_map(|(parent, state)| {
        let children = nodes.clone().filter(|(node, _)| state.children >> node.number() & 1 == 1);
        let (child, _) = children.into_iter().find(|(_, child)| child.parent != Some(parent))?;
        Some(format!("{child} is {parent}'s child, and {parent} is not its parent."))
    })
}

impl Monitor<Echo> for Family {
    fn name(&self) -> &'static str {
        PARENT_CHILD
    }

    fn observe(&mut self, seen: Seen<'_, Echo>, report: &mut Report<'_>) {
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

impl Explored for Echo {
    const PROPERTIES: &'static [&'static str] = &[PARENT_CHILD];
    const LOOKS_AT_ALL: bool = true;

    fn always(&self, world: &World<'_, Echo>) -> Result<(), Broken> {
        let nodes = world.nodes.iter().filter_map(|(node, local)| Some((*node, local.state.as_ref()?)));
        wrong(nodes).map_or(Ok(()), |text| Err(Broken { property: PARENT_CHILD, text }))
    }

    fn looks_alike(&self, one: &Local<Echo>, other: &Local<Echo>) -> bool {
        let shown = |local: &Local<Echo>| local.state.as_ref().map(|it| (it.parent, it.children));
        shown(one) == shown(other)
    }

    fn takes(&self, _me: NodeId, local: &Local<Echo>, _msg: &Kind) -> bool {
        local.state.as_ref().is_none_or(|state| state.at == At::N1)
    }

    fn interchangeable(&self, nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        Ok(vec![(1..nodes.servers).map(NodeId::server).collect()])
    }

    fn renamed(&self, local: &Local<Echo>, names: &Names<'_>) -> Local<Echo> {
        let mut renamed = local.clone();
        if let Some(state) = &mut renamed.state {
            state.parent = state.parent.map(names);
            state.children = permuted_bits(state.children, 0, names);
            state.waiting.iter_mut().for_each(|(from, _)| *from = names(*from));
        }
        renamed
    }
}
