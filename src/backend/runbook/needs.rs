//! What a command gets in its environment, and where that comes from.

use std::collections::BTreeMap;

use super::sentences::Sentences;
use crate::plan::{Command, ValueOrigin};

impl Sentences<'_> {
    /// Where the variables of commands come from, but for those that the page lists at its beginning.
    pub fn needs<'c>(&self, commands: impl Iterator<Item = &'c Command>) -> Vec<String> {
        let all: BTreeMap<&String, &ValueOrigin> =
            commands.flat_map(|command| &command.environment).collect();
        let needs = all.into_iter().filter_map(|(variable, origin)| {
            let variable = self.markup.code(&format!("${variable}"));
            match origin {
                ValueOrigin::Value(value) => {
                    Some(format!("{variable} is {}", self.markup.code(value)))
                }
                ValueOrigin::Parameter(_) | ValueOrigin::Secret(_) => None,
                ValueOrigin::Capture(name) => Some(match self.captured.get(name.as_str()) {
                    Some(Some(maker)) => {
                        format!("{variable} comes from {}", self.link(&maker.id))
                    }
                    Some(None) | None => {
                        format!("{variable} is what was kept as {}", self.markup.words(name))
                    }
                }),
            }
        });
        needs.collect()
    }
}
