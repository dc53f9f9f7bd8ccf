//! Ways back: what was done before is taken back first, the last first, and some of it never can be.

use std::collections::{BTreeMap, BTreeSet};

use super::anchor;
use super::sentences::Sentences;
use crate::plan::{Command, EdgeKind, Effect, Node, Plan, Text, Work};

/// A step as a way back takes it back.
pub struct TakenBack<'a> {
    /// What tells it from every other on the page.
    pub key: String,
    /// What goes back, marked up.
    pub line: String,
    /// How; a person knows how to move traffic.
    pub undo: Option<&'a Command>,
    /// What its command reads from its environment, as a sentence.
    pub needs: Option<String>,
}

/// What a rollback begins with.
#[derive(Default)]
pub struct Back<'a> {
    /// What it takes back before its own steps, in the order in which it does so.
    pub steps: Vec<TakenBack<'a>>,
    /// What no rollback takes back, and why, each as a sentence.
    pub stays: Vec<String>,
    /// A link to another rollback that begins with the same, where that is too much to say it again.
    pub as_in: Option<String>,
}

impl Back<'_> {
    /// Whether something is taken back before the rollback's own steps.
    pub fn is_any(&self) -> bool {
        !self.steps.is_empty() || self.as_in.is_some()
    }
}

/// So many steps are said in each rollback; more are said in the first of those that begin with them.
const SAID_AGAIN: usize = 12;

/// The ways back of a plan: rollbacks that go back over the same stretch share what they take back.
pub(super) struct WaysBack<'a> {
    /// For each stretch the steps to take back, the last first.
    stretches: Vec<Vec<&'a Node>>,
    /// Over which stretch each rollback goes back, and which rollback is the first to do so.
    rollbacks: BTreeMap<&'a str, (usize, &'a str)>,
    /// What can't be taken back.
    stays: Vec<&'a Node>,
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

/// Whether there is something to take back; traffic goes back once, however often it has moved.
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

/// Why a node can't be taken back, if it can't.
fn irreversible(node: &Node) -> Option<&Text> {
    match &node.work {
        Work::Run {
            effect: Effect::Irreversible { why },
            ..
        } => Some(why),
        _ => None,
    }
}

impl<'a> Sentences<'a> {
    /// What a rollback begins with; nothing of any other node.
    pub fn back(&self, node: &Node) -> Back<'a> {
        if !matches!(node.work, Work::Rollback) {
            return Back::default();
        }
        let ways = &self.ways_back;
        let (steps, first) = match ways.rollbacks.get(node.id.as_str()) {
            Some(&(way, first)) => (ways.stretches[way].as_slice(), first),
            None => (&[][..], node.id.as_str()),
        };
        if first != node.id && steps.len() + ways.stays.len() > SAID_AGAIN {
            return Back {
                as_in: Some(self.link(first)),
                ..Back::default()
            };
        }
        Back {
            steps: (steps.iter().filter_map(|step| self.taken_back(node, step))).collect(),
            stays: ways.stays.iter().map(|node| self.stays(node)).collect(),
            as_in: None,
        }
    }

    fn taken_back(&self, rollback: &Node, node: &'a Node) -> Option<TakenBack<'a>> {
        let (line, undo) = match &node.work {
            Work::Run {
                effect: Effect::Undo { undo },
                ..
            } => (self.link(&node.id), Some(undo.as_ref())),
            Work::Shift { service, .. } => (
                format!(
                    "All traffic of {} goes to the version before",
                    self.service(service)
                ),
                None,
            ),
            Work::Switch { service, .. } => (
                format!(
                    "All traffic of {} goes to the colour before",
                    self.service(service)
                ),
                None,
            ),
            Work::Scale { service, .. } => (
                format!("{} has as many replicas as before", self.service(service)),
                None,
            ),
            _ => return None,
        };
        Some(TakenBack {
            key: format!("{}#back/{}", anchor(&rollback.id), anchor(&node.id)),
            line,
            undo,
            needs: self.needs(undo.into_iter()),
        })
    }

    fn stays(&self, node: &Node) -> String {
        let link = self.link(&node.id);
        let why = irreversible(node)
            .map(|why| self.markup.text(why))
            .unwrap_or_default();
        match why.is_empty() {
            true => format!("{link} can't be taken back."),
            false => format!("{link} can't be taken back: {why}."),
        }
    }
}
