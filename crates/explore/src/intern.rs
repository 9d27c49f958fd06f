//! Things kept once and named by a number.

use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;
use hashbrown::HashTable;

/// Two independent enough functions: one to find what is kept, one for fingerprints.
const FIND: u64 = 0x51_7c_c1_b7_27_22_0a_95;
const PRINT: u64 = 0x9e37_79b9_7f4a_7c15;

/// A fingerprint of anything.
pub(crate) fn print_of(item: &impl Hash) -> u64 {
    FixedState::with_seed(PRINT).hash_one(item)
}

/// A bijection of 64 bits that scatters (the finisher of splitmix64).
pub(crate) const fn scattered(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Things kept once, numbered in the order in which they came.
#[derive(Debug)]
pub(crate) struct Interner<T> {
    items: Vec<T>,
    /// Their fingerprints, apart: they are asked for far more often.
    prints: Vec<u64>,
    table: HashTable<u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Interner<T> {
        Interner { items: Vec::new(), prints: Vec::new(), table: HashTable::new() }
    }
}

impl<T: Hash + Eq> Interner<T> {
    /// The number of a thing, and whether it is new.
    pub fn number(&mut self, item: T) -> (u32, bool) {
        let hash = FixedState::with_seed(FIND).hash_one(&item);
        if let Some(&number) = self.table.find(hash, |&number| self.items[number as usize] == item) {
            return (number, false);
        }
        let number = self.items.len() as u32;
        self.prints.push(print_of(&item));
        self.items.push(item);
        let items = &self.items;
        self.table.insert_unique(hash, number, |&number| {
            FixedState::with_seed(FIND).hash_one(&items[number as usize])
        });
        (number, true)
    }

    /// The thing of this number.
    pub fn get(&self, number: u32) -> &T {
        &self.items[number as usize]
    }

    /// Its fingerprint.
    pub fn print(&self, number: u32) -> u64 {
        self.prints[number as usize]
    }

    /// About how many bytes it takes, what its things point to left aside.
    pub fn bytes(&self) -> u64 {
        (self.items.capacity() * size_of::<T>() + self.prints.capacity() * 8 + self.table.capacity() * 5)
            as u64
    }
}

/// What has been worked out, by a key of 64 bits.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    table: HashTable<(u64, u32)>,
}

impl Memo {
    /// What was worked out for a key.
    pub fn get(&self, key: u64) -> Option<u32> {
        self.table.find(scattered(key), |&(other, _)| other == key).map(|&(_, value)| value)
    }

    /// Keeps what was worked out.
    pub fn put(&mut self, key: u64, value: u32) {
        self.table.insert_unique(scattered(key), (key, value), |&(key, _)| scattered(key));
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> u64 {
        (self.table.capacity() * 17) as u64
    }
}

/// Lists, one behind the other in one piece of memory.
#[derive(Debug)]
pub(crate) struct Lists {
    words: Vec<u32>,
    ends: Vec<u32>,
}

impl Default for Lists {
    fn default() -> Lists {
        Lists { words: Vec::new(), ends: vec![0] }
    }
}

impl Lists {
    /// Keeps a list, by the next number.
    pub fn push(&mut self, words: impl IntoIterator<Item = u32>) {
        self.words.extend(words);
        self.ends.push(self.words.len() as u32);
    }

    /// The list of this number.
    pub fn get(&self, number: u32) -> &[u32] {
        let number = number as usize;
        &self.words[self.ends[number] as usize..self.ends[number + 1] as usize]
    }

    /// How many bytes they take.
    pub fn bytes(&self) -> u64 {
        (self.words.capacity() * 4 + self.ends.capacity() * 4) as u64
    }
}
