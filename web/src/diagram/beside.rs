//! A second diagram: another branch at the same playhead, with what differs lit in both.

use std::rc::Rc;

use lightcone_sim::compare::Parting;
use lightcone_sim::cone::Cone;
use yew::prelude::*;

use crate::desk::{Desk, Pop, use_desk};
use crate::diagram::other::use_other;
use crate::diagram::pane::{Pane, Shown};
use crate::lazy;
use crate::panels::branches::compared;
use crate::store::look::Look;
use crate::store::pick::Pick;
use crate::store::work::Work;
use crate::store::work::branches::Branch;
use crate::words;

/// What two branches differ in.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// All that may differ; `None`: everything may.
    pub cone: Option<Rc<Cone>>,
    parting: Parting,
}

/// The difference between the branch at work and another one, whose run is computed for it.
pub fn difference(work: &Work, other: &Work) -> Difference {
    let (here, there) = (work.run.session(), other.run.session());
    let cone = Cone::of_edit((&work.scenario, here.trace()), (&other.scenario, there.trace()));
    Difference { cone: cone.map(Rc::new), parting: Parting::of(&*here, &*there) }
}

impl Difference {
    fn words(&self, quiz: bool) -> String {
        let events = |count: usize| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
        match self.parting.at {
            _ if quiz => String::new(),
            None => "the same to the end".to_owned(),
            Some(at) => format!(
                "the same until {}; then {} of the upper one and {} of this one differ",
                words::clock(at.at),
                events(self.parting.only_first),
                events(self.parting.only_second)
            ),
        }
    }
}

/// What [`BESIDE`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct BesideProps {
    /// The branch that is shown.
    pub branch: Branch,
    /// The branch at work.
    pub work: UseReducerHandle<Work>,
    /// How both are looked at.
    pub look: UseReducerHandle<Look>,
    /// Size of the smallest text.
    pub text_px: f64,
    /// Whether the window is a phone's.
    pub narrow: bool,
    /// Whether the room is dark.
    pub dark: bool,
    /// Told what differs.
    pub ondiffers: Callback<Option<Difference>>,
}

lazy::chunk! {
    /// The second diagram. Its playhead and the page's are one: whichever is moved, the other follows.
    pub static BESIDE: beside(BesideProps) = |props| html! { <Beside ..props.clone() /> };
}

#[component]
fn Beside(props: &BesideProps) -> Html {
    let desk = use_desk();
    let branch = &props.branch;
    let other = use_other(branch, &props.work);
    let pick = use_state_eq(|| None::<Pick>);
    let pop = use_state_eq(|| None::<Pop>);
    let shown = use_memo((), |()| Shown::default());
    let differs = use_memo((props.work.run.clone(), other.run.clone()), {
        let (work, other) = (props.work.clone(), other.clone());
        move |_| difference(&work, &other)
    });
    use_effect_with(differs.clone(), {
        let tell = props.ondiffers.clone();
        move |differs| {
            tell.emit(Some((**differs).clone()));
            move || tell.emit(None)
        }
    });
    let own = Desk { work: other.dispatcher(), pick: pick.setter(), pop: pop.setter(), ..desk.clone() };
    html! {
        <div class="beside" role="region" aria-label={format!("Branch {}", branch.name)}>
            <div class="beside-head">
                <h2>{ branch.name.clone() }</h2>
                <p class="small beside-words">{ differs.words(props.work.quiz) }</p>
                { compared(&desk, false, branch.id, &branch.name) }
            </div>
            <ContextProvider<Desk> context={own}>
                <Pane work={other.clone()} look={props.look.clone()} text_px={props.text_px} pick={*pick} narrow={props.narrow} dark={props.dark} options_open=false shown={(*shown).clone()} lit={differs.cone.clone()} fixed=true />
            </ContextProvider<Desk>>
        </div>
    }
}
