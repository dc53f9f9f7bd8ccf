//! Everything that the compiler says of a spec, without the lines at which it stands.

use std::collections::{BTreeMap, BTreeSet};

use deployc::backend::graph::{Form, View, chart};
use deployc::backend::timeline::{Paper, timeline};
use deployc::backend::{Embedded, account};
use deployc::catalogue::BACKENDS;
use deployc::compile::{self, Compilation};
use deployc::diagnostic::{Diagnostic, Level};
use deployc::plan::Plan;
use deployc::simulate::run_tests;
use deployc::source::{LoadError, Loader};
use serde_json::Value;

/// Files in memory.
pub struct Files<'f>(pub &'f [(String, String)]);

impl Loader for Files<'_> {
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let folder = from.rfind('/').map_or("", |end| &from[..=end]);
        let path = path.trim_end_matches(".deploy");
        let wanted = format!("{folder}{}.deploy", path.trim_start_matches("./"));
        let found = self.0.iter().find(|(path, _)| *path == wanted);
        found.cloned().ok_or(LoadError::Missing)
    }
}

/// What is said of a spec.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// The plan, without the places at which things stand; nothing where there is none.
    pub plan: Value,
    /// The findings, sorted, without their places.
    pub findings: Vec<String>,
    /// Every file of every target, pictures, timelines, the story of every test, by their names.
    pub files: BTreeMap<String, String>,
}

/// What is said of a spec in one file.
pub fn of(text: &str) -> Outputs {
    of_files(&[("spec.deploy".to_owned(), text.to_owned())])
}

/// What is said of a spec, the first of these files.
pub fn of_files(files: &[(String, String)]) -> Outputs {
    let (path, text) = &files[0];
    let compilation = compile::check(path, text.clone(), &Files(files));
    let mut outputs = Outputs {
        findings: findings(&compilation),
        ..Outputs::default()
    };
    let Some(plan) = compile::plan(&compilation) else {
        return outputs;
    };
    outputs.plan = placeless(&plan);
    outputs.files = written(&plan);
    outputs
}

/// The errors of a spec, each with its line.
pub fn errors(files: &[(String, String)]) -> Vec<String> {
    let (path, text) = &files[0];
    let compilation = compile::check(path, text.clone(), &Files(files));
    compilation
        .diagnostics
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| {
            let source = compilation.sources.get(finding.primary.span.source);
            let line = source.position(finding.primary.span.start).line;
            let written = source.text().lines().nth(line as usize - 1);
            format!(
                "{}:{line}: {} [{}]: {}",
                source.path(),
                finding.message,
                finding.rule.code,
                written.unwrap_or_default()
            )
        })
        .collect()
}

fn findings(compilation: &Compilation) -> Vec<String> {
    let mut all: Vec<String> = compilation.diagnostics.iter().map(words).collect();
    all.sort_unstable();
    all
}

fn words(finding: &Diagnostic) -> String {
    let labels = finding.secondary.iter().map(|label| label.text.as_str());
    let fixes = finding.fixes.iter().map(|fix| fix.title.as_str());
    let mut all = vec![
        finding.rule.code,
        finding.level.name(),
        &finding.message,
        &finding.primary.text,
    ];
    all.extend(labels);
    all.extend(finding.notes.iter().map(String::as_str));
    all.extend(finding.helps.iter().map(String::as_str));
    all.extend(fixes);
    all.join(" | ")
}

/// A plan without the places at which things stand.
pub fn placeless(plan: &Plan) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.remove("origin");
                object.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(plan).expect("a plan is JSON");
    strip(&mut value);
    value
}

fn written(plan: &Plan) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for backend in BACKENDS {
        let name = backend.name();
        let fates = account(*backend, plan);
        files.insert(format!("{name} fidelity"), format!("{fates:#?}"));
        if name == "plan" {
            continue; // compared as a value
        }
        let made = backend
            .emit(plan, "spec", &Embedded)
            .expect("the embedded templates can be filled in");
        for artifact in made {
            files.insert(format!("{name} {}", artifact.path), artifact.text);
        }
        let namespace = "deployments";
        if let Some(manifests) = backend.manifests_with_rights(plan, "spec", namespace) {
            for artifact in manifests.files("spec", Default::default()) {
                files.insert(
                    format!("{name} with rights {}", artifact.path),
                    artifact.text,
                );
            }
        }
    }
    for (view, name) in [(View::Whole, "whole"), (View::CriticalPath, "critical")] {
        for form in [Form::Mermaid, Form::Dot, Form::Svg] {
            if let Some(chart) = chart(plan, view) {
                files.insert(format!("graph {name} {form:?}"), chart.write(form));
            }
        }
    }
    if let Some(timeline) = timeline(plan) {
        let paper = Paper {
            width: 100,
            ascii: false,
            color: false,
        };
        files.insert("timeline text".to_owned(), timeline.text(paper));
        files.insert("timeline svg".to_owned(), timeline.svg());
        let json = serde_json::to_string_pretty(&timeline).expect("it is JSON");
        files.insert("timeline json".to_owned(), json);
    }
    for judged in run_tests(plan, &[]) {
        let mut story = serde_json::to_value(&judged).expect("it is JSON");
        if let Some(story) = story.as_object_mut() {
            story.remove("line");
            story.remove("file");
        }
        let story = serde_json::to_string_pretty(&story).expect("it is JSON");
        files.insert(format!("test {}", judged.title), story);
    }
    files
}

impl Outputs {
    /// The same with other words.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Outputs {
        let plan = serde_json::to_string(&self.plan).expect("it is JSON");
        let mut findings: Vec<String> = self.findings.iter().map(|one| change(one)).collect();
        findings.sort_unstable();
        Outputs {
            plan: serde_json::from_str(&change(&plan)).expect("it is JSON"),
            findings,
            files: self
                .files
                .iter()
                .map(|(name, text)| (change(name), change(text)))
                .collect(),
        }
    }

    /// What is different in other outputs: its name, and the lines.
    pub fn differences(&self, other: &Outputs) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut hold = |name: &str, ours: &str, theirs: &str| {
            if ours != theirs {
                found.push((name.to_owned(), diff(ours, theirs)));
            }
        };
        hold(
            "findings",
            &self.findings.join("\n"),
            &other.findings.join("\n"),
        );
        hold(
            "plan",
            &format!("{:#}", self.plan),
            &format!("{:#}", other.plan),
        );
        let names: BTreeSet<&String> = self.files.keys().chain(other.files.keys()).collect();
        for name in names {
            let text = |files: &Outputs| files.files.get(name).cloned().unwrap_or_default();
            hold(name, &text(self), &text(other));
        }
        found
    }
}

/// The lines that differ.
pub fn diff(ours: &str, theirs: &str) -> String {
    let diff = similar::TextDiff::from_lines(ours, theirs);
    let diff = diff.unified_diff().context_radius(2).to_string();
    let cut: Vec<&str> = diff.lines().take(60).collect();
    cut.join("\n")
}

/// What differs in all of some comparisons, each file once. Nothing may.
#[derive(Default)]
pub struct Tally(BTreeMap<String, (usize, String)>);

impl Tally {
    /// Holds two outputs against each other.
    pub fn hold(&mut self, context: &str, ours: &Outputs, theirs: &Outputs) {
        for (name, diff) in ours.differences(theirs) {
            // One test of a spec is as good as another.
            let name = match name.starts_with("test ") {
                true => "test".to_owned(),
                false => name,
            };
            let first = || (0, format!("{context}\n{diff}"));
            self.0.entry(name).or_insert_with(first).0 += 1;
        }
    }

    /// Fails where anything differed.
    #[track_caller]
    pub fn is_clean(&self) {
        let all = self.0.iter();
        let said: Vec<String> = all
            .map(|(name, (count, first))| format!("== {name}, {count} times; first {first}\n"))
            .collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}
