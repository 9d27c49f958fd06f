//! The labs of the course tell the truth, start to finish.

use lightcone_labs::{CHAPTERS, Judge, TaskKind, catalog, check, course, end, find, read};
use lightcone_protocols::all;
use lightcone_sim::ids::MsgId;
use lightcone_sim::scenario::Action;
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;

fn run(scenario: lightcone_sim::scenario::Scenario) -> Box<dyn Session> {
    let until = scenario.until;
    let entry = lightcone_protocols::find(&scenario.protocol).expect("a known protocol");
    let mut session = (entry.start)(scenario).expect("a valid scenario");
    assert_eq!(session.run_until(until, 1_000_000), Progress::Done);
    session
}

#[test]
fn every_claim_of_every_lab_holds() {
    let labs = catalog();
    assert!(labs.len() >= 7);
    for (id, text) in labs {
        let lab = read(&id, text, all()).unwrap_or_else(|error| panic!("{error}"));
        let checked = check(&lab, all());
        for claim in &checked.claims {
            assert!(claim.holds, "{id}:{}: {}: {}", claim.line, claim.step, claim.text);
        }
        let asks = lab.steps.iter().filter(|step| step.prediction.is_some()).count();
        let tasks = lab.steps.iter().filter(|step| step.task.is_some()).count();
        assert!(asks >= 1 && tasks >= 1, "{id} has something to predict and something to do");
    }
}

/// Whatever was agreed on, there is a messenger whose loss parts the generals; and it is the last one, always.
#[test]
fn the_loss_of_the_last_messenger_parts_the_generals_and_no_other_single_loss_does() {
    let lab =
        read("net/two-generals", find("net/two-generals").expect("it is there"), all()).expect("it reads");
    for messengers in 1..=5_u32 {
        let mut parted = Vec::new();
        for lost in 0..1_u32 << messengers {
            let mut scenario = lab.scenario.clone();
            scenario.params.insert("messengers".to_owned(), messengers.into());
            for number in (0..messengers).filter(|number| lost >> number & 1 == 1) {
                // A sends the first, the third and the fifth; B the others. Each is caught as it sets out.
                let sender = lightcone_sim::ids::NodeId::server((number % 2) as u16);
                let id = MsgId::new(sender, number / 2 + 1);
                let sent = run(scenario.clone()).trace().message(id).map(|message| message.sent.0);
                if let Some(sent) = sent {
                    scenario.push(sent + Ns(1), Action::Drop { message: id });
                }
            }
            let session = run(scenario.clone());
            if !session.trace().violations().is_empty() {
                parted.push(lost);
            }
        }
        assert_eq!(parted, [1 << (messengers - 1)], "{messengers} messengers");
    }
}

/// Wherever the coordinator crashes, before or after any effect of any of its activations, the transaction happens
/// everywhere or nowhere; and only where it crashes after the votes are others blocked.
#[test]
fn every_crash_point_of_the_coordinator() {
    let lab = read("txn/2pc", find("txn/2pc").expect("it is there"), all()).expect("it reads");
    let coordinator = lightcone_sim::ids::NodeId::server(0);
    let whole = run(lab.scenario.clone());
    let (mut points, mut blocked) = (0, Vec::new());
    for index in 1..=whole.trace().lane(coordinator).map_or(0, |lane| lane.events.len() as u32) {
        let event = lightcone_sim::ids::EventId { node: coordinator, index };
        let effects = whole.explain(event).map_or(0, |told| told.effects.len() as u32);
        for after in 0..=effects {
            let mut scenario = lab.scenario.clone();
            scenario.push(Ns(1), Action::CrashInside { event, after });
            scenario.push(Ns::s(3), Action::Recover { node: coordinator });
            let session = run(scenario);
            assert!(session.trace().violations().is_empty(), "{event} after {after} effects");
            points += 1;
            let uncertain = lightcone_labs::Predicate::Field(lightcone_labs::predicate::Field {
                node: lightcone_sim::ids::NodeId::server(1),
                name: "uncertain".to_owned(),
                is: None,
                contains: Some("t1".to_owned()),
            });
            let now = lightcone_sim::order::Key::end_of(Ns::s(2));
            if Judge::new(&*session, &[]).holds(&uncertain, now) {
                blocked.push((event.to_string(), after));
            }
            assert!(end(&*session) > now);
        }
    }
    assert!(points >= 20, "{points} crash points");
    let told: Vec<(&str, u32)> = blocked.iter().map(|(event, after)| (event.as_str(), *after)).collect();
    assert!(told.contains(&("A:6", 0)) && told.contains(&("A:6", 1)), "{told:?}");
    assert!(!told.iter().any(|(event, _)| ["A:1", "A:2", "A:3"].contains(event)), "{told:?}");
}

#[test]
fn what_is_told_of_a_lab_before_it_is_fetched_is_what_stands_in_it() {
    let labs = catalog();
    assert_eq!(course().len(), labs.len());
    for (id, text) in labs {
        let lab = read(&id, text, all()).unwrap_or_else(|error| panic!("{error}"));
        let told = course().iter().find(|told| told.id == id).expect("it is in the catalogue");
        assert_eq!((&told.title, &told.chapter, &told.claim), (&lab.title, &lab.chapter, &lab.claim));
        assert_eq!(told.protocol, lab.scenario.protocol);
        let steps = lab.steps.iter().map(|step| {
            let task = step.task.as_ref();
            (step.title.as_str(), task.is_some_and(|task| task.kind == TaskKind::Challenge))
        });
        assert!(told.steps.iter().map(|step| (step.title.as_str(), step.challenge)).eq(steps), "{id}");
    }
    let place = |chapter: &str| CHAPTERS.iter().position(|known| *known == chapter);
    assert!(course().is_sorted_by_key(|lab| place(&lab.chapter)), "in the order of the chapters");
}
