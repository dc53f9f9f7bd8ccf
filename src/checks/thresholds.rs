//! Conditions on one metric that contradict each other, or themselves.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::bands::name;
use super::facts::{Fact, Role};
use super::interval::{Cut, Set};
use super::words::Units;
use crate::diagnostic::Diagnostic;
use crate::model::{Better, Bound, Comparator, Deed, Metric};
use crate::quantity::{Dimension, Exact};
use crate::rule;

rule! {
    /// A check passes at a value at which a rule rolls back: the work goes on and is undone at
    /// the same time.
    pub PASSES_WHAT_ROLLS_BACK = "D0511", "passes-what-rolls-back", Figures, Warning, "a check lets through what a rule rolls back", allowable;
    /// A later stage lets through what an earlier one stopped. The wider the traffic, the more a bad
    /// value costs, so bounds should get tighter or stay.
    pub LOOSER_LATER = "D0512", "looser-later", Figures, Warning, "a later stage is looser than an earlier one", allowable;
    /// A success criterion that no check before it asks for: everything can pass, and the deployment
    /// has still not succeeded.
    pub UNCHECKED_SUCCESS = "D0513", "unchecked-success", Figures, Warning, "a success criterion that no check asks for", allowable;
    /// The same bound is written once with and once without its end (`>= 95%` and `> 95%`): at the
    /// value itself they disagree.
    pub BOUND_MISMATCH = "D0514", "bound-mismatch", Figures, Warning, "the same bound with and without its end", allowable;
    /// A bound on the wrong side: less is better for this metric, and the check asks for more.
    pub POLARITY = "D0515", "polarity", Figures, Warning, "a bound on the wrong side of a metric", allowable;
    /// No value makes the condition true, or every value does, so it decides nothing.
    pub DECIDES_NOTHING = "D0516", "decides-nothing", Figures, Warning, "a condition that never or always holds", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (metric, facts) in context.facts.by_metric.values() {
        for fact in facts {
            polarity(metric, fact, found);
            decides(metric, fact, found);
        }
        passes_what_rolls_back(metric, facts, found);
        looser_later(metric, facts, found);
        unchecked_success(metric, facts, found);
        mismatches(metric, facts, found);
    }
}

fn passes_what_rolls_back(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    let rolls_back = |fact: &&Fact<'_>| {
        fact.role == Role::Severity
            && fact.measured.sustained.is_none()
            && fact.measured.over.is_none()
            && fact
                .actions
                .iter()
                .any(|action| matches!(action.deed, Deed::Rollback { .. }))
    };
    let passing: Vec<&Fact<'_>> = facts
        .iter()
        .filter(|fact| fact.role == Role::Pass && fact.measured.over.is_none())
        .collect();
    let all = Set::of_all(passing.iter().flat_map(|fact| fact.set.intervals()));
    for fires in facts.iter().filter(rolls_back) {
        if !fires.set.meets(&all) {
            continue;
        }
        let worst = passing
            .iter()
            .filter(|passes| passes.set.meets(&fires.set))
            .find_map(|passes| {
                let both = passes.set.intersection(&fires.set);
                both.intervals().first().map(|shared| (passes, *shared))
            });
        let Some((passes, shared)) = worst else {
            continue;
        };
        let units = Units::of(&metric.dimension, &[passes, fires]);
        let mut finding = Diagnostic::new(
            &PASSES_WHAT_ROLLS_BACK,
            passes.measured.span,
            format!(
                "`{}` passes when `{}` is {}, and `{}` rolls back there",
                passes.node.id,
                passes.measured.metric,
                units.interval(&shared),
                name(fires)
            ),
        )
        .label("passes")
        .also(fires.measured.span, "rolls back");
        if let Some(example) = units.witness(&shared) {
            finding = finding.note(format!("at {example} both are true"));
        }
        found.push(
            finding
                .help("make the check as strict as the rule, or the rule as lenient as the check"),
        );
    }
}

fn looser_later(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    let Some(better) = metric.better else {
        return;
    };
    // The tightest bound of each stage: a top-level stretch, and in it what lies between two moves of
    // traffic. The first in the order written.
    let mut stages: Vec<&Fact<'_>> = Vec::new();
    for fact in facts.iter().filter(|fact| {
        matches!(fact.role, Role::Pass | Role::Watch) && fact.moving && fact.measured.over.is_none()
    }) {
        match stages.last_mut() {
            Some(last) if last.item == fact.item && last.stage == fact.stage => {
                if limit(fact, better) < limit(last, better) {
                    *last = fact;
                }
            }
            Some(_) | None => stages.push(fact),
        }
    }
    let mut tightest: Option<&Fact<'_>> = None;
    for stage in stages {
        let Some(own) = limit(stage, better) else {
            continue;
        };
        if let Some(before) = tightest
            && let Some(least) = limit(before, better)
            && own > least
        {
            found.push(
                Diagnostic::new(
                    &LOOSER_LATER,
                    stage.measured.span,
                    format!(
                        "`{}` is looser than `{}` before it",
                        stage.measured, before.measured
                    ),
                )
                .label("a later stage")
                .also(before.measured.span, "an earlier stage")
                .help("keep the bound of the earlier stage, or say why it may be looser"),
            );
            continue;
        }
        tightest = Some(stage);
    }
}

/// How lenient a bound is, so that a larger value is more lenient; nothing for a condition that
/// has no end on the bad side.
fn limit(fact: &Fact<'_>, better: Better) -> Option<Exact> {
    let intervals = fact.set.intervals();
    match better {
        Better::Lower => intervals.last()?.high.value(),
        Better::Higher => intervals.first()?.low.value().map(Exact::negated),
    }
}

fn unchecked_success(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    let checks: Vec<&Fact<'_>> = facts
        .iter()
        .filter(|fact| matches!(fact.role, Role::Pass | Role::Watch) && fact.moving)
        .collect();
    let Some(last) = checks.last() else {
        return; // the metric is measured at the end alone
    };
    let strictest = strictest(&checks);
    for success in facts.iter().filter(|fact| fact.role == Role::Success) {
        // A check that differs in the end of its bound alone is a mismatch of its own.
        let as_strict = strictest.iter().any(|set| {
            let more = set.without(&success.set);
            more.intervals().iter().all(|one| one.single().is_some())
        });
        if as_strict {
            continue;
        }
        let through = last.set.without(&success.set);
        let mut finding = Diagnostic::new(
            &UNCHECKED_SUCCESS,
            success.measured.span,
            format!("no check is as strict as `{}`", success.measured),
        )
        .label("success needs this")
        .also(last.measured.span, "the last check asks for this");
        if let Some(example) = through
            .intervals()
            .first()
            .and_then(|one| Units::of(&metric.dimension, &[last, success]).witness(one))
        {
            finding = finding.note(format!(
                "at {example} every check can pass, and the deployment has not succeeded"
            ));
        }
        found.push(finding.help("let one check ask for what success needs"));
    }
}

/// The sets of these conditions, without those of which others hold a part alone.
fn strictest<'f>(facts: &[&'f Fact<'_>]) -> Vec<&'f Set> {
    let (mut single, mut kept): (Vec<&Set>, Vec<&Set>) = facts
        .iter()
        .map(|fact| &fact.set)
        .partition(|set| set.intervals().len() == 1);
    let ends = |set: &Set| set.intervals().first().map(|one| (one.low, one.high));
    // From the last begin on, the shorter ones first: what ends no earlier than one before holds all of it.
    single.sort_by_key(|set| ends(set).map(|(low, high)| (Reverse(low), high)));
    let mut least: Option<Cut> = None;
    for set in single {
        if let Some((_, high)) = ends(set)
            && least.is_none_or(|least| high < least)
        {
            least = Some(high);
            kept.push(set);
        }
    }
    kept
}

fn mismatches(metric: &Metric, facts: &[Fact<'_>], found: &mut Vec<Diagnostic>) {
    let good = facts.iter().filter(|fact| fact.role.is_good());
    let ends = |fact: &Fact<'_>| -> Vec<(Comparator, Exact)> {
        match &fact.measured.bound {
            Bound::Compare { comparator, value } => vec![(*comparator, value.value)],
            Bound::Between { range } => vec![
                (Comparator::AtLeast, range.low.value),
                (
                    if range.high_inclusive {
                        Comparator::AtMost
                    } else {
                        Comparator::Less
                    },
                    range.high.value,
                ),
            ],
            Bound::About { .. }
            | Bound::Near { .. }
            | Bound::Baseline { .. }
            | Bound::Trend { .. } => Vec::new(),
        }
    };
    // The first of each value and side, so that each later one meets one other.
    let mut first: BTreeMap<(Exact, bool), (&Fact<'_>, Comparator)> = BTreeMap::new();
    let mut said: BTreeSet<Exact> = BTreeSet::new();
    for (b, right, value) in good.flat_map(|fact| {
        ends(fact)
            .into_iter()
            .map(move |(side, value)| (fact, side, value))
    }) {
        let below = match right {
            Comparator::Less | Comparator::AtMost => true,
            Comparator::Greater | Comparator::AtLeast => false,
            Comparator::Equal | Comparator::NotEqual => continue,
        };
        let Some(&(a, left)) = first.get(&(value, below)) else {
            first.insert((value, below), (b, right));
            continue;
        };
        if left == right || !said.insert(value) {
            continue;
        }
        found.push(
            Diagnostic::new(
                &BOUND_MISMATCH,
                b.measured.span,
                format!("`{}` here, and `{}` elsewhere", b.measured, a.measured),
            )
            .label(format!(
                "at exactly {} this says otherwise",
                Units::of(&metric.dimension, &[a, b]).value(value)
            ))
            .also(a.measured.span, "the other")
            .help(format!(
                "write `{}` or `{}` in both places",
                left.sign(),
                right.sign()
            )),
        );
    }
}

fn polarity(metric: &Metric, fact: &Fact<'_>, found: &mut Vec<Diagnostic>) {
    let Some(better) = metric.better else {
        return;
    };
    let Bound::Compare { comparator, .. } = &fact.measured.bound else {
        return;
    };
    let asks_for_less = match comparator {
        Comparator::Less | Comparator::AtMost => true,
        Comparator::Greater | Comparator::AtLeast => false,
        Comparator::Equal | Comparator::NotEqual => return,
    };
    let right = (better == Better::Lower) == (asks_for_less == fact.role.is_good());
    if right {
        return;
    }
    let side = match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
    };
    let deed = match fact.role {
        Role::Pass | Role::Watch => "passes",
        Role::Success => "succeeds",
        Role::Normal => "is normal",
        Role::Severity | Role::Alert => "fires",
        Role::Failure => "fails",
    };
    let values = fact
        .set
        .intervals()
        .first()
        .map(|one| Units::of(&metric.dimension, &[fact]).interval(one))
        .unwrap_or_default();
    found.push(
        Diagnostic::new(
            &POLARITY,
            fact.measured.span,
            format!(
                "this {deed} when `{}` is {values}, and {side} is better",
                fact.measured.metric
            ),
        )
        .also(metric.span, format!("{side} is better"))
        .help("turn the comparison round, or correct `better`"),
    );
}

/// The values that a metric of this dimension can have.
fn possible(dimension: &Dimension) -> Set {
    match dimension {
        Dimension::Duration
        | Dimension::Ratio
        | Dimension::Size
        | Dimension::Count { .. }
        | Dimension::Rate { .. }
        | Dimension::Cores
        | Dimension::Version
        | Dimension::Score { .. } => Set::between(Cut::Before(Exact::ZERO), Cut::Top),
        Dimension::RatioDelta | Dimension::Number => Set::between(Cut::Bottom, Cut::Top),
    }
}

fn decides(metric: &Metric, fact: &Fact<'_>, found: &mut Vec<Diagnostic>) {
    let possible = possible(&metric.dimension);
    let (says, why) = if !fact.set.meets(&possible) {
        ("never holds", "no value makes it true")
    } else if fact.set.covers(&possible) {
        ("always holds", "every value makes it true")
    } else {
        return;
    };
    found.push(
        Diagnostic::new(
            &DECIDES_NOTHING,
            fact.measured.span,
            format!("`{}` {says}", fact.measured),
        )
        .label(why)
        .help(format!("a {} is never below 0", metric.dimension.name())),
    );
}
