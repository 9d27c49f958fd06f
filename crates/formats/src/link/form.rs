//! How a file is laid out: in one line, or spread for people. One formatter for both, so that what is written is compiled
//! once.

use std::io::{Result, Write};

use serde_json::ser::Formatter;

/// A layout of JSON.
pub(super) struct Form {
    /// Whether each value has a line of its own; else there is but one line.
    is_spread: bool,
    depth: usize,
    has_value: bool,
}

impl Form {
    pub fn new(is_spread: bool) -> Form {
        Form { is_spread, depth: 0, has_value: false }
    }

    fn begin(&mut self, to: &mut dyn Write, sign: &[u8]) -> Result<()> {
        self.depth += 1;
        self.has_value = false;
        to.write_all(sign)
    }

    fn next(&mut self, to: &mut dyn Write, first: bool) -> Result<()> {
        if !first {
            to.write_all(b",")?;
        }
        self.line(to)
    }

    fn end(&mut self, to: &mut dyn Write, sign: &[u8]) -> Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(to)?;
        }
        self.has_value = true;
        to.write_all(sign)
    }

    fn line(&mut self, to: &mut dyn Write) -> Result<()> {
        if !self.is_spread {
            return Ok(());
        }
        to.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| to.write_all(b"  "))
    }
}

impl Formatter for Form {
    fn begin_array<W: ?Sized + Write>(&mut self, mut to: &mut W) -> Result<()> {
        self.begin(&mut to, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, mut to: &mut W) -> Result<()> {
        self.end(&mut to, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, mut to: &mut W, first: bool) -> Result<()> {
        self.next(&mut to, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _to: &mut W) -> Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, mut to: &mut W) -> Result<()> {
        self.begin(&mut to, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, mut to: &mut W) -> Result<()> {
        self.end(&mut to, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, mut to: &mut W, first: bool) -> Result<()> {
        self.next(&mut to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> Result<()> {
        to.write_all(if self.is_spread { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _to: &mut W) -> Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::*;

    fn written(value: &Value, is_spread: bool) -> String {
        let mut text = Vec::new();
        value.serialize(&mut Serializer::with_formatter(&mut text, Form::new(is_spread))).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn both_layouts_are_the_usual_ones() {
        for value in [
            json!({ "a": [1, [], {}, [{ "b": null }], "x"], "c": { "d": { "e": [] } } }),
            json!([]),
            json!([[[]], {}]),
            json!("text"),
        ] {
            assert_eq!(written(&value, true), serde_json::to_string_pretty(&value).unwrap());
            assert_eq!(written(&value, false), serde_json::to_string(&value).unwrap());
        }
    }
}
