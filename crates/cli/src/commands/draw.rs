//! `lightcone draw`

use crate::Streams;
use crate::args::Picture;
use crate::failure::{Code, Failure};
use crate::ran::Ran;

pub(super) fn run(ran: &Ran<'_>, picture: &Picture, streams: &mut Streams<'_>) -> Result<Code, Failure> {
    let _ = (picture, ran, streams);
    Failure::bad("drawing is not there yet")
}
