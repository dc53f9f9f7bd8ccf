//! Nodes as items of a list.

use serde_json::{Value, json};

use super::Renderer;
use super::inline::{fence, hang, words};
use super::prose::prose;
use crate::backend::runbook::{Blank, Item, TakenBack, anchor};
use crate::plan::{Node, ValueType};

/// A box to tick.
const OPEN: &str = "[ ] ";

impl Renderer<'_> {
    /// The items of several nodes, one below the other.
    pub fn items(&self, nodes: &[Node]) -> Result<String, String> {
        self.list(nodes.iter())
    }

    /// The items of several nodes, one below the other.
    pub fn list<'n>(&self, nodes: impl Iterator<Item = &'n Node>) -> Result<String, String> {
        let items = nodes
            .map(|node| self.item(node))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(items.join("\n"))
    }

    /// One node as an item; its children stand below it, moved to the right.
    pub fn item(&self, node: &Node) -> Result<String, String> {
        let item = self.say.item(node);
        let tick = match (item.tick, node.done) {
            (true, true) => "[x] ",
            (true, false) => OPEN,
            (false, _) => "",
        };
        let facts: Vec<&str> = item.facts.iter().map(|fact| fact.words.as_str()).collect();
        let undo = item.undo.filter(|undo| undo.text.contains('\n'));
        let body = self.render(
            "item",
            &json!({
                "tick": tick,
                "anchor": anchor(&node.id),
                "line": line(&item),
                "about": self.say.about(node),
                "otherwise_then": item.then,
                "code": item.command.map(|command| fence(&command.text, &command.language)),
                // One below the other they would flow together into one paragraph.
                "many": facts.len() > 1,
                "facts": facts,
                "undo": undo.map(|undo| fence(&undo.text, &undo.language)),
                "while": item.holds,
                "otherwise": match node.otherwise.is_empty() {
                    true => Value::Null,
                    false => json!(self.say.actions(&node.otherwise)),
                },
                "children": self.items(&node.children)?,
            }),
        )?;
        Ok(listed(&body))
    }
}

impl Renderer<'_> {
    /// What a rollback undoes, as an item.
    pub fn taken_back(&self, step: &TakenBack<'_>) -> Result<String, String> {
        let body = self.render(
            "item",
            &json!({
                "tick": OPEN,
                "anchor": step.key,
                "line": step.line,
                "about": [],
                "otherwise_then": null,
                "code": step.undo.map(|undo| fence(&undo.text, &undo.language)),
                "many": false,
                "facts": step.needs.as_slice(),
                "undo": null,
                "while": [],
                "otherwise": null,
                "children": "",
            }),
        )?;
        Ok(listed(&body))
    }
}

/// What was rendered, as an item of a list.
fn listed(body: &str) -> String {
    let lines: Vec<&str> = body.trim().lines().map(str::trim_end).collect();
    let mut body = lines.join("\n");
    // A box counts as ticked for cmark-gfm (0.29) where `[x]` stands anywhere on its line.
    let end = body.find('\n').unwrap_or(body.len());
    let line = &body[..end];
    if line.starts_with(OPEN) && (line.contains("[x]") || line.contains("[X]")) {
        body = body.replacen("</a>", "</a>\n", 1);
    }
    format!("- {}", hang(&body, 2))
}

/// The line of an item, with what is filled in by hand.
fn line(item: &Item<'_>) -> String {
    if let Some(note) = item.note {
        let words = prose(note);
        // A fence, list or table begins a line of its own.
        return match words.begins_with_words {
            true => words.text,
            false => format!("\n\n{}", words.text),
        };
    }
    match &item.blank {
        None => item.line.clone(),
        Some(Blank::Approval { not }) => {
            let not = not
                .as_ref()
                .map(|not| format!(", not {not}"))
                .unwrap_or_default();
            format!("{} ____________ (date: ________){not}", item.line)
        }
        Some(Blank::Record {
            value,
            unit,
            target,
        }) => {
            let target = target
                .as_ref()
                .map(|target| format!(" (target {target})"))
                .unwrap_or_default();
            let room = room(value, unit.unwrap_or_default());
            let colon = if item.line.ends_with('?') { "" } else { ":" };
            format!("{}{colon} {}{target}", item.line, room.trim())
        }
    }
}

/// Room for a value on paper.
fn room(value: &ValueType, unit: &str) -> String {
    match value {
        ValueType::Number => format!("________ {}", words(unit)),
        ValueType::Text => "________________".to_owned(),
        ValueType::Date => "____-__-__".to_owned(),
        ValueType::Time => "__:__".to_owned(),
        ValueType::YesNo => "☐ yes ☐ no".to_owned(),
        ValueType::Person => "____________ (name)".to_owned(),
        ValueType::Choice(choices) => choices
            .iter()
            .map(|choice| format!("☐ {}", words(choice)))
            .collect::<Vec<_>>()
            .join(" "),
    }
}
