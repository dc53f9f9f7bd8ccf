//! Which rule finds which mistake. `tests/findings.tsv` lists mistakes in the five real checklists
//! (`tests/corpus/as-written`), found by reading them: the file, the line of the spec, the rule that
//! reports it there, and in words what is wrong. A rule `-` says that none does, and the words say
//! why. Beside them stand specs in which nothing is wrong although it looks so.

use std::collections::{BTreeMap, BTreeSet};

use deployc::catalogue::RULES;
use deployc::compile;
use deployc::source::NoFiles;

/// At least so many of a hundred mistakes are found.
const LEAST: usize = 85;

struct Row {
    number: usize,
    file: String,
    line: usize,
    rule: String,
    words: String,
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string("tests/findings.tsv").expect("the table");
    let mut lines = text.lines().enumerate();
    assert_eq!(
        lines.next().map(|(_, head)| head),
        Some("file\tline\trule\twhat is wrong")
    );
    lines
        .map(|(index, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [file, at, rule, words] = cells[..] else {
                panic!("findings.tsv:{}: four columns wanted: {line}", index + 1);
            };
            Row {
                number: index + 1,
                file: file.to_owned(),
                line: at.parse().expect("a line number"),
                rule: rule.to_owned(),
                words: words.to_owned(),
            }
        })
        .collect()
}

/// The lines at which each rule is found: of every place that takes part.
fn found(file: &str) -> BTreeSet<(usize, &'static str)> {
    let path = format!("tests/corpus/as-written/{file}.deploy");
    let text = std::fs::read_to_string(&path).expect("the checklist");
    let compilation = compile::check(&path, text, &NoFiles);
    let mut at = BTreeSet::new();
    for finding in &compilation.diagnostics {
        for label in std::iter::once(&finding.primary).chain(&finding.secondary) {
            if label.span.source == compilation.root {
                let source = compilation.sources.get(compilation.root);
                let line = source.position(label.span.start).line as usize;
                at.insert((line, finding.rule.name));
            }
        }
    }
    at
}

#[test]
fn each_mistake_is_found_where_it_is() {
    let mut by_file: BTreeMap<String, BTreeSet<(usize, &'static str)>> = BTreeMap::new();
    let (mut all, mut reported) = (0, 0);
    let mut wrong = Vec::new();
    for row in rows() {
        all += 1;
        let found = by_file
            .entry(row.file.clone())
            .or_insert_with(|| found(&row.file));
        if row.rule == "-" {
            assert!(row.words.len() > 40, "line {}: say why", row.number);
            continue;
        }
        reported += 1;
        let known = RULES.iter().find(|rule| rule.name == row.rule);
        let Some(rule) = known else {
            wrong.push(format!("line {}: no rule `{}`", row.number, row.rule));
            continue;
        };
        if !found.contains(&(row.line, rule.name)) {
            let near: Vec<usize> = found
                .iter()
                .filter(|(_, name)| *name == rule.name)
                .map(|(line, _)| *line)
                .collect();
            wrong.push(format!(
                "line {}: `{}` is not at {}:{}, but at {near:?}",
                row.number, row.rule, row.file, row.line
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        reported * 100 >= all * LEAST,
        "{reported} of {all} mistakes are reported"
    );
}

/// Specs that look wrong and are not.
const TRAPS: &[(&str, &str)] = &[
    (
        "windows that follow each other without a gap",
        r#"
phase immediate "At once" from T to T+15m { check "The service answers" }
phase metrics "Metrics" from T+15m to T+60m { check "Prometheus scrapes all targets" }
phase business "Business" from T+1h to T+4h { check "Events are ingested" }
phase long "A day" from T+4h to T+24h { check "Queues are processed" }
"#,
    ),
    (
        "slots that add up",
        r#"
phase canary "Canary" at 07:15 takes 15m { hold 15m }
gate decision "Decision" at 07:30 { approve by lead }
phase half "Half" at 09:45 takes 30m { hold 30m }
gate again "Once more" at 10:15 { approve by lead }
"#,
    ),
    (
        "work inside the time that it is said to last",
        r#"
phase early "Early" at 06:00 { check "The team is there" }
phase work "Work" at 07:00 takes 4h { hold 4h }
phase verified "Verified" at 12:00 { check "The service answers" }
"#,
    ),
    (
        "bands that meet",
        r#"
metric error-rate "Error rate" : percent in ratio { better lower }
phase work "Work" at 07:00 { check errors "Errors" error-rate < 1% }
severity mild "Investigate" {
  when error-rate in 1%..5%
  then pause
}
severity grave "Roll back" {
  when error-rate > 5%
  then rollback quick
}
"#,
    ),
    (
        "shares that grow up to all of the traffic",
        r#"
service shop {
  namespace shop
  workload deployment/shop
  replicas 4
  traffic gateway-api
}
phase work "Work" at 07:00 {
  shift shop to 10%
  hold 5m
  shift shop to 90%
  hold 5m
  shift shop to 100%
  hold 5m
}
"#,
    ),
    (
        "a backup as often as what may be lost",
        r#"
objective rpo "At most this is lost" <= 1h
backup database "Snapshots" every 1h keep 30d
"#,
    ),
    (
        "a rollback that is valid until the watching ends",
        r#"
phase work "Work" at 07:00 { check "The service answers" }
monitor day "The first day" from T to T+24h { every 1h { check "The logs are clean" } }
"#,
    ),
];

#[test]
fn what_only_looks_wrong_is_left_alone() {
    for (what, items) in TRAPS {
        // Windows of a day don't fit into a deployment of some hours.
        let lasts = if *what == "work inside the time that it is said to last" {
            "lasts 4h..6h"
        } else {
            ""
        };
        let text = format!(
            r#"edition 2026

deployment "Shop" {{
  version "v2"
  starts 2026-10-26 07:00 UTC
  {lasts}
  owner lead
  on failure rollback quick
}}

role lead "Release lead"

rollback quick "Quick rollback" within 5m valid until T+24h {{
  check "The version before serves again"
}}
{items}"#
        );
        let compilation = compile::check("trap.deploy", text, &NoFiles);
        let found: Vec<String> = compilation
            .diagnostics
            .iter()
            .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
            .collect();
        assert!(found.is_empty(), "{what}: {found:#?}");
    }
}
