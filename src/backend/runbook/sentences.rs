//! Times, conditions and actions as sentences.

use std::collections::{BTreeMap, BTreeSet};

use super::ways_back::WaysBack;
use super::{Markup, anchor, is_page, metric_anchor};
use crate::plan::{
    Action, Bound, Comparator, Condition, Deed, Measured, Metric, Node, Notice, Plan, Quantity,
    Range, Trend,
};

/// What sentences need to know of the plan.
pub struct Sentences<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// How words are marked up.
    pub markup: &'static dyn Markup,
    nodes: BTreeMap<&'a str, &'a Node>,
    metrics: BTreeMap<&'a str, &'a Metric>,
    /// The anchors of the metrics, by name.
    anchors: BTreeMap<&'a str, String>,
    /// The nodes that capture a value, by the name of it.
    pub(super) captured: BTreeMap<&'a str, Vec<&'a Node>>,
    pub(super) ways_back: WaysBack<'a>,
}

impl<'a> Sentences<'a> {
    /// Sentences about a plan in a markup.
    pub fn new(plan: &'a Plan, markup: &'static dyn Markup) -> Self {
        Sentences {
            plan,
            markup,
            captured: plan.captured(),
            ways_back: WaysBack::of(plan),
            anchors: metric_anchors(plan.metrics.iter().map(|metric| metric.name.as_str())),
            nodes: plan.walk().map(|node| (node.id.as_str(), node)).collect(),
            metrics: plan
                .metrics
                .iter()
                .map(|metric| (metric.name.as_str(), metric))
                .collect(),
        }
    }

    /// The anchor of a metric.
    pub fn metric_anchor(&self, name: &str) -> String {
        let known = self.anchors.get(name).cloned();
        known.unwrap_or_else(|| metric_anchor(name))
    }

    /// A link to a node, by its title.
    pub fn link(&self, id: &str) -> String {
        let label = match self.nodes.get(id) {
            Some(node) if !node.title.is_empty() => self.markup.text(&node.title),
            Some(_) | None => self.markup.words(id.rsplit('/').next().unwrap_or(id)),
        };
        match self.nodes.contains_key(id) {
            true => self.markup.link(&label, &anchor(id)),
            false => label,
        }
    }

    /// What people call a role.
    pub fn role(&self, name: &str) -> String {
        self.plan
            .roles
            .iter()
            .find(|role| role.name == name && !role.title.is_empty())
            .map_or_else(
                || self.markup.words(name),
                |role| self.markup.text(&role.title),
            )
    }

    /// Several roles: "A, B and C".
    pub fn roles(&self, names: &[String]) -> String {
        and(names.iter().map(|name| self.role(name)).collect())
    }

    /// What people call a service.
    pub fn service(&self, name: &str) -> String {
        self.plan
            .services
            .iter()
            .find(|service| service.name == name && !service.title.is_empty())
            .map_or_else(
                || self.markup.words(name),
                |service| self.markup.text(&service.title),
            )
    }

    /// A channel: its address, and what kind of place it is.
    pub fn channel(&self, name: &str) -> String {
        match self
            .plan
            .channels
            .iter()
            .find(|channel| channel.name == name)
        {
            Some(channel) if !channel.address.is_empty() => {
                let address = channel.address.to_string();
                match is_page(&address) {
                    true => format!(
                        "{} ({}: {})",
                        self.markup.words(name),
                        self.markup.words(&channel.kind),
                        self.markup.address(&address)
                    ),
                    false => format!(
                        "{} ({})",
                        self.markup.code(&address),
                        self.markup.words(&channel.kind)
                    ),
                }
            }
            Some(channel) => format!(
                "{} ({})",
                self.markup.words(name),
                self.markup.words(&channel.kind)
            ),
            None => self.markup.words(name),
        }
    }

    /// A condition as a sentence; a metric links to what is known of it.
    pub fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::All { of } => and(of.iter().map(|one| self.inner(one)).collect()),
            Condition::Any { of } => {
                let parts: Vec<String> = of.iter().map(|one| self.inner(one)).collect();
                parts.join(" or ")
            }
            Condition::Not { of } => format!("not {}", self.inner(of)),
            Condition::Asserted {
                text: said,
                sustained,
                over,
            } => format!(
                "{}{}",
                self.markup.text(said),
                stretches(sustained.as_deref(), over.as_deref())
            ),
            Condition::Measured(measured) => self.measured(measured),
            Condition::Parameter {
                parameter,
                comparator,
                value,
            } => match (comparator, value.as_str()) {
                (Comparator::Equal, "true") => self.markup.code(parameter),
                (Comparator::Equal, value) => format!(
                    "{} is {}",
                    self.markup.code(parameter),
                    self.markup.words(value)
                ),
                (_, value) => format!(
                    "{} is not {}",
                    self.markup.code(parameter),
                    self.markup.words(value)
                ),
            },
        }
    }

    fn inner(&self, condition: &Condition) -> String {
        match condition {
            Condition::All { .. } | Condition::Any { .. } => {
                format!("({})", self.condition(condition))
            }
            Condition::Not { .. }
            | Condition::Asserted { .. }
            | Condition::Measured(_)
            | Condition::Parameter { .. } => self.condition(condition),
        }
    }

    /// The metric of a condition, linked, with the labels that choose among its series.
    pub fn metric(&self, reference: &crate::plan::MetricRef) -> String {
        let name = reference.metric.as_str();
        let label = match self.metrics.get(name) {
            Some(metric) if !metric.title.is_empty() => self.markup.text(&metric.title),
            Some(_) | None => self.markup.words(name),
        };
        let link = self.markup.link(&label, &self.metric_anchor(name));
        if reference.labels.is_empty() {
            return link;
        }
        let labels: Vec<String> = reference
            .labels
            .iter()
            .map(|label| format!("{}{}{}", label.label, label.matching, label.value))
            .collect();
        format!("{link} of {}", self.markup.code(&labels.join(", ")))
    }

    /// A metric and what it must be.
    pub fn measured(&self, measured: &Measured) -> String {
        format!(
            "{} {}{}",
            self.metric(&measured.metric),
            self.bound(&measured.bound),
            stretches(measured.sustained.as_deref(), measured.over.as_deref())
        )
    }

    /// What a measured condition asks for, without its metric.
    pub fn asks(&self, measured: &Measured) -> String {
        format!(
            "{}{}",
            self.bound(&measured.bound),
            stretches(measured.sustained.as_deref(), measured.over.as_deref())
        )
    }

    /// Actions as a sentence: "roll back by …, then page …".
    pub fn actions(&self, actions: &[Action]) -> String {
        let parts: Vec<String> = actions.iter().map(|action| self.action(action)).collect();
        and(parts)
    }

    fn action(&self, action: &Action) -> String {
        let deed = match &action.deed {
            Deed::Rollback { rollback } => format!("roll back: {}", self.link(rollback)),
            Deed::Pause => "pause, and let a person decide".to_owned(),
            Deed::Stop => "stop".to_owned(),
            Deed::Skip => "skip it and go on".to_owned(),
            Deed::Retry { times: None } => "try again".to_owned(),
            Deed::Retry { times: Some(1) } => "try again once".to_owned(),
            Deed::Retry { times: Some(times) } => format!("try again, {times} times at most"),
            Deed::Page { roles } => format!("page {}", self.roles(roles)),
            Deed::Notify(notice) => self.notice(notice),
            Deed::Do { procedure } => format!("do {}", self.link(procedure)),
            Deed::Instruct { text: said } => self.markup.text(said),
        };
        match &action.after {
            Some(after) => format!("{deed}, unless it clears within {after}"),
            None => deed,
        }
    }

    /// Who is told what.
    pub fn notice(&self, notice: &Notice) -> String {
        let mut who: Vec<String> = notice
            .channels
            .iter()
            .map(|channel| self.channel(channel))
            .collect();
        who.extend(notice.roles.iter().map(|role| self.role(role)));
        let mut out = format!("tell {}", and(who));
        if !notice.text.is_empty() {
            out.push_str(&format!(": “{}”", self.markup.text(&notice.text)));
        }
        if let Some(message) = &notice.message {
            let title = self
                .plan
                .messages
                .iter()
                .find(|one| one.name == *message && !one.title.is_empty())
                .map_or_else(
                    || self.markup.words(message),
                    |one| self.markup.text(&one.title),
                );
            out.push_str(&format!(
                " with {}",
                self.markup
                    .link(&title, &format!("message/{}", anchor(message)))
            ));
        }
        let fields: Vec<String> = notice
            .fields
            .iter()
            .map(|(name, value)| {
                format!("{}: {}", self.markup.words(name), self.markup.text(value))
            })
            .collect();
        if !fields.is_empty() {
            out.push_str(&format!(" ({})", fields.join("; ")));
        }
        out
    }

    /// What a bound asks for.
    pub fn bound(&self, bound: &Bound) -> String {
        match bound {
            Bound::Compare { comparator, value } => {
                let sign = match comparator {
                    Comparator::Less => "<",
                    Comparator::AtMost => "≤",
                    Comparator::Greater => ">",
                    Comparator::AtLeast => "≥",
                    Comparator::Equal => "=",
                    Comparator::NotEqual => "≠",
                };
                format!(
                    "{} {}",
                    self.markup.sign(sign),
                    self.markup.words(&value.to_string())
                )
            }
            Bound::Between { range } => format!("from {}", self.range(range)),
            Bound::About { value } => format!("about {}", self.markup.words(&value.to_string())),
            Bound::Near { tolerance, of } => {
                format!("within {tolerance} of {}", self.markup.words(of))
            }
            Bound::Baseline { of: Some(of) } => {
                format!(
                    "within {}",
                    self.markup
                        .link(&self.markup.words(of), &format!("baseline/{}", anchor(of)))
                )
            }
            Bound::Baseline { of: None } => "within its baseline".to_owned(),
            Bound::Trend { trend } => match trend {
                Trend::Stable => "stable".to_owned(),
                Trend::Increasing => "increasing".to_owned(),
                Trend::Decreasing => "decreasing".to_owned(),
            },
        }
    }

    /// A range: "1% to 5%", "1% to below 5%", or one value where its ends are equal.
    pub fn range(&self, range: &Range) -> String {
        if range.low == range.high {
            return self.markup.words(&range.low.to_string());
        }
        let below = if range.high_inclusive { "" } else { "below " };
        format!(
            "{} to {below}{}",
            self.markup.words(&range.low.to_string()),
            self.markup.words(&range.high.to_string())
        )
    }
}

/// An anchor for each metric: names may differ in what no anchor has.
fn metric_anchors<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let mut taken = BTreeSet::new();
    let mut anchors = BTreeMap::new();
    for name in names {
        let plain = metric_anchor(name);
        let mut own = plain.clone();
        let mut number = 1;
        while !taken.insert(own.clone()) {
            number += 1;
            own = format!("{plain}-{number}");
        }
        anchors.insert(name, own);
    }
    anchors
}

fn stretches(sustained: Option<&Quantity>, over: Option<&Quantity>) -> String {
    let mut out = String::new();
    if let Some(sustained) = sustained {
        out.push_str(&format!(" for {sustained}"));
    }
    if let Some(over) = over {
        out.push_str(&format!(" over {over}"));
    }
    out
}

/// "a", "a and b", "a, b and c".
pub fn and(mut parts: Vec<String>) -> String {
    match parts.len() {
        0 => String::new(),
        1 => parts.remove(0),
        _ => {
            let last = parts.pop().unwrap_or_default();
            format!("{} and {last}", parts.join(", "))
        }
    }
}
