//! The runbook as a whole: its head, what to do when it goes wrong, the work, what surrounds it.

use serde_json::{Value, json};

use super::Renderer;
use super::inline::{anchor, cell_code, code, fence, prose, text, words};
use super::items::capital;
use super::sentences::{metric_anchor, range_words};
use crate::plan::{Better, Metric, NoData, Node, Work};

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
            "title": text(&plan.deployment.title),
            "head": self.head(),
            "notes": plan.deployment.notes.iter().map(prose).collect::<Vec<_>>(),
            "trouble": self.trouble(),
            "on_failure": (!plan.deployment.on_failure.is_empty())
                .then(|| self.say.actions(&plan.deployment.on_failure)),
            "timeline": self.timeline(),
            "graph": self.graph(),
            "inputs": self.inputs(),
            "work": work,
            "severities": self.severities()?,
            "alerts": self.alerts(),
            "rollbacks": stretches("rollback")?,
            "after_rollback": after_rollback,
            "procedures": stretches("procedure")?,
            "monitors": stretches("monitor")?,
            "success": self.criteria("success")?,
            "failure": self.criteria("failure")?,
            "escalation": self.escalation()?,
            "people": self.people(),
            "channels": self.channels(),
            "messages": self.messages(),
            "recovery": self.of_kinds(&["objective", "backup"])?,
            "freezes": self.of_kinds(&["freeze"])?,
            "baselines": self.baselines()?,
            "metrics": plan.metrics.iter().map(|metric| self.metric(metric)).collect::<Vec<_>>(),
            "references": self.criteria("reference")?,
        });
        self.render("runbook", &data)
    }

    /// The rows of the table at the head.
    fn head(&self) -> Vec<Value> {
        let head = &self.plan.deployment;
        let mut rows = Vec::new();
        let mut row = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                rows.push(json!({ "name": name, "value": value }));
            }
        };
        row("Project", head.project.as_ref().map(text));
        row("Version", head.version.as_ref().map(text));
        row("Environment", head.environment.as_deref().map(words));
        row(
            "Starts",
            head.starts.as_ref().map(|starts| {
                format!(
                    "**{} {}** (T)",
                    starts.weekday(),
                    words(&starts.to_string())
                )
            }),
        );
        row("Lasts", head.lasts.as_ref().map(range_words));
        row("Strategy", head.strategy.as_ref().map(text));
        row(
            "Owner",
            (!head.owners.is_empty()).then(|| self.say.roles(&head.owners)),
        );
        row("Status", head.status.as_deref().map(words));
        let services: Vec<String> = self
            .plan
            .services
            .iter()
            .map(|service| {
                let mut facts = Vec::new();
                if let Some(workload) = &service.workload {
                    facts.push(cell_code(workload));
                }
                if let Some(namespace) = &service.namespace {
                    facts.push(format!("in {}", cell_code(namespace)));
                }
                if let Some(image) = &service.image {
                    facts.push(format!("image {}", cell_code(&image.to_string())));
                }
                if let Some(replicas) = &service.replicas {
                    facts.push(format!("{replicas} replicas"));
                }
                if let Some(limits) = &service.limits {
                    facts.push(format!("autoscaled {}", range_words(limits)));
                }
                match facts.is_empty() {
                    true => self.say.service(&service.name),
                    false => format!("{} ({})", self.say.service(&service.name), facts.join(", ")),
                }
            })
            .collect();
        row(
            if services.len() == 1 {
                "Service"
            } else {
                "Services"
            },
            Some(services.join("; ")),
        );
        row(
            "Written",
            head.date.as_ref().map(|date| words(&date.to_string())),
        );
        rows
    }

    /// For each way back: where it is, how fast, and what leads to it.
    fn trouble(&self) -> Vec<Value> {
        self.plan
            .of_kind("rollback")
            .map(|rollback| {
                let reasons: Vec<String> = self
                    .plan
                    .of_kind("severity")
                    .filter(|severity| match &severity.work {
                        Work::Severity { then } => then.iter().any(|action| {
                            matches!(&action.deed, crate::plan::Deed::Rollback { rollback: id } if *id == rollback.id)
                        }),
                        _ => false,
                    })
                    .map(|severity| self.say.link(&severity.id))
                    .collect();
                json!({
                    "link": self.say.link(&rollback.id),
                    "within": rollback.within.as_ref().map(ToString::to_string),
                    "until": rollback.valid_until.as_ref().map(|until| self.say.when(until)),
                    "reasons": reasons.join(", "),
                })
            })
            .collect()
    }

    fn timeline(&self) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        for node in &self.plan.nodes {
            if matches!(node.work, Work::Phase | Work::Gate | Work::Monitor) {
                self.timeline_row(node, 0, &mut rows);
            }
        }
        let known = rows.iter().any(|row| row["when"] != "");
        if known { rows } else { Vec::new() }
    }

    /// The time of a node as it is written, where its place in the schedule is not known: a date
    /// says the day alone.
    fn stated_time(&self, node: &Node) -> String {
        match (&node.at, &node.window, &node.due) {
            (Some(at), _, _) => self.say.when(at),
            (None, Some(window), _) => format!(
                "{} to {}",
                self.say.when(&window.from),
                self.say.when(&window.to)
            ),
            (None, None, Some(due)) => format!("until {}", self.say.when(due)),
            (None, None, None) => String::new(),
        }
    }

    fn timeline_row(&self, node: &Node, depth: usize, rows: &mut Vec<Value>) {
        let schedule = node.schedule;
        let times = match (schedule.starts_seconds, schedule.ends_seconds) {
            (Some(start), Some(end)) if end > start => (
                self.say.at_seconds(start),
                format!(
                    "{} to {}",
                    self.say.at_seconds(start),
                    self.say.at_seconds(end)
                ),
                crate::plan::duration_text(crate::plan::Exact::whole(end - start)),
            ),
            (Some(start), _) => (
                self.say.at_seconds(start),
                self.say.at_seconds(start),
                String::new(),
            ),
            (None, _) => (String::new(), self.stated_time(node), String::new()),
        };
        let rollback = node.follows_rollback();
        rows.push(json!({
            "when": if rollback { "after a rollback".to_owned() } else { times.1 },
            "what": format!("{}{}", "– ".repeat(depth), self.say.link(&node.id)),
            "takes": times.2,
            "who": self.say.roles(&node.owners),
            "kind": if node.work == Work::Gate { "decision" } else { "" },
        }));
        if depth < 1 {
            for child in &node.children {
                let stated = child.at.is_some() || child.window.is_some();
                if matches!(child.work, Work::Phase | Work::Gate) && stated {
                    self.timeline_row(child, depth + 1, rows);
                }
            }
        }
    }

    /// The work as a Mermaid flow chart: phases, decisions, and the ways back.
    fn graph(&self) -> Option<String> {
        let nodes: Vec<&Node> = self
            .plan
            .nodes
            .iter()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate))
            .collect();
        if nodes.len() < 2 || nodes.len() > 60 {
            return None;
        }
        let name = |id: &str| -> Option<String> {
            nodes
                .iter()
                .position(|node| node.id == id)
                .map(|index| format!("n{index}"))
        };
        let mut lines = vec!["flowchart TD".to_owned()];
        for (index, node) in nodes.iter().enumerate() {
            let label = mermaid(&node.label());
            lines.push(match node.work {
                Work::Gate => format!("  n{index}{{{{\"{label}\"}}}}"),
                _ => format!("  n{index}[\"{label}\"]"),
            });
        }
        for edge in &self.plan.edges {
            if !matches!(
                edge.kind,
                crate::plan::EdgeKind::Sequence | crate::plan::EdgeKind::After
            ) {
                continue;
            }
            if let (Some(from), Some(to)) = (name(&edge.from), name(&edge.to)) {
                lines.push(format!("  {from} --> {to}"));
            }
        }
        for (index, rollback) in self.plan.of_kind("rollback").enumerate() {
            lines.push(format!("  r{index}([\"{}\"])", mermaid(&rollback.label())));
            let undone: Vec<&str> = self
                .plan
                .edges
                .iter()
                .filter(|edge| {
                    edge.kind == crate::plan::EdgeKind::Undoes && edge.from == rollback.id
                })
                .map(|edge| edge.to.as_str())
                .collect();
            // Where traffic moves, the way back is open: drawn from the last stretch that does.
            if let Some(from) = undone.first().and_then(|id| name(id)) {
                lines.push(format!("  {from} -.-> r{index}"));
            }
            if index == 0
                && let Some(after) = nodes
                    .iter()
                    .find(|node| node.follows_rollback())
                    .and_then(|node| name(&node.id))
            {
                lines.push(format!("  r{index} --> {after}"));
            }
        }
        Some(fence(&lines.join("\n"), "mermaid"))
    }

    fn inputs(&self) -> Vec<Value> {
        let parameters = self.plan.parameters.iter().map(|parameter| {
            let mut kind = words(&parameter.kind);
            if !parameter.choices.is_empty() {
                kind = parameter
                    .choices
                    .iter()
                    .map(|choice| words(choice))
                    .collect::<Vec<_>>()
                    .join(", ");
            }
            json!({
                "name": cell_code(&format!("${}", parameter.variable)),
                "what": match parameter.title.is_empty() {
                    true => words(&parameter.name),
                    false => text(&parameter.title),
                },
                "kind": kind,
                "default": parameter.default.as_deref().map(cell_code).unwrap_or_else(|| "**to be set**".to_owned()),
            })
        });
        let secrets = self.plan.secrets.iter().map(|secret| {
            json!({
                "name": cell_code(&format!("${}", secret.variable)),
                "what": match secret.title.is_empty() {
                    true => words(&secret.name),
                    false => text(&secret.title),
                },
                "kind": "secret",
                "default": "from the environment",
            })
        });
        parameters.chain(secrets).collect()
    }

    /// The decision table: what must be seen, and what is done then.
    fn severities(&self) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind("severity")
            .map(|node| {
                let mut reasons = Vec::new();
                let mut more = String::new();
                for child in &node.children {
                    match &child.work {
                        Work::When { holds } => {
                            let what = match (holds, child.title.is_empty()) {
                                (Some(condition), true) => self.say.condition(condition),
                                (Some(condition), false) => {
                                    format!(
                                        "{}: {}",
                                        text(&child.title),
                                        self.say.condition(condition)
                                    )
                                }
                                (None, _) => text(&child.title),
                            };
                            reasons.push(format!("<a id=\"{}\"></a>{what}", anchor(&child.id)));
                        }
                        _ => {
                            more.push_str(&self.item(child)?);
                            more.push('\n');
                        }
                    }
                }
                let then = match &node.work {
                    Work::Severity { then } => capital(&self.say.actions(then)),
                    _ => String::new(),
                };
                Ok(json!({
                    "anchor": anchor(&node.id),
                    "title": self.title(node),
                    "reasons": reasons.join("<br>"),
                    "then": then,
                    "more": more,
                }))
            })
            .collect()
    }

    fn alerts(&self) -> Vec<Value> {
        self.plan
            .of_kind("alert")
            .map(|node| {
                let (when, then) = match &node.work {
                    Work::Alert { when, then } => {
                        let mut reasons: Vec<String> = when
                            .iter()
                            .map(|condition| self.say.condition(condition))
                            .collect();
                        for child in &node.children {
                            if let Work::When { holds } = &child.work {
                                reasons.push(match holds {
                                    Some(condition) => self.say.condition(condition),
                                    None => text(&child.title),
                                });
                            }
                        }
                        (reasons.join("<br>"), capital(&self.say.actions(then)))
                    }
                    _ => (String::new(), String::new()),
                };
                json!({
                    "anchor": anchor(&node.id),
                    "title": self.title(node),
                    "when": when,
                    "then": then,
                })
            })
            .collect()
    }

    fn title(&self, node: &Node) -> String {
        match node.title.is_empty() {
            true => capital(&words(&node.label()).replace('-', " ")),
            false => text(&node.title),
        }
    }

    /// Verdicts and appendices: their titles and items.
    fn criteria(&self, kind: &str) -> Result<Vec<Value>, String> {
        self.plan
            .of_kind(kind)
            .map(|node| {
                Ok(json!({
                    "anchor": anchor(&node.id),
                    "title": text(&node.title),
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
                    "title": self.title(node),
                    "items": self.items(&node.children)?,
                }))
            })
            .collect()
    }

    fn escalation(&self) -> Result<Vec<Value>, String> {
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

    fn people(&self) -> Vec<Value> {
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

    fn channels(&self) -> Vec<Value> {
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

    fn messages(&self) -> Vec<Value> {
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

    fn metric(&self, metric: &Metric) -> Value {
        let mut facts = Vec::new();
        facts.push(words(metric.dimension.name()));
        if let Some(unit) = &metric.unit {
            facts.push(format!("in {}", words(unit)));
        }
        match metric.better {
            Some(Better::Lower) => facts.push("lower is better".to_owned()),
            Some(Better::Higher) => facts.push("higher is better".to_owned()),
            None => {}
        }
        if let Some(window) = &metric.window {
            facts.push(format!("over {window}"));
        }
        if metric.query.is_some() {
            facts.push(
                match metric.no_data {
                    NoData::Pause => "no data: ask a person",
                    NoData::Pass => "no data: passes",
                    NoData::Fail => "no data: fails",
                }
                .to_owned(),
            );
        }
        json!({
            "anchor": metric_anchor(&metric.name),
            "title": match metric.title.is_empty() {
                true => words(&metric.name),
                false => text(&metric.title),
            },
            "facts": facts.join(", "),
            "query": metric.query.as_deref().map(|query| fence(query, "promql")),
        })
    }
}

/// A label of a Mermaid chart: what Mermaid or HTML could take for structure is written by number.
fn mermaid(label: &str) -> String {
    let mut out = String::new();
    for letter in label.chars() {
        match letter {
            letter
                if letter.is_alphanumeric()
                    || matches!(letter, ' ' | ',' | '.' | '%' | '-' | ':' | '/') =>
            {
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push_str(&format!("#{};", letter as u32)),
        }
    }
    out
}
