//! `deployc build` and `deployc schema`.

use super::bench::{BROKEN, Bench, CLEAN};

const MODULE: &str = "edition 2026\n\nrole lead \"Lead\"\n";

/// A spec with a warning and no error.
const WARNED: &str = "edition 2026\n\ndeployment \"D\"\n\nphase one \"One\" {\n  check done \"Done\"\n}\n\nparam unused \"Nobody asks\" : text = \"x\"\n";

fn bench() -> Bench {
    let bench = Bench::new();
    bench.run(&["new", "checkout"]).ends(0);
    bench
}

#[test]
fn one_file_goes_to_standard_output_and_the_account_to_standard_error() {
    let bench = bench();
    let run = bench
        .run(&["build", "checkout.deploy", "-t", "plan"])
        .ends(0);
    assert!(run.out.starts_with("{\n  \"plan\": 2,\n"), "{run:#?}");
    assert!(
        run.err.starts_with("plan: ") && run.err.ends_with(" exact\n"),
        "{run:#?}"
    );
    bench
        .run(&["build", "checkout.deploy", "-t", "plan", "-q"])
        .ends(0)
        .silent()
        .prints(&run.out);
    let text = bench.read("checkout.deploy");
    let piped = bench.run_with(
        &[
            "build",
            "-",
            "-q",
            "-t=plan",
            "--stdin-filename=checkout.deploy",
        ],
        text,
    );
    assert_eq!(piped.ends(0).silent().out, run.out);
}

#[test]
fn a_folder_takes_the_files_and_check_tells_whether_they_are_up_to_date() {
    let bench = bench();
    let build = ["build", "checkout.deploy", "-t", "plan", "--out", "out"];
    let check = [&build[..], &["--check"]].concat();
    let stdout = bench
        .run(&["build", "checkout.deploy", "-q", "-t", "plan"])
        .out;

    bench
        .run(&[&check[..], &["-q"]].concat())
        .ends(1)
        .prints("out/checkout.plan.json is missing\n")
        .complains("run the same command without --check to bring them up to date\n");
    assert!(!bench.path("out").exists());

    let run = bench.run(&build).ends(0).prints("");
    assert!(
        run.err.ends_with("wrote out/checkout.plan.json\n"),
        "{run:#?}"
    );
    assert_eq!(bench.read("out/checkout.plan.json"), stdout);
    bench.run(&check).ends(0).prints("1 file is up to date\n");
    let run = bench.run(&build).ends(0);
    assert!(run.err.ends_with("1 file was up to date\n"), "{run:#?}");

    let changed = bench.read("checkout.deploy").replace("v1.0.0", "v1.0.1");
    bench.write("checkout.deploy", changed);
    let run = bench.run(&[&check[..], &["-q"]].concat()).ends(1);
    insta::assert_snapshot!(run.out, @r#"
    out/checkout.plan.json is out of date: 1 lines to add, 1 to remove
      -     "version": "v1.0.0",
      +     "version": "v1.0.1",
    "#);
    assert_eq!(bench.read("out/checkout.plan.json"), stdout);
    bench.run(&build).ends(0);
    bench.run(&check).ends(0);

    // A controller has nothing to do here.
    bench.write("words.deploy", CLEAN);
    let run = bench
        .run(&["build", "words.deploy", "-t", "flagger", "--out", "out"])
        .ends(0);
    assert!(
        run.err.ends_with("there was nothing to write\n"),
        "{run:#?}"
    );
}

#[test]
fn check_asks_for_a_folder() {
    bench()
        .run(&["build", "checkout.deploy", "--check"])
        .ends(2)
        .prints("");
}

#[test]
fn folders_below_a_searched_one_are_kept_and_modules_make_nothing() {
    let bench = Bench::with(&[
        ("specs/a.deploy", CLEAN),
        ("specs/eu/a.deploy", CLEAN),
        ("specs/common.deploy", MODULE),
    ]);
    bench
        .run(&["build", "specs", "-t", "plan", "--out", "out", "-q"])
        .ends(0)
        .silent();
    assert!(bench.path("out/a.plan.json").exists());
    assert!(bench.path("out/eu/a.plan.json").exists());
    assert!(!bench.path("out/common.plan.json").exists());
}

#[test]
fn two_specs_never_make_the_same_file() {
    let bench = Bench::with(&[("x/a.deploy", CLEAN), ("y/a.deploy", CLEAN)]);
    let run = bench
        .run(&[
            "build",
            "x/a.deploy",
            "y/a.deploy",
            "-t=plan",
            "--out=out",
            "-q",
        ])
        .ends(2);
    assert_eq!(
        run.err,
        "error: `x/a.deploy` and `y/a.deploy` both make `a.plan.json`\n  \
         = help: build them into different folders, or rename one\n"
    );
    assert!(!bench.path("out").exists());
    let run = bench
        .run(&["build", "x/a.deploy", "y/a.deploy", "-t=plan", "-q"])
        .ends(2);
    assert!(run.err.contains("both make"), "{run:#?}");
    bench.write("y/b.deploy", CLEAN);
    let run = bench
        .run(&["build", "x/a.deploy", "y/b.deploy", "-t=plan", "-q"])
        .ends(2)
        .prints("");
    assert!(run.err.contains("2 files are built, too many"), "{run:#?}");
}

#[test]
fn nothing_is_built_if_one_spec_has_an_error() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("b.deploy", BROKEN)]);
    let run = bench
        .run(&["build", ".", "-t=plan", "--out=out"])
        .ends(1)
        .prints("");
    assert!(run.err.contains("`chek` begins no statement"), "{run:#?}");
    assert!(!bench.path("out").exists());
}

#[test]
fn warnings_are_told_and_do_not_stop_a_build() {
    let bench = Bench::with(&[("a.deploy", WARNED)]);
    let run = bench.run(&["build", "a.deploy", "-t=plan"]).ends(0);
    assert!(run.err.contains("warning["), "{run:#?}");
    bench
        .run(&["build", "a.deploy", "-t=plan", "-q"])
        .ends(0)
        .silent();
}

#[test]
fn misuse_ends_with_2() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("m.deploy", MODULE)]);
    bench
        .run(&["build", "a.deploy", "-t", "plam"])
        .ends(2)
        .complains("error: there is no target `plam`\n  = help: did you mean `plan`?\n");
    let run = bench.run(&["build", "a.deploy", "-t", "xyzzy"]).ends(2);
    assert!(run.err.contains("= help: one of `"), "{run:#?}");
    let run = bench.run(&["build", "m.deploy", "-t=plan"]).ends(2);
    assert!(run.err.contains("declares no deployment"), "{run:#?}");
    bench.run(&["build", "gone.deploy", "-t=plan"]).ends(2);
    let run = bench
        .run(&["build", "a.deploy", "-t=plan", "--templates", "gone"])
        .ends(2);
    assert!(run.err.contains("there is no folder `gone`"), "{run:#?}");
}

#[test]
fn a_template_that_nothing_asks_for_is_misuse() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("mine/phse.hbs", "")]);
    let run = bench
        .run(&["build", "a.deploy", "-t=plan", "-q", "--templates", "mine"])
        .ends(2)
        .prints("");
    assert!(
        run.err
            .starts_with("error: `phse.hbs` takes the place of no template\n"),
        "{run:#?}"
    );
}

#[test]
fn the_fidelity_report_is_written() {
    let bench = bench();
    bench
        .run(&[
            "build",
            "checkout.deploy",
            "-q",
            "-t=plan",
            "--fidelity",
            "report.json",
        ])
        .ends(0);
    let report: serde_json::Value =
        serde_json::from_str(&bench.read("report.json")).expect("it is JSON");
    let first = &report["reports"][0];
    assert_eq!(first["spec"], "checkout.deploy");
    assert_eq!(first["target"], "plan");
    let nodes = first["nodes"].as_array().expect("a list");
    assert_eq!(first["counts"]["exact"], nodes.len());
    assert!(nodes.iter().any(|node| node["node"] == "rollout/apply"
        && node["kind"] == "run"
        && node["fidelity"] == "exact"));
}

#[test]
fn the_same_spec_gives_the_same_bytes_from_anywhere() {
    let bench = bench();
    bench
        .run(&["build", "checkout.deploy", "-q", "-t=plan", "--out=one"])
        .ends(0);
    for _ in 0..5 {
        bench
            .command(&["build", "checkout.deploy", "-q", "-t=plan", "--out=two"])
            .env("TZ", "Asia/Tokyo")
            .env("LC_ALL", "C")
            .assert()
            .success();
        assert_eq!(
            bench.read("one/checkout.plan.json"),
            bench.read("two/checkout.plan.json")
        );
    }
}

#[cfg(unix)]
#[test]
fn the_output_never_leaves_its_folder_and_old_files_stay_whole() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bench = Bench::with(&[("specs/eu/a.deploy", CLEAN), ("precious", "mine")]);
    let build = ["build", "specs", "-q", "-t=plan", "--out=out"];
    fs::create_dir_all(bench.path("out/eu")).expect("made");
    symlink("../../precious", bench.path("out/eu/a.plan.json")).expect("made");
    let run = bench.run(&build).ends(3);
    assert!(run.err.contains("lies outside of `out`"), "{run:#?}");
    assert_eq!(bench.read("precious"), "mine");

    fs::remove_dir_all(bench.path("out")).expect("removed");
    fs::create_dir_all(bench.path("out")).expect("made");
    fs::create_dir_all(bench.path("elsewhere")).expect("made");
    symlink("../elsewhere", bench.path("out/eu")).expect("made");
    bench.run(&build).ends(3);
    assert_eq!(
        fs::read_dir(bench.path("elsewhere"))
            .expect("there")
            .count(),
        0
    );

    fs::remove_file(bench.path("out/eu")).expect("removed");
    bench.write("out/eu/a.plan.json", "old");
    fs::set_permissions(
        bench.path("out/eu/a.plan.json"),
        Permissions::from_mode(0o444),
    )
    .expect("set");
    let run = bench.run(&build).ends(3);
    assert_eq!(run.err, "error: `out/eu/a.plan.json` is read-only\n");
    assert_eq!(bench.read("out/eu/a.plan.json"), "old");
}

#[test]
fn the_output_is_never_a_spec() {
    let bench = Bench::with(&[("specs/a.deploy", CLEAN), ("out/file", "x")]);
    // a folder where a file should be, a file where a folder should be
    std::fs::create_dir_all(bench.path("out/a.plan.json")).expect("made");
    let run = bench
        .run(&["build", "specs", "-q", "-t=plan", "--out=out"])
        .ends(3);
    assert_eq!(run.err, "error: `out/a.plan.json` is a folder\n");
    bench
        .run(&["build", "specs", "-q", "-t=plan", "--out=out/file"])
        .ends(3);
}

#[test]
fn the_schema_of_the_plan_holds_for_a_plan() {
    let bench = bench();
    let schema = bench.run(&["schema", "plan"]).ends(0).silent().out;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("it is JSON");
    let plan = bench
        .run(&["build", "checkout.deploy", "-q", "-t=plan"])
        .ends(0)
        .out;
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let wrong: Vec<String> = validator
        .iter_errors(&plan)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
    bench.run(&["schema", "spec"]).ends(2);
}
