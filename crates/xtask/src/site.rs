//! Which file answers which request: the part of the server that knows nothing of connections.

use std::fs;
use std::path::{Path, PathBuf};

/// The path below which a site appears, as in `/some/where/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The site stands at the host's root.
    pub fn root() -> Prefix {
        Prefix("/".to_owned())
    }

    /// Reads a path of plain words between slashes; the outer slashes may be left out.
    pub fn parse(path: &str) -> Option<Prefix> {
        let words = path.trim_matches('/');
        let plain = |word: &str| {
            !word.is_empty()
                && !word.starts_with('.')
                && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        match words {
            "" => Some(Prefix::root()),
            words if words.split('/').all(plain) => Some(Prefix(format!("/{words}/"))),
            _ => None,
        }
    }

    /// The path, with a slash at both ends.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A folder of files, and where it appears.
#[derive(Clone, Debug)]
pub struct Site {
    folder: PathBuf,
    prefix: Prefix,
}

/// What a request is answered with.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// A file's content and its media type.
    File {
        /// The content.
        bytes: Vec<u8>,
        /// The media type.
        media_type: &'static str,
    },
    /// The folder is meant, whose address ends in a slash.
    Elsewhere(String),
    /// The address cannot be read, or tries to leave the folder.
    Refused,
    /// There is no such file.
    NotFound,
}

impl Site {
    /// The files of a folder, below a path.
    pub fn new(folder: PathBuf, prefix: Prefix) -> Site {
        Site { folder, prefix }
    }

    /// The path below which the files appear.
    pub fn prefix(&self) -> &Prefix {
        &self.prefix
    }

    /// Answers the request for a target such as `/some/where/app.wasm?x=1`.
    pub fn answer(&self, target: &str) -> Answer {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if !path.starts_with('/') {
            return Answer::Refused;
        }
        let Some(rest) = path.strip_prefix(self.prefix.as_str()) else {
            let folder_meant = path == "/" || path == self.prefix.as_str().trim_end_matches('/');
            return if folder_meant {
                Answer::Elsewhere(self.prefix.as_str().to_owned())
            } else {
                Answer::NotFound
            };
        };
        match inside(rest) {
            None => Answer::Refused,
            Some(relative) => self.read(&relative, path),
        }
    }

    fn read(&self, relative: &Path, path: &str) -> Answer {
        let mut file = self.folder.join(relative);
        if file.is_dir() {
            if !path.ends_with('/') {
                return Answer::Elsewhere(format!("{path}/"));
            }
            file.push("index.html");
        } else if path.ends_with('/') {
            return Answer::NotFound;
        }
        // A link in the folder may point out of it: what counts is where the file really is.
        let (Ok(file), Ok(folder)) = (file.canonicalize(), self.folder.canonicalize()) else {
            return Answer::NotFound;
        };
        if !file.starts_with(&folder) || !file.is_file() {
            return Answer::NotFound;
        }
        match fs::read(&file) {
            Ok(bytes) => Answer::File { bytes, media_type: media_type(&file) },
            Err(_) => Answer::NotFound,
        }
    }
}

/// The file that a request names, if it is one inside the folder: nothing hidden, no step upwards, no other root.
fn inside(path: &str) -> Option<PathBuf> {
    let decoded = percent_decoded(path)?;
    let mut file = PathBuf::new();
    for word in decoded.split('/').filter(|word| !word.is_empty()) {
        if word.starts_with('.') || word.contains(['\\', ':']) || word.contains(char::is_control) {
            return None;
        }
        file.push(word);
    }
    Some(file)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn media_type(file: &Path) -> &'static str {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        // Browsers compile WebAssembly while it arrives only under this very type.
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    /// A folder with a page, a module in a sub-folder and a hidden file, beside a secret that no request may reach.
    fn site(name: &str, prefix: &str) -> (Site, Scratch) {
        let around = Scratch::new(&format!("site-{name}"));
        let folder = around.join("dist");
        fs::create_dir_all(folder.join("parts")).unwrap();
        fs::write(around.join("secret.txt"), "secret").unwrap();
        fs::write(folder.join(".hidden"), "hidden").unwrap();
        fs::write(folder.join("index.html"), "page").unwrap();
        fs::write(folder.join("two words.txt"), "words").unwrap();
        fs::write(folder.join("parts").join("app.wasm"), "wasm").unwrap();
        (Site::new(folder, Prefix::parse(prefix).unwrap()), around)
    }

    fn file(content: &str, media_type: &'static str) -> Answer {
        Answer::File { bytes: content.as_bytes().to_vec(), media_type }
    }

    #[test]
    fn files_come_with_their_media_type() {
        let (site, _around) = site("files", "/");
        assert_eq!(site.answer("/"), file("page", "text/html; charset=utf-8"));
        assert_eq!(site.answer("/index.html?from=link#top"), file("page", "text/html; charset=utf-8"));
        assert_eq!(site.answer("/parts/app.wasm"), file("wasm", "application/wasm"));
        assert_eq!(site.answer("/two%20words.txt"), file("words", "text/plain; charset=utf-8"));
    }

    #[test]
    fn a_site_below_a_path_is_nowhere_else() {
        let (site, _around) = site("below", "/some/where/");
        assert_eq!(site.answer("/some/where/"), file("page", "text/html; charset=utf-8"));
        assert_eq!(site.answer("/some/where"), Answer::Elsewhere("/some/where/".to_owned()));
        assert_eq!(site.answer("/"), Answer::Elsewhere("/some/where/".to_owned()));
        assert_eq!(site.answer("/index.html"), Answer::NotFound);
        assert_eq!(site.answer("/some/wherever"), Answer::NotFound);
    }

    #[test]
    fn a_folder_is_addressed_with_a_slash_at_its_end_and_a_file_without() {
        let (site, _around) = site("folder", "/");
        assert_eq!(site.answer("/parts"), Answer::Elsewhere("/parts/".to_owned()));
        assert_eq!(site.answer("/parts/"), Answer::NotFound);
        assert_eq!(site.answer("/index.html/"), Answer::NotFound);
    }

    #[test]
    fn no_address_leads_out_of_the_folder_or_to_what_is_hidden() {
        let (site, _around) = site("out", "/");
        for target in [
            "/../secret.txt",
            "/parts/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/..%5csecret.txt",
            "/C:/secret.txt",
            "/.hidden",
            "/%00",
            "/%ff",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "*",
            "",
            "secret.txt",
            "http://elsewhere/index.html",
        ] {
            assert_eq!(site.answer(target), Answer::Refused, "{target}");
        }
        assert_eq!(site.answer("//etc/passwd"), Answer::NotFound);
        assert_eq!(site.answer("/nowhere"), Answer::NotFound);
        assert_eq!(site.answer(&format!("/{}", "long".repeat(10_000))), Answer::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let (site, _around) = site("link", "/");
        let link = site.folder.join("link.txt");
        std::os::unix::fs::symlink(site.folder.join("../secret.txt"), &link).unwrap();
        assert_eq!(site.answer("/link.txt"), Answer::NotFound);
    }

    #[test]
    fn a_prefix_is_made_of_plain_words() {
        assert_eq!(Prefix::parse("some/where").unwrap().as_str(), "/some/where/");
        assert_eq!(Prefix::parse("/").unwrap(), Prefix::root());
        for odd in ["/a//b/", "/../", "/.well-known/", "/a b/", "/a?b/"] {
            assert_eq!(Prefix::parse(odd), None, "{odd}");
        }
    }
}
