//! What stands above the diagram: the bar with the document, and what it opens.

pub mod banner;
pub mod bar;
pub mod help;
pub mod legend;
pub mod options;
pub mod share;
