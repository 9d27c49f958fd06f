//! The tools that turn Rust into the page: the WebAssembly target, Trunk and wasm-bindgen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::command;
use crate::failure::Failure;
use crate::project::Project;

/// The target that the page is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The Trunk that Trunk.toml is written for.
const TRUNK_VERSION: &str = "0.21.14";

/// Compiled once and run for seconds, a tool is better compiled quickly than well: minutes instead of a quarter of an hour.
const QUICK_PROFILE: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_STRIP", "true"),
];

/// A tool in the version that this checkout needs.
struct Tool {
    package: &'static str,
    version: String,
    /// Its programs, each of which answers `--version` with its name and version.
    programs: &'static [&'static str],
    duration: &'static str,
}

impl Tool {
    fn trunk() -> Tool {
        Tool {
            package: "trunk",
            version: TRUNK_VERSION.to_owned(),
            programs: &["trunk"],
            duration: "about four minutes",
        }
    }

    /// The library and the tool understand each other only in equal versions.
    fn wasm_bindgen(project: &Project) -> Result<Tool, Failure> {
        Ok(Tool {
            package: "wasm-bindgen-cli",
            version: project.locked_version("wasm-bindgen")?,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            duration: "about two minutes",
        })
    }

    /// The folder with this tool's programs in the right version; it is installed into the checkout if there is none.
    fn folder(&self, project: &Project) -> Result<PathBuf, Failure> {
        let own = project.tools().join("bin");
        let mut folders = std::iter::once(own.clone()).chain(command::path_folders());
        if let Some(folder) = folders.find(|folder| self.is_in(folder)) {
            return Ok(folder);
        }
        println!("Installing {} {} into .tools (once, {}).", self.package, self.version, self.duration);
        command::run(&mut self.install(project))?;
        Ok(own)
    }

    fn install(&self, project: &Project) -> Command {
        let mut install = command::cargo();
        install.args(["install", "--locked", "--no-default-features"]);
        // What lies there under this name is of another version.
        install.arg("--force").arg("--root").arg(project.tools());
        install.arg(format!("{}@{}", self.package, self.version));
        // One folder for all tools: what they share is compiled once.
        install.env("CARGO_TARGET_DIR", build_folder(project));
        install.envs(QUICK_PROFILE).current_dir(project.root());
        install
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.programs.iter().all(|program| {
            command::in_folder(folder, program).is_some_and(|path| {
                let said = command::output(Command::new(path).arg("--version")).unwrap_or_default();
                said.split_whitespace().nth(1) == Some(self.version.as_str())
            })
        })
    }
}

/// The tools, found or installed.
pub struct Tools {
    trunk: PathBuf,
    wasm_bindgen: PathBuf,
}

impl Tools {
    /// Finds the tools, and installs what is missing.
    pub fn get(project: &Project) -> Result<Tools, Failure> {
        wasm_target()?;
        let wasm_bindgen = Tool::wasm_bindgen(project)?.folder(project)?;
        let trunk = Tool::trunk().folder(project)?;
        // The tools are installed and what they were compiled from is of no more use; a rest of it hurts nobody.
        let _ = fs::remove_dir_all(build_folder(project));
        Ok(Tools { trunk, wasm_bindgen })
    }

    /// Trunk, in an environment where it finds the right wasm-bindgen and fetches nothing.
    pub fn trunk(&self) -> Command {
        let mut trunk =
            Command::new(command::in_folder(&self.trunk, "trunk").unwrap_or_else(|| "trunk".into()));
        trunk.env("PATH", command::path_with(std::slice::from_ref(&self.wasm_bindgen)));
        trunk.env("TRUNK_OFFLINE", "true").env("TRUNK_SKIP_VERSION_CHECK", "true");
        if env::var_os("NO_COLOR").is_some() {
            // Trunk reads any other value of this variable, even the usual 1, as an error.
            trunk.env("NO_COLOR", "true");
        }
        trunk
    }
}

/// The program that runs tests compiled for WebAssembly, found or installed.
pub fn wasm_test_runner(project: &Project) -> Result<PathBuf, Failure> {
    wasm_bindgen_program(project, "wasm-bindgen-test-runner")
}

/// The program that gives what is compiled for WebAssembly its JavaScript side, found or installed.
pub fn wasm_bindgen(project: &Project) -> Result<PathBuf, Failure> {
    wasm_bindgen_program(project, "wasm-bindgen")
}

fn wasm_bindgen_program(project: &Project, name: &str) -> Result<PathBuf, Failure> {
    wasm_target()?;
    let folder = Tool::wasm_bindgen(project)?.folder(project)?;
    command::in_folder(&folder, name).ok_or_else(|| Failure::Missing {
        thing: name.to_owned(),
        remedy: "remove the folder .tools and run this again".to_owned(),
    })
}

/// A part of the Rust toolchain that some installations lack, such as clippy.
pub fn component(name: &str, subcommand: &str) -> Result<(), Failure> {
    if command::succeeds(command::cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    rustup(&format!("cargo {subcommand}"), &["component", "add", name])
}

/// The standard library for WebAssembly, installed if it is missing.
pub fn wasm_target() -> Result<(), Failure> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = command::output(Command::new(rustc).args(["--print", "target-libdir", "--target", WASM]));
    if libraries.is_some_and(|folder| Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    rustup(&format!("the Rust target {WASM}"), &["target", "add", WASM])
}

fn rustup(thing: &str, words: &[&str]) -> Result<(), Failure> {
    if command::on_path("rustup").is_none() {
        let remedy =
            format!("install it the way this Rust was installed (with rustup: `rustup {}`)", words.join(" "));
        return Err(Failure::Missing { thing: thing.to_owned(), remedy });
    }
    println!("Installing {thing}.");
    command::run(Command::new("rustup").args(words))
}

fn build_folder(project: &Project) -> PathBuf {
    project.root().join("target").join("tools")
}
