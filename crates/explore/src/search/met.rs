//! States that were met, and those of them that wait.

use hashbrown::HashTable;

/// States that wait to be gone on from, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Level {
    words: Vec<u32>,
    ends: Vec<usize>,
}

impl Level {
    pub fn push(&mut self, state: &[u32]) {
        self.words.extend(state);
        self.ends.push(self.words.len());
    }

    /// Takes out the last.
    pub fn pop(&mut self, state: &mut Vec<u32>) {
        if self.ends.pop().is_some() {
            let from = self.ends.last().copied().unwrap_or(0);
            state.clear();
            state.extend(self.words.drain(from..));
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, place: usize) -> &[u32] {
        let from = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[from..self.ends[place]]
    }

    pub fn bytes(&self) -> u64 {
        (self.words.capacity() * 4 + self.ends.capacity() * 8) as u64
    }
}

/// No parent: an initial state.
pub(super) const NONE: u32 = u32::MAX;

/// Every state that was met: its fingerprint, and how it was come to.
#[derive(Debug, Default)]
pub(super) struct Met {
    prints: HashTable<u64>,
    /// The number of the state that it was first met from.
    pub parents: Vec<u32>,
    /// Which of that one's choices led to it.
    pub choices: Vec<u16>,
}

impl Met {
    /// Whether a state has been met.
    pub fn has(&self, print: u64) -> bool {
        self.prints.find(print, |&other| other == print).is_some()
    }

    /// Whether a state is new, which it then no longer is.
    pub fn is_new(&mut self, print: u64) -> bool {
        let entry = self.prints.entry(print, |&other| other == print, |&other| other);
        match entry {
            hashbrown::hash_table::Entry::Occupied(_) => false,
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert(print);
                true
            }
        }
    }

    pub fn bytes(&self) -> u64 {
        (self.prints.capacity() * 9 + self.parents.capacity() * 4 + self.choices.capacity() * 2) as u64
    }

    /// The choices that lead to a state, from the initial one, whose number comes first.
    pub fn way_to(&self, mut state: u32) -> (u32, Vec<u16>) {
        let mut way = Vec::new();
        while self.parents[state as usize] != NONE {
            way.push(self.choices[state as usize]);
            state = self.parents[state as usize];
        }
        way.reverse();
        (state, way)
    }
}
