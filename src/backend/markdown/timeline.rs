//! When: the timeline, and the graph of the phases.

use serde_json::{Value, json};

use super::Renderer;
use super::inline::fence;
use crate::plan::{Node, Work};

impl Renderer<'_> {
    pub fn timeline(&self) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        for node in &self.plan.nodes {
            if matches!(node.work, Work::Phase | Work::Gate | Work::Monitor) {
                self.timeline_row(node, 0, &mut rows);
            }
        }
        let known = rows.iter().any(|row| row["when"] != "");
        if known { rows } else { Vec::new() }
    }

    /// The time of a node as it is written, where its place in the schedule is not known: a date
    /// says the day alone.
    pub fn stated_time(&self, node: &Node) -> String {
        match (&node.at, &node.window, &node.due) {
            (Some(at), _, _) => self.say.when(at),
            (None, Some(window), _) => self.say.window(window),
            (None, None, Some(due)) => format!("until {}", self.say.when(due)),
            (None, None, None) => String::new(),
        }
    }

    fn timeline_row(&self, node: &Node, depth: usize, rows: &mut Vec<Value>) {
        let schedule = node.schedule;
        let times = match (schedule.starts_seconds, schedule.ends_seconds) {
            (Some(start), Some(end)) if end > start => (
                self.say.at_seconds(start),
                self.say.span(start, end),
                crate::plan::duration_text(crate::plan::Exact::whole(end - start)),
            ),
            (Some(start), _) => (
                self.say.at_seconds(start),
                self.say.at_seconds(start),
                String::new(),
            ),
            (None, _) => (String::new(), self.stated_time(node), String::new()),
        };
        let rollback = node.follows_rollback();
        rows.push(json!({
            "when": if rollback { "after a rollback".to_owned() } else { times.1 },
            "what": format!("{}{}", "– ".repeat(depth), self.say.link(&node.id)),
            "takes": times.2,
            "who": self.say.roles(&node.owners),
            "kind": if node.work == Work::Gate { "decision" } else { "" },
        }));
        if depth < 1 {
            for child in &node.children {
                let stated = child.at.is_some() || child.window.is_some();
                if matches!(child.work, Work::Phase | Work::Gate) && stated {
                    self.timeline_row(child, depth + 1, rows);
                }
            }
        }
    }

    /// The work as a Mermaid flow chart: phases, decisions, and the ways back.
    pub fn graph(&self) -> Option<String> {
        let nodes: Vec<&Node> = self
            .plan
            .nodes
            .iter()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate))
            .collect();
        if nodes.len() < 2 || nodes.len() > 60 {
            return None;
        }
        let name = |id: &str| -> Option<String> {
            nodes
                .iter()
                .position(|node| node.id == id)
                .map(|index| format!("n{index}"))
        };
        let mut lines = vec!["flowchart TD".to_owned()];
        for (index, node) in nodes.iter().enumerate() {
            let label = mermaid(&node.label());
            lines.push(match node.work {
                Work::Gate => format!("  n{index}{{{{\"{label}\"}}}}"),
                _ => format!("  n{index}[\"{label}\"]"),
            });
        }
        for edge in &self.plan.edges {
            if !matches!(
                edge.kind,
                crate::plan::EdgeKind::Sequence | crate::plan::EdgeKind::After
            ) {
                continue;
            }
            if let (Some(from), Some(to)) = (name(&edge.from), name(&edge.to)) {
                lines.push(format!("  {from} --> {to}"));
            }
        }
        for (index, rollback) in self.plan.of_kind("rollback").enumerate() {
            lines.push(format!("  r{index}([\"{}\"])", mermaid(&rollback.label())));
            let undone: Vec<&str> = self
                .plan
                .edges
                .iter()
                .filter(|edge| {
                    edge.kind == crate::plan::EdgeKind::Undoes && edge.from == rollback.id
                })
                .map(|edge| edge.to.as_str())
                .collect();
            // Where traffic moves, the way back is open: drawn from the last stretch that does.
            if let Some(from) = undone.first().and_then(|id| name(id)) {
                lines.push(format!("  {from} -.-> r{index}"));
            }
            if index == 0
                && let Some(after) = nodes
                    .iter()
                    .find(|node| node.follows_rollback())
                    .and_then(|node| name(&node.id))
            {
                lines.push(format!("  r{index} --> {after}"));
            }
        }
        Some(fence(&lines.join("\n"), "mermaid"))
    }
}

/// A label of a Mermaid chart: what Mermaid or HTML could take for structure is written by number.
fn mermaid(label: &str) -> String {
    let mut out = String::new();
    for letter in label.chars() {
        match letter {
            letter
                if letter.is_alphanumeric()
                    || matches!(letter, ' ' | ',' | '.' | '%' | '-' | ':' | '/') =>
            {
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push_str(&format!("#{};", letter as u32)),
        }
    }
    out
}
