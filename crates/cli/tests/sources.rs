//! Stories of what SCENARIO can be, and of `lightcone link`.

mod common;

use common::{TempFile, lightcone, lightcone_reading, printed};

const CRASH: &str = r#"{"version":1,"protocol":"raft","nodes":3,"seed":5,"until":4000000000,
    "script":[{"id":1,"at":1500000000,"do":"crash","node":"A"}]}"#;

#[test]
fn a_name_a_file_a_link_and_stdin_open_the_same_scenario() {
    let by_name = printed(&["hash", "raft", "--nodes", "3", "--seed", "7", "--until", "3s"]);
    let scenario = printed(&["scenario", "raft", "--nodes", "3", "--seed", "7", "--until", "3s"]);
    let file = TempFile::new("same.json", &scenario);
    for source in [
        file.path(),
        "raft?nodes=3&seed=7&until=3s",
        "#raft?nodes=3&seed=7&until=3s",
        "https://example.org/lightcone/#raft?nodes=3&seed=7&until=3s",
    ] {
        assert_eq!(printed(&["hash", source]), by_name, "{source}");
        let said = lightcone_reading(source, &["hash", "-"]);
        assert!(source == file.path() || said.out == by_name, "{source}: {}", said.err);
    }
    assert_eq!(lightcone_reading(&scenario, &["hash", "-"]).out, by_name);
}

#[test]
fn a_link_of_an_unedited_protocol_is_readable_and_one_of_an_edited_one_is_packed() {
    let plain = printed(&["link", "raft", "--nodes", "3", "--at", "2s"]);
    assert!(plain.starts_with("#raft?nodes=3&t=2s&v=1&h="), "{plain}");
    let edited = lightcone_reading(CRASH, &["link", "-"]).out;
    assert!(edited.starts_with("#1~") && edited.len() < 1_000, "{edited}");
    let hash = lightcone_reading(CRASH, &["hash", "-"]).out;
    assert_eq!(printed(&["hash", edited.trim()]), hash);
    assert_eq!(lightcone_reading(&edited, &["hash", "-"]).out, hash);
}

#[test]
fn a_link_from_a_run_that_differs_says_from_where() {
    let link = printed(&["link", "raft", "--at", "3s"]);
    let tampered = link.trim().replace("raft?", "raft?seed=2&");
    let said = lightcone(&["hash", &tampered]);
    assert_eq!((said.code, said.out.len()), (0, 65));
    assert!(
        said.err.contains("At or after event ") && said.err.contains("differs from when it was saved"),
        "{}",
        said.err
    );
    // Flags change the scenario knowingly: its old seal says nothing about it.
    let changed = lightcone(&["hash", link.trim(), "--seed", "2"]);
    assert_eq!((changed.code, changed.err.as_str()), (0, ""));
}

#[test]
fn what_is_no_scenario_is_exit_code_2_and_one_sentence() {
    let not_utf8 = TempFile::new("bytes.json", "");
    std::fs::write(not_utf8.path(), [0xff, 0xfe, 0x00]).expect("the target folder takes files");
    let empty = TempFile::new("empty.json", "");
    let broken = TempFile::new("broken.json", "{\"version\":1,\n\"protocol\":");
    let newer = TempFile::new("newer.json", "{\"version\":2}");
    let stranger = TempFile::new("stranger.json", &CRASH.replace("raft", "zab\\nzab"));
    let two_groups = TempFile::new(
        "op.json",
        &CRASH.replace("\"crash\",\"node\":\"A\"", "\"op\",\"client\":\"c1\",\"op\":\"\\n\""),
    );
    let cases: &[&[&str]] = &[
        &[],
        &["frobnicate"],
        &["run"],
        &["run", "nosuch"],
        &["run", "./nosuch.json"],
        &["run", "."],
        &["run", empty.path()],
        &["run", broken.path()],
        &["run", newer.path()],
        &["run", not_utf8.path()],
        &["run", stranger.path()],
        &["run", two_groups.path()],
        &["run", "2~AAAA"],
        &["run", "1~AAAA"],
        &["run", "#"],
        &["run", "raft?nodes=0"],
        &["run", "https://example.org/"],
        &["run", "raft", "--nodes", "0"],
        &["run", "raft", "--nodes", "1001"],
        &["run", "raft", "--nodes", "x"],
        &["run", "raft", "--seed", "-1"],
        &["run", "raft", "--until", "soon"],
        &["run", "raft", "--until", "2h"],
        &["run", "raft", "--until", "3601s"],
        &["run", "raft", "--set", "frob=1"],
        &["run", "raft", "--set", "election_timeout_min"],
        &["run", "raft", "--set", "election_timeout_min=soon"],
        &["run", "raft", "--set", "max_entries=-1"],
        &["run", "raft", "--format", "xml"],
        &["run", "raft", "--transport", "pigeons"],
        &["run", "raft", "--set", "transport=pigeons"],
        &["run", "raft?p.transport=pigeons"],
        &["run", "raft", "--set", "window=3"],
        &["run", "raft", "--transport", "connections", "--set", "window=0"],
        &["run", "raft", "--transport", "connections", "--set", "window=1e99"],
        &["run", "floodmin", "--transport", "connections"],
        &["run", "floodmin?p.transport=connections"],
        &["run", "raft", "--frob"],
        &["run", "raft", "paxos"],
        &["hash", "nosuch"],
        &["link", "nosuch"],
        &["scenario", "nosuch"],
        &["draw", "raft"],
        &["draw", "raft", "-o", "/"],
        &["draw", "raft", "-o", "-", "--scale", "wide"],
        &["schema", "nosuch"],
    ];
    for words in cases {
        let said = lightcone(words);
        assert_eq!(said.code, 2, "{words:?}: {}", said.err);
        assert_eq!(said.out, "", "{words:?}");
        assert!(
            said.err.starts_with("lightcone: ") && said.err.lines().count() == 1,
            "{words:?}: {}",
            said.err
        );
        assert!(said.err.len() < 500, "{words:?}: {}", said.err);
    }
    for input in ["", "  \n", "{}", "[]", "\"raft\"", "nosuch", "{\"version\":7}"] {
        let said = lightcone_reading(input, &["run", "-"]);
        assert_eq!((said.code, said.err.lines().count()), (2, 1), "{input:?}: {}", said.err);
        assert!(said.err.starts_with("lightcone: stdin: "), "{}", said.err);
    }
}

#[test]
fn an_error_says_what_would_be_right() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["run", "nosuch"], &["nosuch", "raft", "paxos", "2pc"]),
        (&["run", "raft", "--set", "frob=1"], &["frob", "election_timeout_min", "heartbeat_interval"]),
        (&["run", "raft", "--until", "soon"], &["soon", "--until", "150ms"]),
        (&["run", "raft?colour=red"], &["colour", "seed"]),
        (&["run", "9~AAAA"], &["format 9", "newer", "up to 1"]),
        (&["schema", "nosuch"], &["nosuch", "scenario", "event", "history"]),
    ];
    for (words, expected) in cases {
        let said = lightcone(words);
        for part in *expected {
            assert!(said.err.contains(part), "{part} in {:?} for {words:?}", said.err);
        }
    }
}

#[test]
fn what_carries_messages_is_said_by_a_flag_a_setting_a_link_or_a_file() {
    let flags = ["--transport", "connections", "--set", "window=2", "--until", "2s"];
    let by_flag = printed(&[&["hash", "raft"][..], &flags].concat());
    assert_ne!(by_flag, printed(&["hash", "raft", "--until", "2s"]));
    let set = ["hash", "raft", "--set", "window=2", "--set", "transport=connections", "--until", "2s"];
    assert_eq!(printed(&set), by_flag);
    let link = printed(&[&["link", "raft"][..], &flags].concat());
    assert!(link.starts_with("#raft?until=2s&p.transport=connections&p.window=2&"), "{link}");
    assert_eq!(printed(&["hash", link.trim()]), by_flag);
    let complete = printed(&[&["scenario", "raft"][..], &flags].concat());
    assert!(
        ["\"rto\": 200000000", "\"retries\": 2", "\"resend\": false"]
            .iter()
            .all(|part| complete.contains(part))
    );
    let file = TempFile::new("connections.json", &complete);
    assert_eq!(printed(&["hash", file.path()]), by_flag);
    let back = ["scenario", file.path(), "--transport", "datagrams"];
    assert_eq!(printed(&back), printed(&["scenario", "raft", "--until", "2s"]));
    // In so many words: the same run, which says what carries it.
    let said = printed(&["link", "raft?p.transport=datagrams"]);
    assert!(said.contains("p.transport=datagrams"), "{said}");
    let own = printed(&["scenario", "stream", "--transport", "datagrams"]);
    assert!(own.contains("\"transport\": \"datagrams\""), "{own}");
}
