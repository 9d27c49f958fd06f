//! Beginning where a run has come to.

use lightcone_sim::explored::{Explored, Milestone};
use lightcone_sim::here::Here;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Progress;
use lightcone_sim::time::Ns;

/// A moment of a run, as all schedules may go on from it.
pub struct Start<P: Explored> {
    /// The scenario, with nothing in its script that is later.
    pub(crate) base: Scenario,
    /// The moment, in true time.
    pub(crate) at: Ns,
    pub(crate) here: Here<P>,
    /// All that has been so once.
    pub(crate) milestones: Vec<Milestone>,
}

impl<P: Explored> Start<P> {
    /// A scenario's run at a moment, once all of that moment has happened; or one sentence on why schedules without time
    /// cannot go on from there.
    pub fn of(scenario: &Scenario, at: Ns) -> Result<Start<P>, String> {
        let mut base = Scenario { until: scenario.until.max(at), ..scenario.clone() };
        base.script.retain(|entry| entry.at <= at);
        let is_byzantine = |action: &Action| matches!(action, Action::Byzantine { .. });
        if base.script.iter().any(|entry| is_byzantine(&entry.action)) {
            return Err("a node lies in this run".to_owned());
        }
        let mut run = Run::<P>::start(base.clone()).map_err(|error| error.to_string())?;
        let mut milestones = Vec::new();
        while run.run_until(at, 1) == Progress::More {
            let last = run.trace().order().last().map(|event| event.node);
            let local = last.and_then(|node| Some((node, run.local(node)?)));
            if let Some((node, local)) = local {
                milestones.extend(run.protocol().milestones(node, &local));
            }
            milestones.sort_unstable();
            milestones.dedup();
        }
        if let Some(violation) = run.trace().violations().first() {
            return Err(format!("{} is violated before this moment already", violation.monitor));
        }
        Ok(Start { here: run.here()?, base, at, milestones })
    }

    /// Of each client, whether it waits for an answer: its first operation is then the one that it has called.
    pub fn asking(&self) -> &[bool] {
        &self.here.asking
    }
}
