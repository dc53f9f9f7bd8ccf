//! What a command gets in its environment, and where that comes from.

use std::collections::BTreeMap;

use super::sentences::Sentences;
use crate::plan::{Command, Plan, ValueOrigin};

/// The node that captures a value, by the name of it; nothing where several do.
pub fn captured(plan: &Plan) -> BTreeMap<&str, Option<&str>> {
    let mut captured: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for node in plan.walk() {
        if let Some(name) = node.work.captures() {
            captured
                .entry(name)
                .and_modify(|known| *known = None)
                .or_insert(Some(&node.id));
        }
    }
    captured
}

impl Sentences<'_> {
    /// Where the variables of a command come from, but for those that the page lists at its beginning.
    pub fn needs(&self, command: &Command) -> Vec<String> {
        let needs = command.environment.iter().filter_map(|(variable, origin)| {
            let variable = self.markup.code(&format!("${variable}"));
            match origin {
                ValueOrigin::Value(value) => {
                    Some(format!("{variable} is {}", self.markup.code(value)))
                }
                ValueOrigin::Parameter(_) | ValueOrigin::Secret(_) => None,
                ValueOrigin::Capture(name) => Some(match self.captured.get(name.as_str()) {
                    Some(Some(id)) => format!("{variable} comes from {}", self.link(id)),
                    Some(None) | None => {
                        format!("{variable} is what was kept as {}", self.markup.words(name))
                    }
                }),
            }
        });
        needs.collect()
    }
}
