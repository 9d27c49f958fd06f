//! What a script entry does, by its name, and to whom.

use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::Action;

/// What an entry does, as a scenario's `do` says it.
pub(crate) fn name(action: &Action) -> &'static str {
    match action {
        Action::Crash { .. } => "crash",
        Action::CrashInside { .. } => "crash-inside",
        Action::Amnesia { .. } => "amnesia",
        Action::Recover { .. } => "recover",
        Action::Pause { .. } => "pause",
        Action::Resume { .. } => "resume",
        Action::Slow { .. } => "slow",
        Action::Cut { .. } => "cut",
        Action::Heal { .. } => "heal",
        Action::Partition { .. } => "partition",
        Action::Drop { .. } => "drop",
        Action::Deliver { .. } => "deliver",
        Action::Duplicate { .. } => "duplicate",
        Action::Hold { .. } => "hold",
        Action::Release { .. } => "release",
        Action::Rewrite { .. } => "rewrite",
        Action::Byzantine { .. } => "byzantine",
        Action::Fire { .. } => "fire",
        Action::Suppress { .. } => "suppress",
        Action::Clock { .. } => "clock",
        Action::Op { .. } => "op",
        Action::HoldAll { .. } => "hold-all",
        Action::Note { .. } => "note",
    }
}

/// Whether an entry names a node: as what it is done to, or as whose message, timer or event it is.
pub(crate) fn names(action: &Action, whom: NodeId) -> bool {
    match action {
        Action::Crash { node }
        | Action::Amnesia { node }
        | Action::Recover { node }
        | Action::Pause { node, .. }
        | Action::Resume { node }
        | Action::Slow { node, .. }
        | Action::Byzantine { node, .. }
        | Action::Clock { node, .. } => *node == whom,
        Action::CrashInside { event, .. } | Action::Note { event, .. } => event.node == whom,
        Action::Cut { from, to, .. } => [*from, *to].contains(&whom),
        Action::Heal { from, to } => [*from, *to].contains(&Some(whom)),
        Action::Partition { groups, .. } => groups.iter().flatten().any(|node| *node == whom),
        Action::Drop { message }
        | Action::Deliver { message }
        | Action::Duplicate { message }
        | Action::Hold { message }
        | Action::Rewrite { message, .. }
        | Action::Release { message } => message.node == whom,
        Action::Fire { timer } | Action::Suppress { timer } => timer.node == whom,
        Action::Op { client, node, .. } => *client == whom || *node == Some(whom),
        Action::HoldAll { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use lightcone_sim::ids::MsgId;
    use lightcone_sim::scenario::DEEDS;

    use super::*;

    #[test]
    fn a_deed_is_called_what_a_scenario_calls_it() {
        let (node, to) = (NodeId::server(0), NodeId::server(1));
        for action in [
            Action::Crash { node },
            Action::Cut { from: node, to, until: None },
            Action::Drop { message: MsgId::new(node, 1) },
            Action::HoldAll { on: true },
        ] {
            let told = serde_json::to_value(&action).unwrap();
            assert_eq!(told["do"], name(&action));
            assert!(DEEDS.contains(&name(&action)));
        }
        assert!(names(&Action::Cut { from: node, to, until: None }, to));
        assert!(!names(&Action::Drop { message: MsgId::new(node, 1) }, to));
    }
}
