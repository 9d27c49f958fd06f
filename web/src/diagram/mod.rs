//! The diagram: where it stands on the page, how it scrolls and zooms, and what pointing at it does.

pub mod beside;
pub mod canvas;
pub mod click;
pub mod drag;
pub mod edges;
pub mod fit;
pub mod grasp;
pub mod layer;
pub mod marks;
pub mod menu;
pub mod menus;
pub mod message_menu;
pub mod minimap;
pub mod model_menu;
pub mod other;
pub mod over;
pub mod overview;
pub mod pane;
pub mod scroll;
pub mod span;
pub mod target;
pub mod toolbar;
pub mod zoom;
