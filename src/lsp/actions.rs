//! What can be done about a finding, and with what is selected: every fix that a finding carries,
//! allowing it with a reason, making a checklist of statements.

use std::collections::BTreeMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
    NumberOrString, TextEdit,
};

use super::index::View;
use super::parsed::Parsed;
use super::refusal::Refusal;
use super::rename::workspace_edit;
use super::world::{Document, World};
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{SourceId, Span};
use crate::syntax::{Kind, Node, words};

/// What can be done in a range.
pub(super) fn actions(
    world: &World,
    params: CodeActionParams,
) -> Result<Option<CodeActionResponse>, Refusal> {
    let document = super::editable(world, &params.text_document)?;
    let parsed = &document.parsed;
    let span = parsed.span(params.range);
    let wants = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| {
            only.iter()
                .any(|one| kind == one || kind.as_str().starts_with(&format!("{}.", one.as_str())))
        })
    };
    let mut actions = Vec::new();
    if wants(&CodeActionKind::QUICKFIX) || wants(&CodeActionKind::SOURCE_FIX_ALL) {
        let deep = document
            .fresh()
            .ok_or_else(|| Refusal::NotYet(parsed.path.clone()))?;
        let own: Vec<&Diagnostic> = deep
            .compilation
            .diagnostics
            .iter()
            .filter(|finding| finding.primary.span.source == SourceId::default())
            .collect();
        if wants(&CodeActionKind::QUICKFIX) {
            for finding in own.iter().filter(|finding| {
                let at = finding.primary.span;
                at.start <= span.end && span.start <= at.end
            }) {
                fixes(world, document, finding, &params, &mut actions);
            }
        }
        if wants(&CodeActionKind::SOURCE_FIX_ALL)
            && let Some(action) = fix_all(world, document, &own)
        {
            actions.push(action);
        }
    }
    if wants(&CodeActionKind::REFACTOR_EXTRACT) && span.start < span.end {
        actions.extend(extract(world, document, span));
    }
    Ok(Some(
        actions
            .into_iter()
            .map(CodeActionOrCommand::CodeAction)
            .collect(),
    ))
}

/// The edit of a fix, if all of it lies in this file.
fn edit_of(parsed: &Parsed, fix: &Fix) -> Option<Vec<TextEdit>> {
    fix.edits
        .iter()
        .map(|edit| {
            (edit.span.source == SourceId::default())
                .then(|| TextEdit::new(parsed.range(edit.span), edit.text.clone()))
        })
        .collect()
}

fn fixes(
    world: &World,
    document: &Document,
    finding: &Diagnostic,
    params: &CodeActionParams,
    actions: &mut Vec<CodeAction>,
) {
    let parsed = &document.parsed;
    let range = parsed.range(finding.primary.span);
    let solved: Vec<lsp_types::Diagnostic> = params
        .context
        .diagnostics
        .iter()
        .filter(|shown| {
            shown.range == range
                && shown.code == Some(NumberOrString::String(finding.rule.code.to_owned()))
        })
        .cloned()
        .collect();
    let action = |title: String, edits: Vec<TextEdit>, preferred: bool| CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: (!solved.is_empty()).then(|| solved.clone()),
        edit: Some(workspace_edit(
            world,
            BTreeMap::from([(parsed.path.clone(), edits)]),
        )),
        is_preferred: preferred.then_some(true),
        ..CodeAction::default()
    };
    for fix in &finding.fixes {
        if let Some(edits) = edit_of(parsed, fix) {
            actions.push(action(capitalised(&fix.title), edits, fix.safe));
        }
    }
    if finding.rule.allowable {
        let edit = allowance(parsed, finding);
        let title = format!("Allow `{}` here, with a reason", finding.rule.name);
        actions.push(action(title, vec![edit], false));
    }
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A line above the statement that allows a finding in it.
fn allowance(parsed: &Parsed, finding: &Diagnostic) -> TextEdit {
    let at = finding.primary.span.start;
    // The statement that begins its line: a comment above it is about all of it.
    let start = parsed
        .around(at)
        .iter()
        .rev()
        .map(|node| node.span().start)
        .find(|start| {
            let line = parsed.line(parsed.line_of(*start));
            parsed.text()[line.start..*start as usize]
                .trim_blanks()
                .is_empty()
        })
        .unwrap_or(at);
    let line = parsed.line(parsed.line_of(start));
    let text = &parsed.text()[line.clone()];
    let indent = &text[..text.len() - text.trim_blanks_start().len()];
    let place = Span::new(SourceId::default(), line.start as u32, line.start as u32);
    TextEdit::new(
        parsed.range(place),
        format!(
            "{indent}# deployc: allow({}, reason = \"…\")\n",
            finding.rule.name
        ),
    )
}

/// All fixes that keep the meaning, at once; of two that overlap the first.
fn fix_all(world: &World, document: &Document, findings: &[&Diagnostic]) -> Option<CodeAction> {
    let parsed = &document.parsed;
    let mut fixes: Vec<&Fix> = findings
        .iter()
        .filter_map(|finding| finding.fixes.iter().find(|fix| fix.safe))
        .filter(|fix| edit_of(parsed, fix).is_some())
        .collect();
    fixes.sort_by_key(|fix| fix.edits.iter().map(|edit| edit.span.start).min());
    let mut end = 0;
    let mut edits = Vec::new();
    for fix in fixes {
        let first = fix.edits.iter().map(|edit| edit.span.start).min()?;
        if first < end && !edits.is_empty() {
            continue;
        }
        end = fix.edits.iter().map(|edit| edit.span.end + 1).max()?;
        edits.extend(edit_of(parsed, fix)?);
    }
    (!edits.is_empty()).then(|| CodeAction {
        title: "Apply all fixes that keep the meaning".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(workspace_edit(
            world,
            BTreeMap::from([(parsed.path.clone(), edits)]),
        )),
        ..CodeAction::default()
    })
}

/// Makes a checklist of the statements in a range, and includes it in their place.
fn extract(world: &World, document: &Document, span: Span) -> Option<CodeAction> {
    let parsed = &document.parsed;
    let selected = parsed.slice(span);
    let lead = selected.len() - selected.trim_blanks_start().len();
    let start = span.start + lead as u32;
    let end = span.start + selected.trim_blanks_end().len() as u32;
    if start >= end {
        return None;
    }
    let item = parsed.item_at(start)?;
    if !matches!(
        item.kind(),
        Kind::phase
            | Kind::gate
            | Kind::rollback
            | Kind::monitor
            | Kind::procedure
            | Kind::checklist
    ) {
        return None;
    }
    // The innermost block that holds all of the selection, and its statements that are selected.
    let block = parsed.around(start).into_iter().rev().find(|node| {
        let own = node.span();
        node.kind() == Kind::block && own.start < start && end <= own.end
    })?;
    let chosen: Vec<Node<'_>> = block
        .children()
        .filter(|child| {
            let own = child.trimmed();
            own.start < end && start < own.end
        })
        .collect();
    let allowed = chosen.iter().all(|node| {
        matches!(
            node.kind(),
            Kind::check
                | Kind::run
                | Kind::record
                | Kind::group
                | Kind::note
                | Kind::notify
                | Kind::watch
                | Kind::include
                | Kind::comment
        )
    });
    let first = chosen.first()?.trimmed().start;
    let last = chosen.last()?.trimmed().end;
    if !allowed || !chosen.iter().any(|node| node.kind() != Kind::comment) {
        return None;
    }
    // What depends on parameters of what is around would no longer know them.
    let views = world.views(&document.parsed);
    let known = |view: &View, to: usize| view.symbols().definitions[to].scope.is_some();
    let inner = views.iter().any(|view| {
        let mut places = view.own_places();
        places.any(|one| first <= one.span.start && one.span.end <= last && known(view, one.to))
    });
    if inner {
        return None;
    }
    let base = format!(
        "{}-checks",
        item.child(Kind::name).map_or("extracted", Node::text)
    );
    let is_known = |name: &str| {
        let mut known = views.iter().flat_map(|view| &view.symbols().definitions);
        known.any(|one| one.name == name)
    };
    let name = (1..)
        .map(|number| match number {
            1 => base.clone(),
            number => format!("{base}-{number}"),
        })
        .find(|name| !is_known(name))?;
    debug_assert!(!words::begins_item(&name));
    let line = parsed.line(parsed.line_of(first)).start as u32;
    let indent = first - line;
    let body: String = parsed
        .slice(Span::new(SourceId::default(), line, last))
        .split_inclusive('\n')
        .map(|text| {
            let blank = text
                .bytes()
                .take(indent as usize)
                .take_while(|byte| *byte == b' ')
                .count();
            let rest = &text[blank..];
            if rest.trim_blanks().is_empty() {
                rest.to_owned()
            } else {
                format!("  {rest}")
            }
        })
        .collect();
    let head = item.span().start;
    let checklist = format!(
        "checklist {name} \"…\" {{\n{}\n}}\n\n",
        body.trim_blanks_end()
    );
    let edits = vec![
        TextEdit::new(
            parsed.range(Span::new(SourceId::default(), head, head)),
            checklist,
        ),
        TextEdit::new(
            parsed.range(Span::new(SourceId::default(), first, last)),
            format!("include {name}"),
        ),
    ];
    Some(CodeAction {
        title: format!("Make a checklist of this: `{name}`"),
        kind: Some(CodeActionKind::REFACTOR_EXTRACT),
        edit: Some(workspace_edit(
            world,
            BTreeMap::from([(parsed.path.clone(), edits)]),
        )),
        ..CodeAction::default()
    })
}
