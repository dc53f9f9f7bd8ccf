//! Time zones by their IANA names, from the database that is built in: no machine has another one.

use std::fmt;
use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::diagnostic::nearest;
use crate::quantity::Mistake;

/// A time zone: `UTC` or an IANA name such as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone(String);

/// Short names that mean different places to different people, and the likeliest.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("Z", "UTC"),
    ("GMT", "UTC"),
    ("utc", "UTC"),
    ("CET", "Europe/Berlin"),
    ("CEST", "Europe/Berlin"),
    ("BST", "Europe/London"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
];

fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone("UTC".into())
    }

    /// Reads the name of a zone; case matters.
    pub fn parse(text: &str) -> Result<Zone, Mistake> {
        if text == "UTC" {
            return Ok(Zone::utc());
        }
        let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
        let mistake = Mistake::new(0, text.len(), format!("`{shown}` is not a time zone"))
            .help("a time zone is `UTC` or a name such as `Europe/Berlin`");
        let short = SHORT_NAMES.iter().find(|(short, _)| *short == text);
        if let Some((_, zone)) = short {
            return Err(mistake.write(*zone));
        }
        if !text.is_ascii() || text.len() > 64 {
            return Err(mistake);
        }
        let known = database().get(text).ok();
        match known.as_ref().and_then(TimeZone::iana_name) {
            Some(name) if name == text && text.contains('/') => return Ok(Zone(text.into())),
            Some(name) if name.contains('/') => return Err(mistake.write(name)),
            Some(_) | None => {}
        }
        let names: Vec<String> = database()
            .available()
            .map(|name| name.as_str().to_string())
            .filter(|name| name.contains('/'))
            .collect();
        let city = text.replace(' ', "_");
        let by_city = names.iter().find(|name| {
            let last = name.rsplit('/').next().unwrap_or_default();
            last.eq_ignore_ascii_case(&city)
        });
        let near = nearest(text, names.iter().map(String::as_str));
        Err(match by_city.map(String::as_str).or(near) {
            Some(name) => mistake.write(name),
            None => mistake,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }

    pub(super) fn rules(&self) -> TimeZone {
        // Zones come from `parse` alone, which has asked the same database.
        database().get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
