//! Servers that lie.

use lightcone_sim::explored::Explored;

use super::Space;
use super::batch::{Batch, Missing};
use crate::assumptions::{Kind, Network};
use crate::choice::{Deed, Move};

impl<P: Explored> Space<P> {
    /// A message under way from a server says something else than it should: whoever hears it hears the lie. Where what was sent
    /// stays, the true one stays as well: it was told to somebody else.
    pub(super) fn lies(&self, now: &[u32], out: &mut Batch) {
        if self.is_spent(now, Kind::Lie) {
            return;
        }
        let fixed = self.fixed();
        for place in 0..now.len() - fixed {
            let message = now[fixed + place];
            let is_of_server = usize::from(self.known.ends(message).0) < self.servers();
            if !is_of_server || !self.network.is_next(&now[fixed..], place, &self.known) {
                continue;
            }
            let Some(lies) = self.known.lies(message) else {
                out.missing.push(Missing::Lies { message });
                continue;
            };
            for &told in lies {
                let mut next = out.copy(now);
                self.spend(&mut next, Kind::Lie);
                match self.network {
                    // It keeps its place on its link.
                    Network::Fifo => next[fixed + place] = told,
                    Network::Set => self.network.add(&mut next, fixed, told, &self.known),
                    _ => {
                        next.remove(fixed + place);
                        self.network.add(&mut next, fixed, told, &self.known);
                    }
                }
                out.push(&next, Move { deed: Deed::Lie(message, told), way: None });
                out.give_back(next);
            }
        }
    }
}
