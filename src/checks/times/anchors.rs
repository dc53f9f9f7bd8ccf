//! Whether a time is fixed: its day, its zone, its start, and the distance that a title names.

use super::{NO_START, NO_ZONE, NOT_AS_NAMED, length};
use crate::checks::Context;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::time::When;

/// "24 hours before" beside a time that is something else.
pub(super) fn named(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
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

pub(super) fn zones(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
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
