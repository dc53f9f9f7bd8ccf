//! What a spec says of each metric: where it must lie to go on, and where it makes a rule fire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::interval::Set;
use crate::model::{Action, Condition, Measured, Metric, Node, Spec, Work};

/// What a condition decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Work goes on if it holds.
    Pass,
    /// It is checked again and again after the work.
    Watch,
    /// The whole has succeeded if it holds.
    Success,
    /// All is normal if it holds.
    Normal,
    /// A severity fires if it holds.
    Severity,
    /// An alert fires if it holds.
    Alert,
    /// The whole has failed if it holds.
    Failure,
}

impl Role {
    /// Whether it says what is good; the others say what is bad.
    pub fn is_good(self) -> bool {
        match self {
            Role::Pass | Role::Watch | Role::Success | Role::Normal => true,
            Role::Severity | Role::Alert | Role::Failure => false,
        }
    }
}

/// One condition on one metric, with what it decides and where.
#[derive(Clone, Debug)]
pub struct Fact<'a> {
    /// What it decides.
    pub role: Role,
    /// The values of which it is true.
    pub set: Set,
    /// The condition.
    pub measured: &'a Measured,
    /// The node that states it.
    pub node: &'a Node,
    /// The top-level node around it, by its place in the spec.
    pub item: usize,
    /// Counts the stretches of the deployment: each phase and gate, and each move of traffic, begins
    /// another one.
    pub stage: usize,
    /// The rule or alert around it, with its actions; the node itself elsewhere.
    pub rule: &'a Node,
    /// What is done if it fires.
    pub actions: &'a [Action],
    /// Whether something is said to happen if it does not hold: an `else` of its own or around it,
    /// or the deployment's `on failure`.
    pub handled: bool,
    /// Whether it is asked while or after traffic moves; before that, it is about the old version
    /// or another environment.
    pub moving: bool,
}

/// All facts, by metric and labels, in the order written.
pub struct Facts<'a> {
    /// How many stretches have begun so far.
    stage: usize,
    /// The metric, and its facts.
    pub by_metric: BTreeMap<Cow<'a, str>, (&'a Metric, Vec<Fact<'a>>)>,
}

/// Collects the facts of a spec.
pub fn collect(spec: &Spec) -> Facts<'_> {
    let metrics: BTreeMap<&str, &Metric> = spec
        .metrics
        .iter()
        .map(|metric| (metric.name.as_str(), metric))
        .collect();
    let mut facts = Facts {
        stage: 0,
        by_metric: BTreeMap::new(),
    };
    let handled = spec
        .deployment
        .as_ref()
        .is_some_and(|head| !head.on_failure.is_empty());
    // The way forward as it is written, then what watches and judges it, wherever that is written.
    let forward =
        |node: &Node| matches!(node.work, Work::Phase | Work::Gate) && !node.follows_rollback();
    let mut nodes: Vec<(usize, &Node)> = spec.nodes.iter().enumerate().collect();
    nodes.sort_by_key(|(_, node)| !forward(node));
    let mut moving = !nodes
        .iter()
        .any(|(_, node)| forward(node) && moves_traffic(node));
    for (item, node) in nodes {
        moving |= !forward(node) || moves_traffic(node);
        let role = match node.work {
            Work::Monitor => Role::Watch,
            Work::Success => Role::Success,
            Work::Baseline { .. } => Role::Normal,
            Work::Failure => Role::Failure,
            Work::Rollback | Work::Procedure | Work::Test { .. } | Work::Reference => continue,
            _ if node.follows_rollback() => continue,
            _ => Role::Pass,
        };
        let at = At {
            item,
            role,
            rule: node,
            handled,
            moving,
        };
        gather(&metrics, node, at, &mut facts);
    }
    facts
}

fn moves_traffic(node: &Node) -> bool {
    matches!(
        node.work,
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. }
    ) || node.children.iter().any(moves_traffic)
}

/// What is known of a node from those around it.
#[derive(Clone, Copy)]
struct At<'a> {
    item: usize,
    role: Role,
    rule: &'a Node,
    handled: bool,
    moving: bool,
}

fn gather<'a>(
    metrics: &BTreeMap<&str, &'a Metric>,
    node: &'a Node,
    mut at: At<'a>,
    facts: &mut Facts<'a>,
) {
    let actions: &[Action] = match &node.work {
        Work::Severity { then } => {
            at.role = Role::Severity;
            at.rule = node;
            then
        }
        Work::Alert { then, .. } => {
            at.role = Role::Alert;
            at.rule = node;
            then
        }
        Work::When { .. } => match &at.rule.work {
            Work::Severity { then } | Work::Alert { then, .. } => then,
            _ => &[],
        },
        // What happens after a failure is no condition of going on.
        Work::Else => return,
        _ => {
            at.rule = node;
            &node.otherwise
        }
    };
    if matches!(
        node.work,
        Work::Shift { .. } | Work::Switch { .. } | Work::Phase | Work::Gate | Work::Monitor
    ) {
        facts.stage += 1;
    }
    at.handled |=
        !node.otherwise.is_empty() || node.children.iter().any(|child| child.work == Work::Else);
    if let Some(condition) = node.work.holds() {
        decisive(condition, at.role.is_good(), &mut |measured| {
            let (Some(set), Some(metric)) = (
                Set::of(measured),
                metrics.get(measured.metric.metric.as_str()),
            ) else {
                return;
            };
            let stage = facts.stage;
            let name = match measured.metric.labels.as_slice() {
                [] => Cow::Borrowed(measured.metric.metric.as_str()),
                _ => Cow::Owned(measured.metric.to_string()),
            };
            facts
                .by_metric
                .entry(name)
                .or_insert_with(|| (metric, Vec::new()))
                .1
                .push(Fact {
                    role: at.role,
                    set,
                    measured,
                    node,
                    item: at.item,
                    stage,
                    rule: at.rule,
                    actions,
                    handled: at.handled,
                    moving: at.moving,
                });
        });
    }
    for child in &node.children {
        gather(metrics, child, at, facts);
    }
}

/// The parts of a condition that decide by themselves: all parts of an `and` where it must hold,
/// all parts of an `or` where it makes something fire.
fn decisive<'a>(condition: &'a Condition, good: bool, visit: &mut impl FnMut(&'a Measured)) {
    match condition {
        Condition::Measured(measured) => visit(measured),
        Condition::All { of } if good => of.iter().for_each(|one| decisive(one, good, visit)),
        Condition::Any { of } if !good => of.iter().for_each(|one| decisive(one, good, visit)),
        Condition::All { .. }
        | Condition::Any { .. }
        | Condition::Not { .. }
        | Condition::Asserted { .. }
        | Condition::Parameter { .. } => {}
    }
}
