//! What a command gets in its environment, and where that comes from.

use super::anchor;
use super::sentences::{Sentences, and};
use crate::plan::{Command, Node, ValueOrigin, Work};

impl Sentences<'_> {
    /// Where the variables of commands come from, but for those that the page lists at its beginning;
    /// nothing where there are no others.
    pub fn needs<'c>(&self, commands: impl Iterator<Item = &'c Command>) -> Option<String> {
        let mut all: Vec<(&str, &ValueOrigin)> = Vec::new();
        for (variable, origin) in commands.flat_map(|command| command.environment.iter()) {
            if all.iter().all(|(known, _)| *known != variable) {
                all.push((variable, origin));
            }
        }
        let needs = all.into_iter().filter_map(|(variable, origin)| {
            let variable = self.markup.code(&format!("${variable}"));
            match origin {
                ValueOrigin::Value(value) => {
                    Some(format!("{variable} is {}", self.markup.code(value)))
                }
                ValueOrigin::Text(text) => {
                    Some(format!("{variable} is {}", self.markup.text(text)))
                }
                ValueOrigin::Parameter(_) | ValueOrigin::Secret(_) => None,
                ValueOrigin::Capture(name) => Some(format!(
                    "{variable} comes from {}",
                    self.makers(self.makers_of(name))
                )),
            }
        });
        let needs: Vec<String> = needs.collect();
        (!needs.is_empty()).then(|| format!("{}.", and(needs)))
    }

    /// The nodes that capture a value, in the order written.
    pub fn makers_of(&self, name: &str) -> &[&Node] {
        self.captured.get(name).map_or(&[], Vec::as_slice)
    }

    /// The field of the page in which stands what is captured under a name; nothing where several could be
    /// it.
    pub fn field_of(&self, name: &str) -> Option<String> {
        match self.makers_of(name) {
            [maker] => Some(captured_in(maker)),
            _ => None,
        }
    }

    /// The nodes that capture a value, each with what came of it where the page knows that.
    fn makers(&self, makers: &[&Node]) -> String {
        let makers: Vec<String> = makers
            .iter()
            .map(|maker| {
                let shown = self.markup.shown(&captured_in(maker));
                format!("{}{shown}", self.link(&maker.id))
            })
            .collect();
        makers.join(" or ")
    }
}

/// The field of the page in which stands what a node captures.
fn captured_in(maker: &Node) -> String {
    match maker.work {
        Work::Run { .. } => format!("{}#output", anchor(&maker.id)),
        _ => anchor(&maker.id),
    }
}
