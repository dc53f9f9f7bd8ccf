//! Another name for a thing, wherever it is named; and another name for a file, wherever it is used.

use std::collections::{BTreeMap, HashMap};

use lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse,
    RenameFilesParams, RenameParams, TextDocumentEdit, TextDocumentPositionParams, TextEdit, Uri,
    WorkspaceEdit,
};

use super::index::{Found, View};
use super::references::occurrences;
use super::refusal::Refusal;
use super::renamed::{Edits, settled};
use super::under::Under;
use super::uri::{folder, join, path_of};
use super::world::World;
use crate::blank::Blanks;
use crate::model::{self, SymbolKind};
use crate::syntax::words;

/// Whether what stands under the cursor can have another name, and its place.
pub(super) fn prepare(
    world: &World,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, Refusal> {
    let parsed = &super::editable(world, &params.text_document)?.parsed;
    let offset = parsed.offset(params.position);
    match world.under(parsed, offset) {
        Some(Under::Name { span, found }) => {
            may_change(world, &found)?;
            Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
                range: parsed.range(span),
                placeholder: found.declaration.name,
            }))
        }
        Some(Under::Module { .. }) | None => Ok(None),
    }
}

fn may_change(world: &World, found: &Found) -> Result<(), Refusal> {
    if found.parsed.path.starts_with("std/") {
        return Err(Refusal::Failed(
            "the standard library can't be changed".to_owned(),
        ));
    }
    if world.uri(&found.parsed.path).is_none() {
        return Err(Refusal::Failed("its file can't be changed".to_owned()));
    }
    if !found.declaration.named {
        return Err(Refusal::Failed(made(found)));
    }
    let views = world.views(&found.parsed);
    let mut places = views.iter().flat_map(View::own_places);
    if places.any(|place| place.span == found.declaration.name_span) {
        return Err(Refusal::Failed(
            "a baseline has the name of its service: rename the service".to_owned(),
        ));
    }
    Ok(())
}

/// Why what has no name of its own can't have another one, and what to do.
fn made(found: &Found) -> String {
    let own = &found.declaration;
    let written = found.parsed.slice(own.name_span);
    if written.starts_with('"') {
        return format!(
            "`{}` has its name from its title: give it one of its own before the title first",
            own.name
        );
    }
    format!(
        "`{}` has its name from what it says: give it one of its own first, behind `{}`",
        own.name,
        written.words().next().unwrap_or_default()
    )
}

/// The edits that give a thing another name.
pub(super) fn rename(
    world: &World,
    params: RenameParams,
) -> Result<Option<WorkspaceEdit>, Refusal> {
    let at = params.text_document_position;
    let parsed = &super::editable(world, &at.text_document)?.parsed;
    let offset = parsed.offset(at.position);
    let Some(Under::Name { found, .. }) = world.under(parsed, offset) else {
        return Ok(None);
    };
    may_change(world, &found)?;
    if let Some(why) = world.why_not_edited(world.all().iter()) {
        return Err(Refusal::Failed(why));
    }
    let name = params.new_name.trim_blanks();
    if !is_name(name) {
        return Err(Refusal::Failed(format!(
            "`{name}` is no name: names are lower-case words with hyphens"
        )));
    }
    if let Some(other) = taken(world, &found, name) {
        return Err(Refusal::Failed(format!(
            "there is a {other} called `{name}` already"
        )));
    }
    let mut edits = Edits::new();
    for one in occurrences(world, &found) {
        let text = match one.variable {
            true => model::variable(name),
            false => name.to_owned(),
        };
        let of_file = edits.entry(one.parsed.path.clone()).or_default();
        of_file.insert(one.span, text);
    }
    let edits = settled(world, edits).ok_or_else(|| {
        Refusal::Failed(format!(
            "called `{name}`, it or something else would mean something else"
        ))
    })?;
    let mut answer: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for (path, edits) in edits {
        let Some(parsed) = world.parsed(&path) else {
            continue;
        };
        let edits = edits.into_iter();
        let edits = edits.map(|(span, text)| TextEdit::new(parsed.range(span), text));
        answer.insert(path, edits.collect());
    }
    Ok(Some(workspace_edit(world, answer)))
}

/// What of the same kind has this name already.
fn taken(world: &World, found: &Found, name: &str) -> Option<&'static str> {
    let own = &found.declaration;
    let outer = |id: &String| {
        id.rsplit_once('/')
            .map_or("", |(outer, _)| outer)
            .to_owned()
    };
    let around: Vec<String> = own.ids.iter().map(outer).collect();
    let same = |other: &model::Definition| other.kind == own.kind && other.name == name;
    let views = world.views(&found.parsed);
    let mut others = views
        .iter()
        .flat_map(|view| view.declared_in(&found.parsed.path, same));
    let other = others.find(|other| {
        let other = &other.declaration;
        other.name_span != own.name_span
            && other.scope == own.scope
            && (own.kind != SymbolKind::Node
                || other.ids.iter().any(|id| around.contains(&outer(id))))
    });
    other.map(|other| other.declaration.kind.word())
}

/// Whether a word can be a name.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !word.ends_with('-')
        && !word.contains("--")
        && word
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        && !words::begins_item(word)
}

/// Edits of several files, as the client understands them.
pub(super) fn workspace_edit(
    world: &World,
    edits: BTreeMap<String, Vec<TextEdit>>,
) -> WorkspaceEdit {
    let edits = edits
        .into_iter()
        .filter_map(|(path, mut edits)| {
            // The same place may be named twice over: a baseline and its service.
            edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
            edits.dedup();
            Some((path.clone(), world.uri(&path)?, edits))
        })
        .collect::<Vec<_>>();
    if !world.client.versioned_edits {
        // The type has no order of its own; each file stands alone in it.
        #[allow(clippy::mutable_key_type)]
        let changes: HashMap<Uri, Vec<TextEdit>> = edits
            .into_iter()
            .map(|(_, uri, edits)| (uri, edits))
            .collect();
        return WorkspaceEdit {
            changes: Some(changes),
            ..WorkspaceEdit::default()
        };
    }
    let changes = edits
        .into_iter()
        .map(|(path, uri, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                uri,
                version: world.documents.get(&path).map(|document| document.version),
            },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        })
        .collect();
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(changes)),
        ..WorkspaceEdit::default()
    }
}

/// The edits of every `use` that names a file which is about to have another name.
pub(super) fn files(
    world: &World,
    params: RenameFilesParams,
) -> Result<Option<WorkspaceEdit>, Refusal> {
    let mut edits: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    let renamed: Vec<(String, String)> = params
        .files
        .iter()
        .filter_map(|file| {
            let old: Uri = file.old_uri.parse().ok()?;
            let new: Uri = file.new_uri.parse().ok()?;
            Some((path_of(&old), path_of(&new)))
        })
        .collect();
    let all = world.all();
    if let Some(why) = world.why_not_edited(all.iter()) {
        return Err(Refusal::Failed(why));
    }
    for parsed in all {
        let moved = renamed.iter().find(|(old, _)| *old == parsed.path);
        let from = moved.map_or(parsed.path.as_str(), |(_, new)| new);
        for module in parsed.modules() {
            if module.path.starts_with("std/") {
                continue;
            }
            let target = join(&parsed.path, module.path);
            let new = renamed.iter().find(|(old, _)| *old == target);
            if new.is_none() && moved.is_none() {
                continue;
            }
            let new = new.map_or(target.as_str(), |(_, new)| new);
            let mut text = relative(from, new);
            if !module.path.ends_with(".deploy") {
                text.truncate(text.trim_end_matches(".deploy").len());
            }
            if text != module.path {
                edits
                    .entry(parsed.path.clone())
                    .or_default()
                    .push(TextEdit::new(parsed.range(module.span), text));
            }
        }
    }
    Ok((!edits.is_empty()).then(|| workspace_edit(world, edits)))
}

/// The path of a file as another one writes it in a `use`.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = folder(from).split('/').collect();
    let parts: Vec<&str> = to.split('/').collect();
    let shared = from
        .iter()
        .zip(&parts)
        .take_while(|(a, b)| a == b)
        .count()
        .min(parts.len() - 1);
    let up = "../".repeat(from.len() - shared);
    let start = if up.is_empty() { "./" } else { &up };
    format!("{start}{}", parts[shared..].join("/"))
}
