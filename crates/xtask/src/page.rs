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
    command::run(tools.trunk().args(["build", "--release"]).current_dir(project.root()))?;
    // The labs are a page of their own below it, which is fetched only where it is used. They come second: each build
    // empties the folder that it writes into.
    println!("Building the labs.");
    command::run(tools.trunk().args(["build", "--release"]).current_dir(project.labs()))
}
