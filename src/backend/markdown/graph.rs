//! The graph of the phases.

use super::Renderer;
use super::inline::fence;
use crate::backend::graph::mermaid_label;
use crate::plan::{Node, Work};

impl Renderer<'_> {
    /// The work as a Mermaid flow chart: phases, decisions, and the rollbacks.
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
            let label = mermaid_label(&node.label());
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
            lines.push(format!(
                "  r{index}([\"{}\"])",
                mermaid_label(&rollback.label())
            ));
            let undone = self.plan.edges.iter().find(|edge| {
                edge.kind == crate::plan::EdgeKind::Undoes && edge.from == rollback.id
            });
            // Where traffic moves, the rollback is open: drawn from the last stretch that does.
            if let Some(from) = undone.and_then(|edge| name(&edge.to)) {
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
