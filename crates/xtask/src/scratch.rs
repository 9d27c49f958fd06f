//! A folder that a test writes into, and that is gone after it.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// A folder of a test's own.
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder; the name keeps tests that run side by side apart.
    pub fn new(name: &str) -> Scratch {
        let folder = std::env::temp_dir().join(format!("lightcone-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Scratch(folder)
    }
}

impl Deref for Scratch {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
