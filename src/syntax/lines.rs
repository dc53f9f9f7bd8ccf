//! The lines of a piece as layout sees them: indentation, braces, and whether a line goes on.

use super::pieces::{query_end, word_at, word_before};
use super::words;

/// A line. Offsets count from the beginning of the piece, in bytes.
pub(super) struct Line {
    pub start: usize,
    pub end: usize,
    pub indent: usize,
    /// Braces outside texts: where, and whether it opens.
    pub braces: Vec<(usize, bool)>,
    /// Where words begin that begin statements, and stand in a line behind its head.
    pub inner: Vec<usize>,
    /// One past the last character of code; equals `start` where there is none.
    pub code_end: usize,
    /// Whether it goes on on the next (a comma at its end, an open bracket, an open text).
    pub goes_on: bool,
}

impl Line {
    /// Whether there is anything but blanks and a comment.
    pub fn has_code(&self) -> bool {
        self.code_end > self.start
    }

    /// Where its first character stands that is no blank.
    pub fn first(&self) -> usize {
        self.start + self.indent
    }
}

/// A text over several lines that a scan is in.
#[derive(Clone, Copy)]
struct Inside {
    mark: &'static [u8],
    /// Where it ends at the latest.
    limit: usize,
}

/// The lines of a piece.
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut brackets = 0usize;
    let mut start = 0;
    let mut inside: Option<Inside> = None;
    while start < bytes.len() {
        let end = line_end(bytes, start);
        let indent = bytes[start..end]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let mut line = Line {
            start,
            end,
            indent,
            braces: Vec::new(),
            inner: Vec::new(),
            code_end: start,
            goes_on: false,
        };
        // A bracket that is never closed ends where the next statement begins.
        if inside.is_none() && brackets > 0 && begins_statement(bytes, start + indent, end) {
            brackets = 0;
            if let Some(above) = lines.last_mut() {
                above.goes_on = false;
            }
        }
        let mut at = start;
        let mut tokens = 0;
        while at < end {
            if let Some(text) = inside {
                let fence = text.mark == b"```";
                let ends = bytes[at..end].starts_with(text.mark) && (!fence || at == line.first());
                if ends || at >= text.limit {
                    at += if ends { text.mark.len() } else { 0 };
                    inside = None;
                } else {
                    at += 1;
                }
                line.code_end = at;
                continue;
            }
            match bytes[at] {
                b'#' => break,
                b' ' | b'\t' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'"' if bytes[at..].starts_with(b"\"\"\"") => {
                    inside = Some(Inside {
                        mark: b"\"\"\"",
                        limit: bytes.len(),
                    });
                    at += 3;
                }
                b'`' if bytes[at..].starts_with(b"```") => {
                    inside = Some(Inside {
                        mark: b"```",
                        limit: bytes.len(),
                    });
                    at = end;
                }
                b'"' => at = closing_quote(bytes, at, end),
                b'`' => {
                    match query_end(bytes, at, words::QUERIES.contains(&word_before(bytes, at))) {
                        Some(close) if close < end => at = close + 1,
                        Some(limit) => {
                            inside = Some(Inside { mark: b"`", limit });
                            at = end;
                        }
                        None => at += 1,
                    }
                }
                b'{' => {
                    line.braces.push((at, true));
                    at += 1;
                }
                b'}' => {
                    line.braces.push((at, false));
                    at += 1;
                }
                b'(' | b'[' => {
                    brackets += 1;
                    at += 1;
                }
                b')' | b']' => {
                    brackets = brackets.saturating_sub(1);
                    at += 1;
                }
                byte if byte.is_ascii_alphanumeric() => {
                    let word = word_at(bytes, at);
                    let blank_before = at > start && matches!(bytes[at - 1], b' ' | b'\t');
                    if brackets == 0 && tokens > 1 && blank_before && words::begins_inner(word) {
                        line.inner.push(at);
                    }
                    at += word.len();
                }
                _ => at += 1,
            }
            tokens += 1;
            line.code_end = at;
        }
        line.goes_on =
            inside.is_some() || brackets > 0 || line.has_code() && bytes[line.code_end - 1] == b',';
        lines.push(line);
        start = end + 1;
    }
    lines
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |length| from + length)
}

/// Whether a line begins as a statement does, or ends a block.
fn begins_statement(bytes: &[u8], first: usize, end: usize) -> bool {
    if bytes.get(first) == Some(&b'}') {
        return true;
    }
    let word = word_at(bytes, first);
    let behind = bytes[first + word.len()..end.max(first + word.len())].first();
    words::STATEMENTS.contains(&word) && matches!(behind, None | Some(b' ' | b'\t' | b'{' | b'\r'))
}

/// One past the quote that closes the one at `at` on its line; one past the opening quote if none does.
fn closing_quote(bytes: &[u8], at: usize, end: usize) -> usize {
    let mut here = at + 1;
    while here < end {
        match bytes[here] {
            b'\\' => here += 2,
            b'"' => return here + 1,
            _ => here += 1,
        }
    }
    at + 1
}
