//! How fast the page is: from an input to the painted frame, beside an empty page.

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::serve::Server;
use crate::site::{Prefix, Site};
use crate::system::BrowserTools;

/// Uses the built page in Chromium and prints how long it took. No figure fails it: they depend on the machine.
pub fn run(project: &Project) -> Result<(), Failure> {
    let tools = BrowserTools::get(project)?;
    let server = Server::start(Site::new(project.built_page()?, Prefix::root()), Some(0))?;
    let mut node = tools.node();
    node.arg(project.browser_tests().join("bench-web.mjs")).env("LIGHTCONE_URL", server.address());
    command::run(node.current_dir(project.root()))
}
