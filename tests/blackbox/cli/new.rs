//! `deployc new`.

use super::bench::Bench;

#[test]
fn a_new_spec_checks_clean_and_is_formatted() {
    for strategy in ["canary", "blue-green"] {
        let bench = Bench::new();
        let run = bench
            .run(&["new", "search-api", "--strategy", strategy])
            .ends(0)
            .prints("");
        assert!(run.err.starts_with("wrote search-api.deploy\n"), "{run:#?}");
        let text = bench.read("search-api.deploy");
        assert!(
            text.contains("service search-api \"Search api\" {"),
            "{text}"
        );
        assert!(!text.to_lowercase().contains("checkout"), "{text}");
        bench
            .run(&["check", "--level", "note"])
            .ends(0)
            .silent()
            .prints("no findings in 1 file\n");
        bench.run(&["fmt", "--check"]).ends(0);
    }
}

#[test]
fn canary_is_the_strategy_unless_another_is_named() {
    let bench = Bench::new();
    let default = bench.run(&["new", "-"]).ends(0).silent();
    assert_eq!(
        default.out,
        bench.run(&["new", "-", "--strategy=canary"]).out
    );
    assert!(default.out.contains("canary checkout"));
    let other = bench.run(&["new", "-", "--strategy=blue-green"]).ends(0);
    assert!(other.out.contains("blue-green checkout"));
    bench.run(&["new", "-", "--strategy=big-bang"]).ends(2);
}

#[test]
fn nothing_is_overwritten() {
    let bench = Bench::with(&[("a.deploy", "mine")]);
    bench.run(&["new", "a"]).ends(2).complains(
        "error: `a.deploy` exists, and is left as it is\n  = help: choose another name\n",
    );
    assert_eq!(bench.read("a.deploy"), "mine");
    bench
        .run(&["new", "gone/a"])
        .ends(2)
        .complains("error: there is no folder to put `gone/a.deploy` in\n");
    bench.run(&["new", "42"]).ends(2);
}
