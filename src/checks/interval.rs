//! Sets of values as intervals with exact ends. Everything is decided by comparison, never by
//! rounding.

use std::cmp::Ordering;

use crate::model::{Bound, Comparator, Measured};
use crate::quantity::Exact;

/// One end of an interval, as a cut between values: `before` a value, or behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Below every value.
    Bottom,
    /// Just before the value: the value lies above the cut.
    Before(Exact),
    /// Just behind the value: the value lies below the cut.
    Behind(Exact),
    /// Above every value.
    Top,
}

impl Ord for Cut {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.key(), other.key()) {
            ((0, a, a_side), (0, b, b_side)) => a.cmp(&b).then(a_side.cmp(&b_side)),
            ((a, _, _), (b, _, _)) => a.cmp(&b),
        }
    }
}

impl PartialOrd for Cut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Cut {
    fn key(self) -> (i8, Exact, u8) {
        match self {
            Cut::Bottom => (-1, Exact::ZERO, 0),
            Cut::Before(value) => (0, value, 0),
            Cut::Behind(value) => (0, value, 1),
            Cut::Top => (1, Exact::ZERO, 0),
        }
    }

    /// The value at the cut; nothing at the ends of all values.
    pub fn value(self) -> Option<Exact> {
        match self {
            Cut::Before(value) | Cut::Behind(value) => Some(value),
            Cut::Bottom | Cut::Top => None,
        }
    }
}

/// The values between two cuts; the first lies below the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The lower end.
    pub low: Cut,
    /// The upper end.
    pub high: Cut,
}

impl Interval {
    /// The only value inside, if there is just one.
    pub fn single(&self) -> Option<Exact> {
        match (self.low, self.high) {
            (Cut::Before(low), Cut::Behind(high)) if low == high => Some(low),
            _ => None,
        }
    }
}

/// A set of values: intervals in order that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    intervals: Vec<Interval>,
}

impl Set {
    /// The values between two cuts.
    pub fn between(low: Cut, high: Cut) -> Set {
        let intervals = if low < high {
            vec![Interval { low, high }]
        } else {
            Vec::new()
        };
        Set { intervals }
    }

    /// The values of which a measured condition is true; nothing where that depends on more than
    /// the value.
    pub fn of(measured: &Measured) -> Option<Set> {
        Some(match &measured.bound {
            Bound::Compare { comparator, value } => Set::compared(*comparator, value.value),
            Bound::Between { range } => Set::between(
                Cut::Before(range.low.value),
                if range.high_inclusive {
                    Cut::Behind(range.high.value)
                } else {
                    Cut::Before(range.high.value)
                },
            ),
            Bound::About { .. }
            | Bound::Near { .. }
            | Bound::Baseline { .. }
            | Bound::Trend { .. } => {
                return None;
            }
        })
    }

    fn compared(comparator: Comparator, value: Exact) -> Set {
        match comparator {
            Comparator::Less => Set::between(Cut::Bottom, Cut::Before(value)),
            Comparator::AtMost => Set::between(Cut::Bottom, Cut::Behind(value)),
            Comparator::Greater => Set::between(Cut::Behind(value), Cut::Top),
            Comparator::AtLeast => Set::between(Cut::Before(value), Cut::Top),
            Comparator::Equal => Set::between(Cut::Before(value), Cut::Behind(value)),
            Comparator::NotEqual => {
                Set::between(Cut::Before(value), Cut::Behind(value)).complement()
            }
        }
    }

    /// The intervals, in order.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Whether no value is in it.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// Whether the value is in it.
    #[cfg(test)]
    fn contains(&self, value: Exact) -> bool {
        self.intervals
            .iter()
            .any(|one| one.low < Cut::Behind(value) && one.high > Cut::Before(value))
    }

    /// The values in any of many intervals.
    pub fn of_all<'i>(intervals: impl Iterator<Item = &'i Interval>) -> Set {
        let mut all: Vec<Interval> = intervals.copied().collect();
        all.sort_by_key(|one| one.low);
        let mut intervals: Vec<Interval> = Vec::with_capacity(all.len());
        for one in all {
            match intervals.last_mut() {
                Some(last) if one.low <= last.high => last.high = last.high.max(one.high),
                Some(_) | None => intervals.push(one),
            }
        }
        Set { intervals }
    }

    /// The values in neither.
    pub fn complement(&self) -> Set {
        let mut intervals = Vec::with_capacity(self.intervals.len() + 1);
        let mut low = Cut::Bottom;
        for one in &self.intervals {
            if low < one.low {
                intervals.push(Interval { low, high: one.low });
            }
            low = one.high;
        }
        if low < Cut::Top {
            intervals.push(Interval {
                low,
                high: Cut::Top,
            });
        }
        Set { intervals }
    }

    /// The values in both.
    pub fn intersection(&self, other: &Set) -> Set {
        let mut intervals = Vec::new();
        for a in &self.intervals {
            for b in &other.intervals {
                let (low, high) = (a.low.max(b.low), a.high.min(b.high));
                if low < high {
                    intervals.push(Interval { low, high });
                }
            }
        }
        intervals.sort_by_key(|one| one.low);
        Set { intervals }
    }

    /// Whether some value is in both.
    pub fn meets(&self, other: &Set) -> bool {
        self.intervals.iter().any(|a| {
            let mut others = other.intervals.iter();
            others.any(|b| a.low.max(b.low) < a.high.min(b.high))
        })
    }

    /// Whether every value of the other is in this one.
    pub fn covers(&self, other: &Set) -> bool {
        other.intervals.iter().all(|b| {
            // Intervals of one set don't touch, so one alone must hold it.
            let mut own = self.intervals.iter();
            own.any(|a| a.low <= b.low && b.high <= a.high)
        })
    }

    /// The values in this one and not in the other.
    pub fn without(&self, other: &Set) -> Set {
        self.intersection(&other.complement())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(value: i64) -> Exact {
        Exact::whole(value)
    }

    /// A random set, and the same as a list of which of the half-integers from 0 to 20 are in it:
    /// whole numbers as ends, halves between them.
    fn sets() -> impl Strategy<Value = (Set, Vec<bool>)> {
        proptest::collection::vec((0i64..=10, 0i64..=10, any::<bool>(), any::<bool>()), 0..5)
            .prop_map(|parts| {
                let mut set = Set::default();
                let mut inside = vec![false; 21];
                for (low, high, low_open, high_open) in parts {
                    let low_cut = if low_open {
                        Cut::Behind(whole(low))
                    } else {
                        Cut::Before(whole(low))
                    };
                    let high_cut = if high_open {
                        Cut::Before(whole(high))
                    } else {
                        Cut::Behind(whole(high))
                    };
                    let more = Set::between(low_cut, high_cut);
                    set = Set::of_all(set.intervals.iter().chain(&more.intervals));
                    for (half, inside) in inside.iter_mut().enumerate() {
                        let half = half as i64;
                        let above = if low_open {
                            half > 2 * low
                        } else {
                            half >= 2 * low
                        };
                        let below = if high_open {
                            half < 2 * high
                        } else {
                            half <= 2 * high
                        };
                        *inside |= above && below;
                    }
                }
                (set, inside)
            })
    }

    fn halves(set: &Set) -> Vec<bool> {
        (0..21)
            .map(|half| set.contains(Exact::fraction(half, 2).expect("two is not zero")))
            .collect()
    }

    proptest! {
        #[test]
        fn sets_agree_with_lists_of_values((a, in_a) in sets(), (b, in_b) in sets()) {
            prop_assert_eq!(&halves(&a), &in_a);
            let both = |f: fn(bool, bool) -> bool| -> Vec<bool> {
                in_a.iter().zip(&in_b).map(|(&a, &b)| f(a, b)).collect()
            };
            prop_assert_eq!(halves(&Set::of_all(a.intervals.iter().chain(&b.intervals))), both(|a, b| a || b));
            prop_assert_eq!(halves(&a.intersection(&b)), both(|a, b| a && b));
            prop_assert_eq!(halves(&a.without(&b)), both(|a, b| a && !b));
            prop_assert_eq!(halves(&a.complement()), both(|a, _| !a));
            prop_assert_eq!(a.meets(&b), !a.intersection(&b).is_empty());
            prop_assert_eq!(a.covers(&b), b.without(&a).is_empty());
            prop_assert_eq!(a.complement().complement(), a);
        }
    }
}
