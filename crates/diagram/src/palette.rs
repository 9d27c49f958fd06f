//! Colours: hues for epochs that the colour-blind tell apart, and the stylesheet of a scene.
//!
//! The hues are those of Okabe and Ito, in an order in which neighbours differ most, each made darker (or in the dark
//! theme lighter) as far as its contrast needs. Vermilion is kept for what goes wrong.

use std::fmt::Write;

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

/// A custom property and its values: light, dark.
type Property = (&'static str, &'static str, &'static str);

/// All custom properties of the diagram. `e…` colour marks, `t…` text of the same hue.
const PROPERTIES: &[Property] = &[
    ("lc-ground", "#fbfcfe", "#10161f"),
    ("lc-ink", "#14202e", "#e8eef5"),
    ("lc-muted", "#5b6877", "#9aa8b8"),
    ("lc-hair", "#c3ccd6", "#3a4756"),
    ("lc-plain", "#7b8794", "#8492a2"),
    ("lc-gold", "#f5c518", "#ffd54a"),
    ("lc-gold-ink", "#14202e", "#10161f"),
    ("lc-alarm", "#c93c00", "#ff7a3d"),
    ("lc-alarm-text", "#a83200", "#ff9a6b"),
    ("lc-alarm-wash", "#fbe6dc", "#3b2218"),
    ("lc-cone", "#dbe9f4", "#1b2c3d"),
    ("lc-glow", "#f5c518", "#ffd54a"),
    ("lc-bar", "#efeaf7", "#2a2438"),
    ("lc-bar-edge", "#6b4f9e", "#b49be0"),
    ("lc-bar-text", "#4a3578", "#d3c4f0"),
    ("lc-e0", "#56616e", "#9fadbc"),
    ("lc-e1", "#0072b2", "#4ba3df"),
    ("lc-e2", "#b86e00", "#f0a830"),
    ("lc-e3", "#008f68", "#2fc79a"),
    ("lc-e4", "#b4568c", "#e394c0"),
    ("lc-e5", "#2e8fc4", "#7fcbf5"),
    ("lc-e6", "#857900", "#e6da4a"),
    ("lc-e7", "#7a5230", "#c79a72"),
    ("lc-t0", "#4a5461", "#b4c0cd"),
    ("lc-t1", "#00609a", "#74bbec"),
    ("lc-t2", "#8c5200", "#f5bc5c"),
    ("lc-t3", "#006e50", "#5cd6b0"),
    ("lc-t4", "#96406f", "#ecb0d2"),
    ("lc-t5", "#1b6d99", "#9bd6f7"),
    ("lc-t6", "#655c00", "#ece27a"),
    ("lc-t7", "#6a4526", "#d8b494"),
];

/// The look of every class, in terms of the custom properties.
const RULES: &str = include_str!("diagram.css");

/// The declarations of the custom properties of a theme, to be put under a selector of the page's choice.
pub fn variables(theme: Theme) -> String {
    let mut out = String::new();
    for &(name, light, dark) in PROPERTIES {
        let value = if theme == Theme::Dark { dark } else { light };
        let _ = writeln!(out, "  --{name}: {value};");
    }
    out
}

/// The rules alone, the same in both themes. They hold inside an element of class `lightcone`.
pub fn rules() -> &'static str {
    RULES
}

/// The whole stylesheet of a theme: its custom properties on `.lightcone`, and the rules.
pub fn css(theme: Theme) -> String {
    format!(".lightcone {{\n{}}}\n{RULES}", variables(theme))
}

/// The rules with a theme's colours written out, for programs that read SVG but know no custom properties.
pub(crate) fn plain_css(theme: Theme) -> String {
    // Longest names first, so that no name is taken for the beginning of another.
    let mut properties = PROPERTIES.to_vec();
    properties.sort_unstable_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    properties.iter().fold(RULES.to_owned(), |css, &(name, light, dark)| {
        css.replace(&format!("var(--{name})"), if theme == Theme::Dark { dark } else { light })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(hex: &str) -> f64 {
        let channel = |from: usize| {
            let value = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn marks_and_texts_stand_out_from_the_ground_in_both_themes() {
        let (_, light_ground, dark_ground) = PROPERTIES[0];
        for &(name, light, dark) in PROPERTIES {
            let is_text =
                name.starts_with("lc-t") || name.ends_with("text") || name == "lc-muted" || name == "lc-ink";
            let is_mark = name.starts_with("lc-e") || matches!(name, "lc-alarm" | "lc-plain" | "lc-bar-edge");
            let least = if is_text {
                4.5
            } else if is_mark {
                3.0
            } else {
                continue;
            };
            for (ground, colour) in [(light_ground, light), (dark_ground, dark)] {
                let contrast = contrast(ground, colour);
                assert!(contrast >= least, "{name} {colour} on {ground}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn the_plain_stylesheet_has_no_property_left() {
        for theme in [Theme::Light, Theme::Dark] {
            assert!(!plain_css(theme).contains("var("), "{}", plain_css(theme));
        }
    }
}
