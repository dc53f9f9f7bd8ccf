//! What surrounds the work, as rows of tables.

use serde_json::{Value, json};

use super::capital;
use super::sentences::Sentences;
use crate::plan::{Better, Deed, Metric, NoData, Node, Work};

impl Sentences<'_> {
    /// The rows of the table at the head: `name`, `value`.
    pub fn head(&self) -> Vec<Value> {
        let markup = self.markup;
        let head = &self.plan.deployment;
        let mut rows = Vec::new();
        let mut row = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                rows.push(json!({ "name": name, "value": value }));
            }
        };
        row(
            "Project",
            head.project.as_ref().map(|text| markup.text(text)),
        );
        row(
            "Version",
            head.version.as_ref().map(|text| markup.text(text)),
        );
        row(
            "Environment",
            head.environment.as_deref().map(|words| markup.words(words)),
        );
        row(
            "Starts",
            head.starts.as_ref().map(|starts| {
                let at = format!("{} {}", starts.weekday(), markup.words(&starts.to_string()));
                format!("{} (T)", markup.strong(&at))
            }),
        );
        row("Lasts", head.lasts.as_ref().map(|lasts| self.range(lasts)));
        row(
            "Strategy",
            head.strategy.as_ref().map(|text| markup.text(text)),
        );
        row(
            "Owner",
            (!head.owners.is_empty()).then(|| self.roles(&head.owners)),
        );
        row(
            "Status",
            head.status.as_deref().map(|words| markup.words(words)),
        );
        let services: Vec<String> = self
            .plan
            .services
            .iter()
            .map(|service| {
                let mut facts = Vec::new();
                if let Some(workload) = &service.workload {
                    facts.push(markup.code(workload));
                }
                if let Some(namespace) = &service.namespace {
                    facts.push(format!("in {}", markup.code(namespace)));
                }
                if let Some(image) = &service.image {
                    facts.push(format!("image {}", markup.code(&image.to_string())));
                }
                if let Some(replicas) = &service.replicas {
                    facts.push(format!("{replicas} replicas"));
                }
                if let Some(limits) = &service.limits {
                    facts.push(format!("autoscaled {}", self.range(limits)));
                }
                match facts.is_empty() {
                    true => self.service(&service.name),
                    false => format!("{} ({})", self.service(&service.name), facts.join(", ")),
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
            head.date
                .as_ref()
                .map(|date| markup.words(&date.to_string())),
        );
        rows
    }

    /// Whether anything says what is done if it goes wrong.
    pub fn goes_wrong(&self) -> bool {
        !self.plan.deployment.on_failure.is_empty()
            || ["rollback", "severity"]
                .iter()
                .any(|kind| self.plan.of_kind(kind).next().is_some())
    }

    /// For each rollback: where it is (`link`), how fast (`within`), until when it can be used
    /// (`until`), and what leads to it (`reasons`).
    pub fn trouble(&self) -> Vec<Value> {
        let leads_to = |rule: &Node, rollback: &Node| {
            match &rule.work {
            Work::Severity { then } => then.iter().any(
                |action| matches!(&action.deed, Deed::Rollback { rollback: id } if *id == rollback.id),
            ),
            _ => false,
        }
        };
        self.plan
            .of_kind("rollback")
            .map(|rollback| {
                let reasons: Vec<String> = self
                    .plan
                    .of_kind("severity")
                    .filter(|rule| leads_to(rule, rollback))
                    .map(|rule| self.link(&rule.id))
                    .collect();
                json!({
                    "link": self.link(&rollback.id),
                    "within": rollback.within.as_ref().map(ToString::to_string),
                    "until": rollback.valid_until.as_ref().map(|until| self.when(until)),
                    "reasons": reasons.join(", "),
                })
            })
            .collect()
    }

    /// Parameters and secrets: the name (`key`), the variable (`name`), `what`, `kind`, `default`, and
    /// whether it is a `secret`.
    pub fn inputs(&self) -> Vec<Value> {
        let markup = self.markup;
        let parameters = self.plan.parameters.iter().map(|parameter| {
            let mut kind = markup.words(&parameter.kind);
            if !parameter.choices.is_empty() {
                let choices: Vec<String> = parameter
                    .choices
                    .iter()
                    .map(|choice| markup.words(choice))
                    .collect();
                kind = choices.join(", ");
            }
            json!({
                "key": parameter.name,
                "name": markup.code(&format!("${}", parameter.variable)),
                "what": match parameter.title.is_empty() {
                    true => markup.words(&parameter.name),
                    false => markup.text(&parameter.title),
                },
                "kind": kind,
                "secret": false,
                "default": match parameter.default.as_deref() {
                    Some(default) => markup.code(default),
                    None => markup.strong("to be set"),
                },
            })
        });
        let secrets = self.plan.secrets.iter().map(|secret| {
            json!({
                "key": secret.name,
                "name": markup.code(&format!("${}", secret.variable)),
                "what": match secret.title.is_empty() {
                    true => markup.words(&secret.name),
                    false => markup.text(&secret.title),
                },
                "kind": "secret",
                "secret": true,
                "default": "from the environment",
            })
        });
        parameters.chain(secrets).collect()
    }

    /// What is measured: `anchor`, `title`, `facts`, `query`.
    pub fn metrics(&self) -> Vec<Value> {
        self.plan
            .metrics
            .iter()
            .map(|metric| self.about_metric(metric))
            .collect()
    }

    fn about_metric(&self, metric: &Metric) -> Value {
        let markup = self.markup;
        let mut facts = Vec::new();
        facts.push(markup.words(metric.dimension.name()));
        let said = metric.dimension.name();
        if let Some(unit) = metric.unit.as_deref().filter(|unit| *unit != said) {
            facts.push(format!("in {}", markup.words(unit)));
        }
        match metric.better {
            Some(Better::Lower) => facts.push("lower is better".to_owned()),
            Some(Better::Higher) => facts.push("higher is better".to_owned()),
            None => {}
        }
        // What stands here is asked by hand: it must be a query that Prometheus takes.
        let query = metric.asked();
        if metric.window.is_some() || metric.query != query {
            facts.push(format!("over {}", metric.looks_back()));
        }
        if query.is_some() {
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
            "anchor": self.metric_anchor(&metric.name),
            "title": match metric.title.is_empty() {
                true => markup.words(&metric.name),
                false => markup.text(&metric.title),
            },
            "facts": facts.join(", "),
            "query": query.map(|query| markup.block(&query, "promql")),
        })
    }

    /// A name in words: `cache-cold` is "Cache cold". What is no name stays as it is.
    pub fn named(&self, name: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/');
        let words = match name.bytes().all(plain) {
            true => name.replace('-', " "),
            false => name.to_owned(),
        };
        self.markup.words(&capital(&words))
    }

    /// The title of a node that stands under a heading; its name in words where it has none.
    pub fn heading(&self, node: &Node) -> String {
        match node.title.is_empty() {
            true => self.named(&node.label()),
            false => self.markup.text(&node.title),
        }
    }
}
