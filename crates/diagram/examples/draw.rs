//! Draws a scenario to stdout, to look at: `cargo run -p lightcone-diagram --example draw -- raft '{"scale":"true"}' 3s`.
//!
//! Arguments: a protocol's name (`raft`, or `raft:2` for its third example) or a scenario's file, a view as JSON, the present, `dark` or `light`, and a selection.

#![allow(clippy::disallowed_types)]

use std::error::Error;

use lightcone_diagram::{Flow, Frame, Layout, Selected, Space, Theme, View, svg};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |place: usize| args.get(place).map(String::as_str).filter(|text| !text.is_empty());
    let what = arg(0).unwrap_or("raft");
    let (name, example) = what.split_once(':').unwrap_or((what, ""));
    let scenario: Scenario = match lightcone_protocols::find(name) {
        Some(entry) if example.is_empty() => (entry.scenario)(None),
        Some(entry) => {
            let examples = (entry.examples)();
            examples.iter().for_each(|(title, _)| eprintln!("{title}"));
            examples.into_iter().nth(example.parse()?).ok_or("no such example")?.1
        }
        None => serde_json::from_str(&std::fs::read_to_string(what)?)?,
    };
    let entry = lightcone_protocols::find(&scenario.protocol).ok_or("no such protocol")?;
    let until = scenario.until;
    let mut session = (entry.start)(scenario).map_err(|error| format!("{error:?}"))?;
    session.run_until(until, u64::MAX);
    let view: View = serde_json::from_str(arg(1).unwrap_or("{}"))?;
    let now = arg(2).map_or(Ok(until), str::parse)?;
    let theme = if arg(3) == Some("dark") { Theme::Dark } else { Theme::Light };
    let (across_px, along_px) = if view.flow == Flow::TopToBottom { (390.0, 844.0) } else { (700.0, 1440.0) };
    let px_per_s = match arg(5) {
        Some(zoom) => zoom.parse()?,
        None => Layout::natural_zoom(&*session),
    };
    let begun = std::time::SystemTime::now();
    let layout = Layout::new(&*session, &view, Space { across_px, along_px, px_per_s });
    let laid = begun.elapsed()?;
    let selected = match arg(4) {
        Some(text) if text.contains('#') => Some(Selected::Message(text.parse()?)),
        Some(text) => Some(Selected::Event(text.parse()?)),
        None => None,
    };
    let window = match (arg(6), arg(7)) {
        (Some(from), Some(to)) => Some((from.parse()?, to.parse()?)),
        _ => None,
    };
    let frame = Frame { now: Key::end_of(Ns(now.0)), selected, window, glow: None };
    let begun = std::time::SystemTime::now();
    let scene = layout.scene(&*session, &frame);
    let first = begun.elapsed()?;
    let begun = std::time::SystemTime::now();
    let again = layout.scene(&*session, &Frame { now: Key::end_of(Ns(now.0 + 1_000_000)), ..frame });
    eprintln!(
        "{} events, {} px, layout {laid:?}, scene {first:?}, next {:?}, {} shapes",
        session.trace().order().len(),
        layout.length(),
        begun.elapsed()?,
        lightcone_diagram::shapes(&again).count(),
    );
    println!("{}", svg(&scene, theme));
    Ok(())
}
