//! Colours: hues for epochs that the colour-blind tell apart, and the stylesheet of a scene.

/// How many hues epochs have before they repeat.
pub const EPOCHS: u64 = 8;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark marks on a light ground.
    #[default]
    Light,
    /// Light marks on a dark ground.
    Dark,
}

/// The hue of an epoch.
pub fn hue(epoch: u64) -> u8 {
    (epoch % EPOCHS) as u8
}
