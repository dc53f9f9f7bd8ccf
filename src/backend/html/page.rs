//! The page as a whole: its head, its clock, the work, what surrounds it.

use serde_json::{Value, json};

use super::Renderer;
use super::marks::block;
use super::{SCRIPT, STYLE, embedded, policy};
use crate::backend::graph::{Form, View, chart};
use crate::backend::runbook::{Reason, Rule, anchor, visible};
use crate::backend::timeline;
use crate::plan::{Message, Node, Piece, Work};

/// More than this many stretches of work are not drawn: nobody could read the picture.
const MOST_DRAWN: usize = 60;

impl Renderer<'_> {
    /// The whole page.
    pub fn page(&self, stem: &str) -> Result<String, String> {
        let plan = self.plan;
        let head = &plan.deployment;
        let stretches = |wanted: &dyn Fn(&Node) -> bool, level: usize| -> Result<String, String> {
            let chosen = plan.nodes.iter().filter(|node| wanted(node));
            chosen.map(|node| self.stretch(node, level)).collect()
        };
        let work = |node: &Node| matches!(node.work, Work::Phase | Work::Gate);
        let notes: Vec<String> = head
            .notes
            .iter()
            .map(|note| self.say.markup.prose(note))
            .collect();
        self.render(
            "html-page",
            &json!({
                "policy": policy(),
                "style": STYLE,
                "script": SCRIPT,
                "plan": embedded(&self.for_the_script(stem)),
                "name": visible(&head.title.to_string()),
                "title": self.say.markup.text(&head.title),
                "head": self.say.head(),
                "notes": notes,
                "contents": self.contents(),
                "wrong": self.say.goes_wrong(),
                "trouble": self.say.trouble(),
                "on_failure": match head.on_failure.is_empty() {
                    true => Value::Null,
                    false => json!(self.say.actions(&head.on_failure)),
                },
                "timeline": self.timeline(),
                "bars": timeline::timeline(plan).map(|timeline| timeline.svg()),
                "graph": self.graph(),
                "inputs": self.say.inputs(),
                "work": stretches(&|node| work(node) && !node.follows_rollback(), 2)?,
                "after_rollback": stretches(&|node| work(node) && node.follows_rollback(), 2)?,
                "monitors": stretches(&|node| node.work == Work::Monitor, 3)?,
                "rollbacks": stretches(&|node| node.work == Work::Rollback, 3)?,
                "procedures": stretches(&|node| node.work == Work::Procedure, 3)?,
                "severities": self.rules(self.say.severities())?,
                "alerts": self.rules(self.say.alerts())?,
                "success": self.lists("success")?,
                "failure": self.lists("failure")?,
                "escalation": self.escalation()?,
                "people": self.say.people(),
                "channels": self.say.channels(),
                "messages": plan.messages.iter().map(|one| self.message(one)).collect::<Vec<_>>(),
                "recovery": self.of_kinds(&["objective", "backup"])?,
                "freezes": self.of_kinds(&["freeze"])?,
                "baselines": self.lists("baseline")?,
                "metrics": self.say.metrics(),
                "references": self.lists("reference")?,
            }),
        )
    }

    /// What the script knows of the plan: whose boxes these are, when it starts, how long each
    /// stretch is planned to take.
    fn for_the_script(&self, stem: &str) -> Value {
        let head = &self.plan.deployment;
        let stretches: Vec<Value> = self
            .plan
            .walk()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate | Work::Monitor))
            .map(|node| {
                json!({
                    "id": anchor(&node.id),
                    "title": visible(&node.label()),
                    "kind": node.work.kind(),
                    "top": !node.id.contains('/'),
                    "rollback": node.follows_rollback(),
                    "starts": node.schedule.starts_seconds,
                    "ends": node.schedule.ends_seconds,
                    "due": node.schedule.due_seconds,
                })
            })
            .collect();
        json!({
            "spec": visible(stem),
            "title": visible(&head.title.to_string()),
            "version": head.version.as_ref().map(|version| visible(&version.to_string()).into_owned()),
            "starts": head.starts_unix_seconds,
            "zone": head
                .starts
                .as_ref()
                .and_then(|starts| starts.zone())
                .map(|zone| zone.name()),
            "stretches": stretches,
        })
    }

    /// The sections of the work, for the list of contents.
    fn contents(&self) -> Vec<Value> {
        self.plan
            .nodes
            .iter()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate))
            .filter(|node| !node.follows_rollback())
            .map(|node| {
                json!({
                    "id": anchor(&node.id),
                    "title": self.say.called(node),
                    "gate": node.work == Work::Gate,
                })
            })
            .collect()
    }

    fn timeline(&self) -> Vec<Value> {
        let mut rows = self.say.timeline();
        for row in &mut rows {
            let id = row["id"].as_str().map(anchor);
            row["id"] = json!(id);
        }
        rows
    }

    fn graph(&self) -> Option<String> {
        let drawn = self
            .plan
            .nodes
            .iter()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate))
            .count();
        if !(2..=MOST_DRAWN).contains(&drawn) {
            return None;
        }
        chart(self.plan, View::Whole).map(|chart| chart.write(Form::Svg))
    }

    fn rules(&self, rules: Vec<Rule<'_>>) -> Result<Vec<Value>, String> {
        rules
            .into_iter()
            .map(|rule| {
                let reason = |reason: &Reason| json!({ "id": reason.anchor, "what": reason.what });
                Ok(json!({
                    "id": rule.anchor,
                    "title": rule.title,
                    "reasons": rule.reasons.iter().map(reason).collect::<Vec<_>>(),
                    "then": rule.then,
                    "more": self.list(rule.rest)?,
                }))
            })
            .collect()
    }

    /// Verdicts, baselines and appendices: their titles and items.
    fn lists(&self, kind: &str) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind(kind)
            .map(|node| {
                Ok(json!({
                    "id": anchor(&node.id),
                    "title": self.say.markup.text(&node.title),
                    "heading": self.say.heading(node),
                    "items": self.list(&node.children)?,
                }))
            })
            .collect()
    }

    fn of_kinds(&self, kinds: &[&str]) -> Result<String, String> {
        let chosen = |node: &&Node| kinds.contains(&node.work.kind());
        self.list(self.plan.nodes.iter().filter(chosen))
    }

    fn escalation(&self) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind("escalation")
            .map(|node| {
                let (rows, rest) = self.say.escalation(node);
                Ok(json!({
                    "id": anchor(&node.id),
                    "title": self.say.markup.text(&node.title),
                    "rows": rows,
                    "notes": self.list(rest)?,
                }))
            })
            .collect()
    }

    /// A message, with its blanks where they stand.
    fn message(&self, message: &Message) -> Value {
        let markup = self.say.markup;
        let id = format!("message/{}", anchor(&message.name));
        let words = |text: &crate::plan::Text| -> String {
            let mut out = String::new();
            for piece in &text.pieces {
                match piece {
                    Piece::Literal(literal) => {
                        out.push_str(&handlebars::html_escape(&visible(literal)));
                    }
                    Piece::Parameter { parameter } => {
                        let own = message.fields.iter().any(|field| field.name == *parameter);
                        let made = self.say.field_of(parameter);
                        let key = match (own, made) {
                            (true, _) => format!("{id}#{parameter}"),
                            (false, Some(field)) => field,
                            (false, None) => format!("parameter#{parameter}"),
                        };
                        out.push_str(&format!(
                            "<span class=\"blank\" data-blank=\"{}\">{{{}}}</span>",
                            handlebars::html_escape(&key),
                            handlebars::html_escape(parameter)
                        ));
                    }
                }
            }
            out
        };
        let fields: Vec<Value> = message
            .fields
            .iter()
            .map(|field| {
                json!({
                    "key": format!("{id}#{}", field.name),
                    "what": match field.title.is_empty() {
                        true => markup.words(&field.name),
                        false => markup.text(&field.title),
                    },
                    "kind": visible(&field.kind),
                    "default": field.default.as_deref().map(visible),
                })
            })
            .collect();
        json!({
            "id": id,
            "title": match message.title.is_empty() {
                true => self.say.named(&message.name),
                false => markup.text(&message.title),
            },
            "subject": words(&message.subject),
            "body": block(&words(&message.body), "text"),
            "fields": fields,
        })
    }
}
