//! How much the page's first view transfers.

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::serve::Server;
use crate::site::{Prefix, Site};
use crate::system::BrowserTools;

/// Opens the built page in Chromium and adds up what it fetched; fails above the limit.
pub fn measure(project: &Project) -> Result<(), Failure> {
    let tools = BrowserTools::get(project)?;
    let server = Server::start(Site::new(project.built_page()?, Prefix::root()), Some(0))?;
    let mut node = tools.node();
    node.arg(project.browser_tests().join("size.mjs")).env("LIGHTCONE_URL", server.address());
    command::run(node.current_dir(project.root()))
}
