//! Whether a time is fixed: its day, its zone, its start, and the distance that a title names.

use super::{
    CLOCK_CHANGE, LESS_THAN_NAMED, NO_START, NO_ZONE, NOT_AS_NAMED, TOLD_TOO_LATE, WHICH_DAY,
    clock, length,
};
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Work};
use crate::source::Span;
use crate::time::When;

/// "24 hours before" beside a time that is something else.
pub(super) fn named(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let node = context.order.nodes[place];
    let Some(at) = &node.times.at else {
        return;
    };
    let Some(named) = distance_before(&context.titles.lower(place)) else {
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

/// The distance in "24 hours before", in seconds; of a text in small letters.
fn distance_before(lower: &str) -> Option<i64> {
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

pub(super) fn zones(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let head = context.spec.deployment.as_ref();
    let starts = head.and_then(|head| head.starts.as_ref());
    let mut clocks: Vec<Span> = Vec::new();
    let mut offsets: Vec<Span> = Vec::new();
    for node in context.timed().map(|place| context.order.nodes[place]) {
        let times = [&node.times.at, &node.times.due, &node.times.valid_until];
        let window = node
            .times
            .window
            .as_deref()
            .into_iter()
            .flat_map(|(from, to)| [from, to]);
        for time in times
            .into_iter()
            .flatten()
            .map(|time| time.as_ref())
            .chain(window)
        {
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

/// Times of day inside a window of several days.
pub(super) fn which_day(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for place in context.timed() {
        let node = context.order.nodes[place];
        let Some((from, to)) = node.times.window.as_deref() else {
            continue;
        };
        // Two dates without a time: whole days.
        let days = match (&from.value, &to.value) {
            (When::Instant(from), When::Instant(to))
                if from.clock().is_none() && to.clock().is_none() && from.date() != to.date() =>
            {
                (from.date(), to.date())
            }
            _ => continue,
        };
        let inside: Vec<Span> = context
            .children(place)
            .filter_map(|child| {
                let times = &context.order.nodes[child].times;
                let window = times.window.as_deref().map(|(from, _)| from);
                let at = times.at.as_deref().or(window)?;
                matches!(at.value, When::Clock(_)).then_some(at.span)
            })
            .collect();
        let Some((first, rest)) = inside.split_first() else {
            continue;
        };
        let mut finding = Diagnostic::new(
            &WHICH_DAY,
            *first,
            format!("`{}` has several days, and this time names none", node.id),
        )
        .also(
            from.span.to(to.span),
            format!("from {} to {}", days.0, days.1),
        );
        for span in rest.iter().take(8) {
            finding = finding.also(*span, "nor does this");
        }
        found.push(finding.help("write the day: `2026-01-21 06:30`"));
    }
}

/// The first message before the start, and what production went through before it.
pub(super) fn told_too_late(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    let time = |place: usize| -> Option<i64> {
        std::iter::once(place)
            .chain(context.around(place))
            .find_map(|at| context.schedules[at].starts_seconds)
    };
    let told = context
        .of_kinds(&[Kind::Notify])
        .filter(|&place| {
            context.root_kind(place) == Kind::Phase && !context.root(place).follows_rollback()
        })
        .filter_map(|place| Some((time(place)?, place)))
        .min();
    let Some((told, message)) = told.filter(|(time, _)| *time <= 0) else {
        return;
    };
    let changed = context
        .forward()
        .filter(|script| script.changes_production)
        .filter_map(|script| Some((time(script.place)?, script.node)))
        .filter(|(time, _)| *time < told)
        .min_by_key(|(time, _)| *time);
    let Some((at, node)) = changed else {
        return;
    };
    let undeclared = matches!(
        node.work,
        Work::Run {
            effect: Effect::Undeclared,
            ..
        }
    );
    found.push(
        Diagnostic::new(
            &TOLD_TOO_LATE,
            node.name_span,
            format!(
                "production is changed at {}, and the first message goes out at {}",
                clock(context, at),
                clock(context, told)
            ),
        )
        .also(order.nodes[message].name_span, "the first message")
        .help(if undeclared {
            "tell them first, or change it later; if it changes nothing, say `reads-only`"
        } else {
            "tell them first, or change it later"
        }),
    );
}

/// "2-hour validation done" less than two hours after the last change.
pub(super) fn less_than_named(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    let mut changed: Option<(i64, usize)> = None;
    for place in order.places() {
        let time = || {
            std::iter::once(place)
                .chain(context.around(place))
                .find_map(|at| context.schedules[at].starts_seconds)
        };
        match context.kind(place) {
            Kind::Shift | Kind::Switch => {
                changed = time().map(|time| (time, place)).or(changed);
            }
            Kind::Check | Kind::Require => {
                let Some(named) = watched_for(&context.titles.lower(place)) else {
                    continue;
                };
                let (Some(now), Some((since, change))) = (time(), changed) else {
                    continue;
                };
                let node = order.nodes[place];
                if now < since || now - since >= named {
                    continue;
                }
                found.push(
                    Diagnostic::new(
                        &LESS_THAN_NAMED,
                        node.name_span,
                        format!(
                            "the title says {}, and since the last change {} have gone by",
                            length(named),
                            length(now - since)
                        ),
                    )
                    .also(
                        order.nodes[change].name_span,
                        format!("changed at {}", clock(context, since)),
                    )
                    .help("check it later, or say how long it really was"),
                );
            }
            _ => {}
        }
    }
}

/// How long something was watched, as a title in small letters says: "2-hour validation done".
fn watched_for(lower: &str) -> Option<i64> {
    if !lower.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let over = [
        "done",
        "complete",
        "completed",
        "passed",
        "finished",
        "over",
    ];
    let watching = [
        "validation",
        "monitoring",
        "observation",
        "soak",
        "watch",
        "bake",
    ];
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if !has(&over) || !has(&watching) {
        return None;
    }
    words.windows(2).find_map(|pair| {
        let number: i64 = pair[0].parse().ok()?;
        let unit = match pair[1].trim_end_matches('s') {
            "minute" | "min" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            _ => return None,
        };
        number.checked_mul(unit)
    })
}

/// Times of day behind a change of the clocks.
pub(super) fn clock_change(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let Some(start) = context.start() else {
        return;
    };
    let Some(begins) = start.clock().filter(|_| start.zone().is_some()) else {
        return;
    };
    for node in context.timed().map(|place| context.order.nodes[place]) {
        let Some(at) = super::stated(node) else {
            continue;
        };
        if !matches!(at.value, When::Clock(_)) {
            continue;
        }
        let Some(offset) = context.placing.offset(&at.value) else {
            continue;
        };
        let Some(then) = start.later(offset) else {
            continue;
        };
        let Some(clock) = then.clock() else {
            continue;
        };
        let moved = (clock.second_of_day() - begins.second_of_day() - offset).rem_euclid(86_400);
        if moved == 0 {
            continue;
        }
        let hours = if moved > 43_200 {
            86_400 - moved
        } else {
            moved
        };
        found.push(
            Diagnostic::new(
                &CLOCK_CHANGE,
                at.span,
                format!(
                    "clocks change between the start and this time: it is {} from `T`",
                    length(offset)
                ),
            )
            .label(format!("{} away from the sum of the hours", length(hours)))
            .help("write it from `T`, so that it says how long after the start"),
        );
        return; // the times behind it are away by as much
    }
}
