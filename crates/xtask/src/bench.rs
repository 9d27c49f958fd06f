//! How fast runs are, natively and in WebAssembly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::system::{self, Program};
use crate::tools;

/// The benchmark's package.
const PACKAGE: &str = "lightcone-bench";
/// What its library is called once it is compiled.
const MODULE: &str = "lightcone_bench";
/// The script with which node runs it.
const SCRIPT: &str = "run.cjs";

/// Compiles the simulation's work for WebAssembly, and has it measured in turn with the native one.
pub fn run(project: &Project) -> Result<(), Failure> {
    in_turn(project, "engine")
}

/// The same of the explorer; then it is measured beside another one.
pub fn explore(project: &Project) -> Result<(), Failure> {
    in_turn(project, "explore")?;
    println!("The explorer beside Stateright (some minutes).");
    let mut beside = command::cargo();
    beside.args(["run", "--locked", "--release", "--manifest-path"]).arg(project.bench_explore());
    // A workspace of its own keeps what it builds apart.
    beside.arg("--target-dir").arg(project.target().join("bench-explore"));
    command::run(beside.current_dir(project.root()))
}

fn in_turn(project: &Project, bench: &str) -> Result<(), Failure> {
    system::get([Program::Node])?;
    let wasm_bindgen = tools::wasm_bindgen(project)?;
    let script = build(project, &wasm_bindgen)?;
    let mut native = command::cargo();
    native.args(["bench", "--locked", "-p", PACKAGE, "--bench", bench]).env("LIGHTCONE_BENCH_WASM", script);
    command::run(native.current_dir(project.root()))
}

/// Builds the benchmark for node, and tells the script that runs it.
fn build(project: &Project, wasm_bindgen: &Path) -> Result<PathBuf, Failure> {
    println!("Building the benchmark for WebAssembly (the first time takes a minute or two).");
    let target = project.target();
    let mut library = command::cargo();
    library.args(["build", "--locked", "--release", "--lib", "-p", PACKAGE, "--target", tools::WASM]);
    // Said aloud, so that the library is where we look for it whatever cargo's own settings are.
    library.arg("--target-dir").arg(&target);
    command::run(library.current_dir(project.root()))?;

    let compiled = target.join(tools::WASM).join("release").join(MODULE).with_extension("wasm");
    let folder = target.join("bench-wasm");
    command::run(
        Command::new(wasm_bindgen)
            .args(["--target", "nodejs", "--no-typescript", "--out-dir"])
            .arg(&folder)
            .arg(compiled),
    )?;
    let script = folder.join(SCRIPT);
    match fs::copy(project.bench().join(SCRIPT), &script) {
        Ok(_) => Ok(script),
        Err(source) => Err(Failure::File { doing: "write", path: script, source }),
    }
}
