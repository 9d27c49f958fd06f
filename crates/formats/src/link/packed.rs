//! The packed form of a link: version, `~`, and the saved file, deflated, in base64.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use super::{BadLink, Document, MAX_UNPACKED, VERSION, file};

/// How hard to compress, of 10.
const EFFORT: u8 = 9;

pub(super) fn write(document: &Document) -> String {
    let file = file::write(document, false);
    format!("{VERSION}~{}", URL_SAFE_NO_PAD.encode(compress_to_vec(file.as_bytes(), EFFORT)))
}

/// Version and content, if this is a packed link: it begins with a number and `~`.
pub(super) fn split(fragment: &str) -> Option<(u64, &str)> {
    let (version, content) = fragment.split_once('~')?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (version.parse().unwrap_or(u64::MAX), content))
}

pub(super) fn read(version: u64, content: &str) -> Result<Document, BadLink> {
    if version > u64::from(VERSION) {
        return Err(BadLink::Newer(version));
    }
    if version == 0 {
        return Err(BadLink::Damaged("there is no link format 0".to_owned()));
    }
    let packed = URL_SAFE_NO_PAD.decode(content).map_err(|_| damaged())?;
    let bytes = decompress_to_vec_with_limit(&packed, MAX_UNPACKED).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => BadLink::TooLarge(MAX_UNPACKED),
        _ => damaged(),
    })?;
    file::read(&String::from_utf8(bytes).map_err(|_| damaged())?)
}

fn damaged() -> BadLink {
    BadLink::Damaged("this link is damaged: part of it is missing or was changed".to_owned())
}
