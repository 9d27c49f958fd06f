//! Lines for people.

use std::io;

use lightcone_sim::ids::{MsgId, NodeId, TimerId};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, EventRecord, FateKind};

use super::{Line, label};

/// Widths of the columns before what happened.
pub(super) struct Columns {
    /// Digits of the last whole second.
    seconds: usize,
    node: usize,
}

/// The width of what happened; beyond it a line is as long as it is.
const WHAT: usize = 44;

impl Columns {
    pub(super) fn of(session: &dyn Session, until: Ns) -> Columns {
        let trace = session.trace();
        let end = until.min(trace.reached());
        Columns {
            seconds: (end.0 / 1_000_000_000).to_string().len(),
            node: trace.nodes().iter().map(|node| node.to_string().len()).max().unwrap_or(1),
        }
    }

    pub(super) fn write(
        &self,
        session: &dyn Session,
        line: Line<'_>,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        match line {
            Line::Event(id, record) => {
                let (what, source) = told(session, record, id.node);
                let reasons = session.explain(id).map(|told| told.notes.join(" ")).unwrap_or_default();
                let gap = if source.is_empty() || reasons.is_empty() { "" } else { ": " };
                let why = format!("{source}{gap}{reasons}");
                self.row(to, record.at(), &id.node.to_string(), &what, &why)
            }
            Line::Fate(id, record, Some(at)) if record.fate.kind != FateKind::Delivered => {
                let lost = match record.fate.kind {
                    FateKind::Cut => "a cut stops",
                    FateKind::ToCrashed => "down; misses",
                    _ if session.trace().replaced_by(id).is_some() => "altered on the way:",
                    _ => "lost on the way:",
                };
                let what = format!("{lost} {}", message_label(session, id));
                let why = format!("{id} from {}, sent at {}", id.node, record.sent.0);
                self.row(to, at, &record.to.to_string(), &what, &why)
            }
            Line::Fate(..) => Ok(()),
            Line::Violation(violation) => {
                let indent = self.seconds + 10;
                writeln!(
                    to,
                    "{:indent$}VIOLATED at {}: {}: {}",
                    "", violation.event, violation.monitor, violation.text
                )
            }
        }
    }

    fn row(&self, to: &mut dyn io::Write, at: Ns, node: &str, what: &str, why: &str) -> io::Result<()> {
        let (seconds, micros) = (at.0 / 1_000_000_000, at.0 / 1_000 % 1_000_000);
        let row =
            format!("{seconds:>0$}.{micros:06} s  {node:<1$}  {what:<WHAT$}  {why}", self.seconds, self.node);
        writeln!(to, "{}", row.trim_end())
    }
}

/// What happened, and what brought it about.
fn told(session: &dyn Session, record: &EventRecord, node: NodeId) -> (String, String) {
    let label = || label(session, node, record);
    match record.cause {
        Cause::Message(id) => (format!("got {}", label()), format!("{id} from {}", id.node)),
        Cause::Timer(seq) => (format!("timer: {}", label()), TimerId { node, seq }.to_string()),
        Cause::Op(_) => (format!("asked to {}", label()), String::new()),
        Cause::Entry(entry) => (record.kind.name().to_owned(), format!("script entry {entry}")),
        Cause::Chance => (record.kind.name().to_owned(), "by chance".to_owned()),
        Cause::Start => (record.kind.name().to_owned(), String::new()),
    }
}

fn message_label(session: &dyn Session, id: MsgId) -> String {
    session.message(id).map_or_else(|| id.to_string(), |view| view.label)
}
