//! What the client can do, and what the server can.

use lsp_types::{
    CallHierarchyServerCapability, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CodeLensOptions, CompletionOptions, DiagnosticOptions, DiagnosticServerCapabilities,
    DocumentLinkOptions, ExecuteCommandOptions, FileOperationFilter, FileOperationPattern,
    FileOperationRegistrationOptions, FoldingRangeProviderCapability, HoverProviderCapability,
    InlayHintOptions, InlayHintServerCapabilities, OneOf, RenameOptions, SaveOptions,
    SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensOptions,
    ServerCapabilities, SignatureHelpOptions, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri, WorkDoneProgressOptions,
    WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use super::commands;
use super::lines::Encoding;
use super::tokens;
use super::uri::path_of;
use super::world::{Client, Refreshes};

/// What the parameters of `initialize` say of the client, read leniently.
pub(super) fn of_client(params: &Value) -> (Client, Encoding) {
    let flag = |path: &str| {
        params
            .pointer(&format!("/capabilities/{path}"))
            .and_then(Value::as_bool)
            .unwrap_or(false)
    };
    let client = Client {
        snippets: flag("textDocument/completion/completionItem/snippetSupport"),
        nested_symbols: flag("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        watches: flag("workspace/didChangeWatchedFiles/dynamicRegistration"),
        pulls: params
            .pointer("/capabilities/textDocument/diagnostic")
            .is_some_and(Value::is_object),
        refreshes: Refreshes {
            lenses: flag("workspace/codeLens/refreshSupport"),
            hints: flag("workspace/inlayHint/refreshSupport"),
            diagnostics: flag("workspace/diagnostics/refreshSupport"),
        },
        versioned_edits: flag("workspace/workspaceEdit/documentChanges"),
    };
    // The first that both know. UTF-16 is what every client understands.
    let encoding = params
        .pointer("/capabilities/general/positionEncodings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find_map(|name| Encoding::of(&name.to_owned().into()))
        .unwrap_or_default();
    (client, encoding)
}

/// The folders of the workspace; the root where there are none.
pub(super) fn folders(params: &Value) -> Vec<String> {
    let path = |uri: &Value| -> Option<String> {
        let uri: Uri = uri.as_str()?.parse().ok()?;
        Some(path_of(&uri).trim_end_matches('/').to_owned())
    };
    let folders: Vec<String> = params
        .get("workspaceFolders")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|folder| path(folder.get("uri")?))
        .collect();
    if !folders.is_empty() {
        return folders;
    }
    params.get("rootUri").and_then(path).into_iter().collect()
}

/// The answer to `initialize`.
pub(super) fn answer(encoding: Encoding) -> Value {
    json!({
        "capabilities": of_server(encoding),
        "serverInfo": { "name": "deployc", "version": env!("CARGO_PKG_VERSION") },
    })
}

fn of_server(encoding: Encoding) -> ServerCapabilities {
    let specs = FileOperationRegistrationOptions {
        filters: vec![FileOperationFilter {
            scheme: Some("file".to_owned()),
            pattern: FileOperationPattern {
                glob: "**/*.deploy".to_owned(),
                matches: None,
                options: None,
            },
        }],
    };
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                    include_text: Some(true),
                })),
                ..TextDocumentSyncOptions::default()
            },
        )),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(
                [" ", ".", "/", "$", "{", "(", "\"", "<", ">", "="]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            retrigger_characters: None,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: tokens::legend(),
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }
            .into(),
        ),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_EXTRACT,
                CodeActionKind::SOURCE_FIX_ALL,
            ]),
            ..CodeActionOptions::default()
        })),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(
            InlayHintOptions {
                resolve_provider: Some(false),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            },
        ))),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("deployc".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: false,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::NAMES.map(str::to_owned).to_vec(),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                did_rename: Some(specs.clone()),
                will_rename: Some(specs),
                ..WorkspaceFileOperationsServerCapabilities::default()
            }),
        }),
        ..ServerCapabilities::default()
    }
}
