//! Times that can't all be kept: what overlaps, what does not fit, what is due before it can be done.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::graph::EdgeKind;
use crate::model::{Node, Timed, Work};
use crate::quantity::{Exact, duration_text};
use crate::rule;
use crate::source::Span;
use crate::time::{When, lies_between};

rule! {
    /// A step begins at a fixed time before the one that it follows can have ended. Somebody will
    /// start late, or stop early. The message shows the sum.
    pub OVERLAP = "D0551", "overlap", Warning, "a step that begins before the one before it ends", allowable;
    /// What is to be done takes longer than the time that is given for it.
    pub DOES_NOT_FIT = "D0552", "does-not-fit", Warning, "more work than time", allowable;
    /// Something is due before it can be done.
    pub DUE_TOO_EARLY = "D0553", "due-too-early", Warning, "something is due before it can be done", allowable;
    /// A title names a distance from the start, and the time beside it says another.
    pub NOT_AS_NAMED = "D0554", "not-as-named", Warning, "a time that is not the one its title names", allowable;
    /// Times of day without a time zone mean another moment to everybody who reads them elsewhere, and
    /// twice a year to everybody. Say the zone once, behind `starts`.
    pub NO_ZONE = "D0555", "no-zone", Warning, "times of day without a time zone", allowable;
    /// Times are counted from `T`, and nothing says when that is.
    pub NO_START = "D0556", "no-start", Warning, "times counted from a start that is not fixed", allowable;
    /// A hold is over before the metric that it watches has seen it: a rate over 15 minutes still
    /// shows mostly the time before.
    pub HOLD_TOO_SHORT = "D0557", "hold-too-short", Warning, "a hold shorter than the window of its metric", allowable;
    /// The way back closes while the deployment is still being watched: what is found afterwards
    /// can't be taken back this way.
    pub ROLLBACK_EXPIRES = "D0558", "rollback-expires", Warning, "a rollback that ends before the watching does", allowable;
    /// The work begins when nothing may start.
    pub FROZEN = "D0559", "frozen", Warning, "work that begins during a freeze", allowable;
    /// A condition must hold for less than two samples of its metric, so that one sample decides.
    pub FEW_SAMPLES = "D0560", "few-samples", Warning, "a sustained condition shorter than two samples", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    overlaps(context, found);
    for place in 0..context.order.nodes.len() {
        fits(context, place, found);
        due(context, place, found);
        named(context, place, found);
        freezes(context, place, found);
        windows(context, place, found);
    }
    lasts(context, found);
    zones(context, found);
    expires(context, found);
}

fn length(seconds: i64) -> String {
    duration_text(Exact::whole(seconds))
}

/// A time of the plan as a reader has it: the clock where the start is known, else the distance.
fn clock(context: &Context<'_>, seconds: i64) -> String {
    let start = context.start().and_then(|start| start.later(seconds));
    match start.as_ref().and_then(|at| at.clock()) {
        Some(clock) => {
            let (hour, minute, _) = clock.parts();
            let days = start
                .as_ref()
                .zip(context.start())
                .is_some_and(|(at, start)| at.date() != start.date());
            match (days, &start) {
                (true, Some(at)) => format!("{} {hour:02}:{minute:02}", at.date()),
                _ => format!("{hour:02}:{minute:02}"),
            }
        }
        None if seconds == 0 => "T".to_owned(),
        None if seconds < 0 => format!("T-{}", length(-seconds)),
        None => format!("T+{}", length(seconds)),
    }
}

fn overlaps(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for edge in &context.order.edges {
        if !matches!(edge.kind, EdgeKind::Sequence | EdgeKind::After) {
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

/// When a node is said to begin.
fn stated(node: &Node) -> Option<&Timed<When>> {
    node.times
        .at
        .as_ref()
        .or(node.times.window.as_ref().map(|(from, _)| from))
}

/// What stands inside a node must fit into the time that it is given.
fn fits(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let own = context.schedules[place];
    let Some(begin) = own.starts_seconds else {
        return;
    };
    // Rollbacks and monitors have times of their own kind.
    let (limit, span, what) = if let Some((_, to)) = &node.times.window
        && !matches!(node.work, Work::Monitor)
    {
        let Some(to_seconds) = context.placing.offset(&to.value) else {
            return;
        };
        (to_seconds, to.span, "the window")
    } else if let Some(takes) = &node.times.takes {
        let Ok(seconds) = i64::try_from(takes.value.high.value.ceiling()) else {
            return;
        };
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

fn due(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
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

/// "24 hours before" beside a time that is something else.
fn named(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let Some(at) = &node.times.at else {
        return;
    };
    let title = node.title.to_string();
    let Some(named) = distance_before(&title) else {
        return;
    };
    let Some(begin) = context.placing.offset(&at.value) else {
        return;
    };
    if begin == -named {
        return;
    }
    found.push(
        Diagnostic::new(
            &NOT_AS_NAMED,
            at.span,
            format!(
                "the title says {} before, and this is {} before the start",
                length(named),
                length((-begin).max(0))
            ),
        )
        .also(node.name_span, "the title")
        .help(format!(
            "write `at T-{}`, or correct the title",
            length(named)
        )),
    );
}

/// The distance in "24 hours before", in seconds.
fn distance_before(title: &str) -> Option<i64> {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(3).find_map(|three| {
        let [number, unit, "before"] = three else {
            return None;
        };
        let number: i64 = match *number {
            "one" | "a" => 1,
            digits => digits.parse().ok()?,
        };
        let unit = match unit.trim_end_matches('s') {
            "minute" | "min" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "week" => 604_800,
            _ => return None,
        };
        number.checked_mul(unit)
    })
}

/// The whole against `lasts`.
fn lasts(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let Some(lasts) = context
        .spec
        .deployment
        .as_ref()
        .and_then(|head| head.lasts.as_ref())
    else {
        return;
    };
    let Ok(limit) = i64::try_from(lasts.value.high.value.ceiling()) else {
        return;
    };
    // What begins after that time is said to be something else: a check the next day.
    let last = (0..context.order.nodes.len())
        .filter(|&place| {
            context.order.parents[place].is_none()
                && matches!(context.order.nodes[place].work, Work::Phase | Work::Gate)
                && context.schedules[place]
                    .starts_seconds
                    .is_some_and(|start| start >= 0 && start < limit)
        })
        .filter_map(|place| {
            context.schedules[place]
                .ends_seconds
                .map(|end| (place, end))
        })
        .max_by_key(|&(_, end)| end);
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

fn zones(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let head = context.spec.deployment.as_ref();
    let starts = head.and_then(|head| head.starts.as_ref());
    let mut clocks: Vec<Span> = Vec::new();
    let mut offsets: Vec<Span> = Vec::new();
    for node in &context.order.nodes {
        let times = [&node.times.at, &node.times.due, &node.times.valid_until];
        let window = node.times.window.iter().flat_map(|(from, to)| [from, to]);
        for time in times.into_iter().flatten().chain(window) {
            match &time.value {
                When::Clock(clock) if clock.zone().is_none() => clocks.push(time.span),
                When::Clock(_) => {}
                When::Instant(instant) if instant.clock().is_some() && instant.zone().is_none() => {
                    clocks.push(time.span);
                }
                When::Instant(_) => {}
                When::Offset(_) => offsets.push(time.span),
            }
        }
    }
    match starts {
        Some(starts) => {
            let zoned = starts.value.zone().is_some();
            let timed = starts.value.clock().is_some();
            if !zoned && timed {
                let mut finding = Diagnostic::new(
                    &NO_ZONE,
                    starts.span,
                    match clocks.len() {
                        0 => "the start has no time zone".to_owned(),
                        1 => "the start and one more time have no time zone".to_owned(),
                        many => format!("the start and {many} more times have no time zone"),
                    },
                )
                .help("write the zone once, here: `2026-10-26 07:00 Europe/Berlin`");
                if let Some(first) = clocks.first() {
                    finding = finding.also(*first, "the first of them");
                }
                found.push(finding);
            }
        }
        None => {
            if let Some(first) = clocks.first() {
                found.push(
                    Diagnostic::new(
                        &NO_ZONE,
                        *first,
                        match clocks.len() {
                            1 => "this time of day has no time zone and no day".to_owned(),
                            many => format!("{many} times of day have no time zone and no day"),
                        },
                    )
                    .help("fix the start: `starts 2026-10-26 07:00 Europe/Berlin`"),
                );
            }
            if let (Some(first), Some(head)) = (offsets.first(), head) {
                found.push(
                    Diagnostic::new(
                        &NO_START,
                        *first,
                        match offsets.len() {
                            1 => {
                                "this is counted from `T`, and nothing says when that is".to_owned()
                            }
                            many => format!(
                                "{many} times are counted from `T`, and nothing says when that is"
                            ),
                        },
                    )
                    .also(head.name_span, "the deployment has no `starts`")
                    .help("fix it: `starts 2026-10-26 07:00 Europe/Berlin`"),
                );
            }
        }
    }
}

/// A rollback must stay possible as long as the deployment is watched.
fn expires(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let watched = context
        .spec
        .nodes
        .iter()
        .filter(|node| node.work == Work::Monitor)
        .filter_map(|node| {
            let (_, to) = node.times.window.as_ref()?;
            Some((node, to, context.placing.offset(&to.value)?))
        })
        .max_by_key(|(_, _, end)| *end);
    let Some((monitor, to, end)) = watched else {
        return;
    };
    for node in &context.spec.nodes {
        if node.work != Work::Rollback {
            continue;
        }
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
                .help("keep the way back open as long as somebody looks, or declare another one for afterwards"),
            );
        }
    }
}

fn freezes(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    if context.order.parents[place].is_some() || !matches!(node.work, Work::Phase | Work::Gate) {
        return;
    }
    let Some(begin) = context.schedules[place].starts_seconds else {
        return;
    };
    let Some(at) = context.start().and_then(|start| start.later(begin)) else {
        return;
    };
    let zone = context.start().and_then(|start| start.zone());
    for freeze in &context.spec.nodes {
        let Work::Freeze { from, to } = &freeze.work else {
            continue;
        };
        if lies_between(&at, from, to, zone) == Some(true) {
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
                .also(freeze.name_span, format!("frozen from {from} to {to}"))
                .help("move the start out of the freeze"),
            );
        }
    }
}

/// Holds and sustained conditions against the windows and samples of their metrics.
fn windows(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let Some(condition) = node.work.holds() else {
        return;
    };
    for measured in condition.measured() {
        let Some(metric) = context.metric(&measured.metric.metric) else {
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
