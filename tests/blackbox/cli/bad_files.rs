//! Files and folders that are not what they seem: each is told and counted, and hides no other.

#![cfg(unix)]

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::bench::{BROKEN, Bench, CLEAN, Run};

const SHORT: &str = "error[D0102] unknown-word: `chek` begins no statement\n";

/// A folder with a good file, one with a mistake, and much that can't be read.
fn bench() -> Bench {
    let bench = Bench::with(&[
        ("a.deploy", CLEAN),
        ("broken.deploy", BROKEN),
        ("folder.deploy/inside.deploy", CLEAN),
    ]);
    bench.write("latin.deploy", b"edition 2026\nrole x \"caf\xe9\"\n");
    bench.write("wide.deploy", b"\xff\xfee\0d\0i\0t\0i\0o\0n\0");
    symlink("gone", bench.path("dangling.deploy")).expect("made");
    symlink("loop.deploy", bench.path("loop.deploy")).expect("made");
    pipe(&bench, "pipe.deploy");
    let large = std::fs::File::create(bench.path("large.deploy")).expect("made");
    large.set_len(64_000_001).expect("sparse");
    bench
}

fn pipe(bench: &Bench, name: &str) {
    let made = Command::new("mkfifo").arg(bench.path(name)).status();
    assert!(made.expect("it starts").success());
}

/// What can't be read of [`bench`], and why.
const FAILURES: [(&str, &str); 6] = [
    ("dangling.deploy", "is a link that can't be followed"),
    ("large.deploy", "is larger than 64 MB"),
    ("latin.deploy", "is not UTF-8: line 2, byte 24"),
    ("loop.deploy", "is a link that can't be followed"),
    ("pipe.deploy", "is not a regular file"),
    ("wide.deploy", "it looks like UTF-16"),
];

#[track_caller]
fn all_told(run: &Run) {
    for (name, why) in FAILURES {
        let line = run
            .err
            .lines()
            .find(|line| line.contains(&format!("`{name}`")));
        assert!(
            line.is_some_and(|line| line.contains(why)),
            "{name}: {run:#?}"
        );
    }
}

#[test]
fn the_others_are_checked_and_what_was_left_out_is_counted() {
    let bench = bench();
    let run = bench.run(&["check"]).ends(3);
    all_told(&run);
    assert!(run.out.contains("D0102"), "{run:#?}");
    assert!(
        run.out
            .ends_with("1 error in 1 of 3 files; 6 files could not be checked\n"),
        "{run:#?}"
    );
    let run = bench.run(&["check", "--format=short"]).ends(3);
    all_told(&run);
    assert_eq!(run.out, format!("broken.deploy:4:3: {SHORT}"));
    let run = bench.run(&["check", "--format=json"]).ends(3);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(report["failures"].as_array().map(Vec::len), Some(6));
    let run = bench.run(&["check", "--coverage"]).ends(3);
    all_told(&run);
    assert!(run.err.ends_with("6 files were left out\n"), "{run:#?}");
}

#[test]
fn the_others_are_fixed_and_formatted() {
    let bench = bench();
    let run = bench.run(&["check", "--fix"]).ends(3);
    all_told(&run);
    assert!(bench.read("broken.deploy").contains("  check \"it works\""));
    bench.write("b.deploy", "edition 2026\n\nrole   a\n");
    let run = bench.run(&["fmt"]).ends(3);
    all_told(&run);
    assert!(
        run.err.contains("6 files could not be formatted"),
        "{run:#?}"
    );
    assert_eq!(bench.read("b.deploy"), "edition 2026\n\nrole a\n");
    assert_eq!(
        std::fs::read(bench.path("latin.deploy")).expect("there"),
        b"edition 2026\nrole x \"caf\xe9\"\n"
    );
}

#[test]
fn the_others_are_built_and_tested() {
    let bench = bench();
    std::fs::remove_file(bench.path("broken.deploy")).expect("there");
    let run = bench.run(&["build", ".", "-q", "--out", "out"]).ends(3);
    all_told(&run);
    assert!(run.err.contains("6 files were left out"), "{run:#?}");
    assert!(bench.path("out/a.md").exists());
    assert!(bench.path("out/folder.deploy/inside.md").exists());
    bench.write(
        "tested.deploy",
        format!("{CLEAN}\ntest \"it ends\" {{ expect success }}\n"),
    );
    let run = bench.run(&["test"]).ends(3);
    all_told(&run);
    assert!(run.out.contains("pass it ends"), "{run:#?}");
}

#[test]
fn a_bad_file_that_is_named_hides_no_other_that_is() {
    let bench = bench();
    let names: Vec<&str> = FAILURES.iter().map(|(name, _)| *name).collect();
    let arguments = [&["check", "--format=short", "broken.deploy"], &names[..]].concat();
    let run = bench.run(&arguments).ends(3);
    assert_eq!(run.out, format!("broken.deploy:4:3: {SHORT}"));
    for name in names {
        assert!(run.err.contains(&format!("`{name}`")), "{name}: {run:#?}");
    }
    let run = bench
        .run(&[
            "check",
            "--format=short",
            "gone.deploy",
            "broken.deploy",
            "a.deploy/x",
        ])
        .ends(3);
    assert_eq!(run.out, format!("broken.deploy:4:3: {SHORT}"));
    for name in ["gone.deploy", "a.deploy/x"] {
        let said = format!("error: `{name}` does not exist\n");
        assert!(run.err.contains(&said), "{run:#?}");
    }
    // None of several is there: all are told.
    let run = bench
        .run(&["fmt", "gone.deploy", "gone-too.deploy"])
        .ends(3);
    assert_eq!(run.err.matches("does not exist").count(), 2, "{run:#?}");
    // Alone each is told as before, and nobody waits for the other end of a pipe.
    for (name, _) in FAILURES {
        for command in [
            &["check"][..],
            &["fmt"],
            &["build"],
            &["test"],
            &["graph"],
            &["timeline"],
        ] {
            let begun = Instant::now();
            let run = bench.run(&[command, &[name]].concat());
            assert!(matches!(run.code, Some(2 | 3)), "{command:?} {run:#?}");
            assert!(run.err.contains(name), "{run:#?}");
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{command:?} {name}"
            );
        }
    }
}

#[test]
fn devices_are_not_read() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    for device in ["/dev/zero", "/dev/null", "/dev/full"] {
        let run = bench
            .run(&["check", "--format=short", device, "a.deploy"])
            .ends(3);
        assert_eq!(run.out, format!("a.deploy:4:3: {SHORT}"));
        assert_eq!(
            run.err,
            format!("error: `{device}` is not a regular file\n")
        );
        bench.run(&["fmt", device]).ends(3);
    }
}

/// Who may read everything sees no folder that is closed.
#[test]
fn a_folder_that_is_closed_hides_no_other() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::with(&[("a.deploy", BROKEN), ("closed/b.deploy", BROKEN)]);
    set_permissions(bench.path("closed"), Permissions::from_mode(0o000)).expect("set");
    let closed = std::fs::read_dir(bench.path("closed")).is_err();
    let run = bench.run(&["check", "--format=short"]);
    set_permissions(bench.path("closed"), Permissions::from_mode(0o755)).expect("set");
    if closed {
        assert_eq!(run.out, format!("a.deploy:4:3: {SHORT}"));
        assert_eq!(
            run.err,
            "error: `closed` can't be searched: permission denied\n"
        );
        assert_eq!(run.code, Some(3));
    } else {
        assert_eq!(run.out.lines().count(), 2);
    }
}

#[test]
fn names_that_are_no_utf_8_are_files_like_others() {
    use std::ffi::OsStr;
    let bench = Bench::new();
    let messy = "edition 2026\n\nrole   a\n";
    for (name, text) in [
        (&b"a\xff.deploy"[..], messy.to_owned()),
        (b"a\xfe.deploy", messy.replace("role   a", "rol   b")),
        (
            b"b\xff/c.deploy",
            format!("edition 2026\n\nuse ./d\n{}", &CLEAN[13..]),
        ),
        (
            b"b\xff/d.deploy",
            "edition 2026\n\nrole x \"X\"\n".to_owned(),
        ),
    ] {
        let path = bench.root().join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let read = |name: &[u8]| {
        std::fs::read_to_string(bench.root().join(OsStr::from_bytes(name))).expect("there")
    };
    let run = bench
        .run(&["check", "--format=short", "--level=error"])
        .ends(1);
    assert!(
        run.out.starts_with("a\\xFE.deploy:3:1: error[D0102]"),
        "{run:#?}"
    );
    assert_eq!(run.out.matches("D0102").count(), 1, "{run:#?}");
    // An import beside a file is found, whatever the folder is called.
    assert!(!run.out.contains("D0204"), "{run:#?}");
    // Each gets its own text.
    bench.run(&["check", "--fix", "-q"]);
    assert_eq!(read(b"a\xff.deploy"), messy);
    assert_eq!(read(b"a\xfe.deploy"), "edition 2026\n\nrole   b\n");
    bench.run(&["fmt", "-q"]).ends(0);
    assert_eq!(read(b"a\xff.deploy"), "edition 2026\n\nrole a\n");
    assert_eq!(read(b"a\xfe.deploy"), "edition 2026\n\nrole b\n");
}

#[test]
fn names_that_look_like_options_are_files_below_a_folder() {
    let bench = Bench::with(&[("-q.deploy", BROKEN), ("--fix", "no spec")]);
    bench
        .run(&["check", "--format=short"])
        .ends(1)
        .prints(&format!("-q.deploy:4:3: {SHORT}"));
    for name in ["./-q.deploy", "--"] {
        let mut arguments = vec!["check", "--format=short", name];
        if name == "--" {
            arguments.push("-q.deploy");
        }
        bench
            .run(&arguments)
            .ends(1)
            .prints(&format!("-q.deploy:4:3: {SHORT}"));
    }
    bench.run(&["check", "--fix", "."]).ends(0);
    assert!(bench.read("-q.deploy").contains("check \"it works\""));
}

/// Whoever reads the output may leave at any time.
#[test]
fn a_reader_who_goes_away_is_no_trouble_to_any_command() {
    let bench = Bench::new();
    bench.run(&["new", "checkout"]).ends(0);
    for number in 0..300 {
        bench.write(&format!("{number:03}.txt"), BROKEN);
    }
    let many = "*.txt";
    for command in [
        format!("check --format=short {many}"),
        format!("check {many}"),
        format!("fmt --check {many}"),
        format!("fmt --diff {many}"),
        "build checkout.deploy".to_owned(),
        "graph checkout.deploy".to_owned(),
        "timeline checkout.deploy".to_owned(),
        "explain unknown-name".to_owned(),
        "man".to_owned(),
        "completions bash".to_owned(),
        "schema plan".to_owned(),
        "new -".to_owned(),
        "--help".to_owned(),
    ] {
        let shell = Command::new("/bin/bash")
            .args([
                "-c",
                &format!("\"$0\" {command} 2>errors | head -1 >/dev/null"),
            ])
            .arg(assert_cmd::cargo::cargo_bin!("deployc"))
            .current_dir(bench.root())
            .stdin(Stdio::null())
            .status();
        assert!(shell.expect("it starts").success());
        let errors = bench.read("errors");
        for words in ["panic", "bug in deployc", "roken pipe"] {
            assert!(!errors.contains(words), "{command}: {errors}");
        }
    }
}
