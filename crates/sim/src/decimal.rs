//! Reading decimal numbers. The standard library's own way is exact to the last bit of any number, and brings ten kB of
//! tables to the page; what people type has a few digits.

/// So many digits fit a number without loss.
const DIGITS: usize = 15;

/// A number such as `-12.5`: digits with at most one point, no exponent. Up to fifteen digits it is the nearest
/// there is to what is written.
///
/// ```
/// use lightcone_sim::decimal;
/// assert_eq!(decimal::read("-12.5"), Some(-12.5));
/// assert_eq!(decimal::read("0.1"), Some(0.1));
/// assert_eq!(decimal::read("1e3"), None);
/// ```
pub fn read(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || !is_number(whole) || !is_number(part) {
        return None;
    }
    // A whole number below 2^53 and a power of ten up to 10^22 are exact, so that their quotient is rounded only once.
    let part = &part[..part.len().min(DIGITS.saturating_sub(whole.len()))];
    let number = |text: &str| text.bytes().fold(0.0, |number, byte| number * 10.0 + f64::from(byte - b'0'));
    let scale = part.bytes().fold(1.0, |scale, _| scale * 10.0);
    let number = (number(whole) * scale + number(part)) / scale;
    number.is_finite().then_some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for number in [0.0, 0.1, -0.3, 12.5, 0.25, 99.999, 1_234_567.891, 0.000_1, 33.333_333_333_3] {
            assert_eq!(read(&number.to_string()), Some(number));
        }
        assert_eq!(read(" +7. "), Some(7.0));
        assert_eq!(read(".5"), Some(0.5));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".", "1e3", "NaN", "inf", "1.2.3", "--1", "1,5", "¡nonsense!"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"9".repeat(400)), None);
    }
}
