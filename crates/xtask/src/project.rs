//! The checkout: where its parts are, and which versions it pins.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The checkout that the task works on.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The checkout around the current folder.
    pub fn find() -> Result<Project, Failure> {
        let here = std::env::current_dir().map_err(|source| Failure::File {
            doing: "find",
            path: PathBuf::from("the current folder"),
            source,
        })?;
        match here.ancestors().find(|folder| folder.join("Cargo.lock").is_file()) {
            Some(root) => Ok(Project { root: root.to_owned() }),
            None => Err(Failure::Missing {
                thing: "Cargo.lock".to_owned(),
                remedy: "run this inside a checkout of Lightcone".to_owned(),
            }),
        }
    }

    /// The checkout's own folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the built page goes.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Where the page of the labs is.
    pub fn labs(&self) -> PathBuf {
        self.root.join("web").join("labs")
    }

    /// Where the labs of the course are.
    pub fn course(&self) -> PathBuf {
        self.root.join("crates").join("labs").join("labs")
    }

    /// Where tools of this checkout are installed.
    pub fn tools(&self) -> PathBuf {
        self.root.join(".tools")
    }

    /// Where cargo builds: the folder that a variable names, or target/.
    pub fn target(&self) -> PathBuf {
        self.root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
    }

    /// Where the benchmark is.
    pub fn bench(&self) -> PathBuf {
        self.root.join("tests").join("bench")
    }

    /// What the explorer is measured beside another one with.
    pub fn bench_explore(&self) -> PathBuf {
        self.root.join("tests").join("bench-explore").join("Cargo.toml")
    }

    /// Where the browser tests are.
    pub fn browser_tests(&self) -> PathBuf {
        self.root.join("tests").join("browser")
    }

    /// The built page's folder, once there is a page in it.
    pub fn built_page(&self) -> Result<PathBuf, Failure> {
        let dist = self.dist();
        if dist.join("index.html").is_file() {
            Ok(dist)
        } else {
            Err(Failure::Missing {
                thing: "dist/index.html".to_owned(),
                remedy: "run `cargo xtask build` first".to_owned(),
            })
        }
    }

    /// The version of a package in Cargo.lock.
    pub fn locked_version(&self, package: &str) -> Result<String, Failure> {
        let lock = self.read("Cargo.lock")?;
        version_in_lock(&lock, package).map(str::to_owned).ok_or_else(|| Failure::Missing {
            thing: format!("the package {package} in Cargo.lock"),
            remedy: "restore the committed Cargo.lock".to_owned(),
        })
    }

    /// The packages with tests for WebAssembly: those whose manifest names wasm-bindgen-test.
    pub fn packages_with_wasm_tests(&self) -> Result<Vec<String>, Failure> {
        let mut folders = vec![self.root.join("web"), self.labs(), self.root.join("tests")];
        for shelf in ["crates", "tests"].map(|name| self.root.join(name)) {
            let listed = fs::read_dir(&shelf).map_err(|source| Failure::File {
                doing: "list",
                path: shelf.clone(),
                source,
            })?;
            folders.extend(listed.filter_map(|entry| entry.ok().map(|entry| entry.path())));
        }
        let manifests =
            folders.iter().filter_map(|folder| fs::read_to_string(folder.join("Cargo.toml")).ok());
        let mut packages: Vec<String> = manifests
            .filter(|manifest| manifest.lines().any(|line| line.starts_with("wasm-bindgen-test")))
            .filter_map(|manifest| name_in_manifest(&manifest).map(str::to_owned))
            .collect();
        packages.sort();
        Ok(packages)
    }

    /// A file of the checkout.
    pub fn read(&self, file: &str) -> Result<String, Failure> {
        let path = self.root.join(file);
        fs::read_to_string(&path).map_err(|source| Failure::File { doing: "read", path, source })
    }
}

fn version_in_lock<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    quoted(lines.find(|line| line.starts_with("version = "))?)
}

fn name_in_manifest(manifest: &str) -> Option<&str> {
    quoted(manifest.lines().find(|line| line.starts_with("name = "))?)
}

fn quoted(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "
[[package]]
name = \"wasm-bindgen\"
version = \"0.2.129\"

[[package]]
name = \"wasm-bindgen-macro\"
version = \"0.2.128\"
";

    #[test]
    fn a_version_is_that_of_exactly_the_named_package() {
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen-macro"), Some("0.2.128"));
        assert_eq!(version_in_lock(LOCK, "wasm"), None);
    }

    #[test]
    fn a_package_is_known_by_the_first_name_in_its_manifest() {
        let manifest = "[package]\nname = \"lightcone-web\"\n\n[[bin]]\nname = \"other\"\n";
        assert_eq!(name_in_manifest(manifest), Some("lightcone-web"));
    }
}
