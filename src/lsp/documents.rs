//! Texts that are opened, changed, saved and closed, and files that change on the disk.

use std::sync::Arc;

use lsp_server::Notification;
use lsp_types::{
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidSaveTextDocumentParams, PublishDiagnosticsParams, RenameFilesParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::changes::{self, Doubt};
use super::diagnostics;
use super::frame::MISSED;
use super::index::Whole;
use super::parsed::Parsed;
use super::server::Server;
use super::uri::path_of;
use super::world::Document;

/// Takes note of something that the client says. What can't be read is said back for the log.
pub(super) fn noted(server: &mut Server<'_>, note: &Notification) -> Result<(), String> {
    match note.method.as_str() {
        "textDocument/didOpen" => open(server, &note.params)?,
        "textDocument/didChange" => change(server, &note.params)?,
        "textDocument/didSave" => save(server, read(note)?),
        MISSED => doubt_all(server),
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

/// Opens a text, or replaces the one that is open under this address.
fn open(server: &mut Server<'_>, params: &Value) -> Result<(), String> {
    let words = |name: &str| params.pointer(&format!("/textDocument/{name}"))?.as_str();
    let uri: Uri = words("uri")
        .and_then(|uri| uri.parse().ok())
        .ok_or("it gives no address that can be read")?;
    let text = words("text").ok_or("it gives no text")?;
    let version = changes::version(params.pointer("/textDocument/version"));
    let path = path_of(&uri);
    let host = Arc::clone(&server.world.host);
    let encoding = server.world.encoding;
    let parsed = Parsed::new(host.as_ref(), &path, Arc::from(text), encoding, None);
    let (revision, state) = (server.state(), server.state());
    server.world.documents.insert(
        path.clone(),
        Document {
            uri,
            version: version.unwrap_or_default(),
            revision,
            state,
            parsed: Arc::new(parsed),
            whole: None,
            deep: None,
            failed: None,
            shown: Vec::new(),
            shows_failure: false,
            pending: None,
            doubt: None,
        },
    );
    server.world.changed();
    server.modified(&path);
    server.check_soon(&path, true);
    importers(server, &path);
    Ok(())
}

/// Applies the changes in their order. They are read later, once for all that came at once.
fn change(server: &mut Server<'_>, params: &Value) -> Result<(), String> {
    let Some(changes) = changes::read(params) else {
        doubt_all(server);
        return Err("it does not say which text has changed".to_owned());
    };
    let encoding = server.world.encoding;
    let path = path_of(&changes.uri);
    let Some(document) = server.world.documents.get_mut(&path) else {
        return Err(format!("`{path}` is not open"));
    };
    let before = document.doubt;
    let text = document.text().to_owned();
    let (text, doubt) = changes::apply(text, before, changes.changes, encoding);
    document.pending = Some(text);
    document.doubt = doubt;
    document.version = changes.version.unwrap_or(document.version);
    if let (None, Some(doubt)) = (before, doubt) {
        tell_doubt(server, &path, doubt);
    }
    Ok(())
}

/// A message was lost that may have been a change of any text.
fn doubt_all(server: &mut Server<'_>) {
    let mut doubted = Vec::new();
    for (path, document) in &mut server.world.documents {
        if document.doubt.is_none() {
            document.doubt = Some(Doubt::Unreadable);
            doubted.push(path.clone());
        }
    }
    for path in doubted {
        tell_doubt(server, &path, Doubt::Unreadable);
    }
}

/// Says that nothing is edited until the text of the editor is known again.
fn tell_doubt(server: &Server<'_>, path: &str, doubt: Doubt) {
    let name = path.rsplit('/').next().unwrap_or(path);
    server.show(&format!(
        "`{name}`: {}; formatting, fixes, renames and completions are off for this file until it \
         is saved, or closed and opened again",
        doubt.in_words()
    ));
}

/// Reads the texts that were changed. A text stays pending until it is read.
pub(super) fn settle(server: &mut Server<'_>) {
    let changed: Vec<String> = server
        .world
        .documents
        .iter()
        .filter(|(_, document)| document.pending.is_some())
        .map(|(path, _)| path.clone())
        .collect();
    for path in changed {
        let host = Arc::clone(&server.world.host);
        let encoding = server.world.encoding;
        let revision = server.state();
        let Some(document) = server.world.documents.get_mut(&path) else {
            continue;
        };
        let before = Arc::clone(&document.parsed);
        let text = Arc::from(document.text());
        let parsed = Parsed::new(host.as_ref(), &path, text, encoding, Some(&before));
        document.whole = Whole::after(document.whole.take(), &before, &parsed);
        document.parsed = Arc::new(parsed);
        document.pending = None;
        document.revision = revision;
        server.world.changed();
        server.modified(&path);
        server.check_soon(&path, false);
        server.guarded("findings could not be shown", |server| {
            diagnostics::after_change(server, &path, &before);
            importers(server, &path);
        });
    }
}

/// A text was saved. What the editor saved is what it has, whatever was known before.
fn save(server: &mut Server<'_>, params: DidSaveTextDocumentParams) {
    let path = path_of(&params.text_document.uri);
    // A text that was never saved before is a file from now on.
    server.world.forget_folders();
    if let (Some(text), Some(document)) = (params.text, server.world.documents.get_mut(&path)) {
        document.doubt = None;
        if text != document.text() {
            document.pending = Some(text);
            server.log(&format!("`{path}`: the text is now the one that was saved"));
        }
    }
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
    let importing: Vec<String> = server
        .world
        .documents
        .iter()
        .filter(|(other, document)| {
            let known = document.deep.as_ref().is_some_and(|deep| {
                let sources = &deep.compilation.sources;
                sources.iter().any(|(_, source)| source.path() == path)
            });
            let own = &document.parsed;
            let names = || {
                let mut modules = own.modules();
                modules.any(|module| super::uri::join(&own.path, module.path) == path)
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
