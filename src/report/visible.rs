//! Text by others, made harmless for terminals and the logs of CI systems.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character acts on a terminal, reorders text or can't be seen, so that it is shown as
/// `\u{…}`. (Line breaks and tabs are for the caller to decide.)
pub(super) fn hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Writes a hidden character so that it can be seen.
pub(super) fn escape(text: &mut String, character: char) {
    let _ = write!(text, "\\u{{{:x}}}", u32::from(character));
}

/// Whether `rest` begins with what a CI system takes for a command anywhere in a line.
pub(super) fn command(rest: &str) -> bool {
    rest.starts_with("##[") || rest.starts_with("##vso[")
}

/// The text on one line: line breaks and everything hidden are written as `\u{…}`.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    shown(text, |_| false)
}

/// The text with its line breaks and tabs; everything else hidden is written as `\u{…}`, and no
/// line begins with `::`, which GitHub takes for a command.
pub fn visible_text(text: &str) -> Cow<'_, str> {
    shown(text, |character| matches!(character, '\n' | '\t'))
}

fn shown(text: &str, kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let plain = !text.contains("::")
        && !text.contains("##")
        && !text
            .chars()
            .any(|character| hidden(character) && !kept(character));
    if plain {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut at_start = true;
    for (index, character) in text.char_indices() {
        let rest = &text[index..];
        let acts = command(rest) || (at_start && rest.starts_with("::"));
        if acts || (hidden(character) && !kept(character)) {
            escape(&mut out, character);
        } else {
            out.push(character);
        }
        at_start = character == '\n' || (at_start && character.is_whitespace());
    }
    Cow::Owned(out)
}
