//! `lightcone scenario`

use std::io::Write;

use crate::failure::{Code, Failure};
use crate::settings;
use crate::source::Source;

pub(super) fn run(source: &Source<'_>, out: &mut dyn Write) -> Result<Code, Failure> {
    let mut scenario = source.document.scenario.clone();
    settings::complete(&mut scenario, source.entry);
    let json = serde_json::to_string_pretty(&scenario).map_err(std::io::Error::from)?;
    writeln!(out, "{json}")?;
    Ok(Code::Fine)
}
