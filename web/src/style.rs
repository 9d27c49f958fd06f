//! The look of the page: each component's stylesheet stands beside it, and all are put together here.

use lightcone_diagram::{Theme, rules, variables};
const SHEETS: &str = concat!(
    include_str!("top/top.css"),
    include_str!("parts/parts.css"),
    include_str!("diagram/diagram.css"),
    include_str!("panels/panels.css"),
    include_str!("transport/transport.css"),
    include_str!("lecture/lecture.css"),
    include_str!("views/views.css"),
);

/// The stylesheets of all components and of the diagram, once.
pub fn sheet() -> String {
    let (light, dark) = (variables(Theme::Light), variables(Theme::Dark));
    format!(".light {{\n{light}}}\n.dark {{\n{dark}}}\n{}\n{SHEETS}", rules())
}
