//! The one form of a file, and of the statements that a range touches.

use std::sync::Arc;

use lsp_types::{DocumentFormattingParams, DocumentRangeFormattingParams, TextEdit};

use super::parsed::Parsed;
use super::refusal::Refusal;
use super::world::World;
use crate::blank::Blanks;
use crate::source::{SourceId, Span};
use crate::syntax::{format, format_range};

/// The edits that bring a whole file into its one form.
pub(super) fn whole(
    world: &World,
    params: DocumentFormattingParams,
) -> Result<impl FnOnce() -> Result<Vec<TextEdit>, Refusal> + Send + 'static, Refusal> {
    let parsed = Arc::clone(&super::editable(world, &params.text_document)?.parsed);
    Ok(move || {
        let formatted = format(&parsed.file, parsed.text());
        let all = Span::new(SourceId::default(), 0, parsed.text().len() as u32);
        Ok(smallest(&parsed, all, &formatted))
    })
}

/// The edits that bring the statements of a range into their one form.
pub(super) fn range(
    world: &World,
    params: DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let parsed = &super::editable(world, &params.text_document)?.parsed;
    let span = parsed.span(params.range);
    let Some((span, formatted)) = format_range(&parsed.file, parsed.text(), span) else {
        return Ok(None);
    };
    Ok(Some(smallest(parsed, span, &formatted)))
}

/// The edits that turn a stretch into another text, line by line, so that cursors and folds in what
/// stays the same stay where they are.
fn smallest(parsed: &Parsed, span: Span, new: &str) -> Vec<TextEdit> {
    let old = parsed.slice(span);
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let mut edits = Vec::new();
    let (mut a, mut b) = (0, 0);
    let mut at = span.start;
    while a < old_lines.len() || b < new_lines.len() {
        if a < old_lines.len() && b < new_lines.len() && old_lines[a] == new_lines[b] {
            at += old_lines[a].len() as u32;
            a += 1;
            b += 1;
            continue;
        }
        let (skip, take) = next_same(&old_lines[a..], &new_lines[b..]);
        let removed: usize = old_lines[a..a + skip].iter().map(|line| line.len()).sum();
        let end = at + removed as u32;
        let text = new_lines[b..b + take].concat();
        edits.push(TextEdit::new(
            parsed.range(Span::new(span.source, at, end)),
            text,
        ));
        at = end;
        a += skip;
        b += take;
    }
    edits
}

/// How many lines of each differ before the next one that both have.
fn next_same(old: &[&str], new: &[&str]) -> (usize, usize) {
    /// How far is looked ahead; a formatter moves little.
    const FAR: usize = 64;
    let most = old.len() + new.len();
    for sum in 0..=most.min(2 * FAR) {
        for skip in 0..=sum.min(old.len()) {
            let take = sum - skip;
            if take > new.len() || skip == old.len() && take == new.len() {
                continue;
            }
            let same = match (old.get(skip), new.get(take)) {
                (Some(a), Some(b)) => a == b && !a.trim_blanks().is_empty(),
                (None | Some(_), None) | (None, Some(_)) => false,
            };
            if same {
                return (skip, take);
            }
        }
    }
    (old.len(), new.len())
}
