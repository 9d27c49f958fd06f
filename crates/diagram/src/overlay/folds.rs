//! What folds in two runs: in what they have in common the same, and nothing across the parting.

use lightcone_sim::compare::Common;
use lightcone_sim::ids::{EventId, MsgId};
use lightcone_sim::trace::Trace;

use crate::fold::{Folds, stretches};

/// Unfolds of what both runs have what is news in either, and gathers the rest anew.
pub(super) fn agree([one, other]: [&Trace; 2], common: &Common, [first, second]: &mut [Folds; 2]) {
    for (node, lane) in one.lanes() {
        let (Some(mine), Some(theirs)) = (one.nodes().index(node), other.nodes().index(node)) else {
            continue;
        };
        for seq in 1..=lane.messages.len() as u32 {
            let place = seq as usize - 1;
            if let (Some(a), Some(b)) = (first.told[mine].get(place), second.told[theirs].get(place))
                && common.has_message(one, other, MsgId::new(node, seq))
            {
                let folded = a.folded && b.folded;
                first.told[mine][place].folded = folded;
                second.told[theirs][place].folded = folded;
            }
        }
        for index in 1..=common.count(node) {
            let quiet = first.is_quiet(mine, index) && second.is_quiet(theirs, index);
            debug_assert!(common.has(EventId { node, index }));
            first.quiet[mine][index as usize - 1] = quiet;
            second.quiet[theirs][index as usize - 1] = quiet;
        }
    }
    for (folds, trace) in [(first, one), (second, other)] {
        if folds.stretches.is_empty() {
            continue;
        }
        folds.stretches.clear();
        for (index, (node, lane)) in trace.lanes().enumerate() {
            stretches(folds, index, node, lane, common.count(node));
        }
    }
}
