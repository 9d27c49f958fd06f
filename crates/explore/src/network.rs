//! Messages under way: a list of their numbers, kept in the one order that each network allows, so that equal networks are
//! equal lists.

use crate::assumptions::Network;
use crate::intern::scattered;

/// What is known of a message by its number.
pub(crate) trait Messages {
    /// A number for the link, one way, on which it travels.
    fn link(&self, message: u32) -> u32;
    /// Its fingerprint.
    fn print(&self, message: u32) -> u64;
}

impl Network {
    /// A message sets out. The list begins behind so many words of a state.
    pub(crate) fn add(self, state: &mut Vec<u32>, fixed: usize, message: u32, known: &impl Messages) {
        let list = &state[fixed..];
        let place = match self {
            Network::Fifo => {
                let link = known.link(message);
                list.partition_point(|&other| known.link(other) <= link)
            }
            _ => list.partition_point(|&other| other < message),
        };
        let is_there = matches!(self, Network::Set | Network::InboxSet) && list.get(place) == Some(&message);
        if !is_there {
            state.insert(fixed + place, message);
        }
    }

    /// Whether the message at a place may arrive next, and is not the same choice as one before it.
    pub(crate) fn is_next(self, list: &[u32], place: usize, known: &impl Messages) -> bool {
        let Some(before) = place.checked_sub(1) else { return true };
        match self {
            Network::Fifo => known.link(list[before]) != known.link(list[place]),
            _ => list[before] != list[place],
        }
    }

    /// A fingerprint of the list.
    pub(crate) fn print(self, list: &[u32], known: &impl Messages) -> u64 {
        if self != Network::Fifo {
            return list.iter().fold(0, |sum, &message| sum.wrapping_add(scattered(known.print(message))));
        }
        let (mut sum, mut link, mut rolling) = (0_u64, None, 0_u64);
        for &message in list {
            let here = Some(known.link(message));
            if here != link {
                (link, sum, rolling) = (here, sum.wrapping_add(rolling), 0);
            }
            rolling = scattered(rolling ^ known.print(message)).wrapping_add(1);
        }
        sum.wrapping_add(rolling)
    }
}
