//! Prints how fast runs are. With `LIGHTCONE_BENCH_WASM` naming a script that runs the same work in wasm (as
//! `cargo xtask bench` does), native and wasm are measured in turn and compared.

use std::process::Command;
use std::time::Duration;

use lightcone_bench::{Figures, measure, timed};

/// Lengths of the runs, in events.
const LENGTHS: [u64; 3] = [1_000, 100_000, 1_000_000];
/// How often each is measured; medians are printed.
const ROUNDS: usize = 5;

#[allow(clippy::disallowed_types, reason = "a benchmark reads a real clock")]
fn clock() -> impl Fn() -> f64 {
    let begin = std::time::Instant::now();
    move || Duration::as_secs_f64(&begin.elapsed()) * 1_000.0
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1_024)
}

fn wasm(script: &str) -> Result<Vec<Figures>, String> {
    let lengths = LENGTHS.map(|events| events.to_string());
    let output =
        Command::new("node").arg(script).args(lengths).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&text)
        .map_err(|error| format!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn main() -> Result<(), String> {
    let script = std::env::var("LIGHTCONE_BENCH_WASM").ok();
    let scenario = lightcone_bench::scenario();
    println!(
        "scenario: 5 Raft servers, 8 clients, {} script entries, seed {}",
        scenario.script.len(),
        scenario.seed
    );
    if script.is_none() {
        println!("native only; `cargo xtask bench` measures WebAssembly as well, in turn with it");
    }
    memory()?;
    let (mut natives, mut wasms) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        natives.push(measure(&LENGTHS, clock())?);
        if let Some(script) = &script {
            wasms.push(wasm(script)?);
        }
    }
    let length = |rounds: &[Vec<Figures>], place: usize| -> Vec<Figures> {
        rounds.iter().map(|round| round[place].clone()).collect()
    };
    let (first, first_wasm) = (middle(&length(&natives, 0)), length(&wasms, 0));
    for place in 0..LENGTHS.len() {
        let native = length(&natives, place);
        describe(&native[0]);
        print_row("native", &middle(&native), &first);
        if wasms.is_empty() {
            continue;
        }
        let wasm = length(&wasms, place);
        print_row("wasm", &middle(&wasm), &middle(&first_wasm));
        let ratios = native.iter().zip(&wasm).map(|(native, wasm)| wasm.run_ms / native.run_ms).collect();
        println!(
            "  wasm / native, round by round: {:.2}×; hashes {}",
            median(ratios),
            same(&native[0], &wasm[0])
        );
    }
    every_model()
}

/// Runs with every model on, in turn with the usual ones.
fn every_model() -> Result<(), String> {
    let (events, now) = (LENGTHS[2], clock());
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (usual, usual_ms) = timed(lightcone_bench::scenario(), events, &now)?;
        let (all, all_ms) = timed(lightcone_bench::every_model(), events, &now)?;
        rates.push(all as f64 / all_ms / 1_000.0);
        ratios.push((all as f64 / all_ms) / (usual as f64 / usual_ms));
    }
    let (rate, ratio) = (median(rates), median(ratios));
    println!("every model on: {rate:.2} million events/s, {ratio:.2} of the usual run's");
    Ok(())
}

fn same(one: &Figures, other: &Figures) -> &'static str {
    if one.hash == other.hash { "equal" } else { "DIFFER" }
}

fn middle(figures: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median(figures.iter().map(field).collect());
    Figures {
        run_ms: of(|figures| figures.run_ms),
        step_us: of(|figures| figures.step_us),
        back_us: of(|figures| figures.back_us),
        seek_us: of(|figures| figures.seek_us),
        ..figures[0].clone()
    }
}

fn describe(figures: &Figures) {
    println!(
        "{} events: one in {:.1} a write, log of {} entries, {} elections (one in {} events), {:.1} % lost, hash {}",
        figures.events,
        figures.events_per_write,
        figures.log,
        figures.elections,
        figures.events / figures.elections.max(1),
        figures.lost_percent,
        &figures.hash[..16],
    );
}

fn print_row(name: &str, figures: &Figures, first: &Figures) {
    let million = figures.events as f64 / figures.run_ms / 1_000.0;
    let ratio = |of: fn(&Figures) -> f64| format!("{:.2} µs ({:.1}×)", of(figures), of(figures) / of(first));
    println!(
        "  {name:6} {million:.2} million events/s; step {}, back {}, seek {}",
        ratio(|figures| figures.step_us),
        ratio(|figures| figures.back_us),
        ratio(|figures| figures.seek_us),
    );
}

/// What a run of a million events keeps in memory, as the process grows.
fn memory() -> Result<(), String> {
    let mut run =
        lightcone_sim::run::Run::<lightcone_protocols::raft::Raft>::start(lightcone_bench::scenario())
            .map_err(|error| error.to_string())?;
    let before = resident_bytes();
    run.run_until(lightcone_sim::time::Ns::s(3_600), 1_000_000);
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        let grown = after.saturating_sub(before);
        println!(
            "memory: {} MB for {} events, {} bytes an event",
            grown / 1_000_000,
            run.trace().order().len(),
            grown / run.trace().order().len() as u64
        );
    }
    Ok(())
}
