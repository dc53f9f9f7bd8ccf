//! In: a spec, whole or not, and its order. Out: what is wrong with it, proven by a counterexample.
//! Knows nothing of how it was written or what is made of it. One file for each family of rules.

pub(crate) mod bands;
pub(crate) mod commands;
mod facts;
pub(crate) mod figures;
mod glance;
mod interval;
pub(crate) mod kinds;
pub(crate) mod people;
pub(crate) mod platform;
pub(crate) mod queries;
pub(crate) mod readiness;
pub(crate) mod recovery;
pub(crate) mod rollbacks;
mod scripts;
pub(crate) mod thresholds;
pub(crate) mod times;
mod titles;
pub(crate) mod traffic;
pub(crate) mod wording;
mod words;

pub use traffic::served;

use std::sync::OnceLock;

use foldhash::{HashMap, HashSet};

use glance::{Glance, Kind};

use crate::diagnostic::Diagnostic;
use crate::graph::Order;
use crate::model::{Bound, Condition, Measured, Metric, Node, Service, Spec};
use crate::parallel;
use crate::schedule::{Placing, Schedule};
use crate::source::Span;
use crate::time::Instant;

/// What the rules look at.
pub(crate) struct Context<'a> {
    /// The whole of it.
    pub spec: &'a Spec,
    /// What comes before what.
    pub order: &'a Order<'a>,
    /// When each node of the order begins and ends.
    pub schedules: Vec<Schedule>,
    /// What turns a time into a distance from the start.
    pub placing: Placing<'a>,
    /// What the nodes are at a glance, by place.
    glances: Vec<Glance>,
    /// What the nodes are called.
    pub titles: titles::Titles,
    /// What the spec says of each metric.
    pub facts: facts::Facts<'a>,
    /// Metrics by name.
    metrics: HashMap<&'a str, &'a Metric>,
    /// The place of the top-level node around each node, by place.
    roots: Vec<usize>,
    /// Where the spec speaks of an autoscaler, if it has one service: a check of what it chose.
    pub autoscaler: Option<Span>,
    /// The first service, where every service has a namespace.
    pub namespaced: Option<&'a Service>,
    /// Services by name.
    services: HashMap<&'a str, &'a Service>,
    /// The first service of each namespace.
    namespaces: HashMap<&'a str, &'a Service>,
    /// What is asked of metrics, in the order written.
    pub measurements: Vec<Measurement<'a>>,
    /// The metrics that some condition holds against a baseline.
    pub baselined: HashSet<&'a str>,
    /// The variables that commands can have, once somebody has asked.
    known: OnceLock<commands::Known<'a>>,
    /// The commands, each read once.
    pub scripts: Vec<scripts::Script<'a>>,
    /// How steps are undone, how it is told whether they took effect, what is waited for.
    pub besides: Vec<scripts::Script<'a>>,
}

/// A condition on a metric.
pub(crate) struct Measurement<'a> {
    /// The place of the node that states it.
    pub place: usize,
    /// The condition.
    pub measured: &'a Measured,
    /// The metric; nothing where none has the name.
    pub metric: Option<&'a Metric>,
}

impl<'a> Context<'a> {
    fn new(spec: &'a Spec, order: &'a Order<'a>) -> Self {
        let placing = Placing::new(spec);
        let glances: Vec<Glance> = order.nodes.iter().map(|node| Glance::at(node)).collect();
        let mut roots: Vec<usize> = Vec::with_capacity(order.nodes.len());
        for (place, parent) in order.parents.iter().enumerate() {
            // A node stands behind the one around it.
            roots.push(parent.map_or(place, |parent| roots[parent]));
        }
        let metrics: HashMap<&str, &Metric> = spec
            .metrics
            .iter()
            .map(|metric| (metric.name.as_str(), metric))
            .collect();
        let ((titles, facts), (schedules, measurements)) = parallel::both(
            order.nodes.len() >= MANY_NODES,
            || (titles::Titles::of(order), facts::collect(spec)),
            || (placing.all(order), measurements(order, &glances, &metrics)),
        );
        Context {
            spec,
            order,
            schedules,
            placing,
            titles,
            facts,
            metrics,
            services: spec
                .services
                .iter()
                .map(|service| (service.name.as_str(), service))
                .collect(),
            namespaces: spec
                .services
                .iter()
                .rev()
                .filter_map(|service| Some((service.namespace.as_deref()?, service)))
                .collect(),
            namespaced: spec
                .services
                .first()
                .filter(|_| spec.services.iter().all(|one| one.namespace.is_some())),
            autoscaler: autoscaler(spec, &measurements),
            baselined: baselined(&measurements),
            known: OnceLock::new(),
            measurements,
            scripts: scripts::collect(order, &glances, &roots),
            besides: scripts::collect_besides(order, &glances, &roots),
            glances,
            roots,
        }
    }

    /// What a node is and has, at a glance.
    pub fn glance(&self, place: usize) -> Glance {
        self.glances[place]
    }

    /// What a node is.
    pub fn kind(&self, place: usize) -> Kind {
        self.glances[place].kind
    }

    /// What the top-level node around a node is.
    pub fn root_kind(&self, place: usize) -> Kind {
        self.kind(self.roots[place])
    }

    /// Whether a node stands in a phase or gate on the way forward. What stands in rollbacks, procedures and
    /// monitors has no place among these, wherever it is written.
    pub fn is_forward(&self, place: usize) -> bool {
        self.order.is_chained(self.roots[place])
    }

    /// The nodes that are of one of these kinds, by place, in the order written.
    pub fn of_kinds(&self, kinds: &[Kind]) -> impl Iterator<Item = usize> {
        self.order
            .places()
            .filter(|&place| kinds.contains(&self.kind(place)))
    }

    /// The nodes beside which a time is written, by place, in the order written.
    pub fn timed(&self) -> impl Iterator<Item = usize> {
        self.order
            .places()
            .filter(|&place| self.glance(place).is_timed)
    }

    /// The top-level node around a node; the node itself at the top.
    pub fn root(&self, place: usize) -> &'a Node {
        self.order.nodes[self.roots[place]]
    }

    /// The places of the nodes around a node, the nearest first.
    pub fn around(&self, place: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.order.parents[place], |&at| self.order.parents[at])
    }

    /// The start, if it is fixed.
    pub fn start(&self) -> Option<&'a Instant> {
        let starts = self.spec.deployment.as_ref()?.starts.as_ref()?;
        Some(&starts.value)
    }

    /// The script of a node; nothing where it runs none, or none for a shell.
    pub fn script(&self, place: usize) -> Option<&scripts::Script<'a>> {
        let at = self
            .scripts
            .binary_search_by_key(&place, |script| script.place)
            .ok()?;
        Some(&self.scripts[at])
    }

    /// A metric by name.
    pub fn metric(&self, name: &str) -> Option<&'a Metric> {
        self.metrics.get(name).copied()
    }

    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&'a Service> {
        self.services.get(name).copied()
    }

    /// The first service that lives in a namespace.
    pub fn service_in(&self, namespace: &str) -> Option<&'a Service> {
        self.namespaces.get(namespace).copied()
    }

    /// What is asked of metrics, node by node; only of nodes that ask something.
    pub fn measurements_by_node(&self) -> impl Iterator<Item = &[Measurement<'a>]> {
        self.measurements
            .chunk_by(|one, next| one.place == next.place)
    }

    /// The places of the nodes directly inside a node.
    pub fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        self.order.children(place)
    }
}

/// What is asked of metrics, in the order written.
fn measurements<'a>(
    order: &Order<'a>,
    glances: &[Glance],
    metrics: &HashMap<&str, &'a Metric>,
) -> Vec<Measurement<'a>> {
    let mut all = Vec::new();
    for place in order.places() {
        if !glances[place].kind.may_hold() {
            continue;
        }
        let Some(condition) = order.nodes[place].work.holds() else {
            continue;
        };
        condition.walk(&mut |one| {
            if let Condition::Measured(measured) = one {
                all.push(Measurement {
                    place,
                    measured,
                    metric: metrics.get(measured.metric.metric.as_str()).copied(),
                });
            }
        });
    }
    all
}

/// A check that counts what an autoscaler chose.
fn autoscaler(spec: &Spec, measurements: &[Measurement<'_>]) -> Option<Span> {
    if spec.services.len() != 1 {
        return None;
    }
    let chosen = |metric: &Metric| {
        let text = format!("{} {}", metric.name, metric.title).to_lowercase();
        text.contains("hpa") || text.contains("autoscaler")
    };
    let names: HashSet<&str> = spec
        .metrics
        .iter()
        .filter(|metric| chosen(metric))
        .map(|metric| metric.name.as_str())
        .collect();
    let mut measured = measurements.iter().map(|one| one.measured);
    measured
        .find(|measured| names.contains(measured.metric.metric.as_str()))
        .map(|measured| measured.span)
}

/// The metrics that some condition holds against a baseline.
fn baselined<'a>(measurements: &[Measurement<'a>]) -> HashSet<&'a str> {
    measurements
        .iter()
        .map(|one| one.measured)
        .filter(|measured| matches!(measured.bound, Bound::Baseline { .. }))
        .map(|measured| measured.metric.metric.as_str())
        .collect()
}

/// A family of rules: one file of this room.
type Family = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// All of them; those that take longest come first, so that they don't keep the others waiting.
const FAMILIES: &[Family] = &[
    queries::check,
    commands::check,
    wording::check,
    traffic::check,
    times::check,
    figures::check,
    readiness::check,
    recovery::check,
    platform::check,
    kinds::check,
    rollbacks::check,
    thresholds::check,
    people::check,
    bands::check,
];

/// How many nodes a spec must have for its rules to be worth another thread.
const MANY_NODES: usize = 2_000;

/// All findings of all rules, in no order.
pub fn run(spec: &Spec, order: &Order<'_>) -> Vec<Diagnostic> {
    let context = Context::new(spec, order);
    let least = match order.nodes.len() {
        0..MANY_NODES => FAMILIES.len(),
        _ => 1,
    };
    let found = parallel::stretches(FAMILIES, least, |families| {
        let mut found = Vec::new();
        for family in families {
            family(&context, &mut found);
        }
        found
    });
    found.into_iter().flatten().collect()
}
