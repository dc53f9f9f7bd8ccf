//! `deployc fmt`.

use super::bench::{Bench, CLEAN};

const MESSY: &str =
    "edition 2026\n\n\n\n\ndeployment   \"Checkout\"  {\n      version \"v1\"   # which\n}\n";
const TIDY: &str = "edition 2026\n\ndeployment \"Checkout\" {\n  version \"v1\"  # which\n}\n";

#[test]
fn files_are_formatted_in_place() {
    let bench = Bench::with(&[
        ("a.deploy", MESSY),
        ("sub/b.deploy", CLEAN),
        ("c.txt", MESSY),
    ]);
    bench
        .run(&["fmt"])
        .ends(0)
        .prints("")
        .complains("1 file changed, 1 file did not\n");
    assert_eq!(bench.read("a.deploy"), TIDY);
    assert_eq!(bench.read("sub/b.deploy"), CLEAN);
    assert_eq!(bench.read("c.txt"), MESSY);
    bench
        .run(&["fmt"])
        .ends(0)
        .complains("2 files in canonical form\n");
    bench.run(&["fmt", "-q"]).ends(0).silent();
}

#[test]
fn check_writes_nothing_and_says_what_would_change() {
    let bench = Bench::with(&[("a.deploy", MESSY), ("b.deploy", CLEAN)]);
    bench
        .run(&["fmt", "--check"])
        .ends(1)
        .prints("would change a.deploy\n")
        .complains("1 file would change, 1 file did not\n");
    assert_eq!(bench.read("a.deploy"), MESSY);
    bench
        .run(&["fmt", "--check", "b.deploy"])
        .ends(0)
        .prints("");
}

#[test]
fn diff_writes_nothing_and_prints_a_patch() {
    let bench = Bench::with(&[("a.deploy", MESSY)]);
    let run = bench.run(&["fmt", "--diff", "-q"]).ends(1).silent();
    assert_eq!(
        run.out,
        concat!(
            "--- a.deploy\n+++ a.deploy\n@@ -1,8 +1,5 @@\n edition 2026\n \n-\n-\n-\n",
            "-deployment   \"Checkout\"  {\n-      version \"v1\"   # which\n",
            "+deployment \"Checkout\" {\n+  version \"v1\"  # which\n }\n"
        )
    );
    assert_eq!(bench.read("a.deploy"), MESSY);
    let run = bench
        .run(&["fmt", "--diff", "-q", "--color", "always"])
        .ends(1);
    assert!(
        run.out
            .contains("\u{1b}[32m+deployment \"Checkout\" {\u{1b}[0m\n")
    );
}

#[test]
fn standard_input_goes_to_standard_output() {
    let bench = Bench::new();
    bench
        .run_with(&["fmt", "-"], MESSY)
        .ends(0)
        .silent()
        .prints(TIDY);
    bench
        .run_with(&["fmt", "-"], TIDY)
        .ends(0)
        .silent()
        .prints(TIDY);
    bench
        .run_with(&["fmt", "-", "--check"], MESSY)
        .ends(1)
        .prints("would change <stdin>\n");
    bench
        .run_with(&["fmt", "-", "--check"], TIDY)
        .ends(0)
        .prints("");
    let run = bench
        .run_with(
            &["fmt", "-", "--diff", "--stdin-filename", "x.deploy"],
            MESSY,
        )
        .ends(1);
    assert!(
        run.out.starts_with("--- x.deploy\n+++ x.deploy\n"),
        "{run:#?}"
    );
}

#[test]
fn statements_that_can_t_be_read_stay_byte_for_byte_and_are_said() {
    let broken = "edition 2026\nphase a \"A\"   {\n     chek \"x\"  \n check    \"y\"\n}\n";
    let formatted = "edition 2026\n\nphase a \"A\" {\n     chek \"x\"  \n  check \"y\"\n}\n";
    let said = |line: usize| {
        format!("a.deploy:{line}:6: error[D0102] unknown-word: `chek` begins no statement\n")
    };
    let bench = Bench::with(&[("a.deploy", broken), ("b.deploy", MESSY)]);
    bench
        .run(&["fmt", "--check"])
        .ends(1)
        .prints("would change a.deploy\nwould change b.deploy\n")
        .complains(&format!(
            "{}2 files would change; statements that can't be read are left as they are, in 1 file\n",
            said(3)
        ));
    assert_eq!(bench.read("a.deploy"), broken);
    bench.run(&["fmt"]).ends(1).prints("").complains(&format!(
        "{}2 files changed; statements that can't be read are left as they are, in 1 file\n",
        said(3)
    ));
    assert_eq!(bench.read("a.deploy"), formatted);
    assert_eq!(bench.read("b.deploy"), TIDY);
    // It is said again, though nothing changes.
    for arguments in [
        &["fmt", "-q"][..],
        &["fmt", "-q", "--check"],
        &["fmt", "-q", "--diff"],
    ] {
        bench.run(arguments).ends(1).prints("").complains(&said(4));
    }
    bench
        .run_with(&["fmt", "-", "--stdin-filename", "a.deploy"], broken)
        .ends(1)
        .prints(formatted)
        .complains(&said(3));
    // A file without its edition can be read; one of a later edition can't, and is left as it is.
    bench.write("a.deploy", "role   a\n");
    bench.run(&["fmt", "-q", "a.deploy"]).ends(0).silent();
    assert_eq!(bench.read("a.deploy"), "role a\n");
    bench.write("a.deploy", "edition 2999\nrole   a\n");
    let run = bench.run(&["fmt", "-q", "a.deploy"]).ends(1);
    assert!(run.err.contains("D0110"), "{run:#?}");
    assert_eq!(bench.read("a.deploy"), "edition 2999\nrole   a\n");
}

#[test]
fn what_can_t_be_read_is_left_alone_and_the_others_are_formatted() {
    let bench = Bench::with(&[("b.deploy", MESSY)]);
    bench.write("a.deploy", b"edition 2026\nrole x \"caf\xe9\"\n");
    let run = bench.run(&["fmt", "-q"]).ends(3);
    assert!(
        run.err.starts_with("error: `a.deploy` is not UTF-8"),
        "{run:#?}"
    );
    assert_eq!(bench.read("b.deploy"), TIDY);
    bench.run(&["fmt", "gone.deploy"]).ends(2);
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_no_link_leads_out() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bench = Bench::with(&[
        ("outside.deploy", MESSY),
        ("project/deployc.toml", ""),
        ("project/a.deploy", MESSY),
        ("project/shared/b.deploy", MESSY),
    ]);
    let path = bench.path("project/a.deploy");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("set");
    bench.run(&["fmt", "-q", "project/a.deploy"]).ends(0);
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);

    symlink("shared/b.deploy", bench.path("project/b.deploy")).expect("made");
    bench.run(&["fmt", "-q", "project/b.deploy"]).ends(0);
    assert_eq!(bench.read("project/shared/b.deploy"), TIDY);
    assert!(bench.path("project/b.deploy").is_symlink());

    symlink("../outside.deploy", bench.path("project/c.deploy")).expect("made");
    let run = bench.run(&["fmt", "-q", "project/c.deploy"]).ends(3);
    assert!(run.err.contains("lies outside of"), "{run:#?}");
    assert_eq!(bench.read("outside.deploy"), MESSY);

    let locked = bench.path("project/d.deploy");
    fs::write(&locked, MESSY).expect("written");
    fs::set_permissions(&locked, Permissions::from_mode(0o444)).expect("set");
    let run = bench.run(&["fmt", "-q", "project/d.deploy"]).ends(3);
    assert_eq!(run.err, "error: `project/d.deploy` is read-only\n");
    assert_eq!(bench.read("project/d.deploy"), MESSY);
    // nothing is left lying about
    let left: Vec<_> = fs::read_dir(bench.path("project"))
        .expect("there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(".deployc-"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
