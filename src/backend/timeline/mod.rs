//! In: a plan. Out: its schedule as it adds up: days, bars, slack and the critical path, as text, as
//! a picture and as JSON. Knows nothing of terminals.

mod svg;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::plan::{EdgeKind, Exact, Instant, Node, Plan, Work, duration_text};

/// The schedule of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// The version of this shape.
    pub version: u32,
    /// The title of the deployment.
    pub title: String,
    /// `T` and its zone, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// When the last phase or gate ends, in seconds from `T`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_seconds: Option<i64>,
    /// How long the deployment is said to last, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<String>,
    /// The stretches of work, by day, in the order of their begins.
    pub days: Vec<Day>,
    /// The rollbacks: in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways_back: Vec<String>,
}

/// The stretches that begin on one day.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    /// The day in words: `Tue 2025-10-28`, or `T-3d` where no start is known.
    pub name: String,
    /// The begin of its bars, in seconds from `T`.
    pub from_seconds: i64,
    /// The end of its bars, in seconds from `T`; what ends later is cut off there.
    pub to_seconds: i64,
    /// What begins on it.
    pub bars: Vec<Bar>,
}

/// A stretch of work.
#[derive(Clone, Debug, Serialize)]
pub struct Bar {
    /// The id of its node.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The kind of its node.
    pub kind: &'static str,
    /// How many of the nodes around it are bars too.
    pub depth: usize,
    /// Its begin, in seconds from `T`.
    pub starts_seconds: i64,
    /// Its end, in seconds from `T`.
    pub ends_seconds: i64,
    /// Its begin by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// Its end by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Instant>,
    /// How much later it may end without anything else being late, in seconds; for phases and
    /// gates at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack_seconds: Option<i64>,
    /// Whether it determines when the deployment ends.
    pub critical: bool,
    /// Who does it: names of roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Columns of a line.
    pub width: usize,
    /// No character outside of ASCII in bars.
    pub ascii: bool,
    /// ANSI colours.
    pub color: bool,
}

/// So many levels of work are drawn.
const DEEPEST: usize = 3;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The schedule of a plan; nothing where no times are known.
pub fn timeline(plan: &Plan) -> Option<Timeline> {
    let start = plan.deployment.starts.as_ref();
    let critical: BTreeSet<&str> = plan.critical_path.iter().map(String::as_str).collect();
    let slack = slack(plan);
    let mut bars = Vec::new();
    for node in &plan.nodes {
        let drawn = matches!(node.work, Work::Phase | Work::Gate | Work::Monitor);
        if drawn && !node.follows_rollback() {
            let on_path = critical.contains(node.id.as_str());
            gather(node, 0, None, on_path, start, &mut bars);
        }
    }
    for bar in &mut bars {
        if bar.depth == 0 {
            bar.slack_seconds = slack.get(bar.id.as_str()).copied();
        }
    }
    if bars.is_empty() {
        return None;
    }
    let ends_seconds = bars
        .iter()
        .filter(|bar| bar.depth == 0 && bar.kind != "monitor")
        .map(|bar| bar.ends_seconds)
        .max();
    Some(Timeline {
        version: 1,
        title: plan.deployment.title.to_string(),
        starts: start.cloned(),
        ends_seconds,
        lasts: plan.deployment.lasts.as_ref().map(ToString::to_string),
        days: days(bars, start),
        ways_back: plan.of_kind("rollback").map(way_back).collect(),
    })
}

impl Timeline {
    /// As text for people.
    pub fn text(&self, paper: Paper) -> String {
        text::write(self, paper)
    }

    /// As a picture that needs nothing else.
    pub fn svg(&self) -> String {
        svg::write(self)
    }

    /// When it ends, against what was said.
    fn ending(&self) -> Option<String> {
        let ends = self.ends_seconds?;
        let clock = self.starts.as_ref().and_then(|start| start.later(ends));
        let mut words = match clock {
            Some(clock) => format!("ends {clock} ({})", offset(ends)),
            None => format!("ends {}", offset(ends)),
        };
        if let Some(lasts) = &self.lasts {
            words.push_str(&format!(", said to last {lasts}"));
        }
        Some(words)
    }
}

fn gather(
    node: &Node,
    depth: usize,
    around: Option<(i64, i64)>,
    critical: bool,
    start: Option<&Instant>,
    bars: &mut Vec<Bar>,
) {
    let times = node.schedule.starts_seconds.zip(node.schedule.ends_seconds);
    let stretch = match node.work {
        Work::Phase | Work::Gate | Work::Monitor => true,
        // A hold that is all of its stage is said by the stage.
        Work::Hold { .. } => times != around,
        _ => node.takes.is_some() || node.at.is_some() || node.window.is_some(),
    };
    let mut inner = depth;
    if stretch && let Some((from, to)) = times {
        // Inside, what takes no time and decides nothing is no stretch.
        if depth == 0 || to > from || node.work == Work::Gate {
            inner += 1;
            bars.push(Bar {
                id: node.id.clone(),
                title: node.label(),
                kind: node.work.kind(),
                depth,
                starts_seconds: from,
                ends_seconds: to,
                starts: start.and_then(|start| start.later(from)),
                ends: start.and_then(|start| start.later(to)),
                slack_seconds: None,
                critical,
                owners: node.owners.clone(),
            });
        }
    }
    if inner > DEEPEST {
        return;
    }
    for child in &node.children {
        let ends_it = child.schedule.ends_seconds > child.schedule.starts_seconds;
        gather(
            child,
            inner,
            times.or(around),
            critical && ends_it,
            start,
            bars,
        );
    }
}

/// The bars of each day on which some begin.
fn days(mut bars: Vec<Bar>, start: Option<&Instant>) -> Vec<Day> {
    // A bar inside another one stays below it, whenever it begins.
    let mut groups: Vec<Vec<Bar>> = Vec::new();
    for bar in bars.drain(..) {
        match groups.last_mut() {
            Some(group) if bar.depth > 0 => group.push(bar),
            Some(_) | None => groups.push(vec![bar]),
        }
    }
    groups.sort_by_key(|group| (group[0].starts_seconds, group[0].kind == "monitor"));
    let mut days: BTreeMap<i64, (String, Vec<Bar>)> = BTreeMap::new();
    for group in groups {
        let (number, name) = day(group[0].starts_seconds, start);
        let day = days.entry(number).or_insert_with(|| (name, Vec::new()));
        day.1.extend(group);
    }
    days.into_values()
        .map(|(name, bars)| {
            let from = bars.iter().map(|bar| bar.starts_seconds).min().unwrap_or(0);
            // What outlasts the day by far would leave no room for the rest.
            let short = |bar: &&Bar| bar.kind != "monitor" && bar.ends_seconds - from <= DAY;
            let long = bars.iter().map(|bar| bar.ends_seconds).max();
            let last = bars.iter().filter(short).map(|bar| bar.ends_seconds).max();
            let latest = bars
                .iter()
                .filter(|bar| bar.kind != "monitor")
                .map(|bar| bar.starts_seconds)
                .max()
                .unwrap_or(from);
            let to = last.filter(|last| *last > from).or(long).unwrap_or(from);
            Day {
                name,
                from_seconds: from,
                to_seconds: to.max(latest).max(from + 1),
                bars,
            }
        })
        .collect()
}

/// The number of a day and its name.
fn day(seconds: i64, start: Option<&Instant>) -> (i64, String) {
    match start.and_then(|start| start.later(seconds)) {
        Some(at) => {
            let date = at.date().to_string();
            let days = Instant::parse(&format!("{date} 00:00 UTC"))
                .ok()
                .and_then(|midnight| midnight.unix_seconds())
                .unwrap_or(seconds)
                .div_euclid(DAY);
            (days, format!("{} {date}", at.weekday()))
        }
        None => {
            let number = seconds.div_euclid(DAY);
            (number, offset(number * DAY))
        }
    }
}

/// For each phase and gate at the top, how much later it may end without anything being late: what
/// has a time of its own begins then, what has a `due` is done by it, and the last ends when it does.
fn slack(plan: &Plan) -> BTreeMap<&str, i64> {
    let top: BTreeMap<&str, &Node> = plan
        .nodes
        .iter()
        .filter(|node| matches!(node.work, Work::Phase | Work::Gate))
        .filter(|node| !node.follows_rollback())
        .map(|node| (node.id.as_str(), node))
        .collect();
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for edge in &plan.edges {
        if matches!(edge.kind, EdgeKind::Sequence | EdgeKind::After)
            && top.contains_key(edge.from.as_str())
            && top.contains_key(edge.to.as_str())
        {
            next.entry(&edge.from).or_default().push(&edge.to);
        }
    }
    let end = top
        .values()
        .filter_map(|node| node.schedule.ends_seconds)
        .max();
    let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
    // What comes later in an order of work is known before what comes earlier.
    for id in plan.order.iter().rev() {
        let Some(node) = top.get(id.as_str()) else {
            continue;
        };
        let Some((from, to)) = node.schedule.starts_seconds.zip(node.schedule.ends_seconds) else {
            continue;
        };
        let behind = next.get(id.as_str()).into_iter().flatten();
        let limits = behind.filter_map(|after| {
            let after = top.get(after)?;
            let begins = after.schedule.starts_seconds?;
            let own = after.at.is_some() || after.window.is_some();
            let length = after.schedule.ends_seconds?.saturating_sub(begins);
            match own {
                true => Some(begins),
                false => Some(latest.get(after.id.as_str())?.saturating_sub(length)),
            }
        });
        let limit = limits.chain(node.schedule.due_seconds).min().or(end);
        latest.insert(&node.id, limit.unwrap_or(to).max(from));
    }
    top.iter()
        .filter_map(|(id, node)| {
            let slack = latest.get(id)? - node.schedule.ends_seconds?;
            Some((*id, slack))
        })
        .collect()
}

fn way_back(node: &Node) -> String {
    let mut words = node.label();
    if let Some(within) = &node.within {
        words.push_str(&format!(", within {within}"));
    }
    if let Some(until) = &node.valid_until {
        words.push_str(&format!(", valid until {until}"));
    }
    words
}

/// Seconds from `T` as the language writes them.
fn offset(seconds: i64) -> String {
    let length = || duration_text(Exact::whole(seconds.saturating_abs()));
    match seconds {
        0 => "T".into(),
        1.. => format!("T+{}", length()),
        _ => format!("T-{}", length()),
    }
}

/// The begin and the end of a bar: by the clock, else from `T`.
fn times(bar: &Bar) -> (String, String) {
    let clock = |at: &Option<Instant>, seconds: i64| match at.as_ref().and_then(Instant::clock) {
        Some(clock) => {
            let (hour, minute, _) = clock.parts();
            format!("{hour:02}:{minute:02}")
        }
        None => offset(seconds),
    };
    let end = clock(&bar.ends, bar.ends_seconds);
    // What ends on another day says on which.
    let day = match (&bar.starts, &bar.ends) {
        (Some(starts), Some(ends)) if starts.date() != ends.date() => {
            match bar.ends_seconds - bar.starts_seconds < 6 * DAY {
                true => format!("{} ", ends.weekday()),
                false => format!("{} ", ends.date().to_string().get(5..).unwrap_or_default()),
            }
        }
        (_, _) => String::new(),
    };
    (
        clock(&bar.starts, bar.starts_seconds),
        format!("{day}{end}"),
    )
}

/// How long a bar is, and how much later it may end; empty where that is nothing.
fn lengths(bar: &Bar) -> (String, String) {
    let length = |seconds: i64| match seconds {
        0 => String::new(),
        seconds => duration_text(Exact::whole(seconds)),
    };
    let slack = match bar.slack_seconds {
        Some(slack) if slack > 0 => format!("+{}", length(slack)),
        Some(slack) if slack < 0 => format!("{} late", length(-slack)),
        Some(_) | None => String::new(),
    };
    (length(bar.ends_seconds - bar.starts_seconds), slack)
}
