//! Every check, stage by stage. A later stage runs even where an earlier one failed, so that one run shows all there is.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{fmt, fs};

use crate::command;
use crate::disk;
use crate::failure::Failure;
use crate::page;
use crate::project::Project;
use crate::serve::Server;
use crate::site::{Prefix, Site};
use crate::system::{self, BrowserTools, Program};
use crate::tally::Tally;
use crate::tools;

/// Where the browser tests find the page. It is never the host's root, so that every address in it must be relative.
const UNDER: &str = "/some/where/";

/// One kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Is the code formatted?
    Fmt,
    /// Has clippy anything to say?
    Clippy,
    /// The tests of all crates on this machine, doc tests included.
    Native,
    /// The tests compiled to WebAssembly, in Chromium.
    Wasm,
    /// Does the page build?
    Page,
    /// The built page, used in Chromium.
    Browser,
    /// The golden runs compiled to WebAssembly and the main stories in Firefox, where it is to be had.
    Firefox,
    /// The same with all stories that Chromium has: it takes long, so it is run only where it is asked for.
    WholeFirefox,
}

/// The variable that tells cargo what runs tests compiled to WebAssembly.
const WASM_RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";

/// The package that holds every run to its golden hash.
const DETERMINISM: &str = "lightcone-determinism";

/// The browser tests that stand for all in Firefox: they take some minutes together.
const MAIN_STORIES: [&str; 6] = ["bad-input", "keys", "labs", "paxos", "raft", "twopc"];

impl Stage {
    /// All stages, in the order in which they run: the quickest answers first.
    pub const ALL: [Stage; 8] = [
        Stage::Fmt,
        Stage::Clippy,
        Stage::Native,
        Stage::Wasm,
        Stage::Page,
        Stage::Browser,
        Stage::Firefox,
        Stage::WholeFirefox,
    ];

    /// The stage with a name as on the command line.
    pub fn named(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Whether it runs where no stage is named.
    pub fn is_usual(self) -> bool {
        self != Stage::WholeFirefox
    }

    fn name(self) -> &'static str {
        match self {
            Stage::Fmt => "fmt",
            Stage::Clippy => "clippy",
            Stage::Native => "native",
            Stage::Wasm => "wasm",
            Stage::Page => "page",
            Stage::Browser => "browser",
            Stage::Firefox => "firefox",
            Stage::WholeFirefox => "--firefox",
        }
    }

    /// Whether it uses the built page.
    fn needs_page(self) -> bool {
        matches!(self, Stage::Browser | Stage::Firefox | Stage::WholeFirefox)
    }

    /// What came of it, or why it is not run.
    fn check(self, project: &Project) -> Result<Outcome, Failure> {
        Ok(match self {
            Stage::Fmt => fmt_stage(project),
            Stage::Clippy => clippy_stage(project),
            Stage::Native => native_stage(project),
            Stage::Wasm => wasm_stage(project),
            Stage::Page => Outcome::of_step(page::build(project)),
            Stage::Browser => browser_stage(project, BrowserTools::get(project), |_| true),
            // Not every machine has Firefox or can install it, and its absence says nothing about the page.
            Stage::Firefox => {
                let main = |name: &str| MAIN_STORIES.contains(&name);
                firefox_stage(project, BrowserTools::with_firefox(project)?, main)
            }
            Stage::WholeFirefox => match BrowserTools::with_firefox(project) {
                Ok(tools) => firefox_stage(project, tools, |_| true),
                Err(missing) => Outcome::of_step(Err(missing)),
            },
        })
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What came of a stage.
#[derive(Debug, Default)]
struct Outcome {
    tally: Tally,
    failures: Vec<Failure>,
}

impl Outcome {
    /// A step without single tests: it counts as one.
    fn of_step(result: Result<(), Failure>) -> Outcome {
        match result {
            Ok(()) => Outcome { tally: Tally::PASS, failures: Vec::new() },
            Err(failure) => Outcome { tally: Tally::FAIL, failures: vec![failure] },
        }
    }

    /// Tests that were counted as they ran. What failed without any test to show for it, such as code that does not
    /// compile, counts as one.
    fn of_tests(mut tally: Tally, result: Result<(), Failure>) -> Outcome {
        if result.is_err() && tally.failed == 0 {
            tally += Tally::FAIL;
        }
        Outcome { tally, failures: result.err().into_iter().collect() }
    }

    fn and(mut self, other: Outcome) -> Outcome {
        self.tally += other.tally;
        self.failures.extend(other.failures);
        self
    }

    fn passed(&self) -> bool {
        self.failures.is_empty() && self.tally.failed == 0
    }
}

/// Runs stages, tells about each, and ends with a line that counts what passed and failed. A lean run removes what was
/// compiled for a stage as soon as no later one uses it.
pub fn run(project: &Project, stages: &[Stage], lean: bool) -> ExitCode {
    let mut report: Vec<(Stage, Option<Outcome>, Duration)> = Vec::new();
    for &stage in stages {
        println!("\n=== {stage} ===");
        let page_failed = report.iter().any(|(stage, outcome, _)| {
            *stage == Stage::Page && !outcome.as_ref().is_some_and(Outcome::passed)
        });
        if stage.needs_page() && page_failed {
            // What lies in dist/ is an older page: its tests would tell nothing about this one.
            println!("not run: the page was not built");
            report.push((stage, None, Duration::ZERO));
            continue;
        }
        let start = Instant::now();
        let outcome = match stage.check(project) {
            Ok(outcome) => outcome,
            Err(why) => {
                println!("not run: {why}");
                report.push((stage, None, start.elapsed()));
                continue;
            }
        };
        for failure in &outcome.failures {
            println!("{stage}: {failure}");
        }
        if let Some(warning) = disk::warning(project).filter(|_| !outcome.passed()) {
            println!("{stage}: {warning}");
        }
        if lean {
            tidy(project, stage);
        }
        report.push((stage, Some(outcome), start.elapsed()));
    }
    summarise(&report)
}

/// Removes what was compiled for a stage and is used by no later one.
fn tidy(project: &Project, stage: Stage) {
    let native = project.target().join("debug");
    match stage {
        // What macros and build scripts were compiled to serves the next stage as well.
        Stage::Native => disk::remove_programs(&native.join("deps")),
        Stage::Wasm | Stage::Firefox | Stage::WholeFirefox => {
            let parts = ["deps", "build", "examples", "incremental"].map(|part| native.join(part));
            disk::remove(parts.into_iter().chain([project.target().join(tools::WASM).join("debug")]));
        }
        _ => {}
    }
}

fn summarise(report: &[(Stage, Option<Outcome>, Duration)]) -> ExitCode {
    let mut sum = Tally::default();
    let mut all_passed = true;
    println!("\n=== in all ===");
    for (stage, outcome, time) in report {
        match outcome {
            Some(outcome) => {
                let word = if outcome.passed() { "passed" } else { "FAILED" };
                println!("{stage:<8} {word}  {:6.1} s  {}", time.as_secs_f64(), outcome.tally);
                sum += outcome.tally;
                all_passed &= outcome.passed();
            }
            None => println!("{stage:<8} not run"),
        }
    }
    println!("{sum}");
    if all_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fmt_stage(project: &Project) -> Outcome {
    Outcome::of_step(tools::component("rustfmt", "fmt").and_then(|()| {
        command::run(command::cargo().args(["fmt", "--all", "--check"]).current_dir(project.root()))
    }))
}

fn clippy_stage(project: &Project) -> Outcome {
    let clippy = |scope: &[&str]| {
        let mut clippy = command::cargo();
        clippy.args(["clippy", "--locked", "--all-targets"]).args(scope).args(["--", "-D", "warnings"]);
        command::run(clippy.current_dir(project.root()))
    };
    if let Err(missing) = tools::component("clippy", "clippy") {
        return Outcome::of_step(Err(missing));
    }
    let native = Outcome::of_step(clippy(&["--workspace"]));
    // Some code exists for the page's target only.
    let wasm = tools::wasm_target().and_then(|()| {
        let packages =
            ["-p", "lightcone-web", "-p", "lightcone-web-labs", "-p", "lightcone-bench", "-p", DETERMINISM];
        clippy(&[&packages[..], &["--features", "lightcone-web/split", "--target", tools::WASM]].concat())
    });
    native.and(Outcome::of_step(wasm))
}

fn native_stage(project: &Project) -> Outcome {
    let mut tests = command::cargo();
    tests.args([
        "test",
        "--locked",
        "--workspace",
        "--exclude",
        "lightcone-web",
        "--exclude",
        "lightcone-web-labs",
        "--no-fail-fast",
    ]);
    counted(tests.current_dir(project.root()))
}

fn wasm_stage(project: &Project) -> Outcome {
    match wasm_tests(project) {
        Ok(mut tests) => counted(&mut tests),
        Err(failure) => Outcome::of_step(Err(failure)),
    }
}

fn wasm_tests(project: &Project) -> Result<Command, Failure> {
    let packages = project.packages_with_wasm_tests()?;
    let runner = tools::wasm_test_runner(project)?;
    let [_, chromedriver] = system::get([Program::Chromium, Program::Chromedriver])?;
    let mut tests = tests_for_wasm(project, &packages);
    tests.env(WASM_RUNNER, runner).env("CHROMEDRIVER", chromedriver);
    // Tests that do not say where they run go where the page does.
    tests.env("WASM_BINDGEN_USE_BROWSER", "1");
    // On a busy machine a browser takes its time to start.
    tests.env("WASM_BINDGEN_TEST_TIMEOUT", "300").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    Ok(tests)
}

/// The tests of these packages, compiled to WebAssembly.
fn tests_for_wasm(project: &Project, packages: &[String]) -> Command {
    let mut tests = command::cargo();
    tests.args(["test", "--locked", "--no-fail-fast", "--target", tools::WASM]);
    tests.args(packages.iter().flat_map(|package| ["-p", package])).current_dir(project.root());
    tests
}

/// What hashes came to on this machine and in Chromium they come to in Firefox. Its driver for the runner of wasm-bindgen is
/// no package of Debian's, so it is opened as for the browser tests.
fn firefox_stage(project: &Project, tools: BrowserTools, wanted: impl Fn(&str) -> bool) -> Outcome {
    let hashes = match tools::wasm_test_runner(project) {
        Ok(runner) => {
            let mut tests = tests_for_wasm(project, &[DETERMINISM.to_owned()]);
            // Cargo runs tests in their package's folder.
            tests.env(WASM_RUNNER, "node ../browser/wasm-runner.mjs").env("WASM_TEST_SERVER", runner);
            counted(tools.tell(&mut tests))
        }
        Err(failure) => Outcome::of_step(Err(failure)),
    };
    hashes.and(browser_stage(project, Ok(tools), wanted))
}

fn browser_stage(
    project: &Project,
    tools: Result<BrowserTools, Failure>,
    wanted: impl Fn(&str) -> bool,
) -> Outcome {
    match tools.and_then(|tools| browser_tests(project, &tools, wanted)) {
        Ok((mut tests, _server)) => counted(&mut tests),
        Err(failure) => Outcome::of_step(Err(failure)),
    }
}

/// The browser tests with wanted names, and the server that they need meanwhile.
fn browser_tests(
    project: &Project,
    tools: &BrowserTools,
    wanted: impl Fn(&str) -> bool,
) -> Result<(Command, Server), Failure> {
    let site = Site::new(project.built_page()?, Prefix::parse(UNDER).unwrap_or_else(Prefix::root));
    let files = test_files(&project.browser_tests(), wanted)?;
    let server = Server::start(site, Some(0))?;
    let mut tests = tools.node();
    // A page that hangs must not hold everything up for ever.
    tests.args(["--test", "--test-reporter=spec", "--test-timeout=600000"]).args(files);
    tests.env("LIGHTCONE_URL", server.address()).current_dir(project.root());
    Ok((tests, server))
}

fn test_files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let listed = fs::read_dir(folder).map_err(|source| Failure::File {
        doing: "list",
        path: folder.to_owned(),
        source,
    })?;
    let mut files: Vec<PathBuf> = listed
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.strip_suffix(".test.mjs").is_some_and(&wanted)
        })
        .collect();
    files.sort();
    Ok(files)
}

fn counted(tests: &mut Command) -> Outcome {
    let mut tally = Tally::default();
    let result = command::run_watched(tests, |line| tally += Tally::of_line(line));
    Outcome::of_tests(tally, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> Failure {
        Failure::Command { command: "cargo test".to_owned(), status: "exit status: 101".to_owned() }
    }

    #[test]
    fn what_fails_without_a_failed_test_counts_as_one() {
        let outcome = Outcome::of_tests(Tally { passed: 3, failed: 0 }, Err(broken()));
        assert_eq!(outcome.tally, Tally { passed: 3, failed: 1 });
        let outcome = Outcome::of_tests(Tally { passed: 3, failed: 2 }, Err(broken()));
        assert_eq!(outcome.tally, Tally { passed: 3, failed: 2 });
    }

    #[test]
    fn two_steps_of_a_stage_count_as_two() {
        let outcome = Outcome::of_step(Ok(())).and(Outcome::of_step(Err(broken())));
        assert_eq!(outcome.tally, Tally { passed: 1, failed: 1 });
        assert!(!outcome.passed());
    }

    #[test]
    fn every_stage_answers_to_its_name() {
        for stage in Stage::ALL {
            assert_eq!(Stage::named(stage.name()), Some(stage));
        }
    }
}
