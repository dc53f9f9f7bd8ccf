//! Which method is answered by whom.

use lsp_types::SemanticTokensParams;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use super::world::World;
use super::{
    actions, calls, commands, completion, definition, diagnostics, folding, formatting, highlight,
    hints, hover, lenses, links, references, rename, selection, signature, symbols, tokens,
};

/// Answers a request.
pub(super) fn answer(world: &World, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        "textDocument/diagnostic" => with(params, |params| diagnostics::pull(world, params)),
        "textDocument/hover" => with(params, |params| hover::hover(world, params)),
        "textDocument/definition" => with(params, |params| definition::definition(world, params)),
        "textDocument/references" => with(params, |params| references::references(world, params)),
        "textDocument/documentHighlight" => {
            with(params, |params| highlight::highlight(world, params))
        }
        "textDocument/prepareRename" => with(params, |params| rename::prepare(world, params)),
        "textDocument/rename" => with(params, |params| rename::rename(world, params)),
        "workspace/willRenameFiles" => with(params, |params| rename::files(world, params)),
        "textDocument/completion" => with(params, |params| completion::completion(world, params)),
        "textDocument/signatureHelp" => with(params, |params| signature::signature(world, params)),
        "textDocument/documentSymbol" => beside(params, |params| symbols::document(world, params)),
        "workspace/symbol" => with(params, |params| symbols::workspace(world, params)),
        "textDocument/semanticTokens/full" => beside(params, |params| tokens::full(world, params)),
        "textDocument/semanticTokens/range" => with(params, |params| tokens::range(world, params)),
        "textDocument/foldingRange" => beside(params, |params| folding::folding(world, params)),
        "textDocument/selectionRange" => with(params, |params| selection::selection(world, params)),
        "textDocument/formatting" => beside(params, |params| formatting::whole(world, params)),
        "textDocument/rangeFormatting" => with(params, |params| formatting::range(world, params)),
        "textDocument/codeAction" => with(params, |params| actions::actions(world, params)),
        "textDocument/inlayHint" => with(params, |params| hints::hints(world, params)),
        "textDocument/codeLens" => beside(params, |params| lenses::lenses(world, params)),
        "textDocument/documentLink" => with(params, |params| links::links(world, params)),
        "textDocument/prepareCallHierarchy" => with(params, |params| calls::prepare(world, params)),
        "callHierarchy/incomingCalls" => with(params, |params| calls::incoming(world, params)),
        "callHierarchy/outgoingCalls" => with(params, |params| calls::outgoing(world, params)),
        // Not of the protocol: the text as the server has it, to find out whether both have the same.
        "deployc/text" => with(params, |params: SemanticTokensParams| {
            Ok(super::parsed(world, &params.text_document)?.raw.to_string())
        }),
        "workspace/executeCommand" => beside(params, |params| commands::execute(world, params)),
        _ => Err(Refusal::Unknown(method.to_owned())),
    }
}

fn with<P: DeserializeOwned, R: Serialize>(
    params: Value,
    answer: impl FnOnce(P) -> Result<R, Refusal>,
) -> Result<Value, Refusal> {
    let params =
        serde_json::from_value(params).map_err(|error| Refusal::Parameters(error.to_string()))?;
    let answer = answer(params)?;
    serde_json::to_value(answer).map_err(|error| Refusal::Failed(error.to_string()))
}

/// An answer over a whole file: what it needs is taken now, and the work is done in another thread.
fn beside<P: DeserializeOwned, R: Serialize, F>(
    params: Value,
    prepare: impl FnOnce(P) -> Result<F, Refusal>,
) -> Result<Value, Refusal>
where
    F: FnOnce() -> Result<R, Refusal> + Send + 'static,
{
    let params =
        serde_json::from_value(params).map_err(|error| Refusal::Parameters(error.to_string()))?;
    let work = prepare(params)?;
    Err(Refusal::Beside(Box::new(move || {
        serde_json::to_value(work()?).map_err(|error| Refusal::Failed(error.to_string()))
    })))
}
