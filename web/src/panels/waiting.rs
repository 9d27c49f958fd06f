//! Why something that may happen has not happened yet: what it waits for, in a sentence.

use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Condition, Pending, PendingWhat, Session};

use crate::store::gesture;
use crate::words;

/// What this waits for. In a quiz nothing is told of when or whether it comes.
pub fn waits_for(
    session: &dyn Session,
    scenario: &Scenario,
    pending: &Pending,
    now: Key,
    quiz: bool,
) -> String {
    let node = |node: NodeId| words::name(scenario, node);
    let condition = |node: NodeId| session.node(node, now).map(|state| state.condition);
    let everything = gesture::holds_all(session, now);
    match pending.what {
        PendingWhat::Message { id, to } => {
            let Some(record) = session.trace().message(id) else { return String::new() };
            if gesture::is_cut(session, id, now) {
                return format!("The way from {} to {} is cut: it cannot arrive.", node(id.node), node(to));
            }
            let then = match condition(to) {
                Some(Condition::Down) => format!(" {} is down: nobody would be there.", node(to)),
                Some(Condition::Paused) => {
                    format!(" {} stands still, and handles it when it goes on.", node(to))
                }
                _ => String::new(),
            };
            let way = match pending.due {
                _ if everything => "Everything waits for you: deliver it, or turn “hold all” off.".to_owned(),
                None => "You hold it: release it, or deliver it.".to_owned(),
                Some(_) if quiz => "It is on its way.".to_owned(),
                Some(due) => format!(
                    "It is on its way: {} of {} are behind it{}.",
                    words::span(now.at.since(record.sent.0)),
                    words::span(due.0.since(record.sent.0)),
                    if pending.doomed { ", and it will be lost" } else { "" }
                ),
            };
            way + &then
        }
        PendingWhat::Timer(id) => {
            let who = node(id.node);
            match (condition(id.node), pending.due) {
                (Some(Condition::Paused), _) => format!("{who} stands still: it fires when {who} goes on."),
                _ if everything => {
                    "Everything waits for you: let it fire, or turn “hold all” off.".to_owned()
                }
                (_, None) => "You keep it from firing.".to_owned(),
                _ if quiz => format!("It fires when the clock of {who} is there."),
                (_, Some(due)) => format!(
                    "It fires when the clock of {who} is there: in {}, unless {who} sets it anew.",
                    words::span(due.0.since(now.at))
                ),
            }
        }
    }
}
