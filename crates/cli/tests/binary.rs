//! Stories that need a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn lightcone(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lightcone"));
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child =
        lightcone(&["run", "raft", "--until", "60s", "--format", "json"]).spawn().expect("it starts");
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("stdout"));
    out.read_line(&mut first).expect("a line");
    assert!(first.starts_with(r#"{"type":"event","id":"A:1""#), "{first}");
    drop(out);
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_process_ends_with_the_exit_code() {
    for (words, code) in [
        (&["hash", "raft"][..], 0),
        (&["hash", "nosuch"], 2),
        (&["hash", "raft", "--max-events", "1"], 3),
        (&["--help"], 0),
        (&["--version"], 0),
        (&[], 2),
    ] {
        let ended = lightcone(words).output().expect("it runs");
        assert_eq!(ended.status.code(), Some(code), "{words:?}");
        assert_eq!(ended.stdout.is_empty(), code > 1, "{words:?}");
        assert_eq!(ended.stderr.is_empty(), code == 0, "{words:?}");
    }
}
