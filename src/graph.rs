//! In: a spec. Out: its order: which node comes before which, or the cycles that forbid one.
//! Knows nothing of how anything is written or emitted.
//!
//! Every node is two events, its begin and its end. What stands inside a node lies between the two;
//! the parts of a sequence follow each other; `after` puts an end before a begin.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::{HashMap, HashMapExt, HashSet};
use petgraph::Direction::Incoming;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::diagnostic::Diagnostic;
use crate::model::{Node, Spec, Work};
use crate::rule;
use crate::source::Span;

rule! {
    /// Each of these waits for the next one, so none of them can ever begin. Remove one `after`, or
    /// change what it names.
    pub CYCLE = "D0401", "cycle", Structure, Error, "a dependency cycle";
}

/// How one node depends on another.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// The second follows the first because it is written below it.
    Sequence,
    /// The second says that it comes after the first.
    After,
    /// The first is a rule that stays armed while the second lasts.
    Guards,
    /// The first is a rollback that undoes what the second did.
    Undoes,
}

/// Two nodes by their places in [`Order::nodes`], and how the second depends on the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The first.
    pub from: usize,
    /// The second.
    pub to: usize,
    /// How.
    pub kind: EdgeKind,
}

/// All nodes of a spec in the order written, what depends on what, and an order of work.
#[derive(Debug, Default)]
pub struct Order<'a> {
    /// Every node, outermost first, in the order written.
    pub nodes: Vec<&'a Node>,
    /// For each node the place of the node around it.
    pub parents: Vec<Option<usize>>,
    /// For each node the place behind the last node inside it.
    behind: Vec<usize>,
    /// Whether any node says after what it comes.
    waits: bool,
    /// What depends on what: sequence and after.
    pub edges: Vec<Edge>,
    /// Places of the nodes in an order in which they can begin, as near as can be to the order
    /// written; empty if there is a cycle.
    pub sequence: Vec<usize>,
}

impl Order<'_> {
    /// The places of all nodes, in the order written.
    pub fn places(&self) -> std::ops::Range<usize> {
        0..self.nodes.len()
    }

    /// The places of the nodes directly inside a node, in the order written.
    pub fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        let inside = place + 1..self.behind[place];
        let next = move |at: usize| Some(at).filter(|at| inside.contains(at));
        std::iter::successors(next(place + 1), move |&at| next(self.behind[at]))
    }

    /// Whether a node is one of the phases and gates at the top that make up the deployment, and
    /// not one that comes after a rollback.
    pub fn is_chained(&self, place: usize) -> bool {
        let node = self.nodes[place];
        self.parents[place].is_none()
            && matches!(node.work, Work::Phase | Work::Gate)
            && !node.follows_rollback()
    }

    /// Whether all that must come before a node is written before it.
    fn is_as_written(&self) -> bool {
        self.edges
            .iter()
            .all(|edge| self.behind[edge.from] <= edge.to)
    }
}

/// The order of a spec. Circles are findings; with one, [`Order::sequence`] is empty.
pub fn order(spec: &Spec) -> (Order<'_>, Vec<Diagnostic>) {
    let mut order = Order::default();
    let mut before: Option<usize> = None;
    for node in &spec.nodes {
        let place = order.add(node, None);
        // Phases and gates at the top follow each other unless they say after what they come.
        if matches!(node.work, Work::Phase | Work::Gate) {
            if node.after.is_empty()
                && let Some(before) = before
            {
                order.connect(before, place, EdgeKind::Sequence);
            }
            if !node.follows_rollback() {
                before = Some(place);
            }
        }
    }
    order.connect_after();
    let mut found = Vec::new();
    if order.is_as_written() {
        order.sequence = order.places().collect();
    } else {
        let events = Events::of(&order);
        match events.sequence() {
            Some(sequence) => order.sequence = sequence,
            None => found = events.circles(),
        }
    }
    (order, found)
}

impl<'a> Order<'a> {
    fn add(&mut self, node: &'a Node, parent: Option<usize>) -> usize {
        let place = self.nodes.len();
        self.nodes.push(node);
        self.parents.push(parent);
        self.behind.push(0);
        self.waits |= !node.after.is_empty();
        let sequence = node.work.is_sequence();
        let mut before: Option<usize> = None;
        for child in &node.children {
            let inner = self.add(child, Some(place));
            if sequence && is_step(child) {
                if child.after.is_empty()
                    && let Some(before) = before
                {
                    self.connect(before, inner, EdgeKind::Sequence);
                }
                before = Some(inner);
            }
        }
        self.behind[place] = self.nodes.len();
        place
    }

    fn connect(&mut self, from: usize, to: usize, kind: EdgeKind) {
        self.edges.push(Edge { from, to, kind });
    }

    fn connect_after(&mut self) {
        if !self.waits {
            return;
        }
        let ids = self.nodes.iter().map(|node| node.id.as_str());
        let places: HashMap<&str, usize> = ids.zip(0..).collect();
        for to in self.places() {
            for after in &self.nodes[to].after {
                if let Some(&from) = places.get(after.id.as_str()) {
                    self.connect(from, to, EdgeKind::After);
                }
            }
        }
    }
}

/// Which nodes must have ended before others begin.
pub struct Precedence<'o, 'a> {
    order: &'o Order<'a>,
    /// The places from which edges lead to a node. Empty where no node says after what it comes: there
    /// the sequences alone tell.
    leading: HashMap<usize, Vec<usize>>,
}

impl<'o, 'a> Precedence<'o, 'a> {
    /// Of an order.
    pub fn of(order: &'o Order<'a>) -> Self {
        let mut leading: HashMap<usize, Vec<usize>> = HashMap::new();
        let edges = order.edges.iter().filter(|_| order.waits);
        for edge in edges {
            leading.entry(edge.to).or_default().push(edge.from);
        }
        Precedence { order, leading }
    }

    /// Whether the first must have ended before the second begins.
    pub fn is_before(&self, first: usize, second: usize) -> bool {
        if self.holds(first, second) || self.holds(second, first) {
            return false;
        }
        // What orders the two stands in the innermost node around both.
        let mut around = self.order.parents[first];
        while around.is_some_and(|at| !self.holds(at, second)) {
            around = around.and_then(|at| self.order.parents[at]);
        }
        if self.leading.is_empty() {
            let sequence = around.is_none_or(|at| self.order.nodes[at].work.is_sequence());
            let is_step = |place| is_step(self.order.nodes[self.part_of(around, place)]);
            return sequence && first < second && is_step(first) && is_step(second);
        }
        let mut seen: HashSet<usize> = HashSet::default();
        let mut waiting = vec![second];
        while let Some(place) = waiting.pop() {
            for at in self.outwards(place).take_while(|at| Some(*at) != around) {
                if !seen.insert(at) {
                    break;
                }
                for &from in self.leading.get(&at).into_iter().flatten() {
                    if self.holds(from, first) {
                        return true;
                    }
                    waiting.push(from);
                }
            }
        }
        false
    }

    fn holds(&self, place: usize, inner: usize) -> bool {
        (place..self.order.behind[place]).contains(&inner)
    }

    fn outwards(&self, place: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(place), |&at| self.order.parents[at])
    }

    /// The node directly inside `around` that is or holds a node.
    fn part_of(&self, around: Option<usize>, place: usize) -> usize {
        self.outwards(place)
            .find(|&at| self.order.parents[at] == around)
            .unwrap_or(place)
    }
}

/// The begins and ends of all nodes, and which must come before which. Made only where something
/// waits for what is written below it.
struct Events<'o, 'a> {
    order: &'o Order<'a>,
    events: DiGraph<Event, Option<EdgeKind>>,
}

#[derive(Clone, Copy)]
struct Event {
    node: usize,
    begins: bool,
}

impl<'o, 'a> Events<'o, 'a> {
    fn of(order: &'o Order<'a>) -> Self {
        let mut events = DiGraph::new();
        let mut ends: Vec<(NodeIndex, NodeIndex)> = Vec::with_capacity(order.nodes.len());
        for node in order.places() {
            let begin = events.add_node(Event { node, begins: true });
            let end = events.add_node(Event {
                node,
                begins: false,
            });
            events.add_edge(begin, end, None);
            if let Some(around) = order.parents[node] {
                events.add_edge(ends[around].0, begin, None);
                events.add_edge(end, ends[around].1, None);
            }
            ends.push((begin, end));
        }
        for edge in &order.edges {
            events.add_edge(ends[edge.from].1, ends[edge.to].0, Some(edge.kind));
        }
        Events { order, events }
    }

    /// The nodes in an order in which they can begin; nothing if there is a cycle.
    fn sequence(&self) -> Option<Vec<usize>> {
        let events = self.sorted();
        if events.len() < self.events.node_count() {
            return None;
        }
        let begins = events.into_iter().map(|event| self.events[event]);
        let begins = begins.filter(|event| event.begins);
        Some(begins.map(|event| event.node).collect())
    }

    /// The events in an order in which they can happen, as near as can be to the order written.
    /// Those of a cycle, and those behind it, are missing.
    fn sorted(&self) -> Vec<NodeIndex> {
        let mut waits: Vec<usize> = self
            .events
            .node_indices()
            .map(|event| self.events.edges_directed(event, Incoming).count())
            .collect();
        let mut ready: BinaryHeap<Reverse<NodeIndex>> = self
            .events
            .node_indices()
            .filter(|event| waits[event.index()] == 0)
            .map(Reverse)
            .collect();
        let mut events = Vec::with_capacity(waits.len());
        while let Some(Reverse(event)) = ready.pop() {
            events.push(event);
            for next in self.events.neighbors(event) {
                waits[next.index()] -= 1;
                if waits[next.index()] == 0 {
                    ready.push(Reverse(next));
                }
            }
        }
        events
    }

    /// One finding for each knot of nodes that wait for each other.
    fn circles(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for knot in petgraph::algo::kosaraju_scc(&self.events) {
            if knot.len() < 2 {
                continue;
            }
            let inside: std::collections::HashSet<NodeIndex> = knot.iter().copied().collect();
            found.extend(self.circle(&inside));
        }
        found.sort_by_key(|finding| finding.primary.span);
        found
    }

    /// Walks round inside one knot from its first event, by the shortest rollback.
    fn circle(&self, inside: &std::collections::HashSet<NodeIndex>) -> Option<Diagnostic> {
        let mut starts: Vec<NodeIndex> = inside.iter().copied().collect();
        starts.sort();
        // The circle goes over at least one `after`: begin at the node that says it.
        let start = starts.iter().copied().find(|&event| {
            self.events.edges_directed(event, Incoming).any(|edge| {
                *edge.weight() == Some(EdgeKind::After) && inside.contains(&edge.source())
            })
        })?;
        let mut from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        let mut last = None;
        'search: while let Some(event) = queue.pop_front() {
            let mut next: Vec<NodeIndex> = self.events.neighbors(event).collect();
            next.sort();
            for next in next {
                if next == start {
                    last = Some(event);
                    break 'search;
                }
                if inside.contains(&next) && !from.contains_key(&next) {
                    from.insert(next, event);
                    queue.push_back(next);
                }
            }
        }
        let mut path = vec![last?];
        while let Some(&event) = path.last()
            && event != start
        {
            path.push(*from.get(&event)?);
        }
        path.reverse();
        let mut nodes: Vec<&Node> = Vec::new();
        for event in path {
            let node = self.order.nodes[self.events[event].node];
            if nodes.last().is_none_or(|last| last.id != node.id) {
                nodes.push(node);
            }
        }
        let first = nodes[0];
        // Of a long circle its begin and its end.
        let named = match nodes.len() {
            0..=MOST_NAMED => nodes.clone(),
            length => [&nodes[..MOST_NAMED - 1], &nodes[length - 1..]].concat(),
        };
        let mut drawn: Vec<String> = named.iter().map(|node| format!("`{}`", node.id)).collect();
        if named.len() < nodes.len() {
            drawn.insert(
                MOST_NAMED - 1,
                format!("{} more", nodes.len() - named.len()),
            );
        }
        let waits = |node: &Node| -> Span {
            node.after
                .first()
                .map_or(node.name_span, |after| after.span)
        };
        let message = if nodes.len() == 1 {
            format!("`{}` waits for itself", first.id)
        } else {
            format!("{} form a dependency cycle", drawn.join(", "))
        };
        drawn.push(drawn[0].clone());
        let mut finding = Diagnostic::new(&CYCLE, waits(first), message)
            .label(format!("`{}` waits here", first.id))
            .note(format!("the cycle: {}", drawn.join(" → ")))
            .help("remove one `after` of the cycle, or change what it names");
        for node in &named[1..] {
            let text = if node.after.is_empty() {
                format!("`{}` follows what is written above it", node.id)
            } else {
                format!("`{}` waits here", node.id)
            };
            finding = finding.also(waits(node), text);
        }
        Some(finding)
    }
}

/// So many steps of a cycle are named.
const MOST_NAMED: usize = 20;

/// Whether a node takes its turn in a sequence: rules and words for the reader do not.
pub fn is_step(node: &Node) -> bool {
    !matches!(
        node.work,
        Work::Note { .. }
            | Work::Else
            | Work::When { .. }
            | Work::Severity { .. }
            | Work::Watch { .. }
            | Work::Every { .. }
            | Work::Alert { .. }
    )
}
