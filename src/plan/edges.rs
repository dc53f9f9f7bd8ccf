//! What depends on what: one node on another, and rules and rollbacks on whole stretches of the work.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Effect, Node, Work};
use crate::graph::EdgeKind;

/// Two nodes, and how the second depends on the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Edge {
    /// The id of the first.
    pub from: String,
    /// The id of the second; of `guards` and `undoes`, where the stretch begins that is watched or taken
    /// back.
    pub to: String,
    /// Where that stretch ends, both ends in: for `guards` the id of its last phase or gate as they are
    /// written, for `undoes`, which goes from the last one back, of its first. Absent where it is one
    /// phase or gate alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// How.
    pub kind: EdgeKind,
}

/// The stretches of a plan to which edges lead: so many rules watch so many phases that each names
/// only where its own begins and ends.
pub struct Stretches<'p> {
    /// The phases and gates on the way forward, as they are written.
    work: Vec<&'p Node>,
    /// For each whether a rollback takes something of it back.
    changing: Vec<bool>,
    /// Where each stands, by its id.
    places: HashMap<&'p str, usize>,
}

impl<'p> Stretches<'p> {
    pub(super) fn of(nodes: &'p [Node]) -> Self {
        let work: Vec<&Node> = nodes
            .iter()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate))
            .filter(|node| !node.follows_rollback())
            .collect();
        Stretches {
            changing: work.iter().map(|node| any(node, changes)).collect(),
            places: work.iter().map(|node| node.id.as_str()).zip(0..).collect(),
            work,
        }
    }

    /// What an edge of a rule or a rollback leads to: every phase and gate that the rule watches, as they
    /// are written, or that the rollback undoes, from the last one to the first. Nothing for other
    /// edges.
    pub fn reached(&self, edge: &Edge) -> Vec<&'p Node> {
        let Some((low, high)) = self.ends(edge) else {
            return Vec::new();
        };
        let all = (low..=high).filter(|&at| self.is_reached(edge, at));
        let mut reached: Vec<&Node> = all.map(|at| self.work[at]).collect();
        if edge.kind == EdgeKind::Undoes {
            reached.reverse();
        }
        reached
    }

    /// Whether an edge of a rule or a rollback leads to the node with this id.
    pub fn reaches(&self, edge: &Edge, id: &str) -> bool {
        let (Some((low, high)), Some(&at)) = (self.ends(edge), self.places.get(id)) else {
            return false;
        };
        (low..=high).contains(&at) && self.is_reached(edge, at)
    }

    fn is_reached(&self, edge: &Edge, at: usize) -> bool {
        match edge.kind {
            EdgeKind::Guards => true,
            EdgeKind::Undoes => self.changing[at],
            EdgeKind::Sequence | EdgeKind::After => false,
        }
    }

    /// The places of the first and the last of a stretch.
    fn ends(&self, edge: &Edge) -> Option<(usize, usize)> {
        let to = *self.places.get(edge.to.as_str())?;
        let through = match &edge.through {
            Some(through) => *self.places.get(through.as_str())?,
            None => to,
        };
        Some((to.min(through), to.max(through)))
    }
}

impl Edge {
    /// An edge of a rule or a rollback to the nodes that are left of those that it reaches; nothing
    /// where none is left.
    pub fn narrowed(&self, left: &[&Node]) -> Option<Edge> {
        let (first, last) = (left.first()?, left.last()?);
        Some(Edge {
            from: self.from.clone(),
            to: first.id.clone(),
            through: (left.len() > 1).then(|| last.id.clone()),
            kind: self.kind,
        })
    }
}

/// Which stretch each rule watches, and which one each rollback undoes.
pub(super) fn guards_and_undoes(nodes: &[Node]) -> Vec<Edge> {
    let stretches = Stretches::of(nodes);
    let moving: Vec<bool> = stretches
        .work
        .iter()
        .map(|node| any(node, moves_traffic))
        .collect();
    // A rule is armed while traffic moves; where none does, while something is changed, for good too;
    // where nothing says that it is, while something is run that does more than look.
    let acting = [alters, runs].map(|acts: fn(&Work) -> bool| {
        let work = stretches.work.iter();
        work.map(|node| any(node, acts)).collect()
    });
    let armed = std::iter::once(moving)
        .chain(acting)
        .find(|armed: &Vec<bool>| armed.contains(&true))
        .unwrap_or_default();
    let ends = |wanted: &[bool]| {
        let id = |at: usize| stretches.work[at].id.as_str();
        let first = wanted.iter().position(|one| *one)?;
        let last = wanted.iter().rposition(|one| *one)?;
        Some((id(first), id(last)))
    };
    let (guarded, undone) = (ends(&armed), ends(&stretches.changing));
    let edge = |from: &Node, to: &str, through: &str, kind: EdgeKind| Edge {
        from: from.id.clone(),
        to: to.to_owned(),
        through: (to != through).then(|| through.to_owned()),
        kind,
    };
    let mut edges = Vec::new();
    for rule in nodes.iter().filter(|node| node.work.kind() == "severity") {
        edges.extend(guarded.map(|(first, last)| edge(rule, first, last, EdgeKind::Guards)));
    }
    for rollback in nodes.iter().filter(|node| node.work == Work::Rollback) {
        edges.extend(undone.map(|(first, last)| edge(rollback, last, first, EdgeKind::Undoes)));
    }
    edges
}

fn any(node: &Node, holds: fn(&Work) -> bool) -> bool {
    node.walk().any(|inner| holds(&inner.work))
}

fn moves_traffic(work: &Work) -> bool {
    matches!(work, Work::Shift { .. } | Work::Switch { .. })
}

fn alters(work: &Work) -> bool {
    changes(work)
        || matches!(
            work,
            Work::Run {
                effect: Effect::Irreversible { .. },
                ..
            }
        )
}

fn runs(work: &Work) -> bool {
    match work {
        Work::Run { effect, .. } => *effect != Effect::ReadsOnly,
        _ => false,
    }
}

fn changes(work: &Work) -> bool {
    moves_traffic(work)
        || matches!(
            work,
            Work::Run {
                effect: Effect::Undo { .. },
                ..
            }
        )
}
