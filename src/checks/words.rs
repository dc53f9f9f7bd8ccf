//! Values and sets of values in words, in the unit in which the author wrote them.

use super::facts::Fact;
use super::interval::{Cut, Interval};
use crate::model::Bound;
use crate::quantity::{Dimension, Exact, Quantity};

/// The units in which the author wrote the bounds on a metric.
pub struct Units<'a> {
    dimension: &'a Dimension,
    written: Vec<&'a Quantity>,
}

impl<'a> Units<'a> {
    /// Those of conditions on one metric.
    pub fn of(dimension: &'a Dimension, facts: &[&Fact<'a>]) -> Units<'a> {
        let bounds = facts.iter().map(|fact| &fact.measured.bound);
        let written = bounds.flat_map(|bound| match bound {
            Bound::Compare { value, .. } | Bound::About { value } => vec![value],
            Bound::Between { range } => vec![&range.low, &range.high],
            Bound::Near { .. } | Bound::Baseline { .. } | Bound::Trend { .. } => Vec::new(),
        });
        Units {
            dimension,
            written: written.collect(),
        }
    }

    /// A value in words: as it was written, else in the unit of the nearest that was written.
    pub fn value(&self, value: Exact) -> String {
        let distance = |one: &&&Quantity| one.value.minus(value).map(Exact::magnitude);
        let nearest = self.written.iter().min_by_key(distance);
        match nearest {
            Some(nearest) => nearest.like(value).written,
            None => Quantity::of(value, self.dimension.clone()).written,
        }
    }

    /// An interval in words: "above 5%", "from 0.5% to below 1%", "exactly 500ms".
    pub fn interval(&self, interval: &Interval) -> String {
        if let Some(single) = interval.single() {
            return format!("exactly {}", self.value(single));
        }
        if let Some(only) = only_whole(interval, self.dimension) {
            return format!("exactly {}", self.value(only));
        }
        let low = match interval.low {
            Cut::Bottom | Cut::Top => None,
            Cut::Before(low) => Some(format!("from {}", self.value(low))),
            Cut::Behind(low) => Some(format!("above {}", self.value(low))),
        };
        let high = match interval.high {
            Cut::Bottom | Cut::Top => None,
            Cut::Before(high) => Some((self.value(high), "below ")),
            Cut::Behind(high) => Some((self.value(high), "")),
        };
        match (low, high) {
            (None, None) => "any value".to_owned(),
            (Some(low), None) => match interval.low {
                Cut::Before(least) => format!("{} or more", self.value(least)),
                Cut::Behind(_) | Cut::Bottom | Cut::Top => low,
            },
            (None, Some((high, "below "))) => format!("below {high}"),
            (None, Some((high, _))) => format!("up to {high}"),
            (Some(low), Some((high, below))) => format!("{low} to {below}{high}"),
        }
    }

    /// A value inside an interval that reads well: two fifths of the way, or the end itself.
    pub fn witness(&self, interval: &Interval) -> Option<String> {
        let dimension = self.dimension;
        if let Some(single) = interval
            .single()
            .or_else(|| only_whole(interval, dimension))
        {
            return Some(self.value(single));
        }
        let chosen = match (interval.low.value(), interval.high.value()) {
            (Some(low), Some(high)) => {
                let part = Exact::fraction(2, 5)?;
                let step = high.minus(low)?.times(part)?;
                let between = low.plus(step)?;
                let whole =
                    matches!(dimension, Dimension::Count { .. }) || *dimension == Dimension::Number;
                if whole {
                    let floor = Exact::whole(i64::try_from(between.ceiling()).ok()?);
                    let fits = floor < high || floor == high && interval.high == Cut::Behind(high);
                    if !fits {
                        return None;
                    }
                    floor
                } else {
                    between
                }
            }
            (Some(low), None) => low
                .times(Exact::whole(2))
                .filter(|twice| *twice > low)
                .unwrap_or(low),
            (None, Some(high)) => high.times(Exact::fraction(1, 2)?)?,
            (None, None) => return None,
        };
        Some(self.value(chosen))
    }
}

/// The only whole number in an interval of counted things, if there is just one.
fn only_whole(interval: &Interval, dimension: &Dimension) -> Option<Exact> {
    if !matches!(dimension, Dimension::Count { .. }) {
        return None;
    }
    let least = match interval.low {
        Cut::Before(low) => low.ceiling(),
        Cut::Behind(low) => low.floor().checked_add(1)?,
        Cut::Bottom | Cut::Top => return None,
    };
    let most = match interval.high {
        Cut::Behind(high) => high.floor(),
        Cut::Before(high) => high.ceiling().checked_sub(1)?,
        Cut::Bottom | Cut::Top => return None,
    };
    (least == most).then(|| i64::try_from(least).ok().map(Exact::whole))?
}
