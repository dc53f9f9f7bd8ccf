//! A time of day.

use std::fmt;

use jiff::civil::Time;

use super::{Zone, words};
use crate::quantity::Mistake;

/// A time of day to the second, with or without its zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    pub(super) time: Time,
    pub(super) zone: Option<Zone>,
}

impl Clock {
    /// Reads `07:00`, `07:00:30`, `07:00 Europe/Berlin`.
    pub fn parse(text: &str) -> Result<Clock, Mistake> {
        let words = words(text);
        let [(at, clock), rest @ ..] = words.as_slice() else {
            return Err(Mistake::new(0, text.len(), "a clock time is missing")
                .help("a clock time is written `07:00`"));
        };
        if let [(mark_at, mark)] = rest
            && let Some(written) = twelve_hours(clock, mark)
        {
            return Err(
                Mistake::new(*mark_at, mark_at + mark.len(), "a day has 24 hours here")
                    .write(written),
            );
        }
        let time = time(clock)
            .map_err(|mistake| mistake.within(*at, &text[..*at], &text[at + clock.len()..]))?;
        let zone =
            match rest {
                [] => None,
                [(at, zone)] => Some(Zone::parse(zone).map_err(|mistake| {
                    mistake.within(*at, &text[..*at], &text[at + zone.len()..])
                })?),
                [_, (at, word), ..] => {
                    return Err(Mistake::new(
                        *at,
                        at + word.len(),
                        format!("`{word}` is left over"),
                    ));
                }
            };
        Ok(Clock { time, zone })
    }

    /// Hour, minute and second.
    pub fn parts(&self) -> (u8, u8, u8) {
        let part = |value: i8| value.unsigned_abs();
        (
            part(self.time.hour()),
            part(self.time.minute()),
            part(self.time.second()),
        )
    }

    /// Seconds since midnight.
    pub fn second_of_day(&self) -> i64 {
        let (hour, minute, second) = self.parts();
        i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)
    }

    /// Its zone, if it is said.
    pub fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }
}

/// `7:00 pm` in 24 hours.
fn twelve_hours(clock: &str, mark: &str) -> Option<String> {
    let afternoon = match mark.to_ascii_lowercase().as_str() {
        "am" => 0,
        "pm" => 12,
        _ => return None,
    };
    let (hour, minute) = clock.split_once(':').unwrap_or((clock, "00"));
    let hour: u32 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let written = format!("{:02}:{minute}", hour % 12 + afternoon);
    time(&written).is_ok().then_some(written)
}

/// Reads `07:00` or `07:00:30`.
pub(super) fn time(text: &str) -> Result<Time, Mistake> {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
    let form = || {
        Mistake::new(0, text.len(), format!("`{shown}` is not a clock time"))
            .help("a clock time has two digits each for hour and minute: `07:00`")
    };
    let parts: Vec<&str> = text.split(':').collect();
    let numeric = |part: &&str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(numeric) {
        for mark in ["am", "pm"] {
            let lower = text.to_ascii_lowercase();
            if let Some(clock) = lower.strip_suffix(mark)
                && let Some(written) = twelve_hours(clock, mark)
            {
                return Err(form().write(written));
            }
        }
        return Err(form());
    }
    let number = |index: usize| parts.get(index).map_or(Ok(0_i8), |part| part.parse());
    let (Ok(hour), Ok(minute), Ok(second)) = (number(0), number(1), number(2)) else {
        return Err(form());
    };
    if hour == 24 && minute == 0 && second == 0 {
        return Err(Mistake::new(
            0,
            text.len(),
            format!("`{shown}` is `00:00` of the next day"),
        )
        .write("00:00"));
    }
    if hour > 23 {
        return Err(
            Mistake::new(0, parts[0].len(), format!("there is no hour {hour}"))
                .help("hours run from 00 to 23"),
        );
    }
    if minute > 59 || second > 59 {
        let (name, value) = match minute > 59 {
            true => ("minute", minute),
            false => ("second", second),
        };
        return Err(
            Mistake::new(0, text.len(), format!("there is no {name} {value}"))
                .help(format!("{name}s run from 00 to 59")),
        );
    }
    if parts.iter().any(|part| part.len() != 2) {
        let padded: Vec<String> = parts.iter().map(|part| format!("{part:0>2}")).collect();
        return Err(form().write(padded.join(":")));
    }
    Time::new(hour, minute, second, 0).map_err(|_| form())
}

/// `07:00`, or `07:00:30` where there are seconds; then the zone.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.parts();
        write!(f, "{hour:02}:{minute:02}")?;
        if second != 0 {
            write!(f, ":{second:02}")?;
        }
        match &self.zone {
            Some(zone) => write!(f, " {zone}"),
            None => Ok(()),
        }
    }
}
