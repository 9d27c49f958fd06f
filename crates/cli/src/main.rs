//! The `lightcone` command, with all built-in protocols.

use std::io::{self, BufWriter};
use std::process::ExitCode;

fn main() -> ExitCode {
    let code = lightcone_cli::main_with(
        lightcone_protocols::all(),
        std::env::args_os(),
        &mut io::stdin().lock(),
        &mut BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        &mut io::stderr().lock(),
    );
    ExitCode::from(code as u8)
}
