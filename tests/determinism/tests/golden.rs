//! Every run comes to what the golden file says, on this machine and in a browser.

use lightcone_determinism::{GOLDEN, cases, computed, differences, written};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test(unsupported = test)]
fn every_run_comes_to_what_the_golden_file_says() {
    let lines = computed().expect("every scenario is valid and ends");
    // Only natively: a browser has no such variables, and no file to write.
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/golden.txt");
        std::fs::write(file, written(&lines)).expect("the package's folder takes files");
        return;
    }
    let differences = differences(GOLDEN, &lines);
    assert!(
        differences.is_empty(),
        "A changed run means that links of earlier releases change. Where that is meant:\n\
         RENEW_GOLDEN=1 cargo test -p lightcone-determinism\n{}",
        differences.join("\n")
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_scenario_gives_the_same_run_twice_in_one_go_or_in_many() {
    for case in cases().expect("every scenario is valid") {
        let outcome = |stride| case.outcome(&*case.run(stride).expect("it ends")).expect("it has a hash");
        assert_eq!(outcome(1_000_000), outcome(97), "{}", case.name);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_line_that_differs_is_new_or_is_gone_is_told() {
    let lines = [("one", "1"), ("two", "2"), ("three", "3")].map(|(name, is)| (name.into(), is.into()));
    let golden = written(&lines);
    assert!(differences(&golden, &lines).is_empty());
    assert_eq!(differences(&golden, &lines[1..]), ["`one` is gone"]);
    assert_eq!(differences("one: 1\ntwo: 0\n", &lines), ["`two` was 0, is 2", "`three` is new: 3"]);
}
