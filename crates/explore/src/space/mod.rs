//! All states that a system can come to, step by step.
//!
//! A state is a list of numbers: each node's state, what has been so once, what is spent of the budgets and which links are
//! cut, how far each client has come, and then the messages under way.

mod batch;
mod history;
mod lies;
mod persistent;
mod steps;
mod symmetry;

use std::fmt;

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, World};
use lightcone_sim::ids::{NodeId, Nodes};

pub(crate) use self::batch::Batch;
use self::history::{History, Seen};
use self::symmetry::Symmetry;
use crate::assumptions::{ASKED_FOR, Assumptions, Budgets, Kind, Narrowed, Network, Ticks, Watched};
use crate::choice::{Choice, Deed, Move};
use crate::intern::{Interner, Memo, scattered};
use crate::outcome::{Input, Known, Letter, MOST_OPS};
use crate::start::Start;

/// Why a system cannot be gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooBig(pub String);

impl fmt::Display for TooBig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TooBig {}

/// Where nothing can happen any more, nothing is left to do: a property that every system has.
pub const NEVER_STUCK: &str = "never stuck";

/// A protocol with all that is assumed of its world, and all of its states that have been met.
pub struct Space<P: Explored> {
    pub(crate) known: Known<P>,
    network: Network,
    budgets: Budgets,
    watched: Watched,
    idle_waits: bool,
    ticks: Option<Ticks>,
    narrowed: Option<Narrowed<P>>,
    /// By a node's state and a message: whether it may still arrive there.
    arrives_memo: Memo,
    /// Milestones, and the number of the orders of what clients have seen.
    histories: Interner<(Vec<u32>, u32)>,
    history: Vec<History>,
    history_memo: Memo,
    orders: Interner<Seen>,
    orders_memo: Memo,
    /// Where it begins, if not where all nodes start.
    pub(crate) start: Option<Start<P>>,
    /// Where states that are alike are taken for one.
    symmetry: Option<Symmetry>,
    /// Room for states that are being changed.
    spare: Vec<Vec<u32>>,
}

/// Bits that one kind of budget takes in a word.
const BITS: u32 = 4;

/// No clock goes on more often.
const MOST_TICKS: u8 = 100;

impl<P: Explored> Space<P> {
    /// The states of a protocol, or why they cannot be gone through.
    pub fn new(protocol: P, assumptions: Assumptions<P>) -> Result<Space<P>, TooBig> {
        let Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks, narrowed } = assumptions;
        if nodes.servers > 16 || nodes.clients > 16 {
            return Err(TooBig("at most 16 servers and 16 clients can be gone through".to_owned()));
        }
        if Kind::ALL.into_iter().any(|kind| budgets.most(kind).is_some_and(|most| most >= 1 << BITS)) {
            return Err(TooBig("at most 15 faults of a kind can be gone through".to_owned()));
        }
        if ticks.is_some_and(|ticks| ticks.unit.0 == 0 || ticks.most > MOST_TICKS) {
            return Err(TooBig(format!(
                "clocks can go on {MOST_TICKS} times at most, and each time by something"
            )));
        }
        if ops.len() > usize::from(nodes.clients) {
            return Err(TooBig("there are operations for more clients than there are".to_owned()));
        }
        if ops.iter().any(|ops| ops.len() > MOST_OPS) {
            return Err(TooBig(format!("a client can call {MOST_OPS} times at most")));
        }
        let known = Known::new(protocol, nodes, ops, watched.clone(), budgets.inside > 0);
        let mut space = Space {
            known,
            network,
            budgets,
            watched,
            idle_waits,
            ticks,
            narrowed,
            arrives_memo: Memo::default(),
            histories: Interner::default(),
            history: Vec::new(),
            history_memo: Memo::default(),
            orders: Interner::default(),
            orders_memo: Memo::default(),
            start: None,
            symmetry: None,
            spare: Vec::new(),
        };
        let (nothing, _) = space.orders.number(Seen::default());
        space.history_number(Vec::new(), nothing);
        Ok(space)
    }

    /// What is watched.
    pub fn watched(&self) -> &Watched {
        &self.watched
    }

    /// Who is there.
    pub fn nodes(&self) -> Nodes {
        self.known.nodes
    }

    /// What the network does.
    pub fn network(&self) -> Network {
        self.network
    }

    /// How clocks go on.
    pub fn ticks(&self) -> Option<Ticks> {
        self.ticks
    }

    /// The protocol.
    pub fn protocol(&self) -> &P {
        &self.known.protocol
    }

    /// About how many bytes is taken by what has been met: states of one node, messages, ways of steps, histories.
    pub(crate) fn bytes(&self) -> u64 {
        self.known.bytes()
            + self.histories.bytes()
            + self.history_memo.bytes()
            + self.orders.bytes()
            + self.orders_memo.bytes()
            + self.arrives_memo.bytes()
            + self.symmetry.as_ref().map_or(0, Symmetry::bytes)
    }

    fn servers(&self) -> usize {
        usize::from(self.known.nodes.servers)
    }

    fn len(&self) -> usize {
        self.known.nodes.len()
    }

    // Where things stand among the fixed words.
    fn at_history(&self) -> usize {
        self.len()
    }

    fn at_spent(&self) -> usize {
        self.len() + 1
    }

    fn at_cut(&self) -> usize {
        self.len() + 2
    }

    fn at_client(&self, client: usize) -> usize {
        self.len() + 3 + client
    }

    /// How many words come before the network.
    pub(crate) fn fixed(&self) -> usize {
        self.len() + 3 + self.known.ops.len()
    }

    /// Begins where a run has come to instead of where all nodes start.
    pub fn begin_at(&mut self, start: Start<P>) {
        self.known.first_entry = start.base.next_entry().0;
        self.start = Some(start);
    }

    /// The state where a run has come to.
    fn here(&mut self, start: &Start<P>) -> Vec<u32> {
        let mut state = Vec::new();
        for (place, local) in start.here.nodes.iter().enumerate() {
            state.push(self.known.number(place, local.clone()));
        }
        state.resize(self.fixed(), 0);
        let mut milestones = start.milestones.clone();
        milestones.retain(|milestone| self.known.watches(milestone.property));
        let mut been: Vec<u32> =
            milestones.into_iter().map(|milestone| self.known.milestone_number(milestone)).collect();
        been.sort_unstable();
        been.dedup();
        let (at_history, at_cut) = (self.at_history(), self.at_cut());
        state[at_history] = self.history_number(been, 0);
        state[at_cut] = start.here.cut_off;
        for client in 0..self.known.ops.len() {
            let at = self.at_client(client);
            // Its first call is the one that it made in the run.
            state[at] = u32::from(start.here.asking.get(client) == Some(&true)) << 16;
        }
        let fixed = self.fixed();
        for (from, to, msg) in start.here.under_way.iter().cloned() {
            let place = self.known.nodes.index(from).unwrap_or_default();
            let message = self.known.letter_number(place, Letter { from, to, msg });
            self.network.add(&mut state, fixed, message, &self.known);
        }
        state
    }

    /// The states in which it may begin: once every node has started, or where a run has come to.
    pub(crate) fn initial(&mut self) -> Vec<Vec<u32>> {
        if let Some(start) = self.start.take() {
            let state = self.here(&start);
            self.start = Some(start);
            return vec![state];
        }
        let mut fixed = Vec::new();
        for place in 0..self.len() {
            let me = self.known.nodes.at(place);
            let mut local = Local::new(&self.known.protocol, me);
            local.ticks = self.ticks.filter(|ticks| ticks.clients || !me.is_client()).map(|ticks| ticks.unit);
            fixed.push(self.known.number(place, local));
        }
        fixed.resize(self.fixed(), 0);
        let mut states = vec![fixed];
        for place in 0..self.len() {
            let mut next = Batch::default();
            let deed = Deed::Restart(self.known.nodes.at(place));
            loop {
                next.clear();
                states.iter().for_each(|state| self.activate(state, place, Input::Boot, deed, &mut next));
                if next.missing.is_empty() {
                    break;
                }
                self.learn(&mut next.missing);
            }
            let whole = |way: Option<u32>| way.is_none_or(|way| self.known.way(way).crash_after.is_none());
            states = (0..next.len())
                .map(|place| next.get(place))
                .filter(|(_, led)| whole(led.way))
                .map(|(state, _)| state.to_vec())
                .collect();
        }
        states
    }

    /// The fingerprint of a state.
    pub(crate) fn print(&self, state: &[u32]) -> u64 {
        let (fixed, net) = state.split_at(self.fixed());
        let mut print = self.network.print(net, &self.known);
        for (place, &local) in fixed[..self.len()].iter().enumerate() {
            print = print.wrapping_add(scattered(self.known.local_print(local) ^ place as u64));
        }
        let history = self.histories.print(fixed[self.at_history()]);
        print = scattered(print).wrapping_add(history);
        for &word in &fixed[self.at_spent()..] {
            print = scattered(print ^ u64::from(word));
        }
        print
    }

    /// Whether a state lies within what is gone through.
    pub(crate) fn is_within(&self, state: &[u32]) -> bool {
        state[..self.len()].iter().all(|&local| self.known.about(local).is_within)
    }

    /// What a state breaks.
    pub(crate) fn broken(&self, state: &[u32]) -> Option<Broken> {
        let history = &self.history[state[self.at_history()] as usize];
        if history.broken.is_some() {
            return history.broken.clone();
        }
        if let Watched::Shown(shown) = &self.watched {
            let nodes = state[..self.servers()].iter().enumerate();
            let who: Vec<NodeId> = nodes
                .filter(|&(_, &local)| self.known.about(local).shows)
                .map(|(place, _)| self.known.nodes.at(place))
                .collect();
            return (who.len() >= usize::from(shown.servers.max(1)))
                .then(|| Broken { property: ASKED_FOR, text: shown.words(&who) });
        }
        if !P::LOOKS_AT_ALL || self.watched == Watched::Nothing {
            return None;
        }
        let broken = self.known.protocol.always(&self.world(state)).err();
        broken.filter(|broken| self.watched.has(broken.property))
    }

    /// What a step from one state to another breaks.
    pub(crate) fn broken_between(&self, before: &[u32], after: &[u32]) -> Option<Broken> {
        let servers = self.servers();
        if !P::LOOKS_BETWEEN || before[..servers] == after[..servers] || self.watched == Watched::Nothing {
            return None;
        }
        let broken = self.known.protocol.between(&self.world(before), &self.world(after)).err();
        broken.filter(|broken| self.watched.has(broken.property))
    }

    /// Those of [`Explored::SOMETIMES`] that are so in a state, one bit each.
    pub(crate) fn sometimes(&self, state: &[u32]) -> u32 {
        if P::SOMETIMES.is_empty() {
            return 0;
        }
        state[..self.len()].iter().fold(0, |all, &local| all | self.known.about(local).sometimes)
    }

    /// Whether it is as it should be that nothing can happen any more, or nobody wants to know.
    pub(crate) fn may_end(&self, state: &[u32]) -> bool {
        matches!(&self.watched, Watched::Only(name) if name != NEVER_STUCK)
            || self.known.protocol.may_end(&self.world(state))
    }

    /// A state, to be looked at.
    pub fn world(&self, state: &[u32]) -> World<'_, P> {
        let nodes = state[..self.len()].iter().enumerate();
        let nodes = nodes.map(|(place, &local)| (self.known.nodes.at(place), self.known.local(local)));
        let history = &self.history[state[self.at_history()] as usize];
        World {
            protocol: &self.known.protocol,
            nodes: nodes.collect(),
            milestones: history.milestones.iter().map(|&milestone| self.known.milestone(milestone)).collect(),
        }
    }

    /// The message that arrives: from whom, to whom, and what it says.
    pub fn letter(&self, deed: Deed) -> Option<(NodeId, NodeId, &P::Msg)> {
        let Deed::Deliver(message) = deed else { return None };
        let letter = self.known.letter(message);
        Some((letter.from, letter.to, &letter.msg))
    }

    /// A move, as it can be told without this space.
    pub(crate) fn choice(&self, led: Move) -> Choice {
        let way = led.way.map(|way| (self.known.picks(way).to_vec(), self.known.way(way).crash_after));
        let (answers, crash_after) = way.unwrap_or_default();
        Choice { deed: led.deed, answers, crash_after: crash_after.map(u32::from) }
    }

    /// A deed in words.
    pub fn words(&self, deed: Deed) -> String {
        let says = |message: u32| {
            let letter = self.known.letter(message);
            (letter.from, letter.to, self.known.protocol.describe(&letter.msg).label)
        };
        match deed {
            Deed::Deliver(message) => {
                let (from, to, label) = says(message);
                format!("{from} → {to}: {label}")
            }
            Deed::Drop(message) => {
                let (from, to, label) = says(message);
                format!("lost: {from} → {to}: {label}")
            }
            Deed::Duplicate(message) => {
                let (from, to, label) = says(message);
                format!("doubled: {from} → {to}: {label}")
            }
            Deed::Lie(message, told) => {
                let (from, to, label) = says(message);
                format!("{from} lies to {to}: {} instead of {label}", says(told).2)
            }
            Deed::Fire(node, timer) => {
                format!("{node}: {}", self.known.protocol.describe_timer(self.known.timer(timer)))
            }
            Deed::Call(client, number) => {
                format!("{client} calls {}", self.known.ops[usize::from(client.number())][number as usize])
            }
            Deed::Crash(node) => format!("{node} crashes"),
            Deed::Amnesia(node) => format!("{node} crashes and loses its disk"),
            Deed::Restart(node) => format!("{node} starts again"),
            Deed::Cut(side) => {
                let cut = (0..16).filter(|place| side >> place & 1 == 1).map(NodeId::server);
                let names: Vec<String> = cut.map(|node| node.to_string()).collect();
                format!("{} cut off", names.join(", "))
            }
            Deed::Heal => "the network heals".to_owned(),
            Deed::Tick(Some(node)) => format!("{node}'s clock goes on"),
            Deed::Tick(None) => "all clocks go on".to_owned(),
        }
    }
}
