//! Texts as PromQL writes them.

use std::fmt::Write;

/// A text as PromQL writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    push(&mut out, text, '"');
    out.push('"');
    out
}

/// Writes what a text between such quotes says, so that it ends neither the text nor the line, and that
/// nothing that fills in queries, here or in a controller, takes a part of it for a hole.
pub(super) fn push(out: &mut String, text: &str, quote: char) {
    let mut letters = text.chars().peekable();
    let mut before = None;
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied();
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter == quote => out.extend(['\\', letter]),
            '$' if after.is_some_and(|next| next.is_ascii_alphabetic()) => out.push_str("\\x24"),
            '{' if before == Some('{') => out.push_str("\\x7b"),
            // Prometheus takes U+FFFD for a broken text.
            letter if letter.is_control() || letter == char::REPLACEMENT_CHARACTER => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
        before = Some(letter);
    }
}

/// What promql-parser writes, with the escapes that it leaves out. Every text in it has double quotes.
pub fn escaped(query: &str) -> String {
    let mut out = String::with_capacity(query.len());
    for letter in query.chars() {
        match letter {
            '\n' => out.push(letter),
            letter if letter.is_control() || letter == char::REPLACEMENT_CHARACTER => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    // In a query two of them stand in a text alone.
    out.replace("{{", "{\\x7b")
}

/// A pattern that matches this text alone. Source: `QuoteMeta` of Go's `regexp`.
pub(super) fn pattern(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
