//! Recorded values: a table in CSV, or the answer of Prometheus to a range query.

use std::collections::BTreeMap;

use crate::engine::offset;
use crate::plan::{Exact, Instant, Matcher, Metric, MetricRef, Plan, Quantity, Unit, When};

/// So long after a sample its value still counts, as Prometheus has it: five minutes, in seconds.
const STALE: i64 = 300;

/// The values of one series of a metric over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The name of the metric among the plan's metrics.
    pub metric: String,
    /// What tells the series from others.
    pub labels: Vec<Matcher>,
    /// Whole seconds from `T`, and the value in the base unit of the metric's dimension; nothing
    /// where there is no data. In the order of time.
    pub samples: Vec<(i64, Option<Exact>)>,
}

impl Recording {
    /// The moments at which something may change: each sample, and where it grows stale.
    pub fn moments(&self) -> impl Iterator<Item = i64> + '_ {
        let next = self.samples.iter().skip(1).map(|(at, _)| Some(*at));
        self.samples
            .iter()
            .zip(next.chain([None]))
            .flat_map(|((at, _), next)| {
                let stale = at.saturating_add(STALE);
                let gap = next.is_none_or(|next| next > stale);
                [Some(*at), gap.then_some(stale)].into_iter().flatten()
            })
    }

    /// What it shows at a moment: nothing outside of the recording, no data in a gap of it.
    pub fn at(&self, at: i64) -> Option<Option<Exact>> {
        let behind = self.samples.partition_point(|(sample, _)| *sample <= at);
        let (sample, value) = self.samples.get(behind.checked_sub(1)?)?;
        let fresh = at < sample.saturating_add(STALE);
        match (fresh, behind < self.samples.len()) {
            (true, _) => Some(*value),
            (false, true) => Some(None),
            (false, false) => None,
        }
    }

    /// Whether it is a series that a reference chooses.
    pub fn is_of(&self, metric: &MetricRef) -> bool {
        self.metric == metric.metric
            && metric.labels.iter().all(|wanted| {
                let has = self.labels.iter().find(|label| label.label == wanted.label);
                let value = has.map_or("", |label| label.value.as_str());
                match wanted.matching.as_str() {
                    "=" => value == wanted.value,
                    "!=" => value != wanted.value,
                    // Patterns are Prometheus's business; a recording holds what it chose.
                    _ => true,
                }
            })
    }

    /// The same, so many seconds later.
    pub fn later(mut self, seconds: i64) -> Recording {
        for (at, _) in &mut self.samples {
            *at = at.saturating_add(seconds);
        }
        self
    }
}

/// Reads a table: the first column is `time`, each of the others a metric by its name, perhaps with
/// labels (`latency-p95[path=cache]`). Times are seconds from `T`, offsets (`T+5m`), or moments
/// (`2026-12-01T09:05:00Z`, `2026-12-01 09:05 UTC`, seconds since 1970 with ten digits). Values are
/// quantities (`7%`) or numbers in the metric's unit; an empty cell has no data.
pub fn read_csv(text: &str, plan: &Plan) -> Result<Vec<Recording>, String> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (_, head) = lines.next().ok_or("is empty")?;
    let names = cells(head);
    if names.first().map(String::as_str) != Some("time") {
        return Err("has no column `time` at its left".into());
    }
    let mut columns = Vec::new();
    for name in &names[1..] {
        let reference = reference(name)?;
        let metric = known(plan, &reference.metric)?;
        columns.push((
            metric,
            Recording {
                metric: metric.name.clone(),
                labels: reference.labels,
                samples: Vec::new(),
            },
        ));
    }
    for (number, line) in lines {
        let cells = cells(line);
        if cells.len() != names.len() {
            return Err(format!(
                "has {} cells in line {number}, and {} columns",
                cells.len(),
                names.len()
            ));
        }
        let at = time(&cells[0], plan)
            .ok_or_else(|| format!("has no time `{}` that is known, in line {number}", cells[0]))?;
        for ((metric, recording), cell) in columns.iter_mut().zip(&cells[1..]) {
            let value = value(cell, metric)
                .ok_or_else(|| format!("has no value `{cell}`, in line {number}"))?;
            recording.samples.push((at, value));
        }
    }
    finished(
        columns
            .into_iter()
            .map(|(_, recording)| recording)
            .collect(),
    )
}

/// Reads what `/api/v1/query_range` answers. `metric` is the plan's metric that was asked for.
pub fn read_prometheus(text: &str, metric: &str, plan: &Plan) -> Result<Vec<Recording>, String> {
    let metric = known(plan, metric)?;
    let answer: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let data = answer.get("data").unwrap_or(&answer);
    if data.get("resultType").and_then(|kind| kind.as_str()) != Some("matrix") {
        return Err("is not the answer to a range query (`resultType` is not `matrix`)".into());
    }
    let series = data.get("result").and_then(|result| result.as_array());
    let series = series.ok_or("has no `result`")?;
    let start = plan.deployment.starts_unix_seconds;
    let mut recordings = Vec::new();
    for one in series {
        let labels: BTreeMap<&str, &str> = one
            .get("metric")
            .and_then(|labels| labels.as_object())
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != "__name__")
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let labels = labels
            .into_iter()
            .map(|(label, value)| Matcher {
                label: label.to_owned(),
                matching: "=".into(),
                value: value.to_owned(),
            })
            .collect();
        let mut samples = Vec::new();
        let values = one.get("values").and_then(|values| values.as_array());
        for pair in values.into_iter().flatten() {
            let at = pair.get(0).and_then(|at| at.as_f64());
            let value = pair.get(1).and_then(|value| value.as_str());
            let (Some(at), Some(value)) = (at, value) else {
                return Err(format!(
                    "has a sample that is no pair of time and text: {pair}"
                ));
            };
            let at = (at.floor() as i64).saturating_sub(start.unwrap_or(0));
            samples.push((at, number(value).and_then(|number| based(number, metric))));
        }
        recordings.push(Recording {
            metric: metric.name.clone(),
            labels,
            samples,
        });
    }
    finished(recordings)
}

fn finished(mut recordings: Vec<Recording>) -> Result<Vec<Recording>, String> {
    for recording in &mut recordings {
        recording.samples.sort_by_key(|(at, _)| *at);
        recording.samples.dedup_by_key(|(at, _)| *at);
    }
    recordings.retain(|recording| !recording.samples.is_empty());
    match recordings.is_empty() {
        true => Err("holds no samples".into()),
        false => Ok(recordings),
    }
}

fn known<'p>(plan: &'p Plan, name: &str) -> Result<&'p Metric, String> {
    let found = plan.metrics.iter().find(|metric| metric.name == name);
    found.ok_or_else(|| {
        let names = plan.metrics.iter().map(|metric| metric.name.as_str());
        match crate::diagnostic::nearest(name, names) {
            Some(near) => format!("names a metric `{name}`; did you mean `{near}`?"),
            None => format!("names a metric `{name}` that the deployment does not use"),
        }
    })
}

/// `latency-p95[path=cache]`
fn reference(text: &str) -> Result<MetricRef, String> {
    let Some((metric, labels)) = text.split_once('[') else {
        return Ok(MetricRef {
            metric: text.to_owned(),
            labels: Vec::new(),
        });
    };
    let labels = labels
        .strip_suffix(']')
        .ok_or_else(|| format!("has a column `{text}` without `]`"))?;
    let labels = labels
        .split(',')
        .map(|label| match label.split_once('=') {
            Some((label, value)) => Ok(Matcher {
                label: label.trim().to_owned(),
                matching: "=".into(),
                value: value.trim().trim_matches('"').to_owned(),
            }),
            None => Err(format!("has a column `{text}` with a label without `=`")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(MetricRef {
        metric: metric.to_owned(),
        labels,
    })
}

/// The cells of a line, by RFC 4180 but for line breaks inside of them.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            other => cell.push(other),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

/// Whole seconds from `T`.
fn time(text: &str, plan: &Plan) -> Option<i64> {
    let start = plan.deployment.starts.as_ref();
    if let Some(seconds) = number(text) {
        let seconds = i64::try_from(seconds.floor()).ok()?;
        // Ten digits are a moment of our days and no distance from one.
        return match seconds >= 1_000_000_000 {
            true => seconds.checked_sub(plan.deployment.starts_unix_seconds?),
            false => Some(seconds),
        };
    }
    if let Some((day, rest)) = text.split_once('T')
        && let Some(clock) = rest.strip_suffix('Z')
    {
        let clock = clock.split('.').next()?;
        let instant = Instant::parse(&format!("{day} {clock} UTC")).ok()?;
        return instant.seconds_since(start?);
    }
    offset(&When::parse(text).ok()?, start)
}

/// A cell: a quantity, a number in the metric's unit, or nothing.
fn value(cell: &str, metric: &Metric) -> Option<Option<Exact>> {
    if matches!(cell, "" | "NaN" | "no-data" | "+Inf" | "-Inf") {
        return Some(None);
    }
    if let Some(number) = number(cell) {
        return based(number, metric).map(Some);
    }
    let quantity = Quantity::parse(cell).ok()?.fit(&metric.dimension)?;
    Some(Some(quantity.value))
}

/// A number in the unit of a metric's query, in the base unit of its dimension.
fn based(number: Exact, metric: &Metric) -> Option<Exact> {
    match &metric.unit {
        Some(unit) => number.times(Unit::parse(unit).ok()?.factor),
        None => Some(number),
    }
}

/// `0.5`, `-3`, `1.2e-05`; nothing for what is no number, and for NaN and infinity.
fn number(text: &str) -> Option<Exact> {
    let (digits, power) = match text.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let value = match Exact::decimal(digits) {
        Some(value) => value,
        // More digits than are kept: doubles have seventeen.
        None => {
            let short: String = digits.chars().take(24).collect();
            Exact::decimal(short.trim_end_matches('.'))?
        }
    };
    let scale = 10i128.checked_pow(power.unsigned_abs().min(30))?;
    match power < 0 {
        true => value.times(Exact::fraction(1, scale)?),
        false => value.times(Exact::fraction(scale, 1)?),
    }
}
