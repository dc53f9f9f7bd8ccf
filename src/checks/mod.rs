//! In: a spec, whole or not, and its order. Out: what is wrong with it, proven by a counterexample.
//! Knows nothing of how it was written or what is made of it. One file for each family of rules.

mod bands;
mod commands;
mod facts;
mod interval;
mod people;
mod rollbacks;
mod shell;
mod thresholds;
mod times;
mod traffic;
mod words;

pub use bands::{BAND_BOUNDARY, BAND_GAP, BAND_OVERLAP};
pub use commands::{
    ALTERNATIVES, ENDLESS_COMMAND, INTERACTIVE, NAMES_NOTHING, NEVER_FAILS, NOT_REPEATABLE, OUTAGE,
    PLACEHOLDER, SECRET_IN_SIGHT, SHELL_SYNTAX, SHORT_WAIT, UNDECLARED_VARIABLE, WRONG_ENVIRONMENT,
};
pub use people::{NO_ACTION, NO_GATE, NO_TRIGGER, NOBODY_DECIDES, SAME_PERSON, UNREACHABLE};
pub use rollbacks::{
    BACKUP_TOO_RARE, EMPTY_ROLLBACK, NO_BAKE, NO_ROLLBACK, SLOWER_THAN_RTO, UNAPPROVED,
    UNUSED_ROLLBACK, UNVERIFIED_ROLLBACK,
};
pub use thresholds::{
    BOUND_MISMATCH, DECIDES_NOTHING, LOOSER_LATER, PASSES_WHAT_ROLLS_BACK, POLARITY,
    UNCHECKED_SUCCESS,
};

pub use times::{
    DOES_NOT_FIT, DUE_TOO_EARLY, FEW_SAMPLES, FROZEN, HOLD_TOO_SHORT, NO_START, NO_ZONE,
    NOT_AS_NAMED, OVERLAP, ROLLBACK_EXPIRES,
};
pub use traffic::{NOT_ALL_TRAFFIC, SCALED_BY_HAND, SHARE_BY_REPLICAS, SHARE_NOT_GROWING};

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::graph::Order;
use crate::model::{Metric, Spec};
use crate::schedule::{Placing, Schedule};
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
    /// What the spec says of each metric.
    pub facts: facts::Facts<'a>,
    /// Metrics by name.
    metrics: HashMap<&'a str, &'a Metric>,
    /// The nodes inside each node, by place.
    children: Vec<Vec<usize>>,
}

impl<'a> Context<'a> {
    fn new(spec: &'a Spec, order: &'a Order<'a>) -> Self {
        let placing = Placing::new(spec);
        let mut children = vec![Vec::new(); order.nodes.len()];
        for (place, parent) in order.parents.iter().enumerate() {
            if let Some(parent) = parent {
                children[*parent].push(place);
            }
        }
        Context {
            spec,
            order,
            schedules: placing.all(order),
            placing,
            facts: facts::collect(spec),
            metrics: spec
                .metrics
                .iter()
                .map(|metric| (metric.name.as_str(), metric))
                .collect(),
            children,
        }
    }

    /// The start, if it is fixed.
    pub fn start(&self) -> Option<&'a Instant> {
        let starts = self.spec.deployment.as_ref()?.starts.as_ref()?;
        Some(&starts.value)
    }

    /// A metric by name.
    pub fn metric(&self, name: &str) -> Option<&'a Metric> {
        self.metrics.get(name).copied()
    }

    /// The places of the nodes directly inside a node.
    pub fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        self.children[place].iter().copied()
    }
}

/// All findings of all rules, in no order.
pub fn run(spec: &Spec, order: &Order<'_>) -> Vec<Diagnostic> {
    let context = Context::new(spec, order);
    let mut found = Vec::new();
    bands::check(&context, &mut found);
    thresholds::check(&context, &mut found);
    rollbacks::check(&context, &mut found);
    traffic::check(&context, &mut found);
    people::check(&context, &mut found);
    times::check(&context, &mut found);
    commands::check(&context, &mut found);
    found
}
