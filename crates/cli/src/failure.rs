//! How a command ends.

use std::fmt;
use std::io::{self, Write};

use lightcone_formats::link::BadLink;
use lightcone_sim::validate::BadScenario;

/// How a command ended that was able to do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// All is well.
    Fine = 0,
    /// A monitor was violated.
    Violated = 1,
    /// The run was not computed to its end.
    Unfinished = 3,
}

/// Bad input.
const BAD_INPUT: i32 = 2;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input was bad; the sentence says what, where, and what would be right.
    BadInput(String),
    /// Reading or writing failed.
    Io(io::Error),
}

impl Failure {
    /// Bad input, told in a sentence.
    pub(crate) fn bad<T>(sentence: impl Into<String>) -> Result<T, Failure> {
        Err(Failure::BadInput(sentence.into()))
    }

    /// The same, with what the sentence is about before it.
    pub(crate) fn about(self, what: impl fmt::Display) -> Failure {
        match self {
            Failure::BadInput(sentence) => Failure::BadInput(format!("{what}: {sentence}")),
            io => io,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl From<BadScenario> for Failure {
    fn from(error: BadScenario) -> Failure {
        Failure::BadInput(error.to_string())
    }
}

impl From<BadLink> for Failure {
    fn from(error: BadLink) -> Failure {
        Failure::BadInput(error.to_string())
    }
}

impl From<clap::Error> for Failure {
    /// The parser's first paragraph as one line; usage and tips behind it are what `--help` is for.
    fn from(error: clap::Error) -> Failure {
        let text = error.to_string();
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let sentence = words.join(" ");
        Failure::BadInput(sentence.strip_prefix("error: ").unwrap_or(&sentence).to_owned())
    }
}

/// The exit code, once stderr has been told what went wrong. A reader that has gone away is nothing wrong.
pub(crate) fn exit_code(result: Result<Code, Failure>, err: &mut dyn Write) -> i32 {
    let sentence = match result {
        Ok(code) => return code as i32,
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Code::Fine as i32,
        Err(Failure::Io(error)) => format!("reading or writing failed: {error}"),
        Err(Failure::BadInput(sentence)) => sentence,
    };
    // Where stderr is closed too, the exit code alone must do.
    let _ = writeln!(err, "lightcone: {}", sentence.replace(char::is_control, " "));
    BAD_INPUT
}

/// Lets a command that has been told to stop writing conclude all the same.
pub(crate) fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}
