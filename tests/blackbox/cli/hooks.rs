//! The hooks for pre-commit: every entry is a command that works. `tests/hooks` has pre-commit run them.

use super::bench::{Bench, CLEAN};

const HOOKS: &str = include_str!("../../../.pre-commit-hooks.yaml");

/// The value of a key, for each hook.
fn values(key: &str) -> Vec<&'static str> {
    let begin = format!("{key}: ");
    let lines = HOOKS
        .lines()
        .map(|line| line.trim_start_matches(['-', ' ']));
    lines
        .filter_map(|line| line.strip_prefix(begin.as_str()))
        .collect()
}

#[test]
fn every_hook_on_files_runs_as_pre_commit_runs_it() {
    let entries = values("entry");
    assert_eq!(entries.len(), values("id").len());
    let bench = Bench::with(&[
        (".gitignore", "/generated\n"),
        ("a.deploy", CLEAN),
        ("b.deploy", CLEAN),
        ("generated/c.deploy", "no spec at all"),
    ]);
    for entry in entries
        .iter()
        .filter(|entry| entry.contains("--force-exclude"))
    {
        let arguments = entry.strip_prefix("deployc ").expect("it is the binary");
        let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
        arguments.extend(["a.deploy", "b.deploy", "generated/c.deploy"]);
        bench.run(&arguments).ends(0);
        assert_eq!(bench.read("generated/c.deploy"), "no spec at all");
        // all of them excluded: nothing to do is no failure
        arguments.retain(|argument| !matches!(*argument, "a.deploy" | "b.deploy"));
        bench.run(&arguments).ends(0);
    }
}

#[test]
fn every_hook_comes_in_three_ways_that_run_the_same() {
    let ways: Vec<(&str, (&str, &str))> = values("id")
        .into_iter()
        .zip(values("language").into_iter().zip(values("entry")))
        .collect();
    assert_eq!(ways.len() % 3, 0);
    for way in ways.chunks(3) {
        let [(id, (wheel, entry)), system, source] = way else {
            panic!("{way:?}");
        };
        assert_eq!(*wheel, "python");
        assert_eq!(
            *system,
            (format!("{id}-system").as_str(), ("system", *entry))
        );
        assert_eq!(*source, (format!("{id}-src").as_str(), ("rust", *entry)));
    }
}
