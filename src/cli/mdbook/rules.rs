//! A page for each rule, added to the manual of deployc when it is built: the chapter with the list of
//! the rules names them, and its list leads to them.

use deployc::catalogue::{RULES, rule};
use deployc::diagnostic::Rule;
use deployc::report::Look;
use serde_json::{Value, json};

use super::super::explain;

/// The line of the chapter that asks for the pages. Other readers of the chapter don't see it.
const MARK: &str = "<!-- deployc mdbook: a page for each rule -->";

/// Puts the pages below a chapter that asks for them, and leads its list to them.
pub fn add(chapter: &mut Value) {
    let Some(content) = chapter["content"].as_str() else {
        return;
    };
    if !content.lines().any(|line| line == MARK) {
        return;
    }
    let linked: Vec<String> = content.lines().map(linked).collect();
    let folder = match chapter["path"]
        .as_str()
        .and_then(|path| path.rsplit_once('/'))
    {
        Some((folder, _)) => format!("{folder}/"),
        None => String::new(),
    };
    let mut parents = chapter["parent_names"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    parents.push(chapter["name"].clone());
    let pages = RULES.iter().map(|rule| {
        json!({ "Chapter": {
            "name": format!("{} {}", rule.code, rule.name),
            "content": page(rule),
            "number": null,
            "sub_items": [],
            "path": format!("{folder}{}", path(rule)),
            "source_path": null,
            "parent_names": parents,
        }})
    });
    let pages: Vec<Value> = pages.collect();
    chapter["content"] = Value::String(linked.join("\n") + "\n");
    match chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
        Some(below) => below.extend(pages),
        None => chapter["sub_items"] = Value::Array(pages),
    }
}

/// The page of a rule, from the chapter's folder.
fn path(rule: &Rule) -> String {
    format!("rules/{}.md", rule.name)
}

/// A line of the chapter; one of its list leads to the page of its rule.
fn linked(line: &str) -> String {
    let Some((before, rest)) = line.split_once("</a>") else {
        return line.to_owned();
    };
    match (rest.split_once(": "), rest.split('`').nth(1).and_then(rule)) {
        (Some((name, summary)), Some(rule)) => {
            format!("{before}</a>[{name}]({}): {summary}", path(rule))
        }
        (Some(_) | None, Some(_) | None) => line.to_owned(),
    }
}

/// A fence that the text itself does not close.
fn fence(language: &str, text: &str) -> String {
    let marks = if text.contains("```") { "````" } else { "```" };
    format!("{marks}{language}\n{}\n{marks}", text.trim_end())
}

fn page(rule: &Rule) -> String {
    let why: Vec<&str> = rule
        .page
        .trim_end()
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let mut out = format!(
        "# {} {}\n\n*{}: {}.*\n\n{}\n",
        rule.code,
        rule.name,
        rule.level.name(),
        rule.summary,
        why.join("\n")
    );
    if !rule.bad.trim().is_empty() {
        out.push_str(&format!(
            "\n## A spec that breaks it\n\n{}\n\n## What deployc says\n\n{}\n",
            fence("deploy", rule.bad),
            fence("text", &explain::said_of(rule, Look::default())),
        ));
    }
    if !rule.good.trim().is_empty() {
        out.push_str(&format!(
            "\n## The same spec, fixed\n\n{}\n",
            fence("deploy", rule.good)
        ));
    }
    if rule.allowable {
        out.push_str(&format!(
            "\n## To allow it where it is meant\n\n{}\n",
            fence(
                "text",
                &format!("# deployc: allow({}, reason = \"…\")", rule.name)
            )
        ));
    } else {
        out.push_str("\nIt can't be allowed: what it finds has no meaning otherwise.\n");
    }
    out
}
