//! Rollbacks in words.

use super::anchor;
use super::sentences::Sentences;
use super::ways_back::irreversible;
use crate::plan::{Command, Effect, Node, Work};

/// A step as a rollback takes it back.
pub struct TakenBack<'a> {
    /// What tells it from every other on the page.
    pub key: String,
    /// What rolls back, marked up.
    pub line: String,
    /// How; a person knows how to move traffic.
    pub undo: Option<&'a Command>,
    /// What its command reads from its environment, as a sentence.
    pub needs: Option<String>,
}

/// What a rollback begins with.
#[derive(Default)]
pub struct Back<'a> {
    /// What it undoes before its own steps, in the order in which it does so.
    pub steps: Vec<TakenBack<'a>>,
    /// What no rollback undoes, and why, each as a sentence.
    pub stays: Vec<String>,
    /// A link to another rollback that begins with the same, where that is too much to say it again.
    pub as_in: Option<String>,
}

impl Back<'_> {
    /// Whether something is undone before the rollback's own steps.
    pub fn is_any(&self) -> bool {
        !self.steps.is_empty() || self.as_in.is_some()
    }
}

/// So many steps are said in each rollback; more are said in the first of those that begin with them.
const SAID_AGAIN: usize = 12;

impl<'a> Sentences<'a> {
    /// What a rollback begins with; nothing of any other node.
    pub fn back(&self, node: &Node) -> Back<'a> {
        if !matches!(node.work, Work::Rollback) {
            return Back::default();
        }
        let ways = &self.ways_back;
        let (steps, first) = match ways.rollbacks.get(node.id.as_str()) {
            Some(&(way, first)) => (ways.stretches[way].as_slice(), first),
            None => (&[][..], node.id.as_str()),
        };
        if first != node.id && steps.len() + ways.stays.len() > SAID_AGAIN {
            return Back {
                as_in: Some(self.link(first)),
                ..Back::default()
            };
        }
        Back {
            steps: (steps.iter().filter_map(|step| self.taken_back(node, step))).collect(),
            stays: ways.stays.iter().map(|node| self.stays(node)).collect(),
            as_in: None,
        }
    }

    fn taken_back(&self, rollback: &Node, node: &'a Node) -> Option<TakenBack<'a>> {
        let (line, undo) = match &node.work {
            Work::Run {
                effect: Effect::Undo { undo },
                ..
            } => (self.link(&node.id), Some(undo.as_ref())),
            Work::Shift { service, .. } => (
                format!(
                    "All traffic of {} goes to the version before",
                    self.service(service)
                ),
                None,
            ),
            Work::Switch { service, .. } => (
                format!(
                    "All traffic of {} goes to the colour before",
                    self.service(service)
                ),
                None,
            ),
            Work::Scale { service, .. } => (
                format!("{} has as many replicas as before", self.service(service)),
                None,
            ),
            _ => return None,
        };
        Some(TakenBack {
            key: format!("{}#back/{}", anchor(&rollback.id), anchor(&node.id)),
            line,
            undo,
            needs: self.needs(undo.into_iter()),
        })
    }

    fn stays(&self, node: &Node) -> String {
        let link = self.link(&node.id);
        let why = irreversible(node)
            .map(|why| self.markup.text(why))
            .unwrap_or_default();
        match why.is_empty() {
            true => format!("{link} can't be undone."),
            false => format!("{link} can't be undone: {why}."),
        }
    }
}
