//! Texts over several lines: what their author means by them, wherever they stand on the page.

use crate::blank::Blanks;

/// A `"""` text, a fence or a query, taken apart. Offsets and marks are gone from its lines.
pub(super) struct Lines<'a> {
    /// The opening mark and what stands behind it on its line.
    pub head: &'a str,
    /// The lines below, without the indentation that they share. Blank lines are empty.
    pub lines: Vec<&'a str>,
    /// Whether the closing mark stands on a line of its own.
    pub closes_alone: bool,
    /// The closing mark.
    pub mark: &'static str,
}

/// Takes a token apart. Nothing for a token of one line, and for one that is no such text.
pub(super) fn lines(token: &str) -> Option<Lines<'_>> {
    let mark = mark(token)?;
    let inner = token.get(mark.len()..token.len() - mark.len())?;
    let (first, rest) = inner.split_once('\n')?;
    let first = first.strip_suffix('\r').unwrap_or(first);
    let head = &token[..mark.len() + first.len()];
    let mut lines: Vec<&str> = rest
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    let closes_alone = lines
        .last()
        .is_some_and(|line| line.trim_blanks().is_empty());
    if closes_alone {
        lines.pop();
    }
    let shared = lines
        .iter()
        .filter(|line| !line.trim_blanks().is_empty())
        .map(|line| indentation(line))
        .reduce(shared)
        .unwrap_or_default()
        .len();
    for line in &mut lines {
        *line = match line.trim_blanks().is_empty() {
            true => "",
            false => line.get(shared..).unwrap_or_default(),
        };
    }
    Some(Lines {
        head,
        lines,
        closes_alone,
        mark,
    })
}

fn mark(token: &str) -> Option<&'static str> {
    if !token.starts_with(['"', '`']) {
        return None;
    }
    ["\"\"\"", "```", "`"]
        .into_iter()
        .find(|mark| token.starts_with(mark))
        .filter(|mark| token.len() >= 2 * mark.len() && token.ends_with(mark))
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What two indentations have in common.
fn shared<'a>(a: &'a str, b: &'a str) -> &'a str {
    let length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..length]
}

/// What a `"""` text, a fence, a command or a query says: without its marks, without a fence's
/// language, without the indentation that its lines share, and without blank lines at its end. A
/// first line with nothing but the mark leaves no blank line. Line ends are LF. Any other text is
/// returned as it is.
pub fn content(token: &str) -> String {
    let Some(mark) = mark(token) else {
        return token.to_string();
    };
    let Some(lines) = lines(token) else {
        return token[mark.len()..token.len() - mark.len()].to_string();
    };
    let first = lines.head[mark.len()..].trim_blanks_end();
    let mut all: Vec<&str> = Vec::new();
    if mark != "```" && !first.is_empty() {
        all.push(&lines.head[mark.len()..]);
    }
    all.extend(&lines.lines);
    while all.last().is_some_and(|line| line.is_empty()) {
        all.pop();
    }
    all.join("\n")
}

/// The language of a fence: `bash`. Empty where none is named, and for any other text.
pub fn language(token: &str) -> &str {
    match lines(token) {
        Some(lines) if lines.mark == "```" => lines.head[3..].trim_blanks(),
        Some(_) | None => "",
    }
}
