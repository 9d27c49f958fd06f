//! Mutual exclusion in a reader's words: lanes, arrows, and what the inspector shows.

use lightcone_sim::protocol::{MsgView, Status, View, Weight};

use super::messages::Body;
use super::process::{Process, names};
use super::{Mutex, State};

pub(super) fn status(mutex: &Mutex, state: &State) -> Status {
    let (role, weight, request) = match state {
        State::Client(_) => ("client", Weight::Thin, None),
        State::Gone => ("out", Weight::Thin, None),
        State::Process(process) if process.inside => ("inside", Weight::Thick, process.mine),
        State::Process(process) if process.mine.is_some() => ("waiting", Weight::Dashed, process.mine),
        State::Process(_) => ("idle", Weight::Thin, None),
    };
    Status { role, weight, epoch: request.map(|request| mutex.number(request)) }
}

pub(super) fn view(mutex: &Mutex, state: &State) -> View {
    match state {
        State::Client(_) => View::default(),
        State::Gone => View::default().field("state", "forgotten in a crash: it takes no part any more"),
        State::Process(process) => process_view(mutex, process),
    }
}

fn process_view(mutex: &Mutex, process: &Process) -> View {
    let queue: Vec<String> = process.queue.iter().map(ToString::to_string).collect();
    let heard: Vec<String> = process.heard.iter().map(|(node, time)| format!("{node} {time}")).collect();
    let or_none = |text: String| if text.is_empty() { "nothing".to_owned() } else { text };
    let mut view = View::default()
        .field("clock", process.clock)
        .field("request queue", or_none(queue.join(", ")))
        .field("last heard", or_none(heard.join(", ")));
    if let Some(mine) = process.mine {
        let peers = mutex.servers().filter(|&node| node != mine.process);
        let missing = process.missing(peers);
        let waits = match (process.inside, missing.is_empty()) {
            (true, _) => "granted".to_owned(),
            (false, true) => "waits for its turn".to_owned(),
            (false, false) => format!("waits to hear from {}", names(&missing)),
        };
        view = view.field("own request", format!("{mine}, {waits}"));
    }
    if process.channels.early() > 0 {
        view = view.field("came early", process.channels.early());
    }
    view.field("calls", process.callers.len())
}

pub(super) fn message(mutex: &Mutex, body: &Body) -> MsgView {
    let (kind, label, sentence, request) = match *body {
        Body::Enter(_) => ("enter", "enter".to_owned(), "Please enter for me.".to_owned(), None),
        Body::Done(_, request) => (
            "done",
            format!("done {request}"),
            format!("I was inside, with my request {request}."),
            Some(request),
        ),
        Body::Request(request) => (
            "request",
            format!("request {request}"),
            format!("I request the resource; my clock shows {}.", request.time),
            Some(request),
        ),
        Body::Acknowledge { time, of } => (
            "ack",
            format!("ack {time}"),
            format!(
                "Your request {of} is in my queue, and my clock shows {time}: all that I send from now on is later."
            ),
            Some(of),
        ),
        Body::Release { time, of } => (
            "release",
            format!("release {time}"),
            format!("I release the resource: {of} is over, and my clock shows {time}."),
            Some(of),
        ),
    };
    MsgView { kind, label, sentence, epoch: request.map(|request| mutex.number(request)), routine: false }
}
