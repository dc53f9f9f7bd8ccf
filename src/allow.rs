//! In: the comments of a file and what was found in it. Out: the findings without those that the
//! author allowed, and what is wrong with the allowances.
//! Knows nothing of what the rules mean.
//!
//! `# deployc: allow(rule-name, reason = "…")` behind a statement allows it there; on a line of its
//! own, for the statement that follows, its block included. `allow-file(…)` stands above the first
//! declaration and is for the whole file.

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::rule;
use crate::source::{SourceId, Span};
use crate::syntax::{File, Kind, Node};

rule! {
    /// An allowance that allows nothing: its rule does not exist, can't be allowed, or the reason is
    /// missing. What is allowed without a reason can't be reviewed.
    pub ALLOWANCE = "D0901", "allowance", Error, "an allowance that can't be read";
    /// Nothing is found where this allowance stands. It is left over, or the rule it names is not
    /// the one that was meant, and the next mistake will hide behind it.
    pub UNUSED_ALLOWANCE = "D0902", "unused-allowance", Warning, "an allowance of which nothing is left to allow";
}

/// One allowance: the rule, and the stretch of the file for which it is allowed.
#[derive(Debug)]
struct Allowance {
    rule: &'static Rule,
    place: Span,
    scope: Span,
    used: bool,
}

/// What targets make of a spec is looked for only where targets are named: codes that begin so.
const OF_TARGETS: &str = "D07";

/// What the author of a file allowed.
#[derive(Debug, Default)]
pub struct Allowances(Vec<Allowance>);

impl Allowances {
    /// The allowances of a file, and what is wrong with them.
    pub fn of(file: &File, rules: &[&'static Rule]) -> (Self, Vec<Diagnostic>) {
        let mut wrong = Vec::new();
        let mut allowances = Vec::new();
        // Most pieces of a file say nothing of it.
        let comments = file
            .pieces
            .iter()
            .filter(|piece| piece.text().contains(MARK))
            .flat_map(|piece| piece.root().descend())
            .filter(|node| node.kind() == Kind::comment);
        for comment in comments {
            let Some((words, at)) = words_of(comment) else {
                continue;
            };
            match read(file, comment, words, at, rules) {
                Ok(allowance) => allowances.push(allowance),
                Err(finding) => wrong.push(*finding),
            }
        }
        (Allowances(allowances), wrong)
    }

    /// The findings without those that are allowed.
    pub fn filter(&mut self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut kept = Vec::with_capacity(found.len());
        for finding in found {
            let span = finding.primary.span;
            let allowed = self.0.iter_mut().find(|allowance| {
                allowance.rule.code == finding.rule.code
                    && allowance.scope.source == span.source
                    && allowance.scope.start <= span.start
                    && span.start <= allowance.scope.end
            });
            match allowed {
                Some(allowance) => allowance.used = true,
                None => kept.push(finding),
            }
        }
        kept
    }

    /// What allowed nothing of all that was found.
    pub fn unused(&self) -> impl Iterator<Item = Diagnostic> {
        self.0
            .iter()
            .filter(|allowance| !allowance.used && !allowance.rule.code.starts_with(OF_TARGETS))
            .map(|allowance| {
                Diagnostic::new(
                    &UNUSED_ALLOWANCE,
                    allowance.place,
                    format!("`{}` is not found here", allowance.rule.name),
                )
                .help("remove the allowance")
                .safe_fix("remove it", allowance.place, "")
            })
    }
}

/// What an allowance begins with.
const MARK: &str = "deployc:";

/// What stands behind `# deployc:` in a comment, and where it begins in the file.
fn words_of(comment: Node<'_>) -> Option<(&str, u32)> {
    let text = comment.text();
    let rest = text.strip_prefix('#')?.trim_start().strip_prefix(MARK)?;
    let words = rest.trim();
    let lead = text.find(words).unwrap_or(0);
    Some((words, comment.span().start + lead as u32))
}

fn read(
    file: &File,
    comment: Node<'_>,
    words: &str,
    at: u32,
    rules: &[&'static Rule],
) -> Result<Allowance, Box<Diagnostic>> {
    let source = comment.span().source;
    let place = |from: usize, to: usize| Span::new(source, at + from as u32, at + to as u32);
    let whole = place(0, words.len());
    let wrong = |message: String, span: Span| {
        Box::new(
            Diagnostic::new(&ALLOWANCE, span, message)
                .help("write `# deployc: allow(rule-name, reason = \"…\")`"),
        )
    };
    let (verb, inner) = match words.split_once('(') {
        Some((verb, inner)) => (verb.trim(), inner),
        None => return Err(wrong(format!("`{words}` allows nothing"), whole)),
    };
    if !matches!(verb, "allow" | "allow-file") {
        return Err(wrong(format!("`{verb}` is no allowance"), whole));
    }
    let Some(inner) = inner.strip_suffix(')') else {
        return Err(wrong(
            "the allowance is not closed with `)`".to_owned(),
            whole,
        ));
    };
    let (name, reason) = match inner.split_once(',') {
        Some((name, rest)) => (name.trim(), rest.trim()),
        None => (inner.trim(), ""),
    };
    let from = words.find(name).unwrap_or(0);
    let span = place(from, from + name.len());
    let Some(&rule) = rules.iter().find(|rule| rule.name == name) else {
        let mut finding = Diagnostic::new(&ALLOWANCE, span, format!("no rule is called `{name}`"));
        if let Some(near) = nearest(name, rules.iter().map(|rule| rule.name)) {
            finding = finding.safe_fix(format!("write `{near}`"), span, near);
        } else {
            finding = finding.help("`deployc explain` lists the rules");
        }
        return Err(Box::new(finding));
    };
    if !rule.allowable {
        return Err(Box::new(
            Diagnostic::new(&ALLOWANCE, span, format!("`{name}` can't be allowed"))
                .help("what it finds has no meaning otherwise: mend it"),
        ));
    }
    let reason = reason
        .strip_prefix("reason")
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix('='))
        .map(str::trim)
        .and_then(|rest| rest.strip_prefix('"')?.strip_suffix('"'));
    if reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(wrong(format!("`{name}` is allowed without a reason"), span));
    }
    let scope = match verb {
        "allow-file" => file_scope(file, source, comment).ok_or_else(|| {
            wrong(
                "`allow-file` stands above the first declaration".to_owned(),
                whole,
            )
        })?,
        _ => statement_scope(file, comment),
    };
    Ok(Allowance {
        rule,
        place: whole_line(comment),
        scope,
        used: false,
    })
}

/// The comment itself.
fn whole_line(comment: Node<'_>) -> Span {
    comment.span()
}

fn file_scope(file: &File, source: SourceId, comment: Node<'_>) -> Option<Span> {
    let declared = file
        .items()
        .find(|item| !matches!(item.kind(), Kind::edition | Kind::use_))
        .map(|item| item.span().start);
    declared
        .is_none_or(|start| comment.span().start < start)
        .then(|| Span::new(source, 0, u32::MAX))
}

/// The statement in which the comment stands at the end of a line, or the one that follows it.
fn statement_scope(file: &File, comment: Node<'_>) -> Span {
    let span = comment.span();
    let path = file.around(span.start);
    let around = path
        .iter()
        .rev()
        .find(|node| **node != comment && !matches!(node.kind(), Kind::block))
        .copied();
    // Behind a statement on its line: the statement, or the head of the one that opens a block here.
    if let Some(piece) = file
        .pieces
        .iter()
        .rev()
        .find(|piece| piece.offset() <= span.start)
    {
        let before = &piece.text()[..(span.start - piece.offset()) as usize];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        if !before[line..].trim().is_empty() {
            let start = piece.offset() + line as u32;
            return Span::new(span.source, start, span.start);
        }
    }
    let next = around
        .into_iter()
        .flat_map(|node| node.children())
        .flat_map(|node| match node.kind() {
            Kind::block => node.children().collect::<Vec<_>>(),
            _ => vec![node],
        })
        .chain(file.items())
        .filter(|node| node.kind() != Kind::comment && node.span().start > span.start)
        .min_by_key(|node| node.span().start);
    next.map_or(span, Node::trimmed)
}
