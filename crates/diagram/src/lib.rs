//! The diagram: `draw(run, view)`, a pure function of a run.
//!
//! [`Layout`] gives everything its place once for a run, a view and a room; [`Layout::scene`] turns what is visible
//! at a moment into shapes; [`svg`] writes them as a file that stands alone.

pub mod palette;
pub mod scene;
pub mod view;

pub use palette::Theme;
pub use scene::{Anchor, Geometry, Layer, Scene, Shape, Target};
pub use view::{Flow, Frame, Labels, Selected, Space, TimeScale, View};
