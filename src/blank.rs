//! In: text. Out: its blanks: the white space that separates words of the language, and what only looks like it.
//! Knows nothing of words.

/// The blanks of the language: space, tab, line feed, and the carriage return before a line feed. Nothing else
/// separates two tokens, whatever Unicode or ASCII call white space.
pub const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Whether the character is a blank of the language.
pub const fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// Whether the byte is a blank of the language.
pub const fn is_blank_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether the character is white space by Unicode and no blank of the language: it looks like one and is none.
/// A lone carriage return is left to the caller, who knows what follows it.
pub fn looks_blank(character: char) -> bool {
    character.is_whitespace() && !is_blank(character)
}

/// Whether nothing is drawn for the character, and no room is taken: zero-width characters, joiners, selectors of a
/// variant, fillers, controls of direction (the Default_Ignorable_Code_Point of Unicode 16, and U+2800, which is drawn
/// empty).
pub const fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Text without its blanks, as the grammar reads it. The methods of `str` take more for white space than the grammar
/// does: a place that is found with them may lie inside a character, or in another token.
pub trait Blanks {
    /// Without blanks at both ends.
    fn trim_blanks(&self) -> &str;
    /// Without blanks at its beginning.
    fn trim_blanks_start(&self) -> &str;
    /// Without blanks at its end.
    fn trim_blanks_end(&self) -> &str;
    /// What stands between blanks.
    fn words(&self) -> impl DoubleEndedIterator<Item = &str>;
    /// How many bytes of blanks stand at its beginning.
    fn indent(&self) -> usize;
}

impl Blanks for str {
    fn trim_blanks(&self) -> &str {
        self.trim_matches(BLANKS)
    }

    fn trim_blanks_start(&self) -> &str {
        self.trim_start_matches(BLANKS)
    }

    fn trim_blanks_end(&self) -> &str {
        self.trim_end_matches(BLANKS)
    }

    fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.split(BLANKS).filter(|word| !word.is_empty())
    }

    fn indent(&self) -> usize {
        self.len() - self.trim_blanks_start().len()
    }
}

/// Bytes without the blanks at both ends.
pub fn trim_bytes(bytes: &[u8]) -> &[u8] {
    let bytes = trim_bytes_end(bytes);
    let blanks = bytes
        .iter()
        .take_while(|byte| is_blank_byte(**byte))
        .count();
    &bytes[blanks..]
}

/// Bytes without the blanks at their end.
pub fn trim_bytes_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !is_blank_byte(*byte));
    &bytes[..end.map_or(0, |last| last + 1)]
}

#[cfg(test)]
mod tests {
    use super::{BLANKS, Blanks, is_blank, is_blank_byte, is_unseen, looks_blank};

    #[test]
    fn what_looks_like_a_blank_is_none() {
        for character in '\0'..=char::MAX {
            assert_eq!(BLANKS.contains(&character), is_blank(character));
            let byte = u8::try_from(character).is_ok_and(|byte| byte < 0x80 && is_blank_byte(byte));
            assert_eq!(byte, is_blank(character));
            let kinds = [
                is_blank(character),
                looks_blank(character),
                is_unseen(character),
            ];
            assert!(
                kinds.iter().filter(|kind| **kind).count() <= 1,
                "{character:?}"
            );
            assert!(
                !character.is_whitespace() || kinds[0] || kinds[1],
                "{character:?}"
            );
        }
    }

    #[test]
    fn only_blanks_are_taken_away() {
        assert_eq!(" \ta\u{a0}b \r\n".trim_blanks(), "a\u{a0}b");
        assert_eq!("\u{3000} a".trim_blanks(), "\u{3000} a");
        assert_eq!("\u{b}a\u{c}".trim_blanks(), "\u{b}a\u{c}");
        assert_eq!(" a".indent(), 1);
        assert_eq!(
            " a \u{2003} b ".words().collect::<Vec<_>>(),
            ["a", "\u{2003}", "b"]
        );
        assert_eq!(" a\tb\r\n".words().next_back(), Some("b"));
    }
}
