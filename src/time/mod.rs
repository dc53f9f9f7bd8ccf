//! In: the text of one token. Out: dates, clocks, offsets from the start, and where they meet.
//! Knows nothing of the grammar, of files or of phases.

mod clock;
mod instant;
mod moment;
mod offset;
mod zone;

use std::borrow::Cow;
use std::fmt;

pub use jiff::civil::Date;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::blank::{Blanks, is_blank};
use crate::quantity::Mistake;

pub use clock::Clock;
pub use instant::Instant;
pub use moment::{Moment, Weekday, lies_between};
pub use offset::Offset;
pub use zone::Zone;

/// When something happens, as it is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// On a day, or at a moment of a day.
    Instant(Instant),
    /// At a time of a day that the surroundings know.
    Clock(Clock),
    /// So long before or after the start.
    Offset(Offset),
}

/// When something happens, as far as it can be known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The day or moment, in the zone in which it was said, or the start's.
    pub at: Option<Instant>,
    /// Seconds from the start; below zero before it. Nothing for a whole day.
    pub offset: Option<i64>,
}

impl When {
    /// Reads an instant, a clock time or an offset.
    pub fn parse(text: &str) -> Result<When, Mistake> {
        if text.starts_with(['T', 't']) {
            return Offset::parse(text).map(When::Offset);
        }
        let head: Vec<u8> = text.trim_blanks_start().bytes().take(5).collect();
        let dated = head.len() == 5 && head[..4].iter().all(u8::is_ascii_digit) && head[4] == b'-';
        if dated {
            return Instant::parse(text).map(When::Instant);
        }
        if head.first().is_some_and(u8::is_ascii_digit) {
            return Clock::parse(text).map(When::Clock);
        }
        let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
        Err(
            Mistake::new(0, text.len(), format!("`{shown}` is not a time"))
                .help("a time is written `2025-10-26 07:00 UTC`, `07:00` or `T-6h`"),
        )
    }

    /// Where this stands, seen from the start `T`, if that is known. A clock time belongs to `day`,
    /// or to the day of the start; a time without a zone stands in the start's zone.
    /// What daylight saving skips or repeats is a mistake.
    pub fn resolve(&self, start: Option<&Instant>, day: Option<Date>) -> Result<Resolved, Mistake> {
        let zone = start.and_then(Instant::zone);
        let from_start = |at: &Instant| start.and_then(|start| at.seconds_since(start));
        match self {
            When::Instant(instant) => {
                let at = instant.with_zone(zone)?;
                Ok(Resolved {
                    offset: from_start(&at),
                    at: Some(at),
                })
            }
            When::Clock(clock) => {
                let start_day = || {
                    let start = start?;
                    let there = clock.zone().and_then(|zone| start.in_zone(zone));
                    Some(there.map_or(start.date(), |there| there.date()))
                };
                let Some(day) = day.or_else(start_day) else {
                    return Ok(Resolved::default());
                };
                let at = Instant::new(day, Some(clock.clone()))?.with_zone(zone)?;
                Ok(Resolved {
                    offset: from_start(&at),
                    at: Some(at),
                })
            }
            When::Offset(offset) => Ok(Resolved {
                at: start.and_then(|start| start.later(offset.seconds())),
                offset: Some(offset.seconds()),
            }),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Instant(instant) => write!(f, "{instant}"),
            When::Clock(clock) => write!(f, "{clock}"),
            When::Offset(offset) => write!(f, "{offset}"),
        }
    }
}

/// The words of a text and where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| !is_blank(c)) {
        let end = rest[begin..]
            .find(is_blank)
            .map_or(rest.len(), |length| begin + length);
        words.push((text.len() - rest.len() + begin, &rest[begin..end]));
        rest = &rest[end..];
    }
    words
}

/// As JSON, times are the texts by which the language writes them.
macro_rules! as_text {
    ($($kind:ident, $description:literal;)+) => { $(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                $kind::parse(&text).map_err(|mistake| de::Error::custom(mistake.message))
            }
        }

        impl JsonSchema for $kind {
            fn schema_name() -> Cow<'static, str> {
                stringify!($kind).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description })
            }
        }
    )+ };
}

as_text! {
    Zone, "A time zone: `UTC` or an IANA name.";
    Clock, "A time of day, perhaps with its zone: `07:00 Europe/Berlin`.";
    Instant, "A day, perhaps with time and zone: `2025-10-26 07:00 UTC`.";
    Offset, "A distance from the start of the deployment: `T-6h`.";
    Weekday, "A day of the week: `Mon`.";
    Moment, "A time of every day or week, or a day or moment: `18:00`, `Sat 01:00`.";
    When, "An instant, a clock time or an offset from the start: `2025-10-26 07:00 UTC`, `07:00`, `T-6h`.";
}

#[cfg(test)]
mod tests;
