//! What is known of a node, in words.

use super::Script;
use super::quote::{part, quoted};
use crate::backend::one_line;
use crate::plan::{Condition, Deed, Metric, Node, ValueType};

impl Script<'_> {
    /// What is known of a node, for the line under its title.
    pub fn about(&self, node: &Node) -> String {
        let mut words = Vec::new();
        if !node.owners.is_empty() {
            let owners: Vec<String> = node.owners.iter().map(|owner| self.role(owner)).collect();
            words.push(format!("by {}", owners.join(", ")));
        }
        if let Some(at) = &node.at {
            words.push(format!("at {at}"));
        }
        if let Some(window) = &node.window {
            words.push(format!("from {} to {}", window.from, window.to));
        }
        if let Some(due) = &node.due {
            words.push(format!("due {due}"));
        }
        if let Some(takes) = &node.takes {
            words.push(format!("takes {takes}"));
        }
        if let Some(within) = &node.within {
            words.push(format!("within {within}"));
        }
        if node.done {
            words.push("was ticked when the spec was written".to_owned());
        }
        one_line(&words.join(", "))
    }

    /// What must hold, where to see it, and what else is known.
    pub fn details(&self, node: &Node, holds: Option<&Condition>) -> String {
        let mut lines = Vec::new();
        if let Some(condition) = holds {
            let words = one_line(&condition.to_string());
            if words != one_line(&node.label()) {
                lines.push(words);
            }
            // What has no query is read off somewhere; its name stands in the condition.
            for measured in condition.measured() {
                let query = self.of_metric(&measured.metric);
                if query != measured.metric.to_string() {
                    lines.push(query);
                }
            }
        }
        let about = self.about(node);
        if !about.is_empty() {
            lines.push(about);
        }
        lines.dedup();
        quoted(&lines.join("\n"))
    }

    pub fn of_metric(&self, reference: &crate::plan::MetricRef) -> String {
        let metric = self
            .plan
            .metrics
            .iter()
            .find(|metric| metric.name == reference.metric);
        match metric.and_then(Metric::asked) {
            Some(query) => one_line(&query),
            None => reference.to_string(),
        }
    }

    /// What people call a role.
    pub fn role(&self, name: &str) -> String {
        self.plan
            .roles
            .iter()
            .find(|role| role.name == name && !role.title.is_empty())
            .map_or_else(|| name.to_owned(), |role| one_line(&role.title.to_string()))
    }

    /// What happens under a deed, for a list of rules.
    pub fn deed(&self, deed: &Deed) -> String {
        match deed {
            Deed::Rollback { rollback } => format!("roll back: {}", self.label_of(rollback)),
            Deed::Pause => "pause".to_owned(),
            Deed::Stop => "stop".to_owned(),
            Deed::Skip => "go on without it".to_owned(),
            Deed::Retry { times: Some(times) } => format!("try again, {times} times at the most"),
            Deed::Retry { times: None } => "try again".to_owned(),
            Deed::Page { roles } => {
                let roles: Vec<String> = roles.iter().map(|role| self.role(role)).collect();
                format!("page {}", roles.join(", "))
            }
            Deed::Notify(notice) => format!("tell {}", self.receivers(notice)),
            Deed::Do { procedure } => self.label_of(procedure),
            Deed::Instruct { text } => one_line(&text.to_string()),
        }
    }

    pub fn label_of(&self, id: &str) -> String {
        self.plan
            .nodes
            .iter()
            .find(|node| node.id == id)
            .map_or_else(|| id.to_owned(), |node| one_line(&node.label()))
    }
}

/// What a person fills in, in words.
pub fn record_kind(value: &ValueType, unit: Option<&str>) -> String {
    let kind = match value {
        ValueType::Number => "a number".to_owned(),
        ValueType::Text => "text".to_owned(),
        ValueType::Date => "a date".to_owned(),
        ValueType::Time => "a time".to_owned(),
        ValueType::YesNo => "yes or no".to_owned(),
        ValueType::Choice(words) => words.join(" | "),
        ValueType::Person => "a name".to_owned(),
    };
    match unit {
        Some(unit) => one_line(&format!("{kind} ({unit})")),
        None => one_line(&kind),
    }
}

/// What a command can rely on in what a person fills in, as further words of `record`.
pub fn record_shape(value: &ValueType) -> String {
    match value {
        ValueType::Number => " number".to_owned(),
        ValueType::Date => " date".to_owned(),
        ValueType::YesNo => " yes-no".to_owned(),
        ValueType::Choice(words) => {
            let words: Vec<String> = words.iter().map(|word| quoted(&part(word))).collect();
            format!(" choice {}", words.join(" "))
        }
        ValueType::Text | ValueType::Time | ValueType::Person => String::new(),
    }
}
