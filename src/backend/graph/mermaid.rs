//! Mermaid. Ids are made of letters, digits and `_` alone; of a label everything is written as a
//! numbered entity that could mean something to Mermaid, to Markdown or to HTML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::chart::{Chart, Item, Shape};
use crate::plan::EdgeKind;
use crate::source::is_hidden;

pub(super) fn write(chart: &Chart) -> String {
    let names = names(chart);
    let mut out = String::from("flowchart TD\n");
    let mut critical: Vec<&str> = Vec::new();
    let tied = chart
        .ties
        .iter()
        .map(|tie| (tie.from.as_str(), tie.to.as_str()))
        .collect();
    for item in &chart.items {
        node(&mut out, item, &names, 1, &tied, &mut critical);
    }
    for tie in &chart.ties {
        let arrow = match tie.kind {
            EdgeKind::Sequence => "-->",
            EdgeKind::After => "-->|after|",
            EdgeKind::Guards => "-.->|guards|",
            EdgeKind::Undoes => "-.->|undoes|",
        };
        let ends = names.get(tie.from.as_str()).zip(names.get(tie.to.as_str()));
        if let Some((from, to)) = ends {
            let _ = writeln!(out, "  {from} {arrow} {to}");
        }
    }
    if !critical.is_empty() {
        out.push_str("  classDef critical stroke:#c0392b,stroke-width:3px\n");
        let _ = writeln!(out, "  class {} critical", critical.join(","));
    }
    out
}

fn node<'a>(
    out: &mut String,
    item: &Item,
    names: &'a BTreeMap<&str, String>,
    depth: usize,
    tied: &BTreeSet<(&str, &str)>,
    critical: &mut Vec<&'a str>,
) {
    let Some(name) = names.get(item.id.as_str()) else {
        return;
    };
    if item.critical {
        critical.push(name);
    }
    let indent = "  ".repeat(depth);
    let mut label = escape(&item.label);
    if !item.detail.is_empty() {
        label.push_str("<br/>");
        label.push_str(&escape(&item.detail));
    }
    if item.children.is_empty() {
        let (open, close) = match item.shape {
            Shape::Stretch => ("[[", "]]"),
            Shape::Decision => ("{{", "}}"),
            Shape::Check => ("(", ")"),
            Shape::Command => ("[", "]"),
            Shape::Traffic => ("[/", "/]"),
            Shape::Wait => ("([", "])"),
            Shape::Notice => (">", "]"),
            Shape::Rule => ("[\\", "\\]"),
            Shape::WayBack => ("[(", ")]"),
        };
        let _ = writeln!(out, "{indent}{name}{open}\"{label}\"{close}");
        return;
    }
    let _ = writeln!(out, "{indent}subgraph {name}[\"{label}\"]");
    for child in &item.children {
        node(out, child, names, depth + 1, tied, critical);
    }
    // Without a tie Mermaid sets nodes side by side; this keeps them in the order written.
    for pair in item.children.windows(2) {
        let ends = names
            .get(pair[0].id.as_str())
            .zip(names.get(pair[1].id.as_str()));
        if let Some((above, below)) = ends
            && !tied.contains(&(pair[0].id.as_str(), pair[1].id.as_str()))
        {
            let _ = writeln!(out, "{indent}  {above} ~~~ {below}");
        }
    }
    let _ = writeln!(out, "{indent}end");
}

/// Mermaid's name for each node: its id with `_` for `-` and `__` for `/`. The `n_` before it keeps
/// Mermaid's own words away.
fn names(chart: &Chart) -> BTreeMap<&str, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for id in chart.ids() {
        let mut name = String::from("n_");
        for character in id.chars() {
            match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' => name.push(character),
                '-' => name.push('_'),
                '/' => name.push_str("__"),
                other => {
                    let _ = write!(name, "_{:x}_", u32::from(other));
                }
            }
        }
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        names.insert(id, name);
    }
    names
}

/// A label between quotes. What can't be seen is a blank; a number or a dash at the beginning is no list.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut listed = true;
    for character in text.trim().chars() {
        let plain = match character {
            'a'..='z' | 'A'..='Z' | ' ' | ',' | '/' | '=' | '?' => true,
            '0'..='9' => {
                out.push(character);
                continue;
            }
            '.' | '-' | '+' | ')' => !listed,
            '(' | ':' => true,
            other => !other.is_ascii() && !is_hidden(other) && !other.is_whitespace(),
        };
        listed = false;
        if plain {
            out.push(character);
        } else if character.is_whitespace() || is_hidden(character) {
            out.push(' ');
        } else {
            let _ = write!(out, "#{};", u32::from(character));
        }
    }
    if out.is_empty() {
        out.push(' ');
    }
    out
}
