//! What is wrong with a lab, and where.

use std::fmt;

/// Why a lab cannot be read: in which file and line, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLab {
    /// The file, as its reader calls it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub text: String,
}

impl fmt::Display for BadLab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

impl std::error::Error for BadLab {}

/// Something wrong in a piece of text, at a byte of it if that is known.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub at: Option<usize>,
    pub text: String,
}

impl Trouble {
    pub fn new(text: impl Into<String>) -> Trouble {
        Trouble { at: None, text: text.into() }
    }

    /// Puts the trouble where this word stands in the text, if it is not yet known where.
    pub fn near(mut self, source: &str, word: &str) -> Trouble {
        self.at = self.at.or_else(|| source.find(word));
        self
    }

    /// In which line of a file, for a piece of text that begins in the file's line `first`.
    pub fn in_file(self, file: &str, first: usize, source: &str) -> BadLab {
        let before = self.at.map_or("", |at| source.get(..at).unwrap_or(source));
        BadLab { file: file.to_owned(), line: first + before.matches('\n').count(), text: self.text }
    }
}

/// The end of a sentence that says which known name was perhaps meant, or which there are.
pub(crate) fn instead<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known.iter().map(|name| (strsim::normalized_damerau_levenshtein(given, name), *name));
    match nearest.max_by(|left, right| left.0.total_cmp(&right.0)) {
        Some((likeness, name)) if likeness > 0.5 => format!("did you mean `{name}`?"),
        _ if known.is_empty() => "there are none".to_owned(),
        _ => format!(
            "there are {}",
            known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    }
}
