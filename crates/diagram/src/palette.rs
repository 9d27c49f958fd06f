//! Colours: hues for epochs that the colour-blind tell apart, and the stylesheet of a scene.
//!
//! The hues are those of Okabe and Ito, in an order in which neighbours differ most, each made darker (or in the dark
//! theme lighter) as far as its contrast needs, and moved as little as keeps all of them apart for every kind of sight
//! (which a test simulates). Vermilion is kept for what goes wrong.

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
    ("lc-e0", "#55626e", "#9fadbc"),
    ("lc-e1", "#0072b3", "#4ba3df"),
    ("lc-e2", "#b87a15", "#f1a831"),
    ("lc-e3", "#008f61", "#29c799"),
    ("lc-e4", "#b15793", "#d27bb2"),
    ("lc-e5", "#318fc4", "#7ecbf6"),
    ("lc-e6", "#847506", "#e8d94b"),
    ("lc-e7", "#795331", "#c79b72"),
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

    /// Linear RGB of a colour.
    fn linear(hex: &str) -> [f64; 3] {
        [1, 3, 5].map(|from| {
            let value = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(matrix: [[f64; 3]; 3], [x, y, z]: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row[0] * x + row[1] * y + row[2] * z)
    }

    /// As people without one kind of cone see it: the matrices of full severity for linear RGB of Machado, Oliveira and
    /// Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (IEEE TVCG 15(6), 2009).
    const SEEN: [(&str, [[f64; 3]; 3]); 4] = [
        ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// OKLab of linear RGB: Ottosson, A perceptual color space for image processing (2020).
    fn oklab(rgb: [f64; 3]) -> [f64; 3] {
        let lms = times(
            [
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            rgb.map(|part| part.clamp(0.0, 1.0)),
        );
        times(
            [
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            lms.map(f64::cbrt),
        )
    }

    /// The hues of epochs in a theme, in order.
    fn hues(theme: Theme) -> Vec<&'static str> {
        let epochs = PROPERTIES.iter().filter(|(name, ..)| name.starts_with("lc-e"));
        epochs.map(|&(_, light, dark)| if theme == Theme::Dark { dark } else { light }).collect()
    }

    #[test]
    fn epochs_are_told_apart_by_all_who_see_colours_otherwise() {
        // Twice what is just noticed between fields side by side, about 0.02.
        const ANY: f64 = 0.04;
        // Of two epochs that follow each other more is asked: they meet on lanes.
        const NEXT: f64 = 0.06;
        for theme in [Theme::Light, Theme::Dark] {
            let hues = hues(theme);
            assert_eq!(hues.len() as u64, EPOCHS);
            for (seen, matrix) in SEEN {
                let seen_as: Vec<[f64; 3]> =
                    hues.iter().map(|hex| oklab(times(matrix, linear(hex)))).collect();
                for one in 0..hues.len() {
                    for other in one + 1..hues.len() {
                        let apart = seen_as[one].iter().zip(seen_as[other]).map(|(a, b)| (a - b).powi(2));
                        let apart = apart.sum::<f64>().sqrt();
                        let is_next = other == one + 1 || (one == 0 && other + 1 == hues.len());
                        let least = if is_next { NEXT } else { ANY };
                        assert!(
                            apart >= least,
                            "{theme:?}, {seen}: e{one} and e{other} are {apart:.3} apart"
                        );
                    }
                }
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
