//! Workflow commands of GitHub Actions. A step shows ten annotations of a level, so the worst come
//! first, and one of every file before a second of any. What is left over stands in the log.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::Write;

use super::place::place;
use super::visible::{visible_line, visible_text};
use super::{Finding, Report, fix_text, short};
use crate::diagnostic::Level;

/// So many annotations of one level are shown for a step.
const SHOWN: usize = 10;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for failure in report.failures {
        let _ = writeln!(
            out,
            "::error file={}::{}",
            property(&failure.path),
            message(&failure.message)
        );
    }
    let mut ranked: Vec<(Reverse<Level>, usize, usize, Finding<'_>)> = Vec::new();
    for (file, findings) in report.by_file().into_values().enumerate() {
        let mut nth = [0; 3];
        for finding in findings {
            let level = finding.diagnostic.level;
            let nth = &mut nth[level as usize];
            ranked.push((Reverse(level), *nth, file, finding));
            *nth += 1;
        }
    }
    ranked.sort_by_key(|(level, nth, file, _)| (*level, *nth, *file));

    let counts = report.counts();
    let mut room = [SHOWN; 3];
    room[Level::Error as usize] = SHOWN.saturating_sub(report.failures.len());
    let over = counts.errors > room[Level::Error as usize]
        || counts.warnings > SHOWN
        || counts.notes > SHOWN;
    if over {
        // the last notice says how many are left
        room[Level::Note as usize] -= 1;
    }
    let mut left = String::new();
    let mut more = 0;
    for (Reverse(level), _, _, finding) in ranked {
        let room = &mut room[level as usize];
        if *room > 0 {
            *room -= 1;
            annotation(&mut out, finding);
        } else {
            more += 1;
            left.push_str("  ");
            short::line(&mut left, finding);
        }
    }
    if more > 0 {
        out.push_str(&left);
        let _ = writeln!(out, "::notice title=deployc::{more} more in the log above");
    }
    out
}

fn annotation(out: &mut String, finding: Finding<'_>) {
    let diagnostic = finding.diagnostic;
    let command = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = place(finding.sources, diagnostic.primary.span);
    let _ = write!(
        out,
        "::{command} file={},line={}",
        property(place.path),
        place.start.line
    );
    if place.end.line == place.start.line {
        // GitHub takes columns only where one line is meant
        let _ = write!(
            out,
            ",col={},endColumn={}",
            place.start.column,
            place.end.column.max(place.start.column + 1)
        );
    } else {
        let _ = write!(out, ",endLine={}", place.last_line());
    }
    let title = format!("{} {}", diagnostic.rule.code, diagnostic.rule.name);
    let mut text = diagnostic.message.clone();
    if !diagnostic.primary.text.is_empty() {
        text.push_str(&format!(" ({})", diagnostic.primary.text));
    }
    let fixes: Vec<String> = diagnostic.fixes.iter().map(fix_text).collect();
    for note in &diagnostic.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    for help in diagnostic.helps.iter().chain(&fixes) {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let _ = writeln!(out, ",title={}::{}", property(&title), message(&text));
}

/// The text of a command, escaped as GitHub's runner reads it.
fn message(text: &str) -> String {
    escaped(visible_text(text), &[])
}

/// A property of a command: besides, `:` and `,` end it.
fn property(text: &str) -> String {
    escaped(visible_line(text), &[':', ','])
}

fn escaped(text: Cow<'_, str>, more: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '\r' | '\n') || more.contains(&character) {
            let _ = write!(out, "%{:02X}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}
