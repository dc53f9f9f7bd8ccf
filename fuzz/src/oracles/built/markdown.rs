//! The Markdown runbook as a reader of it sees it: tables have their columns, links lead somewhere, and
//! there is no HTML but anchors.

use std::collections::BTreeSet;

use deployc::plan::{Node, Plan, Work};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::pictures;
use crate::oracles::{Failure, failure};

pub fn holds(plan: &Plan, text: &str) -> Result<(), Failure> {
    let anchors: Vec<&str> = text
        .split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let known: BTreeSet<&str> = anchors.iter().copied().collect();
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut diagram: Option<String> = None;
    let mut rows: Option<usize> = None;
    let mut open = 0usize;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                let place = dest_url.strip_prefix('#');
                if place.is_some_and(|place| !known.contains(place)) {
                    return Err(failure("markdown: a link leads nowhere", dest_url.as_ref()));
                }
                let scheme = dest_url
                    .split_once(':')
                    .map(|(scheme, _)| scheme.to_ascii_lowercase());
                if scheme.is_some_and(|scheme| {
                    matches!(scheme.as_str(), "javascript" | "data" | "vbscript")
                }) {
                    return Err(failure(
                        "markdown: a link that runs something",
                        dest_url.as_ref(),
                    ));
                }
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                let own = html.trim();
                let anchor =
                    own.starts_with("<a id=\"") || own == "</a>" || own == "<br>" || own.is_empty();
                if !anchor {
                    return Err(failure("markdown: HTML", own));
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                open += 1;
                if language.as_ref() == "mermaid" && rows.is_none() {
                    diagram = Some(String::new());
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                open = open.saturating_sub(1);
                if let Some(diagram) = diagram.take()
                    && diagram.starts_with("flowchart")
                {
                    pictures::mermaid(&diagram)?;
                }
            }
            Event::Text(words) => {
                if let Some(diagram) = &mut diagram {
                    diagram.push_str(&words);
                }
            }
            Event::Start(Tag::Table(columns)) => rows = Some(columns.len()),
            Event::End(TagEnd::Table) => rows = None,
            Event::Start(Tag::TableRow) => {
                let row = text.get(range).unwrap_or_default();
                let cells = cells(row);
                if rows.is_some_and(|columns| columns != cells) {
                    return Err(failure(
                        "markdown: a row of a table has other columns",
                        format!("{rows:?} / {cells}: {row}"),
                    ));
                }
            }
            _ => {}
        }
    }
    if anchors.len() != known.len() {
        let mut once = BTreeSet::new();
        let twice = anchors.iter().find(|anchor| !once.insert(**anchor));
        return Err(failure(
            "markdown: an anchor stands twice",
            format!("{twice:?}"),
        ));
    }
    for node in plan
        .nodes
        .iter()
        .filter(|node| !is_test(node))
        .flat_map(Node::walk)
    {
        if !known.contains(node.id.as_str()) {
            return Err(failure(
                format!("markdown: a {} is not in it", node.work.kind()),
                &node.id,
            ));
        }
    }
    Ok(())
}

fn is_test(node: &Node) -> bool {
    matches!(node.work, Work::Test { .. })
}

/// The cells of a row: what stands between bars that are not escaped. A reader of tables looks at the one
/// character before a bar alone: a backslash there escapes it, though another one stands before that.
fn cells(row: &str) -> usize {
    let row = row.trim().trim_start_matches('>').trim();
    let escaped = |at: usize| row[..at].ends_with('\\');
    let bars = row.match_indices('|').filter(|(at, _)| !escaped(*at));
    bars.count().saturating_sub(1)
}
