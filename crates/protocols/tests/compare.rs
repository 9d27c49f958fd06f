//! Where two runs part: never outside the light cone of the edit that lies between them.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::raft::Raft;
use lightcone_sim::compare::Parting;
use lightcone_sim::cone::Cone;
use lightcone_sim::landmarks::Landmark;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::Action;
use lightcone_sim::time::Ns;
use story::*;

#[test]
fn a_run_is_the_same_as_itself() {
    let (one, other) = (play::<Raft>(Raft::scenario(None)), play::<Raft>(Raft::scenario(None)));
    assert_eq!(Parting::of(one.session(), other.session()), Parting::default());
}

#[test]
fn runs_part_where_the_edit_acts_and_what_differs_lies_in_its_cone() {
    let calm = play::<Raft>(Raft::scenario(None));
    let leader = calm.session().trace().next_landmark(Key::START, Landmark::Leader).expect("a leader").0.node;
    for at in [Ns::ms(700), Ns::s(2), Ns::s(5)] {
        let mut scenario = Raft::scenario(None);
        scenario.push(at, Action::Crash { node: leader });
        let edited = play::<Raft>(scenario);
        let (one, other) = (calm.session(), edited.session());
        let parting = Parting::of(one, other);
        assert_eq!(parting.at.map(|key| key.at), Some(at), "the crash is the first event that only one has");
        let cone = Cone::of_edit((one.scenario(), one.trace()), (other.scenario(), other.trace()));
        let cone = cone.expect("it is an edit");
        let inside = |trace: &lightcone_sim::trace::Trace| {
            let all = trace.order().iter();
            all.filter(|&&id| {
                trace.event(id).is_some_and(|event| cone.contains(id.node, event.key.instant()))
            })
            .count()
        };
        assert!((1..=inside(one.trace())).contains(&parting.only_first), "{parting:?}");
        assert!((1..=inside(other.trace())).contains(&parting.only_second), "{parting:?}");
        let back = Parting::of(other, one);
        assert_eq!((back.only_first, back.only_second), (parting.only_second, parting.only_first));
    }
}
