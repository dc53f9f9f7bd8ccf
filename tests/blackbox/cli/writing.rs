//! Nothing that a person wrote is lost: files are replaced whole or not at all, and only if they still
//! are what was read.

#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::bench::{Bench, CLEAN};

const MESSY: &str = "edition 2026\n\n\n\nrole   a\n";
const TIDY: &str = "edition 2026\n\nrole a\n";

/// Files beside the others that a write has left behind.
fn left_behind(bench: &Bench) -> Vec<String> {
    fs::read_dir(bench.root())
        .expect("there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(".deployc-"))
        .collect()
}

/// A large file keeps the command busy while somebody saves a small one.
#[test]
fn what_is_saved_while_files_are_fixed_or_formatted_is_kept() {
    let phase = "phase p \"P\" {\n chek a   \"A\"\n}\n";
    for arguments in [
        &["check", "--fix", "-q", "--format=short"][..],
        &["fmt", "-q"],
    ] {
        let bench = Bench::with(&[
            (
                "a-large.deploy",
                &format!("edition 2026\n{}", phase.repeat(3_000)),
            ),
            ("small.deploy", &format!("edition 2026\n{phase}")),
        ]);
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("deployc"))
            .args(arguments)
            .current_dir(bench.root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut saved = Vec::new();
        while child.try_wait().expect("it runs").is_none() {
            std::thread::sleep(Duration::from_millis(10));
            let line = format!("# line {} that somebody saved\n", saved.len());
            let text = bench.read("small.deploy") + &line;
            bench.write("new", text);
            fs::rename(bench.path("new"), bench.path("small.deploy")).expect("saved");
            saved.push(line);
        }
        let text = bench.read("small.deploy");
        for line in &saved {
            assert!(text.contains(line), "{arguments:?} {line}: {text}");
        }
        assert_eq!(left_behind(&bench), Vec::<String>::new());
    }
}

/// Standard input holds the command up until the other file was read and has changed.
#[test]
fn a_file_that_has_changed_since_it_was_read_is_left_and_said() {
    let broken = "edition 2026\n\nrol a \"A\"\n";
    let phase = "phase p \"P\" {\n check a \"A\"\n}\n";
    let bench = Bench::with(&[
        ("a.deploy", broken),
        (
            "b.deploy",
            &format!("edition 2026\n{}", phase.repeat(4_000)),
        ),
        ("c.deploy", broken),
    ]);
    let child = Command::new(assert_cmd::cargo::cargo_bin!("deployc"))
        .args(["check", "--fix", "--level=error", "--format=short"])
        .current_dir(bench.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(Duration::from_millis(400));
    let newer = format!("{broken}# saved meanwhile\n");
    bench.write("a.deploy", &newer);
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    // A machine that is slow enough reads the newer text, and fixes that.
    if errors.contains("has changed since it was read") {
        assert_eq!(output.status.code(), Some(3));
        assert!(errors.contains("fixes applied, but for 1 file"), "{errors}");
        assert_eq!(bench.read("a.deploy"), newer);
    }
    assert!(bench.read("a.deploy").contains("# saved meanwhile"));
    // The others are done.
    assert!(bench.read("c.deploy").contains("role a"));
}

#[test]
fn a_byte_order_mark_is_kept_by_fixes() {
    let bench = Bench::with(&[("a.deploy", "\u{feff}edition 2026\n\nrol a \"A\"\n")]);
    bench.run(&["check", "--fix", "--level=error"]).ends(0);
    assert_eq!(
        bench.read("a.deploy"),
        "\u{feff}edition 2026\n\nrole a \"A\"\n"
    );
}

#[test]
fn permissions_owners_and_links_stay_what_they_are() {
    let bench = Bench::with(&[("a.deploy", MESSY), ("shared/b.deploy", MESSY)]);
    fs::set_permissions(bench.path("a.deploy"), Permissions::from_mode(0o640)).expect("set");
    // Only who may give a file away can see that it keeps its owner.
    let others = std::os::unix::fs::chown(bench.path("a.deploy"), Some(4711), Some(4712)).is_ok();
    let owner = fs::metadata(bench.path("a.deploy")).expect("there");
    symlink("shared/b.deploy", bench.path("link.deploy")).expect("made");
    bench.run(&["fmt", "-q", "a.deploy", "link.deploy"]).ends(0);
    let now = fs::metadata(bench.path("a.deploy")).expect("there");
    assert_eq!(bench.read("a.deploy"), TIDY);
    assert_eq!(now.mode(), owner.mode());
    assert_eq!((now.uid(), now.gid()), (owner.uid(), owner.gid()));
    assert!(!others || now.uid() == 4711);
    assert!(bench.path("link.deploy").is_symlink());
    assert_eq!(bench.read("shared/b.deploy"), TIDY);
}

#[test]
fn other_names_of_a_file_keep_the_old_text_and_are_said() {
    let bench = Bench::with(&[("a.deploy", MESSY)]);
    fs::hard_link(bench.path("a.deploy"), bench.path("other.txt")).expect("made");
    bench
        .run(&["fmt", "-q", "a.deploy"])
        .ends(0)
        .complains("note: `a.deploy` has 1 other name (hard links) with the old text\n");
    assert_eq!(bench.read("a.deploy"), TIDY);
    assert_eq!(bench.read("other.txt"), MESSY);
}

#[test]
fn a_file_that_can_t_be_written_stops_no_other() {
    let bench = Bench::with(&[
        ("a.deploy", MESSY),
        ("b.deploy", MESSY),
        ("c.deploy", MESSY),
    ]);
    fs::set_permissions(bench.path("b.deploy"), Permissions::from_mode(0o444)).expect("set");
    bench.run(&["fmt"]).ends(3).complains(
        "error: `b.deploy` is read-only\n2 files changed; 1 file could not be formatted\n",
    );
    let texts = ["a.deploy", "b.deploy", "c.deploy"].map(|name| bench.read(name));
    assert_eq!(texts, [TIDY, MESSY, TIDY]);
    let broken = TIDY.replace("role", "rol");
    for name in ["a.deploy", "c.deploy"] {
        bench.write(name, &broken);
    }
    fs::set_permissions(bench.path("a.deploy"), Permissions::from_mode(0o444)).expect("set");
    let run = bench.run(&["check", "--fix", "--format=short"]).ends(3);
    assert!(run.err.contains("`a.deploy` is read-only"), "{run:#?}");
    // What is found is what the files say now.
    assert!(run.out.contains("a.deploy:3:1"), "{run:#?}");
    let texts = ["a.deploy", "c.deploy"].map(|name| bench.read(name));
    assert_eq!(texts, [broken.as_str(), TIDY]);
}

/// The limit on the size of a file stands in for a disk that is full.
#[test]
fn where_there_is_no_room_the_old_file_stays_whole() {
    let text = format!("edition 2026\n\n\n{}", "role   a\n".repeat(2_000));
    let bench = Bench::with(&[("a.deploy", &text), ("small.deploy", MESSY)]);
    let limited = |blocks: u8, arguments: &str| {
        let output = Command::new("/bin/bash")
            .args([
                "-c",
                &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {arguments}"),
            ])
            .arg(assert_cmd::cargo::cargo_bin!("deployc"))
            .current_dir(bench.root())
            .output()
            .expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(left_behind(&bench), Vec::<String>::new());
        (output.status.code(), errors)
    };
    let (code, errors) = limited(4, "fmt");
    assert_eq!(code, Some(3), "{errors}");
    assert!(
        errors.contains("`a.deploy` can't be written: file too large"),
        "{errors}"
    );
    assert_eq!(bench.read("a.deploy"), text);
    assert_eq!(bench.read("small.deploy"), TIDY);
    let (code, errors) = limited(1, "new big");
    assert_eq!(code, Some(3), "{errors}");
    assert!(!bench.path("big.deploy").exists());
}

#[test]
fn what_can_t_be_printed_is_said() {
    let bench = Bench::with(&[("a.deploy", CLEAN)]);
    for arguments in [
        "build a.deploy -q",
        "fmt -q --diff -",
        "graph a.deploy",
        "new -",
    ] {
        let output = Command::new("/bin/bash")
            .args(["-c", &format!("\"$0\" {arguments} >/dev/full")])
            .arg(assert_cmd::cargo::cargo_bin!("deployc"))
            .current_dir(bench.root())
            .stdin(
                fs::File::open({
                    bench.write("messy", MESSY);
                    bench.path("messy")
                })
                .expect("there"),
            )
            .output()
            .expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments}: {errors}");
        assert!(
            errors.contains("can't write to standard output"),
            "{errors}"
        );
    }
}

#[test]
fn outputs_go_to_regular_files_alone() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("b.deploy", CLEAN)]);
    fs::create_dir(bench.path("out")).expect("made");
    let pipe = Command::new("mkfifo").arg(bench.path("out/a.md")).status();
    assert!(pipe.expect("it starts").success());
    let run = bench.run(&["build", ".", "-q", "--out=out"]).ends(3);
    assert_eq!(run.err, "error: `out/a.md` is not a regular file\n");
    assert!(bench.path("out/b.md").exists(), "the other is built");
    for place in ["/dev/full", "/dev/stdout", "out"] {
        bench
            .run(&["build", "a.deploy", "-q", "--out=new", "--fidelity", place])
            .ends(3);
    }
    // Something is in the place of the folder.
    for place in ["/dev/full", "/dev/stdout", "a.deploy"] {
        bench
            .run(&["build", "a.deploy", "-q", "--out", place])
            .ends(3);
    }
    assert_eq!(bench.read("a.deploy"), CLEAN);
}
