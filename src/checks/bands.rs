//! Severities that overlap, and values at which nothing happens.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::facts::{Fact, Role};
use super::interval::{Cut, Interval, Set};
use super::words::Units;
use crate::diagnostic::Diagnostic;
use crate::model::{Better, Bound, Comparator, Metric};
use crate::quantity::Exact;
use crate::rule;
use crate::source::Span;

rule! {
    /// Two severities fire at the same value and do different things. On the day nobody can say which
    /// one is meant. Give the milder one an upper end: `in 1%..5%`.
    pub BAND_OVERLAP = "D0501", "band-overlap", Figures, Warning, "two severities fire at the same value", allowable;
    /// There are values that are too bad to go on with and not bad enough for any rule, alert or
    /// failure. Whoever sees one is left alone. Let the bands meet, or let the check go on with it.
    pub BAND_GAP = "D0502", "band-gap", Figures, Warning, "values at which nothing passes and nothing fires", allowable;
    /// Two bands leave out the very value at which they should meet: `< 500ms` and `> 500ms` say
    /// nothing of 500ms. Let one of them include it.
    pub BAND_BOUNDARY = "D0503", "band-boundary", Figures, Warning, "the value between two bands belongs to neither", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (metric, facts) in context.facts.by_metric.values() {
        overlaps(metric, facts, found);
        gaps(metric, facts, found);
    }
}

/// So many overlaps of one condition with others are told: whoever mends them looks at the rest anyway.
const MOST_OVERLAPS: usize = 16;

fn overlaps(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    // What is done by each, by what it comes to. Sustained for different times, they are steps of one
    // ladder; those of one rule do the same.
    let mut by_time: BTreeMap<String, Vec<(&Fact<'_>, String)>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.role == Role::Severity) {
        let time = format!("{:?} {:?}", fact.measured.sustained, fact.measured.over);
        let deeds: Vec<_> = fact
            .actions
            .iter()
            .map(|one| (&one.deed, &one.after))
            .collect();
        let deeds = format!("{deeds:?}");
        by_time.entry(time).or_default().push((fact, deeds));
    }
    for rules in by_time.values_mut() {
        // From the least value on. Of those that came before, by what they do, when they end.
        rules.sort_by_key(|(fact, _)| fact.set.intervals().first().map(|one| one.low));
        let mut open: BTreeMap<&str, BTreeSet<(Cut, usize)>> = BTreeMap::new();
        for (at, (fact, deeds)) in rules.iter().enumerate() {
            let (Some(first), Some(last)) =
                (fact.set.intervals().first(), fact.set.intervals().last())
            else {
                continue;
            };
            let mut over: Vec<&str> = Vec::new();
            let mut overlapping: Vec<usize> = Vec::new();
            for (other, ends) in open.iter().filter(|(other, _)| *other != deeds) {
                let alike = ends.iter().rev().take_while(|(end, _)| *end > first.low);
                let before = overlapping.len();
                overlapping.extend(alike.map(|(_, at)| at).take(MOST_OVERLAPS - before));
                if overlapping.len() == before {
                    over.push(other);
                }
                if overlapping.len() == MOST_OVERLAPS {
                    break;
                }
            }
            for other in over {
                open.remove(other);
            }
            let others = overlapping.iter().map(|&other| rules[other].0);
            found.extend(others.filter_map(|other| overlap(metric, fact, other)));
            open.entry(deeds).or_default().insert((last.high, at));
        }
    }
}

/// The finding of two rules that do different things at the same value, if there is one.
fn overlap(metric: &Metric, one: &Fact<'_>, other: &Fact<'_>) -> Option<Diagnostic> {
    if one.rule.id == other.rule.id {
        return None;
    }
    let (a, b) = match one.measured.span < other.measured.span {
        true => (one, other),
        false => (other, one),
    };
    let both = a.set.intersection(&b.set);
    let shared = both.intervals().first()?;
    // The one that fires at more values is the one that lacks an end.
    let (narrow, wide) = if b.set.without(&a.set).is_empty() {
        (b, a)
    } else {
        (a, b)
    };
    let units = Units::of(&metric.dimension, &[one, other]);
    let example = units.witness(shared);
    let mut finding = Diagnostic::new(
        &BAND_OVERLAP,
        wide.measured.span,
        format!(
            "`{}` and `{}` both fire when `{}` is {}",
            name(wide),
            name(narrow),
            wide.measured.metric,
            units.interval(shared)
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
    Some(finding.help("give the milder one an end where the other begins"))
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
    let units = Units::of(&metric.dimension, &[wide, narrow]);
    Some(format!(
        "{} in {}{dots}{}",
        wide.measured.metric,
        units.value(low),
        units.value(high)
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
    let all_bad = Set::of_all(bad.iter().flat_map(|fact| fact.set.intervals()));
    // The first one whose values begin or end at a value.
    let mut bad_at: BTreeMap<Exact, &Fact<'_>> = BTreeMap::new();
    for &fact in &bad {
        for end in fact
            .set
            .intervals()
            .iter()
            .flat_map(|one| [one.low, one.high])
        {
            if let Some(value) = end.value() {
                bad_at.entry(value).or_insert(fact);
            }
        }
    }
    let mut gaps: Vec<Gap<'_, '_>> = Vec::new();
    for passes in checks {
        for between in beside(&passes.set, &all_bad).complement().intervals() {
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
            if let Some(&fires) = bad_at.get(&bad_end)
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
    let mut by_rule: BTreeMap<Span, Vec<Gap<'_, '_>>> = BTreeMap::new();
    for gap in gaps {
        let rule = gap.fires.measured.span;
        by_rule.entry(rule).or_default().push(gap);
    }
    for own in by_rule.into_values() {
        let (points, wide): (Vec<_>, Vec<_>) = own
            .into_iter()
            .partition(|gap| gap.between.single().is_some());
        found.extend(points.first().map(|gap| boundary(metric, gap)));
        if !wide.is_empty() {
            found.push(gap_of(metric, better, &wide));
        }
    }
}

/// The values of which a check is true, and those of the bad ones that lie next to where they end.
fn beside(passes: &Set, bad: &Set) -> Set {
    let bad = bad.intervals();
    let ends = passes
        .intervals()
        .iter()
        .flat_map(|one| [one.low, one.high]);
    let near = ends.flat_map(|end| {
        let at = bad.partition_point(|one| one.low <= end);
        &bad[at.saturating_sub(2)..bad.len().min(at + 2)]
    });
    Set::of_all(passes.intervals().iter().chain(near))
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
    let units = Units::of(&metric.dimension, &[gap.passes, gap.fires]);
    let what = units.interval(&gap.between);
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
    let units = Units::of(&metric.dimension, &[widest.passes, widest.fires]);
    let mut finding = Diagnostic::new(
        &BAND_GAP,
        widest.fires.measured.span,
        format!(
            "nothing passes and nothing fires when `{}` is {}",
            widest.fires.measured.metric,
            units.interval(&widest.between)
        ),
    )
    .label(format!("`{}` begins here", name(widest.fires)));
    for gap in gaps {
        finding = finding.also(gap.passes.measured.span, "passes no further than this");
    }
    if let Some(example) = units.witness(&widest.between) {
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
