//! The commands, one a module.

mod draw;
mod explore;
mod hash;
mod lab;
mod link;
mod list;
mod run;
mod scenario;

use lightcone_sim::registry::ProtocolEntry;

use crate::Streams;
use crate::args::Command;
use crate::failure::{Code, Failure};
use crate::ran::Ran;
use crate::source;

/// Runs one command.
pub(crate) fn run(
    registry: &[ProtocolEntry],
    command: Command,
    streams: &mut Streams<'_>,
) -> Result<Code, Failure> {
    match command {
        Command::List => list::run(registry, streams.out),
        Command::Explore { args } => explore::run(registry, &args, streams),
        Command::Lab { command } => lab::run(registry, &command, streams),
        Command::Scenario { source } => {
            scenario::run(&source::open(registry, &source, streams)?, streams.out)
        }
        Command::Schema { of } => {
            streams.out.write_all(of.text().as_bytes())?;
            Ok(Code::Fine)
        }
        Command::Run { source, budget, format } => {
            let ran = Ran::new(source::open(registry, &source, streams)?, budget)?;
            run::run(&ran, format, streams)
        }
        Command::Draw { source, budget, picture } => {
            let ran = Ran::new(source::open(registry, &source, streams)?, budget)?;
            draw::run(&ran, &picture, streams)
        }
        Command::Hash { source, budget } => {
            hash::run(&Ran::new(source::open(registry, &source, streams)?, budget)?, streams)
        }
        Command::Link { source, budget, at } => {
            let ran = Ran::new(source::open(registry, &source, streams)?, budget)?;
            link::run(registry, ran, at, streams)
        }
    }
}
