//! What is drawn, whatever the language of the drawing.

use std::collections::BTreeSet;

use crate::plan::EdgeKind;

/// A graph of items, some of which hold others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// What the picture shows.
    pub title: String,
    /// The outermost items, in the order written.
    pub items: Vec<Item>,
    /// What depends on what.
    pub ties: Vec<Tie>,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The id of the node.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// When, by whom, how long: one short line, or nothing.
    pub detail: String,
    /// How it is drawn.
    pub shape: Shape,
    /// Whether it lies on the critical path.
    pub critical: bool,
    /// What is drawn inside it.
    pub children: Vec<Item>,
}

/// The shapes. Each stands for a few kinds of node that a reader takes for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Phases, groups, monitors: what holds other work.
    Stretch,
    /// Gates and choices.
    Decision,
    /// What is established, recorded or approved by people or metrics.
    Check,
    /// Commands.
    Command,
    /// Shifts, switches, scaling.
    Traffic,
    /// Holds and waits.
    Wait,
    /// Messages.
    Notice,
    /// Rules that stay armed.
    Rule,
    /// Rollbacks and procedures.
    WayBack,
}

/// Two items by their ids, and how the second depends on the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// The id of the first.
    pub from: String,
    /// The id of the second.
    pub to: String,
    /// How.
    pub kind: EdgeKind,
    /// Whether the second begins when the first ends, on the critical path.
    pub critical: bool,
}

impl Chart {
    /// All ids that are drawn.
    pub(super) fn ids(&self) -> BTreeSet<&str> {
        fn collect<'a>(items: &'a [Item], ids: &mut BTreeSet<&'a str>) {
            for item in items {
                ids.insert(&item.id);
                collect(&item.children, ids);
            }
        }
        let mut ids = BTreeSet::new();
        collect(&self.items, &mut ids);
        ids
    }
}

impl Item {
    /// This item and everything inside it, with the depth of each (this one: zero).
    pub(super) fn walk(&self) -> Vec<(usize, &Item)> {
        let mut all = Vec::new();
        let mut stack = vec![(0, self)];
        while let Some((depth, item)) = stack.pop() {
            all.push((depth, item));
            stack.extend(item.children.iter().rev().map(|child| (depth + 1, child)));
        }
        all
    }
}
