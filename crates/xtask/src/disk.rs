//! The room on the disk: what takes it, and whether it is what failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::project::Project;

/// With less than this free, in kB, a linker that died probably died of it: it gets a bus error and says no more.
const LITTLE: u64 = 1_000_000;

/// A sentence, if so little is free that something may have failed for it.
pub fn warning(project: &Project) -> Option<String> {
    let free = free_kb(&command::output(Command::new("df").arg("-Pk").arg(project.root()))?)?;
    (free < LITTLE).then(|| {
        format!(
            "only {} MB are free on this disk, which may be why: a clean checkout needs about 5 GB",
            free / 1_000
        )
    })
}

/// The fourth column of the last line of what `df -Pk` prints.
fn free_kb(table: &str) -> Option<u64> {
    table.lines().last()?.split_whitespace().nth(3)?.parse().ok()
}

/// Removes folders with all that is in them; one that cannot be removed only takes room.
pub fn remove(folders: impl IntoIterator<Item = PathBuf>) {
    for folder in folders {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Removes the programs in a folder of cargo's, which have names without an ending (on Windows `.exe`).
pub fn remove_programs(folder: &Path) {
    let files = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|file| file.path());
    for file in files.filter(|path| path.extension().is_none_or(|ending| ending == "exe")) {
        let _ = fs::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_free_room_is_read_from_the_table() {
        let table = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 263174212 52428800 41943040 56% /\n";
        assert_eq!(free_kb(table), Some(41_943_040));
        assert_eq!(free_kb(""), None);
        assert_eq!(free_kb("df: no such file"), None);
    }

    #[test]
    fn programs_go_and_libraries_stay() {
        let scratch = Scratch::new("disk");
        for name in ["story-0a1b", "libsim-0a1b.rlib", "libmacros-0a1b.so", "story-0a1b.d"] {
            fs::write(scratch.join(name), "").unwrap();
        }
        remove_programs(&scratch);
        let mut left: Vec<_> =
            fs::read_dir(&*scratch).unwrap().map(|file| file.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["libmacros-0a1b.so", "libsim-0a1b.rlib", "story-0a1b.d"]);
    }
}
