//! One JSON document. Lines and columns are one-based; `column` counts Unicode scalar values,
//! `column_utf16` UTF-16 code units; `byte` is zero-based. An end is the place behind the last
//! character.

use serde::Serialize;

use super::place::{Place, place};
use super::visible;
use super::{Finding, Report};
use crate::diagnostic::{Fix, Label};
use crate::source::{EditorPosition, Position, Sources};

/// The version of the document's shape; it grows when a field changes its meaning or goes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<Entry<'a>>,
    failures: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    failed: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    level: &'a str,
    message: &'a str,
    place: PlaceEntry<'a>,
    label: &'a str,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    helps: &'a [String],
    fixes: Vec<FixEntry<'a>>,
}

#[derive(Serialize)]
struct PlaceEntry<'a> {
    file: &'a str,
    start: PositionEntry,
    end: PositionEntry,
}

#[derive(Serialize)]
struct PositionEntry {
    line: u32,
    column: u32,
    column_utf16: u32,
    byte: u32,
}

#[derive(Serialize)]
struct Related<'a> {
    place: PlaceEntry<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    place: PlaceEntry<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Failed<'a> {
    file: &'a str,
    message: &'a str,
}

pub(super) fn render(report: &Report<'_>) -> String {
    let counts = report.counts();
    let document = Document {
        version: VERSION,
        tool: Tool {
            name: "deployc",
            version: env!("CARGO_PKG_VERSION"),
        },
        summary: Summary {
            files: report.files.len(),
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            failed: report.failed() || !report.failures.is_empty(),
        },
        findings: report
            .findings
            .iter()
            .map(|finding| entry(*finding))
            .collect(),
        failures: report
            .failures
            .iter()
            .map(|failure| Failed {
                file: &failure.path,
                message: &failure.message,
            })
            .collect(),
    };
    to_text(&document)
}

/// A JSON document as text, with every character escaped that acts on a terminal or a CI log.
pub(super) fn to_text(document: &impl Serialize) -> String {
    let plain = serde_json::to_string_pretty(document)
        .expect("the documents of this room have string keys and no floats");
    let mut out = String::with_capacity(plain.len() + 1);
    for (index, character) in plain.char_indices() {
        // Outside of strings, JSON is ASCII and has neither `#` nor a control but the line break.
        let escaped = character != '\n' && crate::source::is_hidden(character)
            || character == '#' && visible::command(&plain[index..]);
        if escaped {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out.push('\n');
    out
}

fn entry<'a>(finding: Finding<'a>) -> Entry<'a> {
    let diagnostic = finding.diagnostic;
    let related = |label: &'a Label| Related {
        place: place_entry(&place(finding.sources, label.span)),
        text: &label.text,
    };
    Entry {
        code: diagnostic.rule.code,
        name: diagnostic.rule.name,
        level: diagnostic.level.name(),
        message: &diagnostic.message,
        place: place_entry(&place(finding.sources, diagnostic.primary.span)),
        label: &diagnostic.primary.text,
        related: diagnostic.secondary.iter().map(related).collect(),
        notes: &diagnostic.notes,
        helps: &diagnostic.helps,
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| fix_entry(finding.sources, fix))
            .collect(),
    }
}

fn fix_entry<'a>(sources: &'a Sources, fix: &'a Fix) -> FixEntry<'a> {
    FixEntry {
        title: &fix.title,
        applicability: if fix.safe { "safe" } else { "unsafe" },
        edits: fix
            .edits
            .iter()
            .map(|edit| EditEntry {
                place: place_entry(&place(sources, edit.span)),
                text: &edit.text,
            })
            .collect(),
    }
}

fn place_entry<'a>(place: &Place<'a>) -> PlaceEntry<'a> {
    let at = |position: Position, editor: EditorPosition, byte: u32| PositionEntry {
        line: position.line,
        column: position.column,
        column_utf16: editor.column + 1,
        byte,
    };
    PlaceEntry {
        file: place.path,
        start: at(place.start, place.editor.0, place.bytes.0),
        end: at(place.end, place.editor.1, place.bytes.1),
    }
}
