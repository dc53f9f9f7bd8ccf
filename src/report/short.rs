//! One line for each finding: `path:line:column: error[D0201] unknown-name: message`.

use std::fmt::Write;

use super::place::place;
use super::visible::{short_lines, visible_line};
use super::{Finding, Report};

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        line(&mut out, *finding);
    }
    out
}

/// Writes the line of one finding.
pub(super) fn line(out: &mut String, finding: Finding<'_>) {
    let diagnostic = finding.diagnostic;
    let place = place(finding.sources, diagnostic.primary.span);
    let _ = writeln!(
        out,
        "{}:{}:{}: {}[{}] {}: {}",
        visible_line(place.path),
        place.start.line,
        place.start.column,
        diagnostic.level.name(),
        diagnostic.rule.code,
        diagnostic.rule.name,
        short_lines(&visible_line(&diagnostic.message)),
    );
}
