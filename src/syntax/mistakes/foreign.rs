//! Lines of other languages: Markdown, YAML, HCL, shells.

use super::first_word;
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::words;

/// Habits of other languages.
pub(super) fn of(found: Diagnostic, line: &str, span: Span) -> Option<Diagnostic> {
    let first = Span::new(span.source, span.start, span.start);
    if let Some(rest) = line
        .strip_prefix("- [")
        .or_else(|| line.strip_prefix("* ["))
    {
        let found = found.help("a box to tick is written `check \"…\"`");
        let Some((mark, rest)) = rest.split_once(']') else {
            return Some(found);
        };
        let done = if mark.trim_blanks().is_empty() {
            ""
        } else {
            " done"
        };
        return Some(quoted(found, rest.trim_blanks(), span, done));
    }
    let item = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .or_else(|| line.strip_prefix("• "));
    if let Some(rest) = item {
        let word = first_word(rest);
        if words::STATEMENTS.contains(&word) {
            let dash = Span::new(
                span.source,
                span.start,
                span.start + (line.len() - rest.len()) as u32,
            );
            return Some(
                found
                    .help("statements stand below each other without a dash")
                    .safe_fix("remove the dash", dash, ""),
            );
        }
        let found = found.help("an item is written `check \"…\"` or `note \"…\"`");
        return Some(match rest.contains(['{', '}']) || rest.contains(": ") {
            true => found,
            false => quoted(found, rest.trim_blanks(), span, ""),
        });
    }
    for (mark, whole) in [
        ("//", true),
        ("/*", line.ends_with("*/")),
        ("-- ", true),
        ("<!--", false),
    ] {
        if let Some(rest) = line.strip_prefix(mark) {
            let found = found.help("a comment begins with `#`, on each of its lines");
            let rest = rest.trim_end_matches("*/").trim_blanks();
            return Some(match whole {
                true => found.safe_fix(format!("write `# {rest}`"), span, format!("# {rest}")),
                false => found,
            });
        }
    }
    if let Some(rest) = line.strip_prefix("> ") {
        let found = found.help("words for the reader are written `note \"…\"`");
        let text = escaped(rest.trim_blanks());
        return Some(found.offer(
            format!("write `note \"{text}\"`"),
            span,
            format!("note \"{text}\""),
        ));
    }
    if line.starts_with('|') {
        return Some(
            found.help("a table stands inside a text: `note \"\"\"`, its lines, and `\"\"\"`"),
        );
    }
    if line.starts_with("---") {
        return Some(found.help("nothing divides a file: declarations stand below each other"));
    }
    if line.starts_with("```") {
        return Some(found.help("a script stands in a fence behind `run \"Title\"`"));
    }
    if line.starts_with('`') && line.len() > 2 && line.ends_with('`') {
        return Some(found.help("a command stands behind `run`").offer(
            "write `run` before it",
            first,
            "run ",
        ));
    }
    if let Some(rest) = line.strip_prefix("$ ") {
        return Some(
            found
                .help("a command stands in backticks behind `run`")
                .offer(
                    format!("write ``run `{rest}` ``"),
                    span,
                    format!("run `{rest}`"),
                ),
        );
    }
    if line.starts_with('"') || line.starts_with(['“', '„', '\'']) {
        return Some(found.help("a line for a person is written `check \"…\"` or `note \"…\"`"));
    }
    if matches!(
        line,
        "]" | ")" | "end" | "fi" | "done" | "};" | "]," | "esac"
    ) {
        return Some(found.help("a block is closed by `}`"));
    }
    if line.starts_with(['[', '(', '<']) || line.starts_with(|sign: char| sign.is_ascii_digit()) {
        return Some(found.help("a statement begins with a word: `check \"…\"`, ``run `…` ``"));
    }
    let behind = &line[first_word(line).len()..];
    if !first_word(line).is_empty() && (behind.starts_with(": ") || behind == ":") {
        return Some(found.help("a setting is written without a colon: `name value`"));
    }
    if behind.trim_blanks_start().starts_with("= ") {
        return Some(found.help("a setting is written without `=`: `name value`"));
    }
    None
}

/// Offers the line as a check for a person.
pub(super) fn quoted(found: Diagnostic, text: &str, span: Span, done: &str) -> Diagnostic {
    let text = escaped(text);
    if text.is_empty() {
        return found;
    }
    found.offer(
        format!("write `check \"{text}\"{done}`"),
        span,
        format!("check \"{text}\"{done}"),
    )
}

/// A text as it stands between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '"' | '{') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
