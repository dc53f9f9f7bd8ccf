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

/// A line of a message with more characters than this is cut.
const WIDEST: usize = 1000;
/// How many characters are shown before the cut.
const BEGINNING: usize = 600;
/// How many characters are shown behind the cut: what is said of a long word stands there.
const END: usize = 200;

/// The text with `…` in the place of what is too much of a line for a reader.
pub fn short_lines(text: &str) -> Cow<'_, str> {
    let is_long = |line: &str| line.len() > WIDEST && line.chars().nth(WIDEST).is_some();
    if text.len() <= WIDEST || !text.split('\n').any(is_long) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut ends = line.char_indices();
        match is_long(line.trim_end_matches('\n')) {
            true => {
                let start = ends.nth(BEGINNING).map_or(0, |(at, _)| at);
                let end = ends.nth_back(END - 1).map_or(line.len(), |(at, _)| at);
                out.push_str(&line[..start]);
                out.push_str(" … ");
                out.push_str(&line[end..]);
            }
            false => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::short_lines;

    #[test]
    fn what_is_too_much_of_a_line_is_cut() {
        for text in ["", "short", &"ä".repeat(1000), &"a line\n".repeat(1000)] {
            assert_eq!(short_lines(text), text);
        }
        let long = format!("no name `{}` here\nand\n", "ä".repeat(1_000_000));
        let short = short_lines(&long);
        assert!(short.starts_with("no name `ä"), "{short}");
        assert!(short.ends_with("ä` here\nand\n"), "{short}");
        assert!(short.chars().count() < 850, "{short}");
    }
}
