//! The command line as a library: [`main_with`] runs it over any registry of protocols, a reader's own included.
//!
//! ```
//! use lightcone_cli::main_with;
//!
//! let mut out = Vec::new();
//! let args = ["lightcone", "list"].map(Into::into);
//! let code = main_with(lightcone_protocols::all(), args, &mut std::io::empty(), &mut out, &mut Vec::new());
//! assert_eq!(code, 0);
//! ```
//!
//! Results go to stdout, and nothing else does. The exit code is 0 if all is well, 1 if a monitor was violated, 2 if
//! the input was bad (one sentence on stderr says what and where), 3 if the run was not finished.

mod args;
mod commands;
mod failure;
mod ran;
mod settings;
mod source;

use std::ffi::OsString;
use std::io::{Read, Write};

use clap::Parser;
use lightcone_sim::registry::ProtocolEntry;

use crate::failure::{Code, Failure};

/// What a command reads and writes.
struct Streams<'a> {
    input: &'a mut dyn Read,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

/// Runs the command line over these protocols and returns the exit code. The first argument is the program's name.
pub fn main_with(
    registry: &[ProtocolEntry],
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> i32 {
    let mut streams = Streams { input: stdin, out: stdout, err: stderr };
    let result = match args::Cli::try_parse_from(args) {
        Ok(cli) => commands::run(registry, cli.command, &mut streams),
        Err(error) if error.use_stderr() => Err(Failure::from(error)),
        Err(help) => write!(streams.out, "{help}").map(|()| Code::Fine).map_err(Failure::from),
    };
    let result = result.and_then(|code| Ok(streams.out.flush().map(|()| code)?));
    failure::exit_code(result, streams.err)
}
