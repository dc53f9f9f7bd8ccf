//! The timeline as a table.

use serde_json::{Value, json};

use super::sentences::Sentences;
use crate::plan::{Node, Work};

impl Sentences<'_> {
    /// The rows of the timeline: `when`, `what`, `takes`, `who`, `kind`, and the `id` of the node; none where no
    /// time is known.
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
            (Some(at), _, _) => self.when(at),
            (None, Some(window), _) => self.window(window),
            (None, None, Some(due)) => format!("until {}", self.when(due)),
            (None, None, None) => String::new(),
        }
    }

    fn timeline_row(&self, node: &Node, depth: usize, rows: &mut Vec<Value>) {
        let schedule = node.schedule;
        let times = match (schedule.starts_seconds, schedule.ends_seconds) {
            (Some(start), Some(end)) if end > start => (
                self.at_seconds(start),
                self.span(start, end),
                crate::plan::duration_text(crate::plan::Exact::whole(end - start)),
            ),
            (Some(start), _) => (
                self.at_seconds(start),
                self.at_seconds(start),
                String::new(),
            ),
            (None, _) => (String::new(), self.stated_time(node), String::new()),
        };
        let rollback = node.follows_rollback();
        rows.push(json!({
            "id": node.id,
            "when": if rollback { "after a rollback".to_owned() } else { times.1 },
            "what": format!("{}{}", "– ".repeat(depth), self.link(&node.id)),
            "takes": times.2,
            "who": self.roles(&node.owners),
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
}
