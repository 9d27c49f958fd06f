//! Why a task could not be done, in one sentence that also says what would be right.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a task could not be done.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for something that there is not.
    Usage(String),
    /// Something that must be installed is not, and cannot be installed from here.
    Missing {
        /// What is missing.
        thing: String,
        /// What would bring it.
        remedy: String,
    },
    /// A command could not be started.
    NotStarted {
        /// The command as one would type it.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// A command ran and reported failure; what was wrong stands in its own output above.
    Command {
        /// The command as one would type it.
        command: String,
        /// How it ended.
        status: String,
    },
    /// A file or folder could not be read or written.
    File {
        /// What was being done, as in "read".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The page could not be cut into chunks.
    Split(String),
    /// A part of the built page has a path that does not change with its content.
    Unhashed(String),
    /// The address to serve on could not be had.
    Address {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The server stopped accepting connections.
    Serving(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(what) => write!(f, "{what}; `cargo xtask help` lists what there is."),
            Failure::Missing { thing, remedy } => write!(f, "{thing} is missing: {remedy}."),
            Failure::NotStarted { command, source } => {
                write!(f, "`{command}` could not be started: {source}.")
            }
            Failure::Command { command, status } => write!(f, "`{command}` failed ({status}); see above."),
            Failure::File { doing, path, source } => {
                write!(f, "could not {doing} {}: {source}.", path.display())
            }
            Failure::Split(why) => write!(f, "the page could not be cut into chunks: {why}."),
            Failure::Unhashed(name) => {
                write!(
                    f,
                    "dist/{name} needs a hash of its content in its path, or browsers will mix two builds."
                )
            }
            Failure::Address { port, source } => {
                write!(f, "could not serve on port {port} of 127.0.0.1: {source}; try another with --port.")
            }
            Failure::Serving(source) => write!(f, "the server stopped: {source}."),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failure::NotStarted { source, .. }
            | Failure::File { source, .. }
            | Failure::Address { source, .. }
            | Failure::Serving(source) => Some(source),
            Failure::Usage(_)
            | Failure::Missing { .. }
            | Failure::Command { .. }
            | Failure::Split(_)
            | Failure::Unhashed(_) => None,
        }
    }
}
