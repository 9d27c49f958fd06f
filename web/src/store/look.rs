//! How things are looked at: what travels with a document ([`Look`]) and what stays with the reader ([`Habits`]).

use std::rc::Rc;

use lightcone_diagram::view::{MIN_TEXT_PX, PRESENTER_TEXT_PX};
use lightcone_diagram::{Flow, Labels, Stamps, TimeScale, View};
use lightcone_sim::ids::NodeId;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use yew::Reducible;

use crate::keep;
use crate::store::pick::Pick;

/// As what a run is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// The space-time diagram.
    #[default]
    SpaceTime,
    /// The nodes, and the messages between them at the playhead.
    Cluster,
    /// The servers' logs side by side.
    Logs,
    /// Every event in a row.
    Table,
}

impl Sight {
    /// All of them, in the order of their keys.
    pub const ALL: [Sight; 4] = [Sight::SpaceTime, Sight::Cluster, Sight::Logs, Sight::Table];

    /// Its name in links.
    pub const fn name(self) -> &'static str {
        match self {
            Sight::SpaceTime => "space-time",
            Sight::Cluster => "cluster",
            Sight::Logs => "logs",
            Sight::Table => "table",
        }
    }
}

/// Its name among the options of a link.
const SIGHT: &str = "as";
/// The name of [`Look::bare`] there.
const BARE: &str = "bare";

/// How a document is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// As what it is shown.
    pub sight: Sight,
    /// The diagram's own options. Its flow counts only if `turned`.
    pub view: View,
    /// Whether the person chose which way time runs; else the window's shape does.
    pub turned: bool,
    /// How much larger or smaller than its natural size the diagram is.
    pub zoom: f64,
    /// Whether all so far is to be in sight because the person asked for it; if so, the zoom to go back to.
    pub fitted: Option<f64>,
    /// Whether all so far does not fit even so, since marks keep apart.
    pub cramped: bool,
    /// Whether a page that shows this one in a frame, such as a lab before an audience, wants the diagram alone.
    pub bare: bool,
    /// What it opened with, if the link said: where the part in sight begins, and what is picked. Neither travels further.
    pub opens: Opens,
    /// How often another look took this one's place.
    pub replaced: u32,
}

/// What a link asks for once, when it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opens {
    /// Where the part in sight begins.
    pub from: Option<Ns>,
    /// What is picked.
    pub pick: Option<Pick>,
}

impl Default for Look {
    fn default() -> Look {
        Look {
            sight: Sight::default(),
            view: View::default(),
            turned: false,
            zoom: 1.0,
            fitted: None,
            cramped: false,
            bare: false,
            opens: Opens::default(),
            replaced: 0,
        }
    }
}

/// What can happen to a look.
#[derive(Clone, Debug)]
pub enum LookAction {
    /// Another takes its place.
    Replace(Box<Look>),
    /// As what it is shown.
    See(Sight),
    /// What distance along the time axis means.
    Scale(TimeScale),
    /// Which way time runs; `None`: as the window is shaped.
    Turn(Option<Flow>),
    /// What stands on arrows.
    Labels(Labels),
    /// What stands at events.
    Stamps(Stamps),
    /// Whether routine messages fold.
    Fold(bool),
    /// A kind of message is hidden, or shown again.
    Kind(String, bool),
    /// A lane is hidden, or shown again.
    Lane(NodeId, bool),
    /// The order of all lanes.
    Order(Vec<NodeId>),
    /// Zooms by a factor.
    Zoom(f64),
    /// Zooms one step in or out: a wider one far away, where there is farther to go.
    Nearer(bool),
    /// The natural size.
    Natural,
    /// All so far is to be in sight, or no longer: then the zoom is as it was before.
    Fit,
    /// The zoom at which all so far is in sight, as the window was measured, and whether it is in sight indeed.
    Fitted(f64, bool),
}

const ZOOM: (f64, f64) = (1e-4, 40.0);

impl Look {
    /// The options that differ from the usual, for a link or a file.
    pub fn to_map(&self) -> Map<String, Value> {
        let all = |view: &View| match serde_json::to_value(view) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let usual = all(&View::default());
        let mut map = all(&self.view);
        map.retain(|name, value| name == "flow" || usual.get(name) != Some(value));
        for own in ["text_px", "lane_gap_px", "hide_future"] {
            map.remove(own);
        }
        if !self.turned {
            map.remove("flow");
        }
        if self.sight != Sight::default() {
            map.insert(SIGHT.to_owned(), Value::from(self.sight.name()));
        }
        if self.bare {
            map.insert(BARE.to_owned(), Value::Bool(true));
        }
        // What fits is measured again in the window in which it is opened.
        if self.fitted.is_some() {
            map.insert("fit".to_owned(), Value::Bool(true));
        } else if self.zoom != 1.0 {
            map.insert("zoom".to_owned(), Value::from((self.zoom * 1e5).round() / 1e5));
        }
        map
    }

    /// The look that a link or a file asks for; what it does not understand it leaves as usual.
    pub fn from_map(map: &Map<String, Value>) -> Look {
        let mut view = View::default();
        for (name, value) in map {
            let mut one = match serde_json::to_value(&view) {
                Ok(Value::Object(one)) => one,
                _ => continue,
            };
            one.insert(name.clone(), value.clone());
            if let Ok(better) = serde_json::from_value(Value::Object(one)) {
                view = better;
            }
        }
        let usual = View::default();
        view.text_px = usual.text_px;
        view.lane_gap_px = usual.lane_gap_px;
        view.hide_future = usual.hide_future;
        let zoom = map.get("zoom").and_then(Value::as_f64).filter(|zoom| *zoom > 0.0).unwrap_or(1.0);
        let fits = map.get("fit").and_then(Value::as_bool).unwrap_or(false);
        let text = |name: &str| map.get(name).and_then(Value::as_str);
        let asked = text(SIGHT);
        let sight = Sight::ALL.into_iter().find(|sight| Some(sight.name()) == asked);
        Look {
            sight: sight.unwrap_or_default(),
            view,
            turned: map.contains_key("flow"),
            zoom: zoom.clamp(ZOOM.0, ZOOM.1),
            fitted: fits.then_some(1.0),
            cramped: false,
            bare: map.get(BARE).and_then(Value::as_bool).unwrap_or(false),
            opens: Opens {
                from: text("from").and_then(|from| from.parse().ok()),
                pick: text("pick").and_then(Pick::parse),
            },
            replaced: 0,
        }
    }
}

impl Reducible for Look {
    type Action = LookAction;

    fn reduce(self: Rc<Self>, action: LookAction) -> Rc<Self> {
        let mut look = (*self).clone();
        match action {
            LookAction::Replace(other) => {
                look = Look { replaced: self.replaced + 1, ..*other };
            }
            LookAction::See(sight) => look.sight = sight,
            LookAction::Scale(scale) => look.view.scale = scale,
            LookAction::Turn(flow) => {
                look.turned = flow.is_some();
                look.view.flow = flow.unwrap_or_default();
            }
            LookAction::Labels(labels) => look.view.labels = labels,
            LookAction::Stamps(stamps) => look.view.stamps = stamps,
            LookAction::Fold(fold) => look.view.fold_routine = fold,
            LookAction::Kind(kind, true) => drop(look.view.hidden_kinds.insert(kind)),
            LookAction::Kind(kind, false) => drop(look.view.hidden_kinds.remove(&kind)),
            LookAction::Lane(node, true) => drop(look.view.hidden_nodes.insert(node)),
            LookAction::Lane(node, false) => drop(look.view.hidden_nodes.remove(&node)),
            LookAction::Order(order) => look.view.order = order,
            LookAction::Zoom(factor) => {
                look.zoom = (look.zoom * factor).clamp(ZOOM.0, ZOOM.1);
                look.fitted = None;
            }
            LookAction::Natural => {
                let factor = self.zoom.recip();
                return self.reduce(LookAction::Zoom(factor));
            }
            LookAction::Nearer(nearer) => {
                let step: f64 = if self.zoom < 0.12 { 2.0 } else { 1.25 };
                return self.reduce(LookAction::Zoom(if nearer { step } else { step.recip() }));
            }
            LookAction::Fit => match look.fitted.take() {
                Some(before) => look.zoom = before,
                None => look.fitted = Some(look.zoom),
            },
            LookAction::Fitted(zoom, fits) if look.fitted.is_some() => {
                look.zoom = zoom;
                look.cramped = !fits;
            }
            LookAction::Fitted(..) => return self,
        }
        Rc::new(look)
    }
}

/// Light, dark, or as the reader's system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shade {
    /// As the system has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What stays with the reader from one visit to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// Light or dark.
    pub shade: Shade,
    /// Text before an audience.
    pub large: bool,
    /// Seconds of the run in a second of the reader's.
    pub speed: f64,
    /// Panels that are folded.
    pub folded: Vec<String>,
    /// Whether the side panel is put away.
    pub aside: bool,
    /// Whether the hint for newcomers was put away.
    pub hinted: bool,
    /// Whether two branches that are compared lie over one another, and not side by side.
    pub over: bool,
    /// Whether keys that are letters or signs do nothing, for those who speak to their machine or press them unawares.
    pub keyless: bool,
}

impl Default for Habits {
    fn default() -> Habits {
        Habits {
            shade: Shade::Auto,
            large: false,
            speed: 0.1,
            folded: vec!["setup".to_owned(), "explore".to_owned()],
            aside: false,
            hinted: false,
            over: false,
            keyless: false,
        }
    }
}

/// The speeds on offer.
pub const SPEEDS: [f64; 9] = [0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0];

/// What can happen to the reader's habits.
#[derive(Clone, Debug)]
pub enum HabitsAction {
    /// The next of automatic, light and dark.
    Shade(Shade),
    /// Text before an audience, or not.
    Large(bool),
    /// The other of the two.
    Enlarge,
    /// This speed.
    Speed(f64),
    /// The next faster or slower speed.
    Faster(bool),
    /// A panel folds or unfolds.
    Fold(String),
    /// The side panel is put away or comes back.
    Aside,
    /// The hint was read.
    Hinted,
    /// Two branches lie over one another, or side by side.
    Over(bool),
    /// The other of the two.
    TurnOver,
    /// Letters and signs are keys, or not.
    Keyless(bool),
}

const KEPT: &str = "lightcone.habits";

impl Habits {
    /// As they were on the last visit.
    pub fn recall() -> Habits {
        let mut habits: Habits = keep::browser()
            .and_then(|store| store.get_item(KEPT).ok().flatten())
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if !SPEEDS.contains(&habits.speed) {
            habits.speed = Habits::default().speed;
        }
        habits
    }

    /// Size of the smallest text in the diagram.
    pub fn text_px(&self) -> f64 {
        if self.large { PRESENTER_TEXT_PX } else { MIN_TEXT_PX }
    }

    /// Whether this panel is folded.
    pub fn is_folded(&self, panel: &str) -> bool {
        self.folded.iter().any(|name| name == panel)
    }
}

impl Reducible for Habits {
    type Action = HabitsAction;

    fn reduce(self: Rc<Self>, action: HabitsAction) -> Rc<Self> {
        let mut habits = (*self).clone();
        match action {
            HabitsAction::Shade(shade) => habits.shade = shade,
            HabitsAction::Large(large) => habits.large = large,
            HabitsAction::Enlarge => habits.large = !habits.large,
            HabitsAction::Speed(speed) => habits.speed = speed,
            HabitsAction::Faster(faster) => habits.speed = neighbour(habits.speed, faster),
            HabitsAction::Fold(panel) => match habits.folded.iter().position(|name| *name == panel) {
                Some(place) => drop(habits.folded.remove(place)),
                None => habits.folded.push(panel),
            },
            HabitsAction::Aside => habits.aside = !habits.aside,
            HabitsAction::Hinted => habits.hinted = true,
            HabitsAction::Over(over) => habits.over = over,
            HabitsAction::TurnOver => habits.over = !habits.over,
            HabitsAction::Keyless(keyless) => habits.keyless = keyless,
        }
        // A browser that keeps nothing is no reason to complain.
        if let (Some(store), Ok(text)) = (keep::browser(), serde_json::to_string(&habits)) {
            let _ = store.set_item(KEPT, &text);
        }
        Rc::new(habits)
    }
}

fn neighbour(speed: f64, faster: bool) -> f64 {
    let place = SPEEDS.iter().position(|&other| other >= speed).unwrap_or(0);
    let next = if faster { place + 1 } else { place.saturating_sub(1) };
    SPEEDS.get(next).copied().unwrap_or(speed)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn as_what_a_run_is_shown_travels_in_its_link_unless_it_is_the_diagram() {
        assert!(Look::default().to_map().is_empty());
        for sight in Sight::ALL {
            let map = Look { sight, ..Look::default() }.to_map();
            assert_eq!(map.len(), usize::from(sight != Sight::SpaceTime));
            assert_eq!(Look::from_map(&map).sight, sight);
        }
        let unknown = Map::from_iter([(SIGHT.to_owned(), Value::from("hologram"))]);
        assert_eq!(Look::from_map(&unknown).sight, Sight::SpaceTime);
    }
}
