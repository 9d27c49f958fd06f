//! `lightcone run`

use lightcone_formats::lines::{write_json, write_text};

use crate::Streams;
use crate::args::Format;
use crate::failure::{Code, Failure, unless_closed};
use crate::ran::Ran;

pub(super) fn run(ran: &Ran<'_>, format: Format, streams: &mut Streams<'_>) -> Result<Code, Failure> {
    let write = match format {
        Format::Text => write_text,
        Format::Json => write_json,
    };
    let written = write(ran.session.as_ref(), ran.until(), streams.out).and_then(|()| streams.out.flush());
    unless_closed(written)?;
    Ok(ran.conclude(streams.err)?)
}
