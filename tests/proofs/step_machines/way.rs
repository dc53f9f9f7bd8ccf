//! The share of traffic over time, and how it ended.

/// How a way ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Not yet.
    #[default]
    Under,
    /// All traffic moved.
    Done,
    /// It went back at this moment.
    Back(i64),
    /// It waits for a person from this moment on.
    Paused(i64),
}

/// The share of traffic in percent from a moment on, in seconds from `T`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    pub weights: Vec<(i64, i64)>,
    /// From when until when it waited for a person who let it go on.
    pub waits: Vec<(i64, i64)>,
    pub end: End,
}

impl Way {
    /// From here on it is so much. What lasted no time was never there.
    pub fn weight(&mut self, at: i64, percent: i64) {
        if self.weights.last().is_some_and(|(since, _)| *since == at) {
            self.weights.pop();
        }
        if self.weights.last().is_none_or(|(_, last)| *last != percent) {
            self.weights.push((at, percent));
        }
    }

    /// It goes back.
    pub fn back(mut self, at: i64) -> Way {
        self.weight(at, 0);
        self.end = End::Back(at);
        self
    }

    /// It waits.
    pub fn paused(mut self, at: i64) -> Way {
        self.end = End::Paused(at);
        self
    }

    /// A person let it go on; what lasted no time was no wait.
    pub fn resumed(&mut self, since: i64, at: i64) {
        if at > since {
            self.waits.push((since, at));
        }
    }

    /// Whether a person lets it go on at this moment.
    pub fn resumes(&self, at: i64) -> bool {
        self.waits.iter().any(|(_, until)| *until == at)
    }

    /// It never has more traffic than the plan, until that goes back, or until a moment.
    pub fn is_never_ahead(&self, planned: &Way, until: i64, what: &str) {
        let until = match planned.end {
            End::Back(at) => at,
            _ => until,
        };
        for moment in 0..until {
            let (is, wanted) = (self.at(moment), planned.at(moment));
            assert!(is <= wanted, "{what}: {is} instead of {wanted} at {moment}");
        }
    }

    /// The share at a moment.
    pub fn at(&self, moment: i64) -> i64 {
        self.weights
            .iter()
            .rev()
            .find(|(since, _)| *since <= moment)
            .map_or(0, |(_, percent)| *percent)
    }
}

/// How many ways waited for a person, wait for ever, went back: a table whose ways are all alike proves
/// nothing.
#[derive(Debug, Default)]
pub struct Seen {
    waited: usize,
    waiting: usize,
    back: usize,
}

impl Seen {
    /// One more.
    pub fn add(&mut self, way: &Way) {
        self.waited += usize::from(!way.waits.is_empty());
        self.waiting += usize::from(matches!(way.end, End::Paused(_)));
        self.back += usize::from(matches!(way.end, End::Back(_)));
    }

    /// There were some of each kind.
    pub fn is_enough(&self) {
        assert!(
            self.waited > 0 && self.waiting > 0 && self.back > 10,
            "{self:?}"
        );
    }
}

/// A duration as Go writes it, in seconds.
pub fn seconds(text: &str) -> i64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: i64 = number.parse().unwrap_or_else(|_| panic!("{text}"));
    match unit {
        "s" => number,
        "m" => number * 60,
        "h" => number * 3600,
        _ => panic!("{text} has no unit that Go knows"),
    }
}
