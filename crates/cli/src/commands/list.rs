//! `lightcone list`

use std::io::Write;

use lightcone_sim::registry::{ProtocolEntry, TRANSPORT};

use crate::failure::{Code, Failure};

pub(super) fn run(registry: &[ProtocolEntry], out: &mut dyn Write) -> Result<Code, Failure> {
    for (place, entry) in registry.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}  {}. {}", entry.name, entry.title, entry.summary)?;
        let usual = (entry.default_params)();
        let settings: Vec<(String, &str)> = entry
            .params
            .iter()
            .map(|&(name, meaning)| {
                let default = usual.get(name).map_or_else(String::new, |value| format!("={value}"));
                (format!("{name}{default}"), meaning)
            })
            .collect();
        let width = settings.iter().map(|(setting, _)| setting.len()).max().unwrap_or(0);
        for (setting, meaning) in settings {
            writeln!(out, "    {setting:<width$}  {meaning}")?;
        }
        if let Some(connected) = entry.connected {
            let own = |name: &str| name == TRANSPORT || entry.params.iter().any(|(known, _)| *known == name);
            let more = connected().params.iter().map(|(name, _)| *name).filter(|name| !own(name));
            let more: Vec<&str> = more.collect();
            writeln!(out, "    --transport connections, with {}", more.join(", "))?;
        }
        if !entry.ops.is_empty() {
            writeln!(out, "    operations: {}", entry.ops.join(", "))?;
        }
    }
    Ok(Code::Fine)
}
