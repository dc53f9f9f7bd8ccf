//! In: a spec and its order. Out: the plan: all that a backend, a runner or a test may know.
//! Knows nothing of syntax. Everything behind it depends on it alone.

mod edges;

use schemars::JsonSchema;
use serde::Serialize;

pub use crate::graph::EdgeKind;
pub use crate::model::{
    Action, Attempts, Better, Bound, Channel, Command, Comparator, Condition, Contact, Decided,
    Deed, Effect, Event, Expectation, Expected, Field, Given, Interval, Language, Matcher,
    Measured, Message, Metric, MetricRef, NoData, Notice, Origin as ValueOrigin, Parameter, Piece,
    Role, Router, Secret, Service, Target, TestPoint, Text, Traffic, Trend, ValueType, WINDOW,
    WINDOW_SECONDS, WaitFor, Work, variable,
};
pub use crate::pattern::Pattern;
pub use crate::quantity::{Dimension, Exact, Quantity, Range, Unit, duration_text};
pub use crate::schedule::Schedule;
pub use crate::time::{Instant, Moment, When};
pub use edges::{Edge, Stretches};

use std::collections::BTreeMap;

use crate::graph::Order;
use crate::model::{self, Spec};
use crate::schedule::{self, Placing};
use crate::source::{Sources, Span};

/// The version of the plan's JSON. It grows when a reader of the last one could misread the next.
pub const VERSION: u32 = 2;

/// A whole deployment, checked: what is to be done, in what order, by whom, and what guards it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Plan {
    /// The version of this format: 2.
    pub plan: u32,
    /// The head.
    pub deployment: Deployment,
    /// Values from outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Secrets. Their values are in no output.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    /// People.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Places where people read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// What is deployed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// What is measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// Messages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// What is to be done, known and decided: a tree, in the order written.
    pub nodes: Vec<Node>,
    /// What depends on what. Sequence and after order the work; guards and undoes tell which stretch
    /// of the work a rule watches, and which one a rollback undoes.
    pub edges: Vec<Edge>,
    /// The ids of all nodes in an order in which they can begin.
    pub order: Vec<String>,
    /// The ids of the phases and gates that determine when the deployment ends: each begins when the
    /// one before it ends, and the first when it says. Empty where no times are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub critical_path: Vec<String>,
}

/// The head of a deployment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Deployment {
    /// Its title.
    pub title: Text,
    /// The version that is deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Text>,
    /// When it starts: `T`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// `T` in seconds since 1970-01-01 00:00 UTC; absent where `starts` has no time of day or no zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_unix_seconds: Option<i64>,
    /// How long it lasts; a single duration is a range whose ends are equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Range>,
    /// The roles that answer for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Its state: `draft`, `ready` or other words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The strategy in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Text>,
    /// The environment it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The project it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Text>,
    /// The address under which its runbook is published, as the project's settings say; `#` and the
    /// id of a node behind it lead to that node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook_url: Option<String>,
    /// When the document was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Instant>,
    /// The window in which it is done, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What happens if something fails and nothing nearer says what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<Action>,
    /// Words for the reader, as Markdown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// Where it is written.
    pub origin: Origin,
}

/// A node of the plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Node {
    /// Names from the outermost to this one, with `/` between them; unique in the plan, and the same
    /// as long as the names are.
    pub id: String,
    /// What people call it; may be empty.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What it is.
    #[serde(flatten)]
    pub work: Work,
    /// When it begins, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<When>,
    /// The window in which it is done, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Box<Window>>,
    /// When it must be done, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<When>,
    /// How long it is said to take; a single duration is a range whose ends are equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub takes: Option<Box<Range>>,
    /// How long it may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Box<Quantity>>,
    /// Until when a rollback may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<When>,
    /// Its times as they add up, in whole seconds from `T`.
    #[serde(skip_serializing_if = "Schedule::is_unknown")]
    pub schedule: Schedule,
    /// Who does it: names of roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// It takes part only if this holds of the parameters.
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// The ids after which it said that it comes; `rollback` for any rollback.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// A word on its state, as the author put it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether it was ticked when the spec was written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// What happens if it fails, when that is said in one line; a block stands in a child `else`.
    #[serde(rename = "else", skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Action>,
    /// Where it is written.
    pub origin: Origin,
    /// What stands inside it, in the order written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

/// From one time to another.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Window {
    /// Its begin.
    pub from: When,
    /// Its end.
    pub to: When,
}

/// Where a node is written. Lines and columns are one-based; columns count Unicode scalar values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Origin {
    /// The file, as it was named to the compiler.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
}

impl Plan {
    /// All nodes, outermost first, in the order written.
    pub fn walk(&self) -> impl Iterator<Item = &Node> {
        outermost_first(self.nodes.iter().rev().collect())
    }

    /// The node with this id. Looks at every node: build a map to ask often.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.walk().find(|node| node.id == id)
    }

    /// The nodes that capture a value, by the name of it.
    pub fn captured(&self) -> BTreeMap<&str, Vec<&Node>> {
        let mut captured: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for node in self.walk() {
            if let Some(name) = node.work.captures() {
                captured.entry(name).or_default().push(node);
            }
        }
        captured
    }

    /// The phases and gates on the way forward, in the order in which they are done: those that only
    /// follow a rollback are left out.
    pub fn forward(&self) -> Vec<&Node> {
        self.in_order(|node| {
            matches!(node.work, Work::Phase | Work::Gate) && !node.follows_rollback()
        })
    }

    /// The top-level nodes that are wanted, in the order in which they are done.
    pub fn in_order(&self, wanted: impl Fn(&Node) -> bool) -> Vec<&Node> {
        let places: BTreeMap<&str, usize> = self
            .order
            .iter()
            .enumerate()
            .map(|(place, id)| (id.as_str(), place))
            .collect();
        let mut nodes: Vec<&Node> = self.nodes.iter().filter(|node| wanted(node)).collect();
        nodes.sort_by_key(|node| places.get(node.id.as_str()).copied());
        nodes
    }

    /// The phases and gates on the way forward that some edges of rollbacks undo, in the order in
    /// which they are done.
    pub fn undone<'p>(
        &'p self,
        stretches: &Stretches<'_>,
        by: impl Fn(&Edge) -> bool,
    ) -> impl Iterator<Item = &'p Node> {
        let undoing: Vec<&Edge> = self
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Undoes && by(edge))
            .collect();
        self.forward().into_iter().filter(move |top| {
            let mut undoing = undoing.iter();
            undoing.any(|edge| stretches.reaches(edge, &top.id))
        })
    }

    /// What the edges lead to.
    pub fn stretches(&self) -> Stretches<'_> {
        Stretches::of(&self.nodes)
    }

    /// The top-level nodes of a kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Node> {
        self.nodes
            .iter()
            .filter(move |node| node.work.kind() == kind)
    }
}

fn outermost_first(mut stack: Vec<&Node>) -> impl Iterator<Item = &Node> {
    std::iter::from_fn(move || {
        let node = stack.pop()?;
        stack.extend(node.children.iter().rev());
        Some(node)
    })
}

impl Node {
    /// This node and all inside, outermost first, in the order written.
    pub fn walk(&self) -> impl Iterator<Item = &Node> {
        outermost_first(vec![self])
    }

    /// Whether it is done only once something was rolled back: after any rollback, or after one by
    /// its name.
    pub fn follows_rollback(&self) -> bool {
        self.after
            .iter()
            .any(|after| after == "rollback" || after.starts_with("rollback/"))
    }

    /// What to call it: its title, or the last name of its id.
    pub fn label(&self) -> String {
        if self.title.is_empty() {
            self.id.rsplit('/').next().unwrap_or(&self.id).to_owned()
        } else {
            self.title.to_string()
        }
    }
}

/// Makes the plan of a checked spec. Can't fail: what could be wrong was found before.
pub fn schedule(spec: &Spec, order: &Order<'_>, sources: &Sources) -> Plan {
    let schedules = Placing::new(spec).all(order);
    let mut nodes = Vec::with_capacity(spec.nodes.len());
    let mut next = 0;
    for node in &spec.nodes {
        nodes.push(convert(node, &schedules, &mut next, sources));
    }
    let id = |index: usize| order.nodes[index].id.clone();
    let mut edges: Vec<Edge> = order
        .edges
        .iter()
        .map(|edge| Edge {
            from: id(edge.from),
            to: id(edge.to),
            through: None,
            kind: edge.kind,
        })
        .collect();
    edges.extend(edges::guards_and_undoes(&nodes));
    let critical_path = schedule::critical_path(order, &schedules)
        .into_iter()
        .map(id)
        .collect();
    let head = spec.deployment.as_ref();
    Plan {
        plan: VERSION,
        deployment: Deployment {
            title: head.map(|head| head.title.clone()).unwrap_or_default(),
            version: head.and_then(|head| head.version.clone()),
            starts: head.and_then(|head| head.starts.as_ref().map(|starts| starts.value.clone())),
            starts_unix_seconds: head
                .and_then(|head| head.starts.as_ref())
                .and_then(|starts| starts.value.unix_seconds()),
            lasts: head.and_then(|head| head.lasts.as_ref().map(|lasts| lasts.value.clone())),
            owners: head.map(|head| head.owners.clone()).unwrap_or_default(),
            status: head.and_then(|head| head.status.as_ref().map(|status| status.value.clone())),
            strategy: head.and_then(|head| head.strategy.clone()),
            environment: head
                .and_then(|head| head.environment.as_ref().map(|name| name.value.clone())),
            project: head.and_then(|head| head.project.clone()),
            runbook_url: None,
            date: head.and_then(|head| head.date.clone()),
            window: head.and_then(|head| head.window.as_ref()).map(window),
            on_failure: head.map(|head| head.on_failure.clone()).unwrap_or_default(),
            notes: head.map(|head| head.notes.clone()).unwrap_or_default(),
            origin: head
                .map(|head| origin(head.span, sources))
                .unwrap_or_default(),
        },
        parameters: spec.parameters.clone(),
        secrets: spec.secrets.clone(),
        roles: spec.roles.clone(),
        channels: spec.channels.clone(),
        services: spec.services.clone(),
        metrics: spec.metrics.clone(),
        messages: spec.messages.clone(),
        nodes,
        edges,
        order: order.sequence.iter().map(|&index| id(index)).collect(),
        critical_path,
    }
}

fn window((from, to): &(model::Timed<When>, model::Timed<When>)) -> Window {
    Window {
        from: from.value.clone(),
        to: to.value.clone(),
    }
}

fn convert(
    node: &model::Node,
    schedules: &[Schedule],
    next: &mut usize,
    sources: &Sources,
) -> Node {
    let schedule = schedules.get(*next).copied().unwrap_or_default();
    *next += 1;
    let times = &node.times;
    Node {
        id: node.id.clone(),
        title: node.title.clone(),
        work: node.work.clone(),
        at: times.at.as_ref().map(|at| at.value.clone()),
        window: times.window.as_deref().map(window).map(Box::new),
        due: times.due.as_ref().map(|due| due.value.clone()),
        takes: times
            .takes
            .as_ref()
            .map(|takes| Box::new(takes.value.clone())),
        within: times
            .within
            .as_ref()
            .map(|within| Box::new(within.value.clone())),
        valid_until: times.valid_until.as_ref().map(|until| until.value.clone()),
        schedule,
        owners: node.owners.clone(),
        condition: node.condition.clone(),
        after: node.after.iter().map(|after| after.id.clone()).collect(),
        status: node.status.clone(),
        done: node.done,
        otherwise: node.otherwise.clone(),
        origin: origin(node.span, sources),
        children: node
            .children
            .iter()
            .map(|child| convert(child, schedules, next, sources))
            .collect(),
    }
}

fn origin(span: Span, sources: &Sources) -> Origin {
    let source = sources.get(span.source);
    let start = source.position(span.start);
    let end = source.position(span.end);
    Origin {
        file: source.path().to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
