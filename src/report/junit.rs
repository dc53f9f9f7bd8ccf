//! JUnit's XML: a suite for each file, a test case for each finding, one that passes where a file
//! has none. Findings below the level that makes a run fail pass, with their text as output.

use std::fmt::Write;

use super::place::place;
use super::visible::{visible_line, visible_text};
use super::{Finding, Report, short};

pub(super) fn render(report: &Report<'_>) -> String {
    let by_file = report.by_file();
    let mut paths: Vec<&str> = report.files.clone();
    paths.extend(by_file.keys().copied());
    paths.sort_unstable();
    paths.dedup();

    let failures = report.counts().at_least(report.fails);
    let tests: usize = paths
        .iter()
        .map(|path| by_file.get(path).map_or(1, Vec::len))
        .sum();
    let errors = report.failures.len();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"deployc\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">",
        tests + errors,
    );
    for failure in report.failures {
        let path = xml(&visible_line(&failure.path));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
             <testcase name=\"can be checked\" classname=\"{path}\">\n      \
             <error message=\"{}\" type=\"could-not-check\"/>\n    </testcase>\n  </testsuite>",
            xml(&visible_line(&failure.message)),
        );
    }
    for path in paths {
        let findings = by_file.get(path).map_or(&[][..], Vec::as_slice);
        suite(&mut out, report, path, findings);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, report: &Report<'_>, path: &str, findings: &[Finding<'_>]) {
    let path = xml(&visible_line(path));
    let failures = findings
        .iter()
        .filter(|finding| finding.diagnostic.level >= report.fails)
        .count();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">",
        findings.len().max(1),
    );
    if findings.is_empty() {
        let _ = writeln!(
            out,
            "    <testcase name=\"no findings\" classname=\"{path}\"/>"
        );
    }
    for finding in findings {
        let diagnostic = finding.diagnostic;
        let rule = diagnostic.rule;
        let place = place(finding.sources, diagnostic.primary.span);
        let mut text = String::new();
        short::line(&mut text, *finding);
        for note in &diagnostic.notes {
            let _ = writeln!(text, "note: {}", visible_text(note));
        }
        for help in &diagnostic.helps {
            let _ = writeln!(text, "help: {}", visible_text(help));
        }
        let _ = writeln!(
            out,
            "    <testcase name=\"{} {} at {}:{}\" classname=\"{path}\">",
            rule.code, rule.name, place.start.line, place.start.column,
        );
        let text = xml(text.trim_end());
        let _ = if diagnostic.level >= report.fails {
            writeln!(
                out,
                "      <failure message=\"{}\" type=\"{}\">{text}</failure>",
                xml(&visible_line(&diagnostic.message)),
                diagnostic.level.name(),
            )
        } else {
            writeln!(out, "      <system-out>{text}</system-out>")
        };
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

/// Text for XML 1.0. Controls are gone already; the two characters that XML can't hold are named.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => super::visible::escape(&mut out, character),
            other => out.push(other),
        }
    }
    out
}
