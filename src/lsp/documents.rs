//! Texts that are opened, changed, saved and closed, and files that change on the disk.

use std::sync::Arc;

use lsp_server::Notification;
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    PublishDiagnosticsParams, RenameFilesParams, TextDocumentContentChangeEvent,
};
use serde::de::DeserializeOwned;

use super::diagnostics;
use super::lines::{Encoding, Lines};
use super::parsed::Parsed;
use super::server::Server;
use super::uri::path_of;
use super::world::Document;

/// Takes note of something that the client says. What can't be read is said back for the log.
pub(super) fn noted(server: &mut Server<'_>, note: &Notification) -> Result<(), String> {
    match note.method.as_str() {
        "textDocument/didOpen" => open(server, read(note)?),
        "textDocument/didChange" => change(server, read(note)?),
        "textDocument/didSave" => save(server, &read(note)?),
        "textDocument/didClose" => close(server, &read(note)?),
        "workspace/didChangeWatchedFiles" => changed_on_disk(server, &read(note)?),
        "workspace/didRenameFiles" => renamed(server, &read(note)?),
        "workspace/didChangeWorkspaceFolders" => folders(server, read(note)?),
        "workspace/didChangeConfiguration" => server.check_all(),
        // `$/…` may be ignored; the rest says nothing that matters here.
        _ => {}
    }
    Ok(())
}

fn read<P: DeserializeOwned>(note: &Notification) -> Result<P, String> {
    serde_json::from_value(note.params.clone()).map_err(|error| error.to_string())
}

fn open(server: &mut Server<'_>, params: DidOpenTextDocumentParams) {
    let opened = params.text_document;
    let path = path_of(&opened.uri);
    let text = Arc::from(opened.text);
    let parsed = Parsed::new(&path, text, server.world.encoding, None);
    let state = server.state();
    server.world.documents.insert(
        path.clone(),
        Document {
            uri: opened.uri,
            version: opened.version,
            state,
            parsed: Arc::new(parsed),
            deep: None,
            failed: None,
            shown: Vec::new(),
            pending: None,
        },
    );
    server.check_soon(&path, true);
    importers(server, &path);
}

/// Applies the changes in their order. They are read later, once for all that came at once.
fn change(server: &mut Server<'_>, params: DidChangeTextDocumentParams) {
    let encoding = server.world.encoding;
    let path = path_of(&params.text_document.uri);
    let Some(document) = server.world.documents.get_mut(&path) else {
        return;
    };
    let mut text = match document.pending.take() {
        Some((text, _)) => text,
        None => document.parsed.raw.to_string(),
    };
    for change in params.content_changes {
        text = changed(text, change, encoding);
    }
    document.pending = Some((text, params.text_document.version));
}

/// A text after one change.
fn changed(text: String, change: TextDocumentContentChangeEvent, encoding: Encoding) -> String {
    let Some(range) = change.range else {
        return change.text;
    };
    let lines = Lines::new(&text);
    let start = lines.offset(&text, range.start, encoding) as usize;
    let end = lines.offset(&text, range.end, encoding) as usize;
    let mut text = text;
    text.replace_range(start.min(end)..end.max(start), &change.text);
    text
}

/// Reads the texts that were changed.
pub(super) fn settle(server: &mut Server<'_>) {
    let encoding = server.world.encoding;
    let changed: Vec<String> = server
        .world
        .documents
        .iter()
        .filter(|(_, document)| document.pending.is_some())
        .map(|(path, _)| path.clone())
        .collect();
    for path in changed {
        let Some(document) = server.world.documents.get_mut(&path) else {
            continue;
        };
        let Some((text, version)) = document.pending.take() else {
            continue;
        };
        let before = Arc::clone(&document.parsed);
        let parsed = Arc::new(Parsed::new(&path, Arc::from(text), encoding, Some(&before)));
        document.version = version;
        document.parsed = Arc::clone(&parsed);
        diagnostics::after_change(server, &path, &before);
        server.modified(&path);
        server.check_soon(&path, false);
        importers(server, &path);
    }
}

fn save(server: &mut Server<'_>, params: &DidSaveTextDocumentParams) {
    let path = path_of(&params.text_document.uri);
    // A text that was never saved before is a file from now on.
    server.world.forget_folders();
    server.check_soon(&path, true);
}

fn close(server: &mut Server<'_>, params: &DidCloseTextDocumentParams) {
    let path = path_of(&params.text_document.uri);
    server.world.documents.remove(&path);
    server.world.forget(&path);
    server.forget_check(&path);
    if !server.world.client.pulls {
        server.notify(
            "textDocument/publishDiagnostics",
            PublishDiagnosticsParams::new(params.text_document.uri.clone(), Vec::new(), None),
        );
    }
    // From now on the disk says what the file is.
    importers(server, &path);
}

fn changed_on_disk(server: &mut Server<'_>, params: &DidChangeWatchedFilesParams) {
    for change in &params.changes {
        server.world.forget(&path_of(&change.uri));
    }
    server.check_all();
}

fn renamed(server: &mut Server<'_>, params: &RenameFilesParams) {
    for file in &params.files {
        for uri in [&file.old_uri, &file.new_uri] {
            if let Ok(uri) = uri.parse() {
                server.world.forget(&path_of(&uri));
            }
        }
    }
    server.check_all();
}

fn folders(server: &mut Server<'_>, params: DidChangeWorkspaceFoldersParams) {
    for folder in params.event.removed {
        let path = path_of(&folder.uri);
        server.world.folders.retain(|one| *one != path);
    }
    for folder in params.event.added {
        let path = path_of(&folder.uri);
        if !server.world.folders.contains(&path) {
            server.world.folders.push(path);
        }
    }
}

/// Has every open file checked again that brings this one in.
fn importers(server: &mut Server<'_>, path: &str) {
    let importing: Vec<String> =
        server
            .world
            .documents
            .iter()
            .filter(|(other, document)| {
                let known = document.deep.as_ref().is_some_and(|deep| {
                    let sources = &deep.compilation.sources;
                    sources.iter().any(|(_, source)| source.path() == path)
                });
                let names =
                    || {
                        document.parsed.names().modules.iter().any(|module| {
                            super::uri::join(&document.parsed.path, &module.path) == path
                        })
                    };
                *other != path && (known || names())
            })
            .map(|(other, _)| other.clone())
            .collect();
    if !importing.is_empty() {
        server.refresh();
    }
    for other in importing {
        server.check_again(&other);
    }
}
