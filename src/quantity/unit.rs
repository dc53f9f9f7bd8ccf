//! The closed table of units, and the words for the unit that a query returns.

use super::dimension::{BYTE, plural, singular};
use super::{Dimension, Exact, Mistake};
use crate::diagnostic::nearest;

/// What a spelling in the table stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Seconds.
    Duration,
    /// 1 is 100%.
    Ratio,
    /// 1 is 100 percentage points.
    Delta,
    /// Bytes.
    Size,
    /// A multiplier of counts and rates.
    Multiplier,
    /// Processor cores; written behind a space.
    Cores,
}

/// One spelling: case matters, and there are no others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelling {
    pub text: &'static str,
    pub kind: Kind,
    /// How many base units one of these is: numerator and denominator.
    pub factor: (i128, i128),
}

const fn unit(text: &'static str, kind: Kind, above: i128, below: i128) -> Spelling {
    Spelling {
        text,
        kind,
        factor: (above, below),
    }
}

/// Every unit that may stand behind a number.
pub(super) const UNITS: &[Spelling] = &[
    unit("ns", Kind::Duration, 1, 1_000_000_000),
    unit("us", Kind::Duration, 1, 1_000_000),
    unit("µs", Kind::Duration, 1, 1_000_000),
    unit("ms", Kind::Duration, 1, 1_000),
    unit("s", Kind::Duration, 1, 1),
    unit("m", Kind::Duration, 60, 1),
    unit("h", Kind::Duration, 3_600, 1),
    unit("d", Kind::Duration, 86_400, 1),
    unit("w", Kind::Duration, 604_800, 1),
    unit("%", Kind::Ratio, 1, 100),
    unit("x", Kind::Ratio, 1, 1),
    unit("pp", Kind::Delta, 1, 100),
    unit("B", Kind::Size, 1, 1),
    unit("kB", Kind::Size, 1_000, 1),
    unit("MB", Kind::Size, 1_000_000, 1),
    unit("GB", Kind::Size, 1_000_000_000, 1),
    unit("TB", Kind::Size, 1_000_000_000_000, 1),
    unit("KiB", Kind::Size, 1 << 10, 1),
    unit("MiB", Kind::Size, 1 << 20, 1),
    unit("GiB", Kind::Size, 1 << 30, 1),
    unit("TiB", Kind::Size, 1 << 40, 1),
    unit("Ki", Kind::Size, 1 << 10, 1),
    unit("Mi", Kind::Size, 1 << 20, 1),
    unit("Gi", Kind::Size, 1 << 30, 1),
    unit("Ti", Kind::Size, 1 << 40, 1),
    unit("k", Kind::Multiplier, 1_000, 1),
    unit("M", Kind::Multiplier, 1_000_000, 1),
    unit("cores", Kind::Cores, 1, 1),
    unit("core", Kind::Cores, 1, 1),
    unit("millicores", Kind::Cores, 1, 1_000),
    unit("millicore", Kind::Cores, 1, 1_000),
];

/// What may stand behind the `/` of a rate, and its seconds.
pub(super) const PERIODS: &[(&str, i64)] = &[
    ("s", 1),
    ("m", 60),
    ("h", 3_600),
    ("d", 86_400),
    ("second", 1),
    ("minute", 60),
    ("hour", 3_600),
    ("day", 86_400),
];

/// Words for units that a query may return, beside the spellings of the table.
const QUERY_WORDS: &[(&str, &str)] = &[
    ("ratio", "x"),
    ("percent", "%"),
    ("points", "pp"),
    ("nanoseconds", "ns"),
    ("microseconds", "us"),
    ("milliseconds", "ms"),
    ("seconds", "s"),
    ("second", "s"),
    ("minutes", "m"),
    ("hours", "h"),
    ("days", "d"),
    ("weeks", "w"),
    ("bytes", "B"),
    ("kilobytes", "kB"),
    ("megabytes", "MB"),
    ("gigabytes", "GB"),
    ("kibibytes", "KiB"),
    ("mebibytes", "MiB"),
    ("gibibytes", "GiB"),
];

const PER_WORDS: &[(&str, i64)] = &[
    ("per-second", 1),
    ("per-minute", 60),
    ("per-hour", 3_600),
    ("per-day", 86_400),
];

impl Spelling {
    pub(super) fn per_base(&self) -> Exact {
        Exact::fraction(self.factor.0, self.factor.1).unwrap_or(Exact::ONE)
    }
}

pub(super) fn spelled(text: &str) -> Option<&'static Spelling> {
    UNITS.iter().find(|unit| unit.text == text)
}

pub(super) fn period(text: &str) -> Option<i64> {
    PERIODS
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, seconds)| *seconds)
}

/// A unit by itself, as in `metric … in seconds` or `record p95 in ms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// As it was written.
    pub written: String,
    /// What it measures.
    pub dimension: Dimension,
    /// How many base units of the dimension one of it is: 1/1000 for `ms`.
    pub factor: Exact,
}

impl Unit {
    /// Reads the unit word of `in UNIT`. A word that is near no unit counts things: `in users`.
    pub fn parse(word: &str) -> Result<Unit, Mistake> {
        if let Some(unit) = unit_of_query(word) {
            return Ok(unit);
        }
        let mistake = Mistake::new(0, word.len(), format!("`{word}` is not a unit"));
        let (stem, slash) = match word.split_once('/') {
            Some((stem, below)) => (stem, Some(below)),
            None => (word, None),
        };
        if let Some(below) = slash {
            return Err(mistake
                .help("a rate is per second, minute, hour or day: `requests/s`")
                .write_all(near_period(below).map(|period| format!("{stem}/{period}"))));
        }
        let words = || {
            let spellings = UNITS.iter().filter(|unit| unit.kind != Kind::Multiplier);
            spellings
                .map(|unit| unit.text)
                .chain(QUERY_WORDS.iter().map(|(word, _)| *word))
                .chain(PER_WORDS.iter().map(|(word, _)| *word))
                .chain(["count", "score", "number"])
        };
        let folded = words().find(|known| known.eq_ignore_ascii_case(word));
        let near = folded.or_else(|| nearest(word, words()).filter(|_| word.len() > 3));
        if let Some(near) = near {
            return Err(mistake
                .help(format!("the nearest unit is `{near}`"))
                .write(near));
        }
        if is_noun(word) && word.len() > 2 {
            return Ok(Unit {
                written: word.into(),
                dimension: Dimension::Count {
                    noun: Some(singular(word)),
                },
                factor: Exact::ONE,
            });
        }
        Err(mistake.help(
            "units are `ms`, `seconds`, `percent`, `ratio`, `bytes`, `MiB`, `cores`, `requests/s`, \
             `count`, or what is counted",
        ))
    }
}

/// The unit that a word of `metric … in UNIT` names; nothing for a word that is not in the table.
pub fn unit_of_query(word: &str) -> Option<Unit> {
    let made = |dimension, factor| {
        Some(Unit {
            written: word.into(),
            dimension,
            factor,
        })
    };
    match word {
        "count" => return made(Dimension::Count { noun: None }, Exact::ONE),
        "number" => return made(Dimension::Number, Exact::ONE),
        "score" => {
            return made(
                Dimension::Score {
                    of: None,
                    noun: None,
                },
                Exact::ONE,
            );
        }
        _ => {}
    }
    if let Some((_, seconds)) = PER_WORDS.iter().find(|(known, _)| *known == word) {
        return made(Dimension::Rate { noun: None }, per(*seconds));
    }
    if let Some((above, below)) = word.split_once('/') {
        let seconds = per(period(below)?);
        if above.is_empty() {
            return made(Dimension::Rate { noun: None }, seconds);
        }
        let above_word = unit_word(above);
        if let Some(unit) = spelled(above_word).filter(|unit| unit.kind == Kind::Size) {
            let noun = Some(BYTE.to_string());
            return made(Dimension::Rate { noun }, unit.per_base().times(seconds)?);
        }
        if spelled(above_word).is_some() || !is_noun(above) {
            return None;
        }
        let noun = Some(singular(above));
        return made(Dimension::Rate { noun }, seconds);
    }
    let unit = spelled(unit_word(word))?;
    let dimension = match unit.kind {
        Kind::Duration => Dimension::Duration,
        Kind::Ratio => Dimension::Ratio,
        Kind::Delta => Dimension::RatioDelta,
        Kind::Size => Dimension::Size,
        Kind::Cores => Dimension::Cores,
        Kind::Multiplier => return None,
    };
    made(dimension, unit.per_base())
}

fn unit_word(word: &str) -> &str {
    QUERY_WORDS
        .iter()
        .find(|(known, _)| *known == word)
        .map_or(word, |(_, unit)| unit)
}

pub(super) fn per(seconds: i64) -> Exact {
    Exact::fraction(1, i128::from(seconds)).unwrap_or(Exact::ONE)
}

pub(super) fn is_noun(word: &str) -> bool {
    let mut bytes = word.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !word.ends_with('-')
}

/// The period that was probably meant behind a `/`.
pub(super) fn near_period(word: &str) -> Option<&'static str> {
    let folded = word.to_ascii_lowercase();
    Some(match folded.as_str() {
        "s" | "sec" | "secs" | "seconds" => "s",
        "m" | "min" | "mins" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hours" => "h",
        "d" | "days" => "d",
        _ => {
            return nearest(&folded, PERIODS.iter().map(|(word, _)| *word))
                .filter(|_| word.len() > 2);
        }
    })
}

/// The unit that a word in full stands for, where nobody would count such things.
pub(super) fn spelled_out(word: &str) -> Option<&'static str> {
    Some(match word {
        "min" | "mins" | "minute" | "minutes" => "m",
        "sec" | "secs" | "second" | "seconds" => "s",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" | "wk" => "w",
        "msec" | "msecs" | "millis" | "milliseconds" | "millisecond" => "ms",
        "usec" | "micros" | "microseconds" | "microsecond" => "us",
        "nsec" | "nanos" | "nanoseconds" | "nanosecond" => "ns",
        "percent" | "pct" | "perc" => "%",
        _ => return None,
    })
}

/// What was probably meant by a unit that is not in the table: whole suffixes, the likeliest first.
pub(super) fn near_units(unit: &str) -> Vec<String> {
    let meant: &[&str] = match unit {
        "K" => &["k", "KiB", "kB"],
        "G" | "g" => &["GiB", "GB"],
        "T" | "t" => &["TiB", "TB"],
        "b" => &["B"],
        "KB" | "kb" | "Kb" | "ki" | "kib" | "kiB" => &["kB", "KiB"],
        "mb" | "Mb" | "mB" | "mib" | "mi" => &["MB", "MiB"],
        "gb" | "Gb" | "gB" | "gib" | "gi" => &["GB", "GiB"],
        "tb" | "Tb" | "tB" | "tib" | "ti" => &["TB", "TiB"],
        "mcores" | "mcpu" | "mCPU" => &[" millicores"],
        "cpu" | "cpus" | "CPU" | "vcpu" | "vcpus" => &[" cores"],
        "rps" | "qps" | "RPS" | "QPS" => &[" requests/s"],
        _ => &[],
    };
    if !meant.is_empty() {
        return meant.iter().map(|text| text.to_string()).collect();
    }
    let folded = unit.to_lowercase().replace('μ', "µ");
    let word = match folded.as_str() {
        "times" | "fold" => Some("x"),
        "points" | "ppt" => Some("pp"),
        "bytes" | "byte" => Some("B"),
        word => spelled_out(word),
    };
    if let Some(word) = word {
        return vec![word.into()];
    }
    let spaced = |unit: &Spelling| match unit.kind {
        Kind::Cores => format!(" {}", plural(&singular(unit.text))),
        Kind::Duration | Kind::Ratio | Kind::Delta | Kind::Size | Kind::Multiplier => {
            unit.text.to_string()
        }
    };
    let alike = UNITS
        .iter()
        .filter(|known| known.text.to_lowercase() == folded);
    let alike: Vec<String> = alike.map(spaced).collect();
    if !alike.is_empty() || unit.chars().count() < 3 || unit.starts_with("mo") {
        return alike;
    }
    nearest(unit, UNITS.iter().map(|unit| unit.text))
        .and_then(spelled)
        .map(spaced)
        .into_iter()
        .collect()
}
