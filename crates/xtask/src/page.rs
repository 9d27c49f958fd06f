//! Building the page.

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::tools::Tools;

/// Builds the release page into dist/, with relative addresses throughout.
pub fn build(project: &Project) -> Result<(), Failure> {
    let tools = Tools::get(project)?;
    println!("Building the page (the first time takes a minute or two).");
    command::run(tools.trunk().args(["build", "--release"]).current_dir(project.root()))
}
