//! States that differ only in the names of interchangeable nodes, taken for one.
//!
//! A protocol says which servers may change places ([`Explored::interchangeable`]). Two states are then alike if some renaming
//! within these groups makes one of the other, and of all that are alike one is kept: a true canonical form, the same for all
//! of them.
//!
//! It is found in two steps. First each node of a group gets a mark: for every node's state, message and history in the state,
//! the class of the pair of that thing and this node under all renamings, added up. Renaming moves marks along with their
//! nodes, so that all alike states are brought into the same renamings by sorting nodes by their marks. Then, where marks are
//! equal, all orders of the nodes that share one are tried, and the least list of numbers is taken. Marks that fail to tell two
//! nodes apart cost time and change nothing.
//!
//! What a node's state, a message and a history is called after two neighbours of a group have changed places is worked out once
//! and then looked up; every renaming is some such changes, one after the other.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::Explored;
use lightcone_sim::ids::NodeId;

use super::{Space, TooBig};
use crate::assumptions::Network;
use crate::intern::scattered;
use crate::network::Messages;
use crate::outcome::Letter;

/// Not worked out so far.
const NONE: u32 = u32::MAX;

/// What a number names.
#[derive(Clone, Copy, Debug)]
enum Thing {
    Local,
    Letter,
    History,
}

const THINGS: usize = 3;

/// The interchangeable nodes, and what has been worked out about renaming them.
#[derive(Debug, Default)]
pub(crate) struct Symmetry {
    /// Places of nodes, group behind group.
    members: Vec<u16>,
    /// Where each group begins among the members, and where it ends.
    groups: Vec<(usize, usize)>,
    /// The changes of places: each the number among the members of the first of two neighbours.
    swaps: Vec<usize>,
    /// By kind of thing, change of places and number: the number it then has.
    renamed: [Vec<Vec<u32>>; THINGS],
    /// By kind of thing, and by number and member: the class of the pair.
    classes: [Vec<u32>; THINGS],
    class_count: u32,
    /// Room for what is worked on.
    marks: Vec<u64>,
}

impl Symmetry {
    /// How many renamings there are.
    fn order(&self) -> u64 {
        self.groups.iter().map(|(from, to)| factorial((to - from) as u64)).product()
    }

    pub(super) fn bytes(&self) -> u64 {
        let renamed = self.renamed.iter().flatten().map(Vec::capacity).sum::<usize>();
        let classes = self.classes.iter().map(Vec::capacity).sum::<usize>();
        4 * (renamed + classes) as u64
    }
}

fn factorial(count: u64) -> u64 {
    (1..=count).product()
}

impl<P: Explored> Space<P> {
    /// From now on states that are alike are one; or a sentence on why none are.
    pub(crate) fn use_symmetry(&mut self) -> Result<(), TooBig> {
        let refused = |why: &str| Err(TooBig(format!("no symmetry: {why}")));
        let nodes = self.known.nodes;
        if self.narrowed.is_some() || self.start.is_some() {
            return refused("what is left out, and where it begins, may tell nodes apart");
        }
        if self.budgets.inside > 0 {
            return refused("a crash inside a step shows in which order a node names the others");
        }
        if self.budgets.lies > 0 {
            return refused("a number that is lied about may be a node's");
        }
        if self.budgets.cuts > 0 && nodes.clients > 0 {
            return refused("clients stay with the last server when the network is cut");
        }
        let groups = match self.known.protocol.interchangeable(nodes) {
            Ok(groups) => groups,
            Err(why) => return refused(why),
        };
        let mut symmetry = Symmetry::default();
        for group in groups.iter().filter(|group| group.len() > 1) {
            let from = symmetry.members.len();
            symmetry.members.extend(group.iter().map(|node| node.number()));
            symmetry.groups.push((from, symmetry.members.len()));
            symmetry.swaps.extend(from..symmetry.members.len() - 1);
        }
        symmetry.renamed = [(); THINGS].map(|()| vec![Vec::new(); symmetry.swaps.len()]);
        self.symmetry = Some(symmetry);
        Ok(())
    }

    /// Makes a state the one that is kept of all that are alike, and tells how many these are.
    pub(crate) fn canonical(&mut self, state: &mut Vec<u32>) -> u64 {
        let Some(mut symmetry) = self.symmetry.take() else { return 1 };
        let mut other = self.spare.pop().unwrap_or_default();
        self.mark(&mut symmetry, state);
        let mut ties = Vec::new();
        for group in 0..symmetry.groups.len() {
            let (from, to) = symmetry.groups[group];
            // Neighbours change places until all are in order.
            for end in (from + 1..to).rev() {
                for member in from..end {
                    if symmetry.marks[member] > symmetry.marks[member + 1] {
                        symmetry.marks.swap(member, member + 1);
                        let swap = swap_at(&symmetry, member);
                        self.swap(&mut symmetry, swap, state, &mut other);
                        std::mem::swap(state, &mut other);
                    }
                }
            }
            let tied = |member: &usize| symmetry.marks[*member] == symmetry.marks[*member + 1];
            ties.extend((from..to - 1).filter(tied));
        }
        let alike = self.least(&mut symmetry, &ties, state, &mut other);
        self.spare.push(other);
        self.symmetry = Some(symmetry);
        alike
    }

    /// The least of all that come of changing places within ties, and how many states are alike in all.
    fn least(
        &mut self,
        symmetry: &mut Symmetry,
        ties: &[usize],
        state: &mut Vec<u32>,
        other: &mut Vec<u32>,
    ) -> u64 {
        let mut orbit = vec![state.clone()];
        let mut place = 0;
        while place < orbit.len() {
            for &member in ties {
                let swap = swap_at(symmetry, member);
                self.swap(symmetry, swap, &orbit[place], other);
                if !orbit.contains(other) {
                    orbit.push(other.clone());
                }
            }
            place += 1;
        }
        let found = orbit.len() as u64;
        if let Some(least) = orbit.into_iter().min() {
            *state = least;
        }
        // Of the orders of those that tie, each state comes of equally many: of as many as renamings leave it as it is.
        let (mut orders, mut run) = (1_u64, 1_u64);
        for (place, &member) in ties.iter().enumerate() {
            let goes_on = place > 0 && ties[place - 1] + 1 == member;
            run = if goes_on { run + 1 } else { 2 };
            orders *= run;
        }
        symmetry.order() / (orders / found)
    }

    /// Adds up, for each member, its classes with all things in a state.
    fn mark(&mut self, symmetry: &mut Symmetry, state: &[u32]) {
        symmetry.marks.clear();
        symmetry.marks.resize(symmetry.members.len(), 0);
        let (nodes, fixed) = (self.len(), self.fixed());
        for &local in &state[..nodes] {
            self.add_classes(symmetry, Thing::Local, local);
        }
        self.add_classes(symmetry, Thing::History, state[self.at_history()]);
        for &letter in &state[fixed..] {
            self.add_classes(symmetry, Thing::Letter, letter);
        }
    }

    fn add_classes(&mut self, symmetry: &mut Symmetry, thing: Thing, number: u32) {
        let count = symmetry.members.len();
        let at = number as usize * count;
        if symmetry.classes[thing as usize].get(at).is_none_or(|&class| class == NONE) {
            for member in 0..count {
                self.classify(symmetry, thing, number, member);
            }
        }
        for (mark, &class) in symmetry.marks.iter_mut().zip(&symmetry.classes[thing as usize][at..at + count])
        {
            *mark = mark.wrapping_add(scattered(u64::from(class) + 1));
        }
    }

    /// Gives a pair of a thing and a member a class, and the same to all pairs that renamings make of it.
    fn classify(&mut self, symmetry: &mut Symmetry, thing: Thing, number: u32, member: usize) {
        let count = symmetry.members.len();
        let is_new = |symmetry: &mut Symmetry, number: u32, member: usize| {
            let classes = &mut symmetry.classes[thing as usize];
            let at = number as usize * count + member;
            if classes.len() <= at {
                classes.resize((number as usize + 1) * count, NONE);
            }
            let is_new = classes[at] == NONE;
            classes[at] = if is_new { symmetry.class_count } else { classes[at] };
            is_new
        };
        let mut open = Vec::new();
        if is_new(symmetry, number, member) {
            open.push((number, member));
        }
        while let Some((number, member)) = open.pop() {
            for swap in 0..symmetry.swaps.len() {
                let first = symmetry.swaps[swap];
                let moved = match member {
                    member if member == first => first + 1,
                    member if member == first + 1 => first,
                    member => member,
                };
                let renamed = self.renamed(symmetry, thing, swap, number);
                if is_new(symmetry, renamed, moved) {
                    open.push((renamed, moved));
                }
            }
        }
        symmetry.class_count += 1;
    }

    /// The number that a thing has after a change of places.
    fn renamed(&mut self, symmetry: &mut Symmetry, thing: Thing, swap: usize, number: u32) -> u32 {
        let known = symmetry.renamed[thing as usize][swap].get(number as usize);
        if let Some(&known) = known.filter(|&&known| known != NONE) {
            return known;
        }
        let first = symmetry.swaps[swap];
        let [one, two] = [first, first + 1].map(|member| NodeId::server(symmetry.members[member]));
        let names = |node: NodeId| match node {
            node if node == one => two,
            node if node == two => one,
            node => node,
        };
        let renamed = match thing {
            Thing::Local => self.known.renamed_local(number, &names),
            Thing::Letter => self.known.renamed_letter(number, &names),
            Thing::History => {
                let history = &self.history[number as usize];
                let (milestones, orders) = (history.milestones.clone(), history.orders);
                let mut milestones: Vec<u32> = milestones
                    .into_iter()
                    .map(|milestone| self.known.renamed_milestone(milestone, &names))
                    .collect();
                milestones.sort_unstable();
                // What clients have seen names no server.
                self.history_number(milestones, orders)
            }
        };
        let table = &mut symmetry.renamed[thing as usize][swap];
        let most = number.max(renamed) as usize + 1;
        if table.len() < most {
            table.resize(most, NONE);
        }
        table[number as usize] = renamed;
        table[renamed as usize] = number;
        renamed
    }

    /// A state after a change of places.
    fn swap(&mut self, symmetry: &mut Symmetry, swap: usize, state: &[u32], to: &mut Vec<u32>) {
        let (nodes, fixed) = (self.len(), self.fixed());
        let first = symmetry.swaps[swap];
        let (one, two) = (symmetry.members[first], symmetry.members[first + 1]);
        to.clear();
        to.extend_from_slice(&state[..fixed]);
        for (place, &local) in state[..nodes].iter().enumerate() {
            let there = match place as u16 {
                place if place == one => two,
                place if place == two => one,
                place => place,
            };
            to[usize::from(there)] = self.renamed(symmetry, Thing::Local, swap, local);
        }
        let (at_history, at_cut) = (self.at_history(), self.at_cut());
        to[at_history] = self.renamed(symmetry, Thing::History, swap, state[at_history]);
        to[at_cut] = self.swapped_cut(state[at_cut], one, two);
        for &letter in &state[fixed..] {
            let letter = self.renamed(symmetry, Thing::Letter, swap, letter);
            to.push(letter);
        }
        match self.network {
            // What is on one link keeps its order.
            Network::Fifo => to[fixed..].sort_by_key(|&letter| self.known.link(letter)),
            _ => to[fixed..].sort_unstable(),
        }
    }

    /// The last server stands on the side that is not named.
    fn swapped_cut(&self, cut: u32, one: u16, two: u16) -> u32 {
        let differ = (cut >> one ^ cut >> two) & 1;
        let cut = cut ^ (differ << one | differ << two);
        let all = (1_u32 << self.servers()) - 1;
        if cut >> (self.servers() - 1) & 1 == 1 { cut ^ all } else { cut }
    }
}

/// The change of places of a member and the one behind it.
fn swap_at(symmetry: &Symmetry, member: usize) -> usize {
    symmetry.swaps.partition_point(|&first| first < member)
}

impl<P: Explored> crate::outcome::Known<P> {
    fn renamed_local(&mut self, number: u32, names: &dyn Fn(NodeId) -> NodeId) -> u32 {
        let (place, local) = self.placed(number);
        let there = self.nodes.index(names(self.nodes.at(place))).unwrap_or(place);
        let renamed: Local<P> = self.protocol.renamed(local, names);
        self.number(there, renamed)
    }

    /// The state that has told of it tells of both in the same order, whatever its name.
    fn renamed_milestone(&mut self, number: u32, names: &dyn Fn(NodeId) -> NodeId) -> u32 {
        let (local, which) = self.told_by(number);
        let renamed = self.renamed_local(local, names);
        let (place, local) = self.placed(renamed);
        let mut told = self.protocol.milestones(self.nodes.at(place), local).into_iter();
        match told.nth(which as usize) {
            Some(milestone) => self.milestone_number(milestone),
            None => number,
        }
    }

    fn renamed_letter(&mut self, number: u32, names: &dyn Fn(NodeId) -> NodeId) -> u32 {
        let Letter { from, to, msg } = self.letter(number);
        let msg = self.protocol.renamed_msg(msg, names);
        let renamed = Letter { from: names(*from), to: names(*to), msg };
        let from = usize::from(self.ends(number).0);
        let from = self.nodes.index(renamed.from).unwrap_or(from);
        self.letter_number(from, renamed)
    }
}
