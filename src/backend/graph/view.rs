//! From a plan to what is drawn of it.

use std::collections::{BTreeMap, BTreeSet};

use super::chart::{Chart, Item, Shape, Tie};
use crate::plan::{Edge, EdgeKind, Node, Plan, WaitFor, Work};

/// What of a plan is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View<'a> {
    /// What stands at the top, each with what stands directly inside it.
    Whole,
    /// One node with everything inside it: its id.
    Within(&'a str),
    /// The nodes that determine when the deployment ends.
    CriticalPath,
}

/// The chart of a plan. Nothing where there is no node with the id, or no critical path.
pub fn chart(plan: &Plan, view: View<'_>) -> Option<Chart> {
    let title = plan.deployment.title.to_string();
    let critical = Critical::of(plan);
    match view {
        View::Whole => {
            let items = plan
                .nodes
                .iter()
                .filter(|node| stands_at_the_top(node))
                .map(|node| item(node, 1, &critical))
                .collect();
            Some(tied(title, items, plan, &plan.edges, &critical))
        }
        View::Within(id) => {
            let node = plan.node(id)?;
            let items = node
                .children
                .iter()
                .filter_map(|child| {
                    Some(item(child, usize::MAX, &critical))
                        .filter(|_| shape(&child.work).is_some())
                })
                .collect();
            let title = format!("{title}: {}", words(node));
            Some(tied(title, items, plan, &plan.edges, &critical))
        }
        View::CriticalPath => {
            if plan.critical_path.is_empty() {
                return None;
            }
            let nodes: BTreeMap<&str, &Node> =
                plan.walk().map(|node| (node.id.as_str(), node)).collect();
            let items = plan
                .critical_path
                .iter()
                .filter_map(|id| nodes.get(id.as_str()).copied())
                .map(|node| item(node, 1, &critical))
                .collect();
            let edges: Vec<Edge> = plan
                .critical_path
                .windows(2)
                .map(|pair| Edge {
                    from: pair[0].clone(),
                    to: pair[1].clone(),
                    through: None,
                    kind: EdgeKind::Sequence,
                })
                .collect();
            let title = format!("{title}: critical path");
            Some(tied(title, items, plan, &edges, &critical))
        }
    }
}

/// The ids of the critical path, and its steps from one to the next.
struct Critical<'a> {
    ids: BTreeSet<&'a str>,
    steps: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Critical<'a> {
    fn of(plan: &'a Plan) -> Self {
        let path: Vec<&str> = plan.critical_path.iter().map(String::as_str).collect();
        Critical {
            steps: path.windows(2).map(|pair| (pair[0], pair[1])).collect(),
            ids: path.into_iter().collect(),
        }
    }
}

/// A chart of these items with the edges between them. An edge of a node that is not drawn becomes
/// one of the nearest node around it that is; one to a stretch becomes one to each part of it.
fn tied(
    title: String,
    items: Vec<Item>,
    plan: &Plan,
    edges: &[Edge],
    critical: &Critical<'_>,
) -> Chart {
    let mut chart = Chart {
        title,
        items,
        ties: Vec::new(),
    };
    let ids = chart.ids();
    let drawn = |id: &str| -> Option<String> {
        let mut id = id;
        loop {
            if ids.contains(id) {
                return Some(id.to_owned());
            }
            id = &id[..id.rfind('/')?];
        }
    };
    let around = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut seen = BTreeSet::new();
    let mut ties = Vec::new();
    let stretches = plan.stretches();
    let pairs = edges.iter().flat_map(|edge| {
        let ids: Vec<&str> = match edge.kind {
            EdgeKind::Sequence | EdgeKind::After => vec![&edge.to],
            EdgeKind::Guards | EdgeKind::Undoes => {
                let reached = stretches.reached(edge).into_iter();
                reached.map(|node| node.id.as_str()).collect()
            }
        };
        ids.into_iter().map(move |to| (edge, to))
    });
    for (edge, to) in pairs {
        let (Some(from), Some(to)) = (drawn(&edge.from), drawn(to)) else {
            continue;
        };
        if around(&from, &to) || around(&to, &from) {
            continue;
        }
        let critical = critical.steps.contains(&(from.as_str(), to.as_str()));
        let tie = Tie {
            from,
            to,
            kind: edge.kind,
            critical,
        };
        if seen.insert(tie.clone()) {
            ties.push(tie);
        }
    }
    chart.ties = ties;
    chart
}

/// Whether a node of the top is part of the picture: work, and the rules and rollbacks around it.
fn stands_at_the_top(node: &Node) -> bool {
    shape(&node.work).is_some() && !matches!(node.work, Work::Alert { .. })
}

/// How a node is drawn; nothing for words, references and what is only known.
fn shape(work: &Work) -> Option<Shape> {
    match work {
        Work::Phase | Work::Group { .. } | Work::Monitor | Work::Every { .. } | Work::Option => {
            Some(Shape::Stretch)
        }
        Work::Gate | Work::Choose | Work::Else | Work::Act { .. } => Some(Shape::Decision),
        Work::Check { .. }
        | Work::Require { .. }
        | Work::When { .. }
        | Work::Approve { .. }
        | Work::Record { .. } => Some(Shape::Check),
        Work::Run { .. } => Some(Shape::Command),
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } => Some(Shape::Traffic),
        Work::Hold { .. } | Work::Wait { .. } => Some(Shape::Wait),
        Work::Notify { .. } => Some(Shape::Notice),
        Work::Severity { .. } | Work::Alert { .. } => Some(Shape::Rule),
        Work::Rollback | Work::Procedure => Some(Shape::WayBack),
        Work::Watch { .. }
        | Work::Note { .. }
        | Work::Baseline { .. }
        | Work::Bound { .. }
        | Work::Success
        | Work::Failure
        | Work::Escalation
        | Work::Escalate { .. }
        | Work::Objective { .. }
        | Work::Backup { .. }
        | Work::Freeze { .. }
        | Work::Reference
        | Work::Link { .. }
        | Work::File { .. }
        | Work::Lookup { .. }
        | Work::Test { .. } => None,
    }
}

/// The item of a node, with what is inside it down to a depth.
fn item(node: &Node, depth: usize, critical: &Critical<'_>) -> Item {
    let drawn: Vec<&Node> = node
        .children
        .iter()
        .filter(|child| shape(&child.work).is_some())
        .collect();
    let children = if depth == 0 {
        Vec::new()
    } else {
        drawn
            .iter()
            .map(|child| item(child, depth - 1, critical))
            .collect()
    };
    let hidden = if children.is_empty() {
        leaves(&drawn)
    } else {
        0
    };
    Item {
        id: node.id.clone(),
        label: words(node),
        detail: detail(node, hidden),
        shape: shape(&node.work).unwrap_or(Shape::Stretch),
        critical: critical.ids.contains(node.id.as_str()),
        children,
    }
}

/// How many nodes without others inside there are.
fn leaves(nodes: &[&Node]) -> usize {
    nodes
        .iter()
        .map(|node| {
            let inside: Vec<&Node> = node
                .children
                .iter()
                .filter(|child| shape(&child.work).is_some())
                .collect();
            leaves(&inside).max(1)
        })
        .sum()
}

/// What to call a node: its title, or what it does.
fn words(node: &Node) -> String {
    if !node.title.is_empty() {
        return node.title.to_string();
    }
    let first_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
    match &node.work {
        Work::Check { holds: Some(holds) }
        | Work::Require { holds: Some(holds) }
        | Work::When { holds: Some(holds) } => holds.to_string(),
        Work::Run { command, .. } => first_line(&command.text),
        Work::Shift { service, share } => format!("{service}: {share} of the traffic"),
        Work::Switch { service, colour } => format!("{service}: all traffic to {colour}"),
        Work::Scale { service, replicas } => format!("{service}: {replicas} replicas"),
        Work::Hold { length, holds, .. } => match holds {
            Some(holds) => format!("hold {length} while {holds}"),
            None => format!("hold {length}"),
        },
        Work::Wait { until, .. } => match until {
            WaitFor::Time(time) => format!("wait until {time}"),
            WaitFor::Length(length) => format!("wait {length}"),
            WaitFor::Event(event) => format!("wait: {event}"),
            WaitFor::Command(command) => format!("wait for {}", first_line(&command.text)),
        },
        Work::Approve { roles, .. } => format!("approval by {}", roles.join(", ")),
        Work::Notify { notice, .. } => {
            let to: Vec<&str> = notice
                .channels
                .iter()
                .chain(&notice.roles)
                .map(String::as_str)
                .collect();
            let what = match &notice.message {
                Some(message) => message.clone(),
                None => first_line(&notice.text.to_string()),
            };
            format!("tell {}: {what}", to.join(", "))
        }
        Work::Else => "otherwise".to_owned(),
        Work::Phase
        | Work::Gate
        | Work::Group { .. }
        | Work::Check { .. }
        | Work::Require { .. }
        | Work::Record { .. }
        | Work::Every { .. }
        | Work::Watch { .. }
        | Work::Choose
        | Work::Option
        | Work::Note { .. }
        | Work::Act { .. }
        | Work::Severity { .. }
        | Work::When { .. }
        | Work::Rollback
        | Work::Procedure
        | Work::Monitor
        | Work::Alert { .. }
        | Work::Baseline { .. }
        | Work::Bound { .. }
        | Work::Success
        | Work::Failure
        | Work::Escalation
        | Work::Escalate { .. }
        | Work::Objective { .. }
        | Work::Backup { .. }
        | Work::Freeze { .. }
        | Work::Reference
        | Work::Link { .. }
        | Work::File { .. }
        | Work::Lookup { .. }
        | Work::Test { .. } => node.label(),
    }
}

/// When, how long and by whom, as far as it was said.
fn detail(node: &Node, hidden: usize) -> String {
    let mut parts = Vec::new();
    if let Some(at) = &node.at {
        parts.push(format!("at {at}"));
    }
    if let Some(window) = &node.window {
        parts.push(format!("{} to {}", window.from, window.to));
    }
    if let Some(due) = &node.due {
        parts.push(format!("due {due}"));
    }
    if let Some(takes) = &node.takes {
        parts.push(format!("takes {takes}"));
    }
    if let Some(within) = &node.within {
        parts.push(format!("within {within}"));
    }
    if let Work::Hold { length, .. } = &node.work
        && !node.title.is_empty()
    {
        parts.push(length.to_string());
    }
    if node.follows_rollback() {
        parts.push("after a rollback".to_owned());
    }
    if !node.owners.is_empty() {
        parts.push(format!("by {}", node.owners.join(", ")));
    }
    match hidden {
        0 => {}
        1 => parts.push("1 step".to_owned()),
        more => parts.push(format!("{more} steps")),
    }
    parts.join(" · ")
}

/// The ids by which a person may ask for a part of a plan: of every phase, gate, monitor, rollback
/// and procedure, by its last name as well where only one has it.
pub fn parts(plan: &Plan) -> BTreeMap<&str, &str> {
    let named: Vec<&Node> = plan
        .walk()
        .filter(|node| {
            matches!(
                node.work,
                Work::Phase | Work::Gate | Work::Monitor | Work::Rollback | Work::Procedure
            )
        })
        .collect();
    let mut parts: BTreeMap<&str, &str> = BTreeMap::new();
    let mut doubtful = BTreeSet::new();
    for node in &named {
        let last = node.id.rsplit('/').next().unwrap_or(&node.id);
        if parts.insert(last, &node.id).is_some() {
            doubtful.insert(last);
        }
    }
    for last in doubtful {
        parts.remove(last);
    }
    for node in named {
        parts.insert(&node.id, &node.id);
    }
    parts
}
