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

#[test]
fn files_that_bring_each_other_in_are_a_finding_with_the_way() {
    let bench = Bench::with(&[
        ("self.deploy", "edition 2026\n\nuse ./self\n"),
        ("a.deploy", "edition 2026\n\nuse ./b\n"),
        ("b.deploy", "edition 2026\n\nuse ./c\n"),
        ("c.deploy", "edition 2026\n\nuse ./a\n"),
    ]);
    let run = bench.run(&["check", "self.deploy"]).ends(1);
    assert!(
        run.out.contains("`self.deploy` → `self.deploy`"),
        "{run:#?}"
    );
    let run = bench.run(&["check", "a.deploy"]).ends(1);
    let way = "`a.deploy` → `b.deploy` → `c.deploy` → `a.deploy`";
    assert!(run.out.contains(way), "{run:#?}");
}

#[test]
fn a_chain_of_imports_may_be_long_and_not_too_long() {
    let bench = Bench::new();
    let module = |number: usize| {
        format!(
            "edition 2026\n\nuse ./m{}\n\nrole r{number} \"R\"\n",
            number + 1
        )
    };
    for number in 0..300 {
        bench.write(&format!("m{number}.deploy"), module(number));
    }
    bench.write("m300.deploy", MODULE);
    bench
        .run(&["check", "m268.deploy", "--level=error"])
        .ends(0);
    let run = bench
        .run(&["check", "m267.deploy", "--format=short"])
        .ends(1);
    assert!(
        run.out.contains("can't bring in more than 32 files"),
        "{run:#?}"
    );
    // As many as there may be beside each other, the first one counted, and one more.
    let many: String = (0..256)
        .map(|number| format!("use ./n{number}\n"))
        .collect();
    for number in 0..256 {
        bench.write(
            &format!("n{number}.deploy"),
            MODULE.replace("lead", &format!("lead{number}")),
        );
    }
    let (last, _) = many.trim_end().rsplit_once('\n').expect("there are many");
    bench.write("some.deploy", format!("edition 2026\n\n{last}\n"));
    bench.write("many.deploy", format!("edition 2026\n\n{many}"));
    bench
        .run(&["check", "some.deploy", "--level=error"])
        .ends(0);
    let run = bench
        .run(&["check", "many.deploy", "--format=short"])
        .ends(1);
    assert!(
        run.out.contains("can't bring in more than 256 files"),
        "{run:#?}"
    );
    // A file that is reached twice is read once.
    bench.write("left.deploy", "edition 2026\n\nuse ./common\n");
    bench.write("right.deploy", "edition 2026\n\nuse ./common\n");
    bench.write("common.deploy", MODULE);
    bench.write(
        "top.deploy",
        "edition 2026\n\nuse ./left\nuse ./right\nuse ./common\n\ndeployment \"D\" {\n  owner common.lead\n}\n",
    );
    bench.run(&["check", "top.deploy", "--level=error"]).ends(0);
}

#[test]
fn paths_that_lead_astray_are_refused_without_a_look() {
    let bench = Bench::with(&[("secret", "TOP SECRET\n"), ("sub/x.deploy", MODULE)]);
    for path in [
        "../../etc/passwd",
        "/etc/passwd",
        "./../../../../../../proc/self/environ",
        "~/x",
        "file:///etc/passwd",
        "C:\\x",
        "\\\\server\\share\\x",
        "./%2e%2e/secret",
        "./x.",
        "./sub",
        "./sub/../../secret",
        "./sub/x.deploy/y",
    ] {
        bench.write("a.deploy", importing(path));
        let run = bench.run(&["check", "a.deploy", "--format=short"]).ends(1);
        assert!(
            !run.out.contains("SECRET") && !run.out.contains("root:"),
            "{run:#?}"
        );
        let refused = ["D0204", "D0101", "D0102"];
        assert!(
            refused.iter().any(|code| run.out.contains(code)),
            "{path}: {run:#?}"
        );
    }
    // Up and down again inside of the project is no way out.
    bench.write("common.deploy", MODULE);
    bench.write("a.deploy", importing("./sub/../common"));
    bench.run(&["check", "a.deploy", "--level=error"]).ends(0);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_brought_in() {
    use std::os::unix::fs::symlink;
    use std::process::Command;
    let bench = Bench::with(&[("a.deploy", &importing("./common"))]);
    let refuses = |why: &str| {
        let run = bench.run(&["check", "a.deploy", "--format=short"]).ends(1);
        assert!(
            run.out.contains("D0204") && run.out.contains(why),
            "{run:#?}"
        );
        std::fs::remove_file(bench.path("common.deploy")).expect("it is there");
    };
    let pipe = Command::new("mkfifo")
        .arg(bench.path("common.deploy"))
        .status();
    assert!(pipe.expect("it starts").success());
    refuses("is not a regular file");
    symlink("common.deploy", bench.path("common.deploy")).expect("made");
    refuses("too many levels of symbolic links");
    symlink("gone", bench.path("common.deploy")).expect("made");
    refuses("there is no file");
    symlink("/dev/zero", bench.path("common.deploy")).expect("made");
    refuses("outside of the project");
    let large = std::fs::File::create(bench.path("common.deploy")).expect("made");
    large.set_len(64_000_001).expect("sparse");
    refuses("is larger than 64 MB");
}
