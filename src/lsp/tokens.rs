//! What every word is, for colours that know what names stand for.

use std::sync::Arc;

use lsp_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult,
    SemanticTokensResult,
};

use super::parsed::Parsed;
use super::refusal::Refusal;
use super::world::World;
use crate::blank::Blanks;
use crate::model::SymbolKind;
use crate::source::Span;
use crate::syntax::{Kind, Node};

const TYPES: &[SemanticTokenType] = &[
    SemanticTokenType::KEYWORD,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::COMMENT,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::CLASS,
    SemanticTokenType::TYPE,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::EVENT,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::REGEXP,
    SemanticTokenType::MACRO,
];

const KEYWORD: u32 = 0;
const STRING: u32 = 1;
const NUMBER: u32 = 2;
const COMMENT: u32 = 3;
const OPERATOR: u32 = 4;
const VARIABLE: u32 = 5;
const PARAMETER: u32 = 6;
const PROPERTY: u32 = 7;
const FUNCTION: u32 = 8;
const CLASS: u32 = 9;
const TYPE: u32 = 10;
const NAMESPACE: u32 = 11;
const EVENT: u32 = 12;
const ENUM_MEMBER: u32 = 13;
const REGEXP: u32 = 14;
const MACRO: u32 = 15;

/// The bit that says that a name is declared here.
const DECLARATION: u32 = 1;
/// The bit that says that a name comes from the standard library.
const LIBRARY: u32 = 2;

/// The kinds of tokens, and what else may be said of them.
pub(super) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES.to_vec(),
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::DEFAULT_LIBRARY,
        ],
    }
}

/// The tokens of a whole file.
pub(super) fn full(
    world: &World,
    params: SemanticTokensParams,
) -> Result<impl FnOnce() -> Result<SemanticTokensResult, Refusal> + Send + 'static, Refusal> {
    let parsed = Arc::clone(super::parsed(world, &params.text_document)?);
    let names = names(world, &parsed);
    Ok(move || {
        let whole = Span::new(parsed.file.source, 0, parsed.text().len() as u32);
        Ok(tokens(&parsed, &names, whole).into())
    })
}

/// The tokens of a range.
pub(super) fn range(
    world: &World,
    params: SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>, Refusal> {
    let parsed = super::parsed(world, &params.text_document)?;
    let names = names(world, parsed);
    Ok(Some(
        tokens(parsed, &names, parsed.span(params.range)).into(),
    ))
}

/// The names of a file, where they are given and where they are used.
fn names(world: &World, parsed: &Arc<Parsed>) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    for view in world.views(parsed) {
        let definitions = &view.symbols().definitions;
        for (number, one) in definitions.iter().enumerate() {
            if one.named
                && let Some((there, span)) = view.name_of(number)
                && there.path == parsed.path
            {
                let kind = match one.captured {
                    true => VARIABLE,
                    false => type_of(one.kind),
                };
                found.push((span, kind, DECLARATION));
            }
        }
        for place in view.own_places() {
            let one = &definitions[place.to];
            let file = view.file(one.name_span.source.0 as usize);
            let library = file.path.starts_with("std/");
            let more = if library { LIBRARY } else { 0 };
            found.push(match place.variable {
                true => (whole_variable(parsed, place.span), VARIABLE, more),
                false => (place.span, type_of(one.kind), more),
            });
        }
        for (span, _) in view.own_modules() {
            found.push((span, NAMESPACE, 0));
        }
    }
    // What the present text says of a place that was known before, is the same.
    found.sort_by_key(|(span, kind, more)| (*span, u32::MAX - *more, *kind));
    found.dedup_by_key(|(span, _, _)| *span);
    found
}

/// The whole name of a variable of which a part is known: `API_NAMESPACE` of a service `api`.
fn whole_variable(parsed: &Parsed, span: Span) -> Span {
    let behind = parsed.text().get(span.end as usize..).unwrap_or_default();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let more = behind.find(|letter| !is_part(letter));
    let end = span.end + more.unwrap_or(behind.len()) as u32;
    Span::new(span.source, span.start, end)
}

/// A token: its place, its type, its modifiers.
type Token = (Span, u32, u32);

fn tokens(parsed: &Parsed, names: &[Token], wanted: Span) -> SemanticTokens {
    let mut found: Vec<Token> = Vec::new();
    for piece in &parsed.file.pieces {
        let root = piece.root();
        let own = root.span();
        if own.end <= wanted.start || wanted.end <= own.start {
            continue;
        }
        for node in root.descend() {
            token(parsed, node, &mut found);
        }
    }
    found.extend(names);
    found.retain(|(span, _, _)| {
        span.start < span.end && wanted.start <= span.start && span.end <= wanted.end
    });
    // Names lie in nothing but texts and commands, whose tokens are cut around them.
    found.sort_by_key(|(span, kind, _)| (span.start, u32::MAX - span.end, *kind));
    encode(parsed, &flat(found))
}

/// Tokens that do not overlap: the inner ones win.
fn flat(found: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(found.len());
    let mut open: Vec<Token> = Vec::new();
    let mut at = 0;
    let close = |until: u32, open: &mut Vec<Token>, at: &mut u32, out: &mut Vec<Token>| {
        while let Some((span, kind, more)) = open.last().copied() {
            if span.end > until {
                break;
            }
            if *at < span.end {
                out.push((Span::new(span.source, *at, span.end), kind, more));
                *at = span.end;
            }
            open.pop();
        }
    };
    for (span, kind, more) in found {
        close(span.start, &mut open, &mut at, &mut out);
        if let Some((outer, outer_kind, outer_more)) = open.last().copied() {
            if span.end > outer.end || span == outer {
                continue;
            }
            if at < span.start {
                out.push((
                    Span::new(span.source, at, span.start),
                    outer_kind,
                    outer_more,
                ));
            }
        }
        at = span.start;
        open.push((span, kind, more));
    }
    close(u32::MAX, &mut open, &mut at, &mut out);
    out
}

/// Tokens as the protocol has them: each line of each, relative to the one before.
fn encode(parsed: &Parsed, tokens: &[Token]) -> SemanticTokens {
    let mut data = Vec::with_capacity(tokens.len());
    let mut before = (0, 0);
    for (span, kind, more) in tokens {
        let first = parsed.line_of(span.start);
        let last = parsed.line_of(span.end.saturating_sub(1).max(span.start));
        for line in first..=last {
            let range = parsed.line(line);
            let start = range.start.max(span.start as usize);
            let end = range.end.min(span.end as usize);
            let Some(text) = parsed
                .text()
                .get(start..end)
                .filter(|text| !text.is_empty())
            else {
                continue;
            };
            let at = parsed.position(start as u32);
            let same = at.line == before.0;
            data.push(SemanticToken {
                delta_line: at.line - before.0,
                delta_start: if same {
                    at.character - before.1
                } else {
                    at.character
                },
                length: parsed.length(text),
                token_type: *kind,
                token_modifiers_bitset: *more,
            });
            before = (at.line, at.character);
        }
    }
    SemanticTokens {
        result_id: None,
        data,
    }
}

fn type_of(kind: SymbolKind) -> u32 {
    match kind {
        SymbolKind::Parameter | SymbolKind::Secret | SymbolKind::Capture => VARIABLE,
        SymbolKind::Argument | SymbolKind::Field => PARAMETER,
        SymbolKind::Role | SymbolKind::Channel | SymbolKind::Service => CLASS,
        SymbolKind::Metric | SymbolKind::Baseline => PROPERTY,
        SymbolKind::Message => TYPE,
        SymbolKind::Checklist | SymbolKind::Procedure | SymbolKind::Rollback => FUNCTION,
        SymbolKind::Severity => EVENT,
        SymbolKind::Node => NAMESPACE,
    }
}

fn token(parsed: &Parsed, node: Node<'_>, found: &mut Vec<Token>) {
    let kind = match node.kind() {
        Kind::comment => COMMENT,
        Kind::title | Kind::string | Kind::prose => STRING,
        Kind::command | Kind::script | Kind::query => MACRO,
        Kind::quantity
        | Kind::range
        | Kind::instant
        | Kind::clock
        | Kind::offset
        | Kind::year
        | Kind::moment => NUMBER,
        Kind::comparator => OPERATOR,
        Kind::regex | Kind::json => REGEXP,
        Kind::type_name | Kind::unit | Kind::channel_kind => TYPE,
        Kind::label_name => PARAMETER,
        Kind::label_value | Kind::colour | Kind::via_kind => ENUM_MEMBER,
        Kind::setting_word => KEYWORD,
        _ => {
            if let Some(word) = keyword(node) {
                let start = node.span().start;
                let span = Span::new(node.span().source, start, start + word.len() as u32);
                found.push((span, KEYWORD, 0));
            }
            return;
        }
    };
    let mut span = node.trimmed();
    // Where a time or a range has tokens of its own inside, it is one all the same.
    if matches!(node.kind(), Kind::comment) {
        span = node.span();
        let text = parsed.slice(span);
        span = Span::new(
            span.source,
            span.start,
            span.start + text.trim_blanks_end().len() as u32,
        );
    }
    found.push((span, kind, 0));
}

/// The word with which a statement or clause begins.
fn keyword(node: Node<'_>) -> Option<&str> {
    let text = node.text();
    let length = text
        .find(|letter: char| !(letter.is_ascii_lowercase() || letter == '-'))
        .unwrap_or(text.len());
    let word = &text[..length];
    if word.is_empty() {
        return None;
    }
    // A node that begins with a node begins with no keyword of its own.
    let first = node.children().next();
    let own = first.is_none_or(|first| first.span().start > node.span().start);
    let name = matches!(
        node.kind(),
        Kind::name
            | Kind::path
            | Kind::module
            | Kind::noun
            | Kind::piece
            | Kind::zone
            | Kind::date
            | Kind::clock_time
            | Kind::ERR_ITEM
            | Kind::ERR_STMT
            | Kind::ERR_TAIL
            | Kind::ERR_HEAD
            | Kind::ERR_BLOCK
    );
    (own && !name).then_some(word)
}
