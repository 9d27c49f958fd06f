//! A question on its way to an answer.

use lightcone_explore::minimal::minimised;
use lightcone_explore::story::{self, Untold};
use lightcone_explore::{
    ASKED_FOR, Assumptions, Choice, Found, Limits, NEVER_STUCK, Progress, Report, Search, Space, Strategy,
    TooBig, Watched,
};
use lightcone_sim::explored::{Explored, LINEARIZABLE};
use lightcone_sim::scenario::Scenario;
use serde_json::Value;

/// A search, its protocol forgotten.
pub trait Exploring {
    /// Goes on from at most so many states.
    fn run(&mut self, states: u64) -> Result<Progress, TooBig>;

    /// What has been found out so far.
    fn report(&self) -> Report;

    /// What happens on the way to what was found, a line each.
    fn story(&self, found: &Found) -> Vec<String>;

    /// The scenario in which what was found happens.
    fn scenario(&self, found: &Found) -> Result<Scenario, Untold>;

    /// The properties that are watched and must never break.
    fn properties(&self) -> Vec<&'static str>;
}

/// A search, and the scenario whose protocol it goes through.
struct Held<P: Explored> {
    search: Search<P>,
    base: Scenario,
    /// What was found, as it is told.
    told: Option<Found>,
}

impl<P: Explored> Exploring for Held<P> {
    fn run(&mut self, states: u64) -> Result<Progress, TooBig> {
        let progress = self.search.run(states)?;
        if self.told.is_none()
            && let Some(found) = self.search.report().found
        {
            self.told = Some(minimised(self.search.space_mut(), &found));
        }
        Ok(progress)
    }

    fn report(&self) -> Report {
        let report = self.search.report();
        Report { found: self.told.clone().or(report.found.clone()), ..report }
    }

    fn story(&self, found: &Found) -> Vec<String> {
        let space = self.search.space();
        let words = |choice: &Choice| match choice.crash_after {
            Some(after) => format!("{}; a crash inside, after {after} effects", space.words(choice.deed)),
            None => space.words(choice.deed),
        };
        found.path.iter().map(words).collect()
    }

    fn scenario(&self, found: &Found) -> Result<Scenario, Untold> {
        story::scenario(self.search.space(), &self.base, found)
    }

    fn properties(&self) -> Vec<&'static str> {
        let watched = self.search.space().watched();
        let all = P::PROPERTIES.iter().copied().chain([LINEARIZABLE, NEVER_STUCK]);
        match watched {
            Watched::All => P::PROPERTIES.to_vec(),
            Watched::Only(name) => all.filter(|property| property == name).collect(),
            Watched::Shown(_) => vec![ASKED_FOR],
            Watched::Nothing => Vec::new(),
        }
    }
}

/// A question, put to a model.
pub struct Asked {
    /// The search.
    pub search: Box<dyn Exploring>,
    /// What is assumed, in words.
    pub assumed: Vec<String>,
}

impl Asked {
    pub(crate) fn new<P: Explored>(
        params: P::Params,
        assumptions: Assumptions<P>,
        limits: Limits,
        strategy: Strategy,
    ) -> Result<Asked, String> {
        let mut base = Scenario::new(P::NAME, assumptions.nodes.servers);
        if let Ok(Value::Object(params)) = serde_json::to_value(&params) {
            base.params = params;
        }
        let protocol = P::new(params, assumptions.nodes)?;
        let assumed = Asked::assumed(&assumptions);
        let space = Space::new(protocol, assumptions).map_err(|error| error.to_string())?;
        Asked::of(space, base, assumed, limits, strategy)
    }

    /// What is assumed, in words.
    pub(crate) fn assumed<P: Explored>(assumptions: &Assumptions<P>) -> Vec<String> {
        let (nodes, network, budgets) = (assumptions.nodes, assumptions.network, assumptions.budgets);
        let mut assumed = vec![
            format!("{}, {}", counted(nodes.servers, "server"), counted(nodes.clients, "client")),
            format!("the network is {}", network.words()),
            budgets.words(),
        ];
        if let Some(ticks) = assumptions.ticks {
            let apart = match ticks.apart {
                0 => "all together".to_owned(),
                apart => format!("at most {apart} units apart"),
            };
            assumed.push(format!("each clock goes on {} times at most, {apart}", ticks.most));
        }
        assumed.extend(assumptions.narrowed.map(|narrowed| narrowed.words.to_owned()));
        assumed
    }

    /// A search through a space.
    pub(crate) fn of<P: Explored>(
        space: Space<P>,
        base: Scenario,
        assumed: Vec<String>,
        limits: Limits,
        strategy: Strategy,
    ) -> Result<Asked, String> {
        let search = Search::with(space, limits, strategy).map_err(|error| error.to_string())?;
        Ok(Asked { search: Box::new(Held { search, base, told: None }), assumed })
    }
}

fn counted(number: u16, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
