//! SARIF 2.1.0 (OASIS), for GitHub's code scanning and other viewers. Columns count Unicode scalar
//! values, one-based, as `columnKind` says.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::json::to_text;
use super::place::{Place, fingerprints, place};
use super::{Finding, Report};
use crate::diagnostic::{Fix, Level, Rule};
use crate::source::{Sources, Span};

pub(super) fn render(report: &Report<'_>) -> String {
    let mut rules: BTreeMap<&str, &Rule> = BTreeMap::new();
    for finding in &report.findings {
        rules.insert(finding.diagnostic.rule.code, finding.diagnostic.rule);
    }
    let index: BTreeMap<&str, usize> = rules
        .keys()
        .enumerate()
        .map(|(i, code)| (*code, i))
        .collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .zip(fingerprints(&report.findings))
        .map(|(finding, fingerprint)| {
            let code = finding.diagnostic.rule.code;
            result(*finding, index[code], &fingerprint)
        })
        .collect();
    let notifications: Vec<Value> = report
        .failures
        .iter()
        .map(|failure| {
            json!({
                "level": "error",
                "message": { "text": plain(&failure.message) },
                "locations": [{
                    "physicalLocation": { "artifactLocation": artifact(&failure.path) },
                }],
            })
        })
        .collect();
    let document = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "deployc",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    to_text(&document)
}

/// A text in which nothing is a link: `[words](1)` would lead to a related place or a page (SARIF 2.1.0,
/// 3.11.6), and brackets that are none stay as they are.
fn plain(text: &str) -> String {
    if !text.contains("](") {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let behind = text[at..].split_once("](").map_or("", |(link, _)| link);
        if letter == '[' && !behind.is_empty() && !behind.contains('\n') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    let page = rule.page.trim();
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": page },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(rule.level) },
    })
}

fn result(finding: Finding<'_>, rule: usize, fingerprint: &str) -> Value {
    let diagnostic = finding.diagnostic;
    let mut text = diagnostic.message.clone();
    for fact in diagnostic.notes.iter().chain(&diagnostic.helps) {
        text.push('\n');
        text.push_str(fact);
    }
    let related: Vec<Value> = diagnostic
        .secondary
        .iter()
        .enumerate()
        .map(|(id, label)| {
            json!({
                "id": id,
                "physicalLocation": physical(finding.sources, label.span),
                "message": { "text": plain(&label.text) },
            })
        })
        .collect();
    let mut location = json!({
        "physicalLocation": physical(finding.sources, diagnostic.primary.span),
    });
    if !diagnostic.primary.text.is_empty() {
        location["message"] = json!({ "text": plain(&diagnostic.primary.text) });
    }
    let mut result = json!({
        "ruleId": diagnostic.rule.code,
        "ruleIndex": rule,
        "level": level(diagnostic.level),
        "message": { "text": plain(&text) },
        "locations": [location],
        "partialFingerprints": { "deployc/v1": fingerprint },
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic
            .fixes
            .iter()
            .map(|fix| fix_value(finding.sources, fix))
            .collect();
    }
    result
}

fn fix_value(sources: &Sources, fix: &Fix) -> Value {
    let mut by_file: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let place = place(sources, edit.span);
        by_file.entry(place.path).or_default().push(json!({
            "deletedRegion": region(&place),
            "insertedContent": { "text": edit.text },
        }));
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(path, replacements)| {
            json!({ "artifactLocation": artifact(path), "replacements": replacements })
        })
        .collect();
    json!({
        "description": { "text": plain(&fix.title) },
        "artifactChanges": changes,
        "properties": { "applicability": if fix.safe { "safe" } else { "unsafe" } },
    })
}

fn physical(sources: &Sources, span: Span) -> Value {
    let place = place(sources, span);
    json!({ "artifactLocation": artifact(place.path), "region": region(&place) })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// A path as a relative URI: everything but RFC 3986's unreserved characters is percent-encoded.
fn artifact(path: &str) -> Value {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    if path.starts_with('/') {
        uri.insert_str(0, "file://");
    }
    json!({ "uri": uri })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_that_somebody_wrote_is_a_link() {
        for (text, expected) in [
            ("see [here](1)", "see \\[here](1)"),
            ("[a] and [b](https://x)", "\\[a] and \\[b](https://x)"),
            (
                "`errors[path=x]` is (not) known",
                "`errors[path=x]` is (not) known",
            ),
            ("[open\n](1)", "[open\n](1)"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
