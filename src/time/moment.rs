//! The ends of a freeze: a time of every week, or one moment.

use std::fmt;

use jiff::civil::Date;

use super::{Clock, Instant, Zone, words};
use crate::blank::Blanks;
use crate::diagnostic::nearest;
use crate::quantity::Mistake;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];

    /// Reads `Mon`, `Tue` …
    pub fn parse(text: &str) -> Result<Weekday, Mistake> {
        if let Some(day) = Weekday::ALL.into_iter().find(|day| day.name() == text) {
            return Ok(day);
        }
        let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
        let mistake = Mistake::new(0, text.len(), format!("`{shown}` is not a day of the week"))
            .help("days are `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` and `Sun`");
        let begins = |day: &Weekday| {
            let head = text.get(..3).unwrap_or(text);
            day.name().eq_ignore_ascii_case(head)
        };
        let meant = Weekday::ALL.into_iter().find(begins).map(Weekday::name);
        let near = || nearest(text, Weekday::ALL.map(Weekday::name));
        Err(mistake.write_all(meant.or_else(near).map(String::from)))
    }

    /// `Mon`, `Tue` …
    pub fn name(self) -> &'static str {
        match self {
            Weekday::Mon => "Mon",
            Weekday::Tue => "Tue",
            Weekday::Wed => "Wed",
            Weekday::Thu => "Thu",
            Weekday::Fri => "Fri",
            Weekday::Sat => "Sat",
            Weekday::Sun => "Sun",
        }
    }

    /// Days since Monday.
    pub fn index(self) -> u8 {
        self as u8
    }

    pub(super) fn of(date: Date) -> Weekday {
        let index = date.weekday().to_monday_zero_offset();
        Weekday::ALL[usize::from(index.unsigned_abs()) % 7]
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One end of a freeze.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Every day at this time.
    Daily(Clock),
    /// Every week at this time.
    Weekly(Weekday, Clock),
    /// Once.
    Once(Instant),
}

impl Moment {
    /// Reads `18:00`, `Sat 01:00`, `Sun 21:00 UTC`, `2025-12-20`, `2025-12-20 18:00 UTC`.
    pub fn parse(text: &str) -> Result<Moment, Mistake> {
        let begin = text.len() - text.trim_blanks_start().len();
        let numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        if numbered(&text[begin..]) && text[begin..].find(':') == Some(2) {
            return Clock::parse(text).map(Moment::Daily);
        }
        if numbered(&text[begin..]) {
            return Instant::parse(text).map(Moment::Once);
        }
        let words = words(text);
        let [(at, day), rest @ ..] = words.as_slice() else {
            return Err(Mistake::new(0, text.len(), "a day is missing")
                .help("a freeze is written `Sat 01:00 to Sun 21:00 UTC`"));
        };
        let weekday = Weekday::parse(day)
            .map_err(|mistake| mistake.within(*at, &text[..*at], &text[at + day.len()..]))?;
        let [(clock_at, _), ..] = rest else {
            return Err(Mistake::new(
                *at,
                at + day.len(),
                format!("a time is missing behind `{weekday}`"),
            )
            .write(format!("{weekday} 00:00")));
        };
        let clock = Clock::parse(&text[*clock_at..])
            .map_err(|mistake| mistake.within(*clock_at, &text[..*clock_at], ""))?;
        Ok(Moment::Weekly(weekday, clock))
    }

    /// Whether it comes every day.
    pub fn is_daily(&self) -> bool {
        matches!(self, Moment::Daily(_))
    }

    /// The zone, if it is said.
    pub fn zone(&self) -> Option<&Zone> {
        match self {
            Moment::Daily(clock) | Moment::Weekly(_, clock) => clock.zone(),
            Moment::Once(instant) => instant.zone(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Daily(clock) => write!(f, "{clock}"),
            Moment::Weekly(weekday, clock) => write!(f, "{weekday} {clock}"),
            Moment::Once(instant) => write!(f, "{instant}"),
        }
    }
}

/// Whether `at` lies between two moments: from the first on, before the second. A day without a
/// time counts whole, at either end. The zone is that of the moments, or `zone` where they have
/// none. Nothing where `at` is a whole day that is touched in part, and where the ends are of two
/// kinds.
pub fn lies_between(at: &Instant, from: &Moment, to: &Moment, zone: Option<&Zone>) -> Option<bool> {
    let zone = from.zone().or(to.zone()).or(zone);
    let local = || match zone {
        Some(zone) => at.in_zone(zone).unwrap_or_else(|| at.clone()),
        None => at.clone(),
    };
    // The stretch may go on over midnight, or over the end of the week.
    let covers = |from: i64, at: i64, to: i64| match from <= to {
        true => from <= at && at < to,
        false => from <= at || at < to,
    };
    match (from, to) {
        (Moment::Daily(from), Moment::Daily(to)) => Some(covers(
            from.second_of_day(),
            local().clock()?.second_of_day(),
            to.second_of_day(),
        )),
        (Moment::Weekly(first, from), Moment::Weekly(last, to)) => {
            let local = local();
            let second = |day: Weekday, clock: &Clock| {
                i64::from(day.index()) * 86_400 + clock.second_of_day()
            };
            let (from, to) = (second(*first, from), second(*last, to));
            let at = second(local.weekday(), local.clock()?);
            Some(covers(from, at, to))
        }
        (Moment::Once(from), Moment::Once(to)) => {
            let begun = match from.clock() {
                Some(_) => {
                    at.with_zone(zone)
                        .ok()?
                        .seconds_since(&from.with_zone(zone).ok()?)?
                        >= 0
                }
                None => at.date() >= from.date(),
            };
            let over = match to.clock() {
                Some(_) => {
                    at.with_zone(zone)
                        .ok()?
                        .seconds_since(&to.with_zone(zone).ok()?)?
                        >= 0
                }
                None => at.date() > to.date(),
            };
            Some(begun && !over)
        }
        (Moment::Daily(_) | Moment::Weekly(..) | Moment::Once(_), _) => None,
    }
}
