//! The same specs make the same bytes: in any order, anywhere, on any machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use deployc::backend::{Fidelity, account};
use deployc::catalogue::BACKENDS;
use deployc::compile;
use tempfile::TempDir;

use super::corpus::cases;
use super::outputs::{Files, diff};
use crate::faults::{Random, files};
use crate::generator::Spec;

/// Formats of findings that are kept and compared. What people see in a terminal follows its letters and its width.
const FORMATS: &[&str] = &["short", "json", "sarif", "github", "gitlab", "junit"];

/// How one run differs from another.
#[derive(Clone, Copy, Default)]
struct Run {
    environment: &'static [(&'static str, &'static str)],
    /// The specs are named in the opposite order.
    reversed: bool,
    /// One core does everything.
    one_core: bool,
    /// It is started in another folder, from which the specs have longer paths.
    below: bool,
}

const ELSEWHERE: &[(&str, &str)] = &[
    ("LC_ALL", "tr_TR.UTF-8"),
    ("LANG", "de_DE.ISO-8859-1"),
    ("TZ", "Pacific/Kiritimati"),
    ("HOME", "/nonexistent"),
    ("USER", "somebody"),
    ("HOSTNAME", "elsewhere"),
    ("COLUMNS", "33"),
    ("TERM", "dumb"),
    ("SOURCE_DATE_EPOCH", "1"),
];

/// A spec that is so large that several threads read it: each of its phases brings the same things in.
fn large() -> String {
    let words = "It is there, and there, and there. ".repeat(60);
    let mut text = String::from(
        "edition 2026\nuse std/http\nuse ./part-1\ndeployment \"Large\" {\n  version \"1\"\n}\nservice api \"API\"\n\
         checklist seen \"Seen\" {\n  check errors http.error-rate(api) < 1%\n  run x `./x \"$NOBODY\"` idempotent\n}\n",
    );
    for number in 0..100 {
        text.push_str(&format!(
            "phase p-{number} \"P\" {{\n  include seen\n  check http.latency(api, p95) < {}ms\n  note \"{words}\"\n}}\n",
            number + 1
        ));
    }
    // Two parts are read at once from twice 64 KiB on.
    assert!(text.len() > 3 * 64 * 1024);
    text
}

/// Names and texts of files.
type Texts = Vec<(String, String)>;

/// The specs. Those that are asked for stand before those that they bring in.
fn specs() -> (Texts, Texts) {
    let mut asked = Texts::new();
    for (path, text) in files(&["examples"]) {
        let name = path.rsplit('/').next().unwrap_or_default();
        asked.push((name.to_owned(), text));
    }
    for seed in 1..4 {
        let spec = Spec::of(seed);
        asked.push((format!("made-{seed}.deploy"), spec.text(&spec.readable())));
    }
    asked.push(("large.deploy".to_owned(), large()));
    // One in several files.
    let spec = Spec::of(4);
    let split = spec.divided(&mut Random(4), 3);
    let mut split = spec.split(&spec.readable(), &split);
    asked.push(split.remove(0));
    assert!(split.len() > 1, "it is in several files");
    (asked, split)
}

/// For each target the specs that it carries.
fn carried(
    asked: &[(String, String)],
    all: &[(String, String)],
) -> BTreeMap<&'static str, Vec<String>> {
    let mut carried: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, text) in asked {
        let compilation = compile::check(name, text.clone(), &Files(all));
        let plan = compile::plan(&compilation).expect("it is valid");
        for backend in BACKENDS {
            let refused = account(*backend, &plan)
                .iter()
                .any(|node| matches!(node.fidelity, Fidelity::Refused { .. }));
            let specs = carried.entry(backend.name()).or_default();
            if !refused {
                specs.push(name.clone());
            }
        }
    }
    assert_eq!(carried.len(), BACKENDS.len());
    carried
}

fn deployc(folder: &Path, run: Run, arguments: &[&str]) -> (bool, String, String) {
    let binary = assert_cmd::cargo::cargo_bin("deployc");
    let taskset = Path::new("/usr/bin/taskset");
    let mut command = match run.one_core && taskset.exists() {
        true => {
            let mut command = Command::new(taskset);
            command.args(["-c", "0"]).arg(binary);
            command
        }
        false => Command::new(binary),
    };
    let below = folder.join("below");
    command.current_dir(if run.below { &below } else { folder });
    command.env_clear();
    command.env("HOME", folder).env("PATH", "/usr/bin:/bin");
    command.envs(run.environment.iter().copied());
    let output = command.args(arguments).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn collect(folder: &Path, into: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(folder).expect("it is there").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => collect(&path, into),
            false => {
                let text = std::fs::read_to_string(&path).expect("text");
                into.insert(path, text);
            }
        }
    }
}

/// All that is said and written, by what was asked for.
fn everything(run: Run) -> BTreeMap<String, String> {
    let folder = TempDir::new().expect("there is room");
    let (asked, brought_in) = specs();
    let all: Vec<(String, String)> = asked.iter().chain(&brought_in).cloned().collect();
    for (name, text) in &all {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    std::fs::create_dir(folder.path().join("below")).expect("there is room");
    let carried = carried(&asked, &all);
    let up = if run.below { "../" } else { "" };
    let named = |names: &[String]| -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(|name| format!("{up}{name}")).collect();
        if run.reversed {
            names.reverse();
        }
        names
    };
    let mut said = BTreeMap::new();
    let mut ask = |label: &str, arguments: &str, names: &[String]| {
        let names = named(names);
        let arguments: Vec<&str> = arguments
            .split(' ')
            .chain(names.iter().map(String::as_str))
            .collect();
        let (done, out, err) = deployc(folder.path(), run, &arguments);
        assert!(done || !label.starts_with("build"), "{label}: {err}");
        said.insert(label.to_owned(), out);
    };
    let names: Vec<String> = asked.iter().map(|(name, _)| name.clone()).collect();
    for format in FORMATS {
        ask(
            &format!("check {format}"),
            &format!("check --format={format}"),
            &names,
        );
    }
    ask("fmt", "fmt --diff", &names);
    ask("test", "test --format=json", &names);
    ask("graph", "graph --format=svg", &names[..1]);
    ask("timeline", "timeline --format=svg", &names[..1]);
    for (target, names) in &carried {
        let own = |format: &str| format!("{up}built/{target}/{format}");
        let build = format!("build --quiet --target {target}");
        let report = format!("--fidelity {up}{target}.fidelity.json");
        ask(
            &format!("build {target}"),
            &format!("{build} {report} --out {}", own("files")),
            names,
        );
        let clusters = ["argo-rollouts", "argo-workflows", "flagger", "prometheus"];
        if clusters.contains(target) {
            let rights = match *target {
                "argo-workflows" => " --rbac deployments",
                _ => "",
            };
            let apart = format!("{build} --split --kustomization --format json{rights}");
            ask(
                &format!("build {target} apart"),
                &format!("{apart} --out {}", own("apart")),
                names,
            );
        }
    }
    let mut built = BTreeMap::new();
    collect(&folder.path().join("built"), &mut built);
    for (target, names) in &carried {
        let own = folder.path().join("built").join(target).join("files");
        let files = built.keys().filter(|path| path.starts_with(&own));
        assert!(files.count() >= names.len().min(2), "{target}");
    }
    for path in carried
        .keys()
        .map(|target| format!("{target}.fidelity.json"))
    {
        let text = std::fs::read_to_string(folder.path().join(&path)).expect("a report");
        said.insert(path, text);
    }
    for (path, text) in built {
        let path = path.strip_prefix(folder.path()).expect("below it");
        said.insert(path.display().to_string(), text);
    }
    // A spec is called as it was asked for, and a finding is known by where it is.
    for text in said.values_mut() {
        *text = text.replace("../", "");
    }
    if run.below {
        said = unnumbered(&said);
    }
    let place = folder.path().display().to_string();
    for (name, text) in &said {
        assert!(!text.contains(&place), "{name} names the folder");
    }
    said
}

/// The same without the fingerprints of findings, by which tools tell them apart: the path is in them.
fn unnumbered(said: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = |(name, text): (&String, &String)| match name.starts_with("check") {
        true => (name.clone(), without_fingerprints(text)),
        false => (name.clone(), text.clone()),
    };
    said.iter().map(own).collect()
}

fn without_fingerprints(text: &str) -> String {
    let is_one = |line: &str| line.contains("\"fingerprint\"") || line.contains("\"deployc/v1\"");
    let kept = text.lines().filter(|line| !is_one(line));
    kept.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn assert_same(context: &str, ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) {
    let names = |said: &BTreeMap<String, String>| said.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(ours), names(theirs), "{context}");
    for (name, text) in ours {
        let other = &theirs[name];
        assert!(text == other, "{context}: {name}\n{}", diff(text, other));
    }
}

/// With `PROPTEST_CASES` each of these differences is made alone as well, and the first run is made again so often.
#[test]
fn a_build_depends_on_nothing_but_the_specs() {
    let first = everything(Run::default());
    let all = Run {
        environment: ELSEWHERE,
        reversed: true,
        one_core: true,
        below: true,
    };
    assert_same("everything else", &unnumbered(&first), &everything(all));
    let often = cases(0);
    if often == 0 {
        return;
    }
    let none = Run::default();
    let one_core = Run {
        one_core: true,
        ..none
    };
    let reversed = Run {
        reversed: true,
        ..none
    };
    let elsewhere = Run {
        environment: ELSEWHERE,
        ..none
    };
    assert_same("one core", &first, &everything(one_core));
    assert_same("other order", &first, &everything(reversed));
    assert_same("elsewhere", &first, &everything(elsewhere));
    // Hashes have another seed in every process.
    for _ in 0..often {
        assert_same("again", &first, &everything(none));
    }
}
