//! Ways back: what was done before is taken back first, the last first, and some of it never can be.

use std::collections::BTreeSet;

use super::anchor;
use super::sentences::Sentences;
use crate::plan::{Command, EdgeKind, Effect, Node, Work};

/// A step as a way back takes it back.
pub struct TakenBack<'a> {
    /// What tells it from every other on the page.
    pub key: String,
    /// What goes back, marked up.
    pub line: String,
    /// How; a person knows how to move traffic.
    pub undo: Option<&'a Command>,
    /// What its command reads from its environment, as a sentence.
    pub needs: Option<String>,
}

impl<'a> Sentences<'a> {
    /// What a rollback takes back before its own steps, in the order in which it does so.
    pub fn taken_back(&self, rollback: &Node) -> Vec<TakenBack<'a>> {
        let mut moved = BTreeSet::new();
        self.undone(rollback)
            .into_iter()
            .filter_map(|node| {
                let (line, undo) = match &node.work {
                    Work::Run {
                        effect: Effect::Undo { undo },
                        ..
                    } => (self.link(&node.id), Some(undo.as_ref())),
                    // However often traffic has moved, it goes back once.
                    Work::Shift { service, .. } if moved.insert(("traffic", service)) => (
                        format!(
                            "All traffic of {} goes to the version before",
                            self.service(service)
                        ),
                        None,
                    ),
                    Work::Switch { service, .. } if moved.insert(("traffic", service)) => (
                        format!(
                            "All traffic of {} goes to the colour before",
                            self.service(service)
                        ),
                        None,
                    ),
                    Work::Scale { service, .. } if moved.insert(("replicas", service)) => (
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
            })
            .collect()
    }

    /// What no rollback takes back, and why, each as a sentence.
    pub fn stays(&self) -> Vec<String> {
        let forward = self.plan.forward().into_iter();
        forward
            .flat_map(Node::walk)
            .filter_map(|node| match &node.work {
                Work::Run {
                    effect: Effect::Irreversible { why },
                    ..
                } => {
                    let link = self.link(&node.id);
                    let why = self.markup.text(why);
                    Some(match why.is_empty() {
                        true => format!("{link} can't be taken back."),
                        false => format!("{link} can't be taken back: {why}."),
                    })
                }
                _ => None,
            })
            .collect()
    }

    /// The steps inside what a rollback takes back, the last first.
    fn undone(&self, rollback: &Node) -> Vec<&'a Node> {
        let stretches = self.plan.stretches();
        let mut edges = self
            .plan
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Undoes && edge.from == rollback.id);
        let Some(edge) = edges.next() else {
            return Vec::new();
        };
        let forward = self.plan.forward().into_iter();
        let mut steps: Vec<&Node> = forward
            .filter(|top| stretches.reaches(edge, &top.id))
            .flat_map(Node::walk)
            .collect();
        steps.reverse();
        steps
    }
}
