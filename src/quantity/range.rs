//! Two quantities and what lies between.

use crate::blank::Blanks;

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dimension, Exact, Mistake, Quantity, compatible};

/// From one quantity to another. The lower end belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// The lower end, included.
    pub low: Quantity,
    /// The upper end.
    pub high: Quantity,
    /// Whether the upper end is included: `1%..5%`, not `1%..<5%`.
    pub high_inclusive: bool,
}

impl Range {
    /// Reads the text of a range: `4h..6h`, `1..5%`, `1% ..< 5%`.
    pub fn parse(text: &str) -> Result<Range, Mistake> {
        let Some(at) = text.find("..") else {
            return Err(
                Mistake::new(0, text.len(), "`..` is missing between the ends of a range")
                    .help("a range is written `1%..5%`"),
            );
        };
        let behind = &text[at + 2..];
        let (high_inclusive, high) = match behind.strip_prefix('<') {
            Some(high) => (false, high),
            None => (true, behind),
        };
        let before = &text[..at];
        let low_at = before.len() - before.trim_blanks_start().len();
        let high_at = text.len() - high.trim_blanks_start().len();
        let (low, high) = (before.trim_blanks(), high.trim_blanks());
        let high_end = high_at + high.len();
        let high = Quantity::parse(high)
            .map_err(|mistake| mistake.within(high_at, &text[..high_at], &text[high_end..]))?;
        let low_end = low_at + low.len();
        let low = Quantity::parse(low)
            .map_err(|mistake| mistake.within(low_at, &text[..low_at], &text[low_end..]))?;
        Range::build(low, high, high_inclusive, low_at, text.len())
    }

    /// The range between two quantities. A lower end without a unit takes the unit of the upper
    /// end. Places in a mistake count in `low..high` written without spaces.
    pub fn new(low: Quantity, high: Quantity, high_inclusive: bool) -> Result<Range, Mistake> {
        let dots = if high_inclusive { 2 } else { 3 };
        let length = low.written.len() + dots + high.written.len();
        Range::build(low, high, high_inclusive, 0, length)
    }

    fn build(
        low: Quantity,
        high: Quantity,
        high_inclusive: bool,
        low_at: usize,
        end: usize,
    ) -> Result<Range, Mistake> {
        let dots = if high_inclusive { ".." } else { "..<" };
        let low_end = low_at + low.written.len();
        let low = adopt(low, &high);
        if !compatible(&low.dimension, &high.dimension) {
            return Err(Mistake::new(
                low_at,
                end,
                format!(
                    "`{}` is a {} and `{}` is a {}",
                    low.written,
                    low.dimension.name(),
                    high.written,
                    high.dimension.name()
                ),
            )
            .help("both ends of a range have one dimension"));
        }
        if let Some(open) = [&low, &high].into_iter().find(|end| end.open_ended)
            && open.dimension != Dimension::Version
        {
            return Err(Mistake::new(
                low_at,
                end,
                format!("`{}` has no end, and stands in a range", open.written),
            )
            .write(format!(
                "{}{dots}{}",
                low.written.replacen('+', "", 1),
                high.written.replacen('+', "", 1)
            )));
        }
        match low.value.cmp(&high.value) {
            Ordering::Greater => Err(Mistake::new(
                low_at,
                end,
                format!(
                    "the range runs backwards, from `{}` to `{}`",
                    low.written, high.written
                ),
            )
            .write(format!("{}{dots}{}", high.written, low.written))),
            Ordering::Equal if !high_inclusive => Err(Mistake::new(
                low_end.min(end),
                end,
                format!(
                    "nothing lies between `{}` and `<{}`",
                    low.written, high.written
                ),
            )
            .help("`..<` leaves the upper end out")
            .write(format!("{}..{}", low.written, high.written))),
            Ordering::Equal | Ordering::Less => Ok(Range {
                low,
                high,
                high_inclusive,
            }),
        }
    }

    /// Whether a value, in the base unit of the dimension, lies in the range.
    pub fn contains(&self, value: Exact) -> bool {
        value >= self.low.value
            && match self.high_inclusive {
                true => value <= self.high.value,
                false => value < self.high.value,
            }
    }

    /// What both ends measure.
    pub fn dimension(&self) -> &Dimension {
        &self.high.dimension
    }
}

/// A bare number takes the unit of `high`, where that makes a quantity: `1..5%`, `5..6 pods`.
fn adopt(low: Quantity, high: &Quantity) -> Quantity {
    let bare = match &low.dimension {
        Dimension::Number | Dimension::Count { noun: None } => true,
        Dimension::Duration
        | Dimension::Ratio
        | Dimension::RatioDelta
        | Dimension::Size
        | Dimension::Count { noun: Some(_) }
        | Dimension::Rate { .. }
        | Dimension::Cores
        | Dimension::Version
        | Dimension::Score { .. } => false,
    };
    if !bare || low.dimension == high.dimension || low.open_ended {
        return low;
    }
    let number = high.written.trim_start_matches(['+', '-']);
    let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
    let unit = number.trim_start_matches(is_number);
    // `4..1h30m` has no one unit to take.
    if unit.contains(|c: char| c.is_ascii_digit()) && !unit.starts_with('/') {
        return low;
    }
    let unit = match low.dimension == Dimension::Number {
        true => unit,
        // `3k..5k events`: the multiplier is there already.
        false => unit.trim_start_matches(['k', 'M']),
    };
    match Quantity::parse(&format!("{}{unit}", low.written)) {
        Ok(adopted) if compatible(&adopted.dimension, &high.dimension) => Quantity {
            written: low.written,
            ..adopted
        },
        Ok(_) | Err(_) => low,
    }
}

/// As it was written, without spaces.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.high_inclusive && self.low.written == self.high.written {
            // a single quantity where a range may stand
            return f.write_str(&self.low.written);
        }
        let dots = if self.high_inclusive { ".." } else { "..<" };
        write!(f, "{}{dots}{}", self.low.written, self.high.written)
    }
}
