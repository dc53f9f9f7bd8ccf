//! Nodes as items of a list: a box to tick, a blank to fill in, a command to copy.

use serde_json::{Value, json};

use super::Renderer;
use crate::backend::runbook::{About, Blank, TakenBack, anchor, visible};
use crate::plan::{Interval, Node, ValueType, Work};

impl Renderer<'_> {
    /// The items of several nodes.
    pub fn list<'n>(&self, nodes: impl IntoIterator<Item = &'n Node>) -> Result<String, String> {
        nodes
            .into_iter()
            .map(|node| self.item(node, None))
            .collect()
    }

    /// One node as an item, with its children inside. Of the options of a choice, which has the
    /// `group` for its anchor, one at most can be taken.
    fn item(&self, node: &Node, group: Option<&str>) -> Result<String, String> {
        let id = anchor(&node.id);
        let item = self.say.item(node);
        let inner = (node.work == Work::Choose).then_some(id.as_str());
        let children = node
            .children
            .iter()
            .map(|child| {
                let option = child.work == Work::Option;
                self.item(child, inner.filter(|_| option))
            })
            .collect::<Result<String, _>>()?;
        let (record, approval) = match &item.blank {
            None => (Value::Null, Value::Null),
            Some(Blank::Record {
                value,
                unit,
                target,
            }) => {
                let mut record = control(value);
                record["unit"] = json!(unit.map(|unit| self.say.markup.words(unit)));
                record["target"] = json!(target);
                (record, Value::Null)
            }
            Some(Blank::Approval { not }) => (Value::Null, json!({ "not": not })),
        };
        let (period, log) = match &node.work {
            Work::Every { interval } => match interval {
                Interval::Period(period) => (period.value.to_decimal(), true),
                Interval::Event(_) => (None, true),
            },
            _ => (None, false),
        };
        let copy = match &node.work {
            Work::Notify { notice, .. } if !notice.text.is_empty() => {
                json!(visible(&notice.text.to_string()))
            }
            _ => Value::Null,
        };
        let kept = match &node.work {
            Work::Run { capture, .. } => json!(capture),
            _ => Value::Null,
        };
        let block = |command: &crate::plan::Command| {
            self.say.markup.block(&command.text, &command.language)
        };
        self.render(
            "html-item",
            &json!({
                "id": id,
                "kind": node.work.kind(),
                "done": node.done,
                "tick": item.tick && item.blank.is_none(),
                "group": group,
                "line": item.line,
                "then": item.then,
                "about": self.say.about(node),
                "note": item.note.map(|note| self.say.markup.prose(note)),
                "command": item.command.map(block),
                "undo": item.undo.map(block),
                "facts": item.facts_without(About::Undo),
                "holds": item.holds,
                "record": record,
                "approval": approval,
                "kept": kept,
                "copy": copy,
                "log": log,
                "period": period,
                "otherwise": match node.otherwise.is_empty() {
                    true => Value::Null,
                    false => json!(self.say.actions(&node.otherwise)),
                },
                "children": children,
            }),
        )
    }
}

impl Renderer<'_> {
    /// What a rollback undoes, as an item.
    pub fn taken_back(&self, step: &TakenBack<'_>) -> Result<String, String> {
        let block = |command: &crate::plan::Command| {
            self.say.markup.block(&command.text, &command.language)
        };
        self.render(
            "html-item",
            &json!({
                "id": step.key,
                "kind": "run",
                "done": false,
                "tick": true,
                "group": null,
                "line": step.line,
                "then": null,
                "about": [],
                "note": null,
                "command": step.undo.map(block),
                "undo": null,
                "facts": step.needs.as_slice(),
                "holds": [],
                "record": null,
                "approval": null,
                "kept": null,
                "copy": null,
                "log": false,
                "period": null,
                "otherwise": null,
                "children": "",
            }),
        )
    }
}

/// How a value is filled in: the type of an input, or the choices.
fn control(value: &ValueType) -> Value {
    let input = |kind: &str, mode: &str| json!({ "type": kind, "mode": mode, "choices": null });
    match value {
        ValueType::Number => input("text", "decimal"),
        ValueType::Text | ValueType::Person => input("text", "text"),
        ValueType::Date => input("date", "text"),
        ValueType::Time => input("time", "text"),
        ValueType::YesNo => json!({ "type": null, "mode": null, "choices": ["yes", "no"] }),
        ValueType::Choice(choices) => {
            let choices: Vec<String> = choices
                .iter()
                .map(|choice| visible(choice).into_owned())
                .collect();
            json!({ "type": null, "mode": null, "choices": choices })
        }
    }
}
