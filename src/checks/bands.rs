//! Severities that overlap, and values at which nothing happens.

use super::Context;
use super::facts::{Fact, Role};
use super::interval::{Cut, Interval, Set};
use super::words;
use crate::diagnostic::Diagnostic;
use crate::model::{Better, Bound, Comparator, Metric};
use crate::rule;

rule! {
    /// Two severities fire at the same value and do different things. On the day nobody can say which
    /// one is meant. Give the milder one an upper end: `in 1%..5%`.
    pub BAND_OVERLAP = "D0501", "band-overlap", Warning, "two severities fire at the same value", allowable;
    /// There are values that are too bad to go on with and not bad enough for any rule, alert or
    /// failure. Whoever sees one is left alone. Let the bands meet, or let the check go on with it.
    pub BAND_GAP = "D0502", "band-gap", Warning, "values at which nothing passes and nothing fires", allowable;
    /// Two bands leave out the very value at which they should meet: `< 500ms` and `> 500ms` say
    /// nothing of 500ms. Let one of them include it.
    pub BAND_BOUNDARY = "D0503", "band-boundary", Warning, "the value between two bands belongs to neither", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (metric, facts) in context.facts.by_metric.values() {
        overlaps(metric, facts, found);
        gaps(metric, facts, found);
    }
}

fn overlaps(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    let rules: Vec<&Fact<'_>> = facts
        .iter()
        .filter(|fact| fact.role == Role::Severity)
        .collect();
    for (index, a) in rules.iter().enumerate() {
        for b in &rules[index + 1..] {
            let same_rule = a.rule.id == b.rule.id;
            let same_deed = a
                .actions
                .iter()
                .map(|action| (&action.deed, &action.after))
                .eq(b.actions.iter().map(|action| (&action.deed, &action.after)));
            // Sustained for different times, they are steps of one ladder.
            let same_time =
                a.measured.sustained == b.measured.sustained && a.measured.over == b.measured.over;
            if same_rule || same_deed || !same_time || !a.set.meets(&b.set) {
                continue;
            }
            let both = a.set.intersection(&b.set);
            let Some(shared) = both.intervals().first() else {
                continue;
            };
            // The one that fires at more values is the one that lacks an end.
            let (narrow, wide) = if b.set.without(&a.set).is_empty() {
                (b, a)
            } else {
                (a, b)
            };
            let example = words::witness(shared, &metric.dimension);
            let mut finding = Diagnostic::new(
                &BAND_OVERLAP,
                wide.measured.span,
                format!(
                    "`{}` and `{}` both fire when `{}` is {}",
                    name(wide),
                    name(narrow),
                    wide.measured.metric,
                    words::interval(shared, &metric.dimension)
                ),
            )
            .label(format!("`{}` fires here", name(wide)))
            .also(
                narrow.measured.span,
                format!("`{}` fires here", name(narrow)),
            );
            if let Some(example) = example {
                finding = finding.note(format!(
                    "at {example} both fire, and they do different things"
                ));
            }
            if let Some(text) = capped(wide, narrow, metric) {
                finding = finding.offer(format!("write `{text}`"), wide.measured.span, text);
            }
            found.push(finding.help("give the milder one an end where the other begins"));
        }
    }
}

/// The wider condition, ended where the narrower one begins.
fn capped(wide: &Fact<'_>, narrow: &Fact<'_>, metric: &Metric) -> Option<String> {
    let rest = wide.set.without(&narrow.set);
    let [only] = rest.intervals() else {
        return None;
    };
    let (low, high) = (only.low.value()?, only.high.value()?);
    // A range includes its lower end; only a condition that begins above it can't be said so.
    let dots = match only.high {
        Cut::Before(_) => "..<",
        _ => "..",
    };
    Some(format!(
        "{} in {}{dots}{}",
        wide.measured.metric,
        words::value(low, &metric.dimension),
        words::value(high, &metric.dimension)
    ))
}

/// A check that ends before any rule begins, and what lies between.
struct Gap<'f, 'a> {
    passes: &'f Fact<'a>,
    fires: &'f Fact<'a>,
    between: Interval,
}

fn gaps(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    // Bands are about one direction: without knowing which way is good, a gap may be no gap.
    let Some(better) = metric.better.or_else(|| direction(facts)) else {
        return;
    };
    let checks: Vec<&Fact<'_>> = facts
        .iter()
        .filter(|fact| {
            matches!(fact.role, Role::Pass | Role::Watch | Role::Success)
                && fact.moving
                && !fact.handled
        })
        .collect();
    if checks.is_empty() {
        return;
    }
    let bad: Vec<&Fact<'_>> = facts.iter().filter(|fact| !fact.role.is_good()).collect();
    let all_bad = bad
        .iter()
        .fold(Set::default(), |set, fact| set.union(&fact.set));
    let mut gaps: Vec<Gap<'_, '_>> = Vec::new();
    for passes in checks {
        for between in passes.set.union(&all_bad).complement().intervals() {
            // Only what lies between good and bad is a gap: what is better than good needs no rule.
            let (Some(low), Some(high)) = (between.low.value(), between.high.value()) else {
                continue;
            };
            let (good_end, bad_end) = match better {
                Better::Lower => (low, high),
                Better::Higher => (high, low),
            };
            let ends_at = |fact: &Fact<'_>, value| {
                fact.set
                    .intervals()
                    .iter()
                    .any(|one| one.low.value() == Some(value) || one.high.value() == Some(value))
            };
            let fires = bad.iter().find(|fact| ends_at(fact, bad_end));
            if let Some(&fires) = fires
                && ends_at(passes, good_end)
            {
                gaps.push(Gap {
                    passes,
                    fires,
                    between: *between,
                });
            }
        }
    }
    // One finding for each rule that begins too late: the widest gap, with every check before it.
    while let Some(first) = gaps.first() {
        let rule = first.fires.measured.span;
        let (own, rest): (Vec<_>, Vec<_>) = gaps
            .into_iter()
            .partition(|gap| gap.fires.measured.span == rule);
        gaps = rest;
        let (points, wide): (Vec<_>, Vec<_>) = own
            .into_iter()
            .partition(|gap| gap.between.single().is_some());
        found.extend(points.first().map(|gap| boundary(metric, gap)));
        if !wide.is_empty() {
            found.push(gap_of(metric, better, &wide));
        }
    }
}

/// Which way is good, where the metric does not say it and every rule fires on one side.
fn direction(facts: &[Fact<'_>]) -> Option<Better> {
    let mut sides = facts
        .iter()
        .filter(|fact| !fact.role.is_good())
        .map(|fact| match &fact.measured.bound {
            Bound::Compare { comparator, .. } => match comparator {
                Comparator::Greater | Comparator::AtLeast => Some(Better::Lower),
                Comparator::Less | Comparator::AtMost => Some(Better::Higher),
                Comparator::Equal | Comparator::NotEqual => None,
            },
            Bound::Between { .. }
            | Bound::About { .. }
            | Bound::Near { .. }
            | Bound::Baseline { .. }
            | Bound::Trend { .. } => None,
        });
    let first = sides.next()??;
    sides.all(|side| side == Some(first)).then_some(first)
}

fn boundary(metric: &Metric, gap: &Gap<'_, '_>) -> Diagnostic {
    let what = words::interval(&gap.between, &metric.dimension);
    Diagnostic::new(
        &BAND_BOUNDARY,
        gap.fires.measured.span,
        format!(
            "at {what} `{}` neither passes nor fires",
            gap.fires.measured.metric
        ),
    )
    .label(format!("`{}` begins behind it", name(gap.fires)))
    .also(gap.passes.measured.span, "this ends before it")
    .help("let one of the two include it: `<=` or `>=`")
}

fn gap_of(metric: &Metric, better: Better, gaps: &[Gap<'_, '_>]) -> Diagnostic {
    let widest = gaps
        .iter()
        .reduce(|a, b| {
            let wider = match better {
                Better::Lower => b.between.low < a.between.low,
                Better::Higher => b.between.high > a.between.high,
            };
            if wider { b } else { a }
        })
        .unwrap_or(&gaps[0]);
    let mut finding = Diagnostic::new(
        &BAND_GAP,
        widest.fires.measured.span,
        format!(
            "nothing passes and nothing fires when `{}` is {}",
            widest.fires.measured.metric,
            words::interval(&widest.between, &metric.dimension)
        ),
    )
    .label(format!("`{}` begins here", name(widest.fires)));
    for gap in gaps {
        finding = finding.also(gap.passes.measured.span, "passes no further than this");
    }
    if let Some(example) = words::witness(&widest.between, &metric.dimension) {
        finding = finding.note(format!(
            "at {example} no rule applies: `{}` asks for `{}`, and `{}` begins with `{}`",
            widest.passes.node.id,
            widest.passes.measured,
            name(widest.fires),
            widest.fires.measured
        ));
    }
    finding.help(
        "let the rule begin where the check ends, or say with `else` what is done when it fails",
    )
}

/// What to call the rule of a fact.
pub(super) fn name<'a>(fact: &Fact<'a>) -> &'a str {
    let id = &fact.rule.id;
    id.split_once('/').map_or(id.as_str(), |(_, name)| name)
}
