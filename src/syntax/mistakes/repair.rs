//! A guess at what was meant, and whether the statement can be read with it.

use super::stop::Stop;
use super::strictly;
use crate::blank::{Blanks, is_blank};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::grammar::Rule as Kind;

/// A guess: what would stand in the place of some bytes of the head.
pub(super) struct Repair {
    /// The bytes that it replaces, from the beginning of the statement on.
    pub from: usize,
    pub to: usize,
    pub text: String,
    /// What is said besides; may be empty.
    pub help: String,
    /// Whether it keeps what the author plainly meant.
    pub safe: bool,
}

impl Repair {
    pub fn new(from: usize, to: usize, text: impl Into<String>) -> Repair {
        Repair {
            from,
            to,
            text: text.into(),
            help: String::new(),
            safe: false,
        }
    }

    pub fn safe(mut self) -> Repair {
        self.safe = true;
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Repair {
        self.help = help.into();
        self
    }

    /// Whether the head can be read with it: each of its lines, if it makes several.
    pub fn reads(&self, stop: &Stop<'_>) -> bool {
        let (Some(before), Some(behind)) = (stop.head.get(..self.from), stop.head.get(self.to..))
        else {
            return false;
        };
        let mended = format!("{before}{}{behind}", self.text);
        let mut lines = mended.split('\n').map(Blanks::trim_blanks);
        let first = lines.next().unwrap_or_default();
        let reads = |line: &str| strictly(stop.kind, line).is_none();
        let below = match stop.kind {
            Kind::use_ => Kind::use_,
            _ => Kind::act,
        };
        let begins = |line: &str| strictly(below, line).is_none();
        // A block of one statement.
        let block = self
            .text
            .strip_prefix(" {")
            .and_then(|text| text.strip_suffix('}'));
        if let Some(inner) = block {
            return reads(before.trim_blanks()) && begins(inner.trim_blanks());
        }
        reads(first) && lines.all(|line| line.is_empty() || begins(line))
    }

    pub fn on(&self, found: &Diagnostic, stop: &Stop<'_>) -> Diagnostic {
        let start = stop.place.start - stop.at as u32;
        let span = Span::new(
            stop.place.source,
            start + self.from as u32,
            start + self.to as u32,
        );
        let mut found = found.clone();
        if !self.help.is_empty() {
            found = found.help(self.help.clone());
        }
        let removed = stop
            .head
            .get(self.from..self.to)
            .unwrap_or_default()
            .trim_blanks();
        let written = self.text.trim_blanks();
        let title = if let Some((_, below)) = self.text.split_once('\n') {
            let behind = stop.head.get(self.to..).unwrap_or_default();
            let line = format!("{}{behind}", below.trim_blanks_start());
            format!("write {} on a line of its own", quoted(line.trim_blanks()))
        } else if written.is_empty() && !removed.is_empty() {
            format!("remove {}", quoted(removed))
        } else {
            format!("write {}", quoted(&self.shown(stop)))
        };
        match self.safe {
            true => found.safe_fix(title, span, self.text.clone()),
            false => found.offer(title, span, self.text.clone()),
        }
    }

    /// What it writes, with the words that it touches.
    pub fn shown(&self, stop: &Stop<'_>) -> String {
        let (before, behind) = (&stop.head[..self.from], &stop.head[self.to..]);
        let edge = |letter: char| is_blank(letter) || matches!(letter, '(' | '[' | '{' | ',' | ')');
        let start = match self.text.starts_with(' ') {
            true => before.len(),
            false => before.rfind(edge).map_or(0, |end| end + 1),
        };
        // A word that is put in is shown with what stands behind it.
        let mut end = 0;
        if self.text.ends_with(' ') && !self.text.trim_blanks().is_empty() {
            end = match behind.starts_with(['"', '`']) {
                true => behind[1..]
                    .find(&behind[..1])
                    .map_or(behind.len(), |end| end + 2),
                false => behind.find(edge).unwrap_or(behind.len()),
            };
        } else if !self.text.ends_with(' ') {
            end = behind.find(edge).unwrap_or(behind.len());
        }
        format!("{}{}{}", &before[start..], self.text, &behind[..end])
            .trim_blanks()
            .to_owned()
    }
}

/// In backticks; in two where it holds some.
fn quoted(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}
