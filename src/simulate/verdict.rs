//! Whether a condition holds at a moment.

use std::collections::{BTreeMap, HashMap};

use super::world::{Shown, World, same};
use crate::engine::Verdict;
use crate::plan::{
    Bound, Comparator, Condition, Dimension, Exact, Measured, Metric, MetricRef, NoData, Node,
    Plan, Quantity, Trend, WINDOW_SECONDS, Work,
};

fn verdict(holds: bool) -> Verdict {
    match holds {
        true => Verdict::Pass,
        false => Verdict::Fail,
    }
}

fn turned(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Pass => Verdict::Fail,
        Verdict::Fail => Verdict::Pass,
        Verdict::NoData => Verdict::NoData,
    }
}

/// A plan's metrics and what is known of them.
pub struct Judge<'p> {
    metrics: HashMap<&'p str, &'p Metric>,
    baselines: Vec<&'p Node>,
    defaults: HashMap<&'p str, Option<&'p str>>,
}

/// A moment of a world.
pub struct Look<'w> {
    /// The world.
    pub world: &'w World,
    /// Whole seconds from `T`.
    pub at: i64,
    /// Parameters with values of their own.
    pub parameters: &'w BTreeMap<String, String>,
}

impl<'p> Judge<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        Judge {
            metrics: plan
                .metrics
                .iter()
                .map(|metric| (metric.name.as_str(), metric))
                .collect(),
            baselines: plan.of_kind("baseline").collect(),
            defaults: plan
                .parameters
                .iter()
                .map(|parameter| (parameter.name.as_str(), parameter.default.as_deref()))
                .collect(),
        }
    }

    /// Whether a condition holds. `well` says what it is when all is well: true for what is
    /// required, false for what warns.
    pub fn holds(&self, condition: &Condition, look: &Look<'_>, well: bool) -> Verdict {
        match condition {
            Condition::All { of } => {
                let all = || of.iter().map(|inner| self.holds(inner, look, well));
                strongest(all(), Verdict::Fail, Verdict::Pass)
            }
            Condition::Any { of } => {
                let all = || of.iter().map(|inner| self.holds(inner, look, well));
                strongest(all(), Verdict::Pass, Verdict::Fail)
            }
            Condition::Not { of } => turned(self.holds(of, look, !well)),
            Condition::Asserted {
                text, sustained, ..
            } => {
                let since = look.at - sustained.as_deref().map_or(0, Quantity::whole_seconds);
                verdict(well || look.world.says(&text.to_string(), since, look.at))
            }
            Condition::Measured(measured) => self.measured(measured, look, well),
            Condition::Parameter {
                parameter,
                comparator,
                value,
            } => verdict(self.parameter(parameter, *comparator, value, look)),
        }
    }

    /// A parameter without a value leaves in what depends on it.
    fn parameter(&self, name: &str, comparator: Comparator, with: &str, look: &Look<'_>) -> bool {
        let value = look
            .parameters
            .get(name)
            .map(String::as_str)
            .or_else(|| self.defaults.get(name).copied().flatten());
        let Some(value) = value else {
            return true;
        };
        let equal = match (Quantity::parse(value), Quantity::parse(with)) {
            (Ok(value), Ok(with)) if value.dimension == with.dimension => value.value == with.value,
            (_, _) => same(yes_or_no(value), yes_or_no(with)),
        };
        match comparator {
            Comparator::Equal => equal,
            Comparator::NotEqual => !equal,
            Comparator::Less | Comparator::AtMost | Comparator::Greater | Comparator::AtLeast => {
                match (Quantity::parse(value), Quantity::parse(with)) {
                    (Ok(value), Ok(with)) => compares(value.value, comparator, with.value),
                    (_, _) => true,
                }
            }
        }
    }

    fn measured(&self, measured: &Measured, look: &Look<'_>, well: bool) -> Verdict {
        let Some(sustained) = &measured.sustained else {
            return self.at_once(measured, look.world, look.at, well);
        };
        let from = look.at - sustained.whole_seconds();
        let mut moments = vec![from, look.at];
        moments.extend(look.world.turns(&measured.metric.metric, from, look.at));
        let all = moments
            .into_iter()
            .map(|at| self.at_once(measured, look.world, at, well));
        strongest(all, Verdict::Fail, Verdict::Pass)
    }

    fn at_once(&self, measured: &Measured, world: &World, at: i64, well: bool) -> Verdict {
        let metric = &measured.metric;
        if let Bound::Trend { trend } = &measured.bound {
            let over = measured
                .over
                .as_deref()
                .map_or(WINDOW_SECONDS, Quantity::whole_seconds);
            return self.trend(metric, *trend, world, (at - over, at), well);
        }
        let shown = match &measured.over {
            None => world.shows(metric, at),
            Some(over) => vec![self.over(metric, world, at - over.whole_seconds(), at)],
        };
        let all = shown.into_iter().map(|shown| match shown {
            Shown::Healthy => verdict(well),
            Shown::NoData => self.no_data(metric, well),
            Shown::Value(value) => self.bound(measured, value, world, at, well),
        });
        strongest(all, Verdict::Fail, Verdict::Pass)
    }

    fn no_data(&self, metric: &MetricRef, well: bool) -> Verdict {
        match self.metrics.get(metric.metric.as_str()).map(|m| m.no_data) {
            Some(NoData::Pass) => verdict(well),
            Some(NoData::Fail) => verdict(!well),
            Some(NoData::Pause) | None => Verdict::NoData,
        }
    }

    fn bound(
        &self,
        measured: &Measured,
        value: Exact,
        world: &World,
        at: i64,
        well: bool,
    ) -> Verdict {
        match &measured.bound {
            Bound::Compare {
                comparator,
                value: with,
            } => verdict(compares(value, *comparator, with.value)),
            Bound::Between { range } => verdict(range.contains(value)),
            Bound::About { value: about } => verdict(rounds_to(value, about)),
            Bound::Near { tolerance, of } => match world.reference(&measured.metric, of, at) {
                Shown::Healthy => verdict(well),
                Shown::NoData => self.no_data(&measured.metric, well),
                Shown::Value(reference) => {
                    let far = value.minus(reference).map(Exact::magnitude);
                    let most = reference.magnitude().times(tolerance.value);
                    verdict(far.zip(most).is_some_and(|(far, most)| far <= most))
                }
            },
            Bound::Baseline { of } => {
                self.baseline(measured, of.as_deref(), value, world, at, well)
            }
            Bound::Trend { .. } => verdict(well),
        }
    }

    /// What the baseline says of the metric.
    fn baseline(
        &self,
        measured: &Measured,
        of: Option<&str>,
        value: Exact,
        world: &World,
        at: i64,
        well: bool,
    ) -> Verdict {
        let named = |baseline: &&&Node| {
            let name = baseline.id.rsplit('/').next().unwrap_or_default();
            let service = match &baseline.work {
                Work::Baseline { service } => service.as_deref(),
                _ => None,
            };
            of.is_none_or(|of| of == name || of == baseline.id || service == Some(of))
        };
        let mut verdicts = Vec::new();
        for baseline in self.baselines.iter().filter(named) {
            for bound in &baseline.children {
                for inner in bound.work.holds().into_iter().flat_map(Condition::measured) {
                    let same_metric = inner.metric.metric == measured.metric.metric;
                    let fits = measured.metric.labels.is_empty()
                        || inner.metric.labels.is_empty()
                        || inner.metric.labels == measured.metric.labels;
                    // A baseline that leans on a baseline says nothing.
                    if same_metric && fits && !matches!(inner.bound, Bound::Baseline { .. }) {
                        verdicts.push(self.bound(inner, value, world, at, well));
                    }
                }
            }
        }
        if verdicts.is_empty() {
            return verdict(well);
        }
        strongest(verdicts.into_iter(), Verdict::Fail, Verdict::Pass)
    }

    /// What a metric shows over a stretch as a whole: of counts the highest value, of everything
    /// else the mean. What is not given is left out.
    fn over(&self, metric: &MetricRef, world: &World, from: i64, to: i64) -> Shown {
        let counted = self
            .metrics
            .get(metric.metric.as_str())
            .is_some_and(|m| matches!(m.dimension, Dimension::Count { .. } | Dimension::Number));
        let stretches = self.stretches(metric, world, from, to);
        let values: Vec<(i64, Exact)> = stretches
            .iter()
            .filter_map(|(length, shown)| match shown {
                Shown::Value(value) => Some((*length, *value)),
                Shown::Healthy | Shown::NoData => None,
            })
            .collect();
        let value = match counted {
            true => values.iter().map(|(_, value)| *value).max(),
            false => mean(&values),
        };
        match value {
            Some(value) => Shown::Value(value),
            None => match stretches.iter().any(|(_, shown)| *shown == Shown::NoData) {
                true => Shown::NoData,
                false => world
                    .shows(metric, to)
                    .first()
                    .copied()
                    .unwrap_or(Shown::Healthy),
            },
        }
    }

    /// Lengths in seconds, and what the worst series shows in each.
    fn stretches(
        &self,
        metric: &MetricRef,
        world: &World,
        from: i64,
        to: i64,
    ) -> Vec<(i64, Shown)> {
        let mut edges = vec![from];
        edges.extend(world.turns(&metric.metric, from, to));
        edges.push(to);
        edges
            .windows(2)
            .flat_map(|pair| {
                let length = pair[1] - pair[0];
                world
                    .shows(metric, pair[0])
                    .into_iter()
                    .map(move |shown| (length, shown))
            })
            .collect()
    }

    /// The mean of the last quarter against that of the first: more than a tenth above it is rising,
    /// more than a tenth below it is falling.
    fn trend(
        &self,
        metric: &MetricRef,
        trend: Trend,
        world: &World,
        (from, to): (i64, i64),
        well: bool,
    ) -> Verdict {
        let quarter = ((to - from) / 4).max(1);
        let part = |from: i64, to: i64| -> Result<Option<Exact>, ()> {
            let stretches = self.stretches(metric, world, from, to);
            if stretches.iter().any(|(_, shown)| *shown == Shown::NoData) {
                return Err(());
            }
            let values: Vec<(i64, Exact)> = stretches
                .iter()
                .filter_map(|(length, shown)| match shown {
                    Shown::Value(value) => Some((*length, *value)),
                    Shown::Healthy | Shown::NoData => None,
                })
                .collect();
            Ok(mean(&values))
        };
        let (Ok(first), Ok(last)) = (part(from, from + quarter), part(to - quarter, to)) else {
            return self.no_data(metric, well);
        };
        let (Some(first), Some(last)) = (first, last) else {
            return verdict(well);
        };
        let tenth = Exact::fraction(1, 10).and_then(|tenth| first.magnitude().times(tenth));
        let (Some(change), Some(tenth)) = (last.minus(first), tenth) else {
            return Verdict::NoData;
        };
        verdict(match trend {
            Trend::Increasing => change > tenth,
            Trend::Decreasing => change < tenth.negated(),
            Trend::Stable => change <= tenth && change >= tenth.negated(),
        })
    }

    /// What the metrics of a condition show, in words; empty where nothing is known of them.
    pub fn shown(&self, condition: &Condition, look: &Look<'_>) -> String {
        let mut words: Vec<String> = Vec::new();
        for measured in condition.measured() {
            let metric = &measured.metric;
            let shown = match &measured.over {
                None => world_words(look.world.shows(metric, look.at)),
                Some(over) => world_words(vec![self.over(
                    metric,
                    look.world,
                    look.at - over.whole_seconds(),
                    look.at,
                )]),
            };
            let dimension = self
                .metrics
                .get(metric.metric.as_str())
                .map(|metric| &metric.dimension);
            for shown in shown {
                let text = match shown {
                    Shown::Healthy => continue,
                    Shown::NoData => format!("`{metric}` has no data"),
                    Shown::Value(value) => {
                        let dimension = dimension.cloned().unwrap_or(Dimension::Number);
                        let value = Quantity::of(value, dimension);
                        let stretch = match (&measured.sustained, &measured.over) {
                            (Some(sustained), _) => format!(" for {sustained}"),
                            (None, Some(over)) => format!(" over {over}"),
                            (None, None) => String::new(),
                        };
                        format!("`{metric}` is {value}{stretch}")
                    }
                };
                if !words.contains(&text) {
                    words.push(text);
                }
            }
        }
        words.join(", ")
    }
}

fn world_words(shown: Vec<Shown>) -> Vec<Shown> {
    let mut out: Vec<Shown> = Vec::new();
    for one in shown {
        if !out.contains(&one) {
            out.push(one);
        }
    }
    out.truncate(3);
    out
}

/// `decisive` if one of them is, else no data if one has none, else `otherwise`.
fn strongest(
    verdicts: impl Iterator<Item = Verdict>,
    decisive: Verdict,
    otherwise: Verdict,
) -> Verdict {
    let mut result = otherwise;
    for verdict in verdicts {
        if verdict == decisive {
            return decisive;
        }
        if verdict == Verdict::NoData {
            result = Verdict::NoData;
        }
    }
    result
}

/// The mean of values that lasted so many seconds each.
fn mean(values: &[(i64, Exact)]) -> Option<Exact> {
    if let [(_, only)] = values {
        return Some(*only);
    }
    let mut sum = Exact::ZERO;
    let mut length: i64 = 0;
    for (seconds, value) in values {
        sum = sum.plus(value.times(Exact::whole(*seconds))?)?;
        length = length.saturating_add(*seconds);
    }
    sum.divided_by(Exact::whole(length))
}

fn compares(value: Exact, comparator: Comparator, with: Exact) -> bool {
    match comparator {
        Comparator::Less => value < with,
        Comparator::AtMost => value <= with,
        Comparator::Greater => value > with,
        Comparator::AtLeast => value >= with,
        Comparator::Equal => value == with,
        Comparator::NotEqual => value != with,
    }
}

/// Whether a value, rounded to the digits that are written, is the one written.
fn rounds_to(value: Exact, about: &Quantity) -> bool {
    let number: String = about
        .written
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
        .collect();
    let places = number.split_once('.').map_or(0, |(_, part)| part.len());
    let Ok(places) = u32::try_from(places) else {
        return value == about.value;
    };
    // One of the last digit: the unit, divided by ten for each place.
    let unit = Exact::decimal(&number)
        .filter(|number| !number.is_zero())
        .and_then(|number| about.value.magnitude().divided_by(number))
        .or_else(|| {
            // `0%`: the unit is that of `1%`.
            let one = about.written.replacen(&number, "1", 1);
            Quantity::parse(&one).ok().map(|one| one.value)
        });
    let half = unit.and_then(|unit| {
        let below = 10i128.checked_pow(places)?.checked_mul(2)?;
        unit.times(Exact::fraction(1, below)?)
    });
    match (half, value.minus(about.value)) {
        (Some(half), Some(off)) => off >= half.negated() && off < half,
        (_, _) => value == about.value,
    }
}

/// The one word for yes, and the one for no.
fn yes_or_no(word: &str) -> &str {
    match word {
        "true" => "yes",
        "false" => "no",
        other => other,
    }
}
