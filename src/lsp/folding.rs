//! What can be folded: blocks, long texts and scripts, comments over several lines, the `use`s.

use std::sync::Arc;

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use super::parsed::Parsed;
use super::refusal::Refusal;
use super::world::World;
use crate::blank::Blanks;
use crate::syntax::Kind;

/// Everything that can be folded.
pub(super) fn folding(
    world: &World,
    params: FoldingRangeParams,
) -> Result<impl FnOnce() -> Result<Vec<FoldingRange>, Refusal> + Send + 'static, Refusal> {
    let parsed = Arc::clone(super::parsed(world, &params.text_document)?);
    Ok(move || Ok(folds(&parsed)))
}

fn folds(parsed: &Parsed) -> Vec<FoldingRange> {
    let mut folds = Vec::new();
    for piece in &parsed.file.pieces {
        for node in piece.root().descend() {
            match node.kind() {
                Kind::block | Kind::escalation_block | Kind::baseline_block => {
                    let span = node.trimmed();
                    let first = parsed.line_of(span.start);
                    let last = parsed.line_of(span.end);
                    // The line of the `}` stays to be seen.
                    let closed = parsed.slice(span).ends_with('}');
                    let last = if closed { last.saturating_sub(1) } else { last };
                    fold(&mut folds, first, last, None);
                }
                Kind::prose | Kind::script | Kind::query => {
                    let span = node.trimmed();
                    let (first, last) = (parsed.line_of(span.start), parsed.line_of(span.end));
                    fold(&mut folds, first, last, None);
                }
                _ => {}
            }
        }
    }
    lines(parsed, "#", FoldingRangeKind::Comment, &mut folds);
    lines(parsed, "use ", FoldingRangeKind::Imports, &mut folds);
    folds.sort_by_key(|fold| (fold.start_line, fold.end_line));
    folds.dedup_by_key(|fold| (fold.start_line, fold.end_line));
    folds
}

fn fold(folds: &mut Vec<FoldingRange>, first: u32, last: u32, kind: Option<FoldingRangeKind>) {
    if last > first {
        folds.push(FoldingRange {
            start_line: first,
            end_line: last,
            kind,
            ..FoldingRange::default()
        });
    }
}

/// Lines in a row that begin alike.
fn lines(parsed: &Parsed, mark: &str, kind: FoldingRangeKind, folds: &mut Vec<FoldingRange>) {
    let mut first = None;
    for line in 0..=parsed.line_count() {
        let begins = line < parsed.line_count() && {
            let text = &parsed.text()[parsed.line(line)];
            text.trim_blanks_start().starts_with(mark)
        };
        match (begins, first) {
            (true, None) => first = Some(line),
            (false, Some(start)) => {
                fold(folds, start, line - 1, Some(kind.clone()));
                first = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}
