//! The outline of a file, and names anywhere in the workspace.

use std::sync::Arc;

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolInformation, SymbolKind,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};

use super::parsed::{Parsed, head};
use super::refusal::Refusal;
use super::under::node_of;
use super::world::World;
use crate::blank::Blanks;
use crate::model;
use crate::syntax::{Kind, Node, text};

/// How many symbols of a workspace are answered at the most.
const MOST: usize = 500;

/// The outline of a file.
pub(super) fn document(
    world: &World,
    params: DocumentSymbolParams,
) -> Result<impl FnOnce() -> Result<DocumentSymbolResponse, Refusal> + Send + 'static, Refusal> {
    let parsed = Arc::clone(super::parsed(world, &params.text_document)?);
    let nested = world.client.nested_symbols;
    let uri = params.text_document.uri;
    Ok(move || Ok(outline(&parsed, nested, &uri)))
}

fn outline(parsed: &Parsed, nested: bool, uri: &lsp_types::Uri) -> DocumentSymbolResponse {
    let symbols: Vec<DocumentSymbol> = parsed
        .file
        .items()
        .filter_map(|item| symbol(parsed, item))
        .collect();
    if nested {
        return DocumentSymbolResponse::Nested(symbols);
    }
    let mut flat = Vec::new();
    for symbol in symbols {
        flatten(uri.clone(), symbol, None, &mut flat);
    }
    DocumentSymbolResponse::Flat(flat)
}

fn flatten(
    uri: lsp_types::Uri,
    symbol: DocumentSymbol,
    around: Option<&str>,
    flat: &mut Vec<SymbolInformation>,
) {
    #[allow(deprecated)] // the field must be named, and is not used
    flat.push(SymbolInformation {
        name: symbol.name.clone(),
        kind: symbol.kind,
        tags: None,
        deprecated: None,
        location: lsp_types::Location::new(uri.clone(), symbol.range),
        container_name: around.map(str::to_owned),
    });
    for child in symbol.children.into_iter().flatten() {
        flatten(uri.clone(), child, Some(&symbol.name), flat);
    }
}

fn symbol(parsed: &Parsed, node: Node<'_>) -> Option<DocumentSymbol> {
    let span = node.trimmed();
    let name = node.child(Kind::name);
    let title = node.child(Kind::title);
    let words = node.text().words().next().unwrap_or_default();
    let shown = match (name, title) {
        (Some(name), _) => name.text().to_owned(),
        (None, Some(title)) => text::content(title.text()).trim_matches('"').to_owned(),
        (None, None) => match node.kind() {
            Kind::edition | Kind::use_ | Kind::ERR_ITEM | Kind::MISSING => return None,
            Kind::ERR_BLOCK => words.to_owned(),
            _ => parsed.slice(head(node)).to_owned(),
        },
    };
    if shown.trim_blanks().is_empty() {
        return None;
    }
    let detail = match (name, title) {
        (Some(_), Some(title)) => {
            let title = text::content(title.text());
            format!("{words} {}", title.trim_matches('"'))
        }
        (_, _) => words.to_owned(),
    };
    let place = name.or(title).map_or_else(|| head(node), Node::span);
    let children: Vec<DocumentSymbol> = node
        .child(Kind::block)
        .into_iter()
        .flat_map(|block| block.children())
        .filter(|child| is_node(child.kind()) || child.kind() == Kind::field)
        .filter_map(|child| symbol(parsed, child))
        .collect();
    #[allow(deprecated)] // the field must be named, and is not used
    Some(DocumentSymbol {
        name: shown,
        detail: Some(detail),
        kind: kind_of(node.kind()),
        tags: None,
        deprecated: None,
        range: parsed.range(span),
        selection_range: parsed.range(place),
        children: (!children.is_empty()).then_some(children),
    })
}

fn kind_of(kind: Kind) -> SymbolKind {
    match kind {
        Kind::deployment => SymbolKind::PACKAGE,
        Kind::param | Kind::field | Kind::record => SymbolKind::VARIABLE,
        Kind::secret => SymbolKind::KEY,
        Kind::role => SymbolKind::CLASS,
        Kind::channel | Kind::message => SymbolKind::STRING,
        Kind::service => SymbolKind::OBJECT,
        Kind::metric | Kind::baseline | Kind::objective => SymbolKind::NUMBER,
        Kind::checklist | Kind::procedure | Kind::rollback => SymbolKind::FUNCTION,
        Kind::phase | Kind::canary | Kind::blue_green => SymbolKind::NAMESPACE,
        Kind::gate | Kind::approve => SymbolKind::INTERFACE,
        Kind::severity | Kind::alert | Kind::freeze | Kind::escalation => SymbolKind::EVENT,
        Kind::check | Kind::require | Kind::success | Kind::failure => SymbolKind::BOOLEAN,
        Kind::group | Kind::choose | Kind::option | Kind::reference => SymbolKind::ARRAY,
        Kind::test => SymbolKind::METHOD,
        _ => SymbolKind::PROPERTY,
    }
}

/// Names of the workspace that have the letters of the query in their order.
pub(super) fn workspace(
    world: &World,
    params: WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>, Refusal> {
    let query: Vec<char> = params.query.to_lowercase().chars().collect();
    let mut symbols = Vec::new();
    for parsed in world.all() {
        let Some(view) = world.views(&parsed).into_iter().next() else {
            continue;
        };
        let wanted = |one: &model::Definition| one.named && has_letters(&one.name, &query);
        for found in view.declared_in(&parsed.path, wanted) {
            let one = found.declaration;
            let (Some(location), Some(node)) = (
                world.location(&parsed, one.name_span),
                node_of(&parsed, &one),
            ) else {
                continue;
            };
            let id = one
                .ids
                .first()
                .filter(|_| one.kind == model::SymbolKind::Node);
            let around = id.and_then(|id| id.rsplit_once('/'));
            let around = around.map(|(outer, _)| outer.to_owned());
            #[allow(deprecated)] // the field must be named, and is not used
            symbols.push(SymbolInformation {
                name: one.name.clone(),
                kind: kind_of(node.kind()),
                tags: None,
                deprecated: None,
                location,
                container_name: around,
            });
            if symbols.len() >= MOST {
                return Ok(Some(WorkspaceSymbolResponse::Flat(symbols)));
            }
        }
    }
    Ok(Some(WorkspaceSymbolResponse::Flat(symbols)))
}

fn has_letters(name: &str, query: &[char]) -> bool {
    let mut letters = name.chars();
    query
        .iter()
        .all(|wanted| letters.any(|letter| letter == *wanted))
}

/// Whether a statement becomes a node that others may name.
fn is_node(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::phase
            | Kind::gate
            | Kind::group
            | Kind::choose
            | Kind::option
            | Kind::every
            | Kind::check
            | Kind::require
            | Kind::run
            | Kind::hold
            | Kind::bake
            | Kind::approve
            | Kind::record
            | Kind::wait
            | Kind::monitor
            | Kind::alert
            | Kind::success
            | Kind::failure
            | Kind::test
            | Kind::objective
            | Kind::backup
            | Kind::freeze
            | Kind::shift
            | Kind::switch
            | Kind::scale
            | Kind::canary
            | Kind::step
            | Kind::blue_green
    )
}
