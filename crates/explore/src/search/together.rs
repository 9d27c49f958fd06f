//! Several threads that look up what may happen next, each in its part of a level.
//!
//! Nearly all that is looked up has been worked out before, and nearly all states that come of it have been met before: so the
//! threads read and one of them writes. What they find is taken up in the order of the level, and a state in which something is
//! missing is gone on from at its place: so a search comes to the same report by the same steps, however many threads there are.

use std::panic::resume_unwind;
use std::thread;

use lightcone_sim::explored::{Broken, Explored};

use super::met::{Level, Met};
use super::{Order, Progress, Search, stuck};
use crate::space::{Batch, Space, TooBig};

/// So many states each thread looks at before what was found is taken up.
const PART: u64 = 8_192;
/// For fewer a thread is not worth its while.
const LEAST: u64 = 64;

/// What a thread has found in its part of a level.
#[derive(Default)]
struct Looked {
    states: Vec<State>,
    /// Successors that had not been met when the thread looked, of all states one behind the other.
    news: Level,
    about: Vec<New>,
}

/// One state that was looked at.
struct State {
    /// Whether all that may happen next was known. Otherwise nothing else counts.
    is_known: bool,
    /// How many successors it has.
    successors: usize,
    is_stuck: bool,
    /// Where its successors that had not been met end.
    news: usize,
    /// What a step from it breaks first, and the choice.
    broken: Option<(usize, Broken)>,
}

/// A state that had not been met.
struct New {
    choice: u16,
    print: u64,
    broken: Option<Broken>,
}

impl<P: Explored> Search<P> {
    pub(super) fn is_together(&self) -> bool {
        let strategy = self.strategy;
        strategy.threads > 1 && strategy.order == Order::Breadth && !strategy.symmetry && !strategy.por
    }

    /// Goes on from at most so many states.
    pub(super) fn run_together(&mut self, mut states: u64) -> Result<Progress, TooBig> {
        while states > 0 && self.progress == Progress::More {
            let waiting = (self.now.len() - self.done) as u64;
            if waiting == 0 {
                self.go_deeper();
                continue;
            }
            let threads = u64::from(self.strategy.threads).min(waiting / LEAST).max(1);
            let count = waiting.min(states).min(threads * PART);
            states -= count;
            if threads == 1 {
                for _ in 0..count {
                    if self.progress == Progress::More {
                        self.go_on_breadth()?;
                    }
                }
                continue;
            }
            for looked in self.look(count as usize, threads as usize) {
                self.take_up(&looked)?;
            }
        }
        Ok(self.progress)
    }

    /// Looks at so many states of this level.
    fn look(&self, count: usize, threads: usize) -> Vec<Looked> {
        let Search { space, met, now, .. } = self;
        let (from, to) = (self.done, self.done + count);
        let part = count.div_ceil(threads);
        thread::scope(|scope| {
            let start =
                |from: usize| scope.spawn(move || look_at(space, met, now, from, (from + part).min(to)));
            let all: Vec<_> = (from..to).step_by(part).map(start).collect();
            all.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }

    /// Takes up what a thread has found, until something is broken or a limit is reached.
    fn take_up(&mut self, looked: &Looked) -> Result<(), TooBig> {
        let mut first = 0;
        for state in &looked.states {
            if self.progress != Progress::More {
                return Ok(());
            }
            let news = first..state.news;
            first = state.news;
            if !state.is_known {
                self.go_on_breadth()?;
                continue;
            }
            self.has_room(state.successors)?;
            let parent = self.first + self.done as u32;
            self.done += 1;
            self.expanded += 1;
            self.generated += state.successors as u64;
            let mut broken = state.broken.clone();
            for place in news {
                let New { choice, print, broken: here } = &looked.about[place];
                if !self.met.is_new(*print) {
                    continue;
                }
                let successor = looked.news.get(place);
                self.stand_for += 1;
                self.sometimes |= self.space.sometimes(successor);
                self.met.parents.push(parent);
                self.met.choices.push(*choice);
                self.next.push(successor);
                // As where one thread does it all: a step that breaks something counts before what it leads to.
                if let Some(here) = here
                    && broken.as_ref().is_none_or(|(first, _)| usize::from(*choice) < *first)
                {
                    broken = Some((usize::from(*choice), here.clone()));
                }
            }
            if state.is_stuck {
                self.trace_back(parent, None, stuck());
            } else if let Some((choice, broken)) = broken {
                self.trace_back(parent, Some(choice), broken);
            } else {
                self.look_at_limits();
            }
        }
        Ok(())
    }
}

/// Looks at the states of a level from one place to another.
fn look_at<P: Explored>(space: &Space<P>, met: &Met, now: &Level, from: usize, to: usize) -> Looked {
    let (mut looked, mut batch) = (Looked::default(), Batch::default());
    for place in from..to {
        let state = now.get(place);
        let is_known = space.look_up(state, &mut batch);
        let (mut moves, mut broken) = (false, None);
        for choice in (0..batch.len()).filter(|_| is_known) {
            let (successor, _) = batch.get(choice);
            moves |= successor != state;
            if !space.is_within(successor) {
                continue;
            }
            if broken.is_none() {
                broken = space.broken_between(state, successor).map(|broken| (choice, broken));
            }
            let print = space.print(successor);
            if !met.has(print) {
                looked.news.push(successor);
                let broken = space.broken(successor);
                looked.about.push(New { choice: choice as u16, print, broken });
            }
        }
        looked.states.push(State {
            is_known,
            successors: batch.len(),
            is_stuck: is_known && !moves && !space.may_end(state),
            news: looked.about.len(),
            broken,
        });
    }
    looked
}
