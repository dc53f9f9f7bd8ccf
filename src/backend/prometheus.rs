//! In: a plan. Out: a PrometheusRule with an alert for each condition that warns: standing alerts,
//! severities, failure criteria. Fields: <https://prometheus-operator.dev/docs/api-reference/api/>.
//! Knows nothing of who is called; that stays with Alertmanager, by the labels given here.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::manifests::{Layout, Manifests};
use super::{Artifact, Backend, Fidelity, Templates, kubernetes, one_line, promql, yaml};
use crate::plan::{Action, Bound, Condition, Deed, Measured, NoData, Node, Plan, Quantity, Work};

/// Alerting rules.
pub struct Prometheus;

impl Backend for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn summary(&self) -> &'static str {
        "alerting rules, as a PrometheusRule"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        plan.walk().map(|node| becomes(plan, node)).collect()
    }

    fn manifests(&self, plan: &Plan, stem: &str) -> Option<Manifests> {
        let rules = rules(plan, stem);
        if rules.is_empty() {
            return Some(Manifests::new(plan, "prometheus", Vec::new(), ""));
        }
        let name = kubernetes::dns_label(stem);
        let nodes: Vec<&str> = plan
            .nodes
            .iter()
            .filter(|node| {
                matches!(
                    node.work,
                    Work::Alert { .. } | Work::Severity { .. } | Work::Failure
                )
            })
            .map(|node| node.id.as_str())
            .collect();
        let object = kubernetes::object(
            plan,
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            &name,
            None,
            &nodes,
            json!({ "groups": [{ "name": name, "rules": rules }] }),
        );
        Some(Manifests::new(plan, "prometheus", vec![object], ""))
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        _templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        Ok(self
            .manifests(plan, stem)
            .map(|manifests| manifests.files(stem, Layout::default()))
            .unwrap_or_default())
    }
}

/// Alerting rules for a Prometheus without an operator.
pub struct RuleFile;

impl Backend for RuleFile {
    fn name(&self) -> &'static str {
        "prometheus-rules"
    }

    fn summary(&self) -> &'static str {
        "alerting rules, as a plain rule file"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        Prometheus.fates(plan)
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        _templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        let Some(made) = Prometheus.manifests(plan, stem) else {
            return Ok(Vec::new());
        };
        Ok(made
            .objects
            .iter()
            .map(|object| Artifact {
                path: format!("{stem}.rules.yaml"),
                text: yaml::stream(&made.comment, &[object["spec"].clone()]),
                executable: false,
            })
            .collect())
    }
}

/// What the rules make of a node.
fn becomes(plan: &Plan, node: &Node) -> Fidelity {
    match &node.work {
        Work::Alert {
            when: Some(condition),
            ..
        } => fate(plan, condition, None),
        Work::When {
            holds: Some(condition),
        } => fate(
            plan,
            condition,
            Some("it warns at any time, not only while the deployment goes on"),
        ),
        Work::Severity { .. } | Work::Failure => Fidelity::Exact,
        Work::Test { .. } => Fidelity::elsewhere("deployc test"),
        Work::Run { .. }
        | Work::Record {
            capture: Some(_), ..
        }
        | Work::Rollback
        | Work::Procedure => Fidelity::elsewhere("shell"),
        _ => Fidelity::elsewhere("markdown"),
    }
}

/// What becomes of a condition that warns; `otherwise` says how even an exact one differs.
fn fate(plan: &Plan, condition: &Condition, otherwise: Option<&str>) -> Fidelity {
    match expression(plan, condition) {
        Ok(_) => match otherwise {
            Some(how) => Fidelity::Approximate {
                how: how.to_owned(),
            },
            None => Fidelity::Exact,
        },
        Err(Lost::Person) => Fidelity::Elsewhere {
            place: "markdown".to_owned(),
        },
        Err(Lost::Because(why)) => Fidelity::Refused { why },
    }
}

/// Why there is no expression.
enum Lost {
    /// A person says whether it holds.
    Person,
    /// It can't be asked for.
    Because(String),
}

/// All rules, in the order written; a name stands once.
fn rules(plan: &Plan, stem: &str) -> Vec<Value> {
    let mut rules = Vec::new();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for node in &plan.nodes {
        match &node.work {
            Work::Alert {
                when: Some(condition),
                then,
            } => rules.extend(rule(plan, stem, node, node, condition, then, &mut names)),
            Work::Severity { then } => {
                for reason in &node.children {
                    rules.extend(reasoned(plan, stem, node, reason, then, &mut names));
                }
            }
            Work::Failure => {
                for reason in &node.children {
                    rules.extend(reasoned(plan, stem, node, reason, &[], &mut names));
                }
            }
            _ => {}
        }
    }
    rules
}

/// The rule for one reason of a severity or of the failure.
fn reasoned(
    plan: &Plan,
    stem: &str,
    around: &Node,
    reason: &Node,
    then: &[Action],
    names: &mut BTreeMap<String, usize>,
) -> Option<Value> {
    match &reason.work {
        Work::When {
            holds: Some(condition),
        } => rule(plan, stem, around, reason, condition, then, names),
        _ => None,
    }
}

fn rule(
    plan: &Plan,
    stem: &str,
    around: &Node,
    reason: &Node,
    condition: &Condition,
    then: &[Action],
    names: &mut BTreeMap<String, usize>,
) -> Option<Value> {
    let expression = expression(plan, condition).ok()?;
    let mut rule = Map::new();
    let wanted = camel(&reason.id);
    let count = names.entry(wanted.clone()).or_default();
    *count += 1;
    let name = match *count {
        1 => wanted,
        count => format!("{wanted}{count}"),
    };
    rule.insert("alert".to_owned(), json!(name));
    rule.insert("expr".to_owned(), json!(expression));
    if let Some(sustained) = whole(condition) {
        rule.insert("for".to_owned(), json!(promql::duration(sustained)));
    }
    let own = around.id.rsplit('/').next().unwrap_or(&around.id);
    rule.insert(
        "labels".to_owned(),
        json!({ "severity": severity(around, own, then), "rule": own }),
    );
    let mut annotations = Map::new();
    annotations.insert(
        "summary".to_owned(),
        json!(escaped(&summary(around, reason))),
    );
    let mut description = escaped(&one_line(&condition.to_string()));
    if let Some(value) = value(plan, condition) {
        description.push_str(&format!("; it is {value}"));
    }
    annotations.insert("description".to_owned(), json!(description));
    let actions: Vec<String> = then
        .iter()
        .filter_map(|action| said(plan, action))
        .collect();
    if !actions.is_empty() {
        annotations.insert("action".to_owned(), json!(escaped(&actions.join(", "))));
    }
    // A relative path is no link in a chat or on a pager: it is one only where the page is known.
    let (name, page) = match &plan.deployment.runbook_url {
        Some(url) => ("runbook_url", url.clone()),
        None => ("runbook", format!("{stem}.md")),
    };
    annotations.insert(
        name.to_owned(),
        json!(escaped(&format!("{page}#{}", around.id))),
    );
    annotations.insert("deployc/nodes".to_owned(), json!(escaped(&reason.id)));
    rule.insert(
        "annotations".to_owned(),
        Value::Object(
            annotations
                .into_iter()
                .map(|(name, value)| (name.replace('/', "_"), value))
                .collect(),
        ),
    );
    Some(Value::Object(rule))
}

/// The words by which Alertmanager's routes usually tell how urgent an alert is.
const URGENCIES: &[&str] = &[
    "critical", "page", "error", "warning", "ticket", "info", "none",
];

/// How urgent an alert is, in a word that routes know: the rule's own name where it is one; else
/// what wakes somebody, rolls back or stops is critical, and the rest a warning.
fn severity<'n>(around: &Node, own: &'n str, then: &[Action]) -> &'n str {
    if URGENCIES.contains(&own) {
        return own;
    }
    let urgent = |action: &Action| {
        matches!(
            action.deed,
            Deed::Page { .. } | Deed::Rollback { .. } | Deed::Stop
        )
    };
    match around.work == Work::Failure || then.iter().any(urgent) {
        true => "critical",
        false => "warning",
    }
}

/// Annotations are templates of Go: what people write must not be one.
fn escaped(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// What the metric is when the alert fires, as a template of Go; nothing where the value of the
/// expression is another one.
fn value(plan: &Plan, condition: &Condition) -> Option<String> {
    let Condition::Measured(measured) = condition else {
        return None;
    };
    let is_itself = matches!(
        measured.bound,
        Bound::Compare { .. } | Bound::Between { .. }
    );
    let metric = plan
        .metrics
        .iter()
        .find(|metric| metric.name == measured.metric.metric)
        .filter(|metric| is_itself && metric.no_data != NoData::Fail)?;
    // Who writes `5x` does not think of 500%.
    let multiple =
        matches!(&measured.bound, Bound::Compare { value, .. } if value.to_string().ends_with('x'));
    Some(match metric.unit.as_deref() {
        Some("ratio") if multiple => "{{ $value | humanize }}x".to_owned(),
        Some("ratio") => "{{ $value | humanizePercentage }}".to_owned(),
        Some("seconds" | "s") => "{{ $value | humanizeDuration }}".to_owned(),
        Some("bytes" | "B") => "{{ $value | humanize1024 }}B".to_owned(),
        Some(unit) => format!("{{{{ $value | humanize }}}} {}", escaped(&one_line(unit))),
        None => "{{ $value | humanize }}".to_owned(),
    })
}

fn summary(around: &Node, reason: &Node) -> String {
    let around_words = one_line(&around.label());
    if around.id == reason.id {
        around_words
    } else {
        format!("{around_words}: {}", one_line(&reason.label()))
    }
}

/// What is done, for the person who reads the alert.
fn said(plan: &Plan, action: &Action) -> Option<String> {
    let role = |name: &String| {
        plan.roles
            .iter()
            .find(|role| role.name == *name && !role.title.is_empty())
            .map_or_else(|| name.clone(), |role| one_line(&role.title.to_string()))
    };
    let node = |id: &str| {
        plan.nodes
            .iter()
            .find(|node| node.id == id)
            .map_or_else(|| id.to_owned(), |node| one_line(&node.label()))
    };
    let words = match &action.deed {
        Deed::Rollback { rollback } => format!("roll back: {}", node(rollback)),
        Deed::Pause => "pause".to_owned(),
        Deed::Stop => "stop".to_owned(),
        Deed::Page { roles } => {
            format!(
                "page {}",
                roles.iter().map(role).collect::<Vec<_>>().join(", ")
            )
        }
        Deed::Notify(notice) => format!("tell {}", notice.channels.join(", ")),
        Deed::Do { procedure } => node(procedure),
        Deed::Instruct { text } => one_line(&text.to_string()),
        Deed::Skip | Deed::Retry { .. } => return None,
    };
    Some(match &action.after {
        Some(after) => format!("{words} after {after}"),
        None => words,
    })
}

/// The expression of a condition; how long it must hold as a whole is the rule's own `for`.
fn expression(plan: &Plan, condition: &Condition) -> Result<String, Lost> {
    match condition {
        Condition::Measured(measured) => {
            let mut now = measured.clone();
            now.sustained = None;
            compared(plan, &now).map_err(Lost::Because)
        }
        _ => part(plan, condition),
    }
}

/// The expression of a part of a condition, with the time that it must hold.
fn part(plan: &Plan, condition: &Condition) -> Result<String, Lost> {
    match condition {
        Condition::Measured(measured) => compared(plan, measured).map_err(Lost::Because),
        Condition::All { of } => joined(plan, of, "and on ()"),
        Condition::Any { of } => joined(plan, of, "or"),
        Condition::Not { .. } => Err(Lost::Because(
            "`not` has no alerting rule: say the opposite comparison".to_owned(),
        )),
        Condition::Asserted { .. } => Err(Lost::Person),
        Condition::Parameter { .. } => Err(Lost::Because(
            "a parameter is not known to Prometheus: leave it out of the condition".to_owned(),
        )),
    }
}

fn joined(plan: &Plan, of: &[Condition], between: &str) -> Result<String, Lost> {
    let parts: Result<Vec<String>, Lost> = of.iter().map(|inner| part(plan, inner)).collect();
    Ok(parts?
        .iter()
        .map(|part| format!("({part})"))
        .collect::<Vec<_>>()
        .join(&format!("\n{between}\n")))
}

fn compared(plan: &Plan, measured: &Measured) -> Result<String, String> {
    let question = promql::question(plan, measured)?;
    if question.query.contains(promql::LATEST) {
        return Err("Prometheus does not know which pods are new: compare with a value".to_owned());
    }
    let tests: Vec<String> = question
        .tests
        .iter()
        .map(|(comparator, value)| format!("({}) {} {value}", question.query, comparator.sign()))
        .collect();
    let mut text = tests.join("\nand\n");
    let no_data = plan
        .metrics
        .iter()
        .find(|metric| metric.name == measured.metric.metric)
        .map(|metric| metric.no_data);
    if no_data == Some(NoData::Fail) {
        text = format!("({text})\nor\nabsent({})", question.query);
    }
    Ok(text)
}

/// How long a condition must hold as a whole: that is the rule's own `for`. The parts of a condition
/// that is put together each have a time of their own, which stays in the expression.
fn whole(condition: &Condition) -> Option<&Quantity> {
    match condition {
        Condition::Measured(measured) => measured.sustained.as_deref(),
        Condition::All { .. }
        | Condition::Any { .. }
        | Condition::Not { .. }
        | Condition::Asserted { .. }
        | Condition::Parameter { .. } => None,
    }
}

/// An id as the name of an alert: `severity/critical/error-rate` is `CriticalErrorRate`.
fn camel(id: &str) -> String {
    let id = id
        .strip_prefix("severity/")
        .or_else(|| id.strip_prefix("alert/"))
        .unwrap_or(id);
    id.split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(|word| {
            let mut letters = word.chars();
            match letters.next() {
                Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
                None => String::new(),
            }
        })
        .collect()
}
