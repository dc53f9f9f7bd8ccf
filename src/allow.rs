//! In: the comments of a file and what was found in it. Out: the findings without those that the
//! author allowed, and what is wrong with the suppressions.
//! Knows nothing of what the rules mean.
//!
//! `# deployc: allow(rule-name, reason = "…")` behind a statement allows it there; on a line of its
//! own, for the statement that follows, its block included. `allow-file(…)` stands above the first
//! declaration and is for the whole file.

use std::collections::BTreeMap;

use crate::blank::Blanks;
use crate::diagnostic::{Category, Diagnostic, Rule, nearest};
use crate::rule;
use crate::source::{SourceId, Span};
use crate::syntax::{DIRECTIVE, File, Kind, Node};

rule! {
    /// A suppression that allows nothing: its rule does not exist, can't be allowed, or the reason is
    /// missing. What is allowed without a reason can't be reviewed.
    pub ALLOWANCE = "D0901", "allowance", Suppressions, Error, "a suppression that can't be read";
    /// Nothing is found where this suppression stands. It is left over, or the rule it names is not
    /// the one that was meant, and the next mistake will hide behind it.
    pub UNUSED_ALLOWANCE = "D0902", "unused-allowance", Suppressions, Warning, "a suppression that suppresses nothing";
}

/// One allowance: the rule, and the stretch of the file for which it is allowed.
#[derive(Debug)]
struct Allowance {
    rule: &'static Rule,
    place: Span,
    scope: Span,
    used: bool,
}

/// What the author of a file allowed, in the order written.
#[derive(Debug, Default)]
pub struct Allowances {
    all: Vec<Allowance>,
    /// Those of each rule, by where their scopes begin.
    by_rule: BTreeMap<&'static str, Vec<Within>>,
}

/// A scope, and the one that had begun before it and not ended where it begins: its place in the list.
#[derive(Debug)]
struct Within {
    allowance: usize,
    around: Option<usize>,
}

impl Allowances {
    /// The suppressions of a file, and what is wrong with them.
    pub fn of(file: &File, rules: &[&'static Rule]) -> (Self, Vec<Diagnostic>) {
        let mut wrong = Vec::new();
        let mut allowances = Vec::new();
        // Most pieces of a file say nothing of it.
        let pieces = file
            .pieces
            .iter()
            .filter(|piece| piece.text().contains(DIRECTIVE));
        let mut comments = Vec::new();
        for piece in pieces {
            gather(piece.root(), None, &mut comments);
        }
        comments.sort_by_key(|comment| comment.node.span().start);
        let items = match comments.is_empty() {
            true => Vec::new(),
            false => file.items().collect(),
        };
        for comment in comments {
            let Some((words, at)) = words_of(comment.node) else {
                continue;
            };
            match read(file, &items, &comment, words, at, rules) {
                Ok(allowance) => allowances.push(allowance),
                Err(finding) => wrong.push(*finding),
            }
        }
        (Allowances::sorted(allowances), wrong)
    }

    fn sorted(all: Vec<Allowance>) -> Self {
        let mut by_rule: BTreeMap<&'static str, Vec<Within>> = BTreeMap::new();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|&at| (all[at].scope.source, all[at].scope.start, at));
        for at in order {
            let of_rule = by_rule.entry(all[at].rule.code).or_default();
            let ended =
                |place: usize| all[of_rule[place].allowance].scope.end < all[at].scope.start;
            let mut around = of_rule.len().checked_sub(1);
            while let Some(place) = around.filter(|&place| ended(place)) {
                around = of_rule[place].around;
            }
            // Of those with one scope the first is meant.
            if around.is_some_and(|place| all[of_rule[place].allowance].scope == all[at].scope) {
                continue;
            }
            of_rule.push(Within {
                allowance: at,
                around,
            });
        }
        Allowances { all, by_rule }
    }

    /// The first allowance that is meant for a finding.
    fn of_finding(&self, finding: &Diagnostic) -> Option<usize> {
        let span = finding.primary.span;
        let of_rule = self.by_rule.get(finding.rule.code)?;
        let begun = of_rule.partition_point(|within| {
            let scope = self.all[within.allowance].scope;
            (scope.source, scope.start) <= (span.source, span.start)
        });
        let around = std::iter::successors(begun.checked_sub(1), |&place| of_rule[place].around);
        let holds = around.map(|place| of_rule[place].allowance).filter(|&at| {
            let scope = self.all[at].scope;
            scope.source == span.source && span.start <= scope.end
        });
        holds.min()
    }

    /// The findings without those that are allowed.
    pub fn filter(&mut self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut kept = Vec::with_capacity(found.len());
        for finding in found {
            match self.of_finding(&finding) {
                Some(at) => self.all[at].used = true,
                None => kept.push(finding),
            }
        }
        kept
    }

    /// What allowed nothing of all that was found.
    pub fn unused(&self) -> impl Iterator<Item = Diagnostic> {
        self.all
            .iter()
            // What targets make of a spec is looked for only where targets are named.
            .filter(|allowance| !allowance.used && allowance.rule.category != Category::Fidelity)
            .map(|allowance| {
                Diagnostic::new(
                    &UNUSED_ALLOWANCE,
                    allowance.place,
                    format!("`{}` is not found here", allowance.rule.name),
                )
                .help("remove the suppression")
                .safe_fix("remove it", allowance.place, "")
            })
    }
}

/// A comment, and the statement below it.
struct Comment<'a> {
    node: Node<'a>,
    next: Option<Node<'a>>,
}

/// Gathers the comments inside a node. `behind` follows the node, where that is a block.
fn gather<'a>(node: Node<'a>, behind: Option<Node<'a>>, comments: &mut Vec<Comment<'a>>) {
    let children: Vec<Node<'a>> = node.children().collect();
    let mut next = behind;
    for &child in children.iter().rev() {
        match child.kind() {
            Kind::comment => comments.push(Comment { node: child, next }),
            Kind::block => {
                gather(child, next, comments);
                let first = child.children().find(|inner| inner.kind() != Kind::comment);
                next = first.or(next);
            }
            _ => {
                gather(child, None, comments);
                next = Some(child);
            }
        }
    }
}

/// What stands behind `# deployc:` in a comment, and where it begins in the file.
fn words_of(comment: Node<'_>) -> Option<(&str, u32)> {
    let text = comment.text();
    let rest = text
        .strip_prefix('#')?
        .trim_blanks_start()
        .strip_prefix(DIRECTIVE)?;
    let words = rest.trim_blanks();
    let lead = text.find(words).unwrap_or(0);
    Some((words, comment.span().start + lead as u32))
}

fn read(
    file: &File,
    items: &[Node<'_>],
    comment: &Comment<'_>,
    words: &str,
    at: u32,
    rules: &[&'static Rule],
) -> Result<Allowance, Box<Diagnostic>> {
    let source = comment.node.span().source;
    let place = |from: usize, to: usize| Span::new(source, at + from as u32, at + to as u32);
    let whole = place(0, words.len());
    let wrong = |message: String, span: Span| {
        Box::new(
            Diagnostic::new(&ALLOWANCE, span, message)
                .help("write `# deployc: allow(rule-name, reason = \"…\")`"),
        )
    };
    let (verb, inner) = match words.split_once('(') {
        Some((verb, inner)) => (verb.trim_blanks(), inner),
        None => return Err(wrong(format!("`{words}` allows nothing"), whole)),
    };
    if !matches!(verb, "allow" | "allow-file") {
        return Err(wrong(format!("`{verb}` is not a suppression"), whole));
    }
    let Some(inner) = inner.strip_suffix(')') else {
        return Err(wrong(
            "the suppression is not closed with `)`".to_owned(),
            whole,
        ));
    };
    let (name, reason) = match inner.split_once(',') {
        Some((name, rest)) => (name.trim_blanks(), rest.trim_blanks()),
        None => (inner.trim_blanks(), ""),
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
                .help("what it finds has no meaning otherwise: fix it"),
        ));
    }
    let reason = reason
        .strip_prefix("reason")
        .map(Blanks::trim_blanks_start)
        .and_then(|rest| rest.strip_prefix('='))
        .map(Blanks::trim_blanks)
        .and_then(|rest| rest.strip_prefix('"')?.strip_suffix('"'));
    if reason.is_none_or(|reason| reason.trim_blanks().is_empty()) {
        return Err(wrong(format!("`{name}` is allowed without a reason"), span));
    }
    let scope = match verb {
        "allow-file" => file_scope(items, source, comment.node).ok_or_else(|| {
            wrong(
                "`allow-file` stands above the first declaration".to_owned(),
                whole,
            )
        })?,
        _ => statement_scope(file, items, comment),
    };
    Ok(Allowance {
        rule,
        place: comment.node.span(),
        scope,
        used: false,
    })
}

fn file_scope(items: &[Node<'_>], source: SourceId, comment: Node<'_>) -> Option<Span> {
    let declared = items
        .iter()
        .find(|item| !matches!(item.kind(), Kind::edition | Kind::use_))
        .map(|item| item.span().start);
    declared
        .is_none_or(|start| comment.span().start < start)
        .then(|| Span::new(source, 0, u32::MAX))
}

/// The statement in which the comment stands at the end of a line, or the one that follows it.
fn statement_scope(file: &File, items: &[Node<'_>], comment: &Comment<'_>) -> Span {
    let span = comment.node.span();
    // Behind a statement on its line: the statement, or the head of the one that opens a block here.
    let begun = file
        .pieces
        .partition_point(|piece| piece.offset() <= span.start);
    if let Some(piece) = begun.checked_sub(1).map(|last| &file.pieces[last]) {
        let before = &piece.text()[..(span.start - piece.offset()) as usize];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        if !before[line..].trim_blanks().is_empty() {
            let start = piece.offset() + line as u32;
            return Span::new(span.source, start, span.start);
        }
    }
    let later = items.partition_point(|item| item.span().start <= span.start);
    let next = comment.next.or(items.get(later).copied());
    next.map_or(span, Node::trimmed)
}
