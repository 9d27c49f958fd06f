//! The course's catalogue is made of the labs' own files, so a lab is one file and nothing else. It is made anew when one
//! changes.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/summary.rs"]
mod summary;

use summary::Summary;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=labs");
    println!("cargo::rerun-if-changed=src/summary.rs");
    let mut course: Vec<Summary> = Vec::new();
    for path in files(Path::new("labs"))? {
        let id = path.strip_prefix("labs").unwrap_or(&path).with_extension("");
        let id = id.to_string_lossy().replace('\\', "/");
        match Summary::of(&id, &fs::read_to_string(&path)?) {
            Ok(summary) => course.push(summary),
            Err(why) => println!("cargo::error={}: {}", path.display(), why.replace('\n', "; ")),
        }
    }
    course.sort_by(|one, other| one.id.cmp(&other.id));
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("course.json"), serde_json::to_string(&course)?)
}

/// Every lab's file below a folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            files.push(path);
        }
    }
    Ok(files)
}
