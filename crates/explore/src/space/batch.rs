//! What comes of looking up what may happen next.

use crate::choice::Move;
use crate::outcome::Input;

/// States one behind the other, each with what led to it.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    words: Vec<u32>,
    ends: Vec<(usize, Move)>,
    /// What has not been worked out so far: while there is any, states are missing, too.
    pub missing: Vec<Missing>,
    /// Room for states that are being changed.
    spare: Vec<Vec<u32>>,
}

/// Something that has not been worked out so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A step of the node at a place, in a state.
    Step { place: usize, local: u32, input: Input },
    /// What has been so once, once a node is in a state.
    History { history: u32, local: u32 },
    /// What has been seen once a client has called or was told something.
    Seen { history: u32, by: u32 },
    /// What a message can be turned into by a lie.
    Lies { message: u32 },
    /// Whether a message may still arrive at the node at a place, in a state.
    Arrival { to: usize, local: u32, message: u32 },
}

impl Batch {
    pub fn push(&mut self, state: &[u32], led: Move) {
        self.words.extend(state);
        self.ends.push((self.words.len(), led));
    }

    pub fn clear(&mut self) {
        self.words.clear();
        self.ends.clear();
        self.missing.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A state, and what led to it.
    pub fn get(&self, place: usize) -> (&[u32], Move) {
        let from = place.checked_sub(1).map_or(0, |before| self.ends[before].0);
        let (to, led) = self.ends[place];
        (&self.words[from..to], led)
    }

    /// A copy of a state, to be changed.
    pub fn copy(&mut self, state: &[u32]) -> Vec<u32> {
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(state);
        copy
    }

    /// Takes back what was copied.
    pub fn give_back(&mut self, copy: Vec<u32>) {
        self.spare.push(copy);
    }
}
