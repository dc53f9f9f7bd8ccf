//! Every example in `docs/language.md` compiles. A fence marked `deploy` is a whole spec and checks
//! without a finding. One marked `deploy fragment` is a part of one: it stands below a prelude, or,
//! where it begins with a statement, in a phase below it, and has no error.

use std::collections::BTreeSet;

use deployc::compile;
use deployc::diagnostic::{Diagnostic, Level};
use deployc::source::NoFiles;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// What the fragments may name. An item that a fragment declares itself is left out.
const PRELUDE: &[&str] = &[
    "use std/http",
    "use std/kubernetes { pods-ready, restarts }",
    "use std/rollout",
    r#"deployment "Checkout 2.4" {
  version "2.4.0"
  starts 2026-03-10 09:00 Europe/Berlin
  on failure rollback quick
}"#,
    r#"role release-manager "Release manager" { contact slack "@release" }"#,
    r#"role oncall "On-call engineer" { contact pagerduty "checkout" }"#,
    r#"role product "Product manager" { contact slack "@product" }"#,
    r#"role dba "Database administrator" { contact slack "@dba" }"#,
    r#"role director "Director" { contact phone "+49 30 7654321" }"#,
    r##"channel operations slack "#operations""##,
    r#"param migrate "Does the database change?" : yes-no = no"#,
    r#"service checkout "Checkout" {
  namespace shop
  workload deployment/checkout
  replicas 6 (4..12)
  traffic gateway-api
}"#,
    "metric error-rate = http.error-rate(checkout)",
    "metric latency-p95 = http.latency(checkout, p95)",
    "metric cpu = kubernetes.cpu-use(checkout)",
    "metric memory = kubernetes.memory(checkout)",
    r#"metric queue-age "Age of the oldest message" : duration in seconds { better lower }"#,
    r#"baseline checkout "What is normal" { latency-p95 < 200ms }"#,
    r#"checklist reachable "Reachable" (service : service) { check "It answers" }"#,
    r#"message deploying "We begin" { body "The deployment begins." }"#,
    r#"message maintenance "Maintenance" { body "The shop may be unavailable." }"#,
    r#"rollback quick "Quick rollback" within 5m {
  check back "Errors are gone" error-rate < 0.5%
}"#,
];

/// The words with which an item of the top level begins; other fragments are statements.
const ITEMS: &[&str] = &[
    "use",
    "deployment",
    "param",
    "secret",
    "role",
    "channel",
    "service",
    "metric",
    "checklist",
    "phase",
    "gate",
    "severity",
    "rollback",
    "procedure",
    "monitor",
    "alert",
    "escalation",
    "objective",
    "backup",
    "freeze",
    "baseline",
    "message",
    "success",
    "failure",
    "reference",
    "test",
];

struct Example {
    line: usize,
    whole: bool,
    text: String,
}

fn examples() -> Vec<Example> {
    let page = std::fs::read_to_string("docs/language.md").expect("the page");
    let mut found = Vec::new();
    let mut open: Option<Example> = None;
    for (event, range) in Parser::new(&page).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let words: Vec<&str> = info.split_whitespace().collect();
                let whole = match words[..] {
                    ["deploy"] => true,
                    ["deploy", "fragment"] => false,
                    ["text"] => continue,
                    _ => panic!("a fence marked `{info}`"),
                };
                let line = page[..range.start].matches('\n').count() + 1;
                open = Some(Example {
                    line,
                    whole,
                    text: String::new(),
                });
            }
            Event::Text(text) => {
                if let Some(example) = &mut open {
                    example.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

fn first_word(text: &str) -> &str {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    line.split_whitespace().next().unwrap_or_default()
}

/// What an item declares: its word and its name.
fn declares(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let word = words.next().filter(|word| ITEMS.contains(word))?;
    match word {
        "deployment" => Some((word, "")),
        _ => Some((word, words.next()?)),
    }
}

/// A fragment with all that it needs around it.
fn completed(fragment: &str) -> String {
    let own: BTreeSet<(&str, &str)> = fragment
        .lines()
        .filter(|line| !line.starts_with([' ', '}']))
        .filter_map(declares)
        .collect();
    let mut spec = "edition 2026\n\n".to_owned();
    for item in PRELUDE {
        if !declares(item).is_some_and(|declared| own.contains(&declared)) {
            spec.push_str(item);
            spec.push_str("\n\n");
        }
    }
    if ITEMS.contains(&first_word(fragment)) {
        spec.push_str(fragment);
    } else {
        spec.push_str("phase example \"Example\" {\n");
        spec.push_str(fragment);
        spec.push_str("}\n");
    }
    spec
}

fn findings(text: &str) -> (Vec<Diagnostic>, String) {
    let compilation = compile::check("example.deploy", text.to_owned(), &NoFiles);
    let shown: Vec<String> = compilation
        .diagnostics
        .iter()
        .map(|finding| {
            let span = finding.primary.span;
            format!("{}: {}", finding.message, compilation.sources.slice(span))
        })
        .collect();
    (compilation.diagnostics, shown.join("\n  "))
}

#[test]
fn every_example_compiles() {
    let examples = examples();
    assert!(examples.len() > 40, "only {} examples", examples.len());
    let mut broken = Vec::new();
    for example in &examples {
        let (worst, text) = if example.whole {
            (Level::Note, example.text.clone())
        } else {
            (Level::Error, completed(&example.text))
        };
        let (found, shown) = findings(&text);
        if found.iter().any(|finding| finding.level >= worst) {
            broken.push(format!("docs/language.md:{}:\n  {shown}", example.line));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Every word with which a declaration or a statement begins has an example.
#[test]
fn every_declaration_has_an_example() {
    let written: BTreeSet<String> = examples()
        .iter()
        .flat_map(|example| example.text.lines())
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    let missing: Vec<&&str> = ITEMS
        .iter()
        .filter(|word| !written.contains(**word))
        .collect();
    assert!(missing.is_empty(), "no example begins with {missing:?}");
}
