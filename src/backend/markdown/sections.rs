//! The runbook as a whole: its head, what to do when it goes wrong, the work, what surrounds it.

use serde_json::{Value, json};

use super::Renderer;
use super::inline::{anchor, cell_code, fence, prose, text, words};
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
