//! Building the page.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chunks;
use crate::command;
use crate::course;
use crate::failure::Failure;
use crate::offline;
use crate::project::Project;
use crate::tools::Tools;

/// The feature with which the sandbox is compiled to be cut into chunks.
const SPLIT: &str = "split";

/// Builds the release page into dist/, with relative addresses throughout.
pub fn build(project: &Project) -> Result<(), Failure> {
    let tools = Tools::get(project)?;
    println!("Building the page (the first time takes a minute or two).");
    // Trunk is told to fetch nothing, and passes that on to cargo: what a new machine lacks is fetched beforehand.
    command::run(command::cargo().args(["fetch", "--locked"]).current_dir(project.root()))?;
    // The labs are a page of their own below it, which is fetched only where it is used. They come second: each build
    // empties the folder that it writes into.
    println!("Building the sandbox.");
    command::run(trunk(project, &tools).args(["--features", SPLIT]).current_dir(project.root()))?;
    chunks::cut(project)?;
    println!("Building the labs.");
    command::run(trunk(project, &tools).current_dir(project.labs()))?;
    course::write(project)?;
    offline::write(project)
}

fn trunk(project: &Project, tools: &Tools) -> Command {
    let mut trunk = tools.trunk();
    trunk.args(["build", "--release"]);
    trunk.env("CARGO_ENCODED_RUSTFLAGS", flags(project.root(), &sources()));
    trunk
}

/// What rustc is told beside what its caller wants: the page says where a panic came from, and that should name a crate
/// and not the machine that built it.
fn flags(root: &Path, sources: &[PathBuf]) -> OsString {
    let mut flags = match (env::var_os("CARGO_ENCODED_RUSTFLAGS"), env::var("RUSTFLAGS")) {
        (Some(encoded), _) => vec![encoded],
        (None, Ok(plain)) => plain.split_whitespace().map(OsString::from).collect(),
        (None, Err(_)) => Vec::new(),
    };
    for (from, to) in sources.iter().map(|source| (source.as_path(), "crates")).chain([(root, "lightcone")]) {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    }
    // The hash of a run is a small thing: small code before fast.
    flags.extend(["--cfg".into(), "sha2_backend_soft=\"compact\"".into()]);
    flags.join("\u{1f}".as_ref())
}

/// Where cargo unpacks what comes from registries.
fn sources() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let folders = home.and_then(|home| home.join("registry/src").read_dir().ok());
    folders.into_iter().flatten().flatten().map(|folder| folder.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_machine_are_named_by_crate() {
        let flags =
            flags(Path::new("/home/me/lightcone"), &[PathBuf::from("/home/me/.cargo/registry/src/mirror-1")]);
        let flags = flags.to_string_lossy();
        let told: Vec<&str> = flags.split('\u{1f}').collect();
        assert!(told.contains(&"--remap-path-prefix=/home/me/lightcone=lightcone"), "{told:?}");
        assert!(
            told.contains(&"--remap-path-prefix=/home/me/.cargo/registry/src/mirror-1=crates"),
            "{told:?}"
        );
    }
}
