//! What a number measures. Two quantities compare only where their dimensions agree.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Exact;

/// What a number measures, and with it the base unit of its value.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Dimension {
    /// A stretch of time, in seconds. A day has 24 hours, a week 7 days.
    Duration,
    /// A share or a factor: 1 is 100%.
    Ratio,
    /// A difference of two ratios: 1 is 100 percentage points.
    RatioDelta,
    /// An amount of data, in bytes.
    Size,
    /// Counted things.
    Count {
        /// What is counted, in the singular; nothing for `100k`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        noun: Option<String>,
    },
    /// Counted things (or bytes) per second.
    Rate {
        /// What is counted, in the singular (`byte` for `10MB/s`); nothing for `100/s`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        noun: Option<String>,
    },
    /// Processor cores: 1 is one core.
    Cores,
    /// A version of two parts. The value is major × 10^9 + minor, so that versions order as people expect.
    Version,
    /// Points out of a highest score: `4.0/5.0`, `7/7`.
    Score {
        /// The highest score; nothing where any is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Box<Exact>>,
        /// What is counted, in the singular, if it is said: `7/7 services`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        noun: Option<String>,
    },
    /// A number without a unit.
    Number,
}

impl Dimension {
    /// Words for people, with an example.
    pub fn phrase(&self) -> String {
        match self {
            Dimension::Duration => "a duration such as `5m`".into(),
            Dimension::Ratio => "a ratio such as `0.5%`".into(),
            Dimension::RatioDelta => "a difference such as `+2pp`".into(),
            Dimension::Size => "a size such as `300MiB`".into(),
            Dimension::Count { noun: None } => "a count such as `3 pods`".into(),
            Dimension::Count { noun: Some(noun) } => {
                format!("a count such as `3 {}`", plural(noun))
            }
            Dimension::Rate { noun: None } => "a rate such as `100/s`".into(),
            Dimension::Rate { noun: Some(noun) } if noun == BYTE => {
                "a data rate such as `10MB/s`".into()
            }
            Dimension::Rate { noun: Some(noun) } => {
                format!("a rate such as `100 {}/s`", plural(noun))
            }
            Dimension::Cores => "cores such as `500 millicores`".into(),
            Dimension::Version => "a version such as `1.20+`".into(),
            Dimension::Score { of: Some(of), .. } => format!("a score such as `{of}/{of}`"),
            Dimension::Score { of: None, .. } => "a score such as `4.0/5.0`".into(),
            Dimension::Number => "a number such as `3`".into(),
        }
    }

    /// The name of the dimension alone: `duration`, `ratio` …
    pub fn name(&self) -> &'static str {
        match self {
            Dimension::Duration => "duration",
            Dimension::Ratio => "ratio",
            Dimension::RatioDelta => "difference",
            Dimension::Size => "size",
            Dimension::Count { .. } => "count",
            Dimension::Rate { .. } => "rate",
            Dimension::Cores => "cores",
            Dimension::Version => "version",
            Dimension::Score { .. } => "score",
            Dimension::Number => "number",
        }
    }

    /// The unit in which a [`Quantity`](super::Quantity) of this dimension holds its value.
    pub fn base_unit(&self) -> &'static str {
        match self {
            Dimension::Duration => "seconds",
            Dimension::Ratio | Dimension::RatioDelta => "1 = 100%",
            Dimension::Size => "bytes",
            Dimension::Count { .. } => "count",
            Dimension::Rate { .. } => "per second",
            Dimension::Cores => "cores",
            Dimension::Version => "major × 10^9 + minor",
            Dimension::Score { .. } => "points",
            Dimension::Number => "number",
        }
    }

    /// The dimension that a type name of the language stands for (`percent`, `duration`,
    /// `count of pods`, `rate of events`); nothing for a name that is not a dimension.
    pub fn of_type(name: &str, of: Option<&str>) -> Option<Dimension> {
        let noun = of.map(singular);
        Some(match name {
            "duration" => Dimension::Duration,
            "percent" | "ratio" => Dimension::Ratio,
            "difference" => Dimension::RatioDelta,
            "size" => Dimension::Size,
            "count" => Dimension::Count { noun },
            "rate" => Dimension::Rate { noun },
            "cores" => Dimension::Cores,
            "version" => Dimension::Version,
            "score" => Dimension::Score { of: None, noun },
            "number" => Dimension::Number,
            _ => return None,
        })
    }

    /// The names that [`Dimension::of_type`] knows.
    pub const TYPE_NAMES: &[&str] = &[
        "duration",
        "percent",
        "ratio",
        "difference",
        "size",
        "count",
        "rate",
        "cores",
        "version",
        "score",
        "number",
    ];
}

pub(super) const BYTE: &str = "byte";

/// Whether quantities of the two dimensions may be compared. A count or rate without a noun goes
/// with any noun, a bare number with any count.
pub fn compatible(a: &Dimension, b: &Dimension) -> bool {
    use Dimension::{
        Cores, Count, Duration, Number, Rate, Ratio, RatioDelta, Score, Size, Version,
    };
    match (a, b) {
        (Duration, Duration)
        | (Ratio, Ratio)
        | (RatioDelta, RatioDelta)
        | (Size, Size)
        | (Cores, Cores)
        | (Version, Version)
        | (Number, Number)
        | (Number, Count { .. })
        | (Count { .. }, Number) => true,
        (Count { noun: a }, Count { noun: b }) | (Rate { noun: a }, Rate { noun: b }) => {
            agree(a, b)
        }
        (Score { of: a, noun: left }, Score { of: b, noun: right }) => {
            agree(a, b) && agree(left, right)
        }
        (
            Duration
            | Ratio
            | RatioDelta
            | Size
            | Count { .. }
            | Rate { .. }
            | Cores
            | Version
            | Score { .. }
            | Number,
            _,
        ) => false,
    }
}

fn agree<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        (None, _) | (_, None) => true,
    }
}

/// The noun by which things are told apart: the singular, short forms spelled out.
pub(super) fn singular(noun: &str) -> String {
    let known = match noun {
        "req" | "reqs" => "request",
        "evt" | "evts" => "event",
        "msg" | "msgs" => "message",
        "op" | "ops" => "operation",
        "conn" | "conns" => "connection",
        "people" => "person",
        _ => "",
    };
    if !known.is_empty() {
        return known.into();
    }
    if let Some(stem) = noun.strip_suffix("ies")
        && stem.len() > 1
    {
        return format!("{stem}y");
    }
    for ending in ["ches", "shes", "sses", "xes", "zes"] {
        if noun.ends_with(ending) && noun.len() > ending.len() {
            return noun[..noun.len() - 2].into();
        }
    }
    match noun.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with(['s', 'u', 'i']) => stem.into(),
        Some(_) | None => noun.into(),
    }
}

/// The noun for any number but one.
pub(super) fn plural(noun: &str) -> String {
    if noun == "person" {
        return "people".into();
    }
    if let Some(stem) = noun.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
        && stem.len() > 1
    {
        return format!("{stem}ies");
    }
    if ["ch", "sh", "ss", "x", "z"]
        .iter()
        .any(|ending| noun.ends_with(ending))
    {
        return format!("{noun}es");
    }
    if noun.ends_with('s') {
        return noun.into();
    }
    format!("{noun}s")
}
