//! Rules that stay armed: what must be seen, and what is done then.

use super::sentences::Sentences;
use super::{anchor, capital};
use crate::plan::{Node, Work};

/// A rule.
pub struct Rule<'a> {
    /// The anchor of its node.
    pub anchor: String,
    /// Its title, marked up.
    pub title: String,
    /// Any of these leads to it.
    pub reasons: Vec<Reason>,
    /// What is done then, marked up.
    pub then: String,
    /// What else stands in it.
    pub rest: Vec<&'a Node>,
}

/// A reason for a rule.
pub struct Reason {
    /// The anchor of its node; nothing where it is no node of its own.
    pub anchor: Option<String>,
    /// What is seen, marked up.
    pub what: String,
}

impl Sentences<'_> {
    /// The decision table.
    pub fn severities(&self) -> Vec<Rule<'_>> {
        self.plan
            .of_kind("severity")
            .map(|node| {
                let (reasons, rest) = self.reasons(node);
                Rule {
                    anchor: anchor(&node.id),
                    title: self.heading(node),
                    reasons,
                    then: match &node.work {
                        Work::Severity { then } => capital(&self.actions(then)),
                        _ => String::new(),
                    },
                    rest,
                }
            })
            .collect()
    }

    /// The standing alerts.
    pub fn alerts(&self) -> Vec<Rule<'_>> {
        self.plan
            .of_kind("alert")
            .map(|node| {
                let (inside, rest) = self.reasons(node);
                let mut reasons = Vec::new();
                let mut done = String::new();
                if let Work::Alert { when, then } = &node.work {
                    reasons.extend(when.iter().map(|condition| Reason {
                        anchor: None,
                        what: self.condition(condition),
                    }));
                    done = capital(&self.actions(then));
                }
                reasons.extend(inside);
                Rule {
                    anchor: anchor(&node.id),
                    title: self.heading(node),
                    reasons,
                    then: done,
                    rest,
                }
            })
            .collect()
    }

    fn reasons<'n>(&self, node: &'n Node) -> (Vec<Reason>, Vec<&'n Node>) {
        let mut reasons = Vec::new();
        let mut rest = Vec::new();
        for child in &node.children {
            match &child.work {
                Work::When { .. } => reasons.push(Reason {
                    anchor: Some(anchor(&child.id)),
                    what: self.item(child).line,
                }),
                _ => rest.push(child),
            }
        }
        (reasons, rest)
    }
}
