//! What carries messages: datagrams, or connections, and then how these work.

use lightcone_protocols::chunk;
use lightcone_sim::registry::{ProtocolEntry, TRANSPORT};
use lightcone_sim::scenario::Scenario;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::desk::Desk;
use crate::panels::setup::params;
use crate::panels::setup::row::Form;
use crate::parts::pick_list::PickList;
use crate::store::work::WorkAction;

const DATAGRAMS: &str = "datagrams";
const CONNECTIONS: &str = "connections";

/// The choice, where a protocol leaves it to the scenario, and the parameters of connections where these are chosen.
pub fn transport(form: &Form<'_>, entry: &ProtocolEntry) -> Vec<Html> {
    let Form { desk, scenario, .. } = *form;
    let Some(connected) = entry.connected else { return vec![] };
    let is_connected = scenario.params.get(TRANSPORT).is_some_and(|transport| transport == CONNECTIONS);
    let choices = [
        (DATAGRAMS.into(), "datagrams: each by itself".into()),
        (CONNECTIONS.into(), "connections: in order".into()),
    ];
    let (old, desk) = (scenario.clone(), desk.clone());
    let usual = entry.params;
    let onpick = Callback::from(move |chosen: String| {
        let mut new = (*old).clone();
        if chosen == CONNECTIONS {
            new.params.insert(TRANSPORT.to_owned(), chosen.into());
        } else {
            new.params.retain(|name, _| usual.iter().any(|(known, _)| known == name));
        }
        apply(&desk, new);
    });
    let value = if is_connected { CONNECTIONS } else { DATAGRAMS };
    let mut rows = vec![html! {
        <div key="transport"><PickList label="transport" choices={choices.to_vec()} {value} {onpick} name="transport" /></div>
    }];
    if is_connected {
        let connected = connected();
        let known = |name: &str| name == TRANSPORT || usual.iter().any(|(known, _)| *known == name);
        let own: Vec<_> = connected.params.iter().copied().filter(|(name, _)| !known(name)).collect();
        rows.extend(params::params(form, connected, &own));
    }
    rows
}

/// Runs a scenario once the code for it is here.
fn apply(desk: &Desk, scenario: Scenario) {
    if chunk::is_here(&scenario) {
        return desk.apply(scenario);
    }
    let desk = desk.clone();
    spawn_local(async move {
        match chunk::fetch(&scenario).await {
            Ok(()) => desk.apply(scenario),
            Err(lost) => desk.work.dispatch(WorkAction::Complain(format!(
                "Connections could not be loaded: {lost}. Nothing else has changed."
            ))),
        }
    });
}
