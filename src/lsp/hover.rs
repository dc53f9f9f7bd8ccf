//! What a word, a name or a quantity means, where the cursor stands.

use std::sync::Arc;

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use super::diagnostics::page_text;
use super::index::Found;
use super::links::allowed;
use super::parsed::{Parsed, head};
use super::place::place;
use super::refusal::Refusal;
use super::under::{Under, node_of};
use super::world::{Document, World};
use super::{calls, hints, words};
use crate::backend::markdown::{code as inline_code, fence, note, words as words_of};
use crate::blank::Blanks;
use crate::catalogue;
use crate::model::{self, Definition, SymbolKind};
use crate::quantity::{Quantity, Range};
use crate::source::Span;
use crate::syntax::{Kind, Node, text};

/// What stands under the cursor.
pub(super) fn hover(world: &World, params: HoverParams) -> Result<Option<Hover>, Refusal> {
    let at = params.text_document_position_params;
    let document = super::document(world, &at.text_document)?;
    let parsed = &document.parsed;
    let offset = parsed.offset(at.position);
    let said = match world.under(parsed, offset) {
        Some(Under::Name { span, found }) => Some((span, of_name(world, document, &found)?)),
        Some(Under::Module { span, parsed }) => Some((span, of_module(world, &parsed))),
        None => of_token(document, offset)?,
    };
    Ok(said.map(|(span, value)| Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: MarkupKind::Markdown,
            value,
        }),
        range: Some(parsed.range(span)),
    }))
}

/// A fenced block of the language.
fn code(lines: &str) -> String {
    fence(lines.trim_blanks_end(), "deploy")
}

fn of_module(world: &World, parsed: &Arc<Parsed>) -> String {
    let mut out = format!(
        "**{}**\n",
        words_of(parsed.path.rsplit('/').next().unwrap_or_default())
    );
    if let Some(first) = parsed.file.items().next() {
        let about = comments_before(parsed, first.span().start);
        if !about.is_empty() {
            out.push_str(&format!("\n{about}\n"));
        }
    }
    let shared = world.shared(parsed);
    let holds = shared
        .iter()
        .map(|one| format!("`{}`", one.declaration.name));
    let holds: Vec<String> = holds.collect();
    if !holds.is_empty() {
        out.push_str(&format!("\nIt holds {}.\n", holds.join(", ")));
    }
    out
}

/// The comment lines directly above an offset, as Markdown.
fn comments_before(parsed: &Parsed, offset: u32) -> String {
    let line = parsed.line_of(offset);
    let mut lines = Vec::new();
    for above in (0..line).rev() {
        let text = parsed.text()[parsed.line(above)].trim_blanks();
        match text.strip_prefix('#') {
            Some(words) if !words.trim_blanks_start().starts_with("deployc:") => {
                lines.push(words.trim_blanks())
            }
            Some(_) | None => break,
        }
    }
    lines.reverse();
    note(&lines.join("\n"))
}

fn of_name(world: &World, document: &Document, found: &Found) -> Result<String, Refusal> {
    let Found {
        parsed,
        declaration,
    } = found;
    let Some(node) = node_of(parsed, declaration) else {
        return Ok(code(parsed.slice(declaration.span)));
    };
    let mut out = match node.kind() {
        // Small enough to be shown whole.
        Kind::role
        | Kind::channel
        | Kind::service
        | Kind::param
        | Kind::secret
        | Kind::field
        | Kind::severity
        | Kind::baseline
        | Kind::objective => code(parsed.slice(node.trimmed())),
        _ => code(parsed.slice(head(node))),
    };
    let comment = comments_before(parsed, node.span().start);
    if !comment.is_empty() {
        out.push_str(&format!("\n\n{comment}"));
    }
    if node.kind() == Kind::metric {
        // A module's metric has parameters that nobody filled in.
        let own = parsed.path == document.parsed.path;
        let asked = own.then(|| asked(document, &declaration.name)).flatten();
        out.push_str(&of_metric(world, found, node, asked));
    }
    if declaration.kind == SymbolKind::Node && parsed.path == document.parsed.path {
        out.push_str(&of_step(document, node.kind(), declaration)?);
    }
    if declaration.kind == SymbolKind::Checklist {
        let count = calls::callers(world, found).len();
        let times = if count == 1 { "place" } else { "places" };
        out.push_str(&format!("\n\nIncluded in {count} {times}."));
    }
    if matches!(declaration.kind, SymbolKind::Parameter | SymbolKind::Secret)
        || declaration.captured
    {
        let variable = model::variable(&declaration.name);
        out.push_str(&format!("\n\nCommands find it as `${variable}`."));
    }
    if parsed.path != document.parsed.path {
        let file = parsed.path.trim_end_matches(".deploy");
        let file = if file.starts_with("std/") {
            file
        } else {
            file.rsplit('/').next().unwrap_or(file)
        };
        out.push_str(&format!("\n\nDeclared in {}.", inline_code(file)));
    }
    Ok(out)
}

/// The query of a metric of this spec as Prometheus is asked, parameters filled in; nothing where the
/// text was not checked yet, or nothing uses the metric.
fn asked(document: &Document, name: &str) -> Option<String> {
    let spec = &document.fresh()?.compilation.spec;
    let metric = spec.metrics.iter().find(|metric| metric.name == name)?;
    metric.asked()
}

/// What a metric measures, and its query: as it is `asked`, or else as it is written. An alias has
/// those of what stands behind it.
fn of_metric(world: &World, found: &Found, node: Node<'_>, asked: Option<String>) -> String {
    if let Some(path) = node
        .child(Kind::alias)
        .and_then(|alias| alias.child(Kind::metric_ref))
        .and_then(|reference| reference.child(Kind::path))
    {
        let behind = world.find(&found.parsed, SymbolKind::Metric, path.text());
        return match behind {
            Some(behind) if !behind.is(found) => node_of(&behind.parsed, &behind.declaration)
                .filter(|node| !node.has(Kind::alias))
                .map(|node| of_metric(world, &behind, node, asked))
                .unwrap_or_default(),
            Some(_) | None => String::new(),
        };
    }
    let mut out = String::new();
    let settings: Vec<Node<'_>> = node
        .child(Kind::block)
        .into_iter()
        .flat_map(|block| block.children())
        .filter(|child| child.kind() == Kind::setting)
        .collect();
    let setting = |word: &str| {
        settings.iter().copied().find(|setting| {
            setting
                .child(Kind::setting_word)
                .is_some_and(|own| own.text() == word)
        })
    };
    let value = |word: &str| {
        let setting = setting(word)?;
        let skip = setting.child(Kind::setting_word)?.text().len();
        let own = setting.trimmed();
        let text = &setting.text()[skip..(own.end - own.start) as usize];
        Some(text.trim_blanks().to_owned())
    };
    if let Some(measure) = node.child(Kind::measure) {
        let measure = measure.text().trim_start_matches(':').trim_blanks();
        out.push_str(&format!("\n\nMeasures {measure}."));
    }
    match value("better").as_deref() {
        Some("lower") => out.push_str(" Lower is better."),
        Some("higher") => out.push_str(" Higher is better."),
        Some(_) | None => {}
    }
    let no_data = value("no-data");
    out.push_str(match no_data.as_deref() {
        Some("pass") => " No data counts as well.",
        Some("fail") => " No data counts as not well.",
        Some(_) | None => " No data pauses for a person.",
    });
    if let Some(window) = value("window") {
        out.push_str(&format!(" It looks back {window}."));
    }
    let written = || {
        let setting = setting("prometheus")?;
        let query = setting
            .children()
            .find(|child| matches!(child.kind(), Kind::query | Kind::command | Kind::script))?;
        let query = text::content(query.text());
        Some(query.trim_matches('`').trim_blanks().to_owned())
    };
    match asked.or_else(written) {
        Some(query) => out.push_str(&format!("\n\n{}", fence(&query, "promql"))),
        None => out.push_str("\n\nIt has no query: a person reads it off."),
    }
    out
}

/// When a step begins and ends, as the schedule adds up.
fn of_step(document: &Document, kind: Kind, declaration: &Definition) -> Result<String, Refusal> {
    if !matches!(
        kind,
        Kind::phase | Kind::gate | Kind::monitor | Kind::hold | Kind::group
    ) {
        return Ok(String::new());
    }
    let Some(deep) = document.fresh() else {
        return Err(Refusal::NotYet(document.parsed.path.clone()));
    };
    let times = hints::times(deep);
    Ok(times
        .iter()
        .find(|time| time.name.start == declaration.name_span.start)
        .map(|time| format!("\n\nAs the schedule adds up: **{}**", time.words))
        .unwrap_or_default())
}

/// What a token means that is no name.
fn of_token(document: &Document, offset: u32) -> Result<Option<(Span, String)>, Refusal> {
    let parsed = &document.parsed;
    let around = parsed.around(offset);
    for node in around.iter().rev() {
        let span = node.trimmed();
        let written = parsed.slice(span);
        let said = match node.kind() {
            Kind::quantity | Kind::range => of_quantity(written),
            Kind::offset | Kind::clock | Kind::instant => {
                let start = hints::start_of(parsed);
                hints::absolute(start.as_ref(), node.kind(), written)
                    .map(|words| format!("`{written}` is **{words}**"))
            }
            Kind::comment => allowed(node.text())
                .and_then(|(_, name)| catalogue::rule(name))
                .map(page_text),
            _ => None,
        };
        if let Some(said) = said {
            return Ok(Some((span, said)));
        }
        if node.kind() == Kind::comment {
            return Ok(None);
        }
    }
    Ok(keyword(parsed, offset))
}

fn of_quantity(written: &str) -> Option<String> {
    if written.contains("..") {
        let range = Range::parse(written).ok()?;
        return Some(format!(
            "`{written}`: from {} to {}, a {}",
            in_base(&range.low),
            in_base(&range.high),
            range.dimension().name()
        ));
    }
    let quantity = Quantity::parse(written).ok()?;
    Some(format!(
        "`{written}` is {}, a {}",
        in_base(&quantity),
        quantity.dimension.name()
    ))
}

/// A quantity in the base unit of its dimension.
fn in_base(quantity: &Quantity) -> String {
    let value = quantity
        .value
        .to_decimal()
        .unwrap_or_else(|| quantity.value.to_string());
    let unit = quantity.dimension.base_unit();
    format!("**{value}** {unit}").trim_blanks_end().to_owned()
}

/// What a word of the language is for.
fn keyword(parsed: &Parsed, offset: u32) -> Option<(Span, String)> {
    let text = parsed.text();
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let at = offset as usize;
    let start = text[..at]
        .rfind(|letter| !is_word(letter))
        .map_or(0, |before| {
            before + text[before..].chars().next().map_or(1, char::len_utf8)
        });
    let end = text[at..]
        .find(|letter| !is_word(letter))
        .map_or(text.len(), |length| at + length);
    let word = &text[start..end];
    if word.is_empty() {
        return None;
    }
    let here = place(parsed, start as u32);
    if here.inside != super::place::Inside::Code {
        return None;
    }
    let about = words::about(word, here.head())?;
    let span = Span::new(parsed.file.source, start as u32, end as u32);
    Some((span, format!("**{word}**: {about}")))
}
