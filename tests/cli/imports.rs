//! The way from `use` to a file on the disk.

use super::bench::Bench;

const MODULE: &str = "edition 2026\n\nrole lead \"Lead\"\n";

fn importing(path: &str) -> String {
    format!("edition 2026\n\nuse {path}\n\ndeployment \"D\" {{\n  owner common.lead\n}}\n")
}

#[test]
fn a_file_beside_or_above_is_found_from_anywhere() {
    let bench = Bench::with(&[
        ("deployc.toml", ""),
        ("common.deploy", MODULE),
        ("specs/a.deploy", &importing("../common")),
        ("specs/b.deploy", &importing("../common.deploy")),
        ("c.deploy", &importing("./common")),
    ]);
    bench
        .run(&["check"])
        .ends(0)
        .prints("no findings in 4 files\n");
    bench.run(&["check", "specs/a.deploy"]).ends(0);
    let absolute = bench.path("specs/a.deploy").display().to_string();
    let elsewhere = Bench::new();
    elsewhere.run(&["check", &absolute]).ends(0);
    bench
        .run_with(
            &["check", "-", "--stdin-filename", "specs/new.deploy"],
            importing("../common"),
        )
        .ends(0);
    bench
        .run_with(&["check", "-"], importing("./common"))
        .ends(0);
}

#[test]
fn a_finding_in_an_import_names_the_import_and_is_said_once() {
    let bench = Bench::with(&[
        ("deployc.toml", ""),
        (
            "common.deploy",
            "edition 2026\n\nrole lead \"Lead\"\nrole lead \"Again\"\n",
        ),
        ("specs/a.deploy", &importing("../common")),
        ("specs/b.deploy", &importing("../common")),
    ]);
    let run = bench.run(&["check", "specs", "--format=short"]).ends(1);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 1, "{run:#?}");
    assert!(
        lines[0].starts_with("common.deploy:4:6: error["),
        "{run:#?}"
    );
}

#[test]
fn nothing_outside_of_the_project_is_read() {
    let bench = Bench::with(&[
        ("secret.deploy", "edition 2026\nTOP SECRET\n"),
        ("project/.git/HEAD", ""),
        ("project/specs/inside.deploy", MODULE),
    ]);
    let refuses = |path: &str| {
        bench.write("project/specs/a.deploy", importing(path));
        let run = bench.run(&["check", "project/specs/a.deploy"]).ends(1);
        assert!(!run.out.contains("SECRET"), "{run:#?}");
        assert!(run.out.contains("[D0204 import]"), "{run:#?}");
        run.out
    };
    let outside = refuses("../../secret");
    // whether the file exists makes no difference
    assert_eq!(outside, refuses("../../absent").replace("absent", "secret"));
    refuses("../../../../../../../../../../../../etc/passwd");
    refuses("./inside/../../../secret");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(
            bench.path("secret.deploy"),
            bench.path("project/specs/link.deploy"),
        )
        .expect("made");
        refuses("./link");
        std::os::unix::fs::symlink(bench.root(), bench.path("project/specs/up")).expect("made");
        refuses("./up/secret");
        std::os::unix::fs::symlink("loop.deploy", bench.path("project/specs/loop.deploy"))
            .expect("made");
        refuses("./loop");
    }
}

#[cfg(unix)]
#[test]
fn a_link_inside_of_the_project_is_followed() {
    let bench = Bench::with(&[
        ("deployc.toml", ""),
        ("shared/common.deploy", MODULE),
        ("specs/a.deploy", &importing("./common")),
    ]);
    std::os::unix::fs::symlink("../shared/common.deploy", bench.path("specs/common.deploy"))
        .expect("made");
    bench.run(&["check", "specs/a.deploy"]).ends(0);
}

#[test]
fn what_can_t_be_imported_is_a_finding_with_the_reason() {
    let bench = Bench::new();
    bench.write("common.deploy", b"edition 2026\nrole x \"caf\xe9\"\n");
    bench.write("a.deploy", importing("./common"));
    let run = bench.run(&["check", "a.deploy"]).ends(1);
    assert!(
        run.out.contains("is not UTF-8: line 2, byte 24"),
        "{run:#?}"
    );
    std::fs::remove_file(bench.path("common.deploy")).expect("removed");
    let run = bench.run(&["check", "a.deploy"]).ends(1);
    assert!(run.out.contains("D0204"), "{run:#?}");
    std::fs::create_dir(bench.path("common.deploy")).expect("made");
    let run = bench.run(&["check", "a.deploy"]).ends(1);
    assert!(run.out.contains("is a folder"), "{run:#?}");
}

/// Whoever changes a module learns at once what that breaks.
#[test]
fn what_brings_in_a_named_file_is_checked_too() {
    let bench = Bench::with(&[
        (".git/HEAD", ""),
        (".gitignore", "/ignored\n"),
        ("common.deploy", MODULE),
        (
            "between.deploy",
            "edition 2026\n\nuse ./common\n\nprocedure call \"Call\" {\n  check \"A\" by common.lead\n}\n",
        ),
        ("specs/direct.deploy", &importing("../common")),
        (
            "specs/indirect.deploy",
            "edition 2026\n\n  use ../between\n\ndeployment \"D\" {\n  version \"v1\"\n}\n",
        ),
        ("specs/other.deploy", "edition 2026\nnonsense\n"),
        ("ignored/a.deploy", &importing("../common")),
    ]);
    let files = |arguments: &[&str]| -> String {
        let run = bench.run(arguments);
        run.out.lines().last().unwrap_or_default().to_owned()
    };
    let named = ["check", "common.deploy"];
    assert_eq!(files(&named), "no findings in 4 files");
    assert_eq!(
        files(&[&named[..], &["specs/direct.deploy"]].concat()),
        "no findings in 4 files"
    );
    assert_eq!(
        files(&[&named[..], &["--no-dependents"]].concat()),
        "no findings in 1 file"
    );
    assert_eq!(
        files(&[&named[..], &["--exclude", "specs/direct.deploy"]].concat()),
        "no findings in 3 files"
    );
    assert_eq!(
        files(&["check", "specs/direct.deploy"]),
        "no findings in 1 file"
    );
    // The name goes, and those who use it say so.
    bench.write("common.deploy", "edition 2026\n\nrole chief \"Chief\"\n");
    let run = bench
        .run(&["check", "common.deploy", "--format=short"])
        .ends(1);
    for file in ["between.deploy:", "specs/direct.deploy:"] {
        assert!(run.out.contains(file), "{run:#?}");
    }
    assert!(!run.out.contains("other.deploy"), "{run:#?}");
    // Without a project nothing says how far to look.
    std::fs::remove_dir_all(bench.path(".git")).expect("it is there");
    bench
        .run(&["check", "common.deploy", "--format=short"])
        .ends(0);
}
