//! `deployc check`.

use super::bench::{BROKEN, Bench, CLEAN};

const SHORT: &str = "a.deploy:4:3: error[D0102] unknown-word: `chek` begins no statement\n";

#[test]
fn a_clean_spec_ends_with_0() {
    Bench::with(&[("a.deploy", CLEAN)])
        .run(&["check", "a.deploy"])
        .ends(0)
        .silent()
        .prints("no findings in 1 file\n");
}

#[test]
fn a_finding_ends_with_1_and_is_drawn_on_standard_output() {
    let run = Bench::with(&[("a.deploy", BROKEN)])
        .run(&["check"])
        .ends(1)
        .silent();
    insta::assert_snapshot!(run.out, @r#"
    error[D0102 unknown-word]: `chek` begins no statement
      ┌─ a.deploy:4:3
      │
    4 │   chek "it works"
      │   ^^^^
      │
      = help: did you mean `check`?

    1 error in 1 file
    "#);
}

#[test]
fn frames_are_ascii_where_the_locale_is_not_utf_8() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    let output = bench
        .command(&["check"])
        .env("LC_ALL", "C")
        .output()
        .expect("it starts");
    assert!(output.stdout.is_ascii());
    assert!(String::from_utf8_lossy(&output.stdout).contains("--> a.deploy:4:3"));
}

#[test]
fn colours_come_where_asked_for() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = bench.command(arguments);
        command.envs(variables.iter().copied());
        let output = command.output().expect("it starts");
        output.stdout.contains(&0x1b)
    };
    assert!(!colored(&["check"], &[]));
    assert!(colored(&["check", "--color", "always"], &[]));
    assert!(colored(&["--color=always", "check"], &[("NO_COLOR", "1")]));
    assert!(colored(&["check"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(
        &["check"],
        &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!colored(
        &["check", "--color", "never"],
        &[("FORCE_COLOR", "1")]
    ));
}

#[test]
fn every_format_is_printed() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    bench
        .run(&["check", "--format", "short"])
        .ends(1)
        .silent()
        .prints(SHORT);
    // as pre-commit hooks are used to
    bench
        .run(&["check", "--output-format=short"])
        .ends(1)
        .prints(SHORT);
    let begins = |format: &str, start: &str| {
        let run = bench.run(&["check", "--format", format]).ends(1).silent();
        assert!(run.out.starts_with(start), "{run:#?}");
    };
    begins("json", "{\n  \"version\": 1,");
    begins(
        "sarif",
        "{\n  \"$schema\": \"https://docs.oasis-open.org/sarif/",
    );
    begins(
        "github",
        "::error file=a.deploy,line=4,col=3,endColumn=7,title=D0102",
    );
    begins(
        "gitlab",
        "[\n  {\n    \"description\": \"`chek` begins no statement\",",
    );
    begins("junit", "<?xml version=\"1.0\"");
}

#[test]
fn a_folder_is_searched_in_the_order_of_names_without_what_git_ignores() {
    let bench = Bench::with(&[
        ("b.deploy", BROKEN),
        ("sub/a.deploy", BROKEN),
        ("sub/deeper/z.deploy", BROKEN),
        ("out/x.deploy", BROKEN),
        (".hidden/x.deploy", BROKEN),
        ("notes.md", "no spec"),
        (".gitignore", "/out\n"),
    ]);
    let run = bench.run(&["check", "--format", "short"]).ends(1);
    let files: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(files, ["b.deploy", "sub/a.deploy", "sub/deeper/z.deploy"]);
}

#[test]
fn what_is_named_is_checked_even_if_ignored_unless_forced() {
    let bench = Bench::with(&[
        (".gitignore", "/out\n"),
        ("out/a.deploy", BROKEN),
        ("old/b.deploy", BROKEN),
        ("spec.txt", BROKEN),
    ]);
    bench.run(&["check", "-q", "out/a.deploy"]).ends(1);
    bench.run(&["check", "spec.txt"]).ends(1);
    bench
        .run(&["check", "old/b.deploy", "--exclude", "old/"])
        .ends(1);
    // pre-commit names files that the project excludes: that is no misuse
    bench
        .run(&["check", "--force-exclude", "out/a.deploy"])
        .ends(0)
        .prints("no findings in 0 files\n");
    bench
        .run(&[
            "check",
            "--force-exclude",
            "--exclude",
            "old/",
            "old/b.deploy",
        ])
        .ends(0);
    let absolute = bench.path("out/a.deploy").display().to_string();
    bench.run(&["check", "--force-exclude", &absolute]).ends(0);
}

#[test]
fn exclude_leaves_out_of_a_walk() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("old/b.deploy", BROKEN)]);
    bench.run(&["check", "--exclude", "old"]).ends(0);
    bench.run(&["check", "--exclude", "**/b.deploy"]).ends(0);
    bench.run(&["check", "--exclude", "{"]).ends(2);
}

#[test]
fn a_file_named_twice_is_checked_once() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    let absolute = bench.path("a.deploy").display().to_string();
    bench
        .run(&[
            "check",
            "a.deploy",
            ".",
            "./a.deploy",
            &absolute,
            "--format=short",
        ])
        .ends(1)
        .prints(SHORT);
}

#[test]
fn no_file_is_misuse() {
    let bench = Bench::with(&[("notes.md", "")]);
    bench.run(&["check"]).ends(2).prints("").complains(
        "error: no .deploy file in `.`\n  = help: name the specs or their folder: \
         `deployc check specs/`\n",
    );
    bench
        .run(&["check", "gone.deploy"])
        .ends(2)
        .complains("error: `gone.deploy` does not exist\n");
    bench.run(&["check", "notes.md/x"]).ends(2);
}

#[test]
fn standard_input_is_a_spec_too() {
    let bench = Bench::new();
    bench
        .run_with(&["check", "-", "--format=short"], BROKEN)
        .ends(1)
        .prints(&SHORT.replace("a.deploy", "<stdin>"));
    bench
        .run_with(
            &[
                "check",
                "-",
                "--format=short",
                "--stdin-filename",
                "specs/x.deploy",
            ],
            BROKEN,
        )
        .ends(1)
        .prints(&SHORT.replace("a.deploy", "specs/x.deploy"));
    bench.run_with(&["check", "-"], CLEAN).ends(0);
}

#[test]
fn level_decides_what_fails() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    for level in ["error", "warning", "note"] {
        bench.run(&["check", "--level", level]).ends(1);
    }
    bench.run(&["check", "--level", "fatal"]).ends(2);
}

#[test]
fn quiet_shows_findings_only() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("b.deploy", BROKEN)]);
    bench.run(&["check", "-q", "a.deploy"]).ends(0).prints("");
    let run = bench.run(&["check", "-q", "b.deploy"]).ends(1);
    assert!(!run.out.contains("in 1 file"), "{run:#?}");
}

#[test]
fn what_is_no_text_could_not_be_checked_and_the_others_are() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    bench.write("b.deploy", b"edition 2026\nrole x \"caf\xe9\"\n");
    bench.write("c.deploy", b"\xff\xfee\0d\0i\0t\0i\0o\0n\0");
    let run = bench
        .run(&["check", "--format=short"])
        .ends(3)
        .prints(SHORT)
        .complains(
            "error: `b.deploy` is not UTF-8: line 2, byte 24 of the file is 0xE9\n\
             error: `c.deploy` is not UTF-8: it looks like UTF-16 (byte 0)\n",
        );
    assert_eq!(run.code, Some(3));
    let run = bench.run(&["check", "--format=json"]).ends(3);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(report["failures"][0]["file"], "b.deploy");
    assert_eq!(report["summary"]["failed"], true);
    assert_eq!(report["findings"][0]["place"]["start"]["line"], 4);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    use std::os::unix::net::UnixListener;
    let bench = Bench::new();
    let _socket = UnixListener::bind(bench.path("socket.deploy")).expect("bound");
    for path in ["/dev/zero", "socket.deploy"] {
        bench
            .run(&["check", path])
            .ends(3)
            .complains(&format!("error: `{path}` is not a regular file\n"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_too_large_is_not_read() {
    let bench = Bench::new();
    let file = std::fs::File::create(bench.path("a.deploy")).expect("made");
    // sparse: it takes no room
    file.set_len(64_000_001).expect("there is room");
    bench
        .run(&["check"])
        .ends(3)
        .complains("error: `a.deploy` is larger than 64 MB, the most that deployc reads\n");
}

#[cfg(unix)]
#[test]
fn a_reader_who_goes_away_is_no_trouble() {
    use std::process::{Command, Stdio};
    let bench = Bench::with(&[("a.deploy", &format!("{BROKEN}{}", "zzz\n".repeat(50_000)))]);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("deployc"))
        .args(["check", "--format=json"])
        .current_dir(bench.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn many_files_come_out_in_order_every_time() {
    let bench = Bench::new();
    for number in 0..200 {
        bench.write(&format!("{number:03}.deploy"), BROKEN);
    }
    let first = bench.run(&["check", "--format=short"]).ends(1).out;
    let files: Vec<String> = (0..200)
        .map(|number| format!("{number:03}.deploy"))
        .collect();
    let seen: Vec<&str> = first
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(seen, files);
    assert_eq!(bench.run(&["check", "--format=short"]).out, first);
}

#[test]
fn names_can_do_nothing_to_a_terminal() {
    if cfg!(windows) {
        return;
    }
    let bench = Bench::new();
    bench.write("a\u{1b}[2J.deploy", BROKEN);
    for format in [
        "human", "short", "json", "sarif", "github", "gitlab", "junit",
    ] {
        let run = bench.run(&["check", "--format", format]).ends(1);
        assert!(!run.out.contains('\u{1b}'), "{format}");
    }
    let run = bench.run(&["check", "\u{1b}[2J"]).ends(2);
    assert!(!run.err.contains('\u{1b}'), "{run:#?}");
}
