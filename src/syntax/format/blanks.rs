//! White space: what of it counts, and where it stands.

use super::Unread;
use crate::blank::is_blank_byte;

/// Whether two texts differ in white space alone.
pub(super) fn same_but_blanks(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a, b) {
            ([first, rest_a @ ..], [other, rest_b @ ..]) if first == other => {
                (a, b) = (rest_a, rest_b);
            }
            ([first, rest @ ..], _) if is_blank_byte(*first) => a = rest,
            (_, [first, rest @ ..]) if is_blank_byte(*first) => b = rest,
            _ => return a.is_empty() && b.is_empty(),
        }
    }
}

/// Between statements nothing but white space stands, or the text was not read as it is.
pub(super) fn between(gap: &str) -> Result<(), Unread> {
    match gap.bytes().all(is_blank_byte) {
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

/// Line ends as the first one of the file is behind blank lines, which go: all CRLF, or all LF. A carriage return
/// of no line end stays, and so does the line end behind it: without the one the other would be taken for CRLF.
pub(super) fn with_line_ends_of(text: &str, out: String) -> String {
    let written_first = match trim_start(text) {
        rest if rest.contains('\n') => rest,
        _ => text,
    };
    let end = match written_first.split_once('\n') {
        Some((first, _)) if first.ends_with('\r') => "\r\n",
        Some(_) | None => "\n",
    };
    if end == "\n" && !out.contains('\r') {
        return out;
    }
    let mut written = String::with_capacity(out.len() + out.len() / 16);
    for line in out.split_inclusive('\n') {
        let code = match line.strip_suffix("\r\n").or(line.strip_suffix('\n')) {
            Some(code) if !code.ends_with('\r') => code,
            Some(_) | None => {
                written.push_str(line);
                continue;
            }
        };
        written.push_str(code);
        written.push_str(end);
    }
    written
}

/// Without the blanks and line ends at the end; a carriage return of no line end is none.
pub(super) fn trim_end(text: &str) -> &str {
    let mut rest = text;
    loop {
        let shorter = rest.trim_end_matches([' ', '\t', '\n']);
        let broken = rest[shorter.len()..].starts_with('\n');
        match shorter.strip_suffix('\r').filter(|_| broken) {
            Some(shorter) => rest = shorter,
            None => return shorter,
        }
    }
}

/// The same at the beginning.
pub(super) fn trim_start(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n']);
        match rest.strip_prefix("\r\n") {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}
