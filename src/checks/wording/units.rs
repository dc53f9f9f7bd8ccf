//! Figures and units in titles and records, against what is measured.

use std::cell::LazyCell;

use foldhash::HashMap;

use super::{MIXED_UNITS, MOST_LABELS, NO_PERCENTILE, TITLE_SAYS_OTHERWISE};
use crate::checks::glance::Kind;
use crate::checks::{Context, Measurement};
use crate::diagnostic::Diagnostic;
use crate::model::{Metric, Work};
use crate::quantity::{Dimension, Quantity, compatible};

/// A figure in a title behind a word that says it is a bound: `(target: < 1%)`, `limit: 500m`.
fn figure(title: &str) -> Option<(&str, &str)> {
    const LEADS: &[&str] = &[
        "target",
        "limit",
        "threshold",
        "below",
        "under",
        "above",
        "at most",
        "at least",
    ];
    let lower = title.to_lowercase();
    let (at, lead) = LEADS
        .iter()
        .filter_map(|lead| Some((lower.find(lead)?, *lead)))
        .min()?;
    let behind = title.get(at + lead.len()..)?;
    let start = behind.find(|letter: char| letter.is_ascii_digit())?;
    // Only signs between the word and the figure.
    let between = &behind[..start];
    if !between.chars().all(|letter| !letter.is_alphanumeric()) {
        return None;
    }
    let rest = &behind[start..];
    let end = rest
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '%' | ' ')))
        .unwrap_or(rest.len());
    Some((lead, rest[..end].trim()))
}

pub(super) fn titles(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for all in context.measurements_by_node() {
        if let [one] = all {
            title(context, one, found);
        }
    }
}

fn title(context: &Context<'_>, one: &Measurement<'_>, found: &mut Vec<Diagnostic>) {
    let digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    if !digits(&context.titles.lower(one.place)) {
        return;
    }
    let node = context.order.nodes[one.place];
    let title = node.title.words();
    let Some((_, written)) = figure(&title) else {
        return;
    };
    let measured = one.measured;
    let Some(metric) = one.metric else {
        return;
    };
    let joined = written.replace(' ', "");
    // Kubernetes writes cores as `500m` and memory as `1Gi`; minutes of a processor are none.
    let of_kubernetes = joined.ends_with("Gi") || joined.ends_with("Mi") || joined.ends_with('m');
    if metric.dimension == Dimension::Ratio && of_kubernetes {
        found.push(
            Diagnostic::new(
                &MIXED_UNITS,
                node.name_span,
                format!(
                    "the title says `{written}`, and `{measured}` is a share of something else"
                ),
            )
            .label("an amount")
            .also(measured.span, "a share")
            .help("say what it is a share of, or measure the amount"),
        );
        return;
    }
    let Some(said) = [joined.as_str(), written]
        .into_iter()
        .find_map(|text| Quantity::parse(text).ok())
    else {
        return;
    };
    if !compatible(&said.dimension, &metric.dimension) || said.dimension == Dimension::Number {
        return;
    }
    let agrees = crate::checks::interval::Set::of(measured).is_none_or(|set| {
        set.intervals()
            .iter()
            .any(|one| one.low.value() == Some(said.value) || one.high.value() == Some(said.value))
    });
    if agrees {
        return;
    }
    found.push(
        Diagnostic::new(
            &TITLE_SAYS_OTHERWISE,
            node.name_span,
            format!("the title says `{written}`, and the condition `{measured}`"),
        )
        .also(measured.span, "the condition")
        .help("keep the one that is meant"),
    );
}

/// A record that is called as a metric and is written in another dimension.
pub(super) fn records(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let titles: LazyCell<HashMap<String, &Metric>, _> = LazyCell::new(|| {
        let metrics = context.spec.metrics.iter();
        metrics
            .filter(|metric| !metric.title.is_empty())
            .map(|metric| (metric.title.words().to_lowercase(), metric))
            .collect()
    });
    for place in context.of_kinds(&[Kind::Record]) {
        let node = context.order.nodes[place];
        let Work::Record {
            unit: Some(unit), ..
        } = &node.work
        else {
            continue;
        };
        let name = node.id.rsplit('/').next().unwrap_or_default();
        let title = context.titles.lower(place);
        let Some(metric) = titles
            .get(title.text())
            .copied()
            .or_else(|| context.metric(name))
        else {
            continue;
        };
        let Some(unit) = crate::quantity::unit_of_query(unit) else {
            continue;
        };
        if compatible(&unit.dimension, &metric.dimension) {
            continue;
        }
        found.push(
            Diagnostic::new(
                &MIXED_UNITS,
                node.name_span,
                format!(
                    "`{}` is written down in {}, and measured as a {}",
                    metric.name,
                    unit.written,
                    metric.dimension.name()
                ),
            )
            .also(metric.span, "the metric")
            .help("write it down in the dimension in which it is judged"),
        );
    }
}

pub(super) fn percentiles(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (metric, facts) in context.facts.by_metric.values() {
        if metric.dimension != Dimension::Duration {
            continue;
        }
        let text = format!("{} {}", metric.name, metric.title).to_lowercase();
        let latency = text.contains("latency")
            || text.contains("response time")
            || text.contains("response-time")
            || text.contains("request duration");
        let which = text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| {
                matches!(
                    word,
                    "average"
                        | "mean"
                        | "median"
                        | "max"
                        | "maximum"
                        | "slowest"
                        | "percentile"
                        | "quantile"
                ) || word.strip_prefix('p').is_some_and(|digits| {
                    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
                })
            });
        let asked = metric.query.as_ref().is_some_and(|query| {
            ["quantile", "avg", "max", "_sum"]
                .iter()
                .any(|word| query.contains(word))
        });
        if !latency || which || asked {
            continue;
        }
        let Some((first, rest)) = facts.split_first() else {
            continue;
        };
        let mut finding = Diagnostic::new(
            &NO_PERCENTILE,
            first.measured.span,
            format!("`{}` does not say of which requests", first.measured),
        );
        for fact in rest.iter().take(MOST_LABELS) {
            finding = finding.also(fact.measured.span, "nor this");
        }
        found.push(
            finding
                .also(metric.span, "the metric")
                .help("say the percentile: `latency-p95`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_in_titles_stand_behind_their_word() {
        assert_eq!(figure("Error rate (target: < 1%)"), Some(("target", "1%")));
        assert_eq!(figure("CPU usage (limit: 500m)"), Some(("limit", "500m")));
        assert_eq!(
            figure("P95 latency is below 200 ms"),
            Some(("below", "200 ms"))
        );
        assert_eq!(figure("Load test with 100 users"), None);
    }
}
