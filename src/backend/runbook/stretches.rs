//! Phases, gates, rollbacks, procedures and monitors: what of them a table holds, what a list, and
//! what gets a heading of its own.

use super::sentences::Sentences;
use super::{anchor, capital};
use crate::plan::{Condition, Node, Work};

/// A stretch of work, sorted by how a page shows it.
#[derive(Default)]
pub struct Stretch<'a> {
    /// When and by whom, with the times that follow from others where none are written.
    pub about: Vec<String>,
    /// What a gate requires, as a table.
    pub required: Vec<Required<'a>>,
    /// Who signs, as a table.
    pub approvals: Vec<Approval<'a>>,
    /// Items of the list.
    pub items: Vec<&'a Node>,
    /// What happens if it fails.
    pub otherwise: Option<&'a Node>,
    /// Parts under headings of their own.
    pub parts: Vec<&'a Node>,
}

/// A row of what a gate requires.
pub struct Required<'a> {
    /// The node.
    pub node: &'a Node,
    /// What is required, marked up.
    pub what: String,
    /// What it must be, marked up; may be empty.
    pub bound: String,
    /// Whether it stands over the rows that follow.
    pub heading: bool,
}

/// A row of who signs.
pub struct Approval<'a> {
    /// The node.
    pub node: &'a Node,
    /// The name of the role.
    pub name: &'a str,
    /// Whether it is the first row of its node.
    pub first: bool,
    /// What it is, marked up; may be empty.
    pub what: String,
    /// Who signs, marked up.
    pub role: String,
    /// What else holds of the rows of the node; on the last of them.
    pub note: Option<String>,
}

impl Sentences<'_> {
    /// A stretch under a heading of this level.
    pub fn stretch<'n>(&self, node: &'n Node, level: usize) -> Stretch<'n> {
        let is_stretch = |node: &Node| matches!(node.work, Work::Phase | Work::Gate);
        // Parts get headings of their own where nothing but parts follows them: under a heading, an
        // item that is not in it would seem to be.
        let first = node.children.iter().position(is_stretch);
        let divided = level < 5
            && first.is_some_and(|first| {
                node.children[first..].iter().all(|child| {
                    is_stretch(child) || matches!(child.work, Work::Else | Work::Note { .. })
                })
            });
        let gate = node.work == Work::Gate;
        let mut stretch = Stretch {
            about: self.about_stretch(node),
            ..Stretch::default()
        };
        for child in &node.children {
            if divided && is_stretch(child) {
                stretch.parts.push(child);
                continue;
            }
            match &child.work {
                Work::Require { holds } if gate && child.children.is_empty() => {
                    stretch
                        .required
                        .push(self.requirement(child, holds.as_ref()));
                }
                Work::Group { .. }
                    if gate
                        && child.children.iter().all(is_plain_requirement)
                        && !child.children.is_empty() =>
                {
                    let mut what = self.markup.strong(&self.called(child));
                    let about = self.about(child);
                    if !about.is_empty() {
                        what.push_str(&format!(" ({})", about.join(", ")));
                    }
                    stretch.required.push(Required {
                        node: child,
                        what,
                        bound: String::new(),
                        heading: true,
                    });
                    for inner in &child.children {
                        if let Work::Require { holds } = &inner.work {
                            stretch
                                .required
                                .push(self.requirement(inner, holds.as_ref()));
                        }
                    }
                }
                Work::Approve { roles, quorum, not } if gate && !roles.is_empty() => {
                    let title = self.markup.text(&child.title);
                    for (index, role) in roles.iter().enumerate() {
                        let called = self.role(role);
                        stretch.approvals.push(Approval {
                            node: child,
                            name: role,
                            first: index == 0,
                            // "Product manager: Product manager" says it twice.
                            what: if title == called {
                                String::new()
                            } else {
                                title.clone()
                            },
                            role: called,
                            note: None,
                        });
                    }
                    let mut notes = Vec::new();
                    if let Some(quorum) = quorum {
                        notes.push(format!("{quorum} of these are enough."));
                    }
                    if !not.is_empty() {
                        notes.push(format!("Not by {}.", self.roles(not)));
                    }
                    let about = self.about(child);
                    if !about.is_empty() {
                        notes.push(format!("{}.", capital(&about.join(", "))));
                    }
                    if child.within.is_some() {
                        notes.push("Without an answer by then it is a no.".to_owned());
                    }
                    if !child.otherwise.is_empty() {
                        notes.push(format!("Otherwise: {}.", self.actions(&child.otherwise)));
                    }
                    if let Some(last) = stretch.approvals.last_mut()
                        && !notes.is_empty()
                    {
                        last.note = Some(notes.join(" "));
                    }
                }
                Work::Else if stretch.otherwise.is_none() => stretch.otherwise = Some(child),
                _ => stretch.items.push(child),
            }
        }
        stretch
    }

    fn about_stretch(&self, node: &Node) -> Vec<String> {
        let mut about = self.about(node);
        let schedule = node.schedule;
        if node.at.is_none()
            && node.window.is_none()
            && let (Some(start), Some(end)) = (schedule.starts_seconds, schedule.ends_seconds)
        {
            let times = match start == end {
                true => format!("about {}", self.at_seconds(start)),
                false => format!(
                    "about {} to {}",
                    self.at_seconds(start),
                    self.at_seconds(end)
                ),
            };
            about.insert(0, times);
        }
        about
    }

    fn requirement<'n>(&self, node: &'n Node, holds: Option<&Condition>) -> Required<'n> {
        let title = self.markup.text(&node.title);
        let (what, bound) = match holds {
            Some(condition) if !node.title.is_empty() => (title, self.condition(condition)),
            Some(Condition::Measured(measured)) => {
                (self.metric(&measured.metric), self.asks(measured))
            }
            Some(condition) => (self.condition(condition), String::new()),
            None => (title, String::new()),
        };
        let mut what = if what.is_empty() {
            self.markup.words(&node.label())
        } else {
            what
        };
        let about = self.about(node);
        if !about.is_empty() {
            what.push_str(&format!(" ({})", about.join(", ")));
        }
        if !node.otherwise.is_empty() {
            what.push_str(&format!("; otherwise {}", self.actions(&node.otherwise)));
        }
        Required {
            node,
            what,
            bound,
            heading: false,
        }
    }
}

impl Required<'_> {
    /// The anchor of its node.
    pub fn anchor(&self) -> String {
        anchor(&self.node.id)
    }
}

fn is_plain_requirement(node: &Node) -> bool {
    matches!(node.work, Work::Require { .. }) && node.children.is_empty()
}
