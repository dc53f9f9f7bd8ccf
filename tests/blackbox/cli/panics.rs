//! A bug of ours in one file: it is told once, with the file; the others are done; the exit code is 3.
//!
//! In builds for development the binary panics on a text that holds what the variable
//! `DEPLOYC_PANIC_ON` says. Builds for use have no such thing.

#![cfg(debug_assertions)]

use super::bench::{BROKEN, Bench, CLEAN, Run};

/// Where the compiler panics, as far as these tests go.
const BUG: &str = "# a bug is here";

/// A spec that brings its own test, which passes.
const TESTED: &str = r#"edition 2026

deployment "D" {
  starts 2026-03-10 09:00 UTC
}

phase one "One" at T takes 10m {
  check it "It works"
}

test "it works" {
  expect success
}
"#;

fn bench() -> Bench {
    Bench::with(&[
        ("a.deploy", TESTED),
        ("bad.deploy", &format!("{TESTED}{BUG}\n")),
        ("z.deploy", &TESTED.replace("\"D\"", "\"Z\"")),
    ])
}

fn run(bench: &Bench, arguments: &[&str]) -> Run {
    let mut command = bench.command(arguments);
    command.env("DEPLOYC_PANIC_ON", BUG);
    command.output().expect("it starts").into()
}

/// The bug is told once, with the path, the place in our code and what to do.
#[track_caller]
fn told(run: &Run) {
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert_eq!(run.err.matches("bug in deployc").count(), 1, "{run:#?}");
    for words in [
        "`bad.deploy` leads to a bug in deployc",
        "planted by a test at src/cli/bug.rs:",
        "please report it",
    ] {
        assert!(run.err.contains(words), "{words}: {run:#?}");
    }
    assert!(!run.err.contains("panicked at"), "{run:#?}");
}

#[test]
fn the_other_files_are_checked() {
    let bench = bench();
    bench.write("b.deploy", BROKEN);
    for format in ["human", "short", "github"] {
        let ran = run(&bench, &["check", ".", "--format", format]);
        told(&ran);
        assert!(ran.out.contains("D0102"), "{ran:#?}");
    }
    let ran = run(&bench, &["check", "--format=json"]);
    told(&ran);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(report["failures"][0]["file"], "bad.deploy");
    assert_eq!(report["findings"][0]["place"]["start"]["line"], 4);
    let ran = run(&bench, &["check", "--coverage"]);
    told(&ran);
    assert!(ran.out.contains("z.deploy: a machine checks"), "{ran:#?}");
}

/// What was found may itself be what can't be drawn.
#[test]
fn the_findings_of_other_files_are_drawn() {
    let bench = Bench::with(&[
        ("a.deploy", BROKEN),
        ("bad.deploy", BROKEN),
        ("z.deploy", BROKEN),
    ]);
    for format in ["human", "json", "sarif", "junit"] {
        let mut command = bench.command(&["check", "--format", format]);
        command.env("DEPLOYC_PANIC_ON", "bad.deploy");
        let ran = Run::from(command.output().expect("it starts"));
        told(&ran);
        for name in ["a.deploy", "z.deploy"] {
            assert!(ran.out.contains(name), "{format}: {ran:#?}");
        }
    }
}

#[test]
fn the_other_files_are_fixed_and_formatted() {
    let bench = bench();
    let bad = bench.read("bad.deploy").replace("check it", "check    it");
    let bad = format!("{bad}phase two \"Two\" {{\n  chek it\n}}\n");
    bench.write("bad.deploy", &bad);
    bench.write("b.deploy", BROKEN);
    let ran = run(&bench, &["check", "--fix"]);
    told(&ran);
    assert!(bench.read("b.deploy").contains("  check \"it works\""));
    let ran = run(&bench, &["check", "--diff"]);
    told(&ran);
    bench.write("c.deploy", "edition 2026\n\nrole   a\n");
    for arguments in [&["fmt", "--check"][..], &["fmt", "--diff"], &["fmt"]] {
        let ran = run(&bench, arguments);
        told(&ran);
        assert!(
            ran.err.contains("1 file could not be formatted"),
            "{ran:#?}"
        );
    }
    assert_eq!(bench.read("c.deploy"), "edition 2026\n\nrole a\n");
    assert_eq!(bench.read("bad.deploy"), bad);
}

/// A fix that leads to a bug is not written.
#[test]
fn a_text_that_can_t_be_checked_is_not_written() {
    let bench = Bench::with(&[("bad.deploy", BROKEN)]);
    let mut command = bench.command(&["check", "--fix"]);
    command.env("DEPLOYC_PANIC_ON", "  check \"it works\"");
    let ran = Run::from(command.output().expect("it starts"));
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(
        ran.err.contains("can't be checked after it was fixed"),
        "{ran:#?}"
    );
    assert_eq!(bench.read("bad.deploy"), BROKEN);
}

#[test]
fn the_other_files_are_built_and_tested() {
    let bench = bench();
    let ran = run(&bench, &["build", ".", "--out", "out", "-q"]);
    told(&ran);
    assert!(ran.err.contains("1 file was left out"), "{ran:#?}");
    assert!(bench.path("out/a.md").exists() && bench.path("out/z.md").exists());
    assert!(!bench.path("out/bad.md").exists());
    told(&run(&bench, &["build", ".", "--out", "out", "--check"]));
    let ran = run(&bench, &["test"]);
    told(&ran);
    assert!(ran.out.contains("pass it works (a.deploy"), "{ran:#?}");
    assert!(ran.out.contains("pass it works (z.deploy"), "{ran:#?}");
}

/// What applies a kustomization may delete what it no longer lists.
#[test]
fn no_kustomization_is_made_without_a_spec_that_is_left_out() {
    let bench = Bench::new();
    for name in ["checkout", "search"] {
        bench.run(&["new", name]).ends(0);
    }
    let build = [
        "build",
        ".",
        "-q",
        "-t=prometheus",
        "--kustomization",
        "--out=out",
    ];
    bench.run(&build).ends(0);
    let before = bench.read("out/kustomization.yaml");
    assert!(before.contains("search"), "{before}");
    let text = bench.read("search.deploy");
    bench.write("search.deploy", format!("{text}{BUG}\n"));
    let ran = run(&bench, &build);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.err.contains("no kustomization is made"), "{ran:#?}");
    assert_eq!(bench.read("out/kustomization.yaml"), before);
}

#[test]
fn a_command_on_one_file_names_it() {
    let bench = bench();
    for arguments in [
        &["graph", "bad.deploy"][..],
        &["timeline", "bad.deploy"],
        &["why", "bad.deploy:7"],
        &["check", "bad.deploy"],
        &["build", "bad.deploy"],
        &["test", "bad.deploy"],
        &["fmt", "bad.deploy"],
    ] {
        let ran = run(&bench, arguments);
        told(&ran);
    }
    let mut command = bench.command(&["fmt", "-", "--stdin-filename", "bad.deploy"]);
    command.env("DEPLOYC_PANIC_ON", BUG).write_stdin(BUG);
    told(&command.output().expect("it starts").into());
}

#[test]
fn the_other_chapters_of_a_book_are_worked_on() {
    let bench = Bench::with(&[
        ("docs/bad.deploy", &format!("{TESTED}{BUG}\n")),
        ("docs/broken.deploy", BROKEN),
    ]);
    let chapter = |name: &str| {
        serde_json::json!({ "Chapter": {
            "name": name, "content": format!("{{{{#deploy {name}.deploy}}}}\n"), "number": [1],
            "sub_items": [], "path": format!("{name}.md"), "source_path": format!("{name}.md"),
            "parent_names": [],
        }})
    };
    let book = serde_json::json!([
        { "root": bench.root(), "config": { "book": { "src": "docs" } }, "renderer": "html" },
        { "items": [chapter("bad"), chapter("gone"), chapter("broken")] },
    ]);
    let mut command = bench.command(&["mdbook"]);
    command.env("DEPLOYC_PANIC_ON", BUG);
    command.write_stdin(book.to_string());
    let ran = Run::from(command.output().expect("it starts"));
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert_eq!(ran.out, "", "a book in which something is missing is none");
    assert_eq!(ran.err.matches("bug in deployc").count(), 1, "{ran:#?}");
    for words in ["`bad.md`", "gone.deploy", "D0102"] {
        assert!(ran.err.contains(words), "{words}: {ran:#?}");
    }
}

#[test]
fn a_file_that_imports_one_is_not_hidden_by_it() {
    let bench = bench();
    bench.write(
        "uses.deploy",
        format!("edition 2026\nuse ./bad\n{}", &CLEAN[13..]),
    );
    let ran = run(&bench, &["check", "--format=short"]);
    told(&ran);
    // The named file is checked, and so is what brings it in.
    bench.write("deployc.toml", "");
    let ran = run(&bench, &["check", "bad.deploy", "--format=short"]);
    told(&ran);
}
