//! In: a spec and its order. Out: when each node begins and ends, as its times and those around it
//! add up. Knows nothing of whether that is right.

use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::{Order, is_step};
use crate::model::{Node, Spec, Timed, WaitFor, Work};
use crate::quantity::Quantity;
use crate::time::{Instant, When};

/// When a node begins and ends, by when it must be done: whole seconds from `T`, which may be
/// negative. What is not known is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Schedule {
    /// Its begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_seconds: Option<i64>,
    /// Its end, if everything takes as long as it is said to take at the most. Never before its
    /// begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_seconds: Option<i64>,
    /// When it must be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_seconds: Option<i64>,
    /// Until when a rollback may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until_seconds: Option<i64>,
}

impl Schedule {
    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Schedule::default()
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

    /// Seconds from `T`; nothing where that can't be known.
    pub fn offset(&self, when: &When) -> Option<i64> {
        when.resolve(self.start, None).ok()?.offset
    }

    /// When a node is said to begin.
    fn stated(&self, node: &Node) -> Option<i64> {
        let times = &node.times;
        let window = times.window.as_deref().map(|(from, _)| from);
        let at = times.at.as_deref().or(window)?;
        self.offset(&at.value)
    }

    /// The schedules of all nodes, in the order of [`Order::nodes`].
    ///
    /// A node begins when it says; else when all that it follows has ended; else with what is around
    /// it. It ends when what is inside it has ended, and not before its own length is over. Rules,
    /// words for the reader, rollbacks and procedures have no time of their own; what recurs lasts
    /// as long as what is around it.
    pub fn all(&self, order: &Order<'_>) -> Vec<Schedule> {
        let mut schedules = Vec::with_capacity(order.nodes.len());
        let mut sums = Sums {
            order,
            said: Vec::with_capacity(order.nodes.len()),
            steps: Vec::with_capacity(order.nodes.len()),
            begins: vec![None; order.nodes.len()],
            ends: vec![None; order.nodes.len()],
        };
        // What recurs lasts as long as what is around it.
        let mut recurs = Vec::new();
        for place in order.places() {
            let node = order.nodes[place];
            sums.steps.push(is_step(node));
            sums.said.push(self.said(node));
            if matches!(node.work, Work::Every { .. } | Work::Watch { .. }) {
                recurs.push(place);
            }
            let at = |time: &Option<Box<Timed<When>>>| {
                time.as_ref().and_then(|time| self.offset(&time.value))
            };
            schedules.push(Schedule {
                due_seconds: at(&node.times.due),
                valid_until_seconds: at(&node.times.valid_until),
                ..Schedule::default()
            });
        }
        let follows = Befores::of(order);
        // Where no phase says when, the first one begins the deployment.
        let first = order.places().find(|&place| order.is_chained(place));
        if let Some(first) = first
            && self.start.is_some()
            && !order
                .places()
                .any(|place| order.is_chained(place) && self.stated(order.nodes[place]).is_some())
        {
            sums.begins[first] = Some(0);
        }
        for &place in &order.sequence {
            let around = order.parents[place].and_then(|parent| sums.begins[parent]);
            let done = follows.of_place(place).filter_map(|from| sums.end(from));
            let done = done.max().max(around);
            let turn = order.parents[place].is_none() || sums.steps[place];
            let begin = match sums.said[place].as_ref().and_then(|said| said.begins) {
                None if turn => done,
                stated => stated,
            };
            sums.begins[place] = begin.or(sums.begins[place]);
        }
        for place in order.places() {
            schedules[place].ends_seconds = sums.end(place);
            schedules[place].starts_seconds = sums.begins[place];
        }
        for place in recurs {
            if let Some(around) = order.parents[place] {
                let end = sums.end(around);
                let schedule = &mut schedules[place];
                schedule.starts_seconds = schedule.starts_seconds.or(sums.begins[around]);
                schedule.ends_seconds = schedule.ends_seconds.or(end);
            }
        }
        schedules
    }

    /// What a node says of its own begin, length and end, in seconds; nothing where it says nothing.
    fn said(&self, node: &Node) -> Option<Box<Said>> {
        let times = &node.times;
        let takes = times.takes.as_ref().map(|takes| &takes.value.high);
        let until = match &node.work {
            Work::Wait {
                until: WaitFor::Time(time),
                ..
            } => Some(time),
            _ => None,
        };
        let window = times.window.as_deref().map(|(_, to)| &to.value);
        let ends = [window, until].into_iter().flatten();
        let said = Said {
            begins: self.stated(node),
            takes: takes
                .or_else(|| length(&node.work))
                .map(Quantity::whole_seconds),
            closes: ends.filter_map(|end| self.offset(end)).max(),
        };
        (said != Said::default()).then(|| Box::new(said))
    }
}

/// What a node says of itself, in seconds: its begin and its end from `T`, and its length.
#[derive(Default, PartialEq)]
struct Said {
    begins: Option<i64>,
    takes: Option<i64>,
    closes: Option<i64>,
}

/// What each node follows.
struct Befores {
    /// The places that are followed, those of one node beside each other.
    from: Vec<usize>,
    /// Where those of each node begin, and behind the last node where they end.
    begins: Vec<usize>,
}

impl Befores {
    fn of(order: &Order<'_>) -> Self {
        let mut begins = vec![0; order.nodes.len() + 1];
        for edge in &order.edges {
            begins[edge.to] += 1;
        }
        let mut sum = 0;
        for begin in &mut begins {
            sum += *begin;
            *begin = sum;
        }
        // So far it is where those of a node end; from there they are filled down to where they begin.
        let mut from = vec![0; order.edges.len()];
        for edge in order.edges.iter().rev() {
            begins[edge.to] -= 1;
            from[begins[edge.to]] = edge.from;
        }
        Befores { from, begins }
    }

    /// The places that a node follows, in the order of the edges.
    fn of_place(&self, place: usize) -> impl Iterator<Item = usize> {
        let own = self.begins[place]..self.begins[place + 1];
        self.from[own].iter().copied()
    }
}

/// Begins and ends as they add up, by place in [`Order::nodes`]; in seconds from `T`.
struct Sums<'a> {
    order: &'a Order<'a>,
    /// What each node says of itself.
    said: Vec<Option<Box<Said>>>,
    /// Whether each takes its turn.
    steps: Vec<bool>,
    begins: Vec<Option<i64>>,
    /// Nothing where it has not been asked for yet.
    ends: Vec<Option<Option<i64>>>,
}

impl Sums<'_> {
    /// When a node ends. The begins of all that stands in it are known by now.
    fn end(&mut self, place: usize) -> Option<i64> {
        if let Some(end) = self.ends[place] {
            return end;
        }
        let mut last: Option<i64> = None;
        let mut first: Option<i64> = None;
        for inner in self.order.children(place) {
            if !self.steps[inner] {
                continue;
            }
            last = last.max(self.end(inner));
            first = match (first, self.begins[inner]) {
                (Some(first), Some(begin)) => Some(first.min(begin)),
                (first, begin) => first.or(begin),
            };
        }
        let begin = self.begins[place].or(first);
        self.begins[place] = begin;
        let said = self.said[place].as_deref();
        let over = begin
            .zip(said.and_then(|said| said.takes))
            .map(|(begin, takes)| begin.saturating_add(takes));
        let closes = said.and_then(|said| said.closes);
        let end = begin.max(last).max(over).max(closes);
        self.ends[place] = Some(end);
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

/// The top-level nodes that determine when the deployment ends: from the last one to end back, as
/// long as each begins when one before it ends. Places in [`Order::nodes`].
pub fn critical_path(order: &Order<'_>, schedules: &[Schedule]) -> Vec<usize> {
    let before = Befores::of(order);
    let mut at = order
        .places()
        .filter(|&place| order.is_chained(place) && schedules[place].ends_seconds.is_some())
        .max_by_key(|&place| (schedules[place].ends_seconds, std::cmp::Reverse(place)));
    let mut path = Vec::new();
    let mut seen = vec![false; order.nodes.len()];
    while let Some(place) = at {
        path.push(place);
        seen[place] = true;
        let begin = schedules[place].starts_seconds;
        let mut from = before.of_place(place);
        at = from.find(|&from| {
            order.is_chained(from) && !seen[from] && schedules[from].ends_seconds == begin
        });
    }
    path.reverse();
    path
}
