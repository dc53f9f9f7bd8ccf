//! What the scan finds before anything is read: braces, open texts, marks of a merge, characters that hide.

use super::mistakes::{
    HIDDEN_CHARACTER, MERGE_CONFLICT, MISSING_BRACE, STRAY_BRACE, TOO_DEEP, UNCLOSED_BRACE,
    UNCLOSED_TEXT,
};
use super::odd::{Around, Odd, ends_lines};
use super::pieces::{Finding, Role};
use crate::blank::{is_unseen, looks_blank};
use crate::diagnostic::Diagnostic;
use crate::nesting::MAX_DEPTH;
use crate::source::{SourceId, Span};

/// What the scan found, as a finding.
pub(super) fn of_scan(source: SourceId, finding: &Finding) -> Diagnostic {
    let span = |at: usize, len: usize| Span::new(source, at as u32, (at + len) as u32);
    match *finding {
        Finding::TooDeep { at, len } => {
            let (what, help) = match len {
                1 => (
                    "brackets nest",
                    "split it: name the inner parts with `checklist`, `procedure` or `metric`",
                ),
                _ => (
                    "`not` is nested",
                    "two that follow each other say nothing: remove both",
                ),
            };
            let message = format!("{what} deeper than {MAX_DEPTH}");
            Diagnostic::new(&TOO_DEEP, span(at, len), message)
                .label("this one is too deep")
                .help(help)
        }
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
        Finding::OpenBrace { at, len, near } => Diagnostic::new(
            &UNCLOSED_BRACE,
            span(at, len),
            match len {
                0 | 1 => "the block that begins here is never closed",
                _ => "the blocks that begin here are never closed",
            },
        )
        .label("opened here")
        .also(span(near, 0), "it seems to end here, by the indentation")
        .help("write a `}` on a line of its own"),
        Finding::StrayBrace { at, len: 1 } => Diagnostic::new(
            &STRAY_BRACE,
            span(at, 1),
            "this `}` closes nothing",
        )
        .offer("remove the `}`", span(at, 1), ""),
        Finding::StrayBrace { at, len } => Diagnostic::new(
            &STRAY_BRACE,
            span(at, len),
            "these `}` close nothing",
        )
        .offer("remove them", span(at, len), ""),
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
    }
}

/// A character that hides, as a finding at its place. `reads`: whether its line can be read with a blank instead of it.
pub(super) fn of_odd(span: Span, odd: &Odd, reads: bool) -> Diagnostic {
    let Odd {
        character,
        role,
        around,
        ..
    } = *odd;
    let blank = looks_blank(character) || character == '\r';
    let (place, help) = match role {
        Role::Code if blank => (
            "between words",
            "words are separated by spaces, tabs and line breaks alone",
        ),
        Role::Code => ("outside of texts", ""),
        Role::Machine if blank => (
            "in a command",
            "it looks like a space, and programs take it for part of a word",
        ),
        Role::Machine => ("in a command", ""),
        Role::People => ("in a spec", "in a text it is written as `\\u{…}`"),
    };
    let mut found = Diagnostic::new(
        &HIDDEN_CHARACTER,
        span,
        format!(
            "the character U+{:04X} can't stand {place}",
            u32::from(character)
        ),
    )
    .label(kind_of(character));
    if !help.is_empty() {
        found = found.help(help);
    }
    let remove = |found: Diagnostic| found.offer("remove it", span, "");
    let space = |found: Diagnostic| found.offer("write a space", span, " ");
    match role {
        // `10 000` is one number, `2026-12-01 09:00` are two words.
        Role::Code if blank && around == Around::Digits && !reads => space(remove(found)),
        Role::Code if blank && (!ends_lines(character) || around == Around::Blank || reads) => {
            found.safe_fix("write a space", span, " ")
        }
        Role::Code if blank => space(found.offer("write a line break", span, "\n")),
        Role::Code if is_unseen(character) && !turns(character) => match around {
            Around::Blank => found.safe_fix("remove it", span, ""),
            Around::Digits | Around::Words => space(remove(found)),
        },
        Role::Machine if blank && !ends_lines(character) => space(found),
        Role::Code | Role::Machine | Role::People => remove(found),
    }
}

/// Whether the character turns the direction of text round.
fn turns(character: char) -> bool {
    matches!(character,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{200e}' | '\u{200f}')
}

fn kind_of(character: char) -> &'static str {
    match character {
        '\r' => "a carriage return without a line feed",
        '\u{0b}' => "a line tabulation",
        '\u{0c}' => "a form feed",
        '\u{85}' => "a next line control",
        '\u{a0}' => "a no-break space",
        '\u{202f}' => "a narrow no-break space",
        '\u{2028}' => "a line separator",
        '\u{2029}' => "a paragraph separator",
        '\u{3000}' => "an ideographic space",
        '\u{feff}' => "a byte order mark: it can't be seen",
        other if turns(other) => "a control that turns the direction of text round",
        other if looks_blank(other) => "a space of another width",
        other if is_unseen(other) => "it can't be seen",
        _ => "a control character",
    }
}
