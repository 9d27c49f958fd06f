//! The command line.

use crate::failure::Failure;
use crate::site::Prefix;
use crate::test::Stage;

/// What `cargo xtask help` prints.
pub const HELP: &str = "\
cargo xtask serve [--port N] [--under /PATH/] [--no-build]
    installs what is needed, builds the page and serves it on 127.0.0.1
    (port 8080, or a free one where that is busy; 0 takes any free port)
cargo xtask build
    writes the page to dist/, for any folder of any static host
cargo xtask test [fmt|clippy|native|wasm|page|browser|firefox]... [--firefox] [--lean]
    runs every check, or only those named; firefox is the golden runs and the
    main stories in Firefox, and --firefox all that Chromium does; with --lean
    what was compiled for one stage is removed when no later one needs it, for
    a small disk
cargo xtask size
    builds the page and measures what its first view transfers
cargo xtask bench
    measures how fast runs are, natively and in WebAssembly in turn
cargo xtask bench-explore
    measures how fast schedules are gone through, natively, in WebAssembly and
    beside Stateright, and how much memory that takes
cargo xtask bench-web
    builds the page and measures its frames in Chromium, beside an empty page";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Print the tasks.
    Help,
    /// Build the page and serve it.
    Serve {
        /// The port asked for; without one, the usual port or a free one.
        port: Option<u16>,
        /// Whether to build first.
        build: bool,
        /// The path below which the page appears.
        under: Prefix,
    },
    /// Build the page.
    Build,
    /// Run the checks.
    Test {
        /// The stages, in the order in which they run.
        stages: Vec<Stage>,
        /// Whether what no later stage needs is removed.
        lean: bool,
    },
    /// Measure the page.
    Size,
    /// Measure the simulation.
    Bench,
    /// Measure the explorer.
    BenchExplore,
    /// Measure the page's frames.
    BenchWeb,
}

/// Reads the words after `cargo xtask`.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Task, Failure> {
    let mut words = words.into_iter();
    let task = words.next().unwrap_or_else(|| "help".to_owned());
    match task.as_str() {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "serve" => serve(words),
        "build" => nothing_more(words, Task::Build),
        "test" => test(words),
        "size" => nothing_more(words, Task::Size),
        "bench" => nothing_more(words, Task::Bench),
        "bench-explore" => nothing_more(words, Task::BenchExplore),
        "bench-web" => nothing_more(words, Task::BenchWeb),
        other => Err(Failure::Usage(format!("there is no task `{other}`"))),
    }
}

fn nothing_more(mut words: impl Iterator<Item = String>, task: Task) -> Result<Task, Failure> {
    match words.next() {
        None => Ok(task),
        Some(word) => Err(Failure::Usage(format!("`{word}` is one word too many"))),
    }
}

fn serve(mut words: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let (mut port, mut build, mut under) = (None, true, Prefix::root());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => {
                let value = words.next().unwrap_or_default();
                let number = value
                    .parse()
                    .map_err(|_| Failure::Usage(format!("--port wants 0 to 65535, not `{value}`")))?;
                port = Some(number);
            }
            "--under" => {
                let value = words.next().unwrap_or_default();
                under = Prefix::parse(&value).ok_or_else(|| {
                    Failure::Usage(format!("--under wants a path like /some/where/, not `{value}`"))
                })?;
            }
            "--no-build" => build = false,
            other => return Err(Failure::Usage(format!("serve has no option `{other}`"))),
        }
    }
    Ok(Task::Serve { port, build, under })
}

fn test(words: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let (options, names): (Vec<String>, Vec<String>) = words.partition(|word| word == "--lean");
    let named = names
        .into_iter()
        .map(|word| {
            Stage::named(&word)
                .ok_or_else(|| Failure::Usage(format!("there is no stage `{word}` of the test")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let wanted = |stage: &Stage| if named.is_empty() { stage.is_usual() } else { named.contains(stage) };
    let stages = Stage::ALL.into_iter().filter(wanted).collect();
    Ok(Task::Test { stages, lean: !options.is_empty() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Task, Failure> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn serve_takes_a_port_a_path_and_no_build() {
        let under = Prefix::parse("/some/where/").unwrap();
        assert_eq!(
            words("serve --port 0 --under /some/where/ --no-build").unwrap(),
            Task::Serve { port: Some(0), build: false, under }
        );
        assert_eq!(words("serve").unwrap(), Task::Serve { port: None, build: true, under: Prefix::root() });
    }

    #[test]
    fn stages_run_in_their_own_order_however_they_are_named() {
        let stages = vec![Stage::Fmt, Stage::Page, Stage::Browser];
        assert_eq!(words("test browser page fmt").unwrap(), Task::Test { stages, lean: false });
        let Task::Test { stages, lean: true } = words("test --lean").unwrap() else { panic!("a test") };
        assert_eq!(stages, Stage::ALL[..7]);
        let stages = vec![Stage::WholeFirefox];
        assert_eq!(words("test --firefox").unwrap(), Task::Test { stages, lean: false });
    }

    #[test]
    fn what_is_not_there_is_named() {
        for (line, named) in [
            ("dance", "dance"),
            ("serve --port many", "many"),
            ("serve --port 65536", "65536"),
            ("serve --under ../up", "../up"),
            ("serve --fast", "--fast"),
            ("test everything", "everything"),
            ("build now", "now"),
            ("bench twice", "twice"),
            ("bench-web 1000", "1000"),
        ] {
            let message = words(line).unwrap_err().to_string();
            assert!(message.contains(&format!("`{named}`")), "{line}: {message}");
        }
    }
}
