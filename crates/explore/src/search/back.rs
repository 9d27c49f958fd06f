//! The way back from what is broken to the beginning.

use lightcone_sim::explored::{Broken, Explored};

use super::{Found, Progress, Search};
use crate::space::NEVER_STUCK;

impl<P: Explored> Search<P> {
    /// How to come to what is broken: in this state, or in what a choice leads to from it.
    pub(super) fn trace_back(&mut self, state: u32, last: Option<usize>, broken: Broken) {
        let (root, mut way) = self.met.way_to(state);
        way.extend(last.map(|choice| choice as u16));
        let start = usize::from(self.met.choices[root as usize]);
        let mut path = Vec::new();
        // The state that is kept, and the one that this run comes to: it is alike.
        let mut real = self.space.initial().swap_remove(start);
        let mut before = real.clone();
        let mut kept = real.clone();
        self.space.canonical(&mut kept);
        for choice in way {
            self.space.successors(&kept, &mut self.batch);
            let mut wanted = self.batch.get(usize::from(choice)).0.to_vec();
            self.space.canonical(&mut wanted);
            if self.strategy.symmetry {
                self.space.successors(&real, &mut self.batch);
            }
            let place = if self.strategy.symmetry { self.place_of(&wanted) } else { usize::from(choice) };
            let (successor, led) = self.batch.get(place);
            path.push(self.space.choice(led));
            before = std::mem::replace(&mut real, successor.to_vec());
            kept = wanted;
        }
        // In words, it is the run's own nodes that are spoken of.
        let of_run = || self.space.broken_between(&before, &real).or_else(|| self.space.broken(&real));
        let Broken { property, text } =
            if broken.property == NEVER_STUCK { broken } else { of_run().unwrap_or(broken) };
        self.found = Some(Found { property, text, start, path });
        self.progress = Progress::Broken;
    }

    /// The first of the successors that is alike to this state.
    fn place_of(&mut self, wanted: &[u32]) -> usize {
        let Search { space, batch, room, .. } = self;
        let is_alike = |&place: &usize| {
            room.clear();
            room.extend_from_slice(batch.get(place).0);
            space.canonical(room);
            *room == wanted
        };
        (0..batch.len()).find(is_alike).unwrap_or(0)
    }
}

/// What is wrong where nothing can happen any more.
pub(super) fn stuck() -> Broken {
    let text = "Nothing can happen any more, and the work is not done.".to_owned();
    Broken { property: NEVER_STUCK, text }
}
