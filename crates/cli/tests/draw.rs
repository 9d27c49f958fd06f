//! Stories of `lightcone draw`.

mod common;

use common::{TempFile, lightcone, lightcone_reading, printed};

#[test]
fn a_picture_is_a_stand_alone_svg_file() {
    let file = TempFile::new("raft.svg", "");
    assert_eq!(printed(&["draw", "raft", "--until", "1s", "-o", file.path()]), "");
    let svg = file.content();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(!svg.contains("<script") && !svg.contains("href=\"http"));
    for lane in ["A", "B", "C", "D", "E", "c1"] {
        assert!(svg.contains(&format!(">{lane}<")), "no lane {lane}");
    }
    assert_eq!(printed(&["draw", "raft", "--until", "1s", "-o", "-"]), svg);
}

#[test]
fn every_option_changes_the_picture() {
    let draw = |options: &[&str]| {
        let words: Vec<&str> =
            ["draw", "raft", "--until", "1s", "-o", "-"].iter().chain(options).copied().collect();
        printed(&words)
    };
    let plain = draw(&[]);
    assert_eq!(draw(&["--scale", "warped", "--flow", "lr", "--theme", "light", "--labels", "full"]), plain);
    for options in [
        ["--scale", "true"],
        ["--scale", "logical"],
        ["--flow", "tb"],
        ["--theme", "dark"],
        ["--labels", "none"],
        ["--at", "300ms"],
    ] {
        assert_ne!(draw(&options), plain, "{options:?}");
    }
    assert_ne!(draw(&["--scale", "true"]), draw(&["--scale", "true", "--width", "4000"]));
}

/// The width that a picture says it has.
fn width(svg: &str) -> f64 {
    let (_, after) = svg.split_once("width=\"").expect("a width");
    after.split('"').next().and_then(|width| width.parse().ok()).expect("a number")
}

#[test]
fn a_picture_fits_a_screen_or_says_why_it_does_not() {
    for short in [
        &["paxos"][..],
        &["2pc"],
        &["raft", "--until", "1s"],
        &["raft", "--scale", "true", "--width", "1600"],
    ] {
        let words: Vec<&str> = ["draw"].iter().chain(short).chain(&["-o", "-"]).copied().collect();
        let width = width(&printed(&words));
        assert!((400.0..=1_700.0).contains(&width), "{short:?}: {width}");
    }
    let said = lightcone(&["draw", "raft", "-o", "-"]);
    assert!(said.code == 0 && said.err.contains("--width"), "{}", said.err);
    assert!(width(&said.out) < 6_000.0, "{}", width(&said.out));
}

#[test]
fn a_link_brings_its_own_view_and_playhead() {
    let linked = printed(&["draw", "#raft?until=1s&t=300ms&view.scale=logical", "-o", "-"]);
    let flagged =
        printed(&["draw", "raft", "--until", "1s", "--at", "300ms", "--scale", "logical", "-o", "-"]);
    assert_eq!(linked, flagged);
    let said = lightcone(&["draw", "#raft?view.scale=7", "-o", "-"]);
    assert_eq!((said.code, said.err.lines().count()), (2, 1), "{}", said.err);
}

#[test]
fn a_violated_run_is_drawn_all_the_same() {
    let raft = lightcone_protocols::find("raft").expect("Raft");
    let codes: Vec<i32> = (raft.examples)()
        .into_iter()
        .map(|(_, scenario)| {
            let said = lightcone_reading(
                &serde_json::to_string(&scenario).expect("JSON"),
                &["draw", "-", "-o", "-"],
            );
            assert!(said.out.ends_with("</svg>\n"));
            said.code
        })
        .collect();
    assert!(codes.contains(&0) && codes.contains(&1), "{codes:?}");
}

#[test]
fn a_long_run_is_drawn_from_afar() {
    let draw = |more: &[&str]| {
        let words: Vec<&str> = ["draw", "raft", "--until", "60s", "--width", "1200", "-o", "-"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        printed(&words)
    };
    let svg = draw(&["--overview"]);
    assert!(
        svg.contains("bars count events") && svg.contains(" in ") && svg.contains("class=\"count e"),
        "{svg}"
    );
    assert!(svg.len() < draw(&["--scale", "true"]).len(), "{} bytes", svg.len());
}
