//! `lightcone link`

use lightcone_formats::link::{self, Seal};
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::time::Ns;

use crate::Streams;
use crate::failure::{Code, Failure};
use crate::ran::Ran;
use crate::settings;

pub(super) fn run(
    registry: &[ProtocolEntry],
    mut ran: Ran<'_>,
    at: Option<Ns>,
    streams: &mut Streams<'_>,
) -> Result<Code, Failure> {
    if !ran.is_finished() {
        return Ok(ran.conclude(streams.err)?);
    }
    let end = ran.end();
    let document = &mut ran.document;
    // What is usual need not be said, and then the link may be a readable one.
    settings::abbreviate(&mut document.scenario, ran.entry);
    document.playhead = at.map(Key::end_of).or(document.playhead);
    document.sealed = Some(Seal::of(ran.session.as_ref(), document.playhead.unwrap_or(end)));
    let fragment = link::to_fragment(document, registry);
    if fragment.len() > link::MAX_LINK {
        let length = fragment.len();
        writeln!(streams.err, "lightcone: this link has {length} characters; a saved file travels better")?;
    }
    writeln!(streams.out, "#{fragment}")?;
    Ok(ran.conclude(streams.err)?)
}
