//! Times as a reader has them.

use super::sentences::Sentences;

use crate::plan::{Instant, When, Window};

impl Sentences<'_> {
    /// A time as a reader has it: the clock where the start is known, and the distance from `T`.
    pub fn when(&self, when: &When) -> String {
        let start = self.plan.deployment.starts.as_ref();
        match when {
            When::Instant(instant) => self.markup.words(&instant.to_string()),
            When::Clock(clock) => self.markup.words(&clock.to_string()),
            When::Offset(offset) => {
                let at = start.and_then(|start| start.later(offset.seconds()));
                match at {
                    Some(at) => format!("{} ({offset})", self.short(&at)),
                    None => self.markup.words(&offset.to_string()),
                }
            }
        }
    }

    /// A moment: the clock alone on the day of the start, the day with it elsewhere.
    pub fn short(&self, at: &Instant) -> String {
        let start = self.plan.deployment.starts.as_ref();
        match start {
            Some(start) if start.date() == at.date() => clock_of(at),
            _ => with_day(at),
        }
    }

    /// From one moment to another, in seconds from `T`; on two days, each with its day.
    pub fn span(&self, start: i64, end: i64) -> String {
        let start_of = self.plan.deployment.starts.as_ref();
        let at = |seconds: i64| start_of.and_then(|start| start.later(seconds));
        match (at(start), at(end)) {
            (Some(from), Some(to)) if from.date() != to.date() => {
                format!("{} to {}", with_day(&from), with_day(&to))
            }
            _ => format!("{} to {}", self.at_seconds(start), self.at_seconds(end)),
        }
    }

    /// From one time to another, as written; on two days, each with its day.
    pub fn window(&self, window: &Window) -> String {
        if let (When::Offset(from), When::Offset(to)) = (&window.from, &window.to)
            && let Some(start) = &self.plan.deployment.starts
            && let (Some(begin), Some(end)) =
                (start.later(from.seconds()), start.later(to.seconds()))
            && begin.date() != end.date()
        {
            return format!("{} ({from}) to {} ({to})", with_day(&begin), with_day(&end));
        }
        format!("{} to {}", self.when(&window.from), self.when(&window.to))
    }

    /// The moment so many seconds from `T`: the clock where it is known, else the distance.
    pub fn at_seconds(&self, seconds: i64) -> String {
        match self
            .plan
            .deployment
            .starts
            .as_ref()
            .and_then(|start| start.later(seconds))
        {
            Some(at) => self.short(&at),
            None => offset(seconds),
        }
    }
}

fn clock_of(at: &Instant) -> String {
    at.clock()
        .map(|clock| {
            let (hour, minute, second) = clock.parts();
            match second {
                0 => format!("{hour:02}:{minute:02}"),
                second => format!("{hour:02}:{minute:02}:{second:02}"),
            }
        })
        .unwrap_or_default()
}

/// A moment with its day.
fn with_day(at: &Instant) -> String {
    format!("{} {} {}", at.weekday(), at.date(), clock_of(at))
        .trim()
        .to_owned()
}

/// A distance from `T`.
pub fn offset(seconds: i64) -> String {
    let length = |seconds: i64| crate::plan::duration_text(crate::plan::Exact::whole(seconds));
    match seconds {
        0 => "T".to_owned(),
        seconds if seconds < 0 => format!("T-{}", length(-seconds)),
        seconds => format!("T+{}", length(seconds)),
    }
}
