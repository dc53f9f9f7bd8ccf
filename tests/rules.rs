//! Every rule has an example that it finds, and the same spec mended, in which nothing is found.

use std::collections::BTreeSet;

use deployc::catalogue::RULES;
use deployc::compile;
use deployc::source::NoFiles;

fn found(text: &str) -> Vec<(&'static str, String)> {
    compile::check("example.deploy", text.to_owned(), &NoFiles)
        .diagnostics
        .into_iter()
        .map(|finding| (finding.rule.name, finding.message))
        .collect()
}

#[test]
fn every_rule_finds_its_example_and_leaves_the_mended_one_alone() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let bad = found(rule.bad);
        if !bad.iter().any(|(name, _)| *name == rule.name) {
            wrong.push(format!("{} is silent in its example: {bad:?}", rule.name));
        }
        let good = found(rule.good);
        if !good.is_empty() {
            wrong.push(format!(
                "{}: the mended example has findings: {good:?}",
                rule.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_are_named_as_people_write_them() {
    let mut names = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for rule in RULES {
        assert!(
            names.insert(rule.name),
            "two rules are called {}",
            rule.name
        );
        assert!(
            codes.insert(rule.code),
            "two rules have the code {}",
            rule.code
        );
        assert!(
            rule.name
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '-'),
            "{} is not kebab-case",
            rule.name
        );
        assert!(
            rule.code.len() == 5
                && rule.code.starts_with('D')
                && rule.code[1..].bytes().all(|digit| digit.is_ascii_digit()),
            "{} is no code",
            rule.code
        );
        assert!(rule.page.trim().len() > 20, "{} says too little", rule.name);
        assert!(!rule.summary.ends_with('.') && !rule.summary.is_empty());
    }
}

#[test]
fn examples_and_mended_checklists_have_no_finding() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.extension().is_none_or(|end| end != "deploy") {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).expect("the example can be read");
        let found = found(&text);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
    assert!(seen >= 6, "only {seen} examples");
}
