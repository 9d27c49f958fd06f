//! What the stories share: runs, scenes, and what to ask of them.
#![allow(dead_code)]

use lightcone_diagram::{Frame, Geometry, Layout, Scene, Shape, Space, View};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

/// The room of a usual window.
pub const SPACE: Space = Space { across_px: 640.0, along_px: 1100.0, px_per_s: 2_400.0 };

/// A run of a scenario up to its end.
pub fn run(scenario: Scenario) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(&scenario.protocol).expect("a protocol of this name");
    let until = scenario.until;
    let mut session = (entry.start)(scenario).expect("a valid scenario");
    session.run_until(until, u64::MAX);
    session
}

/// Raft as it opens, but short.
pub fn raft(seed: u64) -> Scenario {
    let entry = lightcone_protocols::find("raft").expect("raft");
    let mut scenario = (entry.scenario)(None);
    scenario.seed = seed;
    scenario.until = Ns::ms(1_500);
    scenario
}

/// Raft with everything that can go wrong.
pub fn troubled(seed: u64) -> Scenario {
    let mut scenario = raft(seed);
    let node = |name: &str| name.parse().expect("a node");
    scenario.network.loss_ppm = 30_000;
    scenario.network.duplicate_ppm = 20_000;
    let groups = vec![vec![node("A"), node("B")], vec![node("C"), node("D"), node("E")]];
    let until = Some(Ns::ms(900));
    scenario.push(Ns::ms(400), Action::Partition { groups, until, one_way: false });
    scenario.push(Ns::ms(300), Action::Crash { node: node("D") });
    scenario.push(Ns::ms(700), Action::Recover { node: node("D") });
    scenario.push(Ns::ms(500), Action::Amnesia { node: node("B") });
    scenario.push(Ns::ms(800), Action::Recover { node: node("B") });
    scenario.push(Ns::ms(950), Action::Pause { node: node("E"), vm: false });
    scenario.push(Ns::ms(1_100), Action::Resume { node: node("E") });
    scenario.push(Ns::ms(1_000), Action::Cut { from: node("A"), to: node("C"), until: Some(Ns::ms(1_200)) });
    scenario.push(Ns::ms(600), Action::clock(node("C"), Some(200_000_000), Some(400_000)));
    scenario
}

/// The whole scene at a moment.
pub fn scene(session: &dyn Session, view: &View, now: Ns) -> Scene {
    Layout::new(session, view, SPACE).scene(session, &Frame::at(Key::end_of(now)))
}

/// All shapes of the layers of this name.
pub fn layer<'a>(scene: &'a Scene, name: &'a str) -> impl Iterator<Item = &'a Shape> {
    scene.layers.iter().filter(move |layer| layer.name == name).flat_map(|layer| layer.shapes.iter())
}

/// Whether a shape has all of these classes.
pub fn is(shape: &Shape, classes: &str) -> bool {
    classes.split(' ').all(|class| shape.class.split(' ').any(|own| own == class))
}

/// How many shapes of the scene have these classes.
pub fn count(scene: &Scene, classes: &str) -> usize {
    lightcone_diagram::shapes(scene).filter(|shape| is(shape, classes)).count()
}

/// All that is written in the body.
pub fn texts(scene: &Scene) -> Vec<&str> {
    let shapes = scene.layers.iter().flat_map(|layer| layer.shapes.iter());
    shapes
        .filter_map(|shape| match &shape.geometry {
            Geometry::Text { content, .. } => Some(content.as_str()),
            _ => None,
        })
        .collect()
}
