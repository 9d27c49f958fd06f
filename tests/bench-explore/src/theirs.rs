//! A protocol as Stateright's actors.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lightcone_explore::Network;
use lightcone_sim::alone::{Answers, Done, Local, Told, step};
use lightcone_sim::explored::Explored;
use lightcone_sim::ids::{EntryId, NodeId, Nodes, OpId, OpSource};
use lightcone_sim::protocol::Effect;
use stateright::actor::{Actor, ActorModel, Id, Network as TheirNetwork, Out, model_timeout};
use stateright::{Checker, Expectation, Model};

use crate::measured::Case;

/// A thing with a hash of it made once, by which it is ordered: Stateright sorts choices, and our messages have no order.
pub struct Hashed<T>(pub u64, pub T);

impl<T: Hash> Hashed<T> {
    /// With its hash.
    pub fn new(what: T) -> Hashed<T> {
        let mut hasher = std::hash::DefaultHasher::new();
        what.hash(&mut hasher);
        Hashed(hasher.finish(), what)
    }
}

impl<T: Clone> Clone for Hashed<T> {
    fn clone(&self) -> Self {
        Hashed(self.0, self.1.clone())
    }
}

impl<T> PartialEq for Hashed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Hashed<T> {}

impl<T> PartialOrd for Hashed<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Hashed<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Hashed<T> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.0.hash(to);
    }
}

impl<T: fmt::Debug> fmt::Debug for Hashed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.fmt(f)
    }
}

/// One of the timers of a protocol, or the call that a client, by place, has still to make. (Stateright's fingerprint of a state
/// does not tell whose timers are set if they have one name, and two states would be taken for one.)
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Wait<T> {
    Call(usize),
    Timer(T),
}

/// A node as an actor.
struct Node<P: Explored> {
    protocol: Arc<P>,
    nodes: Nodes,
    op: Option<P::Op>,
    timers: bool,
}

/// A node's state.
pub struct State<P: Explored>(pub Local<P>);

impl<P: Explored> Clone for State<P> {
    fn clone(&self) -> Self {
        State(self.0.clone())
    }
}

impl<P: Explored> PartialEq for State<P> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<P: Explored> Hash for State<P> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.0.hash(to);
    }
}

impl<P: Explored> fmt::Debug for State<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P: Explored> Node<P> {
    fn me(&self, id: Id) -> NodeId {
        self.nodes.at(usize::from(id))
    }

    /// Takes a step, and tells Stateright what came of it. `set` are the timers that it knows to be set.
    fn step(&self, id: Id, local: &mut Local<P>, told: Told<'_, P>, set: &[P::Timer], out: &mut Out<Self>) {
        let Done { effects, .. } =
            step(&*self.protocol, self.nodes, self.me(id), local, told, Answers::default(), None);
        for effect in effects {
            if let Effect::Send { to, msg } = effect
                && let Some(place) = self.nodes.index(to)
            {
                out.send(Id::from(place), Hashed::new(msg));
            }
        }
        if !self.timers {
            return;
        }
        for timer in set.iter().filter(|timer| !local.timers.contains(timer)) {
            out.cancel_timer(Wait::Timer(Hashed::new(timer.clone())));
        }
        for timer in local.timers.iter().filter(|timer| !set.contains(timer)) {
            out.set_timer(Wait::Timer(Hashed::new(timer.clone())), model_timeout());
        }
    }
}

impl<P: Explored> Actor for Node<P> {
    type Msg = Hashed<P::Msg>;
    type Timer = Wait<Hashed<P::Timer>>;
    type State = State<P>;
    type Storage = ();
    type Random = ();

    fn on_start(&self, id: Id, _: &Option<()>, out: &mut Out<Self>) -> State<P> {
        let mut local = Local::new(&*self.protocol, self.me(id));
        self.step(id, &mut local, Told::Boot, &[], out);
        if self.op.is_some() {
            out.set_timer(Wait::Call(usize::from(id)), model_timeout());
        }
        State(local)
    }

    fn on_msg(
        &self,
        id: Id,
        state: &mut Cow<'_, State<P>>,
        src: Id,
        msg: Hashed<P::Msg>,
        out: &mut Out<Self>,
    ) {
        let mut local = state.0.clone();
        let set = local.timers.clone();
        self.step(id, &mut local, Told::Message { from: self.me(src), msg: &msg.1 }, &set, out);
        if local != state.0 {
            *state = Cow::Owned(State(local));
        }
    }

    fn on_timeout(&self, id: Id, state: &mut Cow<'_, State<P>>, timer: &Self::Timer, out: &mut Out<Self>) {
        let mut local = state.0.clone();
        let mut set = local.timers.clone();
        match timer {
            Wait::Call(_) => {
                let Some(op) = &self.op else { return };
                let id_of_op = OpId { client: self.me(id), source: OpSource::Entry(EntryId(1)) };
                self.step(id, &mut local, Told::Op { id: id_of_op, op }, &set, out);
            }
            Wait::Timer(Hashed(_, timer)) => {
                // Stateright has taken it out; the step may set it again.
                set.retain(|other| other != timer);
                self.step(id, &mut local, Told::Timer(timer), &set, out);
            }
        }
        if local != state.0 {
            *state = Cow::Owned(State(local));
        }
    }
}

/// How many distinct states Stateright meets, on one thread.
pub fn states<P: Explored>(case: Case<P>) -> u64 {
    if case.network == Network::Set {
        return crate::their_set::states(case);
    }
    let protocol = Arc::new(case.protocol);
    let network = match case.network {
        Network::Fifo => TheirNetwork::new_ordered([]),
        _ => TheirNetwork::new_unordered_nonduplicating([]),
    };
    let actors = (0..case.nodes.len()).map(|place| {
        let node = case.nodes.at(place);
        let ops = if node.is_client() { case.ops.get(usize::from(node.number())) } else { None };
        let op = ops.and_then(|ops| ops.first().cloned());
        Node { protocol: protocol.clone(), nodes: case.nodes, op, timers: case.timers }
    });
    let model = ActorModel::new((), ()).actors(actors).init_network(network).property(
        Expectation::Always,
        "nothing is watched",
        |_, _| true,
    );
    let mut checker = model.checker().threads(1);
    if let Some(depth) = case.depth {
        checker = checker.target_max_depth(depth as usize);
    }
    checker.spawn_bfs().join().unique_state_count() as u64
}
