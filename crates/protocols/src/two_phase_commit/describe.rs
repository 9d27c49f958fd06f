//! Two-phase commit in a reader's words: lanes, arrows, and what the inspector shows.

use imbl::OrdMap;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::{LogItem, LogView, MsgView, Status, View, Weight};
use lightcone_sim::sorted::Set;
use lightcone_sim::time::{LocalNs, Ns};

use super::coordinator::{Coordinator, Open};
use super::messages::{Decision, Msg, Record, Txn, Vote};
use super::participant::{Participant, Uncertain};
use super::{Stable, State};

pub(super) fn status(state: &State, stable: &Stable) -> Status {
    match state {
        State::Coordinator(coordinator) => {
            let oldest = coordinator.open.keys().next().map_or(stable.last_txn, |&txn| txn);
            Status { role: "coordinator", weight: Weight::Thick, epoch: epoch(oldest) }
        }
        State::Participant(participant) => participant_status(participant),
        State::Client(_) => Status { role: "client", weight: Weight::Thin, epoch: None },
    }
}

/// Dashed is the uncertainty window, in which a participant waits for others.
fn participant_status(participant: &Participant) -> Status {
    if let Some(&txn) = participant.uncertain.keys().next() {
        let is_blocked = participant.uncertain.values().any(|uncertain| uncertain.asked > 0);
        let role = if is_blocked { "blocked" } else { "prepared" };
        return Status { role, weight: Weight::Dashed, epoch: epoch(txn) };
    }
    let working = participant.working.keys().next_back().copied();
    let decided =
        participant.decided.get_max().filter(|&&(txn, _)| working.is_none_or(|working| working < txn));
    let (role, txn) = match decided {
        Some(&(txn, Decision::Commit)) => ("committed", Some(txn)),
        Some(&(txn, Decision::Abort)) => ("aborted", Some(txn)),
        None => ("participant", working),
    };
    Status { role, weight: Weight::Thin, epoch: txn.and_then(epoch) }
}

/// Before the first transaction there is no epoch.
fn epoch(txn: Txn) -> Option<u64> {
    Some(txn.0).filter(|&number| number > 0)
}

/// The end of a long log is what matters.
const LOG_ITEMS_MAX: u64 = 50;

pub(super) fn view(state: &State, stable: &Stable) -> View {
    let (view, decided) = match state {
        State::Client(client) => {
            let call = client.calls.current().map_or_else(|| "none".to_owned(), |call| call.op.to_string());
            return View::default().field("call", call).field("waiting", client.calls.waiting());
        }
        State::Coordinator(coordinator) => (coordinator_view(coordinator, stable), &coordinator.decided),
        State::Participant(participant) => (participant_view(participant), &participant.decided),
    };
    let before = (stable.dt_log.len() as u64).saturating_sub(LOG_ITEMS_MAX);
    View { log: log_items(stable, decided, before, LOG_ITEMS_MAX), log_before: before, ..view }
}

/// A stretch of a server's log, which is its own: what it has in common with others are transactions, not indices.
pub(super) fn log(state: Option<&State>, stable: &Stable, before: u64, count: u64) -> LogView {
    let items = match state {
        Some(State::Coordinator(coordinator)) => log_items(stable, &coordinator.decided, before, count),
        Some(State::Participant(participant)) => log_items(stable, &participant.decided, before, count),
        Some(State::Client(_)) | None => log_items(stable, &on_disk(stable), before, count),
    };
    LogView { items, length: stable.dt_log.len() as u64, shared: None }
}

/// What the log says was decided.
fn on_disk(stable: &Stable) -> OrdMap<Txn, Decision> {
    let decided = |record: &Record| match *record {
        Record::Decided { txn, decision } => Some((txn, decision)),
        _ => None,
    };
    stable.dt_log.iter().filter_map(decided).collect()
}

fn log_items(stable: &Stable, decided: &OrdMap<Txn, Decision>, before: u64, count: u64) -> Vec<LogItem> {
    let shown = stable.dt_log.iter().skip(before as usize).take(count as usize);
    let item = |(index, record): (u64, &Record)| LogItem {
        index,
        epoch: epoch(record.txn()),
        text: record.to_string(),
        committed: decided.get(&record.txn()) == Some(&Decision::Commit),
    };
    (before + 1..).zip(shown).map(item).collect()
}

fn coordinator_view(coordinator: &Coordinator, stable: &Stable) -> View {
    let mut view = View::default().durable("last transaction", stable.last_txn);
    for (txn, open) in coordinator.open.iter() {
        let text = match open {
            Open::Working { missing, .. } => format!("{txn}: {} still at work", names(missing)),
            Open::Voting { missing, .. } => format!("{txn}: waits for the votes of {}", names(missing)),
            Open::Telling { decision, missing } => {
                format!("{txn}: {decision}, not acknowledged by {}", names(missing))
            }
        };
        view = view.field("open", text);
    }
    view
}

fn names(nodes: &Set<NodeId>) -> String {
    let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    names.join(", ")
}

fn participant_view(participant: &Participant) -> View {
    let mut view = View::default();
    for (txn, breaks_a_rule) in participant.working.iter() {
        let text = if *breaks_a_rule { "done, breaks a rule" } else { "done" };
        view = view.field("work", format!("{txn}: {text}"));
    }
    for (txn, Uncertain { since, asked }) in participant.uncertain.iter() {
        let asked = if *asked > 0 { format!(", asked {asked} ×") } else { String::new() };
        view = view.field("uncertain", format!("{txn} since {}{asked}", clock(*since)));
    }
    if let Some((txn, decision)) = participant.decided.get_max() {
        view = view.durable("last decision", format!("{decision} {txn}"));
    }
    view
}

/// A local time, which a skewed clock may show as less than zero.
fn clock(local: LocalNs) -> String {
    let sign = if local < 0 { "−" } else { "" };
    format!("{sign}{}", Ns(local.unsigned_abs()))
}

pub(super) fn message(msg: &Msg) -> MsgView {
    let (kind, label, sentence, txn) = match *msg {
        Msg::Run { ref no, .. } if no.is_empty() => {
            ("run", "run".to_owned(), "Please run a transaction.".to_owned(), None)
        }
        Msg::Run { ref no, .. } => {
            let no = names(&no.iter().copied().collect());
            (
                "run",
                format!("run no={no}"),
                format!("Please run a transaction, to which {no} will say no."),
                None,
            )
        }
        Msg::Work { txn, .. } => (
            "work",
            format!("work {txn}"),
            format!("Do your part of {txn}, such that you can still undo it."),
            Some(txn),
        ),
        Msg::Done { txn } => ("done", format!("done {txn}"), format!("My part of {txn} is done."), Some(txn)),
        Msg::VoteRequest { txn } => (
            "vote-request",
            format!("vote? {txn}"),
            format!("Can you commit {txn}? If you say yes, you must be able to do either, whatever happens."),
            Some(txn),
        ),
        Msg::Vote { txn, vote: Vote::Yes } => (
            "vote",
            format!("yes {txn}"),
            format!("I can commit {txn}, and I shall do what you decide."),
            Some(txn),
        ),
        Msg::Vote { txn, vote: Vote::No } => {
            ("vote", format!("no {txn}"), format!("I cannot commit {txn}, and have aborted it."), Some(txn))
        }
        Msg::Decision { txn, decision } => {
            ("decision", format!("{decision} {txn}"), format!("It is decided: {decision} {txn}."), Some(txn))
        }
        Msg::Ack { txn } => {
            ("ack", format!("ack {txn}"), format!("I have carried out the decision on {txn}."), Some(txn))
        }
        Msg::DecisionRequest { txn } => (
            "decision-request",
            format!("decided? {txn}"),
            format!("I said yes to {txn} and have heard nothing since: how was it decided?"),
            Some(txn),
        ),
        Msg::Outcome { txn, decision, .. } => {
            let ended = if decision == Decision::Commit { "committed" } else { "aborted" };
            ("outcome", format!("{ended} {txn}"), format!("Your transaction, {txn}, was {ended}."), Some(txn))
        }
    };
    MsgView { kind, label, sentence, epoch: txn.and_then(epoch), routine: false }
}
