//! How scenarios and runs enter and leave: permalinks, saved files, JSON lines and their schemas.

pub mod lines;
pub mod link;
pub mod schema;
pub mod seal;
mod text;
