//! Where something stands after a change of a text.

use crate::source::Span;

/// The one stretch in which two texts differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    /// Where the stretch begins, in both texts.
    start: u32,
    /// Where it ended before.
    end: u32,
    /// By how many bytes what follows has moved.
    by: i64,
}

impl Moved {
    /// From an old text to a new one.
    pub fn between(old: &str, new: &str) -> Moved {
        let (a, b) = (old.as_bytes(), new.as_bytes());
        let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let most = a.len().min(b.len()) - start;
        let tail = a
            .iter()
            .rev()
            .zip(b.iter().rev())
            .take(most)
            .take_while(|(a, b)| a == b)
            .count();
        Moved {
            start: start as u32,
            end: (a.len() - tail) as u32,
            by: b.len() as i64 - a.len() as i64,
        }
    }

    /// A span that the change does not touch.
    pub fn span(&self, span: Span) -> Option<Span> {
        if span.end < self.start {
            return Some(span);
        }
        if span.start < self.end || span.start == self.start && span.start == self.end {
            return None;
        }
        self.behind(span)
    }

    /// A name none of whose letters was changed; some may have come before or behind it.
    pub fn name(&self, span: Span) -> Option<Span> {
        if span.end <= self.start {
            return Some(span);
        }
        (self.end <= span.start).then(|| self.behind(span))?
    }

    /// A stretch, whatever was changed in it.
    pub fn stretch(&self, span: Span) -> Span {
        let place = |offset: u32| match offset {
            _ if offset <= self.start => offset,
            _ if offset >= self.end => self.offset(offset).unwrap_or(self.start),
            _ => self.start,
        };
        Span::new(span.source, place(span.start), place(span.end))
    }

    fn behind(&self, span: Span) -> Option<Span> {
        let (start, end) = (self.offset(span.start)?, self.offset(span.end)?);
        Some(Span::new(span.source, start, end))
    }

    fn offset(&self, offset: u32) -> Option<u32> {
        u32::try_from(i64::from(offset) + self.by).ok()
    }
}
