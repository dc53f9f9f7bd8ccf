//! Figures that contradict each other in several places: two for one thing, none and some, a norm
//! that nobody asks for.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::Context;
use super::facts::{Fact, Role};
use super::glance::Kind;
use super::words::Units;
use crate::diagnostic::Diagnostic;
use crate::model::{Better, Bound, Comparator, Measured, Metric, MetricRef, Node, Work};
use crate::quantity::{Dimension, Exact};
use crate::rule;
use crate::source::Span;

rule! {
    /// Two checks of one stretch ask for different figures of one metric. Whoever ticks them can't
    /// tell which one is meant.
    pub TWO_FIGURES = "D0504", "two-figures", Figures, Warning, "two figures for one metric in one place", allowable;
    /// The alert waits for so many in an hour, and success wants none at all: what fails the
    /// deployment is told to nobody.
    pub QUIET_ALERT = "D0505", "quiet-alert", Figures, Warning, "an alert that is silent about what fails the deployment", allowable;
    /// One criterion allows a little of what another one forbids: 99.9% available, and no downtime.
    pub NONE_AND_SOME = "D0506", "none-and-some", Figures, Warning, "one criterion allows what another forbids", allowable;
    /// A condition refers to a baseline that says nothing of the metric. It can't be decided.
    pub EMPTY_BASELINE = "D0507", "empty-baseline", Figures, Warning, "a baseline that does not say what is normal", allowable;
    /// What is normal for the service is stricter than every check: the deployment can pass and be
    /// worse than before.
    pub UNCHECKED_BASELINE = "D0508", "unchecked-baseline", Figures, Warning, "a norm that no check asks for", allowable;
    /// A share of time and a length of time mean the same only over one stretch: 99.9% and 86 seconds
    /// agree over a day. Say it: `over 24h`.
    pub NO_WINDOW = "D0518", "no-window", Figures, Note, "a share and a duration without the window they refer to", allowable;
    /// One percentile has rules that react when it gets worse, and its sibling, which is checked too,
    /// has none: when it fails a check nobody knows what to do.
    pub UNGUARDED_PERCENTILE = "D0519", "unguarded-percentile", Figures, Note, "a percentile that is checked and has no rule", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    two_figures(context, found);
    quiet_alerts(context, found);
    none_and_some(context, found);
    empty_baselines(context, found);
    for (metric, facts) in context.facts.by_metric.values() {
        unchecked_baseline(context, metric, facts, found);
    }
    no_window(context, found);
    percentiles(context, found);
}

/// The upper end of the values that a condition leaves, and the lower one, where it has them.
fn ends(measured: &Measured) -> [(bool, Option<Exact>); 2] {
    let (upper, lower) = match &measured.bound {
        Bound::Compare { comparator, value } => match comparator {
            Comparator::Less | Comparator::AtMost => (Some(value.value), None),
            Comparator::Greater | Comparator::AtLeast => (None, Some(value.value)),
            Comparator::Equal => (Some(value.value), Some(value.value)),
            Comparator::NotEqual => (None, None),
        },
        Bound::Between { range } => (Some(range.high.value), Some(range.low.value)),
        Bound::About { value } => (Some(value.value), None),
        Bound::Near { .. } | Bound::Baseline { .. } | Bound::Trend { .. } => (None, None),
    };
    // A range is read from its lower end.
    [(false, lower), (true, upper)]
}

/// What is said of one end of one metric in one stretch; for each window and time the first.
type Said<'a> = HashMap<(usize, &'a MetricRef, bool), Vec<(Exact, &'a Measured)>>;

fn two_figures(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    // Stretches in which traffic moves or time passes have a before and an after.
    let mut moving = vec![false; order.nodes.len()];
    for place in context.of_kinds(&[Kind::Shift, Kind::Switch, Kind::Scale, Kind::Hold]) {
        if let Some(parent) = order.parents[place] {
            moving[parent] = true;
        }
    }
    let mut said: Said<'_> = HashMap::default();
    let mut root = None;
    for all in context.measurements_by_node() {
        let place = all[0].place;
        // No stretch goes on behind the top-level node that it stands in.
        if root.replace(context.roots[place]) != Some(context.roots[place]) {
            said.clear();
        }
        if !matches!(
            context.kind(place),
            Kind::Check | Kind::Require | Kind::Hold
        ) {
            continue;
        }
        let stretch = std::iter::once(place)
            .chain(context.around(place))
            .find(|&at| {
                matches!(
                    context.kind(at),
                    Kind::Phase
                        | Kind::Gate
                        | Kind::Hold
                        | Kind::Monitor
                        | Kind::Every
                        | Kind::Rollback
                        | Kind::Procedure
                        | Kind::Option
                        | Kind::Else
                        | Kind::Success
                )
            });
        let Some(stretch) = stretch else { continue };
        if moving[stretch] {
            continue;
        }
        for measured in all.iter().map(|one| one.measured) {
            let times = |one: &Measured| {
                let over = one.over.as_deref().map(|over| over.value);
                (over, one.sustained.as_deref().map(|held| held.value))
            };
            for (upper, value) in ends(measured) {
                let Some(value) = value else { continue };
                let said = said.entry((stretch, &measured.metric, upper)).or_default();
                let before = said
                    .iter()
                    .find(|(_, other)| times(other) == times(measured));
                match before {
                    Some((before, other)) if *before != value && other.span != measured.span => {
                        found.push(
                            Diagnostic::new(
                                &TWO_FIGURES,
                                measured.span,
                                format!("`{measured}` here, and `{other}` in the same place"),
                            )
                            .also(other.span, "the other figure")
                            .help("keep the one that is meant"),
                        );
                    }
                    Some(_) => {}
                    None => said.push((value, measured)),
                }
            }
        }
    }
}

fn quiet_alerts(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    // The strictest count for each noun.
    let mut counts: BTreeMap<&str, &Fact<'_>> = BTreeMap::new();
    for (metric, facts) in context.facts.by_metric.values() {
        let Dimension::Count { noun: Some(noun) } = &metric.dimension else {
            continue;
        };
        for fact in facts {
            let none = matches!(
                &fact.measured.bound,
                Bound::Compare { comparator: Comparator::Equal, value } if value.value.is_zero()
            );
            if none && matches!(fact.role, Role::Success | Role::Pass | Role::Watch) {
                counts.entry(noun).or_insert(fact);
            }
        }
    }
    for (metric, facts) in context.facts.by_metric.values() {
        let Dimension::Rate { noun: Some(noun) } = &metric.dimension else {
            continue;
        };
        let Some(count) = counts.get(noun.as_str()) else {
            continue;
        };
        for fact in facts {
            let Bound::Compare {
                comparator: Comparator::Greater | Comparator::AtLeast,
                value,
            } = &fact.measured.bound
            else {
                continue;
            };
            if !matches!(fact.role, Role::Alert | Role::Severity) {
                continue;
            }
            let day = value.value.times(Exact::whole(86_400)).map(Exact::floor);
            let mut finding = Diagnostic::new(
                &QUIET_ALERT,
                fact.measured.span,
                format!(
                    "`{}` is silent where `{}` fails",
                    fact.measured, count.measured
                ),
            )
            .also(count.measured.span, "asks for none at all");
            if let Some(day) = day.filter(|day| *day > 0) {
                finding = finding.note(format!(
                    "{day} in a day, evenly, make the check fail and tell nobody"
                ));
            }
            found.push(finding.help("let the alert begin where the check fails"));
        }
    }
}

/// Shares and counts of the same thing: words for the share, words for the count.
const OPPOSITES: &[(&[&str], &[&str])] = &[
    (
        &["availability", "uptime"],
        &["downtime", "outage", "outages"],
    ),
    (
        &["error", "errors", "failure", "failures"],
        &["failed", "failures", "errors"],
    ),
    (&["delivery", "delivered"], &["lost", "dropped"]),
];

fn named(metric: &Metric, words: &[&str]) -> bool {
    let text = format!("{} {}", metric.name, metric.title).to_lowercase();
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| words.contains(&word))
}

fn none_and_some(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut shares: Vec<(&Metric, &Fact<'_>)> = Vec::new();
    let mut counts: Vec<(&Metric, &Fact<'_>)> = Vec::new();
    for (metric, facts) in context.facts.by_metric.values() {
        for fact in facts {
            if !matches!(fact.role, Role::Success | Role::Watch) {
                continue;
            }
            let Bound::Compare { comparator, value } = &fact.measured.bound else {
                continue;
            };
            match &metric.dimension {
                Dimension::Ratio if !value.value.is_zero() && value.value < Exact::ONE => {
                    shares.push((metric, fact));
                }
                Dimension::Count { .. } | Dimension::Duration
                    if *comparator == Comparator::Equal && value.value.is_zero() =>
                {
                    counts.push((metric, fact));
                }
                _ => {}
            }
        }
    }
    let mut said: Vec<Span> = Vec::new();
    for (share_words, count_words) in OPPOSITES {
        let by_item: HashMap<usize, &Fact<'_>> = shares
            .iter()
            .rev()
            .filter(|(metric, _)| named(metric, share_words))
            .map(|(_, fact)| (fact.item, *fact))
            .collect();
        for (metric, fact) in &counts {
            let Some(share) = by_item.get(&fact.item) else {
                continue;
            };
            if !named(metric, count_words) || said.contains(&fact.measured.span) {
                continue;
            }
            said.push(fact.measured.span);
            found.push(
                Diagnostic::new(
                    &NONE_AND_SOME,
                    fact.measured.span,
                    format!("`{}`, and `{}` beside it", fact.measured, share.measured),
                )
                .label("allows none")
                .also(share.measured.span, "allows some")
                .help("keep the one that is meant: the stricter makes the other idle"),
            );
        }
    }
}

fn empty_baselines(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    // Which metrics each baseline speaks of.
    let mut speaks: HashMap<&str, Vec<&str>> = HashMap::default();
    let mut declared: HashMap<&str, &Node> = HashMap::default();
    for node in &context.spec.nodes {
        if let Work::Baseline { .. } = node.work {
            let name = node.id.rsplit('/').next().unwrap_or(&node.id);
            declared.insert(name, node);
            let metrics = speaks.entry(name).or_default();
            node.walk(&mut |inner| {
                if let Work::Bound { holds: Some(holds) } = &inner.work {
                    let all = holds.measured();
                    metrics.extend(all.iter().map(|one| one.metric.metric.as_str()));
                }
            });
        }
    }
    let mut open: BTreeMap<(&str, &str), Vec<Span>> = BTreeMap::new();
    for measured in context.measurements.iter().map(|one| one.measured) {
        if let Bound::Baseline { of: Some(of) } = &measured.bound
            && let Some(metrics) = speaks.get(of.as_str())
            && !metrics.contains(&measured.metric.metric.as_str())
        {
            let key = (of.as_str(), measured.metric.metric.as_str());
            open.entry(key).or_default().push(measured.span);
        }
    }
    for ((baseline, metric), spans) in open {
        let Some((first, rest)) = spans.split_first() else {
            continue;
        };
        let mut finding = Diagnostic::new(
            &EMPTY_BASELINE,
            *first,
            format!("the baseline `{baseline}` does not say what is normal for `{metric}`"),
        );
        for span in rest.iter().take(8) {
            finding = finding.also(*span, "asked for here too");
        }
        if let Some(node) = declared.get(baseline) {
            finding = finding.also(node.name_span, "declared here");
        }
        found.push(finding.help(format!(
            "say it there: `{metric} < …`, or write the figure here"
        )));
    }
}

fn unchecked_baseline(
    context: &Context<'_>,
    metric: &Metric,
    facts: &[Fact<'_>],
    found: &mut Vec<Diagnostic>,
) {
    let Some(norm) = facts.iter().find(|fact| fact.role == Role::Normal) else {
        return;
    };
    let asked: Vec<&Fact<'_>> = facts
        .iter()
        .filter(|fact| matches!(fact.role, Role::Pass | Role::Watch | Role::Success))
        .collect();
    let Some(last) = asked.last() else {
        return;
    };
    let strict = asked.iter().any(|fact| {
        let more = fact.set.without(&norm.set);
        more.intervals().iter().all(|one| one.single().is_some())
    });
    // A check that names the baseline itself is as strict as it.
    let by_name = context.baselined.contains(&metric.name.as_str());
    if strict || by_name {
        return;
    }
    let through = last.set.without(&norm.set);
    let mut finding = Diagnostic::new(
        &UNCHECKED_BASELINE,
        last.measured.span,
        format!(
            "`{}` is normal, and no check asks for more than `{}`",
            norm.measured, last.measured
        ),
    )
    .also(norm.measured.span, "what is normal");
    if let Some(example) = through
        .intervals()
        .first()
        .and_then(|one| Units::of(&metric.dimension, &[last, norm]).witness(one))
    {
        finding = finding.note(format!(
            "at {example} every check passes, and it is worse than before"
        ));
    }
    found.push(finding.help("let one check ask for what is normal: `within baseline`"));
}

fn no_window(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for all in context.measurements_by_node() {
        let [first, second] = all else {
            continue;
        };
        for (share, length) in [(first, second), (second, first)] {
            let (Some(of_share), Some(of_length)) = (share.metric, length.metric) else {
                continue;
            };
            let (share, length) = (share.measured, length.measured);
            let (Bound::Compare { value: part, .. }, Bound::Compare { value: time, .. }) =
                (&share.bound, &length.bound)
            else {
                continue;
            };
            if of_share.dimension != Dimension::Ratio
                || of_length.dimension != Dimension::Duration
                || share.over.is_some()
                || length.over.is_some()
                || !named(of_length, &["downtime", "outage", "down", "unavailable"])
            {
                continue;
            }
            let down = match of_share.better {
                Some(Better::Higher) => Exact::ONE.minus(part.value),
                Some(Better::Lower) | None => Some(part.value),
            };
            let over = down.and_then(|down| time.value.divided_by(down));
            let over = over.map(|over| {
                let minutes = over.divided_by(Exact::whole(60)).map_or(0, Exact::floor);
                crate::quantity::duration_text(Exact::whole(
                    i64::try_from(minutes).unwrap_or(0).saturating_mul(60),
                ))
            });
            let mut finding = Diagnostic::new(
                &NO_WINDOW,
                share.span,
                format!("`{share}` and `{length}` don't say over which time"),
            )
            .also(length.span, "the length");
            if let Some(over) = over {
                finding = finding.note(format!("they mean the same over {over} alone"));
            }
            found.push(finding.help("say it: `over 24h`"));
        }
    }
}

/// The name of a metric without its percentile, if it has one.
fn without_percentile(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split(['-', '.']).collect();
    let at = parts.iter().position(|part| {
        part.strip_prefix('p')
            .is_some_and(|digits| digits.len() >= 2 && digits.bytes().all(|b| b.is_ascii_digit()))
    })?;
    let rest: Vec<&str> = parts
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != at)
        .map(|(_, part)| *part)
        .collect();
    Some(rest.join("-"))
}

fn percentiles(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut guarded: BTreeMap<String, &Fact<'_>> = BTreeMap::new();
    let mut open = Vec::new();
    for (metric, facts) in context.facts.by_metric.values() {
        let Some(base) = without_percentile(&metric.name) else {
            continue;
        };
        if facts.iter().all(|fact| fact.role.is_good()) {
            open.push((base, metric, facts));
        } else if let Some(fact) = facts.iter().find(|fact| fact.role == Role::Severity) {
            guarded.entry(base).or_insert(fact);
        }
    }
    for (base, metric, facts) in open {
        let Some(guard) = guarded.get(&base) else {
            continue;
        };
        if guard.measured.metric.metric == metric.name {
            continue;
        }
        let checked: Vec<&Fact<'_>> = facts
            .iter()
            .filter(|fact| matches!(fact.role, Role::Pass | Role::Success) && !fact.handled)
            .collect();
        let Some((first, rest)) = checked.split_first() else {
            continue;
        };
        let mut finding = Diagnostic::new(
            &UNGUARDED_PERCENTILE,
            first.measured.span,
            format!("no rule says what is done when `{}` is worse", metric.name),
        )
        .also(
            guard.measured.span,
            format!("`{}` has one", guard.measured.metric),
        );
        for fact in rest.iter().take(8) {
            finding = finding.also(fact.measured.span, "asked for here too");
        }
        found.push(finding.help("add a `when` to a severity, or an `else` to the check"));
    }
}
