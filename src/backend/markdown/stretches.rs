//! Phases and gates: a heading, what is known of it, and what is done in it.

use serde_json::{Value, json};

use super::Renderer;
use crate::backend::runbook::anchor;
use crate::plan::Node;

impl Renderer<'_> {
    /// A phase, a gate, a rollback, a procedure or a monitor under a heading of this level.
    pub fn stretch(&self, node: &Node, level: usize) -> Result<String, String> {
        let stretch = self.say.stretch(node, level);
        let required: Vec<Value> = stretch
            .required
            .iter()
            .map(|row| {
                json!({
                    "anchor": row.anchor(),
                    "what": row.what,
                    "bound": row.bound,
                    "met": match (row.heading, row.node.done) {
                        (true, _) => "",
                        (false, true) => "☑",
                        (false, false) => "☐",
                    },
                })
            })
            .collect();
        let approvals: Vec<Value> = stretch
            .approvals
            .iter()
            .map(|row| {
                json!({
                    "anchor": row.first.then(|| anchor(&row.node.id)),
                    "what": row.what,
                    "role": row.role,
                    "note": row.note,
                })
            })
            .collect();
        let otherwise = match stretch.otherwise {
            None => Value::Null,
            Some(node) => json!({
                "anchor": anchor(&node.id),
                "items": self.items(&node.children)?,
            }),
        };
        let back = self.say.back(node);
        let taken_back = (back.steps.iter())
            .map(|step| self.taken_back(step))
            .collect::<Result<Vec<String>, String>>()?;
        let mut below = Vec::new();
        for part in stretch.parts {
            below.push(self.stretch(part, level + 1)?);
        }
        let parts = json!({
            "marks": "#".repeat(level),
            "anchor": anchor(&node.id),
            "title": self.say.called(node),
            "kind": node.work.kind(),
            "about": stretch.about,
            "back": taken_back.join("\n"),
            "back_as": &back.as_in,
            "goes_back": back.is_any(),
            "stays": back.stays,
            "required": required,
            "bounded": stretch.required.iter().any(|one| !one.bound.is_empty()),
            "approvals": approvals,
            "items": self.list(stretch.items.into_iter())?,
            "otherwise": otherwise,
            "otherwise_line": match node.otherwise.is_empty() {
                true => Value::Null,
                false => json!(self.say.actions(&node.otherwise)),
            },
            "parts": below,
        });
        self.render("stretch", &parts)
    }
}
