//! A day, or a moment of a day.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Zoned};

use super::{Clock, Weekday, Zone, clock, words};
use crate::blank::Blanks;
use crate::quantity::Mistake;

/// A date, perhaps with a time of day, perhaps with its zone. With a zone it names one moment:
/// times that daylight saving skips or repeats are mistakes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    date: Date,
    clock: Option<Clock>,
}

impl Instant {
    /// A day, and a time of it.
    pub fn new(date: Date, clock: Option<Clock>) -> Result<Instant, Mistake> {
        let instant = Instant { date, clock };
        let length = instant.to_string().len();
        instant.check_daylight_saving(0, length)?;
        Ok(instant)
    }

    /// Reads `2025-10-26`, `2025-10-26 07:00`, `2025-10-26 07:00 Europe/Berlin`.
    pub fn parse(text: &str) -> Result<Instant, Mistake> {
        let words = words(text);
        let [(at, day), rest @ ..] = words.as_slice() else {
            return Err(Mistake::new(0, text.len(), "a date is missing")
                .help("a date is written `2025-10-26`"));
        };
        let behind = &text[at + day.len()..];
        if let Some(mistake) = iso(day) {
            return Err(mistake.within(*at, &text[..*at], behind));
        }
        let date = date(day).map_err(|mistake| mistake.within(*at, &text[..*at], behind))?;
        let [(clock_at, _), ..] = rest else {
            return Ok(Instant { date, clock: None });
        };
        let clock = Clock::parse(&text[*clock_at..])
            .map_err(|mistake| mistake.within(*clock_at, &text[..*clock_at], ""))?;
        let instant = Instant {
            date,
            clock: Some(clock),
        };
        instant.check_daylight_saving(*clock_at, text.trim_blanks_end().len())?;
        Ok(instant)
    }

    /// Whether the time of day exists, and exists once, on this day in its zone.
    fn check_daylight_saving(&self, start: usize, end: usize) -> Result<(), Mistake> {
        let (Some(written), Some(Some(zone))) = (
            self.local(),
            self.clock.as_ref().map(|clock| clock.zone.as_ref()),
        ) else {
            return Ok(());
        };
        let clock = Clock {
            time: written.time(),
            zone: None,
        };
        let day = self.date;
        match zone.rules().to_ambiguous_zoned(written).offset() {
            AmbiguousOffset::Unambiguous { .. } => Ok(()),
            AmbiguousOffset::Gap { before, after } => {
                let skipped = i64::from(after.seconds()) - i64::from(before.seconds());
                let moved = |seconds: i64| {
                    let at = written
                        .checked_add(SignedDuration::from_secs(seconds))
                        .ok()?;
                    Some(local_text(at, zone))
                };
                Err(Mistake::new(
                    start,
                    end,
                    format!(
                        "`{clock}` does not exist on {day} in `{zone}`, where clocks go forward"
                    ),
                )
                .write_all(moved(skipped))
                .write_all(moved(-skipped)))
            }
            AmbiguousOffset::Fold { before, after } => {
                let utc = |offset: jiff::tz::Offset| {
                    let back = SignedDuration::from_secs(-i64::from(offset.seconds()));
                    Some(local_text(written.checked_add(back).ok()?, &Zone::utc()))
                };
                Err(Mistake::new(
                    start,
                    end,
                    format!("`{clock}` comes twice on {day} in `{zone}`, where clocks roll back"),
                )
                .help("say which one in `UTC`")
                .write_all(utc(before))
                .write_all(utc(after)))
            }
        }
    }

    /// The day.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The day of the week.
    pub fn weekday(&self) -> Weekday {
        Weekday::of(self.date)
    }

    /// The time of day, if it is said.
    pub fn clock(&self) -> Option<&Clock> {
        self.clock.as_ref()
    }

    /// The zone, if it is said.
    pub fn zone(&self) -> Option<&Zone> {
        self.clock.as_ref().and_then(Clock::zone)
    }

    /// Date and time of day, without the zone; nothing for a whole day.
    pub(super) fn local(&self) -> Option<DateTime> {
        let clock = self.clock.as_ref()?;
        Some(self.date.to_datetime(clock.time))
    }

    /// The moment in its own zone, or in `zone` where it has none; nothing for a whole day or
    /// where no zone is known.
    pub(super) fn zoned(&self, zone: Option<&Zone>) -> Option<Zoned> {
        let zone = self.zone().or(zone)?;
        zone.rules().to_zoned(self.local()?).ok()
    }

    /// Seconds since 1970-01-01 00:00 UTC; nothing for a whole day or without a zone.
    pub fn unix_seconds(&self) -> Option<i64> {
        Some(self.zoned(None)?.timestamp().as_second())
    }

    /// Seconds from `earlier` to this moment. Where one of them has no zone, it is taken to stand
    /// in the other's; nothing where one is a whole day.
    pub fn seconds_since(&self, earlier: &Instant) -> Option<i64> {
        let zone = self.zone().or(earlier.zone());
        match (self.zoned(zone), earlier.zoned(zone)) {
            (Some(later), Some(earlier)) => {
                Some(later.timestamp().as_second() - earlier.timestamp().as_second())
            }
            (_, _) => Some(self.local()?.duration_since(earlier.local()?).as_secs()),
        }
    }

    /// The moment so many seconds later, in the same zone. With a zone, seconds are counted as they
    /// pass, across daylight saving. Nothing for a whole day, and past the year 9999.
    pub fn later(&self, seconds: i64) -> Option<Instant> {
        let span = SignedDuration::from_secs(seconds);
        let at = match self.zoned(None) {
            Some(zoned) => zoned.checked_add(span).ok()?.datetime(),
            None => self.local()?.checked_add(span).ok()?,
        };
        Some(Instant {
            date: at.date(),
            clock: Some(Clock {
                time: at.time(),
                zone: self.zone().cloned(),
            }),
        })
    }

    /// The same moment in another zone; nothing for a whole day or without a zone.
    pub fn in_zone(&self, zone: &Zone) -> Option<Instant> {
        let at = self.zoned(None)?.with_time_zone(zone.rules()).datetime();
        Some(Instant {
            date: at.date(),
            clock: Some(Clock {
                time: at.time(),
                zone: Some(zone.clone()),
            }),
        })
    }

    /// With a zone where it has a time of day and none yet.
    pub(super) fn with_zone(&self, zone: Option<&Zone>) -> Result<Instant, Mistake> {
        match &self.clock {
            Some(Clock { time, zone: None }) => {
                let zone = zone.cloned();
                Instant::new(self.date, Some(Clock { time: *time, zone }))
            }
            Some(_) | None => Ok(self.clone()),
        }
    }
}

fn local_text(at: DateTime, zone: &Zone) -> String {
    let clock = Clock {
        time: at.time(),
        zone: Some(zone.clone()),
    };
    format!("{} {clock}", at.date())
}

/// `2025-10-26T07:00Z`: date and time are written apart.
fn iso(text: &str) -> Option<Mistake> {
    let (day, rest) = text.split_once(['T', 't'])?;
    let date = date(day).ok()?;
    let (clock, zone) = match rest.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, " UTC"),
        None => (rest, ""),
    };
    let time = clock::time(clock).ok()?;
    let clock = Clock { time, zone: None };
    Some(
        Mistake::new(0, text.len(), format!("`{text}` joins a date and a time"))
            .help("a space stands between date, time and zone")
            .write(format!("{date} {clock}{zone}")),
    )
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Reads `2025-10-26`.
fn date(text: &str) -> Result<Date, Mistake> {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
    let form = || {
        Mistake::new(0, text.len(), format!("`{shown}` is not a date"))
            .help("a date is year, month and day: `2025-10-26`")
    };
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return Err(form());
    };
    let numeric = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || ![*year, month, day].iter().all(numeric) {
        return Err(form());
    }
    let (Ok(y), Ok(m), Ok(d)) = (year.parse::<i16>(), month.parse::<i8>(), day.parse::<i8>())
    else {
        return Err(form());
    };
    if month.len() != 2 || day.len() != 2 {
        return Err(form().write(format!("{year}-{m:02}-{d:02}")));
    }
    if y < 1970 {
        return Err(Mistake::new(
            0,
            4,
            format!("the year {year} is before 1970"),
        ));
    }
    if !(1..=12).contains(&m) {
        let swapped = Date::new(y, d, m).ok().map(|date| date.to_string());
        return Err(Mistake::new(5, 7, format!("there is no month {month}"))
            .help("a date is year, month and day: `2025-10-26`")
            .write_all(swapped));
    }
    let Ok(first) = Date::new(y, m, 1) else {
        return Err(form());
    };
    let days = first.days_in_month();
    if !(1..=days).contains(&d) {
        let name = MONTHS[usize::from(m.unsigned_abs()) - 1];
        let near = if d < 1 { 1 } else { days };
        return Err(
            Mistake::new(8, 10, format!("{name} {year} has {days} days"))
                .write(format!("{year}-{month}-{near:02}")),
        );
    }
    Date::new(y, m, d).map_err(|_| form())
}

/// `2025-10-26`, `2025-10-26 07:00`, `2025-10-26 07:00 Europe/Berlin`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        match &self.clock {
            Some(clock) => write!(f, " {clock}"),
            None => Ok(()),
        }
    }
}
