//! What beginners write, and what they are told: `tests/beginners/said.txt`, case by case.

use std::fmt::Write;
use std::path::Path;

use deployc::compile::{self, Compilation};
use deployc::diagnostic::{Diagnostic, Fix, Level};
use deployc::source::{NoFiles, SourceId};
use deployc::syntax;

/// A spec in which all is well; each case is one mistake in it.
const SPEC: &str = r##"edition 2026

use std/http

deployment "Checkout 2.4" {
  version "v2.4.0"
  starts 2026-12-01 09:00 Europe/Berlin
  owner lead
  on failure rollback quick
}
role lead "Lead"
role oncall "On-call engineer"
channel ops slack "#ops"
service checkout "Checkout" {
  namespace shop
  workload deployment/checkout
  replicas 6 (4..12)
  traffic istio
}
metric error-rate = http.error-rate(checkout)
metric latency-p95 = http.latency(checkout, p95)
rollback quick "Quick rollback" within 5m {
  check "Orders go through again" error-rate < 1%
}
"##;

/// What stands around a case: its block's head, and what else is in the block.
fn around(block: &str) -> (String, String) {
    let (head, rest) = match block {
        "top" => ("", ""),
        "phase" => ("phase one \"One\" {", "  check \"the last\"\n}"),
        "gate" => ("gate go \"Go\" {", "  require error-rate < 1%\n}"),
        "severity" => ("severity bad \"Bad\" {", "}"),
        "rollback" => ("rollback other \"Other\" within 5m {", "}"),
        "service" => ("service api \"API\" {", "}"),
        "metric" => ("metric m \"M\" : percent in ratio {", "}"),
        "canary" => (
            "phase two \"Two\" {\n  canary checkout {",
            "    100%\n  }\n}",
        ),
        "monitor" => ("monitor day \"Day\" from T+1h to T+24h {", "}"),
        "success" => ("success {", "}"),
        "test" => ("test \"t\" {", "}"),
        "escalation" => ("escalation {", "}"),
        "message" => ("message m \"M\" {", "}"),
        "reference" => ("reference {", "}"),
        "baseline" => ("baseline checkout \"B\" {", "}"),
        "choose" => ("phase three \"Three\" {\n  choose way \"Way\" {", "  }\n}"),
        "deployment" => {
            let settings = ["version", "starts", "owner", "on"];
            let is_setting = |line: &&str| {
                settings
                    .iter()
                    .any(|word| line.starts_with(&format!("  {word} ")))
            };
            let lines: Vec<&str> = SPEC.lines().filter(|line| !is_setting(line)).collect();
            let spec = lines.join("\n");
            let (before, behind) = spec
                .split_once("\n}\n")
                .expect("the deployment has a block");
            return (format!("{before}\n"), format!("\n}}\n{behind}\n"));
        }
        other => panic!("no block is called {other}"),
    };
    match head {
        "" => (SPEC.to_owned(), "\n".to_owned()),
        head => (format!("{SPEC}{head}\n"), format!("\n{rest}\n")),
    }
}

/// A block and what is written in it.
struct Case {
    block: String,
    wrong: String,
}

fn cases(said: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open = false;
    for line in said.lines() {
        if let Some(block) = line.strip_prefix("@ ") {
            let block = block.to_owned();
            let wrong = String::new();
            cases.push(Case { block, wrong });
            open = true;
        } else if line.starts_with("> ") || line.starts_with(">> ") || line.starts_with("? ") {
            open = false;
        } else if let Some(case) = cases.last_mut().filter(|_| open && !line.is_empty()) {
            if !case.wrong.is_empty() {
                case.wrong.push('\n');
            }
            case.wrong.push_str(line);
        }
    }
    cases
}

fn check(text: &str) -> Compilation {
    compile::check("beginner.deploy", text.to_owned(), &NoFiles)
}

fn errors(compilation: &Compilation) -> Vec<&Diagnostic> {
    let found = compilation.diagnostics.iter();
    found
        .filter(|finding| finding.level == Level::Error)
        .collect()
}

fn apply(text: &str, fix: &Fix) -> String {
    let mut text = text.to_owned();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.text);
    }
    text
}

/// A case as it is told: see the head of the file.
fn told(case: &Case) -> String {
    let (before, behind) = around(&case.block);
    let text = format!("{before}{}{behind}", case.wrong);
    let compilation = check(&text);
    let found = errors(&compilation);
    let mut out = format!("@ {}\n{}\n", case.block, case.wrong);
    let Some(first) = found.first() else {
        out.push_str("? nothing is found\n");
        return out;
    };
    if let Some(fix) = first.fixes.first() {
        let mended = apply(&text, fix);
        let mark = if fix.safe { ">>" } else { ">" };
        let mine = mended
            .strip_prefix(before.as_str())
            .and_then(|mended| mended.strip_suffix(behind.as_str()))
            .expect("a fix stays in its block");
        for line in mine.split('\n') {
            let _ = writeln!(out, "{mark} {line}");
        }
        if fix.safe {
            let after = check(&mended);
            let stays = errors(&after).into_iter().any(|one| one.is_same_as(first));
            assert!(!stays, "{}: a safe fix mends what it is for", case.wrong);
        }
    }
    match first.helps.first() {
        Some(help) => {
            let _ = writeln!(out, "? {help}");
        }
        None if first.fixes.is_empty() => {
            let _ = writeln!(out, "? {}", first.message);
        }
        None => {}
    }
    if found.len() != 1 {
        let _ = writeln!(out, "= {}", found.len());
    }
    out
}

#[test]
fn beginners_are_told_what_to_write() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/beginners/said.txt");
    let said = std::fs::read_to_string(&path).expect("the cases can be read");
    let cases = cases(&said);
    assert!(cases.len() > 600, "only {} cases", cases.len());
    let head = said.split("\n@ ").next().expect("there is a head");
    let all: Vec<String> = cases.iter().map(told).collect();
    let now = format!("{head}\n{}", all.join("\n"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, now).expect("the file can be written");
    } else if now != said {
        let (mut old, mut new) = (said.lines(), now.lines());
        let differs = loop {
            match (old.next(), new.next()) {
                (Some(old), Some(new)) if old == new => {}
                (old, new) => break format!("was {old:?}\nis  {new:?}"),
            }
        };
        panic!("another answer: {differs}\nUPDATE=1 cargo test --test views beginners:: writes it");
    }
}

/// Whatever is put into these lines, wherever, an answer comes.
#[test]
fn an_answer_comes_to_everything() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/beginners/said.txt");
    let said = std::fs::read_to_string(path).expect("the cases can be read");
    let odd = [
        "ö",
        "\u{43e}",
        "“",
        "”",
        "`",
        "\"",
        "{",
        "}",
        "${",
        "{{",
        "[",
        ")",
        "-",
        "→",
        "≤",
        "'",
        ";",
        ":",
        "=",
        "T+",
        "é:",
        "\u{1f680}",
        "",
    ];
    let mut number = 0;
    for case in cases(&said) {
        let (head, rest) = match case.block.as_str() {
            "top" => ("", ""),
            _ => ("phase one \"One\" {\n", "\n}"),
        };
        let places: Vec<usize> = case.wrong.char_indices().map(|(at, _)| at).collect();
        for _ in 0..6 {
            let put = odd[number % odd.len()];
            let at = places[(number * 31) % places.len()];
            let mut wrong = case.wrong.clone();
            match number % 3 {
                0 => wrong.insert_str(at, put),
                1 => wrong.insert_str(at, &format!(" {put} ")),
                _ => {
                    let end = at + wrong[at..].chars().next().map_or(0, char::len_utf8);
                    wrong.replace_range(at..end, put);
                }
            }
            let text = format!("edition 2026\n{head}{wrong}{rest}\n");
            let (_, found) = syntax::parse(SourceId::default(), &text);
            for edit in found
                .iter()
                .flat_map(|one| &one.fixes)
                .flat_map(|fix| &fix.edits)
            {
                let place = edit.span.range();
                assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end));
            }
            number += 1;
        }
    }
    assert!(number > 3_000, "only {number} lines");
}
