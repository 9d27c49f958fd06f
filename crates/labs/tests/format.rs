//! What is wrong with a lab is told with file, line, and what would be right.

use lightcone_labs::{Beat, Block, Inline, TEMPLATE, Target, check, paragraphs, read, summed_up};
use lightcone_protocols::all;
use lightcone_sim::time::Ns;

/// The template with one piece of text in place of another.
fn with(old: &str, new: &str) -> String {
    assert!(TEMPLATE.contains(old), "{old}");
    TEMPLATE.replacen(old, new, 1)
}

fn refused(text: &str) -> String {
    match read("my.md", text, all()) {
        Ok(_) => panic!("it reads"),
        Err(bad) => bad.to_string(),
    }
}

/// The line that a text stands in.
fn line(text: &str) -> usize {
    TEMPLATE.lines().position(|line| line.contains(text)).expect("it stands there") + 1
}

#[test]
fn the_template_is_a_lab_and_true() {
    let lab = read("my.md", TEMPLATE, all()).unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!((lab.title.as_str(), lab.steps.len()), ("My first lab", 3));
    let checked = check(&lab, all());
    assert!(checked.holds(), "{checked:?}");
}

#[test]
fn a_slip_is_told_with_its_line_and_what_was_meant() {
    let cases = [
        ("chapter = \"Consensus\"", "chapter = \"Concensus\"", "chapter =", "did you mean `Consensus`?"),
        ("protocol = \"raft\"", "protocol = \"rafd\"", "[scenario]", "did you mean `raft`?"),
        ("```look\nat = \"1s\"", "```lok\nat = \"1s\"", "at = \"1s\"", "did you mean `look`?"),
        ("at = \"1s\"\nfrom", "at = \"1 sec\"\nfrom", "at = \"1s\"", "is not a time"),
        ("{ not = { role", "{ nott = { role", "{ not = { role", "did you mean `not`?"),
        ("at-least = 1", "at-leest = 1", "at-least = 1", "did you mean `at-least`?"),
        (
            "that = { at =",
            "that = { violated = \"agrement\" } # ",
            "that = { at =",
            "Raft has no invariant `agrement`",
        ),
        ("do = \"crash\"", "do = \"crush\"", "[scenario]", "must be one of crash"),
        (
            "node = \"C\", is = \"leader\" } } } }",
            "node = \"Z\", is = \"leader\" } } } }",
            "that = { at =",
            "there is no node `Z`",
        ),
        ("](at:1s)", "](javascript:alert)", "(at:1s)", "leads nowhere"),
    ];
    for (old, new, at, says) in cases {
        let said = refused(&with(old, new));
        assert!(said.starts_with(&format!("my.md:{}: ", line(at))), "{said}");
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn what_is_no_lab_at_all_says_so() {
    for (text, says) in [
        ("", "begins with a line `+++`"),
        ("# A title\n", "begins with a line `+++`"),
        ("+++\ntitle = 1\n", "does not end"),
        ("+++\nformat = 2\n+++\n", "missing field"),
    ] {
        let said = refused(text);
        assert!(said.contains(says), "{said}");
    }
    let newer = refused(&with("format = 1", "format = 9"));
    assert!(newer.contains("format 9"), "{newer}");
    let stepless = TEMPLATE.split("## A leader").next().expect("a beginning").to_owned();
    assert!(refused(&stepless).contains("at least one step"));
}

#[test]
fn a_claim_that_is_not_so_is_found_out() {
    let lies = [
        with("node = \"C\", is = \"leader\" } } } }", "node = \"B\", is = \"leader\" } } } }"),
        with("when = { not = { role = { is = \"leader\" } } }", "when = { safe = true }"),
        with(
            "goal = \"Bring C back, and have it lead again.\"\nwhen = { role = { node = \"C\", is = \"leader\" } }",
            "goal = \"Nothing\"\nwhen = { safe = true }",
        ),
        with("do = \"recover\", node = \"C\"", "do = \"recover\", node = \"B\""),
    ];
    for lie in lies {
        let lab = read("my.md", &lie, all()).unwrap_or_else(|bad| panic!("{bad}"));
        assert!(!check(&lab, all()).holds(), "{lie}");
    }
}

#[test]
fn html_is_text_and_links_lead_into_the_run() {
    let text = with("C leads.", "C leads <b onclick=alert(1)>now</b>.");
    let lab = read("my.md", &text, all()).unwrap_or_else(|bad| panic!("{bad}"));
    let Some(Block::Paragraph(content)) = lab.steps[0].prose.first() else { panic!("a paragraph") };
    let words = content.iter().filter_map(|inline| match inline {
        Inline::Text(text) => Some(text.as_str()),
        _ => None,
    });
    assert!(words.collect::<String>().contains("<b onclick=alert(1)>now</b>"));
    let links = content.iter().filter_map(|inline| match inline {
        Inline::Link { to, .. } => Some(to),
        _ => None,
    });
    assert!(matches!(links.collect::<Vec<_>>()[..], [Target::Moment(_), Target::Event(_)]));
}

#[test]
fn a_step_selects_an_event_or_a_message_that_there_is() {
    let selected = |what: &str| {
        let text = with("at = \"1s\"\nfrom", &format!("at = \"1s\"\nselect = \"{what}\"\nfrom"));
        read("my.md", &text, all())
    };
    for there in ["A:2", "A#1"] {
        let lab = selected(there).unwrap_or_else(|bad| panic!("{bad}"));
        let select = lab.steps.iter().find_map(|step| step.look.select);
        assert_eq!(select.map(|select| select.to_string()).as_deref(), Some(there));
        assert!(check(&lab, all()).holds(), "{there}");
    }
    for missing in ["A:100000", "A#100000"] {
        let checked = check(&selected(missing).expect("it reads"), all());
        assert!(checked.claims.iter().any(|claim| !claim.holds && claim.text.contains(missing)), "{missing}");
    }
    assert!(selected("somewhere").unwrap_err().to_string().contains("somewhere"));
}

#[test]
fn an_audience_is_told_a_step_in_short_and_the_lecturer_all_of_it() {
    let lab = read(
        "my.md",
        &with(
            "## A leader",
            "## A leader\n\nIt takes 2.5 s. Then **A** leads. And this sentence is so long that an audience which had to read it as well would not look at the diagram any more, but at the words.\n\n- one\n- two\n\n## A leader",
        ),
        all(),
    );
    let lab = lab.unwrap_or_else(|bad| panic!("{bad}"));
    let prose = &lab.steps[0].prose;
    assert_eq!(summed_up(prose), "It takes 2.5 s. Then A leads.");
    assert_eq!(paragraphs(prose).len(), 3);
    assert_eq!(paragraphs(prose)[1..], ["one", "two"]);
}

#[test]
fn a_clicker_goes_through_a_lab_press_by_press_and_the_same_way_back() {
    let lab = read("my.md", TEMPLATE, all()).unwrap_or_else(|bad| panic!("{bad}"));
    let mut way = vec![(0, 0)];
    while lab.beat_after(way[way.len() - 1], 1) != way[way.len() - 1] {
        way.push(lab.beat_after(way[way.len() - 1], 1));
    }
    let beats: Vec<Beat> = way.iter().map(|&(step, beat)| lab.steps[step].beats()[beat]).collect();
    assert_eq!(way[way.len() - 1].0, lab.steps.len() - 1, "to the last step");
    let asks = lab.steps.iter().filter(|step| step.prediction.is_some()).count();
    let tasks = lab.steps.iter().filter(|step| step.task.is_some()).count();
    let all = |beat| beats.iter().filter(|&&one| one == beat).count();
    assert_eq!(
        (all(Beat::Ask), all(Beat::Answer), all(Beat::Goal), all(Beat::Solution)),
        (asks, asks, tasks, tasks)
    );
    for pair in way.windows(2) {
        assert_eq!(lab.beat_after(pair[1], -1), pair[0]);
    }
    assert_eq!(lab.beat_after(way[0], -1), way[0]);
}

#[test]
fn what_a_reader_does_stays_in_the_world_and_another_seed_does_not() {
    let lab = read("my.md", TEMPLATE, all()).unwrap_or_else(|bad| panic!("{bad}"));
    let mut done = lab.scenario.clone();
    done.script.clear();
    done.until = Ns::s(9);
    assert!(lab.scenario.is_same_world(&done));
    done.seed += 1;
    assert!(!lab.scenario.is_same_world(&done));
}

#[test]
fn a_step_may_be_of_another_protocol_and_the_next_is_of_the_heads_again() {
    let step = |block: &str| format!("\n## Another\n\n```scenario\n{block}\n```\n");
    let other = "protocol = \"generals\"\nparams = { messengers = 5 }";
    let text = [TEMPLATE.to_owned(), step(other), step("seed = 7")].concat();
    let lab = read("my.md", &text, all()).unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!((lab.scenario_of(3).protocol.as_str(), lab.scenario_of(3).nodes), ("generals", 2));
    assert_eq!((lab.scenario_of(4).protocol.as_str(), lab.scenario_of(4).seed), ("raft", 7));
    assert!(check(&lab, all()).holds());
    // Its own invariants can be asked for, and no others.
    let shows = |name: &str| format!("\n```shows\nthat = {{ not = {{ violated = \"{name}\" }} }}\n```\n");
    let asked = |name: &str| [TEMPLATE.to_owned(), step(other), shows(name)].concat();
    assert!(read("my.md", &asked("agreement"), all()).is_ok());
    assert!(refused(&asked("election safety")).contains("Two generals has no invariant `election safety`"));
    assert!(
        refused(&[TEMPLATE, &step("protocol = \"general\"")].concat()).contains("did you mean `generals`?")
    );
}
