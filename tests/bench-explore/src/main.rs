//! The explorer beside [Stateright](https://www.stateright.rs), over the same protocols, on one thread each.
//!
//! Both go through the same states: a node's step is one function for both (`lightcone_sim::alone::step`), the networks are
//! equivalent, and nothing is watched. Each measurement is a process of its own, in turn, so that memory can be told apart.
//! It prints states per second of processor time and bytes per state, and the ratios of both.

mod measured;
mod their_set;
mod theirs;

use std::process::{Command, ExitCode};

use measured::Measured;

/// How often each is measured; the median counts.
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [] => compare(),
        [who, case] => match measured::measure(who, case) {
            Some(measured) => {
                println!("{}", serde_json::to_string(&measured).unwrap_or_default());
                ExitCode::SUCCESS
            }
            None => ExitCode::from(2),
        },
        _ => ExitCode::from(2),
    }
}

fn compare() -> ExitCode {
    println!(
        "{:<28} {:>10} {:>14} {:>14} {:>7} {:>9} {:>9} {:>7}",
        "", "states", "ours, st/s", "theirs", "ratio", "ours, B", "theirs", "ratio"
    );
    let mut agree = true;
    for case in measured::CASES {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.extend(run("ours", case));
            theirs.extend(run("theirs", case));
        }
        let (Some(ours), Some(theirs)) = (median(ours), median(theirs)) else {
            println!("{case}: could not be measured");
            agree = false;
            continue;
        };
        agree &= ours.states == theirs.states;
        let rate = |measured: &Measured| measured.states as f64 / measured.cpu_seconds.max(0.01);
        let bytes = |measured: &Measured| measured.bytes as f64 / measured.states as f64;
        println!(
            "{case:<28} {:>10} {:>14.0} {:>14.0} {:>6.1}× {:>9.0} {:>9.0} {:>7.2}{}",
            ours.states,
            rate(&ours),
            rate(&theirs),
            rate(&ours) / rate(&theirs),
            bytes(&ours),
            bytes(&theirs),
            bytes(&ours) / bytes(&theirs),
            if ours.states == theirs.states {
                String::new()
            } else {
                format!("  DIFFERS: {}", theirs.states)
            },
        );
    }
    if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(who: &str, case: &str) -> Option<Measured> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new(program).args([who, case]).output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}

fn median(mut all: Vec<Measured>) -> Option<Measured> {
    all.sort_by(|one, two| one.cpu_seconds.total_cmp(&two.cpu_seconds));
    (!all.is_empty()).then(|| all.swap_remove(all.len() / 2))
}
