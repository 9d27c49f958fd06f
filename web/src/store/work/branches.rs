//! Branches: scenarios of one document that were kept beside the one at work, each with its past and its name.

use std::rc::Rc;

use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;

use crate::store::work::{History, Moment, Work};

/// The longest name, in characters.
const LONGEST: usize = 40;

/// One branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Its number among the branches of the document.
    pub id: u32,
    /// The branch that it was made from.
    pub parent: Option<u32>,
    /// What it is called.
    pub name: String,
    /// What runs. Of the branch at work this is as it was when it was last left.
    pub scenario: Rc<Scenario>,
    /// The playhead when it was left.
    pub now: Key,
    /// Where undo and redo led when it was left.
    pub history: History,
}

/// The branches of a document; none until the first one is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Branches {
    /// All, each after its parent.
    pub list: Rc<Vec<Branch>>,
    /// The one at work.
    pub current: u32,
    /// The one that is shown beside it.
    pub beside: Option<u32>,
}

impl Branches {
    /// The branch of this number.
    pub fn get(&self, id: u32) -> Option<&Branch> {
        self.list.iter().find(|branch| branch.id == id)
    }

    /// The branch that is shown beside the one at work.
    pub fn shown(&self) -> Option<&Branch> {
        self.beside.filter(|&id| id != self.current).and_then(|id| self.get(id))
    }

    /// The branches as a tree, flattened: each with its depth, children behind their parents.
    pub fn tree(&self) -> Vec<(usize, &Branch)> {
        fn below<'a>(
            list: &'a [Branch],
            parent: Option<u32>,
            depth: usize,
            tree: &mut Vec<(usize, &'a Branch)>,
        ) {
            for branch in list.iter().filter(|branch| branch.parent == parent) {
                tree.push((depth, branch));
                below(list, Some(branch.id), depth + 1, tree);
            }
        }
        let mut tree = Vec::new();
        below(&self.list, None, 0, &mut tree);
        tree
    }
}

impl Work {
    /// A new branch begins here; the present one stays as it is.
    pub(super) fn branch(&mut self) {
        if self.branches.list.is_empty() {
            let first = self.as_branch(1, None, "First".to_owned());
            self.branches = Branches { list: Rc::new(vec![first]), current: 1, beside: None };
        }
        self.leave();
        let id = self.branches.list.iter().map(|branch| branch.id).max().unwrap_or(0) + 1;
        let made = self.as_branch(id, Some(self.branches.current), format!("Branch {id}"));
        let from = self.branches.current;
        Rc::make_mut(&mut self.branches.list).push(made);
        (self.branches.current, self.branches.beside) = (id, Some(from));
        self.say(format!("Branch {id} begins here; what was so far is kept, and shown beside it."));
    }

    fn as_branch(&self, id: u32, parent: Option<u32>, name: String) -> Branch {
        let (scenario, history) = (self.scenario.clone(), self.history().clone());
        Branch { id, parent, name, scenario, now: self.now, history }
    }

    /// Writes down how the branch at work stands.
    fn leave(&mut self) {
        let (scenario, history, now) = (self.scenario.clone(), self.history().clone(), self.now);
        let current = self.branches.current;
        for branch in Rc::make_mut(&mut self.branches.list).iter_mut().filter(|branch| branch.id == current) {
            (branch.scenario, branch.history, branch.now) = (scenario.clone(), history.clone(), now);
        }
    }

    /// Goes over to another branch; where both are shown they change places. The playhead stays at its time.
    pub(super) fn switch(&mut self, id: u32) {
        let Some(to) = self.branches.get(id).filter(|_| id != self.branches.current).cloned() else { return };
        let run = match self.run.edited(&to.scenario) {
            Ok(run) => run,
            Err(bad) => return self.complain(bad),
        };
        self.leave();
        if self.branches.beside == Some(id) {
            self.branches.beside = Some(self.branches.current);
        }
        self.branches.current = id;
        self.playing = false;
        let run = if self.now.at > to.scenario.until { run.until(self.now.at) } else { run };
        self.take(to.scenario, run, true);
        self.remember(to.history);
        self.say(format!("Now at work: {}.", to.name));
    }

    pub(super) fn rename_branch(&mut self, id: u32, name: &str) {
        let name: String = name.trim().chars().take(LONGEST).collect();
        if let Some(branch) = Rc::make_mut(&mut self.branches.list).iter_mut().find(|branch| branch.id == id)
            && !name.is_empty()
        {
            branch.name = name;
        }
    }

    pub(super) fn edit_branch(&mut self, id: u32, scenario: Rc<Scenario>) {
        let current = self.branches.current;
        let list = Rc::make_mut(&mut self.branches.list);
        for branch in list.iter_mut().filter(|branch| branch.id == id && id != current) {
            let before = Moment {
                scenario: std::mem::replace(&mut branch.scenario, scenario.clone()),
                now: branch.now,
            };
            Rc::make_mut(&mut branch.history.past).push(before);
            branch.history.future = Rc::default();
        }
    }

    /// Takes out a branch that is not at work; those that were made from it stay, as its parent's.
    pub(super) fn drop_branch(&mut self, id: u32) {
        let Some(gone) = self.branches.get(id).filter(|_| id != self.branches.current).cloned() else {
            return;
        };
        let list = Rc::make_mut(&mut self.branches.list);
        list.retain(|branch| branch.id != id);
        list.iter_mut()
            .filter(|branch| branch.parent == Some(id))
            .for_each(|branch| branch.parent = gone.parent);
        self.branches.beside = self.branches.beside.filter(|&beside| beside != id);
        self.say(format!("{} is taken out.", gone.name));
    }

    /// Shows a branch beside the one at work, or no longer.
    pub(super) fn show_beside(&mut self, id: Option<u32>) {
        self.branches.beside = id;
    }
}
