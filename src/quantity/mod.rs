//! In: the text of one token. Out: exact numbers with dimensions, or the mistake in the token.
//! Knows nothing of the grammar, of files or of metrics.

mod compound;
mod dimension;
mod exact;
mod mistake;
mod number;
mod parse;
mod print;
mod range;
mod unit;

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use dimension::{Dimension, compatible};
pub use exact::Exact;
pub use mistake::Mistake;
pub use print::duration_text;
pub use range::Range;
pub use unit::{Unit, unit_of_query};

/// A number and what it measures.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Quantity {
    /// The value in the base unit of its dimension: seconds, bytes, per second, cores; 1 is 100%.
    pub value: Exact,
    /// What it measures.
    #[serde(flatten)]
    pub dimension: Dimension,
    /// As the author wrote it.
    pub written: String,
    /// Whether a `+` behind it says "or more".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_ended: bool,
}

impl Quantity {
    /// Reads the text of one token: `200ms`, `0.5%`, `3 pods`, `100k events/s`, `1.20+`, `7/7`.
    pub fn parse(text: &str) -> Result<Quantity, Mistake> {
        parse::parse(text)
    }

    /// A duration in whole seconds, rounded up: never negative, and small enough that sums of some
    /// fit.
    pub fn whole_seconds(&self) -> i64 {
        i64::try_from(self.value.ceiling())
            .unwrap_or(i64::MAX)
            .clamp(0, 1 << 40)
    }

    /// A quantity that no file holds, written as the language writes it.
    pub fn of(value: Exact, dimension: Dimension) -> Quantity {
        let open_ended = dimension == Dimension::Version;
        Quantity {
            value,
            written: print::written(value, &dimension),
            dimension,
            open_ended,
        }
    }

    /// Another value of the same dimension, in the unit in which this one is written: 2500 ms beside `1500ms`
    /// is `2500ms`. In the usual unit where that takes more than six digits.
    pub fn like(&self, value: Exact) -> Quantity {
        if value == self.value {
            return self.clone();
        }
        self.in_own_unit(value)
            .unwrap_or_else(|| Quantity::of(value, self.dimension.clone()))
    }

    fn in_own_unit(&self, value: Exact) -> Option<Quantity> {
        let figure = |letter: char| letter.is_ascii_digit() || "+-_.".contains(letter);
        let unit = self.written.trim_start_matches(figure);
        let number = self.written[..self.written.len() - unit.len()].replace('_', "");
        let own = Exact::decimal(number.trim_start_matches(['+', '-']))?;
        let number = value.times(own)?.divided_by(self.value.magnitude())?;
        let sign = match number.is_negative() || !self.written.starts_with('+') {
            true => "",
            false => "+",
        };
        // One thing is named in the singular.
        if unit.contains(' ') && (number == Exact::ONE || own == Exact::ONE) {
            return None;
        }
        // `2.5s`, but `7m30s`.
        if matches!(unit, "m" | "h" | "d" | "w") && number.to_whole().is_none() {
            return None;
        }
        let text = format!("{sign}{}{unit}", number.to_decimal()?);
        let digits = text.bytes().take_while(|byte| !byte.is_ascii_alphabetic());
        let same = |other: &Quantity| other.value == value && other.dimension == self.dimension;
        (digits.filter(u8::is_ascii_digit).count() <= 6)
            .then(|| Quantity::parse(&text).ok().filter(same))?
    }

    /// The value in another unit of the same dimension: `200ms` in `s` is 0.2, `95%` in `ratio`
    /// is 0.95. Nothing where the unit is unknown or measures something else.
    pub fn in_unit(&self, unit: &str) -> Option<Exact> {
        self.in_parsed_unit(&Unit::parse(unit).ok()?)
    }

    /// The value in another unit of the same dimension; nothing where it measures something else.
    pub fn in_parsed_unit(&self, unit: &Unit) -> Option<Exact> {
        if !compatible(&self.dimension, &unit.dimension) {
            return None;
        }
        self.value.divided_by(unit.factor)
    }

    /// Which of two is larger; nothing where they measure different things.
    pub fn compare(&self, other: &Quantity) -> Option<Ordering> {
        compatible(&self.dimension, &other.dimension).then(|| self.value.cmp(&other.value))
    }

    /// The quantity, seen as one of `expected`: the same where the dimensions agree, a bare `1.20`
    /// as a version, a bare `6` as a count of what is counted there. Nothing where it doesn't fit.
    pub fn fit(&self, expected: &Dimension) -> Option<Quantity> {
        if self.dimension == Dimension::Number && *expected == Dimension::Version {
            let digits = self.written.trim_end_matches('+');
            return Some(Quantity {
                value: parse::version_value(digits)?,
                dimension: Dimension::Version,
                ..self.clone()
            });
        }
        if !compatible(&self.dimension, expected) {
            return None;
        }
        let dimension = match (&self.dimension, expected) {
            (Dimension::Number | Dimension::Count { noun: None }, Dimension::Count { .. })
            | (Dimension::Rate { noun: None }, Dimension::Rate { .. }) => expected.clone(),
            (_, _) => self.dimension.clone(),
        };
        Some(Quantity {
            dimension,
            ..self.clone()
        })
    }

    /// What may have been meant by this quantity where `expected` is needed: titles and texts of
    /// tokens. None of them is certain; `0.1` against a ratio may be `0.1%` or `10%`.
    pub fn suggest(&self, expected: &Dimension, likely: &[&str]) -> Vec<(String, String)> {
        let number = self
            .written
            .trim_end_matches('+')
            .trim_end_matches(|c: char| !c.is_ascii_digit());
        let percent = || {
            let hundredfold = self.value.times(Exact::whole(100))?.to_decimal()?;
            Some(format!("{hundredfold}%"))
        };
        let bare = self.dimension == Dimension::Number;
        let texts: Vec<String> = match expected {
            Dimension::Ratio if bare && likely.contains(&"x") => likely
                .iter()
                .map(|unit| format!("{number}{unit}"))
                .collect(),
            Dimension::Ratio if bare && self.value <= Exact::ONE => {
                let small = Some(format!("{number}%"));
                [small, percent()].into_iter().flatten().collect()
            }
            Dimension::Ratio if bare || self.dimension == Dimension::RatioDelta => {
                vec![format!("{}%", number.trim_start_matches('+'))]
            }
            Dimension::RatioDelta if bare || self.dimension == Dimension::Ratio => {
                let points = number.trim_start_matches(['+', '-']);
                let sign = if self.value.is_negative() { '-' } else { '+' };
                vec![format!("{sign}{points}pp")]
            }
            Dimension::Duration if bare => match likely {
                [] => &["s", "m", "ms"],
                likely => likely,
            }
            .iter()
            .map(|unit| format!("{number}{unit}"))
            .collect(),
            Dimension::Size if bare || self.written.ends_with(['m', 'M', 'k']) => {
                ["MiB", "MB"].map(|unit| format!("{number}{unit}")).into()
            }
            Dimension::Cores if bare => {
                vec![format!("{number} cores"), format!("{number} millicores")]
            }
            Dimension::Cores if self.written.ends_with('m') => vec![format!("{number} millicores")],
            Dimension::Rate { .. } if bare => ["s", "m", "h"]
                .map(|period| format!("{number}/{period}"))
                .into(),
            Dimension::Rate { .. } => match &self.dimension {
                Dimension::Count { .. } => vec![format!("{}/s", self.written)],
                Dimension::Duration
                | Dimension::Ratio
                | Dimension::RatioDelta
                | Dimension::Size
                | Dimension::Rate { .. }
                | Dimension::Cores
                | Dimension::Version
                | Dimension::Score { .. }
                | Dimension::Number => Vec::new(),
            },
            Dimension::Score { of: Some(of), .. } if bare => vec![format!("{number}/{of}")],
            Dimension::Score { of: None, .. } if bare => vec![format!("{number}/5.0")],
            Dimension::Duration
            | Dimension::Ratio
            | Dimension::RatioDelta
            | Dimension::Size
            | Dimension::Count { .. }
            | Dimension::Cores
            | Dimension::Version
            | Dimension::Score { .. }
            | Dimension::Number => Vec::new(),
        };
        texts
            .into_iter()
            .filter(|text| Quantity::parse(text).is_ok_and(|meant| meant.fit(expected).is_some()))
            .map(|text| (format!("write `{text}`"), text))
            .collect()
    }
}

/// As it was written.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests;
