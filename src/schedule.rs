//! In: a spec and its order. Out: when each node begins and ends, as its times and those around it
//! add up. Knows nothing of whether that is right.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::{Order, is_step};
use crate::model::{Node, Spec, WaitFor, Work};
use crate::quantity::Quantity;
use crate::time::{Instant, When};

/// When a node begins and ends: whole seconds from `T`, which may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Schedule {
    /// Its begin; nothing where no time is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_seconds: Option<i64>,
    /// Its end, if everything takes as long as it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_seconds: Option<i64>,
}

impl Schedule {
    /// Whether neither is known.
    pub fn is_unknown(&self) -> bool {
        self.starts_seconds.is_none() && self.ends_seconds.is_none()
    }
}

/// What is known before the first node: the start.
pub struct Placing<'a> {
    start: Option<&'a Instant>,
}

impl<'a> Placing<'a> {
    /// What is known of a spec.
    pub fn new(spec: &'a Spec) -> Self {
        let start = spec
            .deployment
            .as_ref()
            .and_then(|head| head.starts.as_ref())
            .map(|starts| &starts.value);
        Placing { start }
    }

    /// The schedules of all nodes, in the order of [`Order::nodes`].
    pub fn all(&self, spec: &Spec, order: &Order<'_>) -> Vec<Schedule> {
        let mut schedules = vec![Schedule::default(); order.nodes.len()];
        let mut next = 0;
        let mut cursor = None;
        let mut ends: HashMap<&str, i64> = HashMap::new();
        for node in &spec.nodes {
            let own = next;
            let chained = matches!(node.work, Work::Phase | Work::Gate);
            let begin = if chained {
                self.begin(node, cursor, &ends)
            } else {
                None
            };
            self.place(node, begin, &mut next, &mut schedules);
            if let Some(end) = schedules[own].ends_seconds {
                ends.insert(&node.id, end);
            }
            if chained && !node.after.iter().any(|after| after.id == "rollback") {
                cursor = schedules[own].ends_seconds.or(cursor);
            }
        }
        schedules
    }

    fn begin(&self, node: &Node, cursor: Option<i64>, ends: &HashMap<&str, i64>) -> Option<i64> {
        if node.after.is_empty() {
            return cursor;
        }
        node.after
            .iter()
            .filter_map(|after| ends.get(after.id.as_str()).copied())
            .max()
    }

    /// Seconds from `T`; nothing where that can't be known.
    pub fn offset(&self, when: &When) -> Option<i64> {
        when.resolve(self.start, None).ok()?.offset
    }

    fn place(
        &self,
        node: &Node,
        cursor: Option<i64>,
        next: &mut usize,
        schedules: &mut [Schedule],
    ) -> Option<i64> {
        let own = *next;
        *next += 1;
        let times = &node.times;
        let stated = times
            .at
            .as_ref()
            .or(times.window.as_ref().map(|(from, _)| from))
            .and_then(|at| self.offset(&at.value));
        let begin = stated.or(cursor);
        let sequence = node.work.is_sequence();
        let mut inner = begin;
        let mut last = begin;
        let mut first: Option<i64> = None;
        for child in &node.children {
            let place = *next;
            let end = self.place(child, inner, next, schedules);
            if !is_step(child) {
                continue;
            }
            first = match (first, schedules[place].starts_seconds) {
                (Some(first), Some(start)) => Some(first.min(start)),
                (first, start) => first.or(start),
            };
            if sequence {
                inner = end.or(inner);
            }
            last = match (last, end) {
                (Some(last), Some(end)) => Some(last.max(end)),
                (last, end) => last.or(end),
            };
        }
        let begin = begin.or(first);
        let takes = times
            .takes
            .as_ref()
            .map(|takes| &takes.value.high)
            .or_else(|| length(&node.work))
            .and_then(seconds);
        let closes = times
            .window
            .as_ref()
            .and_then(|(_, to)| self.offset(&to.value));
        let waits = match &node.work {
            Work::Wait {
                until: WaitFor::Time(time),
                ..
            } => self.offset(time),
            _ => None,
        };
        let own_end = begin
            .zip(takes)
            .map(|(begin, takes)| begin.saturating_add(takes));
        let end = [own_end, closes, waits, last].into_iter().flatten().max();
        schedules[own] = Schedule {
            starts_seconds: begin,
            ends_seconds: end,
        };
        end
    }
}

/// How long a node lasts by what it is.
fn length(work: &Work) -> Option<&Quantity> {
    match work {
        Work::Hold { length, .. } => Some(&length.high),
        Work::Wait {
            until: WaitFor::Length(length),
            ..
        } => Some(length),
        _ => None,
    }
}

/// Whole seconds, rounded up.
fn seconds(quantity: &Quantity) -> Option<i64> {
    i64::try_from(quantity.value.ceiling()).ok()
}

/// The chain of nodes, from the last to end back to the first, in which each begins when the one
/// before it ends. Places in [`Order::nodes`].
pub fn critical_path(order: &Order<'_>, schedules: &[Schedule]) -> Vec<usize> {
    let chained = |place: usize| {
        order.parents[place].is_none()
            && matches!(order.nodes[place].work, Work::Phase | Work::Gate)
            && !order.nodes[place]
                .after
                .iter()
                .any(|after| after.id == "rollback")
    };
    let mut before: HashMap<usize, Vec<usize>> = HashMap::new();
    for edge in &order.edges {
        before.entry(edge.to).or_default().push(edge.from);
    }
    let mut at = (0..order.nodes.len())
        .filter(|&place| chained(place) && schedules[place].ends_seconds.is_some())
        .max_by_key(|&place| (schedules[place].ends_seconds, std::cmp::Reverse(place)));
    let mut path = Vec::new();
    while let Some(place) = at {
        path.push(place);
        if path.len() > order.nodes.len() {
            break;
        }
        at = before
            .get(&place)
            .into_iter()
            .flatten()
            .copied()
            .filter(|&from| schedules[from].ends_seconds.is_some() && !path.contains(&from))
            .max_by_key(|&from| schedules[from].ends_seconds);
    }
    path.reverse();
    path
}
