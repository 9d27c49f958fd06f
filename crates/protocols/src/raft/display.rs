//! Raft for readers: roles and colours, the inspector's fields, and messages in a teacher's words.

use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::{LogItem, LogView, MsgView, SharedUpTo, Status, View, Weight};

use super::log::Log;
use super::machine::Outcome;
use super::types::{
    Answer, AppendEntries, AppendEntriesReply, Appended, Client, Command, Entry, Index, Msg, Progress, Reply,
    Request, RequestVote, RequestVoteReply, Role, Server, Stable, State,
};

/// How many entries of a long log are shown.
const LOG_SHOWN: u64 = 20;

/// How many keys are shown.
const KEYS_SHOWN: usize = 20;

pub(super) fn status(state: &State, stable: &Stable) -> Status {
    let epoch = Some(stable.current_term.0);
    match state {
        State::Client(_) => Status { role: "client", weight: Weight::Thin, epoch: None },
        State::Server(server) => match server.role {
            Role::Follower { .. } => Status { role: "follower", weight: Weight::Thin, epoch },
            Role::Candidate { .. } => Status { role: "candidate", weight: Weight::Dashed, epoch },
            Role::Leader { .. } => Status { role: "leader", weight: Weight::Thick, epoch },
        },
    }
}

pub(super) fn view(state: &State, stable: &Stable) -> View {
    match state {
        State::Server(server) => server_view(server, stable),
        State::Client(client) => client_view(client, stable),
    }
}

fn server_view(server: &Server, stable: &Stable) -> View {
    let view = View::default()
        .durable("currentTerm", stable.current_term)
        .durable("votedFor", or_dash(stable.voted_for))
        .field("commitIndex", server.commit_index)
        .field("lastApplied", server.last_applied);
    let view = match &server.role {
        Role::Follower { leader } => view.field("leader", or_dash(*leader)),
        Role::Candidate { votes } => view.field("votes", list(votes.iter())),
        Role::Leader { progress } => view
            .field("nextIndex", peers(progress, stable.voted_for, |peer| peer.next_index))
            .field("matchIndex", peers(progress, stable.voted_for, |peer| peer.match_index)),
    };
    let mut values: Vec<String> =
        server.machine.values().take(KEYS_SHOWN + 1).map(|(key, value)| format!("{key}={value}")).collect();
    if values.len() > KEYS_SHOWN {
        values.truncate(KEYS_SHOWN);
        values.push("…".to_owned());
    }
    let view = view.field("state machine", if values.is_empty() { dash() } else { values.join(" ") });
    let view = match server.lease.read {
        Some((client, serial, index)) => {
            view.field("read by lease", format!("{client}'s {serial}, at {index}"))
        }
        None => view,
    };
    let before = stable.log.last_index().0.saturating_sub(LOG_SHOWN);
    View { log: items(&stable.log, server.commit_index, before, LOG_SHOWN), log_before: before, ..view }
}

/// A stretch of a server's log. What it knows to be committed is in memory, and lost in a crash.
pub(super) fn log(state: Option<&State>, stable: &Stable, before: u64, count: u64) -> LogView {
    let (commit_index, last_applied) = match state {
        Some(State::Server(server)) => (server.commit_index, server.last_applied),
        _ => (Index(0), Index(0)),
    };
    LogView {
        items: items(&stable.log, commit_index, before, count),
        length: stable.log.last_index().0,
        shared: Some(SharedUpTo { committed: commit_index.0, applied: last_applied.0 }),
    }
}

fn items(log: &Log, commit_index: Index, before: u64, count: u64) -> Vec<LogItem> {
    let last = log.last_index().0.min(before.saturating_add(count));
    let item = |index| {
        let entry = log.get(Index(index))?;
        let (epoch, text) = (Some(entry.term.0), command_text(&entry.command));
        Some(LogItem { index, epoch, text, committed: index <= commit_index.0 })
    };
    (before + 1..=last).filter_map(item).collect()
}

fn client_view(client: &Client, stable: &Stable) -> View {
    let request = client.request.as_ref().map(|request| request.op.to_string());
    View::default()
        .durable("serial", stable.serial)
        .field("request", or_dash(request))
        .field("asks", client.calls.server())
        .field("waiting", client.calls.waiting())
}

fn dash() -> String {
    "–".to_owned()
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(dash, |value| value.to_string())
}

fn list(items: impl Iterator<Item = impl ToString>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

/// A leader's numbers for the others. The leader is the one that it voted for.
fn peers(progress: &[Progress], me: Option<NodeId>, number: impl Fn(&Progress) -> Index) -> String {
    let servers = (0..).map(NodeId::server).zip(progress);
    list(servers.filter(|&(server, _)| Some(server) != me).map(|(peer, p)| format!("{peer}:{}", number(p))))
}

/// What an entry says, for a log: `x=1`.
pub(super) fn command_text(command: &Command) -> String {
    match command {
        Command::NoOp => "no-op".to_owned(),
        Command::Client(request) => request.op.short(),
    }
}

pub(super) fn describe(msg: &Msg) -> MsgView {
    match msg {
        Msg::RequestVote(rpc) => request_vote(rpc),
        Msg::RequestVoteReply(reply) => request_vote_reply(reply),
        Msg::AppendEntries(rpc) => append_entries(rpc),
        Msg::AppendEntriesReply(reply) => append_entries_reply(reply),
        Msg::Request(request) => client_request(request),
        Msg::Reply(reply) => client_reply(reply),
    }
}

fn request_vote(rpc: &RequestVote) -> MsgView {
    let RequestVote { term, candidate_id, last_log_index, last_log_term } = rpc;
    let log = if *last_log_index == Index(0) {
        "its log is empty".to_owned()
    } else {
        format!("its log ends at {last_log_index} (term {last_log_term})")
    };
    MsgView {
        kind: "RequestVote",
        label: format!("vote? {term}"),
        sentence: format!("{candidate_id} asks for your vote in term {term}; {log}."),
        epoch: Some(term.0),
        routine: false,
    }
}

fn request_vote_reply(reply: &RequestVoteReply) -> MsgView {
    let (label, sentence) = if reply.vote_granted {
        ("yes", format!("You have my vote in term {}.", reply.term))
    } else {
        ("no", format!("You do not have my vote; my term is {}.", reply.term))
    };
    let epoch = Some(reply.term.0);
    MsgView { kind: "RequestVoteReply", label: label.to_owned(), sentence, epoch, routine: false }
}

fn append_entries(rpc: &AppendEntries) -> MsgView {
    let (term, leader, prev) = (rpc.term, rpc.leader_id, rpc.prev_log_index);
    let before = if prev == Index(0) {
        "from the log's beginning".to_owned()
    } else {
        format!("after entry {prev} (term {})", rpc.prev_log_term)
    };
    let commit = format!("committed up to {}", rpc.leader_commit);
    let (label, sentence) = match rpc.entries.as_slice() {
        [] => ("heartbeat".to_owned(), format!("{leader} leads term {term}; {commit}.")),
        [entry] => {
            let text = entry_text(entry);
            (
                format!("append {text}"),
                format!("{leader} leads term {term}: store {text} {before}; {commit}."),
            )
        }
        [first, .., last] => {
            let count = rpc.entries.len();
            (
                format!("append {} +{}", entry_text(first), count - 1),
                format!(
                    "{leader} leads term {term}: store {count} entries, {} to {}, {before}; {commit}.",
                    entry_text(first),
                    entry_text(last)
                ),
            )
        }
    };
    let routine = rpc.entries.is_empty();
    MsgView { kind: "AppendEntries", label, sentence, epoch: Some(term.0), routine }
}

fn entry_text(entry: &Entry) -> String {
    command_text(&entry.command)
}

fn append_entries_reply(reply: &AppendEntriesReply) -> MsgView {
    let term = reply.term;
    let (label, sentence) = match &reply.result {
        Appended::Match(index) => {
            (format!("ok {index}"), format!("My log agrees with yours up to {index} (term {term})."))
        }
        Appended::OldTerm => ("no".to_owned(), format!("Your term is over; mine is {term}.")),
        Appended::Conflict { prev_log_index, retry_at } => (
            "no".to_owned(),
            format!(
                "My log does not agree with yours at {prev_log_index}; try from {retry_at} (term {term})."
            ),
        ),
    };
    let routine = reply.heartbeat && matches!(reply.result, Appended::Match(_));
    MsgView { kind: "AppendEntriesReply", label, sentence, epoch: Some(term.0), routine }
}

fn client_request(request: &Request) -> MsgView {
    let Request { client, serial, op, .. } = request;
    let verb = if op.is_read() { "read" } else { "write" };
    MsgView {
        kind: "Request",
        label: format!("{verb} {}", op.short().trim_end_matches('?')),
        sentence: format!("{client}'s request {serial}: {op}."),
        epoch: None,
        routine: false,
    }
}

fn client_reply(reply: &Reply) -> MsgView {
    let serial = reply.serial;
    let (label, sentence) = match &reply.answer {
        Answer::Outcome(Outcome::Done(ret)) => {
            (ret.to_string(), format!("Request {serial} is committed and executed: {ret}."))
        }
        Answer::Outcome(Outcome::Stale { latest }) => {
            ("stale".to_owned(), format!("Request {serial} is too old: {latest} were executed."))
        }
        Answer::NotLeader { hint: Some(leader) } => (
            format!("ask {leader}"),
            format!("I do not lead, {leader} does: request {serial} belongs there."),
        ),
        Answer::NotLeader { hint: None } => {
            ("no leader".to_owned(), format!("I do not lead and know of no leader for request {serial}."))
        }
    };
    MsgView { kind: "Reply", label, sentence, epoch: None, routine: false }
}
