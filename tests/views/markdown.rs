//! The Markdown runbook: every node is in it, every link leads somewhere, and no text that people
//! write can break it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use deployc::backend::{Backend, Embedded, markdown::Markdown};
use deployc::compile;
use deployc::plan::{Plan, Work};
use deployc::source::NoFiles;
use pulldown_cmark::{Event, Options, Parser, Tag};

fn specs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    let mut folders = vec![root.join("examples"), root.join("tests/corpus")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "deploy") {
                all.push(path);
            }
        }
    }
    all.sort();
    all
}

fn plan(name: &str, text: String) -> Option<Plan> {
    compile::plan(&compile::check(name, text, &NoFiles))
}

fn runbook(plan: &Plan) -> String {
    Markdown
        .emit(plan, "runbook", &Embedded)
        .expect("the embedded templates can be filled in")
        .remove(0)
        .text
}

fn anchors(text: &str) -> Vec<&str> {
    text.split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

fn events(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS).collect()
}

#[test]
fn every_node_has_its_anchor_and_every_link_its_target() {
    let mut seen = 0;
    for path in specs() {
        let text = std::fs::read_to_string(&path).expect("the spec can be read");
        let Some(plan) = plan(&path.display().to_string(), text) else {
            continue;
        };
        seen += 1;
        let markdown = runbook(&plan);
        let all = anchors(&markdown);
        let known: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(
            all.len(),
            known.len(),
            "{}: an anchor stands twice",
            path.display()
        );
        let mut missing = Vec::new();
        for top in &plan.nodes {
            if matches!(top.work, Work::Test { .. }) {
                continue;
            }
            let mut nodes = vec![top];
            while let Some(node) = nodes.pop() {
                nodes.extend(&node.children);
                if !known.contains(node.id.as_str()) {
                    missing.push(node.id.clone());
                }
            }
        }
        assert!(
            missing.is_empty(),
            "{}: not in the runbook: {missing:?}",
            path.display()
        );
        for event in events(&markdown) {
            if let Event::Start(Tag::Link { dest_url, .. }) = event
                && let Some(target) = dest_url.strip_prefix('#')
            {
                assert!(
                    known.contains(target),
                    "{}: nothing is at #{target}",
                    path.display()
                );
            }
        }
    }
    assert!(seen >= 5, "only {seen} specs could be compiled");
}

/// The blocks of a document, without its words.
fn skeleton(text: &str) -> Vec<String> {
    events(text)
        .into_iter()
        .filter_map(|event| match event {
            Event::Start(tag) => Some(format!("{tag:?}").split('{').next().map(str::to_owned)?),
            Event::End(tag) => Some(format!("{tag:?}")),
            Event::Rule => Some("rule".to_owned()),
            Event::Html(_) => Some("html".to_owned()),
            Event::InlineHtml(html) if html.starts_with("<a id") => None,
            Event::InlineHtml(html) => Some(format!("inline {html}")),
            Event::TaskListMarker(_) => Some("box".to_owned()),
            _ => None,
        })
        // Whether words are in code or in text is not the shape of the document.
        .collect()
}

fn spec(words: &str) -> String {
    let title = words.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"edition 2026

deployment "{title}" {{
  version "{title}"
  starts 2026-10-26 07:00 UTC
  strategy "{title}"
  on failure rollback quick
}}

role lead "{title}" {{
  person "{title}"
  contact phone "{title}"
}}

channel ops slack "{title}"

service api "{title}" {{
  workload deployment/api
}}

metric errors "{title}" : percent in ratio {{
  better lower
}}

phase one "{title}" at T by lead status "{title}" {{
  check "{title}"
  check named "{title}" errors < 1%
  group parts "{title}" {{
    record p95 "{title}" in ms
  }}
  run deploy "{title}" `true` expect "{title}"
  notify ops "{title}"
  wait for "{title}"
}}

gate go "{title}" {{
  require "{title}"
  approve tech "{title}" by lead
  else {{
    check "{title}"
  }}
}}

severity bad "{title}" {{
  when "{title}"
  then rollback quick, "{title}"
}}

rollback quick "{title}" within 5m {{
  check "{title}"
}}

escalation "{title}" {{
  "{title}" to lead after 1m via phone
}}

message told "{title}" {{
  field reason "{title}" : text
  subject "{title}"
  body "{title}"
}}

reference "{title}" {{
  link "{title}" "{title}"
}}
"#
    )
}

#[test]
fn no_text_breaks_the_document() {
    let plain = runbook(&plan("plain.deploy", spec("Words")).expect("the spec is sound"));
    let shape = skeleton(&plain);
    for hostile in [
        "a | b | c",
        "`code` ``` and more",
        "](javascript:alert(1))",
        "![picture](http://example.com/p.png)",
        "<script>alert(1)</script>",
        "<!-- gone",
        "--> back",
        "</details></table>",
        "# heading",
        "---",
        "===",
        "1. one",
        "2) two",
        "- [x] done",
        "+ more",
        "> quote",
        "*bold* **bolder** _it_ __em__",
        "~~no~~",
        "[^1]: note",
        "{{ title }} {{{ x }}} {{#each x}}{{> p}}",
        "line\\nbreak\\n\\n# heading",
        "\\ \\| \\`",
        "&lt;b&gt; &amp; &#35;",
        "    code",
        "| --- |",
        "$x$ and $$y$$",
    ] {
        let text = spec(hostile).replace("\\\\n", "\\n");
        let plan = plan("hostile.deploy", text).unwrap_or_else(|| panic!("{hostile}: not sound"));
        let markdown = runbook(&plan);
        let broken: Vec<String> = skeleton(&markdown)
            .into_iter()
            .filter(|one| !one.contains("Code"))
            .collect();
        let wanted: Vec<String> = shape
            .iter()
            .filter(|one| !one.contains("Code"))
            .cloned()
            .collect();
        assert_eq!(broken, wanted, "{hostile} breaks the document:\n{markdown}");
    }
}

#[test]
fn the_runbook_is_tidy() {
    for path in specs() {
        let text = std::fs::read_to_string(&path).expect("the spec can be read");
        let Some(plan) = plan(&path.display().to_string(), text) else {
            continue;
        };
        let markdown = runbook(&plan);
        assert!(markdown.ends_with('\n') && !markdown.ends_with("\n\n"));
        assert!(
            !markdown.contains("\n\n\n"),
            "{}: blank lines",
            path.display()
        );
        assert!(
            markdown.lines().all(|line| line == line.trim_end()),
            "{}: blanks at the end of a line",
            path.display()
        );
        assert_eq!(
            markdown,
            runbook(&plan),
            "the same plan gives the same bytes"
        );
    }
}

#[test]
fn a_role_that_is_its_own_title_is_said_once() {
    let approve = r#"edition 2026
deployment "D" { version "1" }
role lead "Lead"
gate go "Go" {
  approve lead "Lead" by lead
  approve other "Second pair of eyes" by lead
}
phase one "One" { approve lead "Lead" by lead }
"#;
    let plan = plan("approve.deploy", approve.to_owned()).expect("it is sound");
    let markdown = runbook(&plan);
    assert!(!markdown.contains("Lead: Lead"), "{markdown}");
    assert!(
        markdown.contains("Second pair of eyes: Lead |"),
        "{markdown}"
    );
    assert!(markdown.contains("Approval: Lead ____"), "{markdown}");
}

#[test]
fn a_way_back_begins_with_what_is_taken_back_the_last_first() {
    let text = r#"edition 2026
deployment "D" {
  version "1"
  on failure rollback back
}
role lead "Lead"
service api "API" { traffic istio }
phase one "One" {
  run make "Make it" `./make` undo `./unmake` expect ""
  run look "Look" `./look` reads-only expect "one" expect "two" expect not "three"
  shift api to 10%
  shift api to 100%
  approve gone "They may go" by lead
  run drop "Drop the rows" `./drop` irreversible "the rows are gone"
}
rollback back "Back" { check "All is as before" }
"#;
    let markdown = runbook(&plan("back.deploy", text.to_owned()).expect("it is sound"));
    assert!(
        markdown.contains("Expect: nothing is printed."),
        "{markdown}"
    );
    let back = markdown.split("### Back").nth(1).expect("it has a heading");
    let back = back.split("## ").next().unwrap_or(back);
    let shown: Vec<&str> = back
        .lines()
        .map(|line| line.trim_start_matches("- [ ] "))
        .map(|line| line.split_once("</a>").map_or(line, |(_, words)| words))
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(
        shown,
        [
            "Undo the completed steps, in reverse order:",
            "All traffic of API goes to the version before",
            "[Make it](#one/make)",
            "  ```sh",
            "  ./unmake",
            "  ```",
            "[Drop the rows](#one/drop) can't be undone: the rows are gone.",
            "Then:",
            "All is as before",
        ]
    );
}

#[test]
fn rollbacks_that_take_back_the_same_say_once_what_that_is_where_it_is_long() {
    let spec = |steps: usize| {
        let steps: String = (0..steps)
            .map(|at| format!("  run make-{at} \"Make {at}\" `./make {at}` undo `./unmake {at}`\n"))
            .collect();
        format!(
            "edition 2026\ndeployment \"D\" {{\n  version \"1\"\n  on failure rollback one\n}}\n\
             phase work \"Work\" {{\n{steps}}}\n\
             rollback one \"One\" {{ check \"All is well\" }}\n\
             rollback two \"Two\" {{ check \"All is well, too\" }}\n"
        )
    };
    for (steps, said) in [(12, 2), (13, 1)] {
        let plan = plan("many.deploy", spec(steps)).expect("it is sound");
        let markdown = runbook(&plan);
        let lists = markdown
            .matches("Undo the completed steps, in reverse order:")
            .count();
        assert_eq!(lists, said, "{markdown}");
        let led = "First undo the completed steps, as listed in [One](#rollback/one).\n\nThen:";
        assert_eq!(markdown.matches(led).count(), 2 - said, "{markdown}");
    }
}

#[test]
fn an_escalation_leads_to_its_rule_by_the_title_of_it() {
    let text = r#"edition 2026
deployment "D" { version "1" }
role lead "Lead"
phase one "One" { run make "Make it" `./make` }
severity bad "Users complain" {
  when "A user complains"
  then page lead
}
escalation {
  bad to lead after 5m via phone
  "Nobody answers" to lead after 1h via phone
}
"#;
    let markdown = runbook(&plan("escalation.deploy", text.to_owned()).expect("it is sound"));
    let rows: Vec<&str> = markdown
        .lines()
        .filter(|line| line.starts_with("| <a id=\"escalation/"))
        .filter_map(|line| line.split_once("</a>").map(|(_, row)| row))
        .collect();
    assert_eq!(
        rows,
        [
            "[Users complain](#severity/bad) | Lead | after 5m | phone |",
            "Nobody answers | Lead | after 1h | phone |",
        ]
    );
}

#[test]
fn what_is_done_if_it_goes_wrong_is_said_without_a_rollback_too() {
    let text = r#"edition 2026
deployment "D" {
  version "1"
  on failure pause
}
phase one "One" { run make "Make it" `./make` }
"#;
    let markdown = runbook(&plan("pause.deploy", text.to_owned()).expect("it is sound"));
    assert!(
        markdown.contains("## If it goes wrong\n\n- Where nothing else is said: pause"),
        "{markdown}"
    );
}

#[test]
fn until_when_a_gate_is_signed_is_said() {
    let text = r#"edition 2026
deployment "D" { version "1" }
role lead "Lead"
role author "Author"
gate go "Go" {
  approve yes "The plan is good" by lead not by author within 2h else stop
}
phase one "One" { run make "Make it" `./make` }
"#;
    let markdown = runbook(&plan("gate.deploy", text.to_owned()).expect("it is sound"));
    assert!(
        markdown.contains(
            "Not by Author. Within 2h. Without an answer by then it is a no. Otherwise: stop."
        ),
        "{markdown}"
    );
}

#[test]
fn choices_statuses_and_what_is_compared_with_them_read_escapes_as_every_text_does() {
    let text = r#"edition 2026
param way "Way" : choice("a \"b\" \\ \u{2192}", "c") = "a \"b\" \\ \u{2192}"
deployment "D" { version "1" }
phase one "One" status "half \"done\"" {
  check "Only so" if way == "a \"b\" \\ \u{2192}"
  record how "How" as choice("d \"e\"", "f")
}
"#;
    let plan = plan("choices.deploy", text.to_owned()).expect("it is sound");
    assert_eq!(plan.parameters[0].choices, ["a \"b\" \\ →", "c"]);
    assert_eq!(plan.parameters[0].default.as_deref(), Some("a \"b\" \\ →"));
    let markdown = runbook(&plan);
    for shown in [
        r#"| a "b" \\ →, c | `a "b" \ →` |"#,
        r#"_half "done"_"#,
        r#"`way` is a "b" \\ →"#,
        r#"☐ d "e" ☐ f"#,
    ] {
        assert!(markdown.contains(shown), "{shown} in {markdown}");
    }
}
