//! The bank in a reader's words: lanes, arrows, and what the inspector shows.

use lightcone_sim::protocol::{MsgView, Status, View, Weight};

use super::account::{Account, Counting, Recording};
use super::messages::Body;
use super::{Bank, State};

pub(super) fn status(bank: &Bank, state: &State) -> Status {
    let account = match state {
        State::Client(_) => return Status { role: "client", weight: Weight::Thin, epoch: None },
        State::Gone => return Status { role: "out", weight: Weight::Thin, epoch: None },
        State::Account(account) => account,
    };
    let is_open = account.recordings.values().any(|recording| !recording.open.is_empty());
    let (role, weight) = match account.last {
        None => ("account", Weight::Thin),
        Some(_) if is_open => ("recording", Weight::Dashed),
        Some(_) => ("recorded", Weight::Thin),
    };
    Status { role, weight, epoch: account.last.map(|snapshot| bank.number(snapshot)) }
}

pub(super) fn view(state: &State) -> View {
    match state {
        State::Client(_) => View::default(),
        State::Gone => View::default().field("state", "forgotten in a crash: it takes no part any more"),
        State::Account(account) => account_view(account),
    }
}

fn account_view(account: &Account) -> View {
    let mut view = View::default().field("balance", account.books.balance);
    for recording in account.recordings.values() {
        view = view.field("recorded", recorded(recording));
    }
    if let Some(parts) = &account.gathered {
        let come: Vec<String> = parts.keys().map(ToString::to_string).collect();
        view = view
            .field("parts that have come", if come.is_empty() { "none".to_owned() } else { come.join(", ") });
    }
    if let Some(Counting { total, balances, on_the_way, .. }) = &account.result {
        let balances: Vec<String> =
            balances.iter().map(|(node, balance)| format!("{node} {balance}")).collect();
        view = view
            .field("total", total)
            .field("counted", format!("{} + on the way {on_the_way}", balances.join(" + ")));
    }
    if account.channels.early() > 0 {
        view = view.field("came early", account.channels.early());
    }
    view
}

fn recorded(Recording { snapshot, part, open }: &Recording) -> String {
    let mut text = format!("{snapshot}: {}", part.books.balance);
    for (payer, amounts) in &part.channels {
        let amounts: Vec<String> = amounts.iter().map(ToString::to_string).collect();
        text.push_str(&format!("; on its way from {payer}: {}", amounts.join(", ")));
    }
    if !open.is_empty() {
        let open: Vec<String> = open.iter().map(ToString::to_string).collect();
        text.push_str(&format!("; still recording from {}", open.join(", ")));
    }
    text
}

pub(super) fn message(bank: &Bank, body: &Body) -> MsgView {
    let (kind, label, sentence, snapshot) = match body {
        Body::Pay(amount) => ("pay", format!("pay {amount}"), format!("Here is {amount} for you."), None),
        Body::Marker(snapshot) => (
            "marker",
            format!("marker {snapshot}"),
            format!("I have recorded my state for {snapshot}: what I send from now on is later than that."),
            Some(*snapshot),
        ),
        Body::WriteDown(snapshot) => (
            "write down",
            format!("write down {snapshot}"),
            format!("Write down what you have, for {snapshot}."),
            Some(*snapshot),
        ),
        Body::Report(snapshot, part) => {
            let (balance, way) = (part.books.balance, part.on_the_way());
            (
                "report",
                format!("{snapshot}: {balance} + {way}"),
                format!("For {snapshot}, I recorded {balance} of my own, and {way} on its way to me."),
                Some(*snapshot),
            )
        }
        Body::Take(_) => ("snapshot", "snapshot".to_owned(), "Please take a snapshot.".to_owned(), None),
        Body::Counted(_, total) => ("counted", total.to_string(), format!("I count {total}."), None),
    };
    MsgView { kind, label, sentence, epoch: snapshot.map(|snapshot| bank.number(snapshot)), routine: false }
}
