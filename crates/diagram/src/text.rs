//! How wide text is, without a font at hand: on the safe side for the fonts of the system-ui stack.

/// Tenths of a percent of an em for the printable characters of ASCII, from a wide face, so that what is measured
/// here fits with the faces that machines really have.
const ASCII: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, // space to /
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, // 0 to ?
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, // @ to O
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, // P to _
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, // ` to o
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838, // p to ~
];

/// The width of a line of text at a font size, in px.
pub fn width(text: &str, size: f64) -> f64 {
    let em: u32 = text.chars().map(|c| u32::from(char_width(c))).sum();
    f64::from(em) * size / 1000.0
}

/// How much wider bold text is.
pub(crate) const BOLD: f64 = 1.14;

/// The width of a line of bold text at a font size, in px.
pub fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size * BOLD)
}

fn char_width(c: char) -> u16 {
    match c {
        ' '..='~' => ASCII[c as usize - ' ' as usize],
        '·' => 318,
        '\u{300}'..='\u{36f}' => 0,
        '\u{a0}'..='\u{24ff}' => 840,
        _ => 1000,
    }
}

/// The text itself if it fits, or as much of it as fits with an ellipsis; `None` if that would be less than three
/// characters.
pub(crate) fn shorten(text: &str, size: f64, room: f64) -> Option<String> {
    if width(text, size) <= room {
        return Some(text.to_owned());
    }
    let room = room - f64::from(char_width('…')) * size / 1000.0;
    let mut used = 0.0;
    let fitting = text.chars().take_while(|&c| {
        used += f64::from(char_width(c)) * size / 1000.0;
        used <= room
    });
    let short: String = fitting.collect();
    let short = short.trim_end();
    (short.chars().count() >= 3).then(|| format!("{short}…"))
}

/// A word cut off with a full stop, which takes less room than an ellipsis; `None` if it fits, or less than three
/// letters of it do.
pub(crate) fn abbreviate(word: &str, size: f64, room: f64) -> Option<String> {
    let count = word.chars().count();
    let cut = |letters: usize| word.chars().take(letters).chain(['.']).collect::<String>();
    if width(word, size) <= room {
        return None;
    }
    (3..count).rev().map(cut).find(|short| width(short, size) <= room)
}

/// Breaks a sentence into lines of at most so many px, between words.
pub(crate) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + size * 0.32 <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shorten(word, size, room).unwrap_or_default()),
        }
    }
    lines
}

/// A number with thin groups of three: `12 345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shortened_fits() {
        for room in [0.0, 10.0, 30.0, 60.0, 1000.0] {
            if let Some(short) = shorten("AppendEntries of term 12", 12.0, room) {
                assert!(width(&short, 12.0) <= room, "{short}");
            }
        }
        assert_eq!(shorten("vote", 12.0, 5.0), None);
    }

    #[test]
    fn wrapped_lines_keep_every_word() {
        let text = "A and D both lead term 2";
        assert_eq!(wrap(text, 12.0, 80.0).join(" "), text);
        assert!(wrap(text, 12.0, 80.0).len() > 1);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(1), "1");
        assert_eq!(grouped(123), "123");
        assert_eq!(grouped(1234567), "1\u{202f}234\u{202f}567");
    }
}
