//! The diagram: `draw(run, view)`, a pure function of a run.
//!
//! [`Layout`] gives everything its place once for a run, a view and a room; [`Layout::scene`] turns what is visible
//! at a moment into shapes; [`svg`](svg::svg) writes them as a file that stands alone.

mod arrows;
mod axis;
mod bands;
mod captions;
mod changes;
mod cluster;
mod cones;
mod describe;
mod draw;
mod fold;
mod heads;
mod intervals;
mod labels;
mod lanes;
mod layout;
mod logs;
mod marks;
mod measures;
mod moment;
mod names;
mod numbers;
mod ops;
pub mod overlay;
mod overview;
pub mod palette;
mod pen;
mod proposals;
mod said;
mod scale;
pub mod scene;
mod stamps;
mod svg;
pub mod table;
pub mod text;
pub mod view;
mod walk;
mod weave;
mod worldlines;

pub use cluster::{Cluster, cluster};
pub use draw::shapes;
pub use heads::clock_words;
pub use layout::Layout;
pub use logs::{LogEntry, LogRow, entered, has_logs, logs, longest_log};
pub use overview::{Overview, Scale, Strip, overview, strip};
pub use palette::{Theme, css, rules, variables};
pub use scene::{Anchor, Geometry, Layer, Scene, Shape, Target};
pub use stamps::{Teller, can_tell, tell_ghosts, with_ghosts};
pub use svg::{svg, svg_between};
pub use view::{Flow, Frame, Labels, Selected, Space, Stamps, TimeScale, View};
pub use walk::Way;
