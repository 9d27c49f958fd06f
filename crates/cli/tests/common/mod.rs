//! The command line, called as a library.

use std::path::{Path, PathBuf};

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Calls `lightcone` with these words.
pub fn lightcone(words: &[&str]) -> Said {
    lightcone_reading("", words)
}

/// Calls `lightcone` with something on stdin.
pub fn lightcone_reading(input: &str, words: &[&str]) -> Said {
    let args = std::iter::once("lightcone").chain(words.iter().copied()).map(Into::into);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code =
        lightcone_cli::main_with(lightcone_protocols::all(), args, &mut input.as_bytes(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { code, out: text(out), err: text(err) }
}

/// What a command that succeeds prints.
#[allow(dead_code)]
pub fn printed(words: &[&str]) -> String {
    let said = lightcone(words);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{words:?}");
    said.out
}

/// A file for one test, gone when the test is over.
pub struct TempFile(PathBuf);

impl TempFile {
    #[allow(dead_code)]
    pub fn new(name: &str, content: &str) -> TempFile {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).expect("the target folder takes files");
        TempFile(path)
    }

    #[allow(dead_code)]
    pub fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }

    #[allow(dead_code)]
    pub fn content(&self) -> String {
        std::fs::read_to_string(&self.0).expect("the file is there")
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
