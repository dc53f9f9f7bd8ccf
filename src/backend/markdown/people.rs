//! Who: people, escalation, channels and the messages that go through them.

use serde_json::{Value, json};

use super::Renderer;
use super::inline::{anchor, cell_code, code, fence, text, words};
use super::items::capital;
use crate::plan::Work;

impl Renderer<'_> {
    pub fn escalation(&self) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind("escalation")
            .map(|node| {
                let mut rows = Vec::new();
                let mut notes = Vec::new();
                for child in &node.children {
                    match &child.work {
                        Work::Escalate {
                            severity,
                            roles,
                            delay,
                            via,
                        } => {
                            let mut what = capital(&words(severity).replace('-', " "));
                            if !child.title.is_empty() {
                                what.push_str(&format!(" ({})", text(&child.title)));
                            }
                            rows.push(json!({
                                "anchor": anchor(&child.id),
                                "severity": what,
                                "who": self.say.roles(roles),
                                "delay": delay.as_ref().map_or_else(|| "at once".to_owned(), |delay| format!("after {delay}")),
                                "via": via.iter().map(|way| words(way)).collect::<Vec<_>>().join(", "),
                            }));
                        }
                        _ => notes.push(self.item(child)?),
                    }
                }
                Ok(json!({
                    "anchor": anchor(&node.id),
                    "title": text(&node.title),
                    "rows": rows,
                    "notes": notes,
                }))
            })
            .collect()
    }

    pub fn people(&self) -> Vec<Value> {
        self.plan
            .roles
            .iter()
            .map(|role| {
                let contacts: Vec<String> = role
                    .contacts
                    .iter()
                    .map(|contact| match contact.kind.as_str() {
                        "" => cell_code(&contact.address.to_string()),
                        kind => format!(
                            "{}: {}",
                            words(kind),
                            cell_code(&contact.address.to_string())
                        ),
                    })
                    .collect();
                let people: Vec<String> = role.people.iter().map(text).collect();
                json!({
                    "role": self.say.role(&role.name),
                    "people": people.join(", "),
                    "contacts": contacts.join("<br>"),
                })
            })
            .collect()
    }

    pub fn channels(&self) -> Vec<Value> {
        self.plan
            .channels
            .iter()
            .map(|channel| {
                json!({
                    "name": words(&channel.name),
                    "kind": words(&channel.kind),
                    "address": cell_code(&channel.address.to_string()),
                })
            })
            .collect()
    }

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
                            true => words(&field.name),
                            false => text(&field.title),
                        };
                        let default = field
                            .default
                            .as_deref()
                            .map(|default| format!(", {} if nothing else is said", words(default)))
                            .unwrap_or_default();
                        format!(
                            "{}: {what} ({}{default})",
                            code(&format!("{{{}}}", field.name)),
                            words(&field.kind)
                        )
                    })
                    .collect();
                json!({
                    "anchor": format!("message/{}", anchor(&message.name)),
                    "title": match message.title.is_empty() {
                        true => capital(&words(&message.name).replace('-', " ")),
                        false => text(&message.title),
                    },
                    "subject": text(&message.subject),
                    "body": fence(&message.body.to_string(), "text"),
                    "fields": fields,
                })
            })
            .collect()
    }
}
