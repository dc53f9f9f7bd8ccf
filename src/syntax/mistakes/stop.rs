//! Where a statement stops making sense, and the words around that.

use crate::blank::Blanks;
use crate::source::Span;
use crate::syntax::Kind;
use crate::syntax::words;

/// Where a statement stops making sense.
pub(super) struct Stop<'t> {
    /// What it is.
    pub kind: Kind,
    /// The statement from its first word on.
    pub statement: &'t str,
    /// Of that, what stands before its block.
    pub head: &'t str,
    /// The offset of the first thing that does not fit.
    pub at: usize,
    /// That thing; empty at the end of the line.
    pub token: &'t str,
    /// Its place.
    pub place: Span,
    /// What could stand there.
    pub rules: &'t [Kind],
}

impl Stop<'_> {
    /// The place of some bytes before and behind the first byte that does not fit.
    pub fn around(&self, before: usize, behind: usize) -> Span {
        Span::new(
            self.place.source,
            self.place.start.saturating_sub(before as u32),
            self.place.start + behind as u32,
        )
    }

    /// What stands before it in the statement.
    pub fn before(&self) -> &str {
        self.statement.get(..self.at).unwrap_or_default()
    }

    /// Whether it declares something, and stands at the top level of a file.
    pub fn is_item(&self) -> bool {
        self.kind != Kind::act && words::begins_item(super::first_word(self.head))
    }

    /// Where the word begins that the byte at `at` is in: behind the blank before it.
    pub fn word_start(&self, at: usize) -> usize {
        let before = self.head.get(..at).unwrap_or_default();
        before
            .rfind([' ', '\t', '\n', '(', '"', '`'])
            .map_or(0, |end| end + 1)
    }

    /// Where the word ends that the byte at `at` is in.
    pub fn word_end(&self, at: usize) -> usize {
        let rest = self.head.get(at..).unwrap_or_default();
        let length = rest.find([
            ' ', '\t', ',', '{', '(', ')', '"', '`', '[', ']', ':', '=', ';',
        ]);
        let times = rest.starts_with(|first: char| first.is_ascii_digit());
        let length = match times {
            true => rest.find([' ', '\t', ',', '{', '(', ')', ']', ';']),
            false => length,
        };
        at + length.unwrap_or(rest.len())
    }

    /// Where it stops, and where the word before that begins, if it is not the first one.
    pub fn starts(&self) -> Vec<usize> {
        self.starts_of(1)
    }

    /// The same with the three words before it.
    pub fn starts_far(&self) -> Vec<usize> {
        self.starts_of(3)
    }

    fn starts_of(&self, words: usize) -> Vec<usize> {
        let mut starts = vec![self.at];
        let mut at = self.at;
        for _ in 0..words {
            let before = self.head[..at].trim_blanks_end();
            let start = before.rfind([' ', '\t', '\n']).map_or(0, |end| end + 1);
            if start == 0 {
                break;
            }
            starts.push(start);
            at = start;
        }
        starts
    }
}
