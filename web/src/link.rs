//! Links and files: the document at work as text, and back.

use lightcone_formats::link::{self, Document, MAX_LINK, Names, Seal, SealVerdict};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;

use crate::store::look::Look;
use crate::store::run::{Run, protocol, unknown_protocol};
use crate::store::work::Work;

/// All that a link or a file holds of the document at work.
pub fn document(work: &Work, look: &Look) -> Document {
    let session = work.run.session();
    Document {
        scenario: (*work.scenario).clone(),
        playhead: Some(work.now),
        view: look.to_map(),
        sealed: Some(Seal::of(&*session, work.now)),
        quiz: work.quiz,
    }
}

/// The protocols, each as far as its code is here.
struct Here;

impl Names for Here {
    fn scenario(&self, name: &str, nodes: Option<u16>) -> Option<Scenario> {
        let entry = protocol(name)?;
        Some(Scenario { protocol: name.to_owned(), ..(entry.scenario)(nodes) })
    }
}

/// The fragment that opens a document, without `#`.
pub fn fragment(document: &Document) -> String {
    link::to_fragment(document, Here)
}

/// Whether a fragment is too long for a link that is to travel.
pub fn is_too_long(fragment: &str) -> bool {
    fragment.len() > MAX_LINK
}

/// What a link opens; it may be the whole address or its fragment. As long as the code of its protocol is not here, only
/// the name of that is sure to be right.
pub fn from_link(link: &str) -> Result<Document, String> {
    known(link::from_fragment(link, Here).map_err(|bad| bad.to_string())?)
}

/// What a file opens.
pub fn from_file(text: &str) -> Result<Document, String> {
    known(link::from_json(text).map_err(|bad| bad.to_string())?)
}

fn known(document: Document) -> Result<Document, String> {
    match protocol(&document.scenario.protocol) {
        Some(_) => Ok(document),
        None => Err(unknown_protocol(&document.scenario.protocol)),
    }
}

/// What opens when nothing else is asked for.
pub fn first() -> Option<Document> {
    let entry = protocol("raft").or_else(|| lightcone_protocols::all().first())?;
    Some(Document::from((entry.scenario)(None)))
}

/// One line if the run is no longer what it was when it was saved.
pub fn verdict(document: &Document, run: &Run) -> Option<String> {
    match document.sealed.as_ref()?.compare(&*run.session()) {
        SealVerdict::Same | SealVerdict::NotComputed => None,
        differs => Some(differs.to_string()),
    }
}

/// Just before something happens for the first time after the start: where playing begins, so that it begins at once.
pub fn first_moment(run: &Run) -> Key {
    const LEAD: Ns = Ns::ms(10);
    let session = run.session();
    let trace = session.trace();
    let mut events = trace.order().iter().filter_map(|&id| trace.event(id));
    match events.find(|event| event.at() > Ns::ZERO).map(|event| event.at()) {
        Some(at) if at > LEAD => Key::end_of(at - LEAD),
        _ => Key::START,
    }
}

/// Where a run stands still that waits for its reader from the outset: after the last event that comes by itself.
pub fn still_moment(run: &Run) -> Option<Key> {
    let session = run.session();
    let trace = session.trace();
    trace.held_spans().iter().find(|(from, to)| from.0 == Ns::ZERO && to.0 == Ns::NEVER)?;
    let last = trace.order().last().and_then(|&id| trace.event(id));
    Some(last.map_or(Key::START, |event| event.key))
}

/// A moment that tells something by itself: when a client has first been answered, or half-way.
pub fn telling_moment(run: &Run, until: Ns) -> Key {
    let session = run.session();
    let trace = session.trace();
    let answers = trace.ops().filter_map(|op| {
        let event = lightcone_sim::ids::EventId { node: op.id.client, index: op.returned? };
        trace.event(event).map(|event| event.key)
    });
    answers.min().unwrap_or(Key::end_of(Ns(until.0 / 2)))
}
