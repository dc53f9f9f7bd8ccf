//! The view for people: excerpts with labels, drawn by codespan-reporting.

use std::io::Write;

use codespan_reporting::diagnostic::{self as drawn, Severity};
use codespan_reporting::term::termcolor::{Buffer, WriteColor};
use codespan_reporting::term::{self, Chars, Config};

use super::excerpt::{LINES_AFTER_START, excerpt};
use super::visible::{short_lines, visible_line, visible_text};
use super::{Finding, Look, Report};
use crate::diagnostic::{Diagnostic, Edit, Fix, Level};
use crate::source::Sources;

/// Of one file, at most so many findings are drawn; the others are counted.
const MOST: usize = 50;

pub(super) fn render(report: &Report<'_>, look: Look) -> String {
    let config = config(look);
    let mut out = buffer(look);
    for (path, findings) in report.by_file() {
        for finding in findings.iter().take(MOST) {
            draw(&mut out, &config, look, *finding);
        }
        if findings.len() > MOST {
            let more = findings.len() - MOST;
            let _ = writeln!(out, "and {more} more in {}\n", visible_line(path));
        }
    }
    if !look.quiet {
        let _ = writeln!(out, "{}", report.summary());
    }
    String::from_utf8_lossy(out.as_slice()).into_owned()
}

/// One finding, drawn as the report draws it; what has no rule has no code.
pub(super) fn alone(sources: &Sources, diagnostic: &Diagnostic, look: Look) -> String {
    let mut out = buffer(look);
    draw(
        &mut out,
        &config(look),
        look,
        Finding {
            sources,
            diagnostic,
        },
    );
    String::from_utf8_lossy(out.as_slice()).into_owned()
}

fn config(look: Look) -> Config {
    Config {
        chars: if look.ascii {
            Chars::ascii()
        } else {
            Chars::box_drawing()
        },
        start_context_lines: LINES_AFTER_START as usize,
        end_context_lines: 1,
        ..Config::default()
    }
}

fn buffer(look: Look) -> Buffer {
    if look.color {
        Buffer::ansi()
    } else {
        Buffer::no_color()
    }
}

fn draw(out: &mut impl WriteColor, config: &Config, look: Look, finding: Finding<'_>) {
    let diagnostic = finding.diagnostic;
    let ellipsis = if look.ascii { "..." } else { "…" };
    let (excerpt, labels) = excerpt(finding.sources, diagnostic, ellipsis);
    let severity = match diagnostic.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };
    let mut notes = Vec::new();
    for note in &diagnostic.notes {
        notes.push(labelled("note", note));
    }
    for help in &diagnostic.helps {
        notes.push(labelled("help", help));
    }
    for fix in &diagnostic.fixes {
        if !said(fix, &diagnostic.helps) {
            notes.push(labelled("help", &fix_text(fix)));
        }
    }
    let mut drawn = drawn::Diagnostic::new(severity);
    if !diagnostic.rule.code.is_empty() {
        drawn = drawn.with_code(format!("{} {}", diagnostic.rule.code, diagnostic.rule.name));
    }
    let drawn = drawn
        .with_message(short_lines(&visible_line(&diagnostic.message)))
        .with_labels(labels)
        .with_notes(notes);
    // Neither a buffer in memory nor an excerpt made from these labels can fail; if one did, the
    // message must not be lost.
    if term::emit_to_write_style(out, config, &excerpt, &drawn).is_err() {
        let _ = writeln!(out, "{}\n", visible_line(&diagnostic.message));
    }
}

/// A note as codespan draws it: further lines are set under the first.
fn labelled(label: &str, text: &str) -> String {
    let text = visible_text(text);
    let text = short_lines(&text);
    let mut out = format!("{label}: ");
    for (index, line) in text.trim_end().split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', label.len() + 2));
        }
        out.push_str(line);
    }
    out
}

/// Whether a help names what the fix would write, so that to draw both would say it twice.
fn said(fix: &Fix, helps: &[String]) -> bool {
    let [edit] = fix.edits.as_slice() else {
        return false;
    };
    let text = edit.text.trim();
    !text.is_empty() && helps.iter().any(|help| help.contains(&format!("`{text}`")))
}

/// What a fix does, in words: its title, and the new text where the title does not say it. Of a fix in
/// several places the title says enough if it says the first.
pub fn fix_text(fix: &Fix) -> String {
    let mut out = fix.title.clone();
    let in_title = |edit: &Edit| fix.title.contains(edit.text.trim());
    if fix.edits.first().is_some_and(in_title) {
        return out;
    }
    for edit in &fix.edits {
        let text = edit.text.trim();
        if text.is_empty() {
            continue;
        }
        if text.contains('\n') || text.contains('`') {
            out.push(':');
            for line in edit.text.trim_matches('\n').lines() {
                out.push_str("\n    ");
                out.push_str(line);
            }
        } else {
            out.push_str(&format!(": `{text}`"));
        }
    }
    out
}
