//! Another branch beside the one at work, whatever it is drawn as: its run, at the same playhead.

use std::rc::Rc;

use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::hooks::computing::use_computing;
use crate::store::work::branches::Branch;
use crate::store::work::{Work, WorkAction};

/// The other branch as a document of its own. Its playhead and the page's are one: whichever is moved, the other follows.
/// What is done to it is done to the branch.
#[hook]
pub fn use_other(branch: &Branch, work: &UseReducerHandle<Work>) -> UseReducerHandle<Work> {
    let desk = use_desk();
    let other = use_reducer(|| opened(branch, work).unwrap_or_else(|| (**work).clone()));
    use_computing(&other);
    let both = use_mut_ref(|| work.now);
    use_effect_with((branch.id, branch.scenario.clone(), work.quiz), {
        let (other, branch, work) = (other.clone(), branch.clone(), work.clone());
        move |_| {
            if (!Rc::ptr_eq(&other.scenario, &branch.scenario) || other.quiz != work.quiz)
                && let Some(opened) = opened(&branch, &work)
            {
                other.dispatch(WorkAction::Replace(Box::new(opened)));
            }
        }
    });
    use_effect_with(work.now, {
        let (other, both) = (other.dispatcher(), both.clone());
        move |&now| {
            if both.replace(now) != now {
                other.dispatch(WorkAction::Go(now));
            }
        }
    });
    use_effect_with(other.now, {
        let (desk, both) = (desk.clone(), both.clone());
        move |&now| {
            if both.replace(now) != now {
                desk.go(now);
            }
        }
    });
    use_effect_with(other.scenario.clone(), {
        let (desk, kept, id) = (desk.clone(), branch.scenario.clone(), branch.id);
        move |scenario| {
            if !Rc::ptr_eq(scenario, &kept) {
                desk.work.dispatch(WorkAction::EditBranch(id, scenario.clone()));
            }
        }
    });
    other
}

/// A branch at the playhead of the one at work, if it runs. A quiz hides what lies ahead in either.
fn opened(branch: &Branch, beside: &Work) -> Option<Work> {
    let scenario = (*branch.scenario).clone();
    let mut work = Work::open(branch.id, scenario, Some(beside.now), beside.quiz).ok()?;
    work.scenario = branch.scenario.clone();
    Some(work)
}

/// Something that is looked into in the other branch.
#[derive(Clone, PartialEq)]
pub struct Elsewhere {
    /// What the branch is called.
    pub name: AttrValue,
    /// The branch, as a document of its own.
    pub work: UseReducerHandle<Work>,
    /// Ways to change that document, and what is picked in it.
    pub desk: Desk,
    /// What is looked into.
    pub pick: crate::store::pick::Pick,
}
