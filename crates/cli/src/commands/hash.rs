//! `lightcone hash`

use crate::Streams;
use crate::failure::{Code, Failure};
use crate::ran::Ran;

pub(super) fn run(ran: &Ran<'_>, streams: &mut Streams<'_>) -> Result<Code, Failure> {
    // The hash of a part would be taken for the hash of the whole.
    if ran.is_finished() {
        let digits: String = ran.session.hash(ran.end()).iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(streams.out, "{digits}")?;
    }
    Ok(ran.conclude(streams.err)?)
}
