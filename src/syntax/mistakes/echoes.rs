//! Findings that only follow from others, and are not said.

use super::{MISSING_BRACE, STRAY_BRACE, SYNTAX, UNCLOSED_BRACE, UNCLOSED_TEXT};
use crate::diagnostic::Diagnostic;
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::tree::Node;

/// A brace that is missing or left over on a line that can't be read anyway follows from that: the
/// findings before `tree` are those of the layout, the others those of the tree.
pub(in crate::syntax) fn mute_braces(text: &str, found: &mut Vec<Diagnostic>, tree: usize) {
    if tree == 0 {
        return;
    }
    let breaks: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
    let line_at = |at: u32| breaks.partition_point(|&end| end < at);
    let line = |finding: &Diagnostic| line_at(finding.primary.span.start);
    let is_brace = |finding: &Diagnostic| {
        [&MISSING_BRACE, &UNCLOSED_BRACE, &STRAY_BRACE]
            .iter()
            .any(|rule| finding.rule.code == rule.code)
    };
    // A text without its end takes the end of its block with it, and is said once.
    let open: std::collections::BTreeSet<usize> = found[..tree]
        .iter()
        .filter(|finding| finding.rule.code == UNCLOSED_TEXT.code)
        .map(line)
        .collect();
    let mut tree = tree;
    if !open.is_empty() {
        let near = |finding: &Diagnostic| {
            let ends = finding.secondary.iter().map(|label| label.span);
            ends.map(|span| line_at(span.start))
                .any(|line| open.contains(&line))
        };
        let echoes = |finding: &Diagnostic| {
            finding.rule.code == UNCLOSED_BRACE.code && near(finding)
                || finding.rule.code == SYNTAX.code && open.contains(&line(finding))
        };
        tree -= found[..tree]
            .iter()
            .filter(|finding| echoes(finding))
            .count();
        let kept: Vec<Diagnostic> = found.drain(..).filter(|finding| !echoes(finding)).collect();
        *found = kept;
    }
    if !found[..tree].iter().any(is_brace) {
        return;
    }
    let unread: std::collections::BTreeSet<usize> = found[tree..].iter().map(line).collect();
    let mut index = 0;
    found.retain(|finding| {
        index += 1;
        index > tree || !is_brace(finding) || !unread.contains(&line(finding))
    });
}

/// Whether what is missing, or left over, is what to say of a statement: the rest of its head rather than what is
/// missing there, and that rather than what stands behind its block.
pub(super) fn is_first(statement: Node<'_>, mistake: Node<'_>) -> bool {
    let block = statement.child(Kind::block);
    let in_head = |node: &Node<'_>| {
        block.is_none_or(|block| node.span().start <= block.span().start && !node.is_inside(block))
    };
    let mut mistakes = statement.children().filter(in_head);
    match mistake.kind() {
        Kind::MISSING => !mistakes.any(|node| node.kind() == Kind::ERR_TAIL),
        _ => in_head(&mistake) || !mistakes.any(|node| node.kind() == Kind::MISSING),
    }
}
