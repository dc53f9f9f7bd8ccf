//! The hooks for pre-commit: every entry is a command that works.

use super::bench::{Bench, CLEAN};

const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");

#[test]
fn every_hook_runs_as_pre_commit_runs_it() {
    let entries: Vec<&str> = HOOKS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("entry: deployc "))
        .collect();
    assert_eq!(entries.len(), HOOKS.matches("- id: ").count());
    let bench = Bench::with(&[
        (".gitignore", "/generated\n"),
        ("a.deploy", CLEAN),
        ("b.deploy", CLEAN),
        ("generated/c.deploy", "no spec at all"),
    ]);
    for entry in entries {
        let mut arguments: Vec<&str> = entry.split_whitespace().collect();
        arguments.extend(["a.deploy", "b.deploy", "generated/c.deploy"]);
        bench.run(&arguments).ends(0);
        assert_eq!(bench.read("generated/c.deploy"), "no spec at all");
        // all of them excluded: nothing to do is no failure
        let mut arguments: Vec<&str> = entry.split_whitespace().collect();
        arguments.push("generated/c.deploy");
        bench.run(&arguments).ends(0);
    }
}
