//! Small pieces of text: one-line excerpts, exact times, percent-encoding.

use lightcone_sim::time::Ns;

/// How much of a stranger's text an error quotes.
const EXCERPT: usize = 60;
/// How long an error may grow.
const SENTENCE: usize = 300;

/// The beginning of a stranger's text, on one line, to be quoted in an error.
pub(crate) fn excerpt(text: &str) -> String {
    shorten(text, EXCERPT)
}

/// Somebody else's error message as one line of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    shorten(text, SENTENCE)
}

fn shorten(text: &str, most: usize) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// A time without loss, in the unit that a person would choose: `2.31s`, `150ms`, `7ns`. Reads back as the same.
pub(crate) fn exact_time(time: Ns) -> String {
    let (unit, digits) = match time.0 {
        0 => return "0s".to_owned(),
        1_000_000_000.. => ("s", 9),
        1_000_000.. => ("ms", 6),
        1_000.. => ("us", 3),
        _ => ("ns", 0),
    };
    let scale = 10u64.pow(digits);
    let (whole, rest) = (time.0 / scale, time.0 % scale);
    if rest == 0 {
        return format!("{whole}{unit}");
    }
    let fraction = format!("{rest:0width$}", width = digits as usize);
    format!("{whole}.{}{unit}", fraction.trim_end_matches('0'))
}

/// Whether a byte stands for itself in a link. Quotes, brackets and the like would be safe in a URL, but not in the
/// mails, chats and Markdown through which links travel.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:,@/".contains(&byte)
}

/// Adds text to a link, percent-encoded where need be.
pub(crate) fn push_encoded(link: &mut String, text: &str) {
    for &byte in text.as_bytes() {
        if is_plain(byte) {
            link.push(char::from(byte));
        } else {
            link.push('%');
            for nibble in [byte >> 4, byte & 15] {
                link.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
}

/// Reads percent-encoded text; `None` if it is damaged.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { nibble(rest.next()?)? << 4 | nibble(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok()
}

/// Bytes as lower-case hex digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes from hex digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_times_read_back_to_the_nanosecond() {
        for ns in [0, 1, 999, 1_000, 1_001, 150_000_000, 2_310_000_000, 2_310_000_001, u64::MAX] {
            assert_eq!(exact_time(Ns(ns)).parse(), Ok(Ns(ns)), "{}", exact_time(Ns(ns)));
        }
        assert_eq!(exact_time(Ns(2_310_000_000)), "2.31s");
        assert_eq!(exact_time(Ns(150_000_000)), "150ms");
    }

    #[test]
    fn text_survives_a_link() {
        for text in ["", "put x 1", "ä&=#%?", "\n\0", "a+b"] {
            let mut link = String::new();
            push_encoded(&mut link, text);
            assert!(!link.contains(['&', '=', '#', ' ', '+', '?']));
            assert_eq!(decode(&link).as_deref(), Some(text));
        }
        for damaged in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(damaged), None);
        }
    }

    #[test]
    fn hex_reads_back_and_rubbish_does_not() {
        assert_eq!(to_hex(&[0, 0xab, 0xff]), "00abff");
        assert_eq!(from_hex("00abff"), Some(vec![0, 0xab, 0xff]));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("zz"), None);
        assert_eq!(from_hex("ä"), None);
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("a\nb"), "a b");
        assert_eq!(excerpt(&"x".repeat(1_000)).chars().count(), EXCERPT + 1);
    }
}
