//! The diagram: where it stands on the page, how it scrolls and zooms, and what pointing at it does.

pub mod beside;
pub mod drag;
pub mod edges;
pub mod grasp;
pub mod layer;
pub mod marks;
pub mod menu;
pub mod message_menu;
pub mod other;
pub mod over;
pub mod pane;
pub mod scroll;
pub mod span;
pub mod target;
pub mod toolbar;
pub mod zoom;
