//! Vector clocks of a whole run, in memory proportional to the entries that change.
//!
//! A vector is a tree of nodes of four numbers, which is never changed: a later vector shares with earlier ones, of
//! whichever node, all that is the same in both. An event that learns nothing costs one number. One that hears of
//! another costs a way from the root, and more only where either side knows something that the other does not; so a
//! token's way around a ring, or a hub's answer to one of a thousand, costs five nodes and not a row of a thousand.
//!
//! What is merged at a receive is only what has changed at the sender since the receiver last heard of it (Singhal and
//! Kshemkalyani, *An efficient implementation of vector clocks*, 1992). Nothing has to be remembered for that: how far the
//! receiver knows the sender's line stands in its own vector, and what the sender knew then in the sender's.
//!
//! A node's own entry is in no tree: it is the number of its activations.

/// How many numbers a node of the tree has, as a power of two.
const BITS: u32 = 2;
/// The same as a number.
const WIDTH: usize = 1 << BITS;

/// The vector in which everything is 0.
pub(crate) const ZERO: u32 = 0;

/// The nodes of all trees of a run. The vectors themselves are roots, which each [`Lane`](crate::trace::Lane) keeps.
#[derive(Clone, Debug)]
pub(crate) struct Vectors {
    /// Places of nodes one level down; in a leaf, entries. The first one is a leaf of zeros, and at every level a node whose
    /// parts are all such.
    tree: Vec<[u32; WIDTH]>,
    /// How many levels stand above the leaves.
    height: u32,
}

/// One line's vectors: its place among the lanes, and its root after each activation.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    pub lane: usize,
    pub roots: &'a [u32],
}

/// A line's vector after so many activations.
pub(crate) fn after(roots: &[u32], activations: u32) -> u32 {
    activations.checked_sub(1).and_then(|place| roots.get(place as usize)).copied().unwrap_or(ZERO)
}

impl Vectors {
    /// For vectors of so many entries.
    pub fn new(entries: usize) -> Vectors {
        let mut height = 0;
        while entries > WIDTH << (BITS * height) {
            height += 1;
        }
        Vectors { tree: vec![[ZERO; WIDTH]], height }
    }

    /// How many nodes there are: what is written later lies behind them.
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// How many bytes they take.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.tree[..])
    }

    /// The first so many nodes.
    pub fn head(&self, len: usize) -> Vectors {
        Vectors { tree: crate::reuse::head(&self.tree, len), height: self.height }
    }

    /// One entry of a vector.
    pub fn get(&self, root: u32, entry: usize) -> u32 {
        (0..=self.height).rev().fold(root, |node, level| self.tree[node as usize][part(entry, level)])
    }

    /// The first entries of a vector.
    pub fn row(&self, root: u32, entries: usize) -> Vec<u32> {
        (0..entries).map(|entry| self.get(root, entry)).collect()
    }

    /// The receiver's vector once it has heard of the sender's first `activations`, and of all that the sender knew then.
    pub fn heard(&mut self, receiver: Line<'_>, sender: Line<'_>, activations: u32) -> u32 {
        let mine = receiver.roots.last().copied().unwrap_or(ZERO);
        let known = self.get(mine, sender.lane);
        if known >= activations || receiver.lane == sender.lane {
            return mine;
        }
        let theirs = after(sender.roots, activations);
        let mine_then = after(receiver.roots, self.get(theirs, receiver.lane));
        let four = [mine, theirs, mine_then, after(sender.roots, known)];
        self.merge(four, self.height, Some((sender.lane, activations)))
    }

    /// The entry-wise maximum of the first two, with one entry set. The third is a vector that the second is known not to lie
    /// below, and the fourth one that the first is not below: where neither has changed since, nothing has to be looked at.
    #[inline]
    fn merge(&mut self, four: [u32; 4], level: u32, set: Option<(usize, u32)>) -> u32 {
        let [mine, theirs, mine_then, theirs_then] = four;
        let greater = if theirs == mine || theirs == theirs_then {
            mine
        } else if mine == mine_then {
            theirs
        } else {
            return self.mix(four, level, set);
        };
        set.map_or(greater, |(entry, value)| self.set(greater, level, entry, value))
    }

    /// The same, where each may know something that the other does not.
    fn mix(&mut self, four: [u32; 4], level: u32, set: Option<(usize, u32)>) -> u32 {
        let [a, b, c, d] = four.map(|node| self.tree[node as usize]);
        let mut both = a;
        for place in 0..WIDTH {
            let set = set.filter(|&(entry, _)| part(entry, level) == place);
            both[place] = match (level.checked_sub(1), set) {
                (Some(below), set) => self.merge([a[place], b[place], c[place], d[place]], below, set),
                (None, Some((_, value))) => value,
                (None, None) => a[place].max(b[place]),
            };
        }
        match both {
            _ if both == a => four[0],
            _ if both == b => four[1],
            _ => self.add(both),
        }
    }

    fn set(&mut self, node: u32, level: u32, entry: usize, value: u32) -> u32 {
        let mut parts = self.tree[node as usize];
        let place = part(entry, level);
        parts[place] = match level.checked_sub(1) {
            None => value,
            Some(below) => self.set(parts[place], below, entry, value),
        };
        self.add(parts)
    }

    fn add(&mut self, node: [u32; WIDTH]) -> u32 {
        self.tree.push(node);
        self.tree.len() as u32 - 1
    }
}

/// Which part of a node at this level an entry is in.
fn part(entry: usize, level: u32) -> usize {
    entry >> (BITS * level) & (WIDTH - 1)
}
