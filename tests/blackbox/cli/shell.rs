//! What every subcommand shares: help, misuse, completions, the manual.

use super::bench::Bench;

const SUBCOMMANDS: [&str; 14] = [
    "build",
    "check",
    "completions",
    "explain",
    "fmt",
    "graph",
    "lsp",
    "man",
    "mdbook",
    "new",
    "schema",
    "test",
    "timeline",
    "why",
];

#[test]
fn help_teaches_by_example() {
    let bench = Bench::new();
    for arguments in [&["--help"][..], &["help"], &["-h"]] {
        let run = bench.run(arguments).ends(0).silent();
        assert!(run.out.contains("Examples:\n  deployc "), "{run:#?}");
        assert!(run.out.contains("Exit codes:"), "{run:#?}");
    }
    for name in SUBCOMMANDS {
        let run = bench.run(&[name, "--help"]).ends(0).silent();
        assert!(
            run.out.contains(&format!("Examples:\n  deployc {name}")),
            "{run:#?}"
        );
    }
}

#[test]
fn every_subcommand_is_known_to_these_tests() {
    let run = Bench::new().run(&["--help"]);
    let listed: Vec<&str> = run
        .out
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, SUBCOMMANDS);
}

#[test]
fn a_subcommand_is_about_what_the_list_says() {
    let bench = Bench::new();
    let list = bench.run(&["--help"]);
    for name in SUBCOMMANDS {
        let run = bench.run(&[name, "--help"]);
        let about = run.out.lines().next().unwrap_or_default();
        let line = format!("  {name:<11}  {about}");
        assert!(about.len() > 10, "{run:#?}");
        assert!(list.out.lines().any(|listed| listed == line), "{line}");
    }
}

#[test]
fn misuse_ends_with_2() {
    let bench = Bench::new();
    for arguments in [
        &[][..],
        &["deploy"],
        &["check", "--colour"],
        &["check", "--format", "xml"],
        &["completions", "tcsh"],
        &["schema"],
        &["man", "nothing"],
    ] {
        let run = bench.run(arguments).ends(2).prints("");
        assert!(!run.err.is_empty());
    }
}

#[test]
fn the_version_is_the_crate_s() {
    Bench::new().run(&["--version"]).ends(0).prints(concat!(
        "deployc ",
        env!("CARGO_PKG_VERSION"),
        "\n"
    ));
}

#[test]
fn completions_come_for_every_shell() {
    let bench = Bench::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = bench.run(&["completions", shell]).ends(0).silent();
        for name in SUBCOMMANDS {
            assert!(run.out.contains(name), "{shell} lacks {name}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_each_subcommand() {
    let bench = Bench::new();
    let run = bench.run(&["man"]).ends(0).silent();
    assert!(run.out.contains(".TH deployc 1"), "{run:#?}");
    for name in SUBCOMMANDS {
        let run = bench.run(&["man", name]).ends(0).silent();
        assert!(
            run.out.contains(&format!(".TH deployc-{name} 1")),
            "{run:#?}"
        );
        assert!(run.out.contains("Examples:"), "{run:#?}");
    }
}
