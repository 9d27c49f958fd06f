//! A protocol on a network that only grows, as one of Stateright's models. Its own such network keeps the last message
//! delivered as part of a state, which would make more states of the same system.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lightcone_sim::alone::{Answers, Done, Local, Told, step};
use lightcone_sim::explored::Explored;
use lightcone_sim::protocol::Effect;
use stateright::util::HashableHashSet;
use stateright::{Checker, Expectation, Model, Property};

use crate::measured::Case;
use crate::theirs::{Hashed, State};

/// A message: from, to, and what it says.
type Letter<P> = (usize, usize, Hashed<<P as lightcone_sim::protocol::Protocol>::Msg>);

/// The whole.
pub struct Whole<P: Explored> {
    nodes: Vec<Arc<State<P>>>,
    sent: HashableHashSet<Letter<P>>,
}

impl<P: Explored> Clone for Whole<P> {
    fn clone(&self) -> Self {
        Whole { nodes: self.nodes.clone(), sent: self.sent.clone() }
    }
}

impl<P: Explored> PartialEq for Whole<P> {
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes && self.sent == other.sent
    }
}

impl<P: Explored> Hash for Whole<P> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.nodes.hash(to);
        self.sent.hash(to);
    }
}

impl<P: Explored> std::fmt::Debug for Whole<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, {:?}", self.nodes, self.sent)
    }
}

/// What happens next.
pub enum Action<P: Explored> {
    Deliver(Letter<P>),
    Fire(usize, P::Timer),
}

impl<P: Explored> Clone for Action<P> {
    fn clone(&self) -> Self {
        match self {
            Action::Deliver(letter) => Action::Deliver(letter.clone()),
            Action::Fire(place, timer) => Action::Fire(*place, timer.clone()),
        }
    }
}

impl<P: Explored> PartialEq for Action<P> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Action::Deliver(one), Action::Deliver(two)) => one == two,
            (Action::Fire(place, timer), Action::Fire(other, other_timer)) => {
                (place, timer) == (other, other_timer)
            }
            _ => false,
        }
    }
}

impl<P: Explored> std::fmt::Debug for Action<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Action::Deliver(letter) => write!(f, "{letter:?}"),
            Action::Fire(place, timer) => write!(f, "{place} {timer:?}"),
        }
    }
}

/// The system.
struct System<P: Explored>(Case<P>);

impl<P: Explored> System<P> {
    fn step(&self, whole: &mut Whole<P>, place: usize, told: Told<'_, P>) {
        let mut local = whole.nodes[place].0.clone();
        self.take(&mut local, place, told, &mut whole.sent);
        whole.nodes[place] = Arc::new(State(local));
    }

    fn take(
        &self,
        local: &mut Local<P>,
        place: usize,
        told: Told<'_, P>,
        sent: &mut HashableHashSet<Letter<P>>,
    ) {
        let nodes = self.0.nodes;
        let Done { effects, .. } =
            step(&self.0.protocol, nodes, nodes.at(place), local, told, Answers::default(), None);
        for effect in effects {
            if let Effect::Send { to, msg } = effect
                && let Some(to) = nodes.index(to)
            {
                sent.insert((place, to, Hashed::new(msg)));
            }
        }
    }
}

impl<P: Explored> Model for System<P> {
    type State = Whole<P>;
    type Action = Action<P>;

    fn init_states(&self) -> Vec<Whole<P>> {
        let mut sent = HashableHashSet::new();
        let nodes = (0..self.0.nodes.len()).map(|place| {
            let mut local = Local::new(&self.0.protocol, self.0.nodes.at(place));
            self.take(&mut local, place, Told::Boot, &mut sent);
            Arc::new(State(local))
        });
        let nodes = nodes.collect();
        vec![Whole { nodes, sent }]
    }

    fn actions(&self, whole: &Whole<P>, actions: &mut Vec<Action<P>>) {
        actions.extend(whole.sent.iter().cloned().map(Action::Deliver));
        for (place, node) in whole.nodes.iter().enumerate() {
            actions.extend(node.0.timers.iter().map(|timer| Action::Fire(place, timer.clone())));
        }
    }

    fn next_state(&self, whole: &Whole<P>, action: Action<P>) -> Option<Whole<P>> {
        let mut next = whole.clone();
        match &action {
            Action::Deliver((from, to, msg)) => {
                self.step(&mut next, *to, Told::Message { from: self.0.nodes.at(*from), msg: &msg.1 });
            }
            Action::Fire(place, timer) => self.step(&mut next, *place, Told::Timer(timer)),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property {
            expectation: Expectation::Always,
            name: "nothing is watched",
            condition: |_, _| true,
        }]
    }
}

/// How many distinct states Stateright meets, on one thread.
pub fn states<P: Explored>(case: Case<P>) -> u64 {
    System(case).checker().threads(1).spawn_bfs().join().unique_state_count() as u64
}
