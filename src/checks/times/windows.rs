//! Stretches of time against each other: rollbacks, freezes, holds and the windows of metrics.

use foldhash::HashMap;

use super::{
    FEW_SAMPLES, FROZEN, HOLD_TOO_SHORT, NO_WAY_BACK, OUTSIDE_WINDOW, ROLLBACK_EXPIRES, clock,
    stated,
};
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Deed, Effect, Node, Work};
use crate::quantity::Exact;
use crate::time::lies_between;

/// A rollback must stay possible as long as the deployment is watched.
pub(super) fn expires(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let watched = context
        .spec
        .nodes
        .iter()
        .filter(|node| node.work == Work::Monitor)
        .filter_map(|node| {
            let (_, to) = node.times.window.as_deref()?;
            Some((node, to, context.placing.offset(&to.value)?))
        })
        .max_by_key(|(_, _, end)| *end);
    let Some((monitor, to, end)) = watched else {
        return;
    };
    let rollbacks = || {
        let nodes = context.spec.nodes.iter();
        nodes.filter(|node| node.work == Work::Rollback)
    };
    // One rollback for the first hour and another for afterwards are as good as one for both.
    let lasts = rollbacks().any(|node| match &node.times.valid_until {
        Some(until) => (context.placing.offset(&until.value)).is_none_or(|limit| limit >= end),
        None => true,
    });
    if lasts {
        return;
    }
    for node in rollbacks() {
        let Some(until) = &node.times.valid_until else {
            continue;
        };
        let Some(limit) = context.placing.offset(&until.value) else {
            continue;
        };
        if limit < end {
            found.push(
                Diagnostic::new(
                    &ROLLBACK_EXPIRES,
                    until.span,
                    format!(
                        "the rollback ends at {}, and `{}` goes on until {}",
                        clock(context, limit),
                        monitor.id,
                        clock(context, end)
                    ),
                )
                .also(to.span, "watched until here")
                .help("extend `valid until` past the end of monitoring, or declare another rollback for afterwards"),
            );
        }
    }
}

/// A rollback to which a failure leads must still be possible when it can fail.
pub(super) fn expired(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for node in &context.spec.nodes {
        let Some(until) = &node.times.valid_until else {
            continue;
        };
        let Some(limit) = context.placing.offset(&until.value) else {
            continue;
        };
        let leads = |actions: &[Action]| {
            actions.iter().any(
                |action| matches!(&action.deed, Deed::Rollback { rollback } if *rollback == node.id),
            )
        };
        let head = context.spec.deployment.as_ref();
        if !head.is_some_and(|head| leads(&head.on_failure)) {
            continue;
        }
        let late = context
            .of_kinds(&[Kind::Run, Kind::Check, Kind::Require, Kind::Hold])
            .filter_map(|place| Some((place, context.schedules[place].starts_seconds?)))
            .find(|&(place, begin)| begin > limit && says_nothing(context, place));
        let Some((place, begin)) = late else {
            continue;
        };
        let step = context.order.nodes[place];
        found.push(
            Diagnostic::new(
                &ROLLBACK_EXPIRES,
                until.span,
                format!(
                    "the rollback ends at {}, and what fails at {} leads to it",
                    clock(context, limit),
                    clock(context, begin)
                ),
            )
            .also(
                step.name_span,
                format!("`{}` says nothing else of a failure", step.id),
            )
            .help("extend `valid until` to then, or say with `else` what happens there"),
        );
    }
}

/// Whether a step on the way forward leaves what its failure leads to to the `on failure`.
fn says_nothing(context: &Context<'_>, place: usize) -> bool {
    let root = context.root(place);
    matches!(root.work, Work::Phase | Work::Gate)
        && !root.follows_rollback()
        && std::iter::once(place)
            .chain(context.around(place))
            .all(|at| {
                let node = context.order.nodes[at];
                let says = |child: &Node| child.work == Work::Else;
                node.work != Work::Else
                    && node.otherwise.is_empty()
                    && !node.children.iter().any(says)
            })
}

/// Of so many freezes in which a phase begins each is told.
const MOST_FREEZES: usize = 8;

pub(super) fn freezes(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let freezes: Vec<_> = context
        .spec
        .nodes
        .iter()
        .filter_map(|node| match &node.work {
            Work::Freeze { from, to } => Some((node, from, to)),
            _ => None,
        })
        .collect();
    if freezes.is_empty() {
        return;
    }
    let zone = context.start().and_then(|start| start.zone());
    // Many phases begin at the same time.
    let mut frozen: HashMap<i64, Vec<&_>> = HashMap::default();
    for place in context.of_kinds(&[Kind::Phase]) {
        let node = context.order.nodes[place];
        if context.order.parents[place].is_some() {
            continue;
        }
        let Some(begin) = context.schedules[place].starts_seconds else {
            continue;
        };
        // To look, to prepare and to decide is not to deploy.
        if !deploys(context, place).unwrap_or(begin >= 0) {
            continue;
        }
        let Some(at) = context.start().and_then(|start| start.later(begin)) else {
            continue;
        };
        let frozen = frozen.entry(begin).or_insert_with(|| {
            let all = freezes.iter();
            let frozen =
                all.filter(|(_, from, to)| lies_between(&at, from, to, zone) == Some(true));
            frozen.take(MOST_FREEZES).collect()
        });
        for (freeze, from, to) in frozen {
            let span = stated(node).map_or(node.name_span, |at| at.span);
            found.push(
                Diagnostic::new(
                    &FROZEN,
                    span,
                    format!(
                        "`{}` begins on {} {}, and nothing may start then",
                        node.id,
                        at.weekday(),
                        at
                    ),
                )
                .also(
                    freeze.name_span,
                    if from.is_daily() {
                        format!("frozen every day from {from} to {to}")
                    } else {
                        format!("frozen from {from} to {to}")
                    },
                )
                .help("move the start out of the freeze"),
            );
        }
    }
}

/// Whether anything in a phase may change what is served; nothing where people do it all, in words.
fn deploys(context: &Context<'_>, place: usize) -> Option<bool> {
    let own = match context.kind(place) {
        Kind::Shift | Kind::Switch | Kind::Scale => Some(true),
        Kind::Run => context
            .script(place)
            .map(|script| script.changes_production),
        _ => None,
    };
    let inside = context.children(place).map(|child| deploys(context, child));
    std::iter::once(own).chain(inside).flatten().max()
}

/// Holds and sustained conditions against the windows and samples of their metrics.
pub(super) fn windows(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for one in &context.measurements {
        let (node, measured) = (context.order.nodes[one.place], one.measured);
        let Some(metric) = one.metric else {
            continue;
        };
        if let Work::Hold { length: hold, .. } = &node.work
            && let Some(window) = &metric.window
            && hold.high.value < window.value
        {
            found.push(
                Diagnostic::new(
                    &HOLD_TOO_SHORT,
                    node.name_span,
                    format!(
                        "the hold lasts {}, and `{}` looks back {window}",
                        hold.high, measured.metric
                    ),
                )
                .also(metric.span, format!("its window is {window}"))
                .help("hold for longer than the window, or make the window shorter"),
            );
        }
        if let Some(sustained) = &measured.sustained
            && let Some(interval) = &metric.interval
            && let Some(two) = interval.value.times(Exact::whole(2))
            && sustained.value < two
        {
            found.push(
                Diagnostic::new(
                    &FEW_SAMPLES,
                    measured.span,
                    format!(
                        "`for {sustained}` sees less than two samples of `{}`",
                        measured.metric
                    ),
                )
                .also(metric.span, format!("it is sampled every {interval}"))
                .help("let it hold for at least two samples"),
            );
        }
    }
}

/// A step with a time of its own in a stretch with a window.
pub(super) fn outside(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let Some(at) = stated(node) else {
        return;
    };
    let Some((from, to, around)) = context.around(place).find_map(|above| {
        let above = context.order.nodes[above];
        let (from, to) = above.times.window.as_deref()?;
        Some((from, to, above))
    }) else {
        return;
    };
    let (Some(begin), Some(opens), Some(closes)) = (
        context.placing.offset(&at.value),
        context.placing.offset(&from.value),
        context.placing.offset(&to.value),
    ) else {
        return;
    };
    // A day without a time is all of it.
    let whole_day = |when: &crate::time::When| match when {
        crate::time::When::Instant(instant) => instant.clock().is_none(),
        crate::time::When::Clock(_) | crate::time::When::Offset(_) => false,
    };
    let closes = if whole_day(&to.value) {
        closes + 86_400
    } else {
        closes
    };
    if (opens..=closes).contains(&begin) || whole_day(&at.value) {
        return;
    }
    found.push(
        Diagnostic::new(
            &OUTSIDE_WINDOW,
            at.span,
            format!(
                "`{}` begins at {}, outside of the window around it",
                node.id,
                clock(context, begin)
            ),
        )
        .also(
            from.span.to(to.span),
            format!(
                "`{}` is from {} to {}",
                around.id,
                clock(context, opens),
                clock(context, closes)
            ),
        )
        .help("correct one of the two times"),
    );
}

/// Changes that begin when every rollback has expired.
pub(super) fn no_way_back(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let rollbacks = context
        .spec
        .nodes
        .iter()
        .filter(|node| node.work == Work::Rollback);
    let mut last: Option<(i64, crate::source::Span, &str)> = None;
    for rollback in rollbacks {
        // One that never expires is enough.
        let Some(until) = &rollback.times.valid_until else {
            return;
        };
        let Some(limit) = context.placing.offset(&until.value) else {
            return;
        };
        if last.is_none_or(|(latest, _, _)| limit > latest) {
            last = Some((limit, until.span, &rollback.id));
        }
    }
    let Some((limit, span, rollback)) = last else {
        return;
    };
    let order = context.order;
    let changes = |place: usize| match &order.nodes[place].work {
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } => true,
        // For what can't be undone, on purpose, no rollback could stay open.
        Work::Run {
            effect: Effect::Irreversible { .. },
            ..
        } => false,
        Work::Run { .. } => context
            .script(place)
            .is_some_and(|script| script.changes_production),
        _ => false,
    };
    let late = order.places().find(|&place| {
        let root = context.root(place);
        matches!(root.work, Work::Phase | Work::Gate)
            && !root.follows_rollback()
            && context.schedules[place]
                .starts_seconds
                .is_some_and(|start| start > limit)
            && changes(place)
    });
    let Some(place) = late else {
        return;
    };
    let node = order.nodes[place];
    let begin = context.schedules[place].starts_seconds.unwrap_or(limit);
    // The way that leads there: the stretches at the top, from the start on.
    let root = context.root(place);
    let mut way: Vec<&str> = Vec::new();
    for stretch in order.places().filter(|&at| order.is_chained(at)) {
        let stretch = order.nodes[stretch];
        way.push(&stretch.id);
        if stretch.id == root.id {
            break;
        }
    }
    let skipped = way.len().saturating_sub(5);
    let mut shown = way.split_off(skipped);
    if skipped > 0 {
        shown.insert(0, "…");
    }
    found.push(
        Diagnostic::new(
            &NO_WAY_BACK,
            node.name_span,
            format!(
                "`{}` begins at {}, and no rollback is valid after {}",
                node.id,
                clock(context, begin),
                clock(context, limit)
            ),
        )
        .also(span, format!("`{rollback}` is the last to close"))
        .note(format!("the way there: {}", shown.join(" → ")))
        .help("extend `valid until` past the monitoring of the last change"),
    );
}
