//! How scenarios and runs enter and leave: permalinks, saved files, JSON lines and their schemas.

pub mod link;
pub mod seal;
mod text;
