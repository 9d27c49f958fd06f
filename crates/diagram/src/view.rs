//! How a person wants to look at a run ([`View`]), in how much room ([`Space`]), and where in it they are ([`Frame`]).

use lightcone_sim::cone::Cone;
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::sorted::Set;
use serde::{Deserialize, Serialize};

/// How to look at a run. It travels in links, so every part has a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// What distance along the time axis means.
    pub scale: TimeScale,
    /// Which way time runs.
    pub flow: Flow,
    /// Lanes from first to last; those that are missing follow in their own order.
    pub order: Vec<NodeId>,
    /// Lanes that are left out, with their arrows.
    pub hidden_nodes: Set<NodeId>,
    /// Kinds of messages that are left out: `AppendEntries`.
    pub hidden_kinds: Set<String>,
    /// Whether routine messages (heartbeats and their answers) that bring no news fold into one mark with a count.
    pub fold_routine: bool,
    /// What stands on arrows.
    pub labels: Labels,
    /// What stands at events.
    pub stamps: Stamps,
    /// Whether what happens after now is left out instead of being faint.
    pub hide_future: bool,
    /// Size of the smallest text in px: 12, or 18 before an audience. Never less than 12.
    pub text_px: f64,
    /// The least distance between lanes in px; they stand farther apart where there is room.
    pub lane_gap_px: f64,
    /// How much farther apart everything stands along the axis than it must, so that a short run uses the room that there
    /// is: 1, or what [`crate::Layout::stretch`] proposes. It is the window's and travels in no link.
    #[serde(skip)]
    pub stretch: f64,
    /// Whether the run is seen from afar: time is true, and bars count the events that are too close for a mark each. A
    /// layout of it takes no longer for a long run, and [`crate::overview`] draws it. It follows from zoom and run, and
    /// travels in no link.
    #[serde(skip)]
    pub overview: bool,
}

/// Text is never smaller than this.
pub const MIN_TEXT_PX: f64 = 12.0;
/// Text before an audience.
pub const PRESENTER_TEXT_PX: f64 = 18.0;

impl Default for View {
    fn default() -> View {
        View {
            scale: TimeScale::default(),
            flow: Flow::default(),
            order: Vec::new(),
            hidden_nodes: Set::new(),
            hidden_kinds: Set::new(),
            fold_routine: true,
            labels: Labels::default(),
            stamps: Stamps::default(),
            hide_future: false,
            text_px: MIN_TEXT_PX,
            lane_gap_px: 56.0,
            stretch: 1.0,
            overview: false,
        }
    }
}

/// What distance along the time axis means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeScale {
    /// True time: a second is as long everywhere.
    True,
    /// In order and to scale where it can be: neighbouring marks keep apart, and idle spans break the axis.
    #[default]
    Warped,
    /// Cause before effect, and nothing else: an event's column is the length of the longest chain of causes to it.
    Logical,
}

/// Which way time runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// As on a wide screen.
    #[default]
    LeftToRight,
    /// As on a phone.
    TopToBottom,
}

/// What stands on arrows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Labels {
    /// Nothing.
    None,
    /// The type in the paper's word: `AppendEntries`.
    Kinds,
    /// A short label: `vote? 2`.
    #[default]
    Full,
}

/// What stands at events: nothing, or what a logical clock shows there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stamps {
    /// Nothing.
    #[default]
    None,
    /// The Lamport clock.
    Lamport,
    /// The vector clock, an entry for each node in order.
    Vector,
    /// The dotted version vector: the event's own dot, and the vector of its past.
    Dotted,
    /// The interval tree clock: identity and events, as its paper writes them.
    Tree,
}

/// The room for a diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Space {
    /// Room across the lanes: the viewport's height (left to right) or width (top to bottom).
    pub across_px: f64,
    /// Length of the viewport along the time axis, heads included.
    pub along_px: f64,
    /// The zoom: what a second gets where time is true. [`crate::Layout::natural_zoom`] proposes one.
    pub px_per_s: f64,
}

/// Where in a run we are, and what is pointed at. Nothing here moves a mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The playhead: all at or before it has happened.
    pub now: Key,
    /// What is selected.
    pub selected: Option<Selected>,
    /// The visible span along the time axis, in px of the body; `None`: all of it.
    pub window: Option<(f64, f64)>,
    /// The light cone of an edit, to glow.
    pub glow: Option<Cone>,
}

impl Frame {
    /// A frame at a moment with nothing selected.
    pub fn at(now: Key) -> Frame {
        Frame { now, selected: None, window: None, glow: None }
    }
}

/// What is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selected {
    /// An event.
    Event(EventId),
    /// A message or a copy.
    Message(MsgId),
}
