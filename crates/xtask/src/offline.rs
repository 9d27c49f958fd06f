//! What the service worker keeps: it is told the files of the build that it belongs to, once they are all there.
//!
//! A part of the page must have a hash of its content in its path. The worker hands out its own copy of a part to whoever
//! asks for that path, and so would a host's cache: were the path the same in two builds, a page could get another's parts.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use crate::failure::Failure;
use crate::project::Project;

/// The service worker's file, in web/ and in dist/.
const WORKER: &str = "sw.js";

/// The file that is meant by its folder's address.
const PAGE: &str = "index.html";

/// Where a page is told its build.
const UNBUILT: &str = "data-build=\"unbuilt\"";

/// Writes dist/sw.js for all that lies in dist/, and into each page there which build it is of.
pub fn write(project: &Project) -> Result<(), Failure> {
    let dist = project.dist();
    let source = project.read("web/sw.js")?;
    let mut files = Vec::new();
    collect(&dist, "", &mut files)?;
    files.sort();
    let build = Build::of(&source, &files)?;
    for folder in build.pages.keys() {
        let path = dist.join(folder).join(PAGE);
        put(&path, &stamped(folder, &read(&path)?, &build.version)?)?;
    }
    put(&dist.join(WORKER), &build.worker(&source))
}

/// A file of the build: its path from the root, with slashes, and a hash of its content.
type BuiltFile = (String, u64);

fn collect(folder: &Path, under: &str, files: &mut Vec<BuiltFile>) -> Result<(), Failure> {
    let unread = |source| Failure::File { doing: "read", path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let name = format!("{under}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else if name != WORKER {
            let bytes = fs::read(&path).map_err(|source| Failure::File { doing: "read", path, source })?;
            files.push((name, hash(&bytes)));
        }
    }
    Ok(())
}

/// What the worker is told.
struct Build {
    version: String,
    /// The parts of each page, in its folder or below, by the path of that folder.
    pages: BTreeMap<String, Vec<String>>,
}

impl Build {
    /// The build of these files and this worker.
    fn of(source: &str, files: &[BuiltFile]) -> Result<Build, Failure> {
        let version = format!("{:016x}", hash(&(source, files)));
        let names = || files.iter().map(|(name, _)| name.as_str());
        if let Some(name) = names().find(|name| is_part(name) && !has_hash(name)) {
            return Err(Failure::Unhashed(name.to_owned()));
        }
        let folders = names().filter_map(|name| name.strip_suffix(PAGE));
        let folders = folders.filter(|folder| folder.is_empty() || folder.ends_with('/'));
        let mut pages: BTreeMap<_, _> = folders.map(|folder| (folder.to_owned(), Vec::new())).collect();
        // What else has no hash in its path, such as words for search engines, is left to the network.
        for name in names().filter(|name| has_hash(name)) {
            // Of the folders around it the innermost one: it is the last in their order.
            let mut around = pages.iter_mut().rev();
            let owner = around.find_map(|(folder, parts)| Some((name.strip_prefix(folder.as_str())?, parts)));
            if let Some((part, parts)) = owner {
                parts.push(part.to_owned());
            }
        }
        Ok(Build { version, pages })
    }

    fn worker(&self, source: &str) -> String {
        let head =
            [format!("const VERSION = {:?};", self.version), format!("const FILES = {:?};", self.pages)];
        let code = source.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
        head.iter().map(String::as_str).chain(code).fold(String::new(), |text, line| text + line + "\n")
    }
}

/// A page that says of which build it is, without its comments.
fn stamped(folder: &str, page: &str, version: &str) -> Result<String, Failure> {
    if !page.contains(UNBUILT) {
        return Err(Failure::Missing {
            thing: format!("{UNBUILT} in dist/{folder}{PAGE}"),
            remedy: "it belongs into the html element of the page's source".to_owned(),
        });
    }
    let page = page.replace(UNBUILT, &format!("data-build=\"{version}\""));
    let lines = page.lines().filter(|line| !is_comment(line.trim()));
    Ok(lines.fold(String::new(), |text, line| text + line + "\n"))
}

/// Comments tell about the source, and the first view pays for what it transfers. Each of ours has lines of its own.
fn is_comment(line: &str) -> bool {
    line.starts_with("//")
        || (line.starts_with("/*") && line.ends_with("*/"))
        || (line.starts_with("<!--") && line.ends_with("-->"))
}

/// What runs, or decides how the page looks.
fn is_part(name: &str) -> bool {
    [".js", ".mjs", ".wasm", ".css"].iter().any(|ending| name.ends_with(ending))
}

/// A word of the path is a hash in hexadecimal. Trunk drops zeros in front.
fn has_hash(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        word.len() >= 8
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    })
}

/// It need not be safe from forgery: whoever could forge a part could as well change the page.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| Failure::File { doing: "read", path: path.to_owned(), source })
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|source| Failure::File { doing: "write", path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "// About it.\n\nuse(VERSION); // here\n  /** More. */\n  use(FILES);\n";

    fn build(files: &[(&str, u64)]) -> Result<Build, Failure> {
        let files: Vec<BuiltFile> = files.iter().map(|&(name, hash)| (name.to_owned(), hash)).collect();
        Build::of(SOURCE, &files)
    }

    fn version(files: &[(&str, u64)]) -> String {
        build(files).unwrap().version
    }

    fn said(result: Result<impl Sized, Failure>) -> String {
        result.err().unwrap().to_string()
    }

    #[test]
    fn the_worker_is_told_the_parts_of_each_page_and_goes_without_comments() {
        let files = [
            ("app-1234567890abcdef_bg.wasm", 1),
            ("index.html", 2),
            ("labs/app-1234567890abcdee.js", 3),
            ("labs/index.html", 4),
            ("robots.txt", 5),
        ];
        let text = build(&files).unwrap().worker(SOURCE);
        let lines: Vec<&str> = text.lines().collect();
        let told =
            r#"const FILES = {"": ["app-1234567890abcdef_bg.wasm"], "labs/": ["app-1234567890abcdee.js"]};"#;
        assert_eq!(lines[1..], [told, "use(VERSION); // here", "use(FILES);"]);
    }

    #[test]
    fn a_page_is_told_its_build() {
        let page = "<html lang=\"en\" data-build=\"unbuilt\">\n  <!-- Why. -->\n  <p>\n";
        assert_eq!(stamped("", page, "17").unwrap(), "<html lang=\"en\" data-build=\"17\">\n  <p>\n");
        assert!(said(stamped("labs/", "<html>", "17")).contains("dist/labs/index.html"));
    }

    #[test]
    fn any_change_of_any_file_makes_another_version() {
        let before = version(&[("index.html", 1), ("robots.txt", 2)]);
        assert_eq!(version(&[("index.html", 1), ("robots.txt", 2)]), before);
        assert_ne!(version(&[("index.html", 7), ("robots.txt", 2)]), before);
        assert_ne!(version(&[("index.html", 1), ("robots.txt", 7)]), before);
        assert_ne!(version(&[("index.html", 1)]), before);
    }

    #[test]
    fn a_part_whose_path_outlives_its_content_is_refused() {
        for name in ["chunk_1_paxos.wasm", "parts/app.js", "defaced-main.css"] {
            assert!(said(build(&[(name, 1)])).contains(name), "{name}");
        }
        for name in ["chunk_paxos-b751b34bd51279.wasm", "parts-72e4247a766b35b8/app.js"] {
            assert!(build(&[(name, 1)]).is_ok(), "{name}");
        }
    }
}
