//! The labs of the course as files beside the page that shows them: each is fetched when it is opened.
//!
//! They lie in a folder whose name holds a hash of all of them. So the service worker may keep them with the page's other
//! parts, and a page of one build never reads the labs of another.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::project::Project;

/// Where the page of the labs is told their folder.
const UNBUILT: &str = "data-course=\"unbuilt\"";

/// Puts the labs into dist/labs, and tells the page there where they are.
pub fn write(project: &Project) -> Result<(), Failure> {
    let mut labs = Vec::new();
    collect(&project.course(), Path::new(""), &mut labs)?;
    labs.sort();
    let dist = project.dist().join("labs");
    let folder = folder(&labs);
    for (path, text) in &labs {
        let path = dist.join(&folder).join(path);
        let unwritten = |source| Failure::File { doing: "write", path: path.clone(), source };
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(unwritten)?;
        fs::write(&path, text).map_err(unwritten)?;
    }
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).map_err(|source| Failure::File {
        doing: "read",
        path: page.clone(),
        source,
    })?;
    if !html.contains(UNBUILT) {
        return Err(Failure::Missing {
            thing: format!("{UNBUILT} in dist/labs/index.html"),
            remedy: "it belongs into the html element of the page's source".to_owned(),
        });
    }
    fs::write(&page, html.replace(UNBUILT, &format!("data-course=\"{folder}\"")))
        .map_err(|source| Failure::File { doing: "write", path: page, source })
}

/// A lab's file: its path within the course, and its text.
type LabFile = (PathBuf, String);

/// The folder's name, which changes with any change of any lab.
fn folder(labs: &[LabFile]) -> String {
    let mut hasher = DefaultHasher::new();
    labs.hash(&mut hasher);
    format!("course-{:016x}", hasher.finish())
}

fn collect(folder: &Path, under: &Path, labs: &mut Vec<LabFile>) -> Result<(), Failure> {
    let unread = |path: &Path| {
        let path = path.to_owned();
        |source| Failure::File { doing: "read", path, source }
    };
    for entry in fs::read_dir(folder).map_err(unread(folder))? {
        let path = entry.map_err(unread(folder))?.path();
        let name = under.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            collect(&path, &name, labs)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            labs.push((name, fs::read_to_string(&path).map_err(unread(&path))?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab(path: &str, text: &str) -> LabFile {
        (PathBuf::from(path), text.to_owned())
    }

    #[test]
    fn another_text_or_another_name_is_another_folder() {
        let one = folder(&[lab("raft/election.md", "one")]);
        assert_eq!(one, folder(&[lab("raft/election.md", "one")]));
        assert_ne!(one, folder(&[lab("raft/election.md", "two")]));
        assert_ne!(one, folder(&[lab("raft/elections.md", "one")]));
        assert!(one.starts_with("course-"), "{one}");
    }
}
