//! What can be followed with a click: modules, addresses, the rules in suppressions.

use lsp_types::{DocumentLink, DocumentLinkParams};

use super::diagnostics::page;
use super::refusal::Refusal;
use super::world::World;
use crate::blank::Blanks;
use crate::catalogue;
use crate::source::{SourceId, Span};
use crate::syntax::Kind;

/// Every link of a file.
pub(super) fn links(
    world: &World,
    params: DocumentLinkParams,
) -> Result<Option<Vec<DocumentLink>>, Refusal> {
    let parsed = super::parsed(world, &params.text_document)?;
    let mut links = Vec::new();
    let mut link = |span: Span, target: Option<lsp_types::Uri>, tooltip: &str| {
        if let Some(target) = target {
            links.push(DocumentLink {
                range: parsed.range(span),
                target: Some(target),
                tooltip: Some(tooltip.to_owned()),
                data: None,
            });
        }
    };
    for module in parsed.modules() {
        if let Some(there) = world.module(parsed, module.path) {
            link(module.span, world.uri(&there.path), "open the module");
        }
    }
    for piece in &parsed.file.pieces {
        for node in piece.root().descend() {
            let span = node.span();
            match node.kind() {
                Kind::title | Kind::string | Kind::prose | Kind::comment => {
                    for (at, url) in addresses(node.text()) {
                        let start = span.start + at as u32;
                        let place = Span::new(SourceId::default(), start, start + url.len() as u32);
                        link(place, url.parse().ok(), "open the address");
                    }
                }
                _ => {}
            }
            if node.kind() == Kind::comment
                && let Some((at, name)) = allowed(node.text())
            {
                let start = span.start + at as u32;
                let place = Span::new(SourceId::default(), start, start + name.len() as u32);
                let target = catalogue::rule(name).and_then(|rule| page(world, rule));
                link(place, target, "read why the rule is there");
            }
        }
    }
    Ok(Some(links))
}

/// The rule that a comment allows, and where it stands in it.
pub(super) fn allowed(comment: &str) -> Option<(usize, &str)> {
    let rest = comment.strip_prefix('#')?.trim_blanks_start();
    let rest = rest.strip_prefix("deployc:")?.trim_blanks_start();
    let rest = rest
        .strip_prefix("allow-file")
        .or_else(|| rest.strip_prefix("allow"))?
        .trim_blanks_start()
        .strip_prefix('(')?
        .trim_blanks_start();
    let length = rest
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'))
        .unwrap_or(rest.len());
    Some((comment.len() - rest.len(), &rest[..length]))
}

/// The addresses in a text, and where they stand.
fn addresses(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("http").filter_map(|(at, _)| {
        let rest = &text[at..];
        let body = rest
            .strip_prefix("https://")
            .or_else(|| rest.strip_prefix("http://"))?;
        let length = rest
            .find(|letter: char| {
                letter.is_whitespace() || matches!(letter, '"' | '`' | '<' | '>' | '\\' | '{' | '}')
            })
            .unwrap_or(rest.len());
        let url = rest[..length].trim_end_matches(['.', ',', ';', ':', ')', ']', '*']);
        (!body.is_empty() && url.len() > "https://".len()).then_some((at, url))
    })
}
