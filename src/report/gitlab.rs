//! GitLab's code quality report. GitLab drops findings whose fingerprints are equal, so none are.

use serde::Serialize;

use super::Report;
use super::json::to_text;
use super::place::{fingerprints, place};
use crate::diagnostic::Level;

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let failures = report.failures.iter().map(|failure| Issue {
        description: &failure.message,
        check_name: "could-not-check",
        fingerprint: format!("could-not-check:{}", failure.path),
        severity: "blocker",
        location: Location {
            path: &failure.path,
            lines: Lines { begin: 1, end: 1 },
        },
    });
    let findings = report
        .findings
        .iter()
        .zip(fingerprints(&report.findings))
        .map(|(finding, fingerprint)| {
            let diagnostic = finding.diagnostic;
            let place = place(finding.sources, diagnostic.primary.span);
            Issue {
                description: &diagnostic.message,
                check_name: diagnostic.rule.name,
                fingerprint,
                severity: match diagnostic.level {
                    Level::Error => "major",
                    Level::Warning => "minor",
                    Level::Note => "info",
                },
                location: Location {
                    path: place.path,
                    lines: Lines {
                        begin: place.start.line,
                        end: place.last_line(),
                    },
                },
            }
        });
    let issues: Vec<Issue<'_>> = failures.chain(findings).collect();
    to_text(&issues)
}
