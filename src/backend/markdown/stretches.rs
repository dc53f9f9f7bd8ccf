//! Phases and gates: a heading, what is known of it, and what is done in it.

use serde_json::json;

use super::Renderer;
use super::inline::{anchor, text, words};
use crate::plan::{Condition, Node, Work};

impl Renderer<'_> {
    /// A phase, a gate, a rollback, a procedure or a monitor under a heading of this level.
    pub fn stretch(&self, node: &Node, level: usize) -> Result<String, String> {
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
        let (items, parts): (Vec<&Node>, Vec<&Node>) = node
            .children
            .iter()
            .partition(|child| !(divided && is_stretch(child)));
        let gate = node.work == Work::Gate;
        let mut required = Vec::new();
        let mut approvals = Vec::new();
        let mut rest = String::new();
        let mut otherwise = None;
        for child in items {
            match &child.work {
                Work::Require { holds } if gate && child.children.is_empty() => {
                    required.push(self.requirement(child, holds.as_ref()));
                }
                Work::Group { .. }
                    if gate
                        && child.children.iter().all(is_plain_requirement)
                        && !child.children.is_empty() =>
                {
                    let mut what = format!("**{}**", self.called(child));
                    let about = self.about(child);
                    if !about.is_empty() {
                        what.push_str(&format!(" ({})", about.join(", ")));
                    }
                    required.push(json!({
                        "anchor": anchor(&child.id),
                        "what": what,
                        "bound": "",
                        "met": "",
                    }));
                    for inner in &child.children {
                        if let Work::Require { holds } = &inner.work {
                            required.push(self.requirement(inner, holds.as_ref()));
                        }
                    }
                }
                Work::Approve { roles, quorum, not } if gate => {
                    for (index, role) in roles.iter().enumerate() {
                        let first = index == 0;
                        approvals.push(json!({
                            "anchor": first.then(|| anchor(&child.id)),
                            "what": text(&child.title),
                            "role": self.say.role(role),
                            "note": null,
                        }));
                    }
                    if let Some(quorum) = quorum
                        && let Some(last) = approvals.last_mut()
                    {
                        last["note"] = json!(format!("{quorum} of these are enough."));
                    }
                    if !not.is_empty()
                        && let Some(last) = approvals.last_mut()
                    {
                        last["note"] = json!(format!("Not by {}.", self.say.roles(not)));
                    }
                }
                Work::Else => {
                    let nodes = self.items(&child.children)?;
                    otherwise = Some(json!({ "anchor": anchor(&child.id), "items": nodes }));
                }
                _ => {
                    let item = self.item(child)?;
                    if !rest.is_empty() && !item.is_empty() {
                        rest.push('\n');
                    }
                    rest.push_str(&item);
                }
            }
        }
        let mut below = Vec::new();
        for part in parts {
            below.push(self.stretch(part, level + 1)?);
        }
        let title = self.called(node);
        let parts = json!({
            "marks": "#".repeat(level),
            "anchor": anchor(&node.id),
            "title": title,
            "kind": node.work.kind(),
            "about": self.about_stretch(node),
            "required": required,
            "approvals": approvals,
            "items": rest,
            "otherwise": otherwise,
            "otherwise_line": (!node.otherwise.is_empty()).then(|| self.say.actions(&node.otherwise)),
            "parts": below,
        });
        self.render("stretch", &parts)
    }

    /// What people call a node: its title, or its name.
    fn called(&self, node: &Node) -> String {
        match node.title.is_empty() {
            true => words(&node.label()),
            false => text(&node.title),
        }
    }

    /// When and by whom, with the times that follow from others where none are written.
    fn about_stretch(&self, node: &Node) -> Vec<String> {
        let mut about = self.about(node);
        let schedule = node.schedule;
        if node.at.is_none()
            && node.window.is_none()
            && let (Some(start), Some(end)) = (schedule.starts_seconds, schedule.ends_seconds)
        {
            let times = match start == end {
                true => format!("about {}", self.say.at_seconds(start)),
                false => format!(
                    "about {} to {}",
                    self.say.at_seconds(start),
                    self.say.at_seconds(end)
                ),
            };
            about.insert(0, times);
        }
        about
    }

    fn requirement(&self, node: &Node, holds: Option<&Condition>) -> serde_json::Value {
        let (what, bound) = match holds {
            Some(Condition::Measured(measured)) if !node.title.is_empty() => {
                (text(&node.title), self.say.measured(measured))
            }
            Some(condition) if !node.title.is_empty() => {
                (text(&node.title), self.say.condition(condition))
            }
            Some(Condition::Measured(measured)) => {
                (self.say.metric(&measured.metric), self.say.asks(measured))
            }
            Some(condition) => (self.say.condition(condition), String::new()),
            None => (text(&node.title), String::new()),
        };
        let mut what = if what.is_empty() {
            words(&node.label())
        } else {
            what
        };
        let about = self.about(node);
        if !about.is_empty() {
            what.push_str(&format!(" ({})", about.join(", ")));
        }
        if !node.otherwise.is_empty() {
            what.push_str(&format!(
                "; otherwise {}",
                self.say.actions(&node.otherwise)
            ));
        }
        json!({
            "anchor": anchor(&node.id),
            "what": what,
            "bound": bound,
            "met": if node.done { "☑" } else { "☐" },
        })
    }
}

fn is_plain_requirement(node: &Node) -> bool {
    matches!(node.work, Work::Require { .. }) && node.children.is_empty()
}
