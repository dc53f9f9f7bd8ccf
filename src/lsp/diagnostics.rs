//! Findings, as editors show them: pushed when they are known, and given when they are asked for.
//!
//! What was found while reading is shown with every change; what the checks say stands at the places to
//! which it moved until they have looked again.

use std::sync::Arc;

use lsp_types::{
    CodeDescription, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, Location, NumberOrString,
    PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Uri,
};
use serde_json::json;

use super::moved::Moved;
use super::parsed::Parsed;
use super::refusal::Refusal;
use super::server::Server;
use super::world::{Document, World};
use crate::blank::Blanks;
use crate::compile::Compilation;
use crate::diagnostic::{Category, Diagnostic, Level, Rule};
use crate::source::{SourceId, Span};

/// Whether a finding was made while reading.
fn of_reading(finding: &Diagnostic) -> bool {
    finding.rule.category == Category::Syntax
}

/// Publishes what the last check of a file said, or that it failed.
pub(super) fn publish(server: &mut Server<'_>, path: &str) {
    let Some(document) = server.world.documents.get_mut(path) else {
        return;
    };
    if document.failure().is_some() {
        document.shown.clone_from(&document.parsed.found);
        if !server.world.client.pulls
            && let Some(document) = server.world.documents.get(path)
        {
            let shown = unchecked(&server.world, document, &document.shown);
            send(server, path, shown);
        }
        return;
    }
    let Some(deep) = document.fresh().cloned() else {
        return;
    };
    document.shown = deep
        .compilation
        .diagnostics
        .iter()
        .filter(|finding| finding.primary.span.source == deep.compilation.root)
        .cloned()
        .collect();
    if server.world.client.pulls {
        return;
    }
    let Some(document) = server.world.documents.get(path) else {
        return;
    };
    let shown = of_check(&server.world, document, &deep.compilation);
    send(server, path, shown);
}

/// After a change, before the checks have looked: what reading says now, and what the checks said,
/// where it stands now.
pub(super) fn after_change(server: &mut Server<'_>, path: &str, before: &Parsed) {
    let pulls = server.world.client.pulls;
    let Some(document) = server.world.documents.get_mut(path) else {
        return;
    };
    let parsed = Arc::clone(&document.parsed);
    let moved = Moved::between(before.text(), parsed.text());
    let old = std::mem::take(&mut document.shown);
    let was = old.iter().filter(|finding| of_reading(finding));
    let same = was.clone().count() == parsed.found.len()
        && was
            .zip(&parsed.found)
            .all(|(old, new)| old.rule.code == new.rule.code && old.message == new.message);
    let mut shown: Vec<Diagnostic> = old
        .into_iter()
        .filter(|finding| !of_reading(finding))
        .filter_map(|finding| finding_after(&moved, finding))
        .collect();
    shown.extend(parsed.found.iter().cloned());
    crate::diagnostic::sort(&mut shown);
    document.shown = shown;
    let failed = parsed.unread.is_some() || document.shows_failure;
    if same && !failed || pulls {
        return;
    }
    let Some(document) = server.world.documents.get(path) else {
        return;
    };
    let shown = unchecked(&server.world, document, &document.shown);
    send(server, path, shown);
}

/// Findings of a file that was not checked as it stands, and why it could not be, if it could not.
fn unchecked(world: &World, document: &Document, findings: &[Diagnostic]) -> Vec<Shown> {
    findings
        .iter()
        .map(|finding| shown_of(world, &document.parsed, None, finding))
        .chain(of_failure(document))
        .collect()
}

/// That a file could not be read or checked, at its first line.
fn of_failure(document: &Document) -> Option<Shown> {
    let message = document.failure()?;
    let parsed = &document.parsed;
    let line = parsed.line(0);
    let line = Span::new(SourceId::default(), line.start as u32, line.end as u32);
    Some(Shown {
        range: parsed.range(line),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String("internal-error".to_owned())),
        source: Some("deployc".to_owned()),
        message,
        ..Shown::default()
    })
}

fn send(server: &mut Server<'_>, path: &str, shown: Vec<Shown>) {
    if let Some(document) = server.world.documents.get_mut(path) {
        document.shows_failure = document.failure().is_some();
        let params =
            PublishDiagnosticsParams::new(document.uri.clone(), shown, Some(document.version));
        server.notify("textDocument/publishDiagnostics", params);
    }
}

/// Answers a client that asks.
pub(super) fn pull(
    world: &World,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult, Refusal> {
    let path = super::uri::path_of(&params.text_document.uri);
    let document = world
        .documents
        .get(&path)
        .ok_or_else(|| Refusal::Failed("the file is not open".to_owned()))?;
    let deep = match document.failure() {
        Some(_) => None,
        None => Some(
            document
                .fresh()
                .ok_or_else(|| Refusal::NotYet(path.clone()))?,
        ),
    };
    let id = format!("{}-{}", document.revision, document.state);
    let report = if params.previous_result_id.as_deref() == Some(&id) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                result_id: id,
            },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items: match deep {
                    Some(deep) => of_check(world, document, &deep.compilation),
                    None => unchecked(world, document, &document.parsed.found),
                },
            },
        })
    };
    Ok(report.into())
}

/// What a check of a file said, for its editor.
fn of_check(world: &World, document: &Document, compilation: &Compilation) -> Vec<Shown> {
    let parsed = &document.parsed;
    compilation
        .diagnostics
        .iter()
        .filter_map(|finding| {
            if finding.primary.span.source == compilation.root {
                return Some(shown_of(world, parsed, Some(compilation), finding));
            }
            elsewhere(world, parsed, compilation, finding)
        })
        .collect()
}

/// A finding in a file that this one brings in, at the `use` that does. An open file shows its own.
fn elsewhere(
    world: &World,
    parsed: &Parsed,
    compilation: &Compilation,
    finding: &Diagnostic,
) -> Option<Shown> {
    if finding.level < Level::Warning {
        return None;
    }
    let span = finding.primary.span;
    let there = world.of_compilation(compilation, span.source)?;
    if world.documents.contains_key(&there.path) {
        return None;
    }
    let leads = |written: &str| {
        let module = world.module(parsed, written);
        module.is_some_and(|module| module.path == there.path)
    };
    let mut modules = parsed.modules();
    let module = modules.find(|module| leads(module.path));
    let module = module.or_else(|| parsed.modules().next())?;
    let name = there.path.rsplit('/').next().unwrap_or(&there.path);
    let mut shown = plain(world, parsed.range(module.span), finding);
    shown.message = format!("in `{name}`: {}", finding.message);
    shown.related_information = Some(vec![DiagnosticRelatedInformation {
        location: world.location(&there, span)?,
        message: finding.message.clone(),
    }]);
    Some(shown)
}

/// A finding in this file.
fn shown_of(
    world: &World,
    parsed: &Parsed,
    compilation: Option<&Compilation>,
    finding: &Diagnostic,
) -> Shown {
    let mut shown = plain(world, parsed.range(finding.primary.span), finding);
    let related: Vec<DiagnosticRelatedInformation> = finding
        .secondary
        .iter()
        .filter_map(|label| {
            let location = if label.span.source == SourceId::default() {
                Location::new(world.uri(&parsed.path)?, parsed.range(label.span))
            } else {
                let there = world.of_compilation(compilation?, label.span.source)?;
                world.location(&there, label.span)?
            };
            Some(DiagnosticRelatedInformation {
                location,
                message: label.text.clone(),
            })
        })
        .collect();
    if !related.is_empty() {
        shown.related_information = Some(related);
    }
    shown
}

fn plain(world: &World, range: lsp_types::Range, finding: &Diagnostic) -> Shown {
    let mut message = finding.message.clone();
    if !finding.primary.text.is_empty() {
        message.push_str(&format!(" ({})", finding.primary.text));
    }
    for note in &finding.notes {
        message.push_str(&format!("\n{note}"));
    }
    for help in &finding.helps {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let unnecessary = matches!(
        finding.rule.name,
        "unused" | "unused-allowance" | "unused-rollback" | "unreachable"
    );
    Shown {
        range,
        severity: Some(match finding.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.rule.code.to_owned())),
        code_description: page(world, finding.rule).map(|href| CodeDescription { href }),
        source: Some("deployc".to_owned()),
        message,
        related_information: None,
        tags: unnecessary.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(json!({ "rule": finding.rule.name })),
    }
}

/// The address of the page of a rule.
pub(super) fn page(world: &World, rule: &'static Rule) -> Option<Uri> {
    world.kept(&format!("rules/{}.md", rule.name), || Some(page_text(rule)))
}

/// The page of a rule, as Markdown.
pub(super) fn page_text(rule: &Rule) -> String {
    let lines: Vec<&str> = rule
        .page
        .trim_blanks_end()
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let mut out = format!(
        "# {} `{}` ({})\n\n{}: {}.\n\n{}\n",
        rule.code,
        rule.name,
        rule.level.name(),
        rule.level.name(),
        rule.summary,
        lines.join("\n")
    );
    for (title, example) in [
        ("A spec that breaks it", rule.bad),
        ("The same, fixed", rule.good),
    ] {
        if !example.trim_blanks().is_empty() {
            out.push_str(&format!(
                "\n## {title}\n\n````deploy\n{}\n````\n",
                example.trim_blanks_end()
            ));
        }
    }
    if rule.allowable {
        out.push_str(&format!(
            "\n## To allow it where it is meant\n\n````deploy\n# deployc: allow({}, reason = \"…\")\n````\n",
            rule.name
        ));
    }
    out
}

/// A finding where it stands after a change.
fn finding_after(moved: &Moved, mut finding: Diagnostic) -> Option<Diagnostic> {
    let span = |span: Span| match span.source == SourceId::default() {
        true => moved.span(span),
        false => Some(span),
    };
    finding.primary.span = span(finding.primary.span)?;
    finding.secondary = finding
        .secondary
        .into_iter()
        .filter_map(|mut label| {
            label.span = span(label.span)?;
            Some(label)
        })
        .collect();
    // Its edits were made for the old text.
    finding.fixes.clear();
    Some(finding)
}
