//! Graphviz. Every outermost item is one node, a table with a row for each item inside it, so that
//! a phase of twenty steps stays a box that can be read. Of a text everything is an entity that
//! could mean something to DOT or to the HTML-like language of its labels.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::chart::{Chart, Item, Shape, Tie};
use crate::plan::EdgeKind;
use crate::source::is_hidden;

pub(super) fn write(chart: &Chart) -> String {
    let mut out = format!("digraph \"{}\" {{\n", escape(&chart.title));
    out.push_str("  rankdir=TB\n");
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, shape=plain]\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9]\n");
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for item in &chart.items {
        for (_, inside) in item.walk() {
            owners.insert(&inside.id, &item.id);
        }
        node(&mut out, item);
    }
    for tie in &chart.ties {
        edge(&mut out, tie, &owners);
    }
    out.push_str("}\n");
    out
}

fn node(out: &mut String, item: &Item) {
    let (fill, border) = match item.shape {
        Shape::Decision => ("#e6f6ff", "#2b6cb0"),
        Shape::Traffic => ("#e3f9e5", "#2f855a"),
        Shape::Rule => ("#fffbea", "#b7791f"),
        Shape::WayBack => ("#fff5f5", "#c0392b"),
        Shape::Stretch | Shape::Check | Shape::Command | Shape::Wait | Shape::Notice => {
            ("#f0f4f8", "#829ab1")
        }
    };
    let (border, width) = if item.critical {
        ("#c0392b", 3)
    } else {
        (border, 1)
    };
    let _ = writeln!(
        out,
        "  \"{}\" [label=<<table border=\"{width}\" cellborder=\"0\" cellspacing=\"0\" \
         cellpadding=\"3\" color=\"{border}\" bgcolor=\"{fill}\" style=\"rounded\">",
        escape(&item.id)
    );
    let _ = writeln!(
        out,
        "    <tr><td align=\"left\"><b>{}</b></td></tr>",
        escape(&item.label)
    );
    if !item.detail.is_empty() {
        let _ = writeln!(
            out,
            "    <tr><td align=\"left\"><font point-size=\"9\">{}</font></td></tr>",
            escape(&item.detail)
        );
    }
    for (depth, row) in item.walk().into_iter().skip(1) {
        let mut words = escape(&row.label);
        if !row.detail.is_empty() {
            let _ = write!(words, " · {}", escape(&row.detail));
        }
        let _ = writeln!(
            out,
            "    <tr><td align=\"left\" port=\"{}\">{}{} {words}</td></tr>",
            escape(&row.id),
            "&#160;&#160;".repeat(depth - 1),
            mark(row.shape),
        );
    }
    out.push_str("  </table>>]\n");
}

fn mark(shape: Shape) -> &'static str {
    match shape {
        Shape::Stretch => "▣",
        Shape::Decision => "◆",
        Shape::Check => "☐",
        Shape::Command => "▸",
        Shape::Traffic => "⇄",
        Shape::Wait => "◷",
        Shape::Notice => "✉",
        Shape::Rule => "!",
        Shape::WayBack => "↶",
    }
}

/// Writes an edge between two nodes. Within one node the rows stand in order, which says enough.
fn edge(out: &mut String, tie: &Tie, owners: &BTreeMap<&str, &str>) {
    let end = |id: &str| -> Option<(String, String)> {
        let owner = *owners.get(id)?;
        let port = if owner == id {
            String::new()
        } else {
            format!(":\"{}\"", escape(id))
        };
        Some((owner.to_owned(), format!("\"{}\"{port}", escape(owner))))
    };
    let (Some((from_owner, from)), Some((to_owner, to))) = (end(&tie.from), end(&tie.to)) else {
        return;
    };
    if from_owner == to_owner {
        return;
    }
    let mut attributes = match tie.kind {
        EdgeKind::Sequence => Vec::new(),
        EdgeKind::After => vec!["label=\"after\""],
        EdgeKind::Guards => vec![
            "label=\"guards\"",
            "style=dashed",
            "color=\"#b7791f\"",
            "constraint=false",
        ],
        EdgeKind::Undoes => vec![
            "label=\"undoes\"",
            "style=dashed",
            "color=\"#c0392b\"",
            "constraint=false",
        ],
    };
    if tie.critical {
        attributes.extend(["color=\"#c0392b\"", "penwidth=2.5"]);
    }
    let attributes = if attributes.is_empty() {
        String::new()
    } else {
        format!(" [{}]", attributes.join(", "))
    };
    let _ = writeln!(out, "  {from} -> {to}{attributes}");
}

/// Text in a label or between quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '"' | '\\' | '&' | '<' | '>' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            other if other.is_whitespace() || is_hidden(other) => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
