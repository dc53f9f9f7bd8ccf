//! Text that can't break the Markdown around it.
//!
//! What people wrote is words: every character that Markdown or HTML could take for structure is
//! escaped, and what a reader of Markdown would make a link, a mention or a picture of is code.

use crate::backend::runbook::visible;
use crate::plan::{Piece, Text};

/// Words inside a line: a heading, an item, a cell of a table.
pub fn words(text: &str) -> String {
    let mut line = Line::default();
    line.words(text);
    line.finish()
}

/// A text inside a line; parameters stand in it as `{name}` in code.
pub fn text(text: &Text) -> String {
    let mut line = Line::default();
    for piece in &text.pieces {
        match piece {
            Piece::Literal(literal) => line.words(literal),
            Piece::Parameter { parameter } => line.code(&format!("{{{parameter}}}")),
        }
    }
    line.finish()
}

/// A line that is being written. Blanks are one space each, and none at the ends.
#[derive(Default)]
struct Line {
    parts: Vec<Part>,
    /// Whether a blank comes before the next part.
    blank: bool,
}

/// A part of a line. Two of one kind never follow each other: two code spans side by side would be
/// one, with their backticks in it.
enum Part {
    Words(String),
    Code(String),
}

impl Line {
    fn words(&mut self, text: &str) {
        for token in text.split_inclusive(char::is_whitespace) {
            let word = token.trim_end();
            if !word.is_empty() {
                self.word(word);
            }
            self.blank |= word.len() < token.len() && !self.parts.is_empty();
        }
    }

    /// A word: what a reader of Markdown would make something else of is code.
    fn word(&mut self, word: &str) {
        let word = &*visible(word);
        if !is_live(word) {
            return self.plain(word);
        }
        let mut core = word;
        while let Some(shorter) = core.strip_prefix(['(', '[', '{', '<', '"', '\'', '“', '‘', '„'])
            && is_live(shorter)
        {
            core = shorter;
        }
        let before = &word[..word.len() - core.len()];
        while let Some(shorter) = core.strip_suffix([
            '.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '"', '\'', '”', '’', '“',
        ]) && is_live(shorter)
        {
            core = shorter;
        }
        let behind = &word[before.len() + core.len()..];
        self.plain(before);
        self.code(core);
        self.plain(behind);
    }

    fn plain(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        let blank = std::mem::take(&mut self.blank);
        let blank = if blank { " " } else { "" };
        match self.parts.last_mut() {
            Some(Part::Words(part)) => part.extend([blank, words]),
            Some(Part::Code(_)) | None => self.parts.push(Part::Words(format!("{blank}{words}"))),
        }
    }

    fn code(&mut self, code: &str) {
        if self.blank {
            self.blank = false;
            self.plain(" ");
        }
        match self.parts.last_mut() {
            Some(Part::Code(part)) => part.push_str(code),
            Some(Part::Words(_)) | None => self.parts.push(Part::Code(code.to_owned())),
        }
    }

    fn finish(&self) -> String {
        let mut out = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Words(words) => {
                    escape(words, index == 0, index + 1 == self.parts.len(), &mut out);
                }
                Part::Code(text) => out.push_str(&code(text)),
            }
        }
        out
    }
}

/// Whether a reader of Markdown makes something of a word that no backslash prevents: an address of a
/// page or of a person, a mention (`@team`), a reference (`#12`), a picture (`:tada:`).
/// Sources: GitHub Flavored Markdown, 6.9; docs.github.com, "Autolinked references and URLs".
fn is_live(word: &str) -> bool {
    let bytes = word.as_bytes();
    let next_is = |at: usize, wanted: fn(&u8) -> bool| bytes.get(at + 1).is_some_and(wanted);
    let mut signs = bytes.iter().enumerate();
    signs.any(|(at, byte)| match byte {
        b'@' => next_is(at, u8::is_ascii_alphanumeric),
        b'#' => next_is(at, u8::is_ascii_digit),
        b':' => bytes[at..].starts_with(b"://") || is_picture(&bytes[at + 1..]),
        b'w' | b'W' => bytes
            .get(at..at + 4)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"www.")),
        _ => false,
    })
}

/// Whether what stands behind a colon is the name of a picture, and a colon.
fn is_picture(rest: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_+-".contains(byte);
    let length = rest.iter().take_while(|byte| name(byte)).count();
    let known = |name: &[u8]| {
        name.iter().any(u8::is_ascii_alphabetic)
            || [&b"+1"[..], b"-1", b"100", b"1234"].contains(&name)
    };
    rest.get(length) == Some(&b':') && known(&rest[..length])
}

/// Escapes words that may begin a line, or end one.
pub fn escape(words: &str, begins: bool, ends: bool, out: &mut String) {
    out.reserve(words.len() + 8);
    let closing = match ends {
        // `# Title #` is the title alone.
        true => words.trim_end_matches('#').len(),
        false => words.len(),
    };
    let mut before: Option<char> = None;
    let mut letters = words.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let after = letters.peek().map(|(_, after)| *after);
        let first = begins && at == 0;
        match letter {
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '^' => {
                out.push('\\');
                out.push(letter);
            }
            '_' => {
                // Inside a word it means nothing.
                let inside = before.is_some_and(char::is_alphanumeric)
                    && after.is_some_and(char::is_alphanumeric);
                if !inside {
                    out.push('\\');
                }
                out.push('_');
            }
            // What fills in pages, of sites and of books, reads these before Markdown is read.
            '{' | '%' | '#' if before == Some('{') => {
                out.push('\\');
                out.push(letter);
            }
            // The last part of a heading may be its id, in braces, to some readers.
            '}' if ends && after.is_none() => out.push_str("&#125;"),
            '<' if after.is_some_and(|next| {
                next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')
            }) =>
            {
                out.push_str("&lt;");
            }
            '&' if after.is_some_and(|next| next.is_ascii_alphabetic() || next == '#') => {
                out.push_str("&amp;");
            }
            '#' | '+' | '-' | '=' | '>' if first => {
                out.push('\\');
                out.push(letter);
            }
            // With dashes it begins the second line of a table.
            ':' if first && after == Some('-') => out.push_str("\\:"),
            '#' if at >= closing && before.is_none_or(|before| matches!(before, ' ' | '#')) => {
                out.push_str("\\#");
            }
            '.' | ')'
                if begins
                    && at > 0
                    && after.is_none_or(|next| next == ' ')
                    && words[..at].bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
        before = Some(letter);
    }
}

/// A code span: as many backticks as it takes. Its blanks are kept; a line break is one.
pub fn code(text: &str) -> String {
    let text = visible(text).replace('\n', " ");
    if text.is_empty() {
        return String::new();
    }
    let mut fence = "`".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    // A reader takes one blank away from both ends, where there is one and something between them.
    let stripped =
        text.starts_with(' ') && text.ends_with(' ') && !text.trim_matches(' ').is_empty();
    let edge = if stripped || text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{edge}{text}{edge}{fence}")
}

/// A block of code: a fence longer than any inside.
pub fn fence(text: &str, language: &str) -> String {
    let text = visible(text);
    let mut marks = "```".to_owned();
    while text
        .lines()
        .any(|line| line.trim_start().starts_with(&marks))
    {
        marks.push('`');
    }
    let language: String = language
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .collect();
    match text.trim_end_matches('\n') {
        "" => format!("{marks}{language}\n{marks}"),
        text => format!("{marks}{language}\n{text}\n{marks}"),
    }
}

/// The text, every line but the first moved to the right; blank lines stay empty.
pub fn hang(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            if index == 0 || line.is_empty() {
                line.to_owned()
            } else {
                format!("{indent}{line}")
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}
