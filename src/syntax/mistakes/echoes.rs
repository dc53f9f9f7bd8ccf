//! Findings that only follow from others, and are not said.

use super::{MISSING_BRACE, STRAY_BRACE, SYNTAX, UNCLOSED_BRACE, UNCLOSED_TEXT};
use crate::diagnostic::Diagnostic;

/// A brace that is missing or left over on a line that can't be read anyway follows from that: the
/// findings before `tree` are those of the layout, the others those of the tree.
pub(in crate::syntax) fn mute_braces(text: &str, found: &mut Vec<Diagnostic>, tree: usize) {
    let line = |finding: &Diagnostic| {
        let at = (finding.primary.span.start as usize).min(text.len());
        text.as_bytes()[..at]
            .iter()
            .rposition(|byte| *byte == b'\n')
    };
    let is_brace = |finding: &Diagnostic| {
        [&MISSING_BRACE, &UNCLOSED_BRACE, &STRAY_BRACE]
            .iter()
            .any(|rule| finding.rule.code == rule.code)
    };
    // A text without its end takes the end of its block with it, and is said once.
    let open: std::collections::BTreeSet<Option<usize>> = found[..tree]
        .iter()
        .filter(|finding| finding.rule.code == UNCLOSED_TEXT.code)
        .map(line)
        .collect();
    let mut tree = tree;
    if !open.is_empty() {
        let near = |finding: &Diagnostic| {
            let ends = finding.secondary.iter().map(|label| label.span);
            ends.map(|span| line(&Diagnostic::new(&SYNTAX, span, "")))
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
    let unread: std::collections::BTreeSet<Option<usize>> =
        found[tree..].iter().map(line).collect();
    let mut index = 0;
    found.retain(|finding| {
        index += 1;
        index > tree || !is_brace(finding) || !unread.contains(&line(finding))
    });
}
