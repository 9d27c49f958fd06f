//! Paxos in a reader's words: lanes, arrows, and what the inspector shows.

use std::fmt::Display;

use lightcone_sim::protocol::{MsgView, Status, View, Weight};

use super::messages::{Msg, Proposal};
use super::proposer::Phase;
use super::{Paxos, Server, Stable, State, Variant};

pub(super) fn status(paxos: &Paxos, state: &State, stable: &Stable) -> Status {
    let State::Server(server) = state else {
        return Status { role: "client", weight: Weight::Thin, epoch: None };
    };
    let promised = server.acceptor.as_ref().and_then(|acceptor| acceptor.promised);
    let idle = match (&server.learner.learned, &server.acceptor, &server.proposer) {
        (Some(_), ..) => "learned",
        (None, Some(_), _) => "acceptor",
        (None, None, Some(_)) => "proposer",
        (None, None, None) => "learner",
    };
    let (role, weight) = match server.proposer.as_ref().map(|proposer| &proposer.phase) {
        Some(Phase::Prepare { .. }) => ("preparing", Weight::Dashed),
        Some(Phase::Accept { .. }) => ("proposing", Weight::Thick),
        Some(Phase::BackOff) => ("backing off", Weight::Dashed),
        Some(Phase::Idle) | None => (idle, Weight::Thin),
    };
    let own = server.proposer.as_ref().and_then(|proposer| proposer.phase.ballot());
    let accepted = stable.accepted.as_ref().map(|proposal| proposal.ballot);
    Status { role, weight, epoch: own.or(promised).or(accepted).map(|ballot| paxos.number(ballot)) }
}

fn or_none(value: Option<impl Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

pub(super) fn view(paxos: &Paxos, state: &State, stable: &Stable) -> View {
    match state {
        State::Client(client) => View::default()
            .field("asks", client.calls.server())
            .field("call", or_none(client.calls.current().map(|call| &call.op)))
            .field("waiting", client.calls.waiting()),
        State::Server(server) => server_view(paxos, server, stable),
    }
}

fn server_view(paxos: &Paxos, server: &Server, stable: &Stable) -> View {
    let mut view = View::default();
    if let Some(proposer) = &server.proposer {
        let phase = match &proposer.phase {
            Phase::Idle => "idle".to_owned(),
            Phase::Prepare { ballot, promises } => {
                let from: Vec<String> = promises.keys().map(ToString::to_string).collect();
                format!("phase 1 of {ballot}: promises from [{}]", from.join(" "))
            }
            Phase::Accept { proposal: Proposal { ballot, value } } => {
                format!("phase 2 of {ballot}: proposed {value}")
            }
            Phase::BackOff => "backing off".to_owned(),
        };
        view = view
            .durable("round", stable.round)
            .field("proposer", phase)
            .field("wants", or_none(proposer.wish.as_ref()));
    }
    if let Some(acceptor) = &server.acceptor {
        let promised = or_none(acceptor.promised);
        view = match paxos.params.variant {
            Variant::PromiseNotPersisted => view.field("promised", promised),
            _ => view.durable("promised", promised),
        };
        view = view.durable("accepted", or_none(stable.accepted.as_ref()));
    }
    for (proposal, who) in &server.learner.heard {
        let who: Vec<String> = who.iter().map(ToString::to_string).collect();
        view = view.field("heard", format!("{proposal} from [{}]", who.join(" ")));
    }
    view.field("learned", or_none(server.learner.learned.as_ref()))
}

pub(super) fn message(paxos: &Paxos, msg: &Msg) -> MsgView {
    let (kind, label, sentence) = match msg {
        Msg::Request { value } => (
            "request",
            format!("propose {value}"),
            format!("Please get {value} chosen, and tell me what was."),
        ),
        Msg::Prepare { ballot } => (
            "prepare",
            format!("prepare {ballot}"),
            format!(
                "{} asks: promise to accept nothing below {ballot}, and tell me what you have accepted.",
                ballot.proposer
            ),
        ),
        Msg::Promise { ballot, accepted: None } => (
            "promise",
            format!("promise {ballot}"),
            format!(
                "I shall accept nothing below {ballot}. I have accepted nothing yet: propose what you like."
            ),
        ),
        Msg::Promise { ballot, accepted: Some(Proposal { ballot: older, value }) } => (
            "promise",
            format!("promise {ballot} ({value})"),
            format!("I shall accept nothing below {ballot}. But I have accepted {value} in {older}."),
        ),
        Msg::Accept { proposal: Proposal { ballot, value } } => (
            "accept",
            format!("accept {ballot} {value}"),
            format!(
                "By now a majority has promised {ballot}: {} asks to accept {value} in it.",
                ballot.proposer
            ),
        ),
        Msg::Accepted { proposal: Proposal { ballot, value } } => (
            "accepted",
            format!("accepted {ballot} {value}"),
            format!("I have accepted {value} in {ballot}. Once a majority says so, it is chosen."),
        ),
        Msg::Nack { ballot, promised } => (
            "nack",
            format!("nack {promised}"),
            format!("Too late for {ballot}: I have promised {promised} to accept nothing below it."),
        ),
        Msg::Ask => {
            ("ask", "chosen?".to_owned(), "What have you accepted? I do not know what is chosen.".to_owned())
        }
        Msg::Chosen { value } => {
            ("chosen", format!("chosen {value}"), format!("{value} is chosen, for good."))
        }
    };
    let epoch = match msg {
        Msg::Prepare { ballot } | Msg::Promise { ballot, .. } | Msg::Nack { ballot, .. } => Some(*ballot),
        Msg::Accept { proposal } | Msg::Accepted { proposal } => Some(proposal.ballot),
        Msg::Request { .. } | Msg::Ask | Msg::Chosen { .. } => None,
    };
    let routine = matches!(msg, Msg::Ask);
    MsgView { kind, label, sentence, epoch: epoch.map(|ballot| paxos.number(ballot)), routine }
}
