//! Queries: whether Prometheus can read them, and whether what they return is what the metric says.

mod shape;
mod units;

use foldhash::{HashMap, HashSet};
use promql_parser::parser::{self, Call, Expr, VectorSelector};
use units::{Returns, returns};

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::model::Metric;
use crate::nesting::TooDeep;
use crate::promql::Unread;
use crate::quantity::{Dimension, Exact, duration_text};
use crate::rule;
use crate::source::Span;
use crate::syntax;

rule! {
    /// Prometheus can't read the query: on the day the metric has no data.
    pub QUERY_SYNTAX = "D0601", "query-syntax", Queries, Warning, "a query that Prometheus can't read", allowable;
    /// The query returns another unit than the metric says: requests per second where a share is
    /// meant, or since the start where it should be per second. Every bound is compared with the wrong
    /// number.
    pub QUERY_UNIT = "D0602", "query-unit", Queries, Warning, "a query that returns another unit than its metric", allowable;
    /// A rate needs two samples. A window shorter than two scrapes has none or one, and the query
    /// returns nothing.
    pub SHORT_WINDOW = "D0603", "short-window", Queries, Warning, "a rate over less than two samples", allowable;
    /// A quantile lies between 0 and 1: 0.95, not 95. Outside of it Prometheus returns infinity.
    pub QUANTILE_RANGE = "D0604", "quantile-range", Queries, Warning, "a quantile that is not between 0 and 1", allowable;
    /// The function is for another kind of series: a rate is for counters, a bare counter grows for
    /// ever, and `histogram_quantile` wants the rates of the buckets by `le`.
    pub WRONG_FUNCTION = "D0605", "wrong-function", Queries, Warning, "a function for another kind of series", allowable;
    /// The query returns a series for each pod and label, and a bound is compared with one number.
    /// Aggregate it: `sum(…)`, `max(…)`.
    pub MANY_SERIES = "D0606", "many-series", Queries, Warning, "a query that returns many series", allowable;
    /// The condition asks for one stretch of time, and the query looks back over another, whatever is
    /// asked. Write `[$window]` in the query.
    pub FIXED_WINDOW = "D0607", "fixed-window", Queries, Warning, "a condition over another time than its query", allowable;
}

/// Prometheus scrapes every 15 seconds in most installations, and every minute by default; the
/// shorter one, so that no finding is wrong. Source: prometheus.io, "Configuration", examples.
const SCRAPE_SECONDS: u64 = 15;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut labelled: HashSet<&str> = HashSet::default();
    let mut over: HashMap<&str, Vec<(Exact, Span)>> = HashMap::default();
    for measured in context.measurements.iter().map(|one| one.measured) {
        if !measured.metric.labels.is_empty() {
            labelled.insert(&measured.metric.metric);
        }
        if let Some(window) = &measured.over {
            let of_metric = over.entry(&measured.metric.metric).or_default();
            of_metric.push((window.value, measured.span));
        }
    }
    for metric in &context.spec.metrics {
        let (Some(query), Some(text)) = (&metric.query, metric.asked()) else {
            continue;
        };
        let fixed = !query.contains("$window");
        if text.contains("$service") || text.contains("$namespace") || text.contains("$workload") {
            continue; // a name that nothing fills is a finding of its own
        }
        let read = shape::read(&text);
        let expression: &Expr = match &read {
            Ok(expression) => expression,
            Err(Unread::TooDeep(deep)) => {
                found.push(too_deep(metric, *deep));
                continue;
            }
            Err(Unread::Refused(why)) => {
                let why = why.lines().next().unwrap_or_default();
                found.push(
                    Diagnostic::new(
                        &QUERY_SYNTAX,
                        metric.query_span,
                        format!("Prometheus can't read the query of `{}`", metric.name),
                    )
                    .note(why)
                    .help("try it in the expression browser of Prometheus"),
                );
                continue;
            }
        };
        let mut query = Query {
            metric,
            found,
            ranges: Vec::new(),
        };
        query.functions(expression, Inside::default());
        query.windows();
        query.unit(expression);
        if !aggregated(expression) && !labelled.contains(metric.name.as_str()) {
            query.say(
                &MANY_SERIES,
                "the query returns a series for each pod and label, and one number is compared",
                "aggregate it: `sum(…)`, `max(…)`",
            );
        }
        let ranges = query.ranges;
        for (window, span) in over.get(metric.name.as_str()).into_iter().flatten() {
            let other = ranges
                .iter()
                .map(|seconds| Exact::whole(i64::try_from(*seconds).unwrap_or(i64::MAX)))
                .find(|seconds| seconds != window);
            if let Some(other) = other.filter(|_| fixed) {
                found.push(
                    Diagnostic::new(
                        &FIXED_WINDOW,
                        *span,
                        format!(
                            "`over {}` is asked, and the query looks back {}",
                            duration_text(*window),
                            duration_text(other)
                        ),
                    )
                    .also(metric.query_span, "the query, whatever is asked")
                    .help("write `[$window]` in the query"),
                );
            }
        }
    }
}

/// A query that no reader may follow. It is shown where it is too deep, if it stands in the file as it
/// is asked.
fn too_deep(metric: &Metric, deep: TooDeep) -> Diagnostic {
    let whole = metric.query_span;
    let query = metric.query.as_deref().unwrap_or_default();
    let as_written = query.len() + 2 == whole.range().len() && !query.contains("$window");
    let message = format!("the query of `{}` is {deep}", metric.name);
    let at = whole.start + 1 + deep.at as u32;
    let finding = match as_written {
        true => Diagnostic::new(
            &syntax::TOO_DEEP,
            Span::new(whole.source, at, at + 1),
            message,
        )
        .label("this level is too deep"),
        false => Diagnostic::new(&syntax::TOO_DEEP, whole, message),
    };
    finding.help("record its inner parts by rules of Prometheus, and ask for those")
}

/// What stands around a part of a query.
#[derive(Clone, Copy, Default)]
struct Inside {
    /// A function that takes counters: `rate`, `increase`.
    rate: bool,
    /// `histogram_quantile`.
    histogram: bool,
    /// A function for which it does not matter how large a counter is.
    harmless: bool,
}

struct Query<'q> {
    metric: &'q Metric,
    found: &'q mut Vec<Diagnostic>,
    /// The windows in it, in seconds.
    ranges: Vec<u64>,
}

/// Endings of counters, and of the parts of histograms, which are counters too.
fn is_counter(name: &str) -> bool {
    ["_total", "_count", "_sum", "_bucket", "_created"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Endings of what goes up and down.
fn is_gauge(name: &str) -> bool {
    [
        "_bytes",
        "_ratio",
        "_percent",
        "_celsius",
        "_connections",
        "_in_flight",
        "_depth",
        "_usage",
        "_replicas",
        "_temperature",
        "_threads",
        "_size",
        "_length",
        "_available",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

impl Query<'_> {
    fn say(
        &mut self,
        rule: &'static crate::diagnostic::Rule,
        message: impl Into<String>,
        help: &str,
    ) {
        self.found.push(
            Diagnostic::new(rule, self.metric.query_span, message)
                .also(
                    self.metric.span,
                    format!("the metric `{}`", self.metric.name),
                )
                .help(help),
        );
    }

    fn functions(&mut self, expression: &Expr, inside: Inside) {
        match expression {
            Expr::Aggregate(aggregate) => {
                if let Some(param) = &aggregate.param {
                    if aggregate.op.to_string() == "quantile" {
                        self.quantile(param);
                    }
                    self.functions(param, Inside::default());
                }
                let counts = matches!(
                    aggregate.op.to_string().as_str(),
                    "count" | "group" | "count_values"
                );
                self.functions(
                    &aggregate.expr,
                    Inside {
                        harmless: inside.harmless || counts,
                        ..inside
                    },
                );
            }
            Expr::Unary(unary) => self.functions(&unary.expr, inside),
            Expr::Paren(paren) => self.functions(&paren.expr, inside),
            Expr::Binary(binary) => {
                // The quotient of two counters, and a comparison of one with zero, mean something.
                let op = binary.op.to_string();
                let inner = Inside {
                    harmless: inside.harmless
                        || matches!(
                            op.as_str(),
                            "/" | ">" | "<" | ">=" | "<=" | "==" | "!=" | "and" | "unless" | "-"
                        ),
                    ..inside
                };
                self.functions(&binary.lhs, inner);
                self.functions(&binary.rhs, inner);
            }
            Expr::Subquery(subquery) => {
                self.ranges.push(subquery.range.as_secs());
                self.functions(
                    &subquery.expr,
                    Inside {
                        harmless: true,
                        ..inside
                    },
                );
            }
            Expr::Call(call) => self.call(call, inside),
            Expr::MatrixSelector(matrix) => {
                self.ranges.push(matrix.range.as_secs());
                self.selector(&matrix.vs, inside);
            }
            Expr::VectorSelector(selector) => self.selector(selector, inside),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
        }
    }

    fn call(&mut self, call: &Call, inside: Inside) {
        let name = call.func.name;
        let mut inside = inside;
        match name {
            "rate" | "irate" | "increase" => inside.rate = true,
            "histogram_quantile" | "quantile_over_time" => {
                if let Some(first) = call.args.args.first() {
                    self.quantile(first);
                }
                if name == "histogram_quantile" {
                    inside.histogram = true;
                    self.buckets(call);
                }
            }
            "delta" | "deriv" | "resets" | "changes" | "absent" | "absent_over_time"
            | "count_over_time" | "timestamp" | "present_over_time" => inside.harmless = true,
            _ => {}
        }
        for argument in &call.args.args {
            self.functions(argument, inside);
        }
    }

    fn quantile(&mut self, expression: &Expr) {
        let value = match expression {
            Expr::NumberLiteral(number) => number.val,
            Expr::Unary(unary) => match unary.expr.as_ref() {
                Expr::NumberLiteral(number) => -number.val,
                _ => return,
            },
            _ => return,
        };
        if !(0.0..=1.0).contains(&value) {
            self.say(
                &QUANTILE_RANGE,
                format!("{value} is no quantile: Prometheus returns infinity"),
                "a quantile lies between 0 and 1: `0.95`",
            );
        }
    }

    /// `histogram_quantile` wants the rates of buckets, and their `le`.
    fn buckets(&mut self, call: &Call) {
        let Some(inner) = call.args.args.get(1) else {
            return;
        };
        let mut names = Vec::new();
        let (mut rated, mut le) = (false, true);
        walk(inner, &mut |one| match one {
            Expr::VectorSelector(selector) => names.extend(selector.name.clone()),
            Expr::MatrixSelector(matrix) => names.extend(matrix.vs.name.clone()),
            Expr::Call(call) => rated |= matches!(call.func.name, "rate" | "irate" | "increase"),
            Expr::Aggregate(aggregate) => {
                le &= match &aggregate.modifier {
                    Some(parser::LabelModifier::Include(labels)) => {
                        labels.labels.iter().any(|label| label == "le")
                    }
                    Some(parser::LabelModifier::Exclude(labels)) => {
                        !labels.labels.iter().any(|label| label == "le")
                    }
                    None => false,
                };
            }
            _ => {}
        });
        let help = "write `histogram_quantile(0.95, sum by (le) (rate(NAME_bucket[$window])))`";
        if let Some(name) = names.iter().find(|name| !name.ends_with("_bucket")) {
            if !rated {
                self.say(
                    &WRONG_FUNCTION,
                    format!("`{name}` has no buckets, and `histogram_quantile` reads nothing else"),
                    help,
                );
            }
        } else if !rated && !names.is_empty() {
            self.say(&WRONG_FUNCTION, "the buckets count since the start: without a rate the quantile is that of all time", help);
        } else if !le {
            self.say(
                &WRONG_FUNCTION,
                "the sum loses `le`, without which there is no quantile",
                help,
            );
        }
    }

    fn selector(&mut self, selector: &VectorSelector, inside: Inside) {
        let Some(name) = &selector.name else {
            return;
        };
        if inside.rate && !is_counter(name) && is_gauge(name) {
            self.say(
                &WRONG_FUNCTION,
                format!("`{name}` goes up and down, and a rate takes each fall for a restart"),
                "use `delta`, `deriv` or an average over time",
            );
        }
        let bare =
            name.ends_with("_total") && !inside.rate && !inside.histogram && !inside.harmless;
        if bare {
            self.say(
                &WRONG_FUNCTION,
                format!(
                    "`{name}` counts since the start of the process, so its value says nothing"
                ),
                "write `rate(…[$window])` or `increase(…[$window])`",
            );
        }
    }

    fn windows(&mut self) {
        let scrape = self
            .metric
            .interval
            .as_ref()
            .and_then(|interval| interval.value.to_whole())
            .and_then(|seconds| u64::try_from(seconds).ok())
            .unwrap_or(SCRAPE_SECONDS);
        let short = self
            .ranges
            .iter()
            .copied()
            .find(|range| *range < scrape.saturating_mul(2));
        if let Some(range) = short {
            self.say(
                &SHORT_WINDOW,
                format!("a window of {range}s has less than two samples, {scrape}s apart"),
                "four scrapes are a good length, so that one may fail",
            );
        }
    }

    fn unit(&mut self, expression: &Expr) {
        let metric = self.metric;
        let unit = metric.unit.as_deref().unwrap_or_default();
        let wanted = match &metric.dimension {
            Dimension::Ratio if matches!(unit, "percent" | "%") => Returns::Percent,
            Dimension::Ratio => Returns::Share,
            Dimension::Duration if matches!(unit, "milliseconds" | "ms") => Returns::Millis,
            Dimension::Duration if matches!(unit, "" | "seconds" | "s") => Returns::Seconds,
            Dimension::Size if matches!(unit, "" | "bytes" | "B") => Returns::Bytes,
            Dimension::Rate { .. }
                if unit.is_empty() || unit.ends_with("/s") || unit == "per-second" =>
            {
                Returns::PerSecond
            }
            Dimension::Count { .. } => Returns::Count,
            _ => return,
        };
        let real = returns(expression);
        let alike = real == Returns::Unknown
            || real == wanted
            // A count since the start, and what a counter grew, are both counts.
            || matches!((real, wanted), (Returns::Since, Returns::Count));
        if alike {
            return;
        }
        self.say(
            &QUERY_UNIT,
            format!(
                "the query returns {}, and the metric says {}",
                real.in_words(),
                wanted.in_words()
            ),
            "correct the query, or what the metric says it returns (`in …`)",
        );
    }
}

fn walk<'e>(expression: &'e Expr, visit: &mut impl FnMut(&'e Expr)) {
    visit(expression);
    match expression {
        Expr::Aggregate(aggregate) => walk(&aggregate.expr, visit),
        Expr::Unary(unary) => walk(&unary.expr, visit),
        Expr::Paren(paren) => walk(&paren.expr, visit),
        Expr::Binary(binary) => {
            walk(&binary.lhs, visit);
            walk(&binary.rhs, visit);
        }
        Expr::Subquery(subquery) => walk(&subquery.expr, visit),
        Expr::Call(call) => {
            for argument in &call.args.args {
                walk(argument, visit);
            }
        }
        Expr::MatrixSelector(_)
        | Expr::VectorSelector(_)
        | Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::Extension(_) => {}
    }
}

/// Whether one series comes out, as far as the query alone tells.
fn aggregated(expression: &Expr) -> bool {
    match expression {
        Expr::Aggregate(_)
        | Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::Extension(_) => true,
        Expr::Unary(unary) => aggregated(&unary.expr),
        Expr::Paren(paren) => aggregated(&paren.expr),
        // A scalar beside a vector leaves as many series as the vector has.
        Expr::Binary(binary) => aggregated(&binary.lhs) && aggregated(&binary.rhs),
        Expr::Subquery(subquery) => aggregated(&subquery.expr),
        Expr::Call(call) => {
            matches!(call.func.name, "scalar" | "vector" | "absent" | "time")
                || call.args.args.iter().all(|argument| aggregated(argument))
        }
        // A rule has recorded it, as the colons in its name say: what it aggregates is decided there.
        Expr::VectorSelector(selector) => selector
            .name
            .as_deref()
            .is_some_and(|name| name.contains(':')),
        Expr::MatrixSelector(matrix) => matrix
            .vs
            .name
            .as_deref()
            .is_some_and(|name| name.contains(':')),
    }
}
