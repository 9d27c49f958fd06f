//! Prints how fast the explorer is on one thread. With `LIGHTCONE_BENCH_WASM` naming a script that does the same work in wasm
//! (as `cargo xtask bench-explore` does), native and wasm are measured in turn and compared.

use std::process::Command;
use std::time::Duration;

use lightcone_bench::explore::{Gone, SYSTEMS, explore};

/// How often each is measured; medians are printed.
const ROUNDS: usize = 5;

#[allow(clippy::disallowed_types, reason = "a benchmark reads a real clock")]
fn clock() -> impl Fn() -> f64 {
    let begin = std::time::Instant::now();
    move || Duration::as_secs_f64(&begin.elapsed()) * 1_000.0
}

fn wasm(script: &str, system: &str) -> Result<Gone, String> {
    let output = Command::new("node").args([script, "explore", system]).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&text)
        .map_err(|error| format!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn median(mut all: Vec<Gone>) -> Option<Gone> {
    all.sort_by(|one, two| one.ms.total_cmp(&two.ms));
    (!all.is_empty()).then(|| all.swap_remove(all.len() / 2))
}

fn main() -> Result<(), String> {
    let script = std::env::var("LIGHTCONE_BENCH_WASM").ok();
    println!("{:<28} {:>10} {:>12} {:>12} {:>8}", "", "states", "native, st/s", "wasm, st/s", "ratio");
    for system in SYSTEMS {
        let (mut natives, mut wasms) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            natives.push(explore(system, clock())?);
            if let Some(script) = &script {
                wasms.push(wasm(script, system)?);
            }
        }
        let rate = |gone: &Gone| gone.states as f64 / gone.ms * 1_000.0;
        let Some(native) = median(natives) else { continue };
        print!("{system:<28} {:>10} {:>12.0}", native.states, rate(&native));
        match median(wasms) {
            Some(wasm) if wasm.states != native.states => {
                return Err(format!("{system}: wasm has {} states", wasm.states));
            }
            Some(wasm) => println!(" {:>12.0} {:>7.2}×", rate(&wasm), rate(&wasm) / rate(&native)),
            None => println!(),
        }
    }
    Ok(())
}
