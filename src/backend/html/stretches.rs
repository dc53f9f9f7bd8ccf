//! Phases, gates, rollbacks, procedures and monitors: a section, with its clock and its progress.

use serde_json::{Value, json};

use super::Renderer;
use crate::backend::runbook::anchor;
use crate::plan::Node;

impl Renderer<'_> {
    /// A stretch of work under a heading of this level.
    pub fn stretch(&self, node: &Node, level: usize) -> Result<String, String> {
        let stretch = self.say.stretch(node, level);
        let required: Vec<Value> = stretch
            .required
            .iter()
            .map(|row| {
                json!({
                    "id": row.anchor(),
                    "what": row.what,
                    "bound": row.bound,
                    "heading": row.heading,
                    "done": row.node.done,
                })
            })
            .collect();
        let approvals: Vec<Value> = stretch
            .approvals
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let id = anchor(&row.node.id);
                let mut key = format!("{id}#{}", anchor(row.name));
                // Two of one role may have to sign.
                let before = stretch.approvals[..index]
                    .iter()
                    .filter(|other| other.node.id == row.node.id && other.name == row.name)
                    .count();
                if before > 0 {
                    key.push_str(&format!("/{}", before + 1));
                }
                json!({
                    "anchor": row.first.then_some(&id),
                    "key": key,
                    "what": row.what,
                    "role": row.role,
                    "note": row.note,
                })
            })
            .collect();
        let otherwise = match stretch.otherwise {
            None => Value::Null,
            Some(node) => json!({
                "id": anchor(&node.id),
                "items": self.list(&node.children)?,
            }),
        };
        let back = self.say.back(node);
        let taken_back = (back.steps.iter())
            .map(|step| self.taken_back(step))
            .collect::<Result<String, _>>()?;
        let parts = stretch
            .parts
            .iter()
            .map(|part| self.stretch(part, level + 1))
            .collect::<Result<String, _>>()?;
        self.render(
            "html-stretch",
            &json!({
                "id": anchor(&node.id),
                "tag": format!("h{}", level.min(6)),
                "top": level == 2,
                "kind": node.work.kind(),
                "title": self.say.called(node),
                "about": stretch.about,
                "back": taken_back,
                "back_as": &back.as_in,
                "goes_back": back.is_any(),
                "stays": back.stays,
                "required": required,
                "items": self.list(stretch.items)?,
                "approvals": approvals,
                "otherwise_line": match node.otherwise.is_empty() {
                    true => Value::Null,
                    false => json!(self.say.actions(&node.otherwise)),
                },
                "otherwise": otherwise,
                "parts": parts,
            }),
        )
    }
}
