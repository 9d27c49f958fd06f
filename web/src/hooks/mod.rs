//! What components share: keys, the address, animation, sizes.

pub mod address;
pub mod computing;
pub mod keys;
pub mod measure;
pub mod media;
pub mod player;
