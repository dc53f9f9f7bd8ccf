//! Who: people, escalation, channels and the messages that go through them.

use serde_json::{Value, json};

use super::anchor;
use super::sentences::Sentences;
use crate::plan::{Node, Work};

impl Sentences<'_> {
    /// The lines of an escalation: `anchor`, `severity`, `who`, `delay`, `via`; and what else stands
    /// in it.
    pub fn escalation<'n>(&self, node: &'n Node) -> (Vec<Value>, Vec<&'n Node>) {
        let markup = self.markup;
        let mut rows = Vec::new();
        let mut rest = Vec::new();
        for child in &node.children {
            match &child.work {
                Work::Escalate {
                    severity,
                    roles,
                    delay,
                    via,
                } => {
                    let mut rules = self.plan.of_kind("severity");
                    let rule = rules.find(|rule| rule.id.rsplit('/').next() == Some(severity));
                    let mut what = match rule {
                        Some(rule) => self.link(&rule.id),
                        None => self.named(severity),
                    };
                    if !child.title.is_empty() {
                        what.push_str(&format!(" ({})", markup.text(&child.title)));
                    }
                    let ways: Vec<String> = via.iter().map(|way| markup.words(way)).collect();
                    rows.push(json!({
                        "anchor": anchor(&child.id),
                        "severity": what,
                        "who": self.roles(roles),
                        "delay": match delay {
                            Some(delay) => format!("after {delay}"),
                            None => "at once".to_owned(),
                        },
                        "via": ways.join(", "),
                    }));
                }
                _ => rest.push(child),
            }
        }
        (rows, rest)
    }

    /// Roles: `role`, `people`, `contacts`.
    pub fn people(&self) -> Vec<Value> {
        self.plan
            .roles
            .iter()
            .map(|role| {
                let contacts: Vec<String> = role
                    .contacts
                    .iter()
                    .map(|contact| match contact.kind.as_str() {
                        "" => self.markup.code(&contact.address.to_string()),
                        kind => format!(
                            "{}: {}",
                            self.markup.words(kind),
                            self.markup.code(&contact.address.to_string())
                        ),
                    })
                    .collect();
                let people: Vec<String> = role
                    .people
                    .iter()
                    .map(|person| self.markup.text(person))
                    .collect();
                json!({
                    "role": self.role(&role.name),
                    "people": people.join(", "),
                    "contacts": contacts.join("<br>"),
                })
            })
            .collect()
    }

    /// Places where people read: `name`, `kind`, `address`.
    pub fn channels(&self) -> Vec<Value> {
        self.plan
            .channels
            .iter()
            .map(|channel| {
                json!({
                    "name": self.markup.words(&channel.name),
                    "kind": self.markup.words(&channel.kind),
                    "address": self.markup.address(&channel.address.to_string()),
                })
            })
            .collect()
    }

    /// Messages: `anchor`, `title`, `subject`, `body`, `fields`.
    pub fn messages(&self) -> Vec<Value> {
        self.plan
            .messages
            .iter()
            .map(|message| {
                let fields: Vec<String> = message
                    .fields
                    .iter()
                    .map(|field| {
                        let what = match field.title.is_empty() {
                            true => self.markup.words(&field.name),
                            false => self.markup.text(&field.title),
                        };
                        let default = field
                            .default
                            .as_deref()
                            .map(|default| {
                                format!(", {} if nothing else is said", self.markup.words(default))
                            })
                            .unwrap_or_default();
                        format!(
                            "{}: {what} ({}{default})",
                            self.markup.code(&format!("{{{}}}", field.name)),
                            self.markup.words(&field.kind)
                        )
                    })
                    .collect();
                json!({
                    "anchor": format!("message/{}", anchor(&message.name)),
                    "title": match message.title.is_empty() {
                        true => self.named(&message.name),
                        false => self.markup.text(&message.title),
                    },
                    "subject": self.markup.text(&message.subject),
                    "body": self.markup.block(&message.body.to_string(), "text"),
                    "fields": fields,
                })
            })
            .collect()
    }
}
