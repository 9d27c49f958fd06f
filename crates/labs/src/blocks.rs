//! TOML, with errors that say where and what would be right.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::time::Ns;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serializer};

use crate::trouble::{Trouble, instead};

/// Reads TOML.
pub(crate) fn parse<T: DeserializeOwned>(source: &str) -> Result<T, Trouble> {
    toml::from_str(source).map_err(|error| {
        let message = error.message().trim().replace('\n', "; ");
        Trouble { at: error.span().map(|span| span.start), text: with_suggestion(&message) }
    })
}

/// serde says ``unknown variant `safee`, expected one of `safe`, `violated` ``; a reader wants to know which was meant.
fn with_suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(given) if message.starts_with("unknown ") && message.contains("expected") => {
            let what = message.split('`').next().unwrap_or_default().replace("variant", "name");
            format!("{what}`{given}`: {}", instead(given, quoted))
        }
        _ => message.to_owned(),
    }
}

/// A value written as text, such as a time or the name of a node.
pub(crate) fn written<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(
    from: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// The same, if it is there.
pub(crate) fn maybe_written<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    written(from).map(Some)
}

/// A time as `written` reads it.
pub(crate) fn write<S: Serializer>(time: &Ns, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time.to_string().replace(' ', ""))
}
