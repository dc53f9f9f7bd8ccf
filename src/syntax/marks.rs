//! What the scan finds before anything is read: braces, open texts, marks of a merge, characters that hide.

use super::mistakes::{
    HIDDEN_CHARACTER, MERGE_CONFLICT, MISSING_BRACE, STRAY_BRACE, TOO_DEEP, UNCLOSED_BRACE,
    UNCLOSED_TEXT,
};
use super::pieces::{Finding, MAX_DEPTH};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// What the scan found, as a finding.
pub(super) fn of_scan(source: SourceId, finding: &Finding) -> Diagnostic {
    let span = |at: usize, len: usize| Span::new(source, at as u32, (at + len) as u32);
    match *finding {
        Finding::TooDeep { at } => Diagnostic::new(
            &TOO_DEEP,
            span(at, 1),
            format!("brackets nest deeper than {MAX_DEPTH}"),
        )
        .label("this one is too deep")
        .help("split it: name the inner parts with `checklist`, `procedure` or `metric`"),
        Finding::Unclosed { at, len } => Diagnostic::new(
            &UNCLOSED_TEXT,
            span(at, len),
            "the text that begins here is never closed",
        )
        .label("opened here")
        .help("close it with the same three characters"),
        Finding::Conflict { at, len } => Diagnostic::new(
            &MERGE_CONFLICT,
            span(at, len),
            "a merge conflict is not resolved",
        )
        .help("keep one side and remove the marks"),
        Finding::OpenBrace { at, near } => Diagnostic::new(
            &UNCLOSED_BRACE,
            span(at, 1),
            "the block that begins here is never closed",
        )
        .label("opened here")
        .also(span(near, 0), "it seems to end here, by the indentation")
        .help("write a `}` on a line of its own"),
        Finding::StrayBrace { at } => Diagnostic::new(
            &STRAY_BRACE,
            span(at, 1),
            "this `}` closes nothing",
        )
        .offer("remove the `}`", span(at, 1), ""),
        Finding::NoBrace { at } => Diagnostic::new(
            &MISSING_BRACE,
            span(at, 0),
            "expected `{`: the lines below are indented as a block",
        )
        .safe_fix("write `{`", span(at, 0), " {"),
        Finding::NoBraceWithin { at } => Diagnostic::new(
            &MISSING_BRACE,
            span(at, 0),
            "expected `{`: a block ends on this line and none begins",
        )
        .offer("write `{`", span(at, 0), "{ "),
        Finding::LoneBrace { head, at } => {
            super::mistakes::lone_brace(Span::new(source, head as u32, at as u32 + 1))
        }
        Finding::Character { at, character } => Diagnostic::new(
            &HIDDEN_CHARACTER,
            span(at, character.len_utf8()),
            format!(
                "the character U+{:04X} can't stand in a spec",
                character as u32
            ),
        )
        .label(kind_of(character))
        .help("in a text it is written as `\\u{…}`")
        .offer("remove it", span(at, character.len_utf8()), ""),
    }
}

fn kind_of(character: char) -> &'static str {
    match character {
        '\r' => "a carriage return without a line feed",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => {
            "a control that turns the direction of text round"
        }
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}' => "it can't be seen",
        _ => "a control character",
    }
}
