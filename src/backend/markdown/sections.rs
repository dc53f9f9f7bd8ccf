//! The runbook as a whole: its head, what to do when it goes wrong, the work, what surrounds it.

use serde_json::{Value, json};

use super::Renderer;
use crate::backend::runbook::{Rule, anchor};
use crate::plan::Work;

impl Renderer<'_> {
    /// The whole document.
    pub fn runbook(&self) -> Result<String, String> {
        let plan = self.plan;
        let mut work = Vec::new();
        let mut after_rollback = Vec::new();
        for node in &plan.nodes {
            if matches!(node.work, Work::Phase | Work::Gate) {
                let rendered = self.stretch(node, 2)?;
                match node.follows_rollback() {
                    true => after_rollback.push(rendered),
                    false => work.push(rendered),
                }
            }
        }
        let stretches = |kind: &str| -> Result<Vec<String>, String> {
            plan.of_kind(kind)
                .map(|node| self.stretch(node, 3))
                .collect()
        };
        let data = json!({
            "title": self.say.markup.text(&plan.deployment.title),
            "head": self.say.head(),
            "notes": plan.deployment.notes.iter().map(|note| self.say.markup.prose(note)).collect::<Vec<_>>(),
            "wrong": self.say.goes_wrong(),
            "trouble": self.say.trouble(),
            "on_failure": (!plan.deployment.on_failure.is_empty())
                .then(|| self.say.actions(&plan.deployment.on_failure)),
            "timeline": self.say.timeline(),
            "graph": self.picture.map(str::to_owned).or_else(|| self.graph()),
            "inputs": self.say.inputs(),
            "work": work,
            "severities": self.severities()?,
            "alerts": self.alerts()?,
            "rollbacks": stretches("rollback")?,
            "after_rollback": after_rollback,
            "procedures": stretches("procedure")?,
            "monitors": stretches("monitor")?,
            "success": self.criteria("success")?,
            "failure": self.criteria("failure")?,
            "escalation": self.escalation()?,
            "people": self.say.people(),
            "channels": self.say.channels(),
            "messages": self.say.messages(),
            "recovery": self.of_kinds(&["objective", "backup"])?,
            "freezes": self.of_kinds(&["freeze"])?,
            "baselines": self.baselines()?,
            "metrics": self.say.metrics(),
            "references": self.criteria("reference")?,
        });
        self.render("runbook", &data)
    }

    /// The decision table: what must be seen, and what is done then.
    fn severities(&self) -> Result<Vec<Value>, String> {
        self.say
            .severities()
            .into_iter()
            .map(|rule| self.rule(rule))
            .collect()
    }

    fn alerts(&self) -> Result<Vec<Value>, String> {
        self.say
            .alerts()
            .into_iter()
            .map(|rule| self.rule(rule))
            .collect()
    }

    fn rule(&self, rule: Rule<'_>) -> Result<Value, String> {
        let reasons: Vec<String> = rule
            .reasons
            .iter()
            .map(|reason| match &reason.anchor {
                Some(anchor) => format!("<a id=\"{anchor}\"></a>{}", reason.what),
                None => reason.what.clone(),
            })
            .collect();
        Ok(json!({
            "anchor": rule.anchor,
            "title": rule.title,
            "reasons": reasons.join("<br>"),
            "then": rule.then,
            "more": self.list(rule.rest.into_iter())?,
        }))
    }

    fn escalation(&self) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind("escalation")
            .map(|node| {
                let (rows, rest) = self.say.escalation(node);
                let notes = rest
                    .into_iter()
                    .map(|node| self.item(node))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(json!({
                    "anchor": anchor(&node.id),
                    "title": self.say.markup.text(&node.title),
                    "rows": rows,
                    "notes": notes,
                }))
            })
            .collect()
    }

    /// Verdicts and appendices: their titles and items.
    fn criteria(&self, kind: &str) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind(kind)
            .map(|node| {
                Ok(json!({
                    "anchor": anchor(&node.id),
                    "title": self.say.markup.text(&node.title),
                    "items": self.items(&node.children)?,
                }))
            })
            .collect()
    }

    fn of_kinds(&self, kinds: &[&str]) -> Result<Vec<String>, String> {
        self.plan
            .nodes
            .iter()
            .filter(|node| kinds.contains(&node.work.kind()))
            .map(|node| self.item(node))
            .collect()
    }

    fn baselines(&self) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind("baseline")
            .map(|node| {
                Ok(json!({
                    "anchor": anchor(&node.id),
                    "title": self.say.heading(node),
                    "items": self.items(&node.children)?,
                }))
            })
            .collect()
    }
}
