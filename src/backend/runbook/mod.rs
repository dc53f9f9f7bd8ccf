//! In: a plan, and how a page marks words up. Out: what a runbook says of it: sentences, times, rows of
//! tables, items. Knows nothing of the page: neither its order nor its shape.

mod back;
mod commands;
mod items;
mod moments;
mod needs;
mod people;
mod prose;
mod rows;
mod rules;
mod sentences;
mod stretches;
mod timeline;
mod ways_back;

pub use back::TakenBack;
pub use commands::{About, Fact};
pub use items::{Blank, Item};
pub use prose::prose;
pub use rules::{Reason, Rule};
pub use sentences::{Sentences, and};
pub use stretches::{Approval, Required, Stretch};

use std::borrow::Cow;

use crate::plan::{Piece, Text};
use crate::source::is_hidden;

/// A text without what is not seen: controls, and marks that turn the direction of what follows. Every
/// end of a line is LF.
pub fn visible(text: &str) -> Cow<'_, str> {
    let shown = |letter: char| !is_hidden(letter) || matches!(letter, '\n' | '\t');
    if text.chars().all(shown) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            letter if shown(letter) => out.push(letter),
            letter if letter.is_whitespace() => out.push(' '),
            _ => {}
        }
    }
    Cow::Owned(out)
}

/// Whether an address is that of a page, and has nothing in it that a page made of it could take for
/// something else.
pub fn is_page(address: &str) -> bool {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&()*+,;=%".contains(&byte);
    // `&copy;` is a letter to some readers of Markdown.
    let named = |rest: &str| {
        let mut parts = rest.split('&').skip(1);
        parts.any(|part| part.contains(';'))
    };
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain) && !named(rest))
}

/// How a page marks words up. What people wrote can't break out of what these return.
pub trait Markup: Sync {
    /// Words inside a line: a heading, an item, a cell of a table.
    fn words(&self, words: &str) -> String;

    /// Code inside a line.
    fn code(&self, code: &str) -> String;

    /// Where something is found: a page can be opened from here, anything else is code.
    fn address(&self, text: &str) -> String {
        self.code(text)
    }

    /// A sign of ours between words: `<`, `≤`.
    fn sign(&self, sign: &str) -> String;

    /// What is marked up already, with weight.
    fn strong(&self, marked: &str) -> String;

    /// What is marked up already, leading to an anchor of the page.
    fn link(&self, marked: &str, anchor: &str) -> String;

    /// What stands in a field of the page, behind the words that name it; nothing on paper.
    fn shown(&self, _field: &str) -> String {
        String::new()
    }

    /// A block of code.
    fn block(&self, text: &str, language: &str) -> String;

    /// Markdown by its author, held inside its block.
    fn prose(&self, text: &Text) -> String;

    /// A text for people inside a line; parameters stand in it as `{name}` in code.
    fn text(&self, text: &Text) -> String {
        let mut out = String::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => {
                    // A blank at the edge of a piece belongs to the sentence.
                    if literal.starts_with(char::is_whitespace) && !out.is_empty() {
                        out.push(' ');
                    }
                    out.push_str(&self.words(literal));
                    if literal.ends_with(char::is_whitespace) && !literal.trim().is_empty() {
                        out.push(' ');
                    }
                }
                Piece::Parameter { parameter } => {
                    out.push_str(&self.code(&format!("{{{parameter}}}")));
                }
            }
        }
        out.trim().to_owned()
    }
}

/// The name of an anchor. Ids are made of names, so nothing in them needs escaping; a captured
/// surprise is dropped.
pub fn anchor(id: &str) -> String {
    id.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '/' | '_' | '.'))
        .collect()
}

/// The anchor of a metric.
pub fn metric_anchor(name: &str) -> String {
    let mut out = String::from("metric/");
    for letter in name.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() || letter == '.' => out.push(letter),
            _ if out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// The sentence with a capital letter.
pub fn capital(line: &str) -> String {
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

/// The sentence without a capital letter.
fn uncapital(line: &str) -> String {
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_page;

    #[test]
    fn only_plain_addresses_of_pages_are_links() {
        for (address, page) in [
            ("https://grafana.example.com/d/1?orgId=1&from=now-1h", true),
            ("http://grafana:3001/d/slo-overview", true),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://example.com/{region}", false),
            ("https://example.com/\"><script>", false),
            ("https://example.com/a|b", false),
            ("https://example.com/?a=1;b&c=2", true),
            ("https://example.com/?a=1&copy;=2", false),
            ("#deployments", false),
        ] {
            assert_eq!(is_page(address), page, "{address}");
        }
    }
}
