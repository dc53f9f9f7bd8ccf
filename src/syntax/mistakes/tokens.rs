//! What stands where a statement stops, in words.

use crate::blank::{Blanks, is_blank};

/// The token that stands at `at`, in words: in backticks, or "the end of the line".
pub(super) fn found_at(text: &str, at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default();
    let length = token_length(rest);
    if length == 0 {
        "the end of the line".to_owned()
    } else {
        if rest.starts_with("```") {
            return "a fence".to_owned();
        }
        let token: String = rest[..length].chars().take(40).collect();
        if token.contains('`') {
            token
        } else {
            format!("`{token}`")
        }
    }
}

pub(super) fn token_length(text: &str) -> usize {
    let line = text
        .find(['\n', '\u{1}', '\u{2}', '\u{3}'])
        .unwrap_or(text.len());
    let text = text[..line].trim_blanks_end();
    if let Some(rest) = text.strip_prefix('"') {
        return rest.find('"').map_or(text.len(), |end| end + 2);
    }
    if let Some(rest) = text.strip_prefix('`') {
        return rest.find('`').map_or(text.len(), |end| end + 2);
    }
    text.char_indices()
        .find(|&(index, character)| {
            is_blank(character)
                || index > 0
                    && matches!(
                        character,
                        ',' | '(' | ')' | '{' | '}' | '[' | ']' | '"' | '`'
                    )
        })
        .map_or(text.len(), |(index, _)| index)
}
