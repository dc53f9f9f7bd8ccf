//! What is assumed: the values of metrics over time, what people say, which answers come.

use super::record::Recording;
use crate::engine::offset;
use crate::plan::{Exact, Given, Instant, Matcher, MetricRef, Node, TestPoint};

/// What is assumed of the world while a plan runs.
#[derive(Clone, Debug, Default)]
pub struct World {
    lines: Vec<Line>,
    recordings: Vec<Recording>,
}

/// A line that is given, with its stretch of time as far as it is known.
#[derive(Clone, Debug)]
struct Line {
    what: What,
    from: Point,
    to: Point,
    /// Seconds.
    length: Option<i64>,
    words: String,
}

#[derive(Clone, Debug)]
enum What {
    Metric {
        metric: MetricRef,
        value: Option<Exact>,
    },
    Said(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Point {
    /// The beginning, or the end, of time.
    Open,
    /// Whole seconds from `T`.
    At(i64),
    /// When the node with this id begins.
    Node(String),
}

/// What a metric shows at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// Nothing is given.
    Healthy,
    /// That there is no data.
    NoData,
    /// A value in the base unit of its dimension.
    Value(Exact),
}

impl World {
    /// What the lines of a test say. `start` is `T`.
    pub fn new(given: &[Given], start: Option<&Instant>) -> World {
        World {
            lines: given
                .iter()
                .filter(|given| given.decided.is_none())
                .map(|given| line(given, start))
                .collect(),
            recordings: Vec::new(),
        }
    }

    /// With recorded values under what is given.
    pub fn with_recordings(mut self, recordings: &[Recording]) -> World {
        self.recordings.extend(recordings.iter().cloned());
        self
    }

    /// Nodes on whose beginning a line waits are told here. Returns the moments that are known by
    /// it, with the words for each.
    pub fn begins(&mut self, node: &str, at: i64) -> Vec<(i64, String)> {
        let mut known = Vec::new();
        for line in &mut self.lines {
            if line.from == Point::Node(node.to_owned()) {
                line.from = Point::At(at);
                known.push((at, line.words.clone()));
                if let Some(length) = line.length {
                    line.to = Point::At(at.saturating_add(length));
                    known.push((at.saturating_add(length), line.over()));
                }
            }
            if line.to == Point::Node(node.to_owned()) {
                line.to = Point::At(at);
                known.push((at, line.over()));
            }
        }
        known
    }

    /// The moments at which something changes, as far as they are known, with words for each.
    pub fn changes(&self) -> Vec<(i64, String)> {
        let mut changes: Vec<(i64, String)> = Vec::new();
        for line in &self.lines {
            if let Point::At(at) = line.from {
                changes.push((at, line.words.clone()));
            }
            if let Point::At(at) = line.to
                && !matches!(line.from, Point::Node(_))
            {
                changes.push((at, line.over()));
            }
        }
        changes
    }

    /// The moments at which a recording has a sample.
    pub fn samples(&self) -> impl Iterator<Item = i64> + '_ {
        self.recordings.iter().flat_map(Recording::moments)
    }

    /// The moments at which a recording shows another value than before.
    pub fn turned(&self) -> impl Iterator<Item = i64> + '_ {
        self.recordings.iter().flat_map(|recording| {
            let before = recording.samples.iter().map(|(_, value)| Some(value));
            recording
                .samples
                .iter()
                .zip(std::iter::once(None).chain(before))
                .filter(|((_, value), before)| Some(value) != *before)
                .map(|((at, _), _)| *at)
        })
    }

    /// What the series of a metric show at a moment; one that is healthy where nothing is given.
    pub fn shows(&self, metric: &MetricRef, at: i64) -> Vec<Shown> {
        let given = self.lines.iter().rev().find_map(|line| match &line.what {
            What::Metric {
                metric: given,
                value,
            } if line.lasts(at)
                && given.metric == metric.metric
                && has_all(&metric.labels, &given.labels) =>
            {
                Some(value.map_or(Shown::NoData, Shown::Value))
            }
            What::Metric { .. } | What::Said(_) => None,
        });
        if let Some(given) = given {
            return vec![given];
        }
        let recorded: Vec<Shown> = self
            .recordings
            .iter()
            .filter(|recording| recording.is_of(metric))
            .filter_map(|recording| recording.at(at))
            .map(|value| value.map_or(Shown::NoData, Shown::Value))
            .collect();
        match recorded.is_empty() {
            true => vec![Shown::Healthy],
            false => recorded,
        }
    }

    /// The same for what a condition is compared with: `stable`, or the name of a service. It is
    /// the series with a label of that value.
    pub fn reference(&self, metric: &MetricRef, of: &str, at: i64) -> Shown {
        let names = |labels: &[Matcher]| {
            labels
                .iter()
                .any(|label| label.matching == "=" && label.value == of)
        };
        let given = self.lines.iter().rev().find_map(|line| match &line.what {
            What::Metric {
                metric: given,
                value,
            } if line.lasts(at) && given.metric == metric.metric && names(&given.labels) => {
                Some(value.map_or(Shown::NoData, Shown::Value))
            }
            What::Metric { .. } | What::Said(_) => None,
        });
        let recorded = || {
            let recording = self
                .recordings
                .iter()
                .find(|recording| recording.metric == metric.metric && names(&recording.labels))?;
            let value = recording.at(at)?;
            Some(value.map_or(Shown::NoData, Shown::Value))
        };
        given.or_else(recorded).unwrap_or(Shown::Healthy)
    }

    /// The moments inside a stretch at which a metric may change; both ends are left out.
    pub fn turns(&self, metric: &str, from: i64, to: i64) -> Vec<i64> {
        let mut turns: Vec<i64> = Vec::new();
        for line in &self.lines {
            if let What::Metric { metric: given, .. } = &line.what
                && given.metric == metric
            {
                for point in [&line.from, &line.to] {
                    if let Point::At(at) = point {
                        turns.push(*at);
                    }
                }
            }
        }
        for recording in &self.recordings {
            if recording.metric == metric {
                turns.extend(recording.moments().filter(|at| from < *at && *at < to));
            }
        }
        turns.retain(|at| from < *at && *at < to);
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    /// Whether somebody says this, and has said so without a break since `since`.
    pub fn says(&self, words: &str, since: i64, at: i64) -> bool {
        self.lines.iter().any(|line| match &line.what {
            What::Said(said) => same(said, words) && line.lasts(since) && line.lasts(at),
            What::Metric { .. } => false,
        })
    }

    /// What is said of a node by its id or its title, if anything is: that it fails, that it is
    /// rejected, that nobody answers.
    pub fn answer(&self, node: &Node, at: i64) -> Option<Answer> {
        let spoken = |line: &Line| match &line.what {
            What::Said(said) if line.lasts(at) => answer(said, node),
            What::Said(_) | What::Metric { .. } => None,
        };
        self.lines.iter().rev().find_map(spoken)
    }
}

impl Line {
    fn lasts(&self, at: i64) -> bool {
        let begun = match self.from {
            Point::Open => true,
            Point::At(from) => from <= at,
            Point::Node(_) => false,
        };
        let over = match self.to {
            Point::Open | Point::Node(_) => false,
            Point::At(to) => to <= at,
        };
        begun && !over
    }

    fn over(&self) -> String {
        format!("no more: {}", self.words)
    }
}

fn line(given: &Given, start: Option<&Instant>) -> Line {
    let point = |point: &Option<TestPoint>| match point {
        None => Point::Open,
        Some(TestPoint::Node(node)) => Point::Node(node.clone()),
        Some(TestPoint::Time(time)) => offset(time, start).map_or(Point::Open, Point::At),
    };
    let length = given.length.as_ref().map(|length| length.whole_seconds());
    let from = point(&given.from);
    let mut to = point(&given.to);
    if let (Some(length), Point::At(from), Point::Open) = (length, &from, &to) {
        to = Point::At(from.saturating_add(length));
    }
    let (what, words) = match &given.metric {
        Some(metric) => {
            let words = match &given.value {
                Some(value) => format!("{metric} is {value}"),
                None => format!("{metric} has no data"),
            };
            let value = given.value.as_ref().map(|value| value.value);
            let metric = metric.clone();
            (What::Metric { metric, value }, words)
        }
        None => {
            let said = given.text.to_string();
            let words = format!("\"{said}\"");
            (What::Said(said), words)
        }
    };
    Line {
        what,
        from,
        to,
        length,
        words,
    }
}

/// What a test says of a node that would do well otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It fails, or somebody says no.
    No,
    /// Nobody answers.
    Silence,
}

/// What words say of a node: `"Go or no-go is rejected"`, `"rollout/deploy fails"`.
pub fn answer(words: &str, node: &Node) -> Option<Answer> {
    let title = node.title.to_string();
    let names = [node.id.as_str(), title.as_str()];
    let says = |ending: &str| {
        names
            .iter()
            .any(|name| !name.is_empty() && same(words, &format!("{name} {ending}")))
    };
    if says("fails") || says("is rejected") {
        Some(Answer::No)
    } else if says("is not answered") {
        Some(Answer::Silence)
    } else {
        None
    }
}

/// Whether every label of `some` stands among `all`.
fn has_all(all: &[Matcher], some: &[Matcher]) -> bool {
    some.iter().all(|label| all.contains(label))
}

/// Whether two texts say the same: white space, case and a full stop at the end don't count.
pub fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ").trim_end_matches('.').to_owned()
    };
    plain(one) == plain(other)
}
