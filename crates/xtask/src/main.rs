//! What a newcomer types: `cargo xtask serve`, `build`, `test`, `size`, `bench`, `bench-explore` and `bench-web`.
//!
//! Each task installs what it needs and lacks, and otherwise says in one sentence what is missing. None of them looks
//! into our other crates: they call cargo, Trunk and node, and read what those print.

mod args;
mod bench;
mod bench_web;
mod chunks;
mod command;
mod course;
mod disk;
mod failure;
mod offline;
mod page;
mod project;
#[cfg(test)]
mod scratch;
mod serve;
mod site;
mod size;
mod system;
mod tally;
mod test;
mod tools;

use std::process::ExitCode;

use args::Task;
use failure::Failure;
use project::Project;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let task = args::parse(std::env::args().skip(1))?;
    if let Task::Help = task {
        println!("{}", args::HELP);
        return Ok(ExitCode::SUCCESS);
    }
    let project = Project::find()?;
    match task {
        Task::Help => {}
        Task::Serve { port, build, under } => {
            if build {
                page::build(&project)?;
            }
            serve::forever(&project, port, &under)?;
        }
        Task::Build => {
            page::build(&project)?;
            println!("The page is in dist/. Any static host can serve it, from any folder.");
        }
        Task::Test { stages, lean } => return Ok(test::run(&project, &stages, lean)),
        Task::Size => {
            page::build(&project)?;
            size::measure(&project)?;
        }
        Task::Bench => bench::run(&project)?,
        Task::BenchExplore => bench::explore(&project)?,
        Task::BenchWeb => {
            page::build(&project)?;
            bench_web::run(&project)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
