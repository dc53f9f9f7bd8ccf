//! White space: what of it counts, and where it stands.

use super::Unread;

/// Whether two texts differ in white space alone.
pub(super) fn same_but_blanks(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a, b) {
            ([first, rest_a @ ..], [other, rest_b @ ..]) if first == other => {
                (a, b) = (rest_a, rest_b);
            }
            ([first, rest @ ..], _) if first.is_ascii_whitespace() => a = rest,
            (_, [first, rest @ ..]) if first.is_ascii_whitespace() => b = rest,
            _ => return a.is_empty() && b.is_empty(),
        }
    }
}

/// Between statements nothing but white space stands, or the text was not read as it is.
pub(super) fn between(gap: &str) -> Result<(), Unread> {
    match gap
        .bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    {
        true => Ok(()),
        false => Err(Unread),
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Whether the line before the one in which `at` is the first character is blank.
pub(super) fn blank_before(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let blanks = &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..];
    blanks.bytes().filter(|byte| *byte == b'\n').count() > 1
}

/// Line ends as the first one of the file is: all CRLF, or all LF.
pub(super) fn with_line_ends_of(text: &str, out: String) -> String {
    let out = match out.contains('\r') {
        true => out.replace("\r\n", "\n"),
        false => out,
    };
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => out.replace('\n', "\r\n"),
        Some(_) | None => out,
    }
}
