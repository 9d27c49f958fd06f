//! Random settings and deeds of one model of the engine each.

pub mod byzantine;
