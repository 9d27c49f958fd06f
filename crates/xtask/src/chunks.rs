//! Cutting the page's WebAssembly into a main module and chunks, which are fetched when they are first needed.
//!
//! Trunk's page is in one piece, and not fit to run: where the sources say `#[wasm_split]` it asks for chunks that there
//! are not yet. What cargo compiled is cut here, wasm-bindgen is run over the main module, and the results take the place
//! of what Trunk put into dist/. All of one build carries one hash in its names, so that caches never mix two builds.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_split_cli_support::{Options, transform};

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::tools;

/// What the page's program is called.
const PROGRAM: &str = "lightcone-web";
/// The profile that index.html names.
const PROFILE: &str = "page";
/// The script that fetches the chunks. It is fetched with the first of them, and is given what it needs of the main module's
/// script: where each of the two imported from the other, Chromium's preloads stalled now and then.
const LOADER: &str = "__wasm_split.js";
/// What stands before it.
const HEAD: &str = include_str!("chunks.js");
/// What leads to it, at the end of the main module's script.
const WAY: &str = include_str!("way.js");
/// Its name in dist/, behind the build's.
const WAYS: &str = "chunks.js";
/// So begin the chunks that the splitter makes of what several of ours share.
const SHARED: &str = "chunk_";

/// Cuts the page that Trunk has just built.
pub fn cut(project: &Project) -> Result<(), Failure> {
    let compiled = project.target().join(tools::WASM).join(PROFILE).join(PROGRAM).with_extension("wasm");
    let folder = project.target().join("chunks");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed("clear", &folder))?;
    }
    let pieces = split(&read(&compiled)?, &folder)?;
    bind(project, &folder)?;
    let cut = Cut::gather(&folder, &pieces)?;
    cut.put(&project.dist())
}

/// The pieces beside the main module, and which of them each chunk needs.
struct Pieces {
    files: Vec<PathBuf>,
    needs: BTreeMap<String, Vec<String>>,
}

fn split(compiled: &[u8], folder: &Path) -> Result<Pieces, Failure> {
    let (main, link, module) = (main_module(folder), format!("./{LOADER}"), format!("./{PROGRAM}.js"));
    let mut options = Options::new(compiled);
    (options.output_dir, options.main_out_path) = (folder, &main);
    (options.link_name, options.main_module) = (&link, &module);
    let done = transform(options).map_err(|problem| Failure::Split(format!("{problem:#}")))?;
    let mut files = done.split_modules;
    files.sort();
    Ok(Pieces { files, needs: done.prefetch_map.into_iter().collect() })
}

fn main_module(folder: &Path) -> PathBuf {
    folder.join("main.wasm")
}

/// Gives the main module its JavaScript side.
fn bind(project: &Project, folder: &Path) -> Result<(), Failure> {
    let mut bind = Command::new(tools::wasm_bindgen(project)?);
    bind.args(["--target", "web", "--no-typescript", "--remove-name-section", "--remove-producers-section"]);
    // The chunks get at the main module's memory and table by what it exports.
    bind.args(["--keep-lld-exports", "--out-name", PROGRAM, "--out-dir"]).arg(folder);
    command::run(bind.arg(main_module(folder)))
}

/// The page's program in its pieces.
struct Cut {
    wasm: Vec<u8>,
    /// The main module's JavaScript side, with the way to the loader.
    script: String,
    /// What fetches the chunks.
    loader: String,
    /// What several chunks share, one after another.
    shared: Vec<u8>,
    /// Each chunk by name.
    chunks: BTreeMap<String, Vec<u8>>,
    /// The names of the chunks, each with `+shared` where it needs that.
    list: String,
}

impl Cut {
    fn gather(folder: &Path, pieces: &Pieces) -> Result<Cut, Failure> {
        let wasm = stripped(&read(&folder.join(format!("{PROGRAM}_bg.wasm")))?)?;
        let script = text(&folder.join(PROGRAM).with_extension("js"))?;
        let mut loader = text(&folder.join(LOADER))?;
        let (mut shared, mut chunks) = (Vec::new(), BTreeMap::new());
        for file in &pieces.files {
            let piece = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = stripped(&read(file)?)?;
            let source = if piece.starts_with(SHARED) {
                let from = shared.len();
                shared.extend(bytes);
                format!("shared({from}, {})", shared.len())
            } else {
                let name = piece.trim_start_matches("split_").to_owned();
                let source = format!("bytes(\"./{PROGRAM}-{name}.wasm\")");
                chunks.insert(name, bytes);
                source
            };
            loader =
                replaced(&loader, &format!("fetch(new URL(\"./{piece}.wasm\", import.meta.url))"), &source)?;
        }
        if !pieces.files.is_empty() {
            // Not streaming, which would insist on a media type that not every host knows.
            loader = replaced(
                &loader,
                "WebAssembly.instantiateStreaming(src, imports)",
                "WebAssembly.instantiate(await src, imports)",
            )?;
        }
        let head = replaced(HEAD, "SHARED", &format!("\"./{PROGRAM}-shared.wasm\""))?;
        let (script, loader) = joined(&script, &(head + &loader))?;
        let list: Vec<String> = pieces.needs.iter().map(|(name, needs)| listed(name, needs)).collect();
        Ok(Cut { wasm, script, loader, shared, chunks, list: list.join(" ") })
    }

    /// The same for the same pieces, and hardly ever for others.
    fn hash(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (&self.wasm, &self.script, &self.loader, &self.shared, &self.chunks).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Puts it into the place of the program that Trunk wrote.
    fn put(&self, dist: &Path) -> Result<(), Failure> {
        let index = dist.join("index.html");
        let page = text(&index)?;
        let (old, new) = (program_of(&page)?, format!("{PROGRAM}-{}", self.hash()));
        for ending in [".js", "_bg.wasm"] {
            let file = dist.join(format!("{old}{ending}"));
            fs::remove_file(&file).map_err(failed("remove", &file))?;
        }
        let named = |script: &str| script.replace(&format!("./{PROGRAM}-"), &format!("./{new}-"));
        let script = replaced(&self.script, &format!("{PROGRAM}_bg.wasm"), &format!("{new}_bg.wasm"))?;
        write(&dist.join(format!("{new}.js")), named(&script).as_bytes())?;
        if !self.chunks.is_empty() {
            write(&dist.join(format!("{new}-{WAYS}")), named(&self.loader).as_bytes())?;
        }
        write(&dist.join(format!("{new}_bg.wasm")), &self.wasm)?;
        if !self.shared.is_empty() {
            write(&dist.join(format!("{new}-shared.wasm")), &self.shared)?;
        }
        for (name, bytes) in &self.chunks {
            write(&dist.join(format!("{new}-{name}.wasm")), bytes)?;
        }
        let link = "<link id=\"page-script\" ";
        let page = replaced(&page, link, &format!("{link}data-chunks=\"{}\" ", self.list))?;
        write(&index, replaced(&page, &old, &new)?.as_bytes())
    }
}

/// The main module's script, with the way to the loader at its end instead of imports from it; and the loader.
fn joined(script: &str, loader: &str) -> Result<(String, String), Failure> {
    let from = format!(" from \"./{LOADER}\"");
    let imported = |line: &str| {
        line.strip_prefix("import * as ")?.trim_end_matches(';').strip_suffix(&from).map(str::to_owned)
    };
    let names: Vec<String> = script.lines().filter_map(imported).collect();
    let rest = script.lines().filter(|line| imported(line).is_none()).collect::<Vec<_>>().join("\n");
    let rest = asking_once(&bare(&rest)?, &names)?;
    let back = format!("import {{ initSync }} from \"./{PROGRAM}.js\";");
    let loader = replaced(loader, &back, "")?;
    let ways: Vec<String> = loader
        .lines()
        .filter_map(|line| Some(line.strip_prefix("export const ")?.split_once(' ')?.0.to_owned()))
        .collect();
    // The splitter's remarks on its pieces, and ours, are for nobody here.
    let lines = loader.lines().filter(|line| !line.trim_start().starts_with(['/', '*']));
    let loader = lines.collect::<Vec<_>>().join("\n").replace("export const ", "const ");
    if rest.contains(&from) || names.is_empty() {
        return Err(Failure::Split(format!("{PROGRAM}.js does not ask for its chunks as it used to")));
    }
    let loader =
        format!("export default (initSync) => {{\n{loader}\nreturn {{ {} }};\n}};\n", ways.join(", "));
    let way = replaced(&bare(WAY)?, "LOADER", &format!("\"./{PROGRAM}-{WAYS}\""))?;
    let way = replaced(&way, "NAMES", &format!("\"{}\"", ways.join(" ")))?;
    Ok((format!("{rest}\n\n{way}"), loader))
}

/// A script without what serves only readers: indentation, empty lines, and remarks that have a line of their own.
fn bare(script: &str) -> Result<String, Failure> {
    if script.lines().any(|line| line.matches('`').count() % 2 != 0) {
        return Err(Failure::Split(format!(
            "{PROGRAM}.js has a text of several lines, whose spaces may matter"
        )));
    }
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A bare script that names the ways to the chunks once, and not once for each chunk.
fn asking_once(script: &str, names: &[String]) -> Result<String, Failure> {
    let line = |name: &str| format!("\"./{LOADER}\": {name},\n");
    let Some((first, rest)) = names.split_first() else { return Ok(script.to_owned()) };
    let script = replaced(script, &line(first), &line("toChunks"))?;
    rest.iter().try_fold(script, |script, name| replaced(&script, &line(name), ""))
}

fn listed(name: &str, needs: &[String]) -> String {
    let shares = needs.iter().any(|piece| piece.starts_with(SHARED));
    if shares { format!("{name}+shared") } else { name.to_owned() }
}

/// The name of the program in Trunk's page, with Trunk's hash and without an ending.
fn program_of(page: &str) -> Result<String, Failure> {
    let begin = format!("{PROGRAM}-");
    let found = page.split('"').find_map(|part| {
        let name = part.rsplit('/').next()?.strip_suffix(".js")?;
        name.starts_with(&begin).then(|| name.to_owned())
    });
    found.ok_or_else(|| Failure::Split(format!("dist/index.html names no {begin}….js")))
}

/// A text with something replaced that must stand in it.
fn replaced(text: &str, from: &str, to: &str) -> Result<String, Failure> {
    if text.contains(from) {
        Ok(text.replace(from, to))
    } else {
        Err(Failure::Split(format!("`{from}` is not where it should be")))
    }
}

/// A module without its custom sections: they serve tools and not the browser.
fn stripped(module: &[u8]) -> Result<Vec<u8>, Failure> {
    const PREAMBLE: usize = 8;
    let cut_short = || Failure::Split("a module ends in the middle of a section".to_owned());
    let mut kept = module.get(..PREAMBLE).ok_or_else(cut_short)?.to_vec();
    let mut rest = &module[PREAMBLE..];
    while let [kind, sized @ ..] = rest {
        let (size, width) = number(sized).ok_or_else(cut_short)?;
        let (section, after) = rest.split_at_checked(1 + width + size).ok_or_else(cut_short)?;
        if *kind != 0 {
            kept.extend(section);
        }
        rest = after;
    }
    Ok(kept)
}

/// An unsigned LEB128 number at the beginning, and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (place, &byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, place + 1));
        }
    }
    None
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(failed("read", path))
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(failed("read", path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(failed("write", path))
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let path = path.to_owned();
    move |source| Failure::File { doing, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x00\x05\x04name\x01\x02ab\x00\x80\x00\x03\x81\x00c";

    #[test]
    fn custom_sections_go_and_all_others_stay() {
        assert_eq!(stripped(MODULE).unwrap(), b"\0asm\x01\0\0\0\x01\x02ab\x03\x81\x00c");
        assert!(stripped(&MODULE[..10]).is_err());
        assert!(stripped(b"\0as").is_err());
    }

    #[test]
    fn the_pieces_take_the_place_of_the_program() {
        let dist = Scratch::new("chunks");
        let page =
            r#"<link id="page-script" href="./lightcone-web-1f.js"><link href="./lightcone-web-1f_bg.wasm">"#;
        for (name, text) in
            [("index.html", page), ("lightcone-web-1f.js", "old"), ("lightcone-web-1f_bg.wasm", "old")]
        {
            fs::write(dist.join(name), text).unwrap();
        }
        let cut = Cut {
            wasm: b"main".to_vec(),
            script: r#""lightcone-web_bg.wasm"; "./lightcone-web-chunks.js""#.to_owned(),
            loader: r#""./lightcone-web-table.wasm""#.to_owned(),
            shared: b"both".to_vec(),
            chunks: BTreeMap::from([("table".to_owned(), b"table".to_vec())]),
            list: "table+shared".to_owned(),
        };
        cut.put(&dist).unwrap();
        let name = format!("lightcone-web-{}", cut.hash());
        let mut files: Vec<String> = fs::read_dir(&*dist)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().replace(&name, "*"))
            .collect();
        files.sort();
        assert_eq!(
            files,
            ["*-chunks.js", "*-shared.wasm", "*-table.wasm", "*.js", "*_bg.wasm", "index.html"]
        );
        let script = text(&dist.join(format!("{name}.js"))).unwrap();
        assert_eq!(script, format!(r#""{name}_bg.wasm"; "./{name}-chunks.js""#));
        let loader = text(&dist.join(format!("{name}-chunks.js"))).unwrap();
        assert_eq!(loader, format!(r#""./{name}-table.wasm""#));
        let page = text(&dist.join("index.html")).unwrap();
        assert!(page.contains(r#"data-chunks="table+shared""#) && !page.contains("-1f"), "{page}");
    }

    #[test]
    fn the_script_that_asks_for_chunks_leads_to_the_loader() {
        let script = concat!(
            "import * as import1 from \"./__wasm_split.js\"\n",
            "import * as import2 from \"./__wasm_split.js\"\n",
            "function initSync() {\n    // A remark.\n\n}\n",
            "    \"./__wasm_split.js\": import1,\n    \"./__wasm_split.js\": import2,\n}",
        );
        let loader =
            "import { initSync } from \"./lightcone-web.js\";\nlet all;\nexport const a = load(\n);\n";
        let (joined, loader) = joined(script, loader).unwrap();
        assert!(
            joined.starts_with("function initSync() {\n}\n\"./__wasm_split.js\": toChunks,\n}\n\n"),
            "{joined}"
        );
        assert!(joined.contains("const toChunks = ") && !joined.contains("import2"), "{joined}");
        assert!(bare("`a\n b`").is_err());
        assert!(joined.contains("\"./lightcone-web-chunks.js\"") && joined.contains("(\"a\")"), "{joined}");
        assert_eq!(
            loader,
            "export default (initSync) => {\n\nlet all;\nconst a = load(\n);\nreturn { a };\n};\n"
        );
        assert!(super::joined("import * as import1 from \"./other.js\"", &loader).is_err());
    }
}
