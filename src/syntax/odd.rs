//! Characters that hide: a reader can't see them, or takes them for a blank. The parser sees blanks of the language in
//! their place, in a copy of the same length, so that nothing else is said of a line but what hides in it.

use std::borrow::Cow;

use super::marks;
use super::mistakes::{SYNTAX, UNKNOWN_WORD};
use super::pieces::{Role, Stretch, stretches};
use crate::blank::{is_blank, is_unseen, looks_blank};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// What a comment begins with that is for the compiler.
pub(crate) const DIRECTIVE: &str = "deployc:";

/// A character that hides. Offsets in bytes, in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Odd {
    pub at: usize,
    pub character: char,
    pub role: Role,
    pub around: Around,
}

/// What stands right before and behind a character that hides, or a run of them: what mends one of them
/// mends all, however many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// A blank, or the beginning or end of a line, on one side at least.
    Blank,
    /// A digit on both sides: it may be meant to group them.
    Digits,
    /// Something else on both sides.
    Words,
}

/// The text as the parser sees it, of the same length, and what hides in it.
pub(super) fn seen(text: &str) -> (Cow<'_, str>, Vec<Odd>) {
    // Stretch by stretch, so that many bytes are compared at once.
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) || *byte == b'\n' || *byte == b'\t';
    let odd = |stretch: &[u8]| stretch.iter().fold(false, |odd, byte| odd | !plain(byte));
    if !text.as_bytes().chunks(64).any(odd) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let candidates: Vec<(usize, char)> = text
        .char_indices()
        .filter(|&(at, character)| match character {
            '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
            ' '..='~' | '\n' | '\t' => false,
            other => is_refused(other) || looks_blank(other) || is_unseen(other),
        })
        .collect();
    if candidates.is_empty() {
        return (Cow::Borrowed(text), Vec::new());
    }
    let texts = stretches(text);
    let mut roles = Roles::new(text, &texts);
    let mut found = Vec::new();
    let mut copy = text.to_owned().into_bytes();
    for (at, character) in candidates {
        let role = roles.at(at);
        let counts = is_refused(character)
            || match role {
                Role::Code => true,
                Role::Machine => looks_blank(character),
                Role::People => false,
            };
        if !counts {
            continue;
        }
        // Marks of the layout are controls: a raw one can't be mistaken for them anywhere.
        if role == Role::Code || character.is_ascii() {
            copy[at..at + character.len_utf8()].fill(b' ');
        }
        found.push(Odd {
            at,
            character,
            role,
            around: Around::Words,
        });
    }
    for run in found.chunk_by_mut(|one, next| {
        one.role == next.role && one.at + one.character.len_utf8() == next.at
    }) {
        let end = run.last().map(|last| last.at + last.character.len_utf8());
        let around = around(text, run[0].at, end.unwrap_or(run[0].at));
        run.iter_mut().for_each(|odd| odd.around = around);
    }
    // Whole characters became blanks, so this is text again.
    let copy = String::from_utf8(copy).map_or(Cow::Borrowed(text), Cow::Owned);
    (copy, found)
}

/// Whether the character is refused wherever it stands: it turns text round, it can't be seen, it acts on a terminal,
/// or it ends a line for some readers alone. A joiner between the parts of a drawn sign may stand in a text, and so may
/// a space of another width.
fn is_refused(character: char) -> bool {
    matches!(character,
        '\u{00}'..='\u{08}' | '\u{0b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// Whether the character ends a line for some readers, and not for the language.
pub(super) fn ends_lines(character: char) -> bool {
    matches!(
        character,
        '\r' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Who reads what stands where, asked from the beginning of a text to its end.
struct Roles<'t> {
    text: &'t str,
    /// The texts, commands and comments that end behind the place that was asked for last.
    texts: &'t [Stretch],
    /// Of the first of them: up to where its quotes were counted, and whether one is open there.
    counted: usize,
    quoted: bool,
}

impl<'t> Roles<'t> {
    fn new(text: &'t str, texts: &'t [Stretch]) -> Self {
        Roles {
            text,
            texts,
            counted: 0,
            quoted: false,
        }
    }

    fn at(&mut self, at: usize) -> Role {
        while let [first, rest @ ..] = self.texts
            && first.end <= at
        {
            self.texts = rest;
            self.quoted = false;
        }
        let Some(stretch) = self.texts.first().filter(|stretch| stretch.start <= at) else {
            return Role::Code;
        };
        // What a suppression says is read as the language is, but for its reason.
        if !is_allowance(&self.text[stretch.start..stretch.end]) {
            return stretch.role;
        }
        let from = self.counted.max(stretch.start);
        let quotes = self.text[from..at].matches('"').count();
        self.counted = at;
        self.quoted ^= quotes % 2 == 1;
        match self.quoted {
            true => Role::People,
            false => Role::Code,
        }
    }
}

/// Whether a stretch is a comment that says `deployc:`, whatever hides before that.
fn is_allowance(stretch: &str) -> bool {
    let skipped = |letter: char| is_blank(letter) || looks_blank(letter) || is_unseen(letter);
    stretch
        .strip_prefix('#')
        .is_some_and(|rest| rest.trim_start_matches(skipped).starts_with(DIRECTIVE))
}

fn around(text: &str, from: usize, to: usize) -> Around {
    let before = text[..from].chars().next_back();
    let behind = text[to..].chars().next();
    let is_blank = |side: Option<char>| side.is_none_or(is_blank);
    let is_digit = |side: Option<char>| side.is_some_and(|side| side.is_ascii_digit());
    if is_blank(before) || is_blank(behind) {
        Around::Blank
    } else if is_digit(before) && is_digit(behind) {
        Around::Digits
    } else {
        Around::Words
    }
}

/// What hides, as findings, before all others. A line that can't be read with a blank in the place of what hides in it
/// is not said to be unreadable as well.
pub(super) fn findings(
    source: SourceId,
    text: &str,
    odd: &[Odd],
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    if odd.is_empty() {
        return found;
    }
    let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |at: usize| breaks.partition_point(|end| *end < at);
    let unread = |finding: &Diagnostic| {
        [&SYNTAX, &UNKNOWN_WORD]
            .iter()
            .any(|rule| finding.rule.code == rule.code)
    };
    let broken: std::collections::BTreeSet<usize> = found
        .iter()
        .filter(|finding| unread(finding))
        .map(|finding| line(finding.primary.span.start as usize))
        .collect();
    let hiding: std::collections::BTreeSet<usize> = odd
        .iter()
        .filter(|odd| odd.role == Role::Code && odd.around != Around::Blank)
        .map(|odd| line(odd.at))
        .collect();
    let mut all: Vec<Diagnostic> = odd
        .iter()
        .map(|odd| {
            let span = Span::new(
                source,
                odd.at as u32,
                (odd.at + odd.character.len_utf8()) as u32,
            );
            marks::of_odd(span, odd, !broken.contains(&line(odd.at)))
        })
        .collect();
    all.extend(found.into_iter().filter(|finding| {
        !unread(finding) || !hiding.contains(&line(finding.primary.span.start as usize))
    }));
    for finding in &mut all {
        finding.primary.span = whole(finding.primary.span, odd);
        for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = whole(edit.span, odd);
        }
    }
    all
}

/// A place without parts of characters: one that hides may be several blanks for the parser.
fn whole(span: Span, odd: &[Odd]) -> Span {
    let cut = |at: u32| {
        let index = odd.partition_point(|odd| odd.at < at as usize);
        let odd = odd[..index].last()?;
        let end = odd.at + odd.character.len_utf8();
        (end > at as usize).then_some((odd.at as u32, end as u32))
    };
    let start = cut(span.start).map_or(span.start, |(start, _)| start);
    let end = cut(span.end).map_or(span.end, |(_, end)| end);
    Span::new(span.source, start, end)
}
