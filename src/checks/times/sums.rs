//! Whether what is to be done fits into the time there is, as it adds up.

use super::{DOES_NOT_FIT, DUE_TOO_EARLY, IDLE, OVERLAP, clock, length, stated};
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, is_step};
use crate::model::{Timed, Work};
use crate::quantity::Exact;
use crate::time::When;

pub(super) fn overlaps(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for edge in &context.order.edges {
        if !matches!(edge.kind, EdgeKind::Sequence | EdgeKind::After) {
            continue;
        }
        if !context.glance(edge.to).is_timed {
            continue;
        }
        let (from, to) = (context.order.nodes[edge.from], context.order.nodes[edge.to]);
        let Some(stated) = stated(to) else {
            continue;
        };
        let (Some(end), Some(begin)) = (
            context.schedules[edge.from].ends_seconds,
            context.placing.offset(&stated.value),
        ) else {
            continue;
        };
        if begin >= end {
            continue;
        }
        let start = context.schedules[edge.from].starts_seconds.unwrap_or(end);
        let mut finding = Diagnostic::new(
            &OVERLAP,
            stated.span,
            format!(
                "`{}` begins at {}, and `{}` before it ends at {}",
                to.id,
                clock(context, begin),
                from.id,
                clock(context, end)
            ),
        )
        .label(format!("{} too early", length(end - begin)))
        .also(from.name_span, format!("ends at {}", clock(context, end)));
        if end > start {
            finding = finding.note(format!(
                "{} and {} is {}",
                clock(context, start),
                length(end - start),
                clock(context, end)
            ));
        } else {
            finding = finding.note("what is written first is done first");
        }
        found.push(finding.help("begin later, or make the step before it shorter"));
    }
}

/// Idle minutes that are worth a word: as long as people let a version settle.
const IDLE_SECONDS: i64 = 600;

/// When a node is said to begin: by itself, or by the first step inside it.
fn first_stated<'a>(context: &'a Context<'_>, place: usize) -> Option<&'a Timed<When>> {
    let mut at = place;
    loop {
        if context.glance(at).is_timed
            && let Some(stated) = stated(context.order.nodes[at])
        {
            return Some(stated);
        }
        at = context
            .children(at)
            .find(|&child| is_step(context.order.nodes[child]))?;
    }
}

/// Time between two steps while traffic is between two versions.
pub(super) fn idle(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    // When traffic begins to be split, and when it is whole again.
    let mut split: Option<i64> = None;
    let mut whole: Option<i64> = None;
    for place in context.of_kinds(&[Kind::Shift]) {
        if let Work::Shift { share, .. } = &order.nodes[place].work
            && matches!(context.root_kind(place), Kind::Phase | Kind::Gate)
        {
            let start = context.schedules[place].starts_seconds;
            if share.value < Exact::ONE {
                split = split.or(start);
            } else {
                whole = whole.max(start);
            }
        }
    }
    let (Some(split), Some(whole)) = (split, whole) else {
        return;
    };
    let monitored = context.of_kinds(&[Kind::Monitor]).any(|place| {
        let schedule = context.schedules[place];
        schedule.starts_seconds.is_some_and(|start| start <= split)
            && schedule.ends_seconds.is_some_and(|end| end >= whole)
    });
    if monitored {
        return;
    }
    for edge in &order.edges {
        if edge.kind != EdgeKind::Sequence {
            continue;
        }
        let Some(at) = first_stated(context, edge.to) else {
            continue;
        };
        let before = context.schedules[edge.from];
        let (Some(since), Some(end), Some(begin)) = (
            before.starts_seconds,
            before.ends_seconds,
            context.placing.offset(&at.value),
        ) else {
            continue;
        };
        // How long commands take is not known where nothing says it.
        if end == since || end < split || begin > whole || begin - end < IDLE_SECONDS {
            continue;
        }
        let (from, to) = (order.nodes[edge.from], order.nodes[edge.to]);
        found.push(
            Diagnostic::new(
                &IDLE,
                at.span,
                format!(
                    "between `{}` and `{}` are {} in which nobody looks",
                    from.id,
                    to.id,
                    length(begin - end)
                ),
            )
            .also(from.name_span, format!("ends at {}", clock(context, end)))
            .help("let a `hold` fill the time, or begin earlier"),
        );
    }
}

/// What stands inside a node must fit into the time that it is given.
pub(super) fn fits(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let own = context.schedules[place];
    let Some(begin) = own.starts_seconds else {
        return;
    };
    // Rollbacks and monitors have times of their own kind.
    let (limit, span, what) = if let Some((_, to)) = node.times.window.as_deref()
        && !matches!(node.work, Work::Monitor)
    {
        let Some(to_seconds) = context.placing.offset(&to.value) else {
            return;
        };
        (to_seconds, to.span, "the window")
    } else if let Some(takes) = &node.times.takes {
        let seconds = takes.value.high.whole_seconds();
        (begin.saturating_add(seconds), takes.span, "the estimate")
    } else {
        return;
    };
    let last = context
        .children(place)
        .filter_map(|child| {
            context.schedules[child]
                .ends_seconds
                .map(|end| (child, end))
        })
        .max_by_key(|&(_, end)| end);
    let Some((child, end)) = last else {
        return;
    };
    if end <= limit {
        return;
    }
    let child = context.order.nodes[child];
    found.push(
        Diagnostic::new(
            &DOES_NOT_FIT,
            span,
            format!(
                "`{}` needs {}, and has {}",
                node.id,
                length(end - begin),
                length((limit - begin).max(0))
            ),
        )
        .label(what)
        .also(
            child.name_span,
            format!("this ends at {}", clock(context, end)),
        )
        .help("give it more time, or leave something out"),
    );
}

pub(super) fn due(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let Some(due) = &node.times.due else {
        return;
    };
    let Some(limit) = context.placing.offset(&due.value) else {
        return;
    };
    let schedule = context.schedules[place];
    let Some(end) = schedule.ends_seconds.or(schedule.starts_seconds) else {
        return;
    };
    if end <= limit {
        return;
    }
    let mut finding = Diagnostic::new(
        &DUE_TOO_EARLY,
        due.span,
        format!(
            "`{}` is due at {} and is done at {} at the earliest",
            node.id,
            clock(context, limit),
            clock(context, end)
        ),
    )
    .label(format!("{} too early", length(end - limit)));
    if let Some(at) = stated(node) {
        finding = finding.also(at.span, "it begins here");
    }
    found.push(finding.help("begin earlier, or let it be due later"));
}

/// The whole against `lasts`.
pub(super) fn lasts(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let Some(lasts) = context
        .spec
        .deployment
        .as_ref()
        .and_then(|head| head.lasts.as_ref())
    else {
        return;
    };
    let limit = lasts.value.high.whole_seconds();
    // What begins after that time is said to be something else: a check the next day. A stretch that
    // begins before the start is judged by what stands in it.
    let mut judged: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = (0..context.order.nodes.len())
        .filter(|&place| context.order.parents[place].is_none())
        .collect();
    while let Some(place) = open.pop() {
        if !matches!(context.order.nodes[place].work, Work::Phase | Work::Gate) {
            continue;
        }
        match context.schedules[place].starts_seconds {
            Some(start) if start >= 0 && start < limit => judged.push(place),
            Some(start) if start < 0 => open.extend(context.children(place)),
            Some(_) | None => {}
        }
    }
    let last = judged
        .into_iter()
        .filter_map(|place| {
            context.schedules[place]
                .ends_seconds
                .map(|end| (end, place))
        })
        .max()
        .map(|(end, place)| (place, end));
    let Some((place, end)) = last else {
        return;
    };
    if end <= limit {
        return;
    }
    let node = context.order.nodes[place];
    found.push(
        Diagnostic::new(
            &DOES_NOT_FIT,
            lasts.span,
            format!(
                "the deployment takes {}, and is said to last {}",
                length(end),
                lasts.value
            ),
        )
        .also(
            node.name_span,
            format!("`{}` ends at {}", node.id, clock(context, end)),
        )
        .help("say how long it really lasts, or make it shorter"),
    );
}
