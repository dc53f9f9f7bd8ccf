//! A distance from the start of a deployment, `T`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::quantity::{Dimension, Exact, Mistake, Quantity, duration_text};

/// `T`, `T-6h`, `T+1h30m`: whole seconds before or after the start. Two offsets are equal where
/// their seconds are; each prints as it was written.
#[derive(Clone, Debug)]
pub struct Offset {
    seconds: i64,
    written: String,
}

impl Offset {
    /// Reads `T`, `T-6h`, `T+30m`.
    pub fn parse(text: &str) -> Result<Offset, Mistake> {
        let Some(rest) = text.strip_prefix('T') else {
            let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
            let mistake = Mistake::new(0, text.len(), format!("`{shown}` is not an offset"))
                .help("an offset from the start is written `T-6h` or `T+30m`");
            let upper = text.strip_prefix('t').map(|rest| format!("T{rest}"));
            let upper = upper.filter(|text| Offset::parse(text).is_ok());
            return Err(mistake.write_all(upper));
        };
        if rest.is_empty() {
            return Ok(Offset::of(0));
        }
        let sign = match rest.as_bytes().first() {
            Some(b'-') => -1,
            Some(b'+') => 1,
            Some(_) | None => {
                return Err(
                    Mistake::new(1, text.len(), "`+` or `-` is missing behind `T`")
                        .help("an offset from the start is written `T-6h` or `T+30m`"),
                );
            }
        };
        let (before, duration) = text.split_at(2);
        let quantity =
            Quantity::parse(duration).map_err(|mistake| mistake.within(2, before, ""))?;
        if quantity.dimension != Dimension::Duration || quantity.open_ended {
            if quantity.value.is_zero() && quantity.dimension == Dimension::Number {
                return Err(
                    Mistake::new(1, text.len(), format!("`{text}` is the start itself")).write("T"),
                );
            }
            let mistake = Mistake::new(
                2,
                text.len(),
                format!("`{duration}` is not a duration such as `5m`"),
            );
            let units = match quantity.dimension {
                Dimension::Number if !quantity.open_ended => ["h", "m", "d"].as_slice(),
                Dimension::Number
                | Dimension::Duration
                | Dimension::Ratio
                | Dimension::RatioDelta
                | Dimension::Size
                | Dimension::Count { .. }
                | Dimension::Rate { .. }
                | Dimension::Cores
                | Dimension::Version
                | Dimension::Score { .. } => &[],
            };
            let meant = units.iter().map(|unit| format!("{text}{unit}"));
            return Err(mistake.write_all(meant.filter(|text| Offset::parse(text).is_ok())));
        }
        let Some(seconds) = quantity
            .value
            .to_whole()
            .and_then(|s| i64::try_from(s).ok())
        else {
            return Err(Mistake::new(
                2,
                text.len(),
                "an offset counts whole seconds",
            ));
        };
        Ok(Offset {
            seconds: sign * seconds,
            written: text.into(),
        })
    }

    /// The offset of so many seconds.
    pub fn of(seconds: i64) -> Offset {
        let written = match seconds.cmp(&0) {
            Ordering::Equal => "T".into(),
            Ordering::Less => format!("T{}", duration_text(Exact::whole(seconds))),
            Ordering::Greater => format!("T+{}", duration_text(Exact::whole(seconds))),
        };
        Offset { seconds, written }
    }

    /// Seconds from the start; below zero before it.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }
}

impl PartialEq for Offset {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds
    }
}

impl Eq for Offset {}

impl PartialOrd for Offset {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Offset {
    fn cmp(&self, other: &Self) -> Ordering {
        self.seconds.cmp(&other.seconds)
    }
}

impl Hash for Offset {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.seconds.hash(state);
    }
}

/// As it was written.
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
