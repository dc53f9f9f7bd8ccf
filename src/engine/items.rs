//! The nodes of a plan with their places among the others.

use crate::plan::{Instant, Node, Plan, When, Work};

/// A node with its place among the others.
pub(super) struct Item<'p> {
    pub node: &'p Node,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    /// What must have ended before it begins.
    pub before: Vec<usize>,
    /// The top-level node that it stands in.
    pub top: usize,
    /// One past the last of those that stand in it.
    pub end: usize,
    /// When it says that it begins: whole seconds from `T`.
    pub stated: Option<i64>,
    /// When its window closes.
    pub closes: Option<i64>,
}

/// A phase or a gate: what the work at the top consists of.
pub(super) fn is_main(node: &Node) -> bool {
    matches!(node.work, Work::Phase | Work::Gate)
}

/// Whether a node takes its turn: rules and words for the reader do not.
pub(super) fn takes_turn(work: &Work) -> bool {
    !matches!(
        work,
        Work::Note { .. }
            | Work::Else
            | Work::When { .. }
            | Work::Severity { .. }
            | Work::Watch { .. }
            | Work::Every { .. }
            | Work::Alert { .. }
    )
}

pub(super) fn add<'p>(
    items: &mut Vec<Item<'p>>,
    node: &'p Node,
    parent: Option<usize>,
    plan: &'p Plan,
) -> usize {
    let place = items.len();
    let start = plan.deployment.starts.as_ref();
    let window = node.window.as_ref();
    let from = node.at.as_ref().or(window.map(|window| &window.from));
    items.push(Item {
        node,
        parent,
        children: Vec::new(),
        before: Vec::new(),
        top: parent.map_or(place, |parent| items[parent].top),
        end: place,
        stated: from.and_then(|from| offset(from, start)),
        closes: window.and_then(|window| offset(&window.to, start)),
    });
    for child in &node.children {
        let inner = add(items, child, Some(place), plan);
        items[place].children.push(inner);
    }
    items[place].end = items.len();
    place
}

/// Seconds from `T`.
pub fn offset(time: &When, start: Option<&Instant>) -> Option<i64> {
    time.resolve(start, None).ok()?.offset
}
