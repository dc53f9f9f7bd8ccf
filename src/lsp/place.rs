//! Where a cursor stands while somebody types: in which block, in which statement, behind which words.
//! It is found in the text alone, so that half a line is enough.

use crate::blank::{Blanks, is_blank};

use super::parsed::Parsed;

/// What surrounds a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Words of the language.
    Code,
    /// A comment.
    Comment,
    /// A text between quotes.
    Text,
    /// A command or a script.
    Command,
    /// A query.
    Query,
}

/// Where a cursor stands.
#[derive(Debug)]
pub(super) struct Place<'t> {
    /// What surrounds it.
    pub inside: Inside,
    /// The first words of the blocks around, outermost first.
    pub heads: Vec<&'t str>,
    /// The statement up to the cursor, without blanks before it.
    pub statement: &'t str,
    /// What of a word stands before the cursor.
    pub word: &'t str,
    /// Where the text, command or comment begins that the cursor stands in.
    pub token: usize,
    /// How many `(` of the statement are open.
    pub open: usize,
}

impl<'t> Place<'t> {
    /// The words of the statement before the word at the cursor.
    pub fn before(&self) -> Vec<&'t str> {
        let statement = &self.statement[..self.statement.len() - self.word.len()];
        words(statement)
    }

    /// The first word of the statement; empty where it has none before the cursor's own.
    pub fn keyword(&self) -> &'t str {
        self.before().first().copied().unwrap_or_default()
    }

    /// The first word of the innermost block.
    pub fn head(&self) -> Option<&'t str> {
        self.heads.last().copied()
    }
}

/// Words, signs and texts, each as one.
pub(super) fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let length = match first {
            first if is_blank(first) => {
                at += first.len_utf8();
                continue;
            }
            '"' | '`' => text[at + 1..]
                .find(first)
                .map_or(text.len() - at, |length| length + 2),
            first if is_word(first) => text[at..]
                .find(|letter| !is_word(letter))
                .unwrap_or(text.len() - at),
            '<' | '>' | '=' | '!' => text[at..]
                .find(|letter| !matches!(letter, '<' | '>' | '=' | '!' | '~'))
                .unwrap_or(text.len() - at),
            other => other.len_utf8(),
        };
        found.push(&text[at..at + length]);
        at += length;
    }
    found
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | '%' | '+' | ':' | '$')
}

/// The place of an offset.
pub(super) fn place(parsed: &Parsed, offset: u32) -> Place<'_> {
    let text = parsed.text();
    let offset = (offset as usize).min(text.len());
    let start = parsed
        .file
        .pieces
        .iter()
        .map(|piece| piece.offset() as usize)
        .take_while(|start| *start <= offset)
        .last()
        .unwrap_or(0);
    let mut scan = Scan {
        text,
        at: start,
        end: offset,
        statement: start,
        heads: Vec::new(),
        open: 0,
        inside: Inside::Code,
        token: start,
    };
    scan.run();
    let statement = text[scan.statement.min(offset)..offset].trim_blanks_start();
    let word = match scan.inside {
        Inside::Code | Inside::Comment => {
            let from = statement
                .rfind(|letter: char| !is_word(letter))
                .map_or(0, |at| {
                    at + statement[at..].chars().next().map_or(1, char::len_utf8)
                });
            &statement[from..]
        }
        Inside::Text | Inside::Command | Inside::Query => "",
    };
    Place {
        inside: scan.inside,
        heads: scan.heads,
        statement,
        word,
        token: scan.token,
        open: scan.open,
    }
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    statement: usize,
    heads: Vec<&'t str>,
    open: usize,
    inside: Inside,
    token: usize,
}

impl<'t> Scan<'t> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while self.at < self.end {
            match bytes[self.at] {
                b'#' => self.token(Inside::Comment, "#", "\n", true),
                b'"' if self.text[self.at..].starts_with("\"\"\"") => {
                    self.token(Inside::Text, "\"\"\"", "\"\"\"", false);
                }
                b'"' => self.string(),
                b'`' if self.text[self.at..].starts_with("```") => {
                    self.token(Inside::Command, "```", "```", false);
                }
                b'`' => {
                    let query = self.first_word() == "prometheus";
                    let inside = if query {
                        Inside::Query
                    } else {
                        Inside::Command
                    };
                    let line = self.line_end(self.at);
                    let closes = self.text[self.at + 1..line].contains('`');
                    if query || closes {
                        self.token(inside, "`", "`", false);
                    } else {
                        self.token(inside, "`", "\n", true);
                    }
                }
                b'{' => {
                    self.heads.push(self.first_word());
                    self.at += 1;
                    self.statement = self.at;
                    self.open = 0;
                }
                b'}' => {
                    self.heads.pop();
                    self.at += 1;
                    self.statement = self.at;
                    self.open = 0;
                }
                b'(' | b'[' => {
                    self.open += 1;
                    self.at += 1;
                }
                b')' | b']' => {
                    self.open = self.open.saturating_sub(1);
                    self.at += 1;
                }
                b'\n' => {
                    let before = self.text[self.statement..self.at].trim_blanks_end();
                    if self.open == 0 && !before.ends_with(',') {
                        self.statement = self.at + 1;
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn first_word(&self) -> &'t str {
        let statement = self.text[self.statement..self.at].trim_blanks_start();
        let end = statement
            .find(|letter: char| !(letter.is_alphanumeric() || letter == '-'))
            .unwrap_or(statement.len());
        &statement[..end]
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..]
            .find('\n')
            .map_or(self.text.len(), |length| from + length)
    }

    fn string(&mut self) {
        let start = self.at;
        let line = self.line_end(start);
        let mut at = start + 1;
        let bytes = self.text.as_bytes();
        while at < line {
            match bytes[at] {
                b'\\' => at += 2,
                b'"' => break,
                _ => at += 1,
            }
        }
        let end = (at + 1).min(line.max(start + 1));
        self.leave(Inside::Text, start, end, at >= line);
    }

    /// A token that begins with `open` and ends with `close`; `whole` where the cursor at its very end
    /// still stands in it.
    fn token(&mut self, inside: Inside, open: &str, close: &str, whole: bool) {
        let start = self.at;
        let from = (start + open.len()).min(self.text.len());
        let (end, unclosed) = match self.text[from..].find(close) {
            Some(length) if whole => (from + length, true),
            Some(length) => (from + length + close.len(), false),
            None => (self.text.len(), true),
        };
        self.leave(inside, start, end, unclosed || whole);
    }

    /// Goes on behind a token, unless the cursor stands in it.
    fn leave(&mut self, inside: Inside, start: usize, end: usize, at_end: bool) {
        let end = end.max(start + 1);
        if self.end < end || self.end == end && at_end {
            self.inside = inside;
            self.token = start;
            self.at = self.end;
        } else {
            self.at = end;
        }
    }
}
