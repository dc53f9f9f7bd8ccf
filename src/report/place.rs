//! Where something is, in every count that a reader may use; and what identifies a finding when
//! lines move.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Finding;
use crate::source::{EditorPosition, Position, Sources, Span};

/// A span with its lines and columns.
pub(super) struct Place<'a> {
    /// The file as it is shown.
    pub path: &'a str,
    /// First byte and one past the last, zero-based, a byte order mark not counted; inside the file.
    pub bytes: (u32, u32),
    /// Line and column of the first character.
    pub start: Position,
    /// Line and column behind the last character.
    pub end: Position,
    /// The same, as editors count.
    pub editor: (EditorPosition, EditorPosition),
}

impl Place<'_> {
    /// The line of the last character; a line break at the end does not count as a line.
    pub(super) fn last_line(&self) -> u32 {
        if self.end.column == 1 && self.end.line > self.start.line {
            self.end.line - 1
        } else {
            self.end.line
        }
    }
}

/// The place of a span; one that does not fit its file is cut to it.
pub(super) fn place(sources: &Sources, span: Span) -> Place<'_> {
    let source = sources.get(span.source);
    let length = source.text().len() as u32;
    let (start, end) = (span.start.min(length), span.end.min(length));
    Place {
        path: source.path(),
        bytes: (start, end),
        start: source.position(start),
        end: source.position(end),
        editor: (source.editor_position(start), source.editor_position(end)),
    }
}

/// A fingerprint for each finding (hexadecimal): it stays when lines move, and no two are equal.
/// Made of path, rule, the text at the place with its white space evened out, and the number among
/// findings that are equal in these.
pub(super) fn fingerprints(findings: &[Finding<'_>]) -> Vec<String> {
    let mut seen: BTreeMap<[u8; 32], u32> = BTreeMap::new();
    findings
        .iter()
        .map(|finding| {
            let span = finding.diagnostic.primary.span;
            let source = finding.sources.get(span.source);
            let line = source
                .line(source.position(span.start).line)
                .and_then(|range| source.text().get(range))
                .unwrap_or_default();
            let mut hash = Sha256::new();
            for part in [finding.path(), finding.diagnostic.rule.code] {
                hash.update(part.as_bytes());
                hash.update([0]);
            }
            for word in line.split_whitespace() {
                hash.update(word.as_bytes());
                hash.update(b" ");
            }
            let base: [u8; 32] = hash.finalize().into();
            let occurrence = seen.entry(base).or_default();
            let mut hash = Sha256::new();
            hash.update(base);
            hash.update(occurrence.to_be_bytes());
            *occurrence += 1;
            hash.finalize()[..16]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect()
        })
        .collect()
}
