//! Values and sets of values in words, in the unit in which the author wrote them.

use super::interval::{Cut, Interval};
use crate::quantity::{Dimension, Exact, Quantity};

/// A value as a quantity of this dimension, in words.
pub fn value(value: Exact, dimension: &Dimension) -> String {
    Quantity::of(value, dimension.clone()).written
}

/// An interval in words: "above 5%", "from 0.5% to below 1%", "exactly 500ms".
pub fn interval(interval: &Interval, dimension: &Dimension) -> String {
    if let Some(single) = interval.single() {
        return format!("exactly {}", value(single, dimension));
    }
    if let Some(only) = only_whole(interval, dimension) {
        return format!("exactly {}", value(only, dimension));
    }
    let low = match interval.low {
        Cut::Bottom | Cut::Top => None,
        Cut::Before(low) => Some(format!("from {}", value(low, dimension))),
        Cut::Behind(low) => Some(format!("above {}", value(low, dimension))),
    };
    let high = match interval.high {
        Cut::Bottom | Cut::Top => None,
        Cut::Before(high) => Some((value(high, dimension), "below ")),
        Cut::Behind(high) => Some((value(high, dimension), "")),
    };
    match (low, high) {
        (None, None) => "any value".to_owned(),
        (Some(low), None) => match interval.low {
            Cut::Before(least) => format!("{} or more", value(least, dimension)),
            Cut::Behind(_) | Cut::Bottom | Cut::Top => low,
        },
        (None, Some((high, "below "))) => format!("below {high}"),
        (None, Some((high, _))) => format!("up to {high}"),
        (Some(low), Some((high, below))) => format!("{low} to {below}{high}"),
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

/// A value inside an interval that reads well: two fifths of the way, or the end itself.
pub fn witness(interval: &Interval, dimension: &Dimension) -> Option<String> {
    if let Some(single) = interval
        .single()
        .or_else(|| only_whole(interval, dimension))
    {
        return Some(value(single, dimension));
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
    Some(value(chosen, dimension))
}
