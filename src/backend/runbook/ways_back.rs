//! Rollbacks: what was done before is undone first, the last first, and some of it never can be.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{EdgeKind, Effect, Node, Plan, Text, Work};

/// The rollbacks of a plan: rollbacks that roll back over the same stretch share what they undo.
pub(super) struct WaysBack<'a> {
    /// For each stretch the steps to undo, the last first.
    pub stretches: Vec<Vec<&'a Node>>,
    /// Over which stretch each rollback rolls back, and which rollback is the first to do so.
    pub rollbacks: BTreeMap<&'a str, (usize, &'a str)>,
    /// What can't be undone.
    pub stays: Vec<&'a Node>,
}

impl<'a> WaysBack<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let reached = plan.stretches();
        let mut ways = WaysBack {
            stretches: Vec::new(),
            rollbacks: BTreeMap::new(),
            stays: (plan.forward().into_iter().flat_map(Node::walk))
                .filter(|node| irreversible(node).is_some())
                .collect(),
        };
        let mut first = BTreeMap::new();
        for edge in &plan.edges {
            if edge.kind != EdgeKind::Undoes || ways.rollbacks.contains_key(edge.from.as_str()) {
                continue;
            }
            let stretch = (edge.to.as_str(), edge.through.as_deref());
            let &mut way = first.entry(stretch).or_insert_with(|| {
                let mut moved = BTreeSet::new();
                let undone = plan.undone(&reached, |one| one == edge);
                let mut steps: Vec<&Node> = undone.flat_map(Node::walk).collect();
                steps.reverse();
                steps.retain(|node| is_taken_back(node, &mut moved));
                ways.stretches.push(steps);
                (ways.stretches.len() - 1, edge.from.as_str())
            });
            ways.rollbacks.insert(&edge.from, way);
        }
        ways
    }
}

/// Whether there is something to undo; traffic rolls back once, however often it has moved.
fn is_taken_back<'a>(node: &'a Node, moved: &mut BTreeSet<(&'static str, &'a str)>) -> bool {
    match &node.work {
        Work::Run { effect, .. } => matches!(effect, Effect::Undo { .. }),
        Work::Shift { service, .. } | Work::Switch { service, .. } => {
            moved.insert(("traffic", service))
        }
        Work::Scale { service, .. } => moved.insert(("replicas", service)),
        _ => false,
    }
}

/// Why a node can't be undone, if it can't.
pub(super) fn irreversible(node: &Node) -> Option<&Text> {
    match &node.work {
        Work::Run {
            effect: Effect::Irreversible { why },
            ..
        } => Some(why),
        _ => None,
    }
}
