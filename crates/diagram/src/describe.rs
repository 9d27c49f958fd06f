//! The picture in words, for those who cannot see it.

use lightcone_sim::session::Session;

use crate::draw::name_of_scale;
use crate::layout::Layout;
use crate::moment::Moment;
use crate::text::grouped;

/// A few words: `raft, 5 servers and 1 client`.
pub(crate) fn title(session: &dyn Session) -> String {
    let nodes = session.trace().nodes();
    let count = |count: u16, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let servers = count(nodes.servers, "server");
    let clients =
        if nodes.clients == 0 { String::new() } else { format!(" and {}", count(nodes.clients, "client")) };
    format!("{}: {servers}{clients}", session.scenario().protocol)
}

/// A few sentences: what is drawn, where everyone stands now, what cuts the network, and what went wrong.
pub(crate) fn desc(moment: &Moment<'_>, layout: &Layout) -> String {
    let trace = moment.trace;
    let mut said = vec![format!(
        "A space-time diagram in {}: a line for each node, an arrow for each message. At {}, {} events have happened",
        name_of_scale(layout.view.scale),
        moment.now.at,
        grouped(trace.count_until(moment.now)),
    )];
    let roles = layout.lanes.shown().iter().filter_map(|&node| {
        let status = trace.status(node, moment.now);
        let Some(status) = status else { return Some(format!("{node} is down")) };
        (!node.is_client()).then(|| format!("{node} is {}", moment.session.role_words(status)))
    });
    let roles: Vec<String> = roles.take(12).collect();
    if !roles.is_empty() {
        said.push(roles.join(", "));
    }
    for band in layout.bands.iter().filter(|band| moment.shows(band.from)).take(8) {
        said.push(format!("{} from {}", capital(&band.name), band.from.0));
    }
    // Counted at every step: with a look at every arrow, that alone would take a long run's frame.
    let lost = layout.weave.lost.partition_point(|&over| over <= moment.now.instant());
    match lost {
        0 => {}
        1 => said.push("One message has been lost".to_owned()),
        count => said.push(format!("{} messages have been lost", grouped(count))),
    }
    for violation in
        trace.violations().iter().filter(|violation| moment.has_happened(violation.event)).take(3)
    {
        said.push(format!("Broken at {}: {}", violation.event, violation.text.trim_end_matches('.')));
    }
    said.join(". ") + "."
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
