//! In: a plan, a target, and the files of the spec. Out: what the target makes of each node, as
//! findings at the places where the nodes are written.
//! Knows nothing of how a target comes to its account.

use std::collections::BTreeMap;

use crate::backend::{Account, Fidelity};
use crate::diagnostic::Diagnostic;
use crate::plan::{Node, Origin, Plan};
use crate::rule;
use crate::source::{Sources, Span};

rule! {
    /// The target can't carry this, and nothing is built for it. The finding says why, and what to
    /// change. Only `deployc check --target` looks for it.
    pub REFUSED = "D0701", "target-refuses", Fidelity, Error, "a node that a target can't carry";
    /// The target does something near what the spec says, and the finding says how it differs. Whether
    /// that is near enough is for a person to decide, before the day. Only `deployc check --target`
    /// looks for it.
    pub APPROXIMATE = "D0702", "target-differs", Fidelity, Note, "a node that a target carries only nearly", allowable;
    /// The target has no place for this: it is in another one, which the finding names. So what is
    /// built from several targets is not done twice, and nothing is forgotten. Only `deployc check
    /// --target` looks for it.
    pub ELSEWHERE = "D0703", "target-leaves-out", Fidelity, Note, "a node that another target carries", allowable;
}

/// Whether a rule is one of those that are looked for in targets alone.
pub fn is_of_targets(code: &str) -> bool {
    [&REFUSED, &APPROXIMATE, &ELSEWHERE]
        .iter()
        .any(|rule| rule.code == code)
}

/// What a target makes of the nodes of a plan, as findings. What it carries exactly is none.
pub fn findings(
    target: &str,
    plan: &Plan,
    accounts: &[Account],
    sources: &Sources,
) -> Vec<Diagnostic> {
    let nodes: BTreeMap<&str, &Node> = plan.walk().map(|node| (node.id.as_str(), node)).collect();
    accounts
        .iter()
        .filter_map(|account| {
            let rule = match account.fidelity {
                Fidelity::Exact => return None,
                Fidelity::Approximate { .. } => &APPROXIMATE,
                Fidelity::Elsewhere { .. } => &ELSEWHERE,
                Fidelity::Refused { .. } => &REFUSED,
            };
            let node = nodes.get(account.node.as_str())?;
            Some(Diagnostic::new(
                rule,
                span(&node.origin, sources),
                format!(
                    "{} `{}` is {} in {target}: {}",
                    account.kind,
                    account.node,
                    account.fidelity.name(),
                    account.fidelity.detail()
                ),
            ))
        })
        .collect()
}

/// The first line of a node, without the brace that opens its block.
fn span(origin: &Origin, sources: &Sources) -> Span {
    let Some((source, file)) = sources.iter().find(|(_, file)| file.path() == origin.file) else {
        return Span::default();
    };
    let Some(line) = file.line(origin.line) else {
        return Span {
            source,
            ..Span::default()
        };
    };
    let text = &file.text()[line.clone()];
    let at = |column: u32| {
        text.char_indices()
            .nth(column.saturating_sub(1) as usize)
            .map_or(text.len(), |(at, _)| at)
    };
    let start = at(origin.column);
    let end = if origin.end_line == origin.line {
        at(origin.end_column)
    } else {
        text.len()
    };
    let own = text[start..end.max(start)]
        .trim_end()
        .trim_end_matches('{')
        .trim_end();
    Span {
        source,
        start: (line.start + start) as u32,
        end: (line.start + start + own.len()) as u32,
    }
}
