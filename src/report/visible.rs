//! Text by others, made harmless for terminals and the logs of CI systems.

use std::borrow::Cow;
use std::fmt::Write;

use crate::source::is_hidden;

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
            .any(|character| is_hidden(character) && !kept(character));
    if plain {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut at_start = true;
    for (index, character) in text.char_indices() {
        let rest = &text[index..];
        let acts = command(rest) || (at_start && rest.starts_with("::"));
        if acts || (is_hidden(character) && !kept(character)) {
            escape(&mut out, character);
        } else {
            out.push(character);
        }
        at_start = character == '\n' || (at_start && character.is_whitespace());
    }
    Cow::Owned(out)
}
