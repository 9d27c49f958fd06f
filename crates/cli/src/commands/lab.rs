//! `lightcone lab`

use std::fs;
use std::io::Write;

use lightcone_labs as labs;
use lightcone_sim::registry::ProtocolEntry;

use crate::Streams;
use crate::args::LabCommand;
use crate::failure::{Code, Failure};

pub(super) fn run(
    registry: &[ProtocolEntry],
    command: &LabCommand,
    streams: &mut Streams<'_>,
) -> Result<Code, Failure> {
    match command {
        LabCommand::List => list(registry, streams.out),
        LabCommand::New => {
            streams.out.write_all(labs::TEMPLATE.as_bytes())?;
            Ok(Code::Fine)
        }
        LabCommand::Check { labs, quiet } => {
            let mut code = Code::Fine;
            for lab in labs {
                if !check(registry, lab, *quiet, streams)? {
                    code = Code::Violated;
                }
            }
            Ok(code)
        }
    }
}

fn list(registry: &[ProtocolEntry], out: &mut dyn Write) -> Result<Code, Failure> {
    for (id, text) in labs::catalog() {
        let lab = labs::read(&id, text, registry).map_err(bad)?;
        writeln!(out, "{id}  {} ({}, {} steps)", lab.title, lab.chapter, lab.steps.len())?;
    }
    Ok(Code::Fine)
}

fn bad(error: labs::BadLab) -> Failure {
    Failure::BadInput(error.to_string())
}

/// Checks one lab, and says whether all that it claims is so.
fn check(
    registry: &[ProtocolEntry],
    source: &str,
    quiet: bool,
    streams: &mut Streams<'_>,
) -> Result<bool, Failure> {
    let text = match labs::find(source) {
        Some(text) => text.to_owned(),
        None if source == "-" => {
            let mut text = String::new();
            streams.input.read_to_string(&mut text).map_err(|error| unreadable("stdin", &error))?;
            text
        }
        None => fs::read_to_string(source).map_err(|error| unreadable(source, &error))?,
    };
    let lab = labs::read(source, &text, registry).map_err(bad)?;
    let checked = labs::check(&lab, registry);
    let mut step = "";
    for claim in checked.claims.iter().filter(|claim| !quiet || !claim.holds) {
        if claim.step != step {
            step = &claim.step;
            writeln!(streams.out, "{source}:{}: {step}", claim.line)?;
        }
        let verdict = if claim.holds { "holds" } else { "FAILS" };
        writeln!(streams.out, "    {verdict}  {}", claim.text)?;
    }
    let (hold, all) = (checked.claims.iter().filter(|claim| claim.holds).count(), checked.claims.len());
    writeln!(streams.out, "{source}: {hold} of {all} claims hold")?;
    Ok(checked.holds())
}

fn unreadable(source: &str, error: &std::io::Error) -> Failure {
    let ids: Vec<String> = labs::catalog().into_iter().map(|(id, _)| id).collect();
    Failure::BadInput(format!(
        "`{source}` is no lab ({}), and cannot be read as a file: {error}",
        ids.join(", ")
    ))
}
