//! Programs that come from the system: Chromium and its driver, Firefox, node and npm.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::command;
use crate::failure::Failure;
use crate::project::Project;

/// The oldest node, major and minor version, on which the browser tests run.
const OLDEST_NODE: (u32, u32) = (20, 11);

/// A program that the checks need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The browser.
    Chromium,
    /// The browser's remote control, for tests compiled to WebAssembly.
    Chromedriver,
    /// Another browser, with an engine of its own.
    Firefox,
    /// What runs the browser tests.
    Node,
    /// What installs their library.
    Npm,
}

impl Program {
    /// Where the program is, if it is installed.
    fn find(self) -> Option<PathBuf> {
        match self {
            Program::Chromium => browser(
                "CHROMIUM",
                &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"],
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            ),
            Program::Firefox => browser(
                "FIREFOX",
                &["firefox-esr", "firefox"],
                "/Applications/Firefox.app/Contents/MacOS/firefox",
            ),
            Program::Chromedriver => chosen("CHROMEDRIVER").or_else(|| command::on_path("chromedriver")),
            Program::Node => command::on_path("node").filter(|node| is_recent(node)),
            Program::Npm => command::on_path("npm"),
        }
    }

    /// What it is called in a sentence.
    fn words(self) -> String {
        match self {
            Program::Chromium => "Chromium".to_owned(),
            Program::Chromedriver => "chromedriver".to_owned(),
            Program::Firefox => "Firefox".to_owned(),
            Program::Node => format!("node {}.{} or newer", OLDEST_NODE.0, OLDEST_NODE.1),
            Program::Npm => "npm".to_owned(),
        }
    }

    /// The Debian packages that bring it.
    fn packages(self) -> &'static [&'static str] {
        match self {
            // Without any font a browser draws no text.
            Program::Chromium => &["chromium", "fonts-dejavu-core"],
            Program::Firefox => &["firefox-esr", "fonts-dejavu-core"],
            Program::Chromedriver => &["chromium-driver"],
            Program::Node => &["nodejs"],
            Program::Npm => &["npm"],
        }
    }
}

/// Finds programs, in the order asked for, and installs those that are missing where that can be done.
pub fn get<const N: usize>(wanted: [Program; N]) -> Result<[PathBuf; N], Failure> {
    let missing = missing(&wanted);
    if !missing.is_empty() && apt_is_ours() {
        apt_install(&packages(&missing))?;
    }
    for program in wanted {
        if program.find().is_none() {
            return Err(not_installed(program));
        }
    }
    Ok(wanted.map(|program| program.find().unwrap_or_default()))
}

fn missing(wanted: &[Program]) -> Vec<Program> {
    wanted.iter().copied().filter(|program| program.find().is_none()).collect()
}

fn packages(missing: &[Program]) -> Vec<&'static str> {
    missing.iter().flat_map(|program| program.packages()).copied().collect()
}

fn not_installed(program: Program) -> Failure {
    let packages = program.packages().join(" ");
    let variable = match program {
        Program::Chromium => ", or name an installed one in the variable CHROMIUM",
        Program::Chromedriver => ", or name an installed one in the variable CHROMEDRIVER",
        Program::Firefox => ", or name an installed one in the variable FIREFOX",
        Program::Node | Program::Npm => "",
    };
    Failure::Missing {
        thing: program.words(),
        remedy: format!("install it (on Debian: `apt-get install {packages}` as root){variable}"),
    }
}

/// A browser: the one that a variable names, else one on PATH, else the one where macOS keeps programs.
fn browser(variable: &str, names: &[&str], bundle: &str) -> Option<PathBuf> {
    let on_path = || names.iter().find_map(|name| command::on_path(name));
    chosen(variable)
        .or_else(on_path)
        .or_else(|| Some(PathBuf::from(bundle)).filter(|program| program.is_file()))
}

/// A program that a variable names.
fn chosen(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|program| program.is_file())
}

fn is_recent(node: &Path) -> bool {
    command::output(Command::new(node).arg("--version"))
        .is_some_and(|said| node_version(&said) >= Some(OLDEST_NODE))
}

fn node_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Whether this is a Debian on which we may install packages.
fn apt_is_ours() -> bool {
    Path::new("/etc/debian_version").exists()
        && command::on_path("apt-get").is_some()
        && command::output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn apt_install(packages: &[&str]) -> Result<(), Failure> {
    println!("Installing {}.", packages.join(", "));
    let apt = |words: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    command::run(&mut apt(&["update", "-q"]))?;
    command::run(apt(&["install", "-q", "-y", "--no-install-recommends"]).args(packages))
}

/// What the browser tests run on.
pub struct BrowserTools {
    node: PathBuf,
    /// What the tests are told by variables: which browser, and where it is.
    told: Vec<(&'static str, OsString)>,
}

impl BrowserTools {
    /// Finds or installs Chromium, node, and the tests' library.
    pub fn get(project: &Project) -> Result<BrowserTools, Failure> {
        let [chromium, node, npm] = get([Program::Chromium, Program::Node, Program::Npm])?;
        install_library(project, &npm)?;
        Ok(BrowserTools { node, told: vec![("BROWSER", "chromium".into()), ("CHROMIUM", chromium.into())] })
    }

    /// The same with Firefox.
    pub fn with_firefox(project: &Project) -> Result<BrowserTools, Failure> {
        let [firefox, node, npm] = get([Program::Firefox, Program::Node, Program::Npm])?;
        install_library(project, &npm)?;
        Ok(BrowserTools { node, told: vec![("BROWSER", "firefox".into()), ("FIREFOX", firefox.into())] })
    }

    /// Node, told where the browser is.
    pub fn node(&self) -> Command {
        let mut node = Command::new(&self.node);
        self.tell(&mut node);
        node
    }

    /// Tells a command that will run node where the browser is.
    pub fn tell<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command.envs(self.told.iter().map(|(name, value)| (name, value)))
    }
}

/// Installs what tests/browser/package-lock.json names, unless exactly that is installed already.
fn install_library(project: &Project, npm: &Path) -> Result<(), Failure> {
    let folder = project.browser_tests();
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|source| Failure::File { doing: "read", path: lock, source })?;
    // A copy of the lock file, written once its packages are all there: contents tell what times cannot.
    let installed = folder.join("node_modules").join(".lightcone-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("Installing the browser tests' library into tests/browser/node_modules.");
    command::run(
        Command::new(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder),
    )?;
    fs::write(&installed, wanted).map_err(|source| Failure::File { doing: "write", path: installed, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_tells_its_version() {
        assert_eq!(node_version("v20.20.2\n"), Some((20, 20)));
        assert!(node_version("v20.9.0") < Some(OLDEST_NODE));
        assert!(node_version("v22.1.0") > Some(OLDEST_NODE));
        assert_eq!(node_version("nonsense"), None);
    }

    #[test]
    fn what_is_missing_is_named_with_what_brings_it() {
        let sentence = not_installed(Program::Chromedriver).to_string();
        assert!(sentence.starts_with("chromedriver is missing"), "{sentence}");
        assert!(sentence.contains("apt-get install chromium-driver"), "{sentence}");
        let sentence = not_installed(Program::Firefox).to_string();
        assert!(sentence.contains("firefox-esr") && sentence.contains("variable FIREFOX"), "{sentence}");
        assert_eq!(packages(&[Program::Chromium, Program::Npm]), ["chromium", "fonts-dejavu-core", "npm"]);
    }
}
