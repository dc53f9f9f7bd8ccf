//! The examples are what people copy: each checks without a finding, becomes a plan with nothing
//! left open in it, and tests itself.

use std::path::PathBuf;

use deployc::compile;
use deployc::plan::{Plan, Work};
use deployc::source::NoFiles;

fn examples() -> Vec<(PathBuf, Plan)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir("examples")
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "deploy"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 5, "{paths:?}");
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("the example");
            let name = path.to_string_lossy().into_owned();
            let compilation = compile::check(&name, text, &NoFiles);
            let found: Vec<&str> = compilation
                .diagnostics
                .iter()
                .map(|finding| finding.message.as_str())
                .collect();
            assert!(found.is_empty(), "{name}: {found:#?}");
            let plan = compile::plan(&compilation).expect("a deployment");
            (path, plan)
        })
        .collect()
}

#[test]
fn queries_are_filled_in_but_for_the_window() {
    for (path, plan) in examples() {
        for metric in &plan.metrics {
            let query = metric.query.clone().unwrap_or_default();
            let left = query.replace("$window", "");
            assert!(
                !left.contains('$'),
                "{}: `{}` asks {query}",
                path.display(),
                metric.name
            );
        }
    }
}

#[test]
fn what_is_looked_up_has_a_title() {
    for (path, plan) in examples() {
        for node in plan.walk() {
            if matches!(
                node.work,
                Work::Lookup { .. } | Work::Link { .. } | Work::File { .. }
            ) {
                assert!(!node.title.is_empty(), "{}: {}", path.display(), node.id);
            }
        }
    }
}

#[test]
fn every_example_tests_itself_and_has_a_way_back() {
    for (path, plan) in examples() {
        let tests = plan.of_kind("test").count();
        let short = plan.walk().count() < 40;
        assert!(short || tests >= 2, "{}: {tests} tests", path.display());
        assert!(plan.of_kind("rollback").count() >= 1, "{}", path.display());
        assert!(!plan.deployment.owners.is_empty(), "{}", path.display());
    }
}
