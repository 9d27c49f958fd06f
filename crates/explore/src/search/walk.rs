//! Random walks: from the beginning, whatever happens next drawn among all that may.

use lightcone_sim::explored::Explored;

use super::met::NONE;
use super::{Found, Progress, Search, WALK, stuck};
use crate::choice::Choice;
use crate::intern::scattered;
use crate::space::TooBig;

/// A random walk, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// How many walks were begun.
    begun: u64,
    /// Whether one is under way; its state is the search's.
    is_under_way: bool,
    start: usize,
    path: Vec<Choice>,
    /// How often something was drawn.
    drawn: u64,
}

impl Walk {
    /// One of so many.
    fn draw(&mut self, seed: u64, count: usize) -> usize {
        self.drawn += 1;
        let word = scattered(scattered(seed).wrapping_add(scattered(self.drawn)));
        ((u128::from(word) * count as u128) >> 64) as usize
    }
}

impl<P: Explored> Search<P> {
    /// Takes one step of a walk.
    pub(super) fn walk_on(&mut self, walks: u64, seed: u64) -> Result<(), TooBig> {
        if !self.walk.is_under_way {
            if self.walk.begun == walks {
                self.progress = Progress::Limit;
                return Ok(());
            }
            let mut initial = self.space.initial();
            self.walk.begun += 1;
            self.walk.is_under_way = true;
            self.walk.path.clear();
            self.walk.start = self.walk.draw(seed, initial.len());
            self.state = initial.swap_remove(self.walk.start);
            return Ok(());
        }
        let deepest = if self.limits.depth == u32::MAX { WALK } else { self.limits.depth };
        if self.walk.path.len() as u32 + 1 >= deepest || !self.space.is_within(&self.state) {
            self.walk.is_under_way = false;
            return Ok(());
        }
        self.space.successors(&self.state, &mut self.batch);
        self.expanded += 1;
        let moves: Vec<usize> =
            (0..self.batch.len()).filter(|&place| self.batch.get(place).0 != self.state).collect();
        if moves.is_empty() {
            self.walk.is_under_way = false;
            if !self.space.may_end(&self.state) {
                self.end_walk(stuck());
            }
            return Ok(());
        }
        let place = moves[self.walk.draw(seed, moves.len())];
        let (successor, led) = self.batch.get(place);
        self.walk.path.push(self.space.choice(led));
        let between = self.space.broken_between(&self.state, successor);
        self.state.clear();
        self.state.extend_from_slice(successor);
        self.generated += 1;
        self.depth = self.depth.max(self.walk.path.len() as u32 + 1);
        if self.met.parents.len() >= NONE as usize {
            return Err(TooBig("there are too many states".to_owned()));
        }
        match between {
            Some(broken) => self.end_walk(broken),
            None => self.meet_walking(),
        }
        Ok(())
    }

    /// Counts the state that a walk has come to, and looks at it.
    fn meet_walking(&mut self) {
        if !self.space.is_within(&self.state) {
            return;
        }
        let mut room = std::mem::take(&mut self.room);
        room.clear();
        room.extend_from_slice(&self.state);
        let alike = self.space.canonical(&mut room);
        if self.met.is_new(self.space.print(&room)) {
            self.stand_for += alike;
            self.sometimes |= self.space.sometimes(&self.state);
            // How it was come to stands in the walk.
            self.met.parents.push(NONE);
        }
        self.room = room;
        match self.space.broken(&self.state) {
            Some(broken) => self.end_walk(broken),
            None => self.look_at_limits(),
        }
    }

    fn end_walk(&mut self, broken: lightcone_sim::explored::Broken) {
        let (start, path) = (self.walk.start, std::mem::take(&mut self.walk.path));
        self.found = Some(Found { property: broken.property, text: broken.text, start, path });
        self.progress = Progress::Broken;
    }
}
