//! `deployc check --fix` and `--diff`.

use super::bench::{BROKEN, Bench};

const TWO: &str = "edition 2026\ndeployment \"D\"\nphase one \"One\" {\n  chek \"it works\"\n  chek \"it lasts\"\n}\n";
const MENDED: &str = "edition 2026\ndeployment \"D\"\nphase one \"One\" {\n  check \"it works\"\n  check \"it lasts\"\n}\n";

#[test]
fn safe_fixes_are_applied_and_the_rest_is_shown() {
    let bench = Bench::with(&[("a.deploy", TWO), ("b.deploy", BROKEN)]);
    bench
        .run(&["check", "--fix", "a.deploy"])
        .ends(0)
        .prints("no findings in 1 file\n")
        .complains("2 fixes applied\n");
    assert_eq!(bench.read("a.deploy"), MENDED);
    assert_eq!(bench.read("b.deploy"), BROKEN);
    bench.write("c.deploy", format!("{TWO}xyzzy\n"));
    let run = bench
        .run(&["check", "--fix", "c.deploy", "--format=short"])
        .ends(1);
    assert_eq!(run.out.lines().count(), 1, "{run:#?}");
    assert_eq!(bench.read("c.deploy"), format!("{MENDED}xyzzy\n"));
}

#[test]
fn diff_shows_and_writes_nothing() {
    let bench = Bench::with(&[("a.deploy", TWO)]);
    let run = bench.run(&["check", "--diff"]).ends(1).silent();
    assert!(
        run.out
            .contains("-  chek \"it lasts\"\n+  check \"it works\"\n"),
        "{run:#?}"
    );
    assert_eq!(bench.read("a.deploy"), TWO);
    bench.write("a.deploy", MENDED);
    bench.run(&["check", "--diff"]).ends(0).prints("");
}

#[test]
fn a_fix_in_a_shared_file_is_applied_once() {
    let importing = "edition 2026\nuse ./common\ndeployment \"D\" {\n  owner common.lead\n}\n";
    let common = "edition 2026\nrole lead \"Lead\"\nrol other \"Other\"\n";
    let bench = Bench::with(&[
        ("a.deploy", importing),
        ("b.deploy", importing),
        ("common.deploy", common),
    ]);
    bench.run(&["check", "--fix", "-q"]);
    assert_eq!(
        bench.read("common.deploy"),
        common.replace("rol other", "role other")
    );
    // a file that was not named stays as it is
    bench.write("common.deploy", common);
    bench
        .run(&["check", "--fix", "-q", "a.deploy", "b.deploy"])
        .ends(1);
    assert_eq!(bench.read("common.deploy"), common);
}

#[test]
fn standard_input_can_t_be_fixed() {
    Bench::new().run_with(&["check", "--fix", "-"], TWO).ends(2);
}
