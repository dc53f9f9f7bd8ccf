//! Bounds how deep a text is nested, before anything recurses into it: brackets, and each `not` that is about another.
//! A part of the scan of `pieces`.

use super::pieces::{Finding, Scan, Stretch, stretches, word_at};
use crate::nesting::MAX_DEPTH;

impl Scan<'_> {
    /// Whether brackets stand in texts, and more of them in all than may nest.
    pub(super) fn is_crowded(&self) -> bool {
        self.hidden > 0 && self.opening + self.hidden > MAX_DEPTH
    }

    /// How deep the place is nested at which the scan stands.
    fn depth(&self) -> usize {
        self.open.last().map_or(0, |&(_, depth)| depth)
    }

    pub(super) fn nest(&mut self, bracket: u8) {
        self.opening += 1;
        let negated = match self.negates(self.at) {
            true => self.negated,
            false => 0,
        };
        // No block stands in a parenthesis: one that is open there is never closed.
        while bracket == b'{' && self.open.pop_if(|(open, _)| *open != b'{').is_some() {}
        let depth = self.depth() + negated + 1;
        if self.bounded(depth, 1) {
            self.open.push((bracket, depth));
        }
        self.at += 1;
    }

    pub(super) fn unnest(&mut self, bracket: u8) {
        while bracket == b'{' && self.open.pop_if(|(open, _)| *open != b'{').is_some() {}
        self.open.pop_if(|(open, _)| *open == bracket);
        self.at += 1;
    }

    /// Whether it is no deeper than may be; said once in a piece, which is not read then.
    fn bounded(&mut self, depth: usize, len: usize) -> bool {
        if depth > MAX_DEPTH && !self.deep {
            self.deep = true;
            self.findings.push(Finding::TooDeep { at: self.at, len });
        }
        !self.deep
    }

    pub(super) fn is_not(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        rest.starts_with(b"not") && word_at(rest, 3).is_empty()
    }

    /// Whether a `not` is about what stands at `at`.
    pub(super) fn negates(&mut self, at: usize) -> bool {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let negates = self.negated > 0 && self.bytes[self.negated_to..at].iter().all(blank);
        if !negates {
            self.negated = 0;
        }
        negates
    }

    pub(super) fn negate(&mut self) {
        self.negates(self.at);
        self.opening += 1;
        self.negated += 1;
        self.bounded(self.depth() + self.negated, 3);
        self.at += 3;
        self.negated_to = self.at;
    }
}

/// What the parser may see of a text in which more brackets stand than may nest: a copy of the same length, in which
/// nothing but dots stands in what others read.
pub(super) fn masked(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for Stretch { start, end, .. } in stretches(text) {
        let mark = text.as_bytes()[start];
        let marks = match text.as_bytes()[start..].starts_with(&[mark; 3]) {
            true => 3,
            false => 1,
        };
        let inner = &mut bytes[start..end];
        let (first, last) = (marks, inner.len().saturating_sub(marks));
        for (at, byte) in inner.iter_mut().enumerate() {
            let is_mark = *byte == mark && (at < first || at >= last);
            if !is_mark && !matches!(*byte, b'\n' | b'\r' | b' ' | b'\t' | b'\x01'..=b'\x03') {
                *byte = b'.';
            }
        }
    }
    // Whole characters became dots, so this is text still.
    String::from_utf8(bytes).unwrap_or_else(|_| " ".repeat(text.len()))
}

/// Where a text is nested too deep in which braces were put in and taken out.
pub(super) fn too_deep(text: &str) -> Option<Finding> {
    let mut scan = Scan::new(text);
    scan.run();
    let deep = |finding: &Finding| matches!(finding, Finding::TooDeep { .. });
    scan.findings.into_iter().find(deep)
}
