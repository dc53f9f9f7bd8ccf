//! Conditions as PromQL, and numbers in the unit of a metric's query. For the targets that ask
//! Prometheus.

use promql_parser::label::{MatchOp, Matcher as Label};
use promql_parser::parser::Expr;
use promql_parser::util::visitor::{ExprVisitorMut, walk_expr_mut};

use crate::plan::{
    Bound, Comparator, Exact, Matcher, Measured, Metric, Plan, Quantity, Range, WINDOW, Work,
    duration_text,
};
use crate::promql;

/// The step of a subquery where the metric names no interval.
const STEP: &str = "30s";

/// The same in seconds.
const STEP_SECONDS: i64 = 30;

/// The label by which Argo Rollouts tells the pods of two versions apart, where the scrape
/// configuration copies it to the series.
pub const POD_HASH: &str = "rollouts_pod_template_hash";

/// A number that a query returns, and what must be true of it. Every part must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The query: one value, in the unit of the metric.
    pub query: String,
    /// What must be true of the value, with numbers in that unit.
    pub tests: Vec<(Comparator, String)>,
    /// The same for who looks at each moment itself, where it must hold for a while.
    pub moments: Option<Moments>,
    /// How it differs from what the condition says; nothing where it does not.
    pub differs: Option<String>,
}

/// What must hold at each moment of a stretch, both of its ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moments {
    /// What is asked at each moment.
    pub query: String,
    /// What must be true of each value.
    pub tests: Vec<(Comparator, String)>,
    /// Seconds between two moments.
    pub step_seconds: i64,
    /// So many steps.
    pub steps: i64,
}

impl Moments {
    /// As a subquery looks at them: the range and the step of one.
    pub fn stretch(&self) -> String {
        let range = self.steps * self.step_seconds + self.step_seconds - 1;
        format!("{}:{}", go_like(range), go_like(self.step_seconds))
    }
}

/// Asks a condition of Prometheus; the text says why that can't be, and what to change.
pub fn question(plan: &Plan, measured: &Measured) -> Result<Question, String> {
    let name = &measured.metric.metric;
    let metric = plan
        .metrics
        .iter()
        .find(|metric| metric.name == *name)
        .ok_or_else(|| format!("nothing is known of the metric `{name}`"))?;
    match resolved(plan, measured, &measured.bound) {
        Bound::Compare { comparator, value } => {
            let query = value_query(measured, metric)?;
            let test = (*comparator, number(value, metric));
            Ok(throughout(measured, metric, query, test))
        }
        Bound::Between { range } => between(measured, metric, range),
        Bound::About { value } => about(measured, metric, value),
        Bound::Near { tolerance, of } if of == "stable" => near(measured, metric, tolerance),
        Bound::Near { of, .. } => Err(format!(
            "`within … of {of}` has no query: only `stable` can be asked for"
        )),
        Bound::Baseline { .. } => Err(format!(
            "no baseline says anything of `{name}`: state the bound here"
        )),
        Bound::Trend { .. } => Err(format!(
            "a trend has no bound to ask for: compare `{name}` with a value"
        )),
    }
}

/// What a bound comes to: that of the baseline where it names one.
fn resolved<'a>(plan: &'a Plan, measured: &Measured, bound: &'a Bound) -> &'a Bound {
    let Bound::Baseline { of } = bound else {
        return bound;
    };
    plan.of_kind("baseline")
        .filter(|node| {
            of.as_ref().is_none_or(|of| {
                node.id == *of || node.id.strip_prefix("baseline/") == Some(of.as_str())
            })
        })
        .flat_map(|node| &node.children)
        .find_map(|node| match &node.work {
            Work::Bound { holds } => holds.as_ref().and_then(|condition| {
                condition
                    .measured()
                    .into_iter()
                    .find(|known| known.metric == measured.metric)
                    .map(|known| &known.bound)
            }),
            _ => None,
        })
        .filter(|known| !matches!(known, Bound::Baseline { .. }))
        .unwrap_or(bound)
}

/// The query of a metric for one condition: its window filled in, its series chosen.
fn value_query(measured: &Measured, metric: &Metric) -> Result<String, String> {
    let query = metric
        .query
        .as_deref()
        .ok_or_else(|| format!("the metric `{}` has no query", metric.name))?;
    let fixed = metric.window.as_ref().map(duration);
    let wanted = measured.over.as_deref().map(duration);
    let asks = query.contains("$window");
    let window = match (&wanted, &fixed) {
        (Some(over), _) if asks => over.as_str(),
        (_, Some(fixed)) => fixed.as_str(),
        (_, None) => WINDOW,
    };
    let mut text = query.replace("$window", window);
    let labels: Vec<&Matcher> = metric
        .labels
        .iter()
        .chain(&measured.metric.labels)
        .collect();
    if !labels.is_empty() {
        text = with_labels(&text, &labels)?;
    } else if let Err(why) = promql::read(&text) {
        return Err(format!("the query can't be read: {why}"));
    }
    match wanted {
        Some(over) if !asks => Ok(format!("avg_over_time(({text})[{over}:{}])", step(metric))),
        Some(_) | None => Ok(text),
    }
}

/// A comparison, for as long as the condition says. The worst value of that time tells whether it
/// stayed below or above; for (un)equal there is none, so each moment is compared.
fn throughout(
    measured: &Measured,
    metric: &Metric,
    query: String,
    test: (Comparator, String),
) -> Question {
    let moments = moments(measured, metric, &query, std::slice::from_ref(&test));
    let (query, test) = match (&measured.sustained, test.0) {
        (None, _) => (query, test),
        (Some(length), Comparator::Less | Comparator::AtMost) => {
            (over_time("max", &query, length, metric), test)
        }
        (Some(length), Comparator::Greater | Comparator::AtLeast) => {
            (over_time("min", &query, length, metric), test)
        }
        (Some(length), Comparator::Equal | Comparator::NotEqual) => {
            let each = format!("({query}) {} bool {}", test.0.sign(), test.1);
            (
                over_time("min", &each, length, metric),
                (Comparator::Equal, "1".to_owned()),
            )
        }
    };
    Question {
        query,
        tests: vec![test],
        moments,
        differs: None,
    }
}

/// The moments at which something must hold; nothing where it must hold once.
///
/// Where the interval does not divide the time, they lie a little closer, so that both ends count.
fn moments(
    measured: &Measured,
    metric: &Metric,
    query: &str,
    tests: &[(Comparator, String)],
) -> Option<Moments> {
    let length = measured.sustained.as_deref()?.whole_seconds().max(1);
    let rounded_up = |number: i64, by: i64| number / by + i64::from(number % by > 0);
    let steps = rounded_up(length, interval(metric));
    Some(Moments {
        query: query.to_owned(),
        tests: tests.to_vec(),
        step_seconds: rounded_up(length, steps),
        steps,
    })
}

/// How often a metric has a new value, in seconds.
fn interval(metric: &Metric) -> i64 {
    metric
        .interval
        .as_ref()
        .map_or(STEP_SECONDS, Quantity::whole_seconds)
        .max(1)
}

/// The least or the greatest value of a query over a stretch of time, both of its ends included.
///
/// A subquery looks at multiples of its step, and (since Prometheus 3) not at the begin of its range.
/// So the range is a step longer but for a second: then the moment at the begin of the stretch, or the
/// one before it, is looked at, and what has held for less than the stretch never passes for it.
fn over_time(which: &str, query: &str, length: &Quantity, metric: &Metric) -> String {
    let every = interval(metric);
    let range = length.whole_seconds().max(1).saturating_add(every - 1);
    format!(
        "{which}_over_time(({query})[{}:{}])",
        go_like(range),
        step(metric)
    )
}

/// Seconds in minutes and seconds.
fn go_like(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

fn between(measured: &Measured, metric: &Metric, range: &Range) -> Result<Question, String> {
    let query = value_query(measured, metric)?;
    let low = number(&range.low, metric);
    let high = number(&range.high, metric);
    let upper = if range.high_inclusive {
        Comparator::AtMost
    } else {
        Comparator::Less
    };
    inside(
        measured,
        metric,
        query,
        (Comparator::AtLeast, low),
        (upper, high),
    )
}

/// Between two bounds; for a while, it is a query that is 1 as long as both held.
fn inside(
    measured: &Measured,
    metric: &Metric,
    query: String,
    low: (Comparator, String),
    high: (Comparator, String),
) -> Result<Question, String> {
    let Some(length) = &measured.sustained else {
        return Ok(Question {
            query,
            tests: vec![low, high],
            moments: None,
            differs: None,
        });
    };
    let moments = moments(measured, metric, &query, &[low.clone(), high.clone()]);
    let both = format!(
        "(({query}) {} bool {}) * (({query}) {} bool {})",
        low.0.sign(),
        low.1,
        high.0.sign(),
        high.1
    );
    Ok(Question {
        query: over_time("min", &both, length, metric),
        tests: vec![(Comparator::Equal, "1".to_owned())],
        moments,
        differs: None,
    })
}

/// Rounds to the value at the precision in which it is written: half a step on each side.
fn about(measured: &Measured, metric: &Metric, value: &Quantity) -> Result<Question, String> {
    let query = value_query(measured, metric)?;
    let digits: String = value
        .written
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+' | '_'))
        .filter(|letter| *letter != '_')
        .collect();
    let places = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
    let written = Exact::decimal(digits.trim_start_matches('+'));
    let half = Exact::decimal(&format!("0.{}5", "0".repeat(places)));
    let unit: String = value.written[digits.len().min(value.written.len())..].to_owned();
    let (Some(written), Some(half)) = (written, half) else {
        return Err(format!("`about {value}` is too fine to ask for"));
    };
    let end = |number: Option<Exact>| {
        number
            .and_then(Exact::to_decimal)
            .and_then(|number| Quantity::parse(&format!("{number}{unit}")).ok())
            .map(|quantity| self::number(&quantity, metric))
    };
    match (end(written.minus(half)), end(written.plus(half))) {
        (Some(low), Some(high)) => inside(
            measured,
            metric,
            query,
            (Comparator::AtLeast, low),
            (Comparator::Less, high),
        ),
        (_, _) => Err(format!("`about {value}` can't be asked for: use a range")),
    }
}

/// The new version against the stable one: the distance as a share of what the stable one shows.
fn near(measured: &Measured, metric: &Metric, tolerance: &Quantity) -> Result<Question, String> {
    let query = value_query(measured, metric)?;
    let of = |hash: &str| {
        with_labels(
            &query,
            &[&Matcher {
                label: POD_HASH.to_owned(),
                matching: "=".to_owned(),
                value: hash.to_owned(),
            }],
        )
    };
    let (new, stable) = (of(LATEST)?, of(STABLE)?);
    let share = tolerance
        .value
        .to_decimal()
        .unwrap_or_else(|| tolerance.value.to_string());
    let query = format!("abs(({new}) - ({stable})) / ({stable})");
    Ok(Question {
        differs: Some(format!(
            "its series must carry the label `{POD_HASH}`, which the scrape configuration copies from the pods"
        )),
        ..throughout(measured, metric, query, (Comparator::AtMost, share))
    })
}

/// What stands for the hash of the new version's pods until the controller fills it in.
pub const LATEST: &str = "@latest-hash@";

/// What stands for the hash of the stable version's pods until the controller fills it in.
pub const STABLE: &str = "@stable-hash@";

/// A number in the unit in which the metric's query returns it.
pub fn number(quantity: &Quantity, metric: &Metric) -> String {
    let value = metric
        .unit
        .as_deref()
        .and_then(|unit| quantity.in_unit(unit))
        .unwrap_or(quantity.value);
    value.to_decimal().unwrap_or_else(|| value.truncated(12))
}

/// A duration as Prometheus and Go read it: no unit above hours.
pub fn duration(quantity: &Quantity) -> String {
    let seconds = quantity.value.ceiling().max(1);
    match i64::try_from(seconds) {
        Ok(seconds) if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        Ok(seconds) if seconds % 60 == 0 => format!("{}m", seconds / 60),
        Ok(seconds) => format!("{seconds}s"),
        Err(_) => duration_text(quantity.value),
    }
}

fn step(metric: &Metric) -> String {
    metric
        .interval
        .as_ref()
        .map_or_else(|| STEP.to_owned(), duration)
}

/// A query that looks only at series with these labels.
pub fn with_labels(query: &str, labels: &[&Matcher]) -> Result<String, String> {
    let read = promql::read(query).map_err(|error| format!("the query can't be read: {error}"))?;
    if !read.is_as_written {
        return Err(
            "the query has too many operators for its series to be chosen by labels".into(),
        );
    }
    let mut tree = read.tree;
    let selector: Vec<String> = labels
        .iter()
        .map(|label| {
            format!(
                "{}{}{}",
                label.label,
                label.matching,
                promql::quoted(&label.value)
            )
        })
        .collect();
    // `!=` and `!~` alone choose nothing: they stand beside the name of a series, as they will.
    let series = format!("series{{{}}}", selector.join(", "));
    let chosen = match promql::read(&series).map(|read| read.tree) {
        Ok(Expr::VectorSelector(selector)) => selector.matchers.matchers,
        Ok(_) => Vec::new(),
        Err(error) => return Err(format!("these labels can't be asked for: {error}")),
    };
    let mut choose = Choose { labels: chosen };
    let _ = walk_expr_mut(&mut choose, &mut tree);
    let text = promql::escaped(&tree.to_string());
    match promql::read(&text) {
        Ok(again) if again.tree == tree => Ok(text),
        Ok(_) | Err(_) => Err("the query can't be written with these labels".into()),
    }
}

struct Choose {
    labels: Vec<Label>,
}

impl ExprVisitorMut for Choose {
    type Error = ();

    fn pre_visit(&mut self, expression: &mut Expr) -> Result<bool, ()> {
        let selector = match expression {
            Expr::VectorSelector(selector) => Some(selector),
            Expr::MatrixSelector(matrix) => Some(&mut matrix.vs),
            _ => None,
        };
        if let Some(selector) = selector {
            // A name that is none of PromQL's is a label as any other, or it is not printed right.
            let plain = |name: &str| {
                !name.starts_with(|first: char| first.is_ascii_digit())
                    && (name.bytes())
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
            };
            let matchers = &mut selector.matchers;
            if let Some(name) = selector.name.take_if(|name| !plain(name)) {
                let name = Label::new(MatchOp::Equal, "__name__", &name);
                matchers.matchers.push(name);
            }
            for either in &mut matchers.or_matchers {
                either.extend(self.labels.clone());
            }
            if matchers.or_matchers.is_empty() {
                matchers.matchers.extend(self.labels.clone());
                // As they are printed, so that what is read again is the same.
                matchers.matchers.sort_by_key(ToString::to_string);
            }
        }
        Ok(true)
    }
}
