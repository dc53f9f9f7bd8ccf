//! Findings about the first statement of a file: its edition.

use super::mistakes::{EDITION, UNKNOWN_WORD, first_word};
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{SourceId, Span};

/// The editions that this compiler reads.
pub const EDITIONS: &[&str] = &["2026"];

/// A word that was to be `edition` is said once.
pub(super) fn mute_edition(found: &mut Vec<Diagnostic>) {
    let edition = found
        .iter()
        .find(|finding| finding.rule.code == EDITION.code);
    if let Some(at) = edition.map(|finding| finding.primary.span)
        && at.end > at.start
    {
        found.retain(|finding| {
            finding.rule.code != UNKNOWN_WORD.code || finding.primary.span.start != at.start
        });
    }
}

/// The edition stands first. Read before anything else, so that a later language fails in one line.
pub(super) fn of_edition(source: SourceId, text: &str) -> Option<Diagnostic> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let code = line.trim_blanks();
        if code.is_empty() || code.starts_with('#') {
            at += line.len();
            continue;
        }
        let indent = line.len() - line.trim_blanks_start().len();
        let start = (at + indent) as u32;
        let Some(rest) = code.strip_prefix("edition") else {
            return Some(match nearly_edition(code) {
                Some(word) => garbled_edition(source, start, word, code),
                None => missing_edition(source, start),
            });
        };
        if rest.starts_with(|character: char| {
            character.is_alphanumeric() || matches!(character, '-' | '_')
        }) {
            return Some(missing_edition(source, start));
        }
        let year = rest.split('#').next().unwrap_or_default().trim_blanks();
        if EDITIONS.contains(&year) || year.is_empty() {
            return None;
        }
        if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) {
            let offset = code.find(year).unwrap_or(0) as u32;
            let span = Span::new(source, start + offset, start + offset + 4);
            return Some(
                Diagnostic::new(
                    &EDITION,
                    span,
                    format!("edition {year} is not known to this version of deployc"),
                )
                .label("not known")
                .help(format!(
                    "this version reads edition {}",
                    EDITIONS.join(", ")
                )),
            );
        }
        return None;
    }
    Some(missing_edition(source, 0))
}

/// The first word of a line, if it was to be `edition`.
fn nearly_edition(code: &str) -> Option<&str> {
    let word = first_word(code);
    let begun = !word.is_empty() && "edition".starts_with(word);
    (begun || nearest(word, ["edition"]).is_some()).then_some(word)
}

fn garbled_edition(source: SourceId, start: u32, word: &str, code: &str) -> Diagnostic {
    let span = Span::new(source, start, start + word.len() as u32);
    let rest = code[word.len()..].trim_blanks();
    let meant = match rest.starts_with(|character: char| character.is_ascii_digit()) {
        true => "edition",
        false => "edition 2026",
    };
    Diagnostic::new(
        &EDITION,
        span,
        "expected `edition 2026` as the first statement",
    )
    .safe_fix(format!("write `{meant}`"), span, meant)
}

fn missing_edition(source: SourceId, start: u32) -> Diagnostic {
    let span = Span::new(source, start, start);
    Diagnostic::new(
        &EDITION,
        span,
        "expected `edition 2026` as the first statement",
    )
    .safe_fix(
        "write `edition 2026`",
        Span::new(source, 0, 0),
        "edition 2026\n\n",
    )
}
