//! What can be said of causality in a lab, and what is wrong with what cannot.

use lightcone_labs::predicate::HappensBefore;
use lightcone_labs::{Judge, Lab, Place, Predicate, end, find, read};
use lightcone_protocols::all;
use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use serde::Deserialize;

const LAB: &str = "clocks/vector";

fn lab() -> Lab {
    read(LAB, find(LAB).expect("it is there"), all()).unwrap_or_else(|bad| panic!("{bad}"))
}

fn run(lab: &Lab) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(&lab.scenario.protocol).expect("a known protocol");
    let mut run = (entry.start)(lab.scenario.clone()).expect("a valid scenario");
    run.run_until(lab.scenario.until, 10_000);
    run
}

/// A predicate as it is written in a lab.
fn predicate(text: &str) -> Predicate {
    #[derive(Deserialize)]
    struct Block {
        that: Predicate,
    }
    toml::from_str::<Block>(&format!("that = {text}")).unwrap_or_else(|error| panic!("{text}: {error}")).that
}

#[test]
fn predicates_about_causality_say_what_the_run_says() {
    let lab = lab();
    let run = run(&lab);
    let judge = Judge::new(&*run, &[]);
    for (text, holds) in [
        (r#"{ happens-before = { first = "A:2", then = "B:3" } }"#, true),
        (r#"{ happens-before = { first = "A:2", then = "B:3", is = false } }"#, false),
        (r#"{ happens-before = { first = "B:3", then = "A:2" } }"#, false),
        (r#"{ happens-before = { first = "B:3", then = "C:3", is = false } }"#, true),
        (r#"{ happens-before = { first = "sent A#1", then = "got A#1" } }"#, true),
        (r#"{ happens-before = { first = "got A#1", then = "sent B#1" } }"#, true),
        (r#"{ concurrent = ["B:3", "C:3"] }"#, true),
        (r#"{ concurrent = ["B:3", "C:3", "A:2"] }"#, false),
        (r#"{ concurrent = ["B:3", "B:3"] }"#, false),
        (r#"{ lamport = { event = "A:2", is = 3 } }"#, true),
        (r#"{ lamport = { event = "A:2", is = 4 } }"#, false),
        (r#"{ lamport = { event = "A:2", is = 3, less-than = "A:1" } }"#, false),
        (r#"{ consistent-cut = { last = ["c1:2", "A:2"] } }"#, true),
        (r#"{ consistent-cut = { last = ["A:2"] } }"#, false),
        (r#"{ consistent-cut = { last = [] } }"#, true),
    ] {
        assert_eq!(judge.holds(&predicate(text), end(&*run)), holds, "{text}");
    }
}

/// What has not happened can neither be said to be so nor not to be so.
#[test]
fn nothing_holds_of_events_that_have_not_happened() {
    let run = run(&lab());
    let judge = Judge::new(&*run, &[]);
    let early = Key::end_of(Ns::ms(130));
    for text in [
        r#"{ happens-before = { first = "A:2", then = "B:3" } }"#,
        r#"{ happens-before = { first = "A:2", then = "B:3", is = false } }"#,
        r#"{ concurrent = ["A:2", "B:3"] }"#,
        r#"{ lamport = { event = "got A#1" } }"#,
        r#"{ consistent-cut = { last = ["B:3"] } }"#,
        r#"{ consistent-cut = { last = ["B:3"], is = false } }"#,
    ] {
        assert!(!judge.holds(&predicate(text), early), "{text}");
    }
    for missing in ["A:99", "sent A#99", "got A#99"] {
        let text = format!(r#"{{ lamport = {{ event = "{missing}" }} }}"#);
        assert!(!judge.holds(&predicate(&text), end(&*run)), "{text}");
    }
}

/// For every two events of the lab's run the judge and plain reachability agree.
#[test]
fn the_judge_agrees_with_reachability_for_every_pair() {
    let run = run(&lab());
    let (trace, judge) = (run.trace(), Judge::new(&*run, &[]));
    let mut pairs = 0;
    for &then in trace.order() {
        let mut past = vec![then];
        let mut place = 0;
        while let Some(&event) = past.get(place) {
            let before = (event.index > 1).then(|| EventId { index: event.index - 1, ..event });
            past.extend(before.into_iter().chain(trace.cause(event)));
            place += 1;
        }
        for &first in trace.order() {
            let said = HappensBefore { first: Place::Event(first), then: Place::Event(then), is: true };
            let expected = first != then && past.contains(&first);
            assert_eq!(
                judge.holds(&Predicate::HappensBefore(said), end(&*run)),
                expected,
                "{first} → {then}"
            );
            pairs += 1;
        }
    }
    assert_eq!(pairs, trace.order().len().pow(2));
}

#[test]
fn a_slip_in_an_event_s_name_is_told() {
    let text = find(LAB).expect("it is there");
    for (old, new, says) in [
        (
            r#"first = "A:2", then = "B:3" } },"#,
            r#"first = "A2", then = "B:3" } },"#,
            "`sent A#2` or `got A#2`",
        ),
        (r#"first = "A:2", then = "B:3" } },"#, r#"first = "sent A:2", then = "B:3" } },"#, "`got A#2`"),
        (r#"first = "A:2", then = "B:3" } },"#, r#"first = "D:2", then = "B:3" } },"#, "no node `D`"),
        (r#"concurrent = ["B:3", "C:1"]"#, r#"concurrent = ["B:3", "got E#1"]"#, "no node `E`"),
        (r#"last = ["c1:1", "A:2"], is"#, r#"last = ["c9:1", "A:2"], is"#, "no node `c9`"),
    ] {
        assert!(text.contains(old), "{old}");
        let said = match read(LAB, &text.replacen(old, new, 1), all()) {
            Ok(_) => panic!("{new} reads"),
            Err(bad) => bad.to_string(),
        };
        assert!(said.contains(says), "{said}");
    }
}
