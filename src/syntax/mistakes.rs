//! Turns what the parser could not read into findings, in words for people.

use super::grammar::{self, Rule as Kind};
use super::habits::{self, Stop};
use super::tree::{Node, Placed};
use super::{expected, words};
use crate::diagnostic::{Diagnostic, nearest};
use crate::rule;
use crate::source::Span;

rule! {
    /// A statement begins well and goes on with something that can't stand there, or stops before it
    /// is complete. The message says what is expected at the first place that does not fit.
    pub SYNTAX = "D0101", "syntax", Error, "a statement that can't be read";
    /// A line begins with a word that begins nothing here. Statements and declarations begin with a
    /// word of the language; what a person has to assert is written `check "…"`.
    pub UNKNOWN_WORD = "D0102", "unknown-word", Error, "a line that begins with no known word";
    /// A block begins with `{` and never ends. The indentation says where it was probably meant to.
    pub UNCLOSED_BRACE = "D0103", "unclosed-brace", Error, "a `{` that nothing closes";
    /// A `}` closes no block.
    pub STRAY_BRACE = "D0104", "stray-brace", Error, "a `}` that closes nothing";
    /// The lines below are indented as a block, and the line above them opens none.
    pub MISSING_BRACE = "D0105", "missing-brace", Error, "a block without its `{`";
    /// A text in `"""` or a fence begins and never ends. It would swallow the rest of the file.
    pub UNCLOSED_TEXT = "D0106", "unclosed-text", Error, "a text or fence that is never closed";
    /// A merge left its marks in the file. Both sides are still there: choose, then remove the marks.
    pub MERGE_CONFLICT = "D0107", "merge-conflict", Error, "the marks of a merge conflict";
    /// A character that can't be seen, or that makes text appear in another order than it is read
    /// (bidirectional controls). What is reviewed must be what is run, so it is refused everywhere,
    /// comments included.
    pub HIDDEN_CHARACTER = "D0108", "hidden-character", Error, "a control or hidden character";
    /// Brackets nest deeper than 64. No runbook needs that; the bound keeps every tool safe.
    pub TOO_DEEP = "D0109", "too-deep", Error, "brackets nest too deep";
    /// The first statement of a file is its edition, so that a later compiler reads it as it was meant.
    pub EDITION = "D0110", "edition", Error, "the edition is missing or not known";
}

/// What the parser could not read in a piece.
pub(super) fn of_piece(placed: &Placed, found: &mut Vec<Diagnostic>) {
    let mut unread: Option<Span> = None;
    let mut mistaken: Option<Node<'_>> = None;
    let mut muted = 0;
    // The lines below a mistake that are deeper are the rest of its statement.
    let belongs = |mistaken: Option<Node<'_>>, start: u32| {
        mistaken.is_some_and(|above| {
            let first = line_of(above).start;
            only_blanks(placed, above.span().end, start)
                && column(placed, start) > column(placed, first)
        })
    };
    for node in placed.root().descend() {
        if node.span().start < muted {
            continue;
        }
        match node.kind() {
            Kind::ERR_BLOCK if belongs(mistaken, line_of(node).start) => {
                muted = node.span().end;
            }
            Kind::ERR_ITEM | Kind::ERR_STMT => {
                let span = line_of(node);
                // Lines that follow each other without a known word are one mistake, said once.
                let follows = unread.is_some_and(|last| only_blanks(placed, last.end, span.start));
                if span.end > span.start {
                    let rest = belongs(mistaken, span.start);
                    if !follows && !rest {
                        found.push(of_line(node, span));
                    }
                    if !rest {
                        mistaken = Some(node);
                    }
                    unread = Some(span);
                }
            }
            Kind::ERR_HEAD => found.push(of_head(node)),
            Kind::ERR_TAIL | Kind::MISSING => {
                if let Some(statement) = statement_of(placed, node)
                    && (node.kind() == Kind::ERR_TAIL || !statement.has(Kind::ERR_TAIL))
                {
                    mistaken = Some(statement);
                    found.push(of_statement(statement, node));
                }
            }
            _ => {}
        }
    }
}

/// Whether nothing but white space stands between two places in the file.
fn only_blanks(placed: &Placed, from: u32, to: u32) -> bool {
    let own = |at: u32| at.saturating_sub(placed.offset()) as usize;
    placed
        .text()
        .get(own(from)..own(to))
        .is_some_and(|between| between.trim().is_empty())
}

/// How many bytes stand before a place on its line.
fn column(placed: &Placed, at: u32) -> usize {
    let before = &placed.text()[..at.saturating_sub(placed.offset()) as usize];
    before.len() - before.rfind('\n').map_or(0, |end| end + 1)
}

/// A brace that is missing or left over on a line that can't be read anyway follows from that: the
/// findings before `tree` are those of the layout, the others those of the tree.
pub(super) fn mute_braces(text: &str, found: &mut Vec<Diagnostic>, tree: usize) {
    let line = |finding: &Diagnostic| {
        let at = (finding.primary.span.start as usize).min(text.len());
        text.as_bytes()[..at]
            .iter()
            .rposition(|byte| *byte == b'\n')
    };
    let is_brace = |finding: &Diagnostic| {
        [&MISSING_BRACE, &UNCLOSED_BRACE, &STRAY_BRACE]
            .iter()
            .any(|rule| finding.rule.code == rule.code)
    };
    if !found[..tree].iter().any(is_brace) {
        return;
    }
    let unread: std::collections::BTreeSet<Option<usize>> =
        found[tree..].iter().map(line).collect();
    let mut index = 0;
    found.retain(|finding| {
        index += 1;
        index > tree || !is_brace(finding) || !unread.contains(&line(finding))
    });
}

/// The innermost statement or item that has this mistake as its child.
fn statement_of<'a>(placed: &'a Placed, mistake: Node<'a>) -> Option<Node<'a>> {
    let start = mistake.span().start;
    placed
        .root()
        .around(start)
        .into_iter()
        .rev()
        .find(|node| node.children().any(|child| child == mistake))
}

fn line_of(node: Node<'_>) -> Span {
    let span = node.span();
    let text = node.text();
    let length = text.trim_end().len() as u32;
    let indent = (text.len() - text.trim_start().len()) as u32;
    Span::new(
        span.source,
        span.start + indent.min(length),
        span.start + length,
    )
}

pub(super) fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text
        .find(|character: char| !(character.is_alphanumeric() || matches!(character, '-' | '_')))
        .unwrap_or(text.len());
    &text[..end]
}

/// A line that begins with no known word.
fn of_line(node: Node<'_>, span: Span) -> Diagnostic {
    let text = node.text().trim();
    let top = node.kind() == Kind::ERR_ITEM;
    let word = first_word(text);
    let known: &[&str] = if top { words::ITEMS } else { words::STATEMENTS };
    let at = Span::new(
        span.source,
        span.start,
        span.start + word.len().max(1) as u32,
    );
    if word.is_empty() {
        let rule = if top {
            Kind::explain_item
        } else {
            Kind::explain_line
        };
        let end = text.chars().next().map_or(0, char::len_utf8) as u32;
        let at = Span::new(span.source, span.start, span.start + end);
        let shown = found_at(text, 0);
        if let Some(help) = foreign(text) {
            return Diagnostic::new(&UNKNOWN_WORD, at, format!("{shown} begins no statement"))
                .help(help);
        }
        let _ = rule;
        return Diagnostic::new(&UNKNOWN_WORD, at, format!("{shown} begins no statement"))
            .help("a statement begins with a word such as `check`, `run` or `hold`");
    }
    if known.contains(&word) || words::ITEMS.contains(&word) || words::STATEMENTS.contains(&word) {
        let place = if words::ITEMS.contains(&word) && !top {
            "the top level of a file"
        } else {
            "a block"
        };
        return Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` can't stand here"))
            .help(format!("`{word}` stands in {place}"));
    }
    unknown(word, at, top, text)
}

fn unknown(word: &str, at: Span, top: bool, text: &str) -> Diagnostic {
    let place = if top { "declaration" } else { "statement" };
    let found = Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` begins no {place}"));
    let known: &[&str] = if top { words::ITEMS } else { words::STATEMENTS };
    let lower = word.to_ascii_lowercase();
    let synonym = words::SYNONYMS
        .iter()
        .find(|(theirs, ours)| *theirs == lower && known.contains(ours))
        .map(|&(_, ours)| ours);
    if let Some(meant) = nearest(word, known.iter().copied()) {
        return found
            .help(format!("did you mean `{meant}`?").replace("did you mean", "perhaps"))
            .safe_fix(format!("write `{meant}`"), at, meant);
    }
    if let Some(meant) = synonym {
        return found.help(format!("here it is called `{meant}`")).offer(
            format!("write `{meant}`"),
            at,
            meant,
        );
    }
    if let Some(help) = foreign(text) {
        return found.help(help);
    }
    found.help(format!(
        "a {place} begins with one of {}",
        known
            .iter()
            .take(if top { known.len() } else { 12 })
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ")
    ))
}

/// A hint for the habits of other languages.
fn foreign(text: &str) -> Option<&'static str> {
    if text.starts_with("- [") {
        Some("a box to tick is written `check \"…\"`")
    } else if text.starts_with("- ") || text.starts_with("* ") {
        Some("an item is written `check \"…\"` or `note \"…\"`")
    } else if text.starts_with("//") || text.starts_with("/*") || text.starts_with("--") {
        Some("a comment begins with `#`")
    } else if text.starts_with("```") || text.starts_with('`') {
        Some("a command is written `run `…``, a script behind `run` in a fence")
    } else if text.starts_with('"') {
        Some("a line for a person is written `check \"…\"` or `note \"…\"`")
    } else if first_word(text).len() < text.len()
        && text[first_word(text).len()..].starts_with(": ")
    {
        Some("a setting is written without a colon: `name value`")
    } else {
        None
    }
}

/// A block whose head begins with no known word.
fn of_head(node: Node<'_>) -> Diagnostic {
    let span = line_of(node);
    let text = node.text().trim();
    let word = first_word(text);
    if word.is_empty() {
        return Diagnostic::new(
            &UNKNOWN_WORD,
            span,
            format!("{} begins no statement", found_at(text, 0)),
        )
        .help("a block begins with a word such as `phase`, `gate` or `group`");
    }
    let at = Span::new(span.source, span.start, span.start + word.len() as u32);
    let top = {
        let text = node.text();
        text.starts_with(|character: char| !character.is_whitespace())
            && words::ITEMS
                .iter()
                .any(|item| nearest(word, [*item]).is_some())
    };
    if words::STATEMENTS.contains(&word) || words::ITEMS.contains(&word) {
        return Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` can't stand here"));
    }
    unknown(word, at, top, text)
}

/// A statement that begins well: read its head strictly to say what was expected where.
fn of_statement(statement: Node<'_>, mistake: Node<'_>) -> Diagnostic {
    let span = statement.span();
    let from = span.start;
    let head_end = (mistake.span().end - from) as usize;
    let text = statement.text();
    let head = text[..head_end.min(text.len())].trim_end();
    let best = match statement.kind() {
        Kind::bound => explain(Kind::explain_bound, head),
        Kind::escalate => explain(Kind::explain_escalate, head),
        _ => {
            let item = explain(Kind::explain_item, head);
            let line = explain(Kind::explain_line, head);
            // The rule that came further knows better.
            match (item, line) {
                (Some(item), Some(line)) => Some(if item.at > line.at { item } else { line }),
                (item, line) => item.or(line),
            }
        }
    };
    let Some(best) = best else {
        let at = mistake.span();
        let shown = found_at(
            text,
            head_end.saturating_sub(at.end.saturating_sub(at.start) as usize),
        );
        return Diagnostic::new(
            &SYNTAX,
            trim(at, mistake.text()),
            format!("{shown} can't stand here"),
        );
    };
    let skipped = text[best.at.min(text.len())..]
        .bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let at = (best.at + skipped).min(head.len());
    let shown = found_at(head, at);
    let length = token_length(&head[at..]);
    let place = Span::new(span.source, from + at as u32, from + (at + length) as u32);
    let wanted = expected::list(&best.rules);
    let mut found = Diagnostic::new(&SYNTAX, place, format!("expected {wanted}, found {shown}"));
    let token = &head[at..at + length];
    if token.starts_with('"') && token.len() == 1
        || token.starts_with('"') && !token[1..].contains('"')
    {
        found.message = "this text is not closed on its line".to_owned();
        return found.help("close it with `\"`; a text over several lines stands in `\"\"\"`");
    }
    if token.starts_with('`') && !token[1..].contains('`') {
        found.message = "this command is not closed on its line".to_owned();
        return found.help("close it with a backtick; a script stands in a fence");
    }
    let candidates = expected::words(&best.rules);
    if let Some(meant) = nearest(token, candidates.iter().map(String::as_str)) {
        return found.help(format!("perhaps `{meant}`")).safe_fix(
            format!("write `{meant}`"),
            place,
            meant,
        );
    }
    let stop = Stop {
        statement: text,
        at,
        token,
        place,
        rules: &best.rules,
    };
    habits::hint(found, &stop)
}

fn trim(span: Span, text: &str) -> Span {
    let lead = (text.len() - text.trim_start().len()) as u32;
    let trail = (text.len() - text.trim_end().len()) as u32;
    Span::new(
        span.source,
        span.start + lead,
        span.end.saturating_sub(trail),
    )
}

fn explain(rule: Kind, head: &str) -> Option<grammar::Expected> {
    grammar::explain(rule, head).map(|mut expected| {
        expected.rules.retain(|rule| {
            !matches!(
                rule,
                Kind::comment | Kind::explain_item | Kind::explain_line | Kind::EOI
            )
        });
        expected
    })
}

/// The token that stands at `at`, in words: in backticks, or "the end of the line".
fn found_at(text: &str, at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default();
    let length = token_length(rest);
    if length == 0 {
        "the end of the line".to_owned()
    } else {
        let token: String = rest[..length].chars().take(40).collect();
        if token.contains('`') {
            token
        } else {
            format!("`{token}`")
        }
    }
}

fn token_length(text: &str) -> usize {
    let line = text
        .find(['\n', '\u{1}', '\u{2}', '\u{3}'])
        .unwrap_or(text.len());
    let text = text[..line].trim_end();
    if let Some(rest) = text.strip_prefix('"') {
        return rest.find('"').map_or(text.len(), |end| end + 2);
    }
    if let Some(rest) = text.strip_prefix('`') {
        return rest.find('`').map_or(text.len(), |end| end + 2);
    }
    text.char_indices()
        .find(|&(index, character)| {
            character.is_whitespace()
                || index > 0
                    && matches!(
                        character,
                        ',' | '(' | ')' | '{' | '}' | '[' | ']' | '"' | '`'
                    )
        })
        .map_or(text.len(), |(index, _)| index)
}
