//! Building the page.

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::tools::Tools;

/// Builds the release page into dist/, with relative addresses throughout.
pub fn build(project: &Project) -> Result<(), Failure> {
    let tools = Tools::get(project)?;
    println!("Building the page (the first time takes a minute or two).");
    // Trunk is told to fetch nothing, and passes that on to cargo: what a new machine lacks is fetched beforehand.
    command::run(command::cargo().args(["fetch", "--locked"]).current_dir(project.root()))?;
    command::run(tools.trunk().args(["build", "--release"]).current_dir(project.root()))
}
